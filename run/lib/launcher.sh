# shellcheck shell=bash
# What a chapter's launcher is made of: a scenario is a shell function that
# says which processes to start, in the words below, as one would do by hand
# in several terminals.
#
#   listen NAME PROGRAM ARGUMENT...   start it, wait for its "listening on"
#   join NAME PROGRAM ARGUMENT...     start it, wait for its "connected to"
#   start NAME PROGRAM ARGUMENT...    start it
#   play NAME PROGRAM ARGUMENT...     start it, wait for its good end
#   fails NAME PROGRAM ARGUMENT...    start it, wait for its end with status 1
#   finish NAME...                    wait for their good end
#   may_fail NAME                     its failure, from here on, is the lesson
#   finish_failed NAME                wait for its end with status 1
#   wait_for NAME TEXT                wait for an output line with TEXT in it
#   enter NAME                        press Enter for a process
#   stop NAME...                      SIGTERM, wait for their good end
#   crash NAME...                     SIGKILL, wait for their end
#   hung_up PORT                      wait until all know who has left there
#   freeze NAME...                    SIGSTOP: it lives, and does nothing
#   thaw NAME...                      SIGCONT: it goes on
#   pause SECONDS                     let time pass, where time is the lesson
#   rounds NUMBER                     how often to measure: so often, unless
#                                     WORKBOOK_ROUNDS says something else
#   say TEXT                          tell the reader what comes
#   has_pyzmq                         whether .py programs can run; says if not
#   has_numpy                         the same for those that want numpy
#
# A PROGRAM is one of the workbook's, or one in Python that lies beside them
# in the chapter (NAME.py), or any other command.
#
# Processes that still run at the end of a scenario are stopped. One that
# fails unasked ends the scenario, and the launcher fails with it.

# shellcheck source=run/lib/workbook.sh
source "$(dirname "${BASH_SOURCE[0]}")/workbook.sh"

python=${WORKBOOK_PYTHON:-/usr/bin/python3} # the one that has python3-zmq
patience=30 # seconds before a wait is called a failure

declare -A pid_of=() # the processes that run
declare -A group_of=() # their process groups
declare -A status_of=() # the statuses of those that ended
declare -A heard_from=() # output lines that wait_for has not looked at yet
declare -A colour_of=()
name_width=8
chapter_folder=$workbook_root/chapters/${0##*/}
separator=$'\x1f' # between the fields of an event of tools/transcript
begun_event= # what is read already of the next event
record_file=
trace_file=
address=127.0.0.1
stopping=
interrupted= # the status for that
collector_ready=

# --- What a process says -----------------------------------------------------

note_in_record() { # TIME KIND NAME TEXT
  [[ -z $record_file ]] || printf '%s\t%s\t%s\t%s\n' "$@" >>"$record_file"
}

show() { # NAME TEXT
  local name
  printf -v name "%-${name_width}s |" "$1"
  [[ -z ${colour_of[$1]:-} ]] || name=$'\e['${colour_of[$1]}m$name$'\e[0m'
  printf '%s %s\n' "$name" "$2" 2>/dev/null || stop_unread
}

# Nobody reads what is shown, as after `| head`: no reason to go on.
stop_unread() {
  [[ -n $stopping ]] || { interrupted=141 && exit; }
}

say() { # TEXT
  note_in_record "$EPOCHREALTIME" say '' "$1"
  if use_colour; then
    printf '\e[1m# %s\e[0m\n' "$1"
  else
    printf '# %s\n' "$1"
  fi
}

use_colour() {
  [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]
}

# Takes the next event; false when there is none within the time. The time may
# be over in the middle of one: what was read of it is kept for the next call.
next_event() { # SECONDS
  local event time kind name text
  IFS= read -r -t "$1" -u "$events" event || {
    begun_event+=$event
    return 1
  }
  event=$begun_event$event begun_event=
  IFS=$separator read -r time kind name text <<<"$event"
  case $kind in
    out)
      note_in_record "$time" out "$name" "$text"
      show "$name" "$text"
      heard_from[$name]+=$text$'\n'
      ;;
    ready) collector_ready=yes ;;
    pid) pid_of[$name]=$text ;;
    end)
      note_in_record "$time" exit "$name" "$(ending "$text")"
      status_of[$name]=$text
      unset "pid_of[$name]" "group_of[$name]"
      ;;
  esac
}

ending() { # STATUS
  if [[ $1 -gt 128 ]]; then
    printf 'killed by SIG%s' "$(kill -l "$1")"
  else
    printf '%s' "$1"
  fi
}

has_pyzmq() {
  "$python" -c 'import zmq' 2>/dev/null ||
    { say "Left out: this needs python3-zmq (and $python)." && return 1; }
}

has_numpy() {
  "$python" -c 'import numpy' 2>/dev/null ||
    { say "Left out: this needs python3-numpy (and $python)." && return 1; }
}

rounds() { # NUMBER
  printf '%s' "${WORKBOOK_ROUNDS:-$1}"
}

# --- Waiting -----------------------------------------------------------------

# Takes events until the condition holds; false when patience runs out. What
# fails meanwhile, unasked, ends the scenario.
await() { # CONDITION [ARGUMENT...]
  local -i deadline=$((SECONDS + patience))
  until "$@"; do
    next_event 1 || ((SECONDS < deadline)) || return 1
    [[ -n $stopping ]] || nobody_failed
  done
}

nobody_failed() {
  local name
  for name in "${!status_of[@]}"; do
    [[ ${status_of[$name]} -eq 0 || -n ${may_fail[$name]:-} ]] ||
      fail "$name ended with status $(ending "${status_of[$name]}")"
  done
}

has_ended() { # NAME
  [[ -n ${status_of[$1]:-} ]]
}

has_said() { # NAME TEXT; what was said up to there is then done with
  if [[ ${heard_from[$1]} == *"$2"* ]]; then
    heard_from[$1]=${heard_from[$1]#*"$2"}
    return
  fi
  ! has_ended "$1" || fail "$1 ended without saying '$2'"
  return 1
}

wait_for() { # NAME TEXT
  await has_said "$1" "$2" ||
    fail "$1 did not say '$2' within $patience seconds"
}

finish() { # NAME...
  local name
  for name in "$@"; do
    await has_ended "$name" ||
      fail "$name did not end within $patience seconds"
  done
}

pause() { # SECONDS
  local -i end left
  local wait
  printf -v end '%.0f' "${1}e6"
  end+=${EPOCHREALTIME//[.,]/}
  while left=$((end - ${EPOCHREALTIME//[.,]/})) && [[ left -gt 0 ]]; do
    printf -v wait '%d.%06d' $((left / 1000000)) $((left % 1000000))
    next_event "$wait" || true
    nobody_failed
  done
}

# --- Processes ---------------------------------------------------------------

declare -A may_fail=() # those whose failure is the lesson, or was ordered

start() { # NAME PROGRAM ARGUMENT...
  local name=$1 program=$2
  local -a command=("$program" "${@:3}") environment=("ZMQ_TRACE_NAME=$name")
  local -i i
  for ((i = 1; i < ${#command[@]}; i++)); do
    command[i]=${command[i]//tcp:\/\/127.0.0.1:/tcp:\/\/$address:}
  done
  local shown
  shown=$(as_typed "${command[@]}")
  if [[ -x $workbook_bin/$program ]]; then
    command[0]=$workbook_bin/$program
  elif [[ -f $chapter_folder/$program ]]; then
    command[0]=$chapter_folder/$program
    command=("$python" "${command[@]}")
  fi
  [[ -z $trace_file ]] || environment+=(
    LD_PRELOAD="$workbook_bin/../lib/libzmq_trace.so"
    ZMQ_TRACE_FILE="$trace_file")

  unset "status_of[$name]" "may_fail[$name]"
  heard_from[$name]=
  choose_colour "$name"
  note_in_record "$EPOCHREALTIME" start "$name" "$shown"
  show "$name" "\$ $shown"

  [[ -p $scratch/$name.stdin ]] || mkfifo "$scratch/$name.stdin"
  set -m # a process group of its own, and Ctrl-C only for the launcher
  "$workbook_bin/transcript" run "$scratch" "$name" \
    env "${environment[@]}" "${command[@]}" \
    <>"$scratch/$name.stdin" {events}<&- &
  group_of[$name]=$!
  set +m
  await has_started "$name" || fail "$name did not start"
}

is_ready() {
  [[ -n $collector_ready ]]
}

has_started() { # NAME
  [[ -n ${pid_of[$name]:-${status_of[$name]:-}} ]]
}

# A command as one would type it, with quotes where they are needed.
as_typed() { # WORD...
  local word line=
  for word in "$@"; do
    [[ $word =~ ^[a-zA-Z0-9_./:,=@%+*-]+$ ]] || word="'$word'"
    line+="$word "
  done
  printf '%s' "${line% }"
}

choose_colour() { # NAME
  local -a colours=(32 33 34 35 36 31)
  ! use_colour || [[ -n ${colour_of[$1]:-} ]] ||
    colour_of[$1]=${colours[${#colour_of[@]} % ${#colours[@]}]}
}

listen() { # NAME PROGRAM ARGUMENT...
  start "$@"
  wait_for "$1" 'listening on'
}

join() { # NAME PROGRAM ARGUMENT...
  start "$@"
  wait_for "$1" 'connected to'
}

play() { # NAME PROGRAM ARGUMENT...
  start "$@"
  finish "$1"
}

fails() { # NAME PROGRAM ARGUMENT...
  start "$@"
  finish_failed "$1"
}

may_fail() { # NAME
  may_fail[$1]=yes
}

finish_failed() { # NAME
  may_fail "$1"
  finish "$1"
  [[ ${status_of[$1]} -eq 1 ]] ||
    fail "$1 should have failed, but ended with status ${status_of[$1]}"
}

enter() { # NAME
  note_in_record "$EPOCHREALTIME" enter "$1" ''
  show "$1" '(Enter)'
  printf '\n' >"$scratch/$1.stdin"
}

stop() { # NAME...
  local name
  for name in "$@"; do
    has_ended "$name" || kill -TERM "${pid_of[$name]}" 2>/dev/null || true
  done
  finish "$@"
}

crash() { # NAME...
  local name
  for name in "$@"; do
    may_fail[$name]=yes
    show "$name" '(SIGKILL)'
    kill -KILL "${pid_of[$name]}"
  done
  finish "$@"
}

hung_up() { # PORT
  local -i deadline=$((SECONDS + patience))
  while is_half_closed "$1"; do
    ((SECONDS < deadline)) || fail "somebody clings to port $1"
    pause 0.01
  done
}

freeze() { # NAME...
  local name
  for name in "$@"; do
    show "$name" '(SIGSTOP)'
    kill -STOP "${pid_of[$name]}"
  done
}

thaw() { # NAME...
  local name
  for name in "$@"; do
    show "$name" '(SIGCONT)'
    kill -CONT "${pid_of[$name]}"
  done
}

# --- The way out -------------------------------------------------------------

nobody_runs() {
  [[ ${#group_of[@]} -eq 0 ]]
}

# Whatever happened: no process, file or port stays behind.
clean_up() {
  local -i status=${interrupted:-$?}
  local name
  trap '' INT TERM HUP PIPE
  trap - EXIT
  stopping=yes
  for name in "${!group_of[@]}"; do
    kill -TERM -- "-${group_of[$name]}" 2>/dev/null || true
    kill -CONT -- "-${group_of[$name]}" 2>/dev/null || true # if it is frozen
  done
  patience=3
  if ! await nobody_runs; then
    for name in "${!group_of[@]}"; do
      note "$name did not stop, and was killed"
      kill -KILL -- "-${group_of[$name]}" 2>/dev/null || true
    done
    status=1
  fi
  exec {events}<&- # the collector ends with that
  wait "$collector" 2>/dev/null || true
  rm -rf "$scratch"
  exit "$status"
}

# --- Scenarios and options ---------------------------------------------------

# The scenarios of this launcher: name, tab, the comment above the function.
scenarios() {
  local line comment=
  while IFS= read -r line; do
    if [[ $line =~ ^([a-z0-9-]+)\(\)\ \{ && -n $comment ]]; then
      printf '%s\t%s\n' "${BASH_REMATCH[1]}" "$comment"
      comment=
    elif [[ $line =~ ^#\ (.*) ]]; then
      comment+=${comment:+ }${BASH_REMATCH[1]}
    else
      comment=
    fi
  done <"$0"
}

list() {
  local name description
  while IFS=$'\t' read -r name description; do
    printf '%-24s  %s\n' "$name" "$description"
  done < <(scenarios)
}

usage() {
  cat <<END
Usage: $workbook_command [SCENARIO] [OPTION...]

Builds the chapter's programs if need be and plays a scenario; without a
name, the first of these:

$(list | sed 's/^/  /')

  --list            show only the scenarios
  --address A       play on this loopback address instead of 127.0.0.1, beside
                    somebody else: 127.0.0.2, say; or "auto", one of its own
  --trace           show the messages between the processes as well
  --record FILE     write what each process says, and when, as a table
  --trace-file FILE write the messages to a trace file
  --help            show this help

Status: 0 all went as it should, 1 something failed, 2 wrong command line,
128 + signal when it was interrupted.
END
}

# Whether somebody listens on a port of our address. One program reads the
# kernel's table at a stretch: after each line that bash reads by itself the
# kernel looks for its place from the start, seconds in all on a busy machine.
is_taken() { # PORT
  local place
  place=$(in_kernel "$1")
  grep -Eqs "^ *[0-9]+: ($place|00000000:${place#*:}) [^ ]+ 0A " /proc/net/tcp
}

# Whether somebody has not seen yet that the other end of a connection to this
# port or from it has closed (CLOSE_WAIT). What it sends there is lost.
is_half_closed() { # PORT
  local place
  place=$(in_kernel "$1")
  grep -Eqs "^ *[0-9]+: ([^ ]+ $place|$place [^ ]+) 08 " /proc/net/tcp
}

# A port of our address as the kernel's table has it.
in_kernel() { # PORT
  local -a part
  IFS=. read -ra part <<<"$address"
  printf '%02X%02X%02X%02X:%04X' \
    "${part[3]}" "${part[2]}" "${part[1]}" "${part[0]}" "$1"
}

# Says who listens on a port, where that can be seen.
holder_of() { # PORT
  local users
  users=$(ss -Hltnp "sport = :$1" 2>/dev/null) || return 0
  [[ $users =~ \(\(\"([^\"]+)\",pid=([0-9]+) ]] || return 0
  printf ' by %s (process %s)' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
}

# Looks before anything starts whether the ports that a scenario names are
# free, so that two learners on one machine do not disturb each other.
check_ports() { # SCENARIO
  local port rest
  local -A ports=()
  rest=$(declare -f "$1")
  while [[ $rest =~ tcp://127\.0\.0\.1:([1-9][0-9]*)(.*) ]]; do
    ports[${BASH_REMATCH[1]}]=
    rest=${BASH_REMATCH[2]}
  done
  for port in "${!ports[@]}"; do
    ! is_taken "$port" ||
      fail "port $port of $address is taken$(holder_of "$port").
Stop what listens there, or play beside it, on an address of your own:
    $workbook_command $1 --address auto"
  done
}

# A loopback address that no other process chooses.
own_address() {
  printf '127.%d.%d.%d' $((128 + ($$ >> 16 & 63))) $(($$ >> 8 & 255)) \
    $(($$ & 255))
}

# The longest name of a process in a scenario, for the column that they share.
measure_names() { # SCENARIO
  local verb name
  while read -r verb name _; do
    case $verb in
      start | listen | join | play | fails)
        [[ ${#name} -le name_width ]] || name_width=${#name}
        ;;
    esac
  done < <(declare -f "$1")
}

# The measuring programs of a scenario: they are built only when it is played.
benches_of() { # SCENARIO
  declare -f "$1" | grep -oE '\b(bench_[a-z_]+|[a-z]+_bench)\b' | sort -u
}

play_scenario() { # SCENARIO
  [[ -z $record_file ]] || note_in_record "$EPOCHREALTIME" scenario "$1" \
    "$(scenarios | sed -n "s/^$1\t//p")"
  check_ports "$1"
  measure_names "$1"
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/zmq-workbook.XXXXXX")
  mkfifo "$scratch/.events"
  (trap '' INT TERM HUP && exec "$workbook_bin/transcript" collect "$scratch") \
    >"$scratch/.events" &
  collector=$!
  exec {events}<"$scratch/.events"
  trap clean_up EXIT
  trap 'interrupted=129 && exit' HUP
  trap 'interrupted=130 && exit' INT
  trap 'interrupted=141 && exit' PIPE
  trap 'interrupted=143 && exit' TERM

  await is_ready || fail "the collector of the processes' output did not start"
  "$1"
  stop "${!group_of[@]}"
  nobody_failed
  # Our own lines were written when they were said, not when it was their turn.
  [[ -z $record_file ]] ||
    LC_ALL=C sort -s -n -k 1,1 -o "$record_file" "$record_file"
}

value_of() { # OPTION ARGUMENT...
  [[ $# -ge 2 ]] || fail "$1 wants a value (see $workbook_command --help)" 2
  printf '%s' "$2"
}

# The last line of every launcher: reads the command line and plays.
launch() { # ARGUMENT...
  local scenario='' chapter=${0##*/} trace=
  while [[ $# -gt 0 ]]; do
    case $1 in
      --list) list && exit ;;
      --help | -h) usage && exit ;;
      --trace) trace=yes ;;
      --address) address=$(value_of "$@") && shift ;;
      --record) record_file=$(value_of "$@") && shift ;;
      --trace-file) trace_file=$(value_of "$@") && shift ;;
      -*) fail "there is no option $1 (see $workbook_command --help)" 2 ;;
      *)
        [[ -z $scenario ]] ||
          fail "one scenario at a time (see $workbook_command --help)" 2
        scenario=$1
        ;;
    esac
    shift
  done
  [[ $address != auto ]] || address=$(own_address)
  [[ $address =~ ^127(\.[0-9]{1,3}){3}$ ]] ||
    fail "--address wants auto or a loopback address such as 127.0.0.2, not '$address'" 2
  local known
  known=$(scenarios | cut -f1)
  scenario=${scenario:-${known%%$'\n'*}}
  [[ $'\n'$known$'\n' == *$'\n'"$scenario"$'\n'* ]] ||
    fail "there is no scenario '$scenario'; there are: ${known//$'\n'/, }" 2

  if [[ -z ${WORKBOOK_BIN:-} ]]; then
    local -a benches
    workbook_setup programs
    mapfile -t benches < <(benches_of "$scenario")
    workbook_build "$chapter" "${benches[@]}"
  fi
  [[ -z $trace ]] ||
    exec "$workbook_root/run/trace" \
      --output "${trace_file:-$workbook_root/build/traces/$chapter-$scenario.trace}" \
      -- "$0" "$scenario" --address "$address" \
      ${record_file:+--record "$record_file"}
  [[ -z $record_file ]] || : >"$record_file"
  play_scenario "$scenario"
}
