#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the page on a large library, in a headless Chromium (Debian's chromium, chromium-driver; selenium from PyPI):

    bench/page.py LIBRARY [DESCRY]

starts the server and tells how long it takes until the first thumbnails are seen, how scrolling through everything looks and
what memory it takes, and how long from a key in the search box to the first picture of the new results.  bench/make_library.py
makes 100,000 pictures for it."""
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

from selenium import webdriver
from selenium.webdriver.common.by import By

WORDS = ["a red", " box", " on the", " left", " of a", " blue", " sky", " at night", " by", " the sea"]

SEEN = """
// Whether every cell in sight shows its picture.
window.seen = () => {
    const cells = [...document.querySelectorAll(".cell")].filter(c => { const r = c.getBoundingClientRect();
        return r.width && r.bottom > 0 && r.top < innerHeight; });
    return cells.length > 0 && cells.every(c => { const i = c.querySelector("img"); return i.src && i.complete && i.naturalWidth; });
};
"""

SCROLL = """
// Scrolls by `step` pixels a frame, `frames` times: the time of each frame in ms.
const [step, frames, done] = arguments, area = document.scrollingElement.scrollHeight > innerHeight + 9 ? document.scrollingElement
    : [...document.querySelectorAll("*")].find(e => e.scrollHeight > e.clientHeight + 1000);
const times = []; let last = performance.now();
const tick = now => { times.push(now - last); last = now; area.scrollTop += step;
    if (times.length < frames) requestAnimationFrame(tick); else done([times.slice(1), area.scrollTop, area.scrollHeight]); };
requestAnimationFrame(tick);
"""

TYPE = """
// Types `text` into the search box; the time in ms from then until the new results' first picture is there.
const [text, done] = arguments, box = document.getElementById("q");
const first = () => document.querySelector(".cell img");
const answers = () => performance.getEntriesByType("resource").filter(r => r.name.includes("/search?")).length, before = answers();
performance.setResourceTimingBufferSize(100000);
const start = performance.now();
box.value += text; box.dispatchEvent(new Event("input", {bubbles: true}));
const look = () => {
    if (answers() > before && !document.body.classList.contains("searching") && first() && first().complete && first().naturalWidth)
        return done(performance.now() - start);
    if (performance.now() - start > 20000) return done(-1);
    requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


def tree(pid):
    """A process and all below it."""
    below = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [pid] + [p for child in below for p in tree(int(child))]


def shared_out(pids):
    """MB, what is shared divided among those who share it."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
                total += int(re.search(r"^Pss:\s+(\d+)", file.read(), re.M)[1]) / 1024
        except OSError:
            pass
    return total


def browser(home):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,900", f"--user-data-dir={home}/profile",
                     "--enable-precise-memory-info"] + (["--no-sandbox"] if os.getuid() == 0 else []):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver", env={**os.environ, "HOME": home}))
    driver.set_script_timeout(120)
    return driver


def measure(driver, address, server):
    heap = lambda: driver.execute_script("return performance.memory.usedJSHeapSize / 1048576")
    pages = lambda: shared_out(tree(driver.service.process.pid))
    for what in ("first visit", "second visit"):
        begin = time.perf_counter()
        driver.get(address)
        driver.execute_script(SEEN)
        while not driver.execute_script("return seen()"):
            time.sleep(0.005)
        print(f"{what}: all thumbnails in sight after {time.perf_counter() - begin:.2f} s")
    count = driver.execute_script("return performance.getEntriesByType('resource').filter(r => r.name.includes('timeline')).map(r => r.duration)")
    print(f"the timeline took {count[0]:.0f} ms; heap {heap():.0f} MB, browser {pages():.0f} MB, server {shared_out([server]):.0f} MB")
    for step in (150, 5000):
        times, top, height = driver.execute_async_script(SCROLL, step, 300)
        print(f"scrolling by {step} px a frame, to {top:.0f} of {height:.0f}: median {statistics.median(times):.1f} ms, "
              f"95 % below {sorted(times)[len(times) * 95 // 100]:.1f} ms, at most {max(times):.1f} ms")
    print(f"cells in the document: {len(driver.find_elements(By.CLASS_NAME, 'cell'))}; heap {heap():.0f} MB, browser {pages():.0f} MB, "
          f"server {shared_out([server]):.0f} MB")
    # beside a picture a text has no strength, so that weak results are shown, too
    driver.execute_script("scrollTo(0, 0); document.getElementById('q').value = '#1 + '")
    times = []
    for word in WORDS:
        times.append(driver.execute_async_script(TYPE, word))
        time.sleep(0.2)
    print(f"from key to picture: {', '.join(f'{t:.0f}' for t in times)} ms; median {statistics.median(times):.0f} ms "
          "(a key within 60 ms of another would wait)")
    print(f"afterwards: heap {heap():.0f} MB, browser {pages():.0f} MB, server {shared_out([server]):.0f} MB")


def main():
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    descry = sys.argv[2] if len(sys.argv) == 3 else "build/cmd/descry"
    with subprocess.Popen([descry, "serve", "-p", "0", "--library", sys.argv[1]], stderr=subprocess.PIPE, text=True) as server, \
            tempfile.TemporaryDirectory() as home:
        try:
            address = server.stderr.readline().split()[-1]
            driver = browser(home)
            try:
                measure(driver, address, server.pid)
            finally:
                driver.quit()
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
