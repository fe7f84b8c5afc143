# SPDX-License-Identifier: Apache-2.0
"""clip-retrieval's built page in a browser: clip_page.py URL-OF-PAGE.  What it shows of its first results."""
import json
import sys
import tempfile
import time

from selenium import webdriver

options = webdriver.ChromeOptions()
options.binary_location = "/usr/bin/chromium"
for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={tempfile.mkdtemp()}"):
    options.add_argument(argument)
browser = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
try:
    browser.get(sys.argv[1])
    while True:
        shown = browser.execute_script("""
            const root = document.querySelector('clip-front')?.shadowRoot
            const images = root ? [...root.querySelectorAll('img')].filter(i => i.src.startsWith('data:image')) : []
            return {text: root ? root.textContent : '', images: images.map(i => i.naturalWidth), html: root ? root.innerHTML.slice(0, 20000) : ''}""")
        if any(shown["images"]):
            break
        time.sleep(0.1)
    json.dump(shown, sys.stdout)
finally:
    browser.quit()
