// SPDX-License-Identifier: Apache-2.0
// Filters by clicking: each choice edits the query.
import * as api from "./api.js";
import {$, button, h, icon} from "./dom.js";
import {filtersOf, quote, unquote, withFilter} from "./query.js";

const DAY = 86400000;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const HAS = {caption: "a caption", place: "a place", date: "a date"};

/** {path, name, count (with all below), children} of folders; what only one folder is in is part of its name. */
export function tree(folders) {
    const root = {path: "", name: "", count: 0, children: new Map()};
    for (const {path, count} of folders) {
        let at = root;
        at.count += count;
        for (const name of path.split("/").filter(Boolean)) {
            if (!at.children.has(name))
                at.children.set(name, {path: `${at.path}/${name}`, name, count: 0, own: 0, children: new Map()});
            at = at.children.get(name);
            at.count += count;
        }
        at.own = count;
    }
    const fold = node => {
        while (node.children.size === 1 && !node.own) {
            const [child] = node.children.values();
            Object.assign(node, child, {name: node.name ? `${node.name}/${child.name}` : `/${child.name}`});
        }
        node.children.forEach(fold);
        return node;
    };
    if (root.children.size === 1)
        return [fold(root)];
    return [...root.children.values()].map(node => fold(Object.assign(node, {name: `/${node.name}`})));
}

export function startFilters(app) {
    const panel = $("filters"), opener = $("open-filters");
    const now = key => {
        const filter = filtersOf(app.query()).find(filter => filter.key === key);
        return filter ? unquote(filter.value) : null;
    };

    /** A choice: pressed while the query has it. */
    function choice(key, value, name, count, written = value) {
        return h("button.choice", {type: "button", "data-key": key, "data-value": value, title: `${key}:${written}`, onclick: async () => {
            await app.setQuery(withFilter(app.query(), key, now(key) === value ? null : written));
            marks();
        }}, h("bdi", {}, name), count === null ? null : h("small", {}, count.toLocaleString("en")));
    }

    function marks() {
        for (const element of panel.querySelectorAll(".choice"))
            element.setAttribute("aria-pressed", now(element.dataset.key) === element.dataset.value);
        const has = (now("has") || "").split(",");
        for (const element of panel.querySelectorAll("[data-has]"))
            element.checked = has.includes(element.dataset.has);
    }

    function branch(node, open) {
        const below = [...node.children.values()].sort((a, b) => a.name.localeCompare(b.name));
        const list = h("ul", {hidden: !open});
        const fill = () => list.childElementCount || list.append(...below.map(child => branch(child, false)));
        if (open)
            fill();
        const toggle = below.length ? h("button.quiet.toggle", {type: "button", "aria-expanded": String(open), "aria-label": `Folders in ${node.name}`,
            onclick: () => {
                fill();
                list.hidden = !list.hidden;
                toggle.setAttribute("aria-expanded", !list.hidden);
                marks();
            }}, icon("right")) : h("span.toggle");
        return h("li", {}, h("div.branch", {}, toggle, choice("in", node.path, node.name, node.count, quote(node.path))), list);
    }

    function years(days) {
        const counts = new Map(); // year: [12]
        const months = new Map(); // of a day
        for (const day of days) {
            if (day === null)
                continue;
            if (!months.has(day)) {
                const date = new Date(day * DAY);
                months.set(day, [date.getUTCFullYear(), date.getUTCMonth()]);
            }
            const [year, month] = months.get(day);
            if (!counts.has(year))
                counts.set(year, new Array(12).fill(0));
            counts.get(year)[month]++;
        }
        return [...counts].sort(([a], [b]) => b - a).map(([year, months]) => {
            const four = String(year).padStart(4, "0");
            const row = h("div.months", {hidden: true}, months.map((count, i) => count ? choice("date", `${four}-${String(i + 1).padStart(2, "0")}`, MONTHS[i], null) : null));
            const toggle = h("button.quiet.toggle", {type: "button", "aria-expanded": "false", "aria-label": `Months of ${year}`, onclick: () => {
                row.hidden = !row.hidden;
                toggle.setAttribute("aria-expanded", !row.hidden);
            }}, icon("right"));
            return h("li", {}, h("div.branch", {}, toggle, choice("date", four, four, months.reduce((sum, count) => sum + count, 0))), row);
        });
    }

    async function fill() {
        try {
            const [{folders}, {cameras}, everything] = await Promise.all([api.get("/folders"), api.get("/cameras"),
                app.everything || api.get("/timeline")]);
            app.everything = everything;
            panel.replaceChildren(
                h("header", {}, h("h2", {}, "Filters"), button("close", "Close the filters", () => close(), {quiet: true})),
                h("section", {}, h("h3", {}, "With"), Object.entries(HAS).map(([value, name]) => h("label.check", {},
                    h("input", {type: "checkbox", "data-has": value, onchange: () => {
                        const all = [...panel.querySelectorAll("[data-has]:checked")].map(element => element.dataset.has);
                        app.setQuery(withFilter(app.query(), "has", all.length ? all.join(",") : null));
                    }}), name))),
                h("section", {}, h("h3", {}, "Date"), h("ul", {}, years(everything.days))),
                cameras.length ? h("section", {}, h("h3", {}, "Camera"), h("ul", {}, cameras.map(({name, count}) =>
                    h("li", {}, choice("camera", name, name, count, quote(name)))))) : "",
                folders.length ? h("section", {}, h("h3", {}, "Folder"), h("ul.tree", {}, tree(folders).map(node => branch(node, true)))) : "");
            marks();
        } catch (error) {
            panel.replaceChildren(h("p.problem", {}, error.message));
        }
    }

    function close() {
        if (panel.hidden)
            return;
        const inside = panel.contains(document.activeElement);
        panel.hidden = true;
        opener.setAttribute("aria-expanded", "false");
        if (inside)
            opener.focus();
    }

    opener.addEventListener("click", async () => {
        if (!panel.hidden)
            return close();
        panel.hidden = false;
        opener.setAttribute("aria-expanded", "true");
        await fill();
        panel.querySelector("button")?.focus();
    });
    panel.addEventListener("keydown", event => {
        if (event.key === "Escape") {
            event.stopPropagation();
            close();
        }
    });
    $("q").addEventListener("input", () => panel.hidden || marks());
    app.closeFilters = close;
}
