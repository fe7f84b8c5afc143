# SPDX-License-Identifier: Apache-2.0
"""Runs a command on a terminal and answers its questions, which end with "] ".

    python answers.py ANSWER... -- COMMAND

Prints all that the terminal showed.  Exit status: the command's."""
import os
import pty
import sys

end = sys.argv.index("--")
answers, command = sys.argv[1:end], sys.argv[end + 1:]
pid, fd = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm"
    os.execv(command[0], command)
data = b""
try:
    while chunk := os.read(fd, 65536):
        data += chunk
        if data.endswith(b"] ") and answers:
            os.write(fd, answers.pop(0).encode() + b"\n")
except OSError:  # the end of a terminal
    pass
sys.stdout.write(data.decode().replace("\r\n", "\n").replace("\r", "\n").replace("\x1b[K", "\n"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
