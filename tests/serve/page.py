# SPDX-License-Identifier: Apache-2.0
"""The page in a browser, against the server with the demo model: page.py [--screenshots FOLDER] [PART...]

A part is a function below; without any, all.  Prints the Test Anything Protocol."""
import traceback
import zipfile

from page_steps import *


@part()
def grid():
    timeline = server.ask("GET", "/api/v1/timeline").json
    same(len(timeline["ids"]), DATED + len(OTHERS), "all pictures are in the library")
    shows(timeline["ids"][:12], "the grid shows the library, newest first")
    b.quiet()
    loaded = b.js("return performance.getEntriesByType('resource').filter(entry => entry.name.includes('/thumbnail')).length")
    verdict(0 < loaded < len(timeline["ids"]), "thumbnails are loaded only around what is on the screen", loaded)
    verdict(b.js("return document.querySelectorAll('.cell').length") < len(timeline["ids"]), "so are their elements made")
    verdict(b.seen(".month"), "months have headings")
    b.js("document.getElementById('scroll').scrollTop = 1e6")
    until(lambda: timeline["ids"][-1] in ids(), "the oldest picture")
    b.quiet()
    verdict(timeline["ids"][0] not in ids(), "what is far above is let go")
    b.one("#scrub").send_keys(Keys.HOME)
    until(lambda: ids()[:1] == timeline["ids"][:1], "the top")
    verdict(b.js("return document.getElementById('scrub').getAttribute('aria-valuetext')"), "the scrubber says its month, and goes to the top")
    others = [id for id in timeline["ids"] if photo(id)["name"] in OTHERS]
    same(len(others), len(OTHERS), "HEIC, TIFF, JPEG XL and DNG are in it")
    home("in:" + json.dumps(str(pictures / "Other")))
    b.quiet()
    same(b.js("return document.querySelectorAll('.cell img.there').length"), len(OTHERS), "their thumbnails are shown")


@part()
def typing():
    for i, text in enumerate(["cat", "cats and dogs"]):
        b.one("#q").send_keys(text[3:] if i else text)
        wanted = found(text)
        shows(wanted[:8], f"results while “{text}” is typed, the server's order")
    verdict(b.all(".cell .bar:not([hidden])"), "strength is a bar on each")
    same(b.driver.title, "cats and dogs · descry", "the title says what is searched for")
    b.click("#clear")
    until(lambda: not query() and b.seen(".month"), "the library again")
    verdict(True, "the search is cleared by its button")
    search("a cat NOT a dog date:2019")
    until(lambda: len(chips()) == 3, "three chips")
    b.driver.refresh()
    b.one("#chips li")
    same(query(), "a cat NOT a dog date:2019", "the address keeps the search")


@part()
def chips_edited():
    home("a cat date:2019 camera:nikon")
    until(lambda: len(chips()) == 3, "chips")
    same(chips(), ["a cat", "date 2019", "camera nikon"], "what was understood is shown as chips")
    b.click("#chips li:nth-child(2) .text")
    same(b.js("const q = document.getElementById('q'); return q.value.slice(q.selectionStart, q.selectionEnd)"), "date:2019", "a chip marks its part of the text")
    b.keys("date:2021")
    until(lambda: "date 2021" in chips(), "the new chip")
    verdict(True, "which is typed over")
    b.named("Remove camera:nikon").click()
    until(lambda: len(chips()) == 2, "one less")
    same(query(), "a cat date:2021", "a chip is removed")


@part()
def ranking():
    for by in ("words", "hybrid", "vectors"):
        if by == "words":
            search("cats")
        b.js("document.querySelector(`input[name=ranking][value=${arguments[0]}]`).click()", by)
        settled()
        shows(found("cats", ranking=by)[:8], f"ranked by {by}")


@part()
def arithmetic():
    for index, sign in ((0, "plus"), (2, "minus")):
        cell = cells()[index]
        id = b.js("return arguments[0].picture", cell)
        hover(cell)
        cell.find_element("css selector", f".{sign}").click()
        until(lambda: query().endswith(f"#{id}"), f"{sign}: a term of the query")
        verdict(True, f"{sign} on a picture makes it a term")
        settled()
        until(lambda: b.seen(".cell"), "results")
    before = ids()
    text = query()
    b.one("#chips li:last-child input[type=range]")
    b.js("""const slider = document.querySelector('#chips li:last-child input[type=range]')
        slider.focus(); slider.value = 0.2; slider.dispatchEvent(new InputEvent('input', {bubbles: true}))""")
    until(lambda: query() != text and "0.2 * " in query(), "the weight in the text")
    shows(found(query())[:8], "the slider ranks anew")
    verdict(ids() != before or len(before) < 2, "and differently")
    b.keys(Keys.ARROW_RIGHT)
    until(lambda: "0.25 * " in query(), "a step")
    verdict(b.js("return document.activeElement.type") == "range", "by keys, too, without losing the slider")


@part()
def upload():
    data = samples[29].read_bytes()
    b.give_file("drop", "mine.jpg", "image/jpeg", data)
    until(lambda: query().startswith("@"), "a term of the picture")
    settled()
    b.quiet()
    same(chips(), ["your picture"], "a dropped picture is a term, with a chip")
    best = photo(ids()[0])
    same(best["name"], samples[29].name, "and finds itself")
    verdict(not b.seen("#drop"), "the hint for dropping is gone")
    b.give_file("paste", "image.png", "image/png", (formats / "grey.png").read_bytes())
    until(lambda: query().count("@") == 2 and len(chips()) == 2, "the second term")
    verdict(True, "a pasted picture is added")
    b.all("#file")[0].send_keys(str(samples[3]))
    until(lambda: query().count("@") == 3 and len(chips()) == 3, "the third")
    verdict(True, "so is one that is chosen from a file")


@part(provokes=[415])
def upload_refused():
    b.give_file("drop", "bad.jpg", "image/jpeg", b"this is no picture")
    until(lambda: b.seen("#toast.shown"), "the refusal")
    verdict(b.text("#toast"), "what is no picture is refused in words")
    same(query(), "", "and is no term")


@part()
def rectangle():
    open_viewer()
    id = ids()[0]
    b.quiet()
    b.keys("c")
    layer = b.one(".part")
    image = b.one(".stage > img")
    b.drag(point(image, 0.1, 0.2), point(image, 0.6, 0.7))
    until(lambda: query().startswith(f"#{id}["), "the term of the part")
    settled()
    numbers = [float(number) for number in query().split("[")[1].rstrip("]").split(",")]
    verdict(all(abs(a - b) < 0.02 for a, b in zip(numbers, [0.1, 0.2, 0.6, 0.7])), "a rectangle that is drawn is searched for", numbers)
    shows(found(query())[:6], "and finds what the server finds")
    verdict("part" in chips()[0], "its chip says so", chips())
    open_viewer()
    b.keys("c")
    b.one(".part")
    b.keys(Keys.ARROW_RIGHT, Keys.ENTER)
    until(lambda: "[0.27,0.25,0.77,0.75]" in query(), "the moved part")
    verdict(True, "and by keys")


@part()
def viewer():
    all_ids = ids()
    open_viewer(1)
    until(lambda: "/preview" in b.js("return document.querySelector('.stage > img').src"), "the preview")
    b.quiet()
    verdict(b.js("return document.querySelector('.stage > img').naturalWidth") >= 256, "the picture at its full size")
    data = photo(all_ids[1])
    panel = b.text(".panel")
    verdict(data["name"] in panel and data["camera"] in panel and str(data["taken"][:4]) in panel, "what is known of it", panel)
    b.keys("+")
    verdict("scale" in b.js("return document.querySelector('.stage > img').style.transform"), "+ zooms in")
    b.keys("0")
    same(b.js("return document.querySelector('.stage > img').style.transform"), "", "0 fits it again")
    b.keys(Keys.ARROW_RIGHT)
    b.wait_text(".tools .count", "3 of")
    b.keys(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    b.wait_text(".tools .count", "1 of")
    verdict(b.driver.current_url.endswith(f"photo={all_ids[0]}"), "arrows go to the neighbours; the address follows")
    until(lambda: len(b.all(".strip img")) == 12, "similar pictures")
    similar = [match["id"] for match in server.ask("GET", f"/api/v1/photos/{all_ids[0]}/similar?k=12").json["matches"]]
    got = [int(image.get_attribute("src").split("/photos/")[1].split("/")[0]) for image in b.all(".strip img")]
    same(got, similar, "similar pictures are shown")
    b.click(".strip button")
    until(lambda: b.driver.current_url.endswith(f"photo={similar[0]}"), "the similar one")
    b.keys(Keys.ESCAPE)
    b.gone("dialog.viewer")
    home("in:" + json.dumps(str(pictures / "Other")))
    for index in range(len(OTHERS)):
        open_viewer(index)
        until(lambda: "/preview" in b.js("return document.querySelector('.stage > img').src") and
              b.js("return document.querySelector('.stage > img').naturalWidth"), "its preview")
        b.keys(Keys.ESCAPE)
        b.gone("dialog.viewer")
    verdict(True, "pictures that browsers do not show are shown as previews")


@part()
def caption():
    id = ids()[4]
    verdict(photo(id)["captioner"], "the captioner wrote it", photo(id))
    text = "قطة على شاطئ البحر"
    open_viewer(4)
    b.type_into(".panel textarea", text)
    b.named("Save", ".panel").click()
    b.wait_text(".panel .field small", "by hand")
    data = photo(id)
    same((data["caption"], data["captioner"]), (text, None), "an edited caption is a person's")
    area = b.one(".panel textarea")
    same(b.js("return getComputedStyle(arguments[0]).direction", area), "rtl", "Arabic is written from right to left")
    area.send_keys(" x")
    b.chord(Keys.CONTROL, Keys.ENTER)
    until(lambda: photo(id)["caption"] == text + " x", "the caption")
    b.keys(Keys.ESCAPE)
    b.keys(Keys.ESCAPE)
    b.gone("dialog.viewer")
    verdict(text in b.js("return document.querySelectorAll('.cell')[4].title"), "the grid knows it at once")
    home(text, "words")
    shows([id], "and words find it")


@part()
def selection():
    all_ids = ids()
    choose(0, 2)
    b.wait_text("#actions .number", "2 chosen")
    ActionChains(b.driver, duration=0).key_down(Keys.SHIFT).click(cells()[5]).key_up(Keys.SHIFT).perform()
    b.wait_text("#actions .number", "5 chosen")
    verdict(True, "by click and with Shift")
    b.named("Copy paths", "#actions").click()
    until(lambda: b.seen("#toast.shown"), "the word of it")
    b.cdp("Browser.grantPermissions", permissions=["clipboardReadWrite"], origin=server.url)
    copied = b.later("navigator.clipboard.readText()").split("\n")
    same(copied, [photo(all_ids[i])["path"] for i in (0, 2, 3, 4, 5)], "their paths are copied")
    b.named("Download", "#actions").click()
    archive = b.downloads / "descry.zip"
    until(archive.exists, "the download")
    with zipfile.ZipFile(archive) as whole:
        same(len(whole.namelist()), 5, "a zip of them is downloaded")
        verdict(whole.testzip() is None and all(info.compress_type == zipfile.ZIP_STORED for info in whole.infolist()), "which is stored and whole")
    archive.unlink()
    b.named("Captions to XMP", "#actions").click()
    b.wait_text("#toast", "sidecar")
    verdict(all(list(pathlib.Path(path).parent.glob(pathlib.Path(path).name.split(".")[0] + "*.xmp")) for path in copied), "captions are written to sidecars")
    b.named("Choose none", "#actions").click()
    b.gone("#actions")
    one, two = cells()[0], cells()[1]
    b.drag(point(one, 0.2, 0.2), point(two, 0.6, 0.8))
    b.wait_text("#actions .number", "2 chosen")
    verdict(not b.seen("dialog[open]"), "a rubber band chooses, and opens nothing")
    b.keys(Keys.ESCAPE)
    b.gone("#actions")


@part()
def albums():
    choose(0, 1, 3)
    three = [ids()[i] for i in (0, 1, 3)]
    b.named("Album", "#actions").click()
    ask_for("Best of “2024”")
    b.wait_text("#toast", "3 pictures")
    b.click("#open-albums")
    b.one("dialog[open] .choices .grow").click()
    until(lambda: query().startswith("album:"), "its query")
    settled()
    until(lambda: len(ids()) == 3, "three pictures")
    same(set(ids()), set(three), "chosen pictures are saved as an album, which is opened")
    search("two cats date:2019..2021")
    b.click("#open-albums")
    b.named("Save this search as an album").click()
    ask_for("Cats")
    until(lambda: any(album["name"] == "Cats" and album["query"] == "two cats date:2019..2021" for album in server.ask("GET", "/api/v1/albums").json["albums"]),
          "the smart album")
    verdict(True, "a search is saved as a smart album")
    b.named("Rename Cats").click()
    ask_for("Pairs of cats")
    b.named("Rename Pairs of cats")
    verdict(True, "it is renamed")
    b.wait_text("dialog[open] .choices .grow", "Pairs of cats")
    next(element for element in b.all("dialog[open] .choices .grow") if "Pairs of cats" in element.text).click()
    until(lambda: query() == 'album:"Pairs of cats"', "its query")
    settled()
    wanted = found("two cats date:2019..2021")
    until(lambda: ids()[:4] and set(ids()[:4]) <= set(wanted), "pictures of the smart album")
    verdict(True, "and opened")
    b.click("#open-albums")
    b.named("Delete Pairs of cats").click()
    b.named("Delete", "dialog[open] form").click()
    until(lambda: len(server.ask("GET", "/api/v1/albums").json["albums"]) == 1, "one album")
    verdict(True, "and deleted")


@part()
def filters():
    b.click("#open-filters")
    b.one("#filters h2")
    click = lambda name: until(lambda: next((element for element in b.all("#filters .choice") if element.is_displayed() and element.text.split("\n")[0] == name), None), name).click()
    click("2019")
    until(lambda: query() == "date:2019", "the date")
    settled()
    shows(server.ask("GET", "/api/v1/timeline?q=date:2019").json["ids"][:8], "a year")
    click("2019")
    until(lambda: query() == "", "no filter")
    click("Pixel 6")
    until(lambda: query() == 'camera:"Pixel 6"', "the camera")
    settled()
    shows(server.ask("GET", "/api/v1/timeline?q=camera:%22Pixel%206%22").json["ids"][:8], "a camera")
    click("Garden")
    until(lambda: "in:" in query(), "the folder")
    settled()
    same(b.js("return document.querySelectorAll('#filters .choice[aria-pressed=true]').length"), 2, "what is chosen is marked")
    b.js("document.querySelector('[data-has=place]').click()")
    b.wait_text("#note", "No pictures are left")
    verdict(True, "filters that leave nothing say so")
    b.named("Show all pictures").click()
    until(lambda: query() == "", "all")
    b.named("Close the filters").click()
    b.gone("#filters")


@part()
def indexing():
    b.js("""window.heard = []
        new MutationObserver(() => document.querySelectorAll('.job [role=status]').forEach(element => heard.push(element.textContent)))
            .observe(document.body, {subtree: true, childList: true, characterData: true})""")
    before = len(server.ask("GET", "/api/v1/timeline").json["ids"])
    b.click("#open-index")
    until(lambda: any(element.text == str(more) for element in b.all("dialog .folders bdi")), "the roots")
    next(element for element in b.all("dialog .folders bdi") if element.text == str(more)).click()
    b.js("arguments[0].click()", until(lambda: next(iter(b.all("dialog .folders input[aria-label$='Box 1']")), None), "the folder"))
    b.named("Index 1 folder").click()
    b.wait_text(".job", "done: ")
    heard = b.js("return heard")
    verdict(any("looking" in text for text in heard), "its progress is told", sorted(set(heard)))
    verdict(not b.seen(".job progress"), "the bar goes with its end")
    b.wait_text(".job summary", "1 file failed")
    b.click(".job summary")
    text = b.wait_text(".job .failures", "broken.jpg")
    verdict(len(text.splitlines()) >= 2, "the file that failed, and why", text)
    b.named("Close", "dialog[open]").click()
    after = server.ask("GET", "/api/v1/timeline").json["ids"]
    same(len(after), before + 50, "all others are in the library")
    search(f"in:{json.dumps(str(more))}")
    until(lambda: len(ids()) > 10, "the new ones")
    verdict(True, "and on the page")


@part()
def matrix():
    choose(0, 1, 2)
    b.named("Compare with texts", "#actions").click()
    b.type_into("dialog.matrix textarea", "two cats\na train & a palm")
    until(lambda: len(b.all(".figure td")) == 7, "3 x 2 numbers")
    wanted = server.ask("POST", "/api/v1/matrix", {"ids": ids()[:3], "texts": ["two cats", "a train & a palm"]}).json["scores"]
    got = [cell.text for cell in b.all(".figure tbody td")]
    same(got, [f"{wanted[i][j]:.3f}" for j in range(2) for i in range(3)], "pictures against texts, as the server says")
    b.named("Save as SVG").click()
    path = b.downloads / "matrix.svg"
    until(path.exists, "the picture")
    import xml.etree.ElementTree as tree
    root = tree.parse(path).getroot()
    same(len(root.findall("{http://www.w3.org/2000/svg}image")), 3, "saved as SVG, with its thumbnails")
    path.unlink()
    b.keys(Keys.ESCAPE)
    b.gone("dialog.matrix")


@part()
def themes():
    back = lambda: b.js("return getComputedStyle(document.body).backgroundColor")
    b.media(prefers_color_scheme="light")
    light = back()
    b.media(prefers_color_scheme="dark")
    until(lambda: back() != light, "dark")
    verdict(True, "the page follows the system into the dark")
    b.click("#open-theme")
    same(back(), light, "light by the button")
    b.click("#open-theme")
    dark = back()
    b.driver.refresh()
    b.one(".cell")
    b.media(prefers_color_scheme="light")
    same(back(), dark, "dark is kept")
    b.click("#open-theme")
    b.media(prefers_reduced_motion="reduce")
    same(b.js("return getComputedStyle(document.querySelector('.cell > img')).transitionDuration"), "0s", "reduced motion: nothing moves")
    b.media()


@part(screen=PHONE)
def phone():
    fits = lambda: b.js("return document.documentElement.scrollWidth <= 360 && document.body.scrollWidth <= 360")
    verdict(fits(), "the grid fits in 360 pixels")
    search("a cat NOT a dog date:2019..2022")
    b.one("#chips li")
    b.one(".cell")
    verdict(fits(), "so do results and chips")
    open_viewer()
    b.quiet()
    verdict(fits(), "and the viewer")
    box = b.js("const box = document.querySelector('.stage > img').getBoundingClientRect(); return [box.width, box.height]")
    verdict(box[0] > 200 and box[1] > 200, "with a picture of some size", box)
    b.named("Back (Escape)").click()
    b.gone("dialog.viewer")
    for button in ("filters", "albums", "index", "help"):
        b.click(f"#open-{button}")
        b.one("#filters h2" if button == "filters" else "dialog[open] h2")
        verdict(fits(), f"{button} fit")
        b.named("Close the filters" if button == "filters" else "Close", "#filters" if button == "filters" else "dialog[open]").click()


@part()
def keyboard():
    b.keys("/")
    same(b.js("return document.activeElement.id"), "q", "/ goes to the box")
    b.keys("two cats")
    until(lambda: b.seen("#chips li"), "results")
    settled()
    wanted = found("two cats")
    shows(wanted[:6], "results")
    b.keys(Keys.ARROW_DOWN)
    same(b.js("return document.activeElement.picture"), wanted[0], "↓ goes to the pictures")
    b.keys(Keys.ARROW_RIGHT)
    same(b.js("return document.activeElement.picture"), wanted[1], "→ to the next")
    b.keys("x")
    b.wait_text("#actions .number", "1 chosen")
    b.keys(Keys.ENTER)
    b.one("dialog.viewer[open]")
    b.keys(Keys.ARROW_RIGHT)
    b.wait_text(".tools .count", "3 of")
    b.keys(Keys.ESCAPE)
    b.gone("dialog.viewer")
    same(b.js("return document.activeElement.picture"), wanted[2], "Enter opens, Esc comes back to the picture last seen")
    b.keys(Keys.ESCAPE)
    b.gone("#actions")
    b.keys("+")
    until(lambda: query() == f"two cats + #{wanted[2]}", "the term")
    verdict(True, "+ adds the picture")
    b.keys("?")
    b.wait_text("dialog[open] h2", "Help")
    b.keys(Keys.ESCAPE)
    b.gone("dialog[open]")
    b.js("document.activeElement.blur(); document.body.focus()")
    order = []
    for _ in range(9):
        b.keys(Keys.TAB)
        order.append(b.js("return document.activeElement.id || document.activeElement.name || document.activeElement.className"))
    verdict({"q", "home"} <= set(order), "Tab reaches the header's parts", order)


@part(provokes=[400])
def errors():
    search("two cats")
    b.js("const q = document.getElementById('q'); q.value += ' date:20x9'; q.dispatchEvent(new Event('input', {bubbles: true}))")
    until(lambda: b.seen("#problem .place"), "the error")
    b.click("#problem .place")
    at = b.js("return document.getElementById('q').selectionStart")
    verdict(9 <= at <= 15, "an error says where it is, and goes there", at, b.text("#problem"))
    same(b.one("#q").get_attribute("aria-invalid"), "true", "the box is marked")
    verdict(ids(), "what was found before stays")
    b.type_into("#q", "a cat date:2019")
    b.gone("#problem span")
    verdict(not b.one("#q").get_attribute("aria-invalid"), "both go with it")


@part()
def weak():
    search("a submarine")
    b.wait_text("#note", "Nothing here matches well")
    verdict(not b.seen(".cell"), "weak results are not shown at once")
    b.named("Show the weak results").click()
    b.one(".cell")
    verdict(b.all(".cell .bar.weak"), "but behind a button, marked")


@part(provokes=[401])
def login():
    with Server("--token", "a-token-of-the-test") as guarded:
        b.driver.get(guarded.url)
        b.type_into("dialog[open] input[type=password]", "wrong")
        b.named("Log in", "dialog[open] form").click()
        b.wait_text("dialog[open] .problem", "not the token")
        verdict(True, "a wrong token is refused")
        b.type_into("dialog[open] input[type=password]", "a-token-of-the-test")
        b.named("Log in", "dialog[open] form").click()
        b.gone("dialog[open]")
        b.one(".cell")
        b.quiet()
        verdict(b.seen(".cell img.there"), "with the right one, pictures are shown, too")
        same(b.js("return document.cookie"), "", "no script sees the cookie")
        b.driver.refresh()
        b.one(".cell")
        verdict(not b.seen("dialog[open]"), "it stays for the next visit")
        b.driver.get("about:blank")


def state_results():
    home("two cats")


def state_arithmetic():
    first = found("two cats")[0]
    home(f"#{first} + 1.2 * a train - 0.8 * (two cats)")


def state_viewer():
    home("two cats")
    open_viewer()


def state_matrix():
    home("cats")
    choose(*range(6))
    b.js("[...document.querySelectorAll('#actions button')].find(button => button.textContent === 'Compare with texts').click()")
    until(lambda: b.all(".figure td"), "the matrix")


def opened(button):
    home()
    b.click(f"#open-{button}")
    b.one("#filters h3" if button == "filters" else "dialog[open] h2")
    if button == "index":
        b.one("dialog .folders li")


STATES = {"grid": home, "results": state_results, "arithmetic": state_arithmetic, "viewer": state_viewer, "matrix": state_matrix, "filters": lambda: opened("filters"),
          "albums": lambda: opened("albums"), "indexing": lambda: opened("index"), "help": lambda: opened("help")}


@part()
def accessible():
    for screen in (WIDE, PHONE):
        b.size(*screen, mobile=screen == PHONE)
        for scheme in ("light", "dark"):
            b.media(prefers_color_scheme=scheme)
            for name, enter in STATES.items():
                enter()
                b.quiet()
                faults = b.faults()
                verdict(not faults, f"axe finds nothing serious: {name}, {scheme}, {screen[0]} pixels", *faults)
    b.media()
    b.size(*WIDE)


def screenshots():
    for name in ("grid", "results", "arithmetic", "viewer", "matrix", "filters", "indexing"):
        b.size(*WIDE)
        b.media(prefers_color_scheme="light")
        STATES[name]()
        b.quiet()
        b.shot(shots / f"{name}.png")
    b.media(prefers_color_scheme="dark")
    STATES["grid"]()
    b.quiet()
    b.shot(shots / "dark.png")
    b.media(prefers_color_scheme="light")
    b.size(*PHONE, mobile=True)
    STATES["results"]()
    b.quiet()
    b.shot(shots / "phone.png")


try:
    with server:
        if shots:
            screenshots()
        for function, provokes, screen in [] if shots else parts:
            if arguments and function.__name__ not in arguments:
                continue
            print(f"# {function.__name__}", flush=True)
            try:
                b.size(*screen, mobile=screen == PHONE)
                home()
                b.complaints()
                function()
            except Exception as error:
                verdict(False, function.__name__, f"{type(error).__name__}: {error}", "".join(line for line in traceback.format_tb(error.__traceback__) if "page.py" in line))
            complaints = b.complaints(provokes)
            verdict(not complaints, f"{function.__name__}: the console is quiet", *complaints)
        if not shots:
            b.driver.get("about:blank")
    if not shots:
        verdict(server.stop() == 0, "the server ends as it should", server.process.returncode)
finally:
    b.quit()
harness.done()
