# SPDX-License-Identifier: Apache-2.0
"""`descry serve` under load and at its end: thousands of connections, clients that never read or vanish, signals amid all of it."""
import json
import os
import random
import resource
import shutil
import signal
import socket
import stat
import struct
import subprocess
import threading
import time
import zipfile

from harness import Server, descry, done, gallery, library, make_library, run, same, source, verdict, work

make_library()
END = b"\r\n\r\n"
watched = os.environ.get("SANITIZE", "none") != "none"  # which takes memory of its own, and is slow


def connect(server, data=b""):
    connection = socket.create_connection(("127.0.0.1", server.port), 60)
    connection.sendall(data)
    return connection


def get(server, path, *more):
    return "\r\n".join([f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", *more]).encode() + END


def until(connection, wanted):
    data = b""
    try:
        while wanted not in data and (piece := connection.recv(1 << 16)):
            data += piece
    except OSError:
        pass
    return data


def wait_for(condition, seconds=60):
    begun = time.monotonic()
    while not condition() and time.monotonic() - begun < seconds:
        time.sleep(0.05)
    return condition()


def descriptors(server):
    """Open sockets and pictures; not the library, which each worker opens when it first needs it."""
    folder, n = f"/proc/{server.process.pid}/fd", 0
    for name in os.listdir(folder):
        try:
            target = os.readlink(f"{folder}/{name}")
        except OSError:
            continue
        n += target.startswith("socket:") or target.startswith(str(gallery))
    return n


def resident(server):
    with open(f"/proc/{server.process.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def jobs(server):
    return server.ask("GET", "/api/v1/jobs").json["jobs"]


def many_connections():
    wanted = 1000 if watched else 10000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    room = hard if hard != resource.RLIM_INFINITY else 1 << 20
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(room, wanted + 1024), hard))
    n = min(wanted, room - 1024)
    if n < wanted:
        print(f"# the limit of descriptors, {hard}, lets only {n} connections be tried", flush=True)
    with Server("--timeout", "600") as server:
        idle = [connect(server) for _ in range(n)]
        good = sum(server.ask("GET", "/api/v1/search?ranking=words&q=dog").status == 200 for _ in range(20))
        same(good, 20, f"searches beside {n} idle connections")
        some = idle[::max(n // 100, 1)]
        for connection in some:
            connection.sendall(get(server, "/healthz"))
        same(sum(b" 200 " in until(connection, b"true}") for connection in some), len(some), "which are answered when they ask after all")
        for connection in idle:
            connection.close()
        verdict(wait_for(lambda: descriptors(server) < 100), "their descriptors are freed", descriptors(server))
        same(server.stop(), 0, "it ends as it was told")
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def never_reading():
    ids = {p["name"]: p["id"] for p in ask_all()}
    victim = gallery / "0001.jpg"
    whole = victim.read_bytes()
    os.truncate(victim, 20 << 30)  # sparse
    try:
        with Server("--timeout", "3") as server:
            before = descriptors(server)
            for path in (f"/api/v1/zip?ids={ids['0001.jpg']}", f"/api/v1/photos/{ids['0001.jpg']}/file"):
                deaf = [connect(server, get(server, path)) for _ in range(8)]
                same(sum(server.ask("GET", "/api/v1/search?ranking=words&q=dog").status == 200 for _ in range(20)), 20, f"others are served while {path} is not read")
                verdict(wait_for(lambda: descriptors(server) <= before), "they are closed in the end", descriptors(server), before)
                vanished = [connect(server, get(server, path)) for _ in range(8)]
                for connection in vanished:
                    connection.recv(1000)
                    connection.close()
                for connection in deaf:
                    connection.close()
                verdict(wait_for(lambda: descriptors(server) <= before), "so are those that vanish", descriptors(server), before)
            greedy = [connect(server, get(server, f"/api/v1/zip?ids={ids['0001.jpg']}")) for _ in range(16)]
            for connection in greedy:
                until(connection, b"PK")
            same(server.ask("GET", f"/api/v1/zip?ids={ids['0001.jpg']}").status, 409, "more downloads than there may be")
            for connection in greedy:
                connection.close()
        with Server() as server:  # one reads as fast as it can, so that the stream often waits
            connection = connect(server, get(server, f"/api/v1/zip?ids={ids['0001.jpg']}"))
            reader = threading.Thread(target=lambda: [None for _ in iter(lambda: connection.recv(1 << 20), b"")], daemon=True)
            reader.start()
            time.sleep(0.2)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            server.process.send_signal(signal.SIGTERM)
            server.process.communicate()
            same(server.process.returncode, 0, "a second signal does not wait for a download's end")
    finally:
        victim.write_bytes(whole)


def import_many(many, n):
    """A library of n pictures that are nowhere, by an archive of NumPy's."""
    def array(kind, shape, data):
        head = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
        return b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head.encode() + data

    generator = random.Random(19)
    rows = [struct.pack("<192e", *(generator.gauss(0, 1) for _ in range(192))) for _ in range(100)]
    with zipfile.ZipFile(work / "many.npz", "w") as file:
        file.writestr("features.npy", array("<f2", (n, 192), b"".join(rows[i % 100] for i in range(n))))
        file.writestr("urls.npy", array("|S8", (n,), b"".join(b"x/%06d" % i for i in range(n))))
    done_so = run("import", "--library", many, "--model", "demo", "--npz", work / "many.npz")
    same(done_so.returncode, 0, f"a library of {n} pictures")


def never_reading_memory():
    """Answers that are made as a whole: the next one on a connection is not made before the last was taken."""
    many = work / "many.db"
    import_many(many, 2000 if watched else 20000)
    with Server("--timeout", "3", library=many) as server:
        whole = len(server.ask("GET", "/api/v1/timeline").body)
        before, open_before = resident(server), descriptors(server)
        deaf = []
        for _ in range(32):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", server.port))
            connection.sendall(get(server, "/api/v1/timeline") * 200)
            deaf.append(connection)
        same(sum(server.ask("GET", "/api/v1/search?ranking=words&q=dog").status == 200 for _ in range(20)), 20, "others are served while timelines are not read")
        grown = (resident(server) - before) / 1e6
        print(f"# 32 x 200 timelines of {whole / 1e6:.2f} MB that nobody reads: {grown:.1f} MB more", flush=True)
        verdict(watched or grown < 32 * 200 * whole / 1e6 / 8, "they take the memory of a few each", grown)
        verdict(wait_for(lambda: descriptors(server) <= open_before), "they are closed in the end", descriptors(server), open_before)
        for connection in deaf:
            connection.close()


def ask_all():
    with Server() as server:
        return server.ask("GET", "/api/v1/photos?ids=" + ",".join(map(str, range(1, 13)))).json["photos"]


def events():
    with Server("--root", gallery) as server:
        before = descriptors(server)
        for _ in range(300):
            connection = connect(server, get(server, "/api/v1/events"))
            connection.close()
        same(server.ask("POST", "/api/v1/jobs", {"paths": []}).status, 202, "a job while listeners have vanished")
        verdict(wait_for(lambda: all(job["state"] == "done" for job in jobs(server))), "is done", jobs(server))
        verdict(wait_for(lambda: descriptors(server) <= before + 8), "their descriptors are freed", descriptors(server), before)
        listener = connect(server, get(server, "/api/v1/events"))
        until(listener, END)
        server.ask("POST", "/api/v1/jobs", {"paths": []})
        verdict(b'"state":"done"' in until(listener, b'"state":"done"'), "who listens is told")
        server.process.send_signal(signal.SIGTERM)
        verdict(until(listener, b"0\r\n\r\n").endswith(b"0\r\n\r\n"), "at the end the stream ends as it should")
        server.process.communicate()
        same(server.process.returncode, 0, "and so does the server")


def whole(connection):
    """A whole answer, so that the next one begins with its status."""
    head, body = until(connection, b"\r\n\r\n").split(b"\r\n\r\n", 1)
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return head


def on_all_listeners():
    """As many connections at each of two addresses as it takes, 294: there are descriptors left for its own files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2048:
        print(f"# the limit of descriptors, {hard}, is too low for this", flush=True)
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (2048, hard))
    with Server("--immich", "127.0.0.1:0", listeners=2, descriptors=1100) as server:
        used = connect(server)
        idle = [socket.create_connection(("127.0.0.1", port), 60) for _ in range(600) for port in server.ports]
        time.sleep(1)
        answers = []
        for path in ("/api/v1/photos/1/file", "/api/v1/search?ranking=words&q=dog", "/api/v1/photos/2/thumbnail"):
            used.sendall(get(server, path))
            answers.append(whole(used)[:12])
        same(answers, [b"HTTP/1.1 200"] * 3, "connections at two addresses leave descriptors for files")
        for connection in idle:
            connection.close()
        used.close()
        same(server.stop(), 0, "and it ends")
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def full_queue():
    """4,096 requests wait behind some that take long; what comes then is told to come again, and all that waits is answered."""
    most, more, slow_ones = 4096, 20, 6
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < most + 512:
        print(f"# the limit of descriptors, {hard}, is too low for a full queue", flush=True)
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (most + 512, hard))
    texts = json.dumps({"input": [f"a picture of {i} dogs and {i + 1} cats beside a house" for i in range(200 if watched else 2048)]}).encode()
    long = f"POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(texts)}".encode() + END + texts
    with Server("--workers", "1", "--timeout", "600", "--model", "demo") as server:
        def waiting():
            return int(server.ask("GET", "/metrics").body.decode().split("\ndescry_waiting_requests ")[1].split()[0])

        asked = get(server, "/api/v1/search?ranking=words&q=dog&k=1")
        connections = [connect(server) for _ in range(most + more)]
        slow = [connect(server, long) for _ in range(slow_ones)]
        verdict(wait_for(lambda: waiting() >= slow_ones - 2), "one of some that take long is at work, the others wait", waiting())
        for connection in connections:
            connection.sendall(asked)
        answers = [until(connection, END) for connection in connections]
        late = [answer for answer in answers if b" 503 " in answer]
        verdict(late and all(b"\r\nRetry-After: " in answer for answer in late), f"the queue is full: 503 to {len(late)} of {most + more} more", len(late))
        same(sum(b" 200 " in answer for answer in answers), len(answers) - len(late), "the others are answered")
        same(sum(b" 200 " in until(connection, END) for connection in slow), slow_ones, "so are those that took long")
        same(waiting(), 0, "nothing waits")
        connections[-1].sendall(asked)
        verdict(b" 200 " in until(connections[-1], END), "who was told to come again is answered now")
        for connection in connections + slow:
            connection.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def at_the_end():
    """Requests that come while it stops, over and over, of all kinds that need what is being closed."""
    ended = []
    for _ in range(4):
        with Server("--root", gallery) as server:
            stop = threading.Event()

            def hammer(path):
                while not stop.is_set():
                    try:
                        connection = connect(server)
                        for _ in range(20):
                            connection.sendall(get(server, path))
                            if not connection.recv(1 << 16):
                                break
                        connection.close()
                    except OSError:
                        return

            threads = [threading.Thread(target=hammer, args=(path,)) for path in ["/metrics", "/api/v1/jobs", "/api/v1/search?ranking=words&q=dog", "/api/v1/status", "/api/v1/photos/1"] * 4]
            for thread in threads:
                thread.start()
            time.sleep(0.3)
            server.process.send_signal(signal.SIGTERM)
            server.process.communicate()
            stop.set()
            for thread in threads:
                thread.join()
            ended.append(server.process.returncode)
    same(ended, [0] * 4, "it stops amid requests")


def amid_a_job():
    """What a job has committed is kept, and the next goes on with the rest."""
    fresh, folder, total = work / "fresh.db", work / "copies", 400 if watched else 3000
    folder.mkdir()
    pictures = [path.read_bytes() for path in sorted((source / "samples/gallery").glob("*.jpg"))]
    for i in range(total):  # bytes behind its end make a picture another content
        (folder / f"{i}.jpg").write_bytes(pictures[i % len(pictures)] + struct.pack("<I", i))

    def held():
        return json.loads(run("status", "--library", fresh, "--json").stdout)["photos"]

    with Server("--root", folder, "--model", "demo", library=fresh) as server:
        same(server.ask("POST", "/api/v1/jobs", {"paths": [str(folder)]}).status, 202, f"a job with {total} pictures")
        wait_for(lambda: server.ask("GET", "/api/v1/status").json["photos"] > 0)
        same(server.stop(), 0, "it stops amid the job")
    kept = held()
    verdict(0 < kept < total, "some are committed", kept)
    with Server("--root", folder, "--model", "demo", library=fresh) as server:
        same(server.ask("GET", "/api/v1/status").json["photos"], kept, "they are there when it starts again")
        server.ask("POST", "/api/v1/jobs", {"paths": []})
        wait_for(lambda: jobs(server)[0]["state"] not in ("waiting", "running"), 600)
        job = jobs(server)[0]
        same((job["state"], job["embedded"], job["unchanged"], held()), ("done", total - kept, kept, total), "the next job does the rest, and nothing twice")
    shutil.rmtree(folder)


def sockets():
    path = work / "d.sock"

    def start(*options, env=None, fds=()):
        process = subprocess.Popen([descry, "serve", "--library", library, *map(str, options)], stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})}, pass_fds=fds)
        line = process.stderr.readline()
        return process, line

    def ask(headers=""):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(path))
        connection.sendall(f"GET /api/v1/status HTTP/1.1\r\nHost: any\r\nConnection: close\r\n{headers}\r\n".encode())
        return until(connection, b"\0")

    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(str(work / "notify"))
    notify.settimeout(60)
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()
    process, line = start("--unix", path, "--token", "secret", env={"NOTIFY_SOCKET": str(work / "notify")})
    verdict("listening at" in line, "a Unix socket, in place of one that is left over", line)
    same(notify.recv(100), b"READY=1", "systemd is told that it is ready")
    same(stat.S_IMODE(os.stat(path).st_mode), 0o600, "only its owner may open it")
    verdict(b" 200 " in ask(), "it needs no token", ask())
    second = subprocess.run([descry, "serve", "--library", library, "--unix", path], capture_output=True, text=True)
    verdict(second.returncode not in (0, -signal.SIGTERM) and str(path) in second.stderr and b" 200 " in ask(), "one in use is refused, and not disturbed", second.stderr)
    process.terminate()
    same(notify.recv(100), b"STOPPING=1", "systemd is told that it stops")
    process.communicate()
    verdict(process.returncode == 0 and not path.exists(), "the socket is removed", process.returncode)
    (work / "file").write_text("x")
    refused = subprocess.run([descry, "serve", "--library", library, "--unix", work / "file"], capture_output=True, text=True)
    verdict(refused.returncode != 0 and (work / "file").read_text() == "x", "a file is not replaced by a socket", refused.stderr)

    passed = socket.create_server(("127.0.0.1", 0))
    program = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES=sys.argv[2]); os.execve(sys.argv[3], sys.argv[3:], os.environ)"
    for name in ("web", "immich", "web:immich"):
        process = subprocess.Popen(["python3", "-c", program, str(passed.fileno()), name, descry, "serve", "--library", str(library)], stderr=subprocess.PIPE, text=True, pass_fds=(passed.fileno(),))
        line = process.stderr.readline()
        port = passed.getsockname()[1]
        for_immich = name == "immich"
        verdict(f":{port}" in line and ("for Immich" in line) == for_immich, f"a socket that systemd passes, named {name}", line)
        for path, wanted in (("/healthz", not for_immich), ("/ping", for_immich)):
            connection = socket.create_connection(("127.0.0.1", port), 60)
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n".encode() + END[2:])
            same(b" 200 " in until(connection, END), wanted, f"is {'' if wanted else 'not '}answered at {path}")
            connection.close()
        process.terminate()
        process.communicate()
        same(process.returncode, 0, "and it ends")
    passed.close()

    try:
        taken = socket.create_server(("::1", 8420), family=socket.AF_INET6)
        taken.close()
    except OSError as error:
        print(f"# [::1]:8420 cannot be tried: {error}", flush=True)
        return
    process, line = start("--listen", "::1")
    verdict("http://[::1]:8420" in line, "an IPv6 address without brackets", line)
    for host, wanted in (("[::1]:8420", True), ("[::1]", True), ("[0:0:0:0:0:0:0:1]", True), ("[::2]", False)):
        connection = socket.create_connection(("::1", 8420), 60)
        connection.sendall(f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n".encode() + END[2:])
        same(b" 200 " in until(connection, END), wanted, f"Host: {host}")
        connection.close()
    process.terminate()
    process.communicate()
    same(process.returncode, 0, "and it ends")


def flat():
    total = 2000 if watched else 20000
    answered = []
    with Server("--root", gallery) as server:
        def ask(n):
            connection = connect(server)
            paths = ["/healthz", "/api/v1/status", "/api/v1/search?ranking=words&q=dog", "/api/v1/photos/1", "/api/v1/photos/1/file", "/api/v1/nothing", "/style.css"]
            for i in range(n):
                connection.sendall(get(server, paths[i % len(paths)]))
                data = until(connection, END)
                if not data:
                    return
                answered.append(1)
                head, _, body = data.partition(END)
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                while len(body) < length:
                    body += connection.recv(1 << 16)
            connection.close()

        def round_of(n):
            threads = [threading.Thread(target=ask, args=(n // 8,)) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        round_of(total // 5)
        before, open_before = resident(server), descriptors(server)
        answered.clear()
        round_of(total)
        same(len(answered), total, "all are answered, on eight connections")
        grown = (resident(server) - before) / 1e6
        print(f"# {total} requests more: {grown:.1f} MB more", flush=True)
        verdict(watched or grown < 20, f"{total} requests take no memory", grown)
        verdict(wait_for(lambda: descriptors(server) <= open_before), "nor descriptors", descriptors(server), open_before)


flat()
many_connections()
on_all_listeners()
never_reading()
never_reading_memory()
events()
full_queue()
at_the_end()
amid_a_job()
sockets()
done()
