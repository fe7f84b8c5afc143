# SPDX-License-Identifier: Apache-2.0
"""Debian's Chromium without a window, and what tests of the page do with it.  Nothing here sleeps for a fixed time: conditions are
waited for, at most CAP seconds."""
import base64
import os
import pathlib
import time

import axe_playwright_python
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By

CAP = 60  # seconds until a condition that does not come true is a failure
POLL = 0.03
AXE = (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
WIDE, PHONE = (1280, 860), (360, 740)


class Late(AssertionError):
    pass


def until(condition, what="", cap=CAP):
    """What the condition gives once it is true."""
    end = time.monotonic() + cap
    while True:
        try:
            value = condition()
        except StaleElementReferenceException:
            value = None
        if value:
            return value
        if time.monotonic() > end:
            raise Late(f"{what or condition}: not in {cap} seconds")
        time.sleep(POLL)


class Browser:
    def __init__(self, home):
        """`home`: a folder of its own, for the profile and downloads."""
        home.mkdir(exist_ok=True)
        self.downloads = home / "downloads"
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        arguments = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run",
                     "--force-color-profile=srgb", "--hide-scrollbars", "--lang=en",
                     "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",  # a mouse
                     f"--user-data-dir={home / 'profile'}"]
        for argument in arguments + (["--no-sandbox"] if os.getuid() == 0 else []):
            options.add_argument(argument)
        service = webdriver.ChromeService("/usr/bin/chromedriver", env={**os.environ, "HOME": str(home)})
        self.driver = webdriver.Chrome(options=options, service=service)
        self.driver.set_script_timeout(CAP)
        self.cdp("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(self.downloads))
        self.size(*WIDE)

    def cdp(self, method, **parameters):
        return self.driver.execute_cdp_cmd(method, parameters)

    def size(self, width, height, mobile=False):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2 if mobile else 1, mobile=mobile)

    def media(self, **features):
        """media(prefers_color_scheme="dark"); without: as the system is."""
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": name.replace("_", "-"), "value": value} for name, value in features.items()])

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def later(self, script, *arguments):
        """The value of a promise: `script` is an expression."""
        value = self.driver.execute_async_script("const done = arguments[arguments.length - 1];"
                                                 f"Promise.resolve({script}).then(value => done([value]), error => done(String(error)))", *arguments)
        if not isinstance(value, list):
            raise AssertionError(f"{script}: {value}")
        return value[0]

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        """The first that is seen, which is waited for."""
        return until(lambda: next((element for element in self.all(selector) if element.is_displayed()), None), selector)

    def seen(self, selector):
        return any(element.is_displayed() for element in self.all(selector))

    def gone(self, selector):
        until(lambda: not self.seen(selector), f"no {selector}")

    def text(self, selector):
        return self.one(selector).text

    def wait_text(self, selector, part):
        return until(lambda: next((text for element in self.all(selector) if part in (text := element.text)), None), f"{part!r} in {selector}")

    def click(self, selector):
        self.one(selector).click()

    def named(self, label, within="body"):
        """A button by its visible or spoken name."""
        return until(lambda: next((element for element in self.all(f"{within} button") if element.is_displayed() and
                                   label in (element.text, element.get_attribute("aria-label"))), None), f"button {label!r}")

    def keys(self, *keys):
        """To what has the focus."""
        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def chord(self, modifier, key):
        ActionChains(self.driver, duration=0).key_down(modifier).send_keys(key).key_up(modifier).perform()

    def type_into(self, selector, text):
        element = self.one(selector)
        element.clear()
        element.send_keys(text)
        return element

    def drag(self, start, end, modifier=None):
        """The mouse, pressed, from one point of the window to another."""
        chain = ActionChains(self.driver, duration=20)
        pointer = chain.w3c_actions.pointer_action
        if modifier:
            chain.key_down(modifier)
        pointer.move_to_location(*map(round, start))
        pointer.pointer_down()
        pointer.move_to_location(*[round((a + b) / 2) for a, b in zip(start, end)])
        pointer.move_to_location(*map(round, end))
        pointer.pointer_up()
        if modifier:
            chain.key_up(modifier)
        chain.perform()

    def give_file(self, how, name, kind, data):
        """Drops or pastes a file, as if it came from outside."""
        self.js("""
            const [how, name, type, text] = arguments
            const transfer = new DataTransfer()
            transfer.items.add(new File([Uint8Array.from(atob(text), letter => letter.charCodeAt(0))], name, {type}))
            if (how === "paste")
                return document.body.dispatchEvent(new ClipboardEvent("paste", {clipboardData: transfer, bubbles: true, cancelable: true}))
            for (const kind of ["dragenter", "dragover", "drop"])
                document.body.dispatchEvent(new DragEvent(kind, {dataTransfer: transfer, bubbles: true, cancelable: true}))
            """, how, name, kind, base64.b64encode(data).decode())

    def quiet(self):
        """Until nothing moves and every thumbnail in the window is there."""
        until(lambda: self.js("""
            const seen = element => { const box = element.getBoundingClientRect(); return box.width && box.bottom > 0 && box.top < innerHeight }
            return !document.body.classList.contains("searching") &&
                document.getAnimations().every(animation => animation.playState !== "running") &&
                [...document.querySelectorAll(".cell > img")].filter(seen).every(image => image.classList.contains("there")) &&
                [...document.querySelectorAll("dialog img, #chips img")].filter(seen).every(image => image.complete && image.naturalWidth)"""),
              "a page at rest")

    def faults(self):
        """What axe-core calls serious or critical."""
        if not self.js("return Boolean(window.axe)"):
            self.js(AXE)
        found = self.later("axe.run(document, {resultTypes: ['violations']})")["violations"]
        return [(fault["id"], node["target"], node["failureSummary"]) for fault in found if fault["impact"] in ("serious", "critical")
                for node in fault["nodes"]]

    def complaints(self, allowed=()):
        """Lines of the console since the last call that are errors or warnings; but Chromium's own for these statuses."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING") and not any(
            f"the server responded with a status of {status} " in entry["message"] for status in allowed)]

    def shot(self, path):
        """A picture of the window: PNG, and a small WebP beside it, for documents."""
        for kind, more in (("png", {}), ("webp", {"quality": 80})):
            data = self.cdp("Page.captureScreenshot", format=kind, **more)["data"]
            path.with_suffix(f".{kind}").write_bytes(base64.b64decode(data))

    def quit(self):
        self.driver.quit()
