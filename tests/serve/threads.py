# SPDX-License-Identifier: Apache-2.0
"""Everything at once, for the thread sanitizer: searches, uploads, jobs, captions, albums, events, downloads, and the end amid it."""
import signal
import socket
import threading
import time

from harness import Server, done, gallery, make_library, same, verdict

make_library()
picture = (gallery / "0001.jpg").read_bytes()
ROUNDS = 12

with Server("--root", gallery, "--model", "demo") as server:
    # a race that the sanitizer finds is on standard error, which has to be read lest it blocks
    said = []
    reader = threading.Thread(target=lambda: said.extend(server.process.stderr), daemon=True)
    reader.start()
    seen, wrong = [], []

    def ask(method, path, body=None, headers=None, good=(200,)):
        answer = server.ask(method, path, body, headers)
        seen.append(answer.status)
        if answer.status not in good:
            wrong.append((method, path, answer))
        return answer

    def search(i):
        ask("GET", f"/api/v1/search?q=a%20dog%20{i}")
        ask("GET", "/api/v1/search?ranking=words&q=dog")
        ask("GET", f"/api/v1/photos/{i % 12 + 1}/similar")

    def look(i):
        for path in ("timeline", "status", "albums", "models", "folders", f"photos/{i % 12 + 1}/thumbnail", f"photos/{i % 12 + 1}/file"):
            ask("GET", "/api/v1/" + path)
        ask("GET", "/metrics")

    def change(i):
        ask("PUT", f"/api/v1/photos/{i % 12 + 1}/caption", {"text": f"number {i}"}, good=(200, 409))
        ask("POST", "/api/v1/albums", {"name": f"{threading.get_ident()} {i}", "ids": [1, 2]}, good=(200, 201, 400, 409))

    def upload(i):
        ask("POST", "/api/v1/pictures", picture, {"Content-Type": "image/jpeg"}, good=(200, 201))

    def index(i):
        job = ask("POST", "/api/v1/jobs", {"paths": [], "caption": i % 2 == 1}, good=(202, 409)).json
        ask("GET", "/api/v1/jobs")
        if i % 3 == 0 and "id" in job:
            ask("DELETE", f"/api/v1/jobs/{job['id']}")

    def download(i):
        ask("GET", "/api/v1/zip?ids=1,2,3", good=(200, 409))

    def listen(i):
        connection = socket.create_connection(("127.0.0.1", server.port))
        connection.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        connection.settimeout(1)
        try:
            connection.recv(4096)
            connection.recv(4096)
        except OSError:
            pass
        connection.close()

    def repeat(what):
        for i in range(ROUNDS):
            try:
                what(i)
            except OSError as error:
                wrong.append((what.__name__, error))

    threads = [threading.Thread(target=repeat, args=(what,)) for what in (search, search, search, look, look, change, upload, index, download, download, listen, listen)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict(seen and not wrong, f"{len(seen)} requests at once are answered", *wrong[:5])

    def hammer(what):
        try:
            while True:
                what(1)
        except OSError:
            pass

    threads = [threading.Thread(target=hammer, args=(what,)) for what in (search, look, change, index, download, listen)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    server.process.send_signal(signal.SIGTERM)
    server.process.wait()
    for thread in threads:
        thread.join()
    reader.join()
    same(server.process.returncode, 0, "it ends amid requests")
    verdict(not any("WARNING: ThreadSanitizer" in line or "ERROR:" in line or "runtime error:" in line for line in said), "nothing is shared without a lock", "".join(said)[:900])
done()
