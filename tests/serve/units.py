# SPDX-License-Identifier: Apache-2.0
"""systemd's units for the server: systemd-analyze understands them, and the server works with the system calls and the memory that
they leave it, and is passed its socket and tells when it is ready as they say."""
import ctypes
import errno
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

from harness import descry, done, gallery, library, make_library, run, same, source, verdict, work

ALLOW, DENY = 0x7FFF0000, 0x00050000 | errno.EPERM  # SCMP_ACT_
SET_NO_NEW_PRIVS, SET_MDWE, REFUSE_EXEC_GAIN = 38, 65, 1  # prctl(2)
service = (pathlib.Path(os.environ["DESCRY_BUILD_ROOT"]) / "serve/descry.service").read_text()
unit_socket = (source / "serve/systemd/descry.socket").read_text()


def settings(key, text=service):
    return " ".join(re.findall(rf"^{key}=(.*)$", text, re.M)).split()


def verify(name, files, *options):
    folder = work / name
    folder.mkdir()
    for file, text in files.items():
        (folder / file).write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={descry}", text, flags=re.M))
    ended = subprocess.run(["systemd-analyze", *options, "verify", "--man=no", *(folder / file for file in files)], capture_output=True, text=True,
                           env={**os.environ, "XDG_RUNTIME_DIR": str(work), "SYSTEMD_LOG_LEVEL": "warning"})
    ours = [line for line in ended.stderr.splitlines() if "descry" in line]
    verdict(ended.returncode == 0 and not ours, f"systemd-analyze verify: {name}", ended.returncode, ended.stderr)


def allowed():
    """Names of system calls that SystemCallFilter= lets through."""
    text = subprocess.run(["systemd-analyze", "syscall-filter"], capture_output=True, text=True, env={**os.environ, "SYSTEMD_COLORS": "0"}).stdout
    groups, group = {}, None
    for line in text.splitlines():
        if line.startswith("@"):
            group = groups.setdefault(line.strip(), [])
        elif group is not None and line.strip() and not line.strip().startswith("#"):
            group.append(line.strip())
    names, left = set(), settings("SystemCallFilter") + ["@default"]
    while left:
        name = left.pop()
        if name.startswith("@"):
            left += groups[name]
        else:
            names.add(name)
    return names


def shut_in():
    """What the service does to its process, as far as it needs no privilege; returns whether memory was, too."""
    libc, seccomp = ctypes.CDLL(None, use_errno=True), ctypes.CDLL("libseccomp.so.2")
    seccomp.seccomp_init.restype = ctypes.c_void_p
    libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0)  # from Linux 6.3
    rules = ctypes.c_void_p(seccomp.seccomp_init(DENY))
    for name in sorted(calls):
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            seccomp.seccomp_rule_add(rules, ctypes.c_uint32(ALLOW), number, 0)
    if seccomp.seccomp_load(rules):
        raise OSError("seccomp_load")


def ask(port, method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def start(listener, notify):
    """The server as the service starts it: the socket is descriptor 3."""
    def prepare():
        os.dup2(listener.fileno(), 3)
        os.set_inheritable(3, True)
        os.environ["LISTEN_PID"] = str(os.getpid())
        shut_in()
        os.execve(descry, [descry, "serve", "--library", str(library), "--root", str(gallery)],
                  {**os.environ, "LISTEN_FDS": "1", "NOTIFY_SOCKET": str(notify)})
    child = os.fork()
    if child:
        return child
    try:
        prepare()
    except BaseException as error:  # there is nobody else to tell
        print(f"# {error}", file=sys.stderr)
    os._exit(99)


def serve():
    for path in [*(source / "tests/data/formats").glob("dated.*"), source / "tests/data/formats/lossy.jp2"]:
        shutil.copy(path, gallery)
    outside = run("index", "--library", work / "other.db", "--model", "demo", gallery)
    failing = sum(line.startswith("descry: ") for line in outside.stderr.splitlines()) if outside.returncode == 3 else 0
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    notify = work / "notify"
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.bind(str(notify))
    child = start(listener, notify)
    listener.close()
    same(told.recv(100), b"READY=1", "the server tells that it is ready")
    status, job = ask(port, "POST", "/api/v1/jobs", {"paths": [str(gallery)]})
    while job["state"] in ("waiting", "running"):
        time.sleep(0.05)
        status, job = ask(port, "GET", f"/api/v1/jobs/{job['id']}")
    same((job["state"], job["failed"]), ("done", failing), "it indexes in there, by all decoders")
    status, found = ask(port, "GET", "/api/v1/search?q=two+cats&k=3")
    verdict(status == 200 and len(found["matches"]) == 3, "it searches in there", found)
    os.kill(child, signal.SIGTERM)
    same(told.recv(100), b"STOPPING=1", "it tells that it stops")
    same(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0, "its status is that of success")


def check_walls():
    """Decoders have the walls in there that they have outside."""
    outside = subprocess.run([descry, "version"], capture_output=True, text=True).stdout
    inside = subprocess.run([descry, "version"], capture_output=True, text=True, preexec_fn=shut_in)
    same(inside.stdout, outside, "descry version says the same of the sandbox in there")


calls = allowed()
verdict(len(calls) > 100 and "execve" in calls and "mount" not in calls, "the system calls are listed", sorted(calls))
verify("for a user", {"descry.service": service, "descry.socket": unit_socket}, "--user")
page = (source / "docs/serve.md").read_text()
system = {name: re.sub("^    ", "", text, flags=re.M)
          for name, text in re.findall(r"`/etc/systemd/system/(descry\.\w+)`:\n\n((?:    .*\n|\n)+)", page)}
verdict("descry.service" in system, "docs/serve.md has a service for the system")
verify("for the system", system)
make_library()
check_walls()
serve()
done()
