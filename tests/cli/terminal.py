# SPDX-License-Identifier: Apache-2.0
"""Runs a command on terminals of several widths and says what is wrong with its progress bar."""
import fcntl
import os
import pty
import re
import struct
import sys
import termios


def run(command, width):
    """Status and all that the command writes to a terminal of `width` columns."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm"
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        os.execv(command[0], command)
    data = b""
    try:
        while chunk := os.read(fd, 65536):
            data += chunk
    except OSError:  # the end of a terminal
        pass
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), data.decode()


def check(text, width):
    drawn = [d.split("\x1b[K")[0] for d in text.split("\r") if "\x1b[K" in d]
    bars = [d for d in drawn if "pictures/s" in d]
    if not bars:
        return "no bar"
    if any(len(d) >= width for d in drawn):
        return f"wider than {width}: {max(drawn, key=len)!r}"
    if width >= 80 and not all(re.fullmatch(r"\[#*\.*\] \d+/\d+  \d+\.\d pictures/s  \S+( s)? left", b) for b in bars):
        return f"not a bar: {bars}"
    if "\r\x1b[K" not in text or re.search(r"left\x1b\[K[^\r]", text):
        return "not cleared"
    return None


worst = 0
for i, width in enumerate((80, 200, 30)):
    command = sys.argv[1:]
    command[command.index("--library") + 1] += str(i)
    status, text = run(command, width)
    worst = worst or status
    wrong = check(text, width)
    if wrong:
        print(f"{width} columns: {wrong}", file=sys.stderr)
sys.exit(worst)
