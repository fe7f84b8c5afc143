// SPDX-License-Identifier: Apache-2.0
// The page: each part adds what others may call to `app`.
import * as api from "./api.js";
import {$, announce, h, typing} from "./dom.js";
import {startAlbums} from "./albums.js";
import {startArithmetic} from "./arithmetic.js";
import {startFilters} from "./filters.js";
import {startGrid} from "./grid.js";
import {startHelp} from "./help.js";
import {startIndex} from "./index.js";
import {startScrubber} from "./scrub.js";
import {startSearch} from "./search.js";
import {startSelection} from "./selection.js";
import {startViewer} from "./viewer.js";

const app = {status: {strength_good: 98, writable: false, local: false}, everything: null};

const THEMES = ["system", "light", "dark"];

function nextTheme() {
    const root = document.documentElement;
    const theme = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
    root.dataset.theme = theme;
    try {
        localStorage.setItem("theme", theme);
    } catch { /* then only until the page is closed */ }
    announce(`Theme: ${theme}`);
    name();
    function name() {
        $("open-theme").title = `Theme: ${theme}`;
    }
}

async function status() {
    app.status = await api.get("/status");
    document.body.classList.toggle("readonly", !app.status.writable);
}

app.grid = startGrid(app);
startScrubber(app);
startSelection(app);
startSearch(app);
startArithmetic(app);
startViewer(app);
startFilters(app);
startAlbums(app);
startIndex(app);
startHelp(app);
$("open-theme").addEventListener("click", nextTheme);

document.addEventListener("keydown", event => {
    if (typing(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]"))
        return;
    if (event.key === "/") {
        event.preventDefault();
        $("q").focus();
        $("q").select();
    } else if (event.key === "?")
        app.openHelp();
    else if (event.key === "Escape")
        app.selection.size ? app.selection.clear() : app.closeFilters();
    else if (event.key.startsWith("Arrow") && (event.target === document.body || event.target === $("scroll"))) {
        event.preventDefault();
        app.grid.focus(app.grid.current);
    }
});

try {
    await status();
    if (!app.status.model && app.status.photos && !location.hash)
        document.querySelector("input[name=ranking][value=words]").checked = true;
} catch (error) {
    $("problem").append(h("span", {}, error.message));
}
app.reloadStatus = status;
await app.run();
app.listen();
app.openFromAddress();
