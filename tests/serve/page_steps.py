# SPDX-License-Identifier: Apache-2.0
"""What tests of the page share: pictures, a server, a browser, and steps that several take."""
import json
import pathlib
import shutil
import signal
import subprocess
import sys

import harness
from browser import PHONE, WIDE, ActionChains, Browser, Keys, until  # noqa: for page.py, too
from harness import Server, same, verdict

arguments = sys.argv[1:]
shots = None
if arguments[:1] == ["--screenshots"]:
    shots = pathlib.Path(arguments[1])
    shots.mkdir(parents=True, exist_ok=True)
    arguments = arguments[2:]

samples = sorted((harness.source / "samples/gallery").glob("*.jpg"))
formats = harness.source / "tests/data/formats"
pictures, more = harness.work / "Pictures", harness.work / "Scans"
FOLDERS = [("Holidays/Lisbon", 2019, "NIKON D750", 38.7223, -9.1393), ("Holidays/Munich", 2021, "Canon EOS R6", 48.1374, 11.5755),
           ("Garden", 2022, "Pixel 6", None, None), ("Garden/Spring", 2024, "Pixel 6", None, None)]
OTHERS = ["dated.heic", "dated.tif", "dated.jxl", "dated.dng"]  # which browsers do not show
DATED = 112
parts = []


def part(provokes=(), screen=WIDE):
    """A test on a freshly opened page; `provokes`: HTTP statuses that it asks for."""
    def register(function):
        parts.append((function, provokes, screen))
        return function
    return register


def make_pictures():
    """Dated pictures of four journeys, in formats that browsers show and that they do not; and what is not indexed yet."""
    for i, path in enumerate(samples[:DATED]):
        folder, year, camera, latitude, longitude = FOLDERS[i % len(FOLDERS)]
        (pictures / folder).mkdir(parents=True, exist_ok=True)
        time = f"{year}:{i // 48 * 4 + i % 4 + 1:02}:{i % 27 + 1:02} {i % 24:02}:30:00"
        place = ["", ""] if latitude is None else [str(latitude + i / 1000), str(longitude + i / 1000)]
        subprocess.run([sys.executable, harness.source / "tests/cli/exif.py", path, pictures / folder / path.name, time, camera, *place], check=True)
    (pictures / "Other").mkdir()
    for name in OTHERS:
        shutil.copy(formats / name, pictures / "Other")
    (more / "Box 1").mkdir(parents=True)
    for path in samples[120:170]:
        shutil.copy(path, more / "Box 1")
    (more / "Box 1" / "broken.jpg").write_bytes(samples[0].read_bytes()[:500])
    done = harness.run("index", "--library", harness.library, "--model", "demo", "--caption", pictures)
    if done.returncode:
        raise SystemExit(f"Bail out! descry index: {done.stderr}")


def settled():
    """The page has asked, and the server has answered."""
    until(lambda: b.js("return !document.body.classList.contains('searching')"), "an answer")


def home(query="", by="vectors", url=None):
    """The page anew."""
    b.driver.get("about:blank")
    b.driver.get((url or server.url) + "/" + (b.js("return '#' + new URLSearchParams({q: arguments[0], by: arguments[1]})", query, by) if query else ""))
    until(lambda: b.seen(".cell") or b.seen("#note"), "the page")
    settled()


def ids():
    """Of the pictures on the screen and around it, in order."""
    return b.js("return [...document.querySelectorAll('.cell')].sort((a, b) => a.index - b.index).map(cell => cell.picture)")


def query():
    return b.js("return document.getElementById('q').value")


def search(text):
    before = b.js("return performance.getEntriesByType('resource').length")
    b.type_into("#q", text)
    until(lambda: b.js("return decodeURIComponent(location.hash.replaceAll('+', ' ')).includes(arguments[0])", text), f"{text} in the address")
    settled()
    return before


def found(text, **more):
    answer = server.ask("GET", b.js("return '/api/v1/search?' + new URLSearchParams(arguments[0])", {"q": text, "k": "60", **more})).json
    return [match["id"] for match in answer["matches"]]


def shows(wanted, what):
    try:
        until(lambda: ids()[:len(wanted)] == wanted, what, 20)
    except AssertionError:
        pass
    return same(ids()[:len(wanted)], wanted, what)


def chips():
    return [chip.text.replace("\n", " ") for chip in b.all("#chips li")]


def cells():
    return sorted(b.all(".cell"), key=lambda cell: b.js("return arguments[0].index", cell))


def point(element, across=0.5, down=0.5):
    box = b.js("const box = arguments[0].getBoundingClientRect(); return [box.left, box.top, box.width, box.height]", element)
    return box[0] + across * box[2], box[1] + down * box[3]


def hover(element):
    ActionChains(b.driver, duration=0).move_to_element(element).perform()


def photo(id):
    return server.ask("GET", f"/api/v1/photos/{id}").json


def open_viewer(index=0):
    cells()[index].click()
    b.one("dialog.viewer[open]")
    until(lambda: b.all(".panel textarea"), "what is known of it")


def choose(*indices):
    for index in indices:
        cell = cells()[index]
        hover(cell)
        cell.find_element("css selector", ".check").click()


def ask_for(name):
    """Fills in the dialog that asks for a name."""
    b.type_into("dialog[open] form input[type=text]", name)
    b.named("Save", "dialog[open] form").click()


make_pictures()
b = Browser(harness.work / "browser")
server = Server("--root", pictures, "--root", more)
