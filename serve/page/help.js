// SPDX-License-Identifier: Apache-2.0
// All keys, and the query language in ten lines.
import {$, dialog, h} from "./dom.js";

const KEYS = [["/", "to the search box; ↓ from it to the pictures"], ["← → ↑ ↓", "move; with Shift, choose on the way"],
    ["Enter", "open the picture"], ["Esc", "close; choose none"], ["x", "choose the picture; Ctrl A: all of them"],
    ["+ −", "add the picture to the search, or subtract it"], ["Page, Home, End", "further; with Ctrl, to the ends"],
    ["In a picture:", ""], ["← →", "neighbours"], ["+ − 0", "zoom in, out, fit"], ["c", "search by a part: draw a rectangle, or arrows and Enter"],
    ["i", "show or hide what is known of it"], ["?", "this help"]];

const LANGUAGE = [["two cats", "what pictures show, in plain words"], ["#17 + four crowns - four anchors", "like picture 17, but with crowns for anchors"],
    ["#17 + 1.5 * (a dog - a cat)", "the same with a weight"], ["#17[0.1,0.2,0.5,0.6]", "a part: left, top, right, bottom"],
    ["beach NOT people", "leaves out what shows people"], ["\"rock - paper\"", "quotes: a text with signs in it"],
    ["date:2019 date:2019-06..2019-08", "taken then"], ["camera:nikon near:48.1,11.6,20", "by that camera; within 20 km of there"],
    ["in:\"/photos/My Holidays\"", "in that folder or below"], ["has:caption,place album:\"Best of\"", "of which that is known; in that album"]];

const rows = (list, kind) => h("table", {}, h("tbody", {}, list.map(([left, right]) => h("tr", {},
    right ? [h("th", {scope: "row"}, h(kind, {}, left)), h("td", {}, right)] : h("th.part-of", {scope: "rowgroup", colSpan: 2}, left)))));

export function startHelp(app) {
    app.openHelp = () => dialog("Help", {wide: true, className: "help", reading: true},
        h("div.columns", {}, h("section", {}, h("h3", {}, "Searching"), rows(LANGUAGE, "code"),
            h("p.hint", {}, "+, -, * and NOT stand alone between spaces. Drop or paste a picture anywhere to search by it.")),
        h("section", {}, h("h3", {}, "Keys"), rows(KEYS, "kbd"))),
        h("p.hint", {}, `descry ${app.status.version || ""}`, app.status.model ? `, ${app.status.model.name}` : ""));
    $("open-help").addEventListener("click", () => app.openHelp());
}
