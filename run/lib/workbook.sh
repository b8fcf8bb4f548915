# shellcheck shell=bash
# What every command in run/ starts with: where things are, the packages, and
# the build.

workbook_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
workbook_command=run/${0##*/}
# The programs to use. Set from outside, it means "they are built already".
# shellcheck disable=SC2034 # used by those that source this file
workbook_bin=${WORKBOOK_BIN:-$workbook_root/build/bin}

# One line about what is going on, kept out of what programs print.
note() {
  printf '%s: %s\n' "$workbook_command" "$*" >&2
}

fail() { # MESSAGE [STATUS]
  note "$1"
  exit "${2:-1}"
}

# The packages of these groups (programs, exercises, tests, book,
# checks), a line each:
# package, tab, what to look for where packages have other names.
packages_of() { # GROUP...
  local group package meaning
  while read -r group package meaning; do
    [[ " $* " != *" $group "* ]] || printf '%s\t%s\n' "$package" "$meaning"
  done <"$workbook_root/run/lib/packages.txt"
}

# What these groups lack on a Debian machine, in the form of packages_of.
missing_packages() { # GROUP...
  local package meaning
  # shellcheck disable=SC2016 # dpkg-query's own variables
  local format='${Package} ${db:Status-Status}\n'
  local -A present=()
  while read -r package _; do
    present[$package]=yes
  done < <(packages_of "$@" | cut -f1 |
    xargs dpkg-query -W -f "$format" 2>/dev/null |
    grep ' installed$')
  while IFS=$'\t' read -r package meaning; do
    [[ -n ${present[$package]:-} ]] || printf '%s\t%s\n' "$package" "$meaning"
  done < <(packages_of "$@")
}

is_debian() {
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null
}

# apt-get with the rights that it needs; says what to do without them.
apt() {
  local -a as_root=()
  if [[ $EUID -ne 0 ]]; then
    command -v sudo >/dev/null ||
      fail "no sudo here: ask somebody to run, as root: apt-get $*"
    as_root=(sudo)
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q "$@" >&2
}

# Installs what these groups lack. Elsewhere than on Debian the build itself
# tells what it does not find.
workbook_setup() { # GROUP...
  local -a wanted
  is_debian || return 0
  mapfile -t wanted < <(missing_packages "$@" | cut -f1)
  [[ ${#wanted[@]} -gt 0 ]] || return 0
  note "installing ${wanted[*]}"
  apt update || note "the package lists could not be refreshed"
  apt install -y --no-install-recommends "${wanted[@]}" ||
    fail "the packages could not be installed: see run/setup --check"
  rm -f "$workbook_root/build/build.ninja" # configure again, with them
}

# Configures if need be and builds these targets (all without any), alone in
# the build folder. Says nothing when there is nothing to do.
workbook_build() { # [TARGET...]
  local -a cmake=(cmake --build "$workbook_root/build")
  local lock
  [[ $# -eq 0 ]] || cmake+=(--target "$@")
  mkdir -p "$workbook_root/build"
  exec {lock}>"$workbook_root/build/.lock"
  flock "$lock"
  if [[ ! -f $workbook_root/build/build.ninja ]]; then
    note "configuring the build"
    (cd "$workbook_root" && cmake --preset default) >&2 ||
      fail "configuring failed: see above, and run/setup --check"
  fi
  if ! "${cmake[@]}" -- -n 2>&1 | grep -q 'no work to do'; then
    note "building ${*:-everything}"
    "${cmake[@]}" >&2 || fail "the build failed: see above"
  fi
  exec {lock}>&-
}
