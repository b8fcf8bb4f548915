"""Says where a process waits, in the words of its source."""

import re
import shutil
import subprocess
from pathlib import Path

PATIENCE = 15  # seconds for the debugger
# What the reader called, by the function of libzmq that does it.
CALLS = {
    "zmq_msg_recv": "recv", "zmq_recv": "recv", "zmq_recvmsg": "recv",
    "zmq_msg_send": "send", "zmq_send": "send", "zmq_sendmsg": "send",
    "zmq_poll": "poll", "zmq_ppoll": "poll", "zmq_proxy": "proxy",
    "zmq_proxy_steerable": "proxy_steerable", "zmq_connect": "connect",
    "zmq_ctx_term": "the end of its context, which waits for open sockets "
                    "and for messages that were not delivered",
    "nanosleep": "a sleep", "clock_nanosleep": "a sleep",
    "pthread_join": "join, for a thread to end", "read": "read",
}
SYSTEM_CALLS = {"0": "read", "7": "poll", "23": "select", "35": "a sleep",
                "61": "wait, for a process to end", "202": "a lock", "219": "poll",
                "230": "a sleep", "232": "poll", "271": "poll"}


def where_it_hangs(pid, source):
    """One line for each thread of the reader's code that waits: the call, the
    function and the line of the source; what the kernel knows without gdb."""
    return (by_debugger(pid, source) if shutil.which("gdb") else None) \
        or by_kernel(pid)


def by_debugger(pid, source):
    command = ["gdb", "-nx", "-batch", "-p", str(pid),
               "-iex", "set debuginfod enabled off",
               "-ex", "set print frame-arguments none",
               "-ex", "thread apply all backtrace 40"]
    try:
        done = subprocess.run(command, capture_output=True, text=True,
                              errors="replace", timeout=PATIENCE,
                              stdin=subprocess.DEVNULL)
    except (subprocess.TimeoutExpired, OSError):  # or no process is left
        return None
    lines = [told for thread in re.split(r"^Thread ", done.stdout, flags=re.M)
             if (told := of_thread(thread, source))]
    return "; ".join(dict.fromkeys(reversed(lines))) or None


def of_thread(backtrace, source):
    """The innermost line of the source, and the outermost known call below
    it; nothing for a thread that is not the reader's."""
    frames = re.findall(
        r"^#\d+ +(?:0x[0-9a-f]+ in )?([\w:~<>, ]+?)[ (@].*?"
        r"(?: at (.+):(\d+))?$", backtrace, re.M)
    call = None
    for function, file, line in frames:
        name = re.sub("^_*(GI_+)?(libc_)?", "", function).split("::")[-1]
        name = name.removesuffix("_nocancel")
        if file and Path(file) == source:
            words = source.read_text(errors="replace").splitlines()
            quoted = words[int(line) - 1].strip().rstrip(";")
            at = f"line {line}: {quoted}"
            return f"it waits in {call}, {at}" if call else f"it is busy at {at}"
        call = CALLS.get(name, call)
    return None


def by_kernel(pid):
    try:
        number = Path(f"/proc/{pid}/syscall").read_text().split()[0]
    except (OSError, IndexError):
        return "it still runs; gdb could tell where"
    if number == "running":
        return "it is busy"
    return "it waits in " + SYSTEM_CALLS.get(number, f"system call {number}")
