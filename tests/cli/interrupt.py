# SPDX-License-Identifier: Apache-2.0
"""Runs a command, waits until it has written something, sends it a signal, and ends as it does.

    interrupt.py SIGNAL out|err PATTERN COMMAND...

The command's standard error is a terminal, so that it shows its progress; its standard output is a pipe which is not read
until the signal is sent, beyond what PATTERN needs, so that a command with much to say cannot be done before.  What it
wrote goes to standard output and standard error, and its exit status is that of a shell: 128 + the signal's number."""
import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import sys

number, where, pattern, *command = sys.argv[1:]
number = getattr(signal, "SIG" + number)
terminal, theirs = pty.openpty()
read, write = os.pipe()
fcntl.fcntl(read, fcntl.F_SETPIPE_SZ, 4096)


def prepare():
    signal.signal(number, signal.SIG_DFL)


child = subprocess.Popen(command, stdout=write, stderr=theirs, env={**os.environ, "TERM": "xterm"}, preexec_fn=prepare)
os.close(write)
os.close(theirs)
written = {read: b"", terminal: b""}


def more(fd):
    """False at the end."""
    try:
        data = os.read(fd, 256)
    except OSError:  # the end of a terminal
        data = b""
    written[fd] += data
    return bool(data)


watched = read if where == "out" else terminal
while not re.search(pattern.encode(), written[watched]) and more(watched):
    pass
child.send_signal(number)
left = [read, terminal]
while left:
    for fd in select.select(left, [], [])[0]:
        if not more(fd):
            left.remove(fd)
sys.stdout.buffer.write(written[read])
sys.stderr.buffer.write(written[terminal])
status = child.wait()
sys.exit(128 - status if status < 0 else status)
