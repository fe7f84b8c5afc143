// SPDX-License-Identifier: Apache-2.0
// The box for everything: searches while it is typed in, and says what was wrong.
import * as api from "./api.js";
import {$, announce, button, count, debounce, h, throttle} from "./dom.js";
import {matchList, timelineList} from "./grid.js";
import {showChips} from "./chips.js";
import {filtersOf, fromBytes, onlyFilters, tokens, withTerm} from "./query.js";

const PAGE = 60;
const PAUSE = 60; // ms: keys that come closer together are searched for once

export function startSearch(app) {
    const input = $("q"), note = $("note"), problem = $("problem");
    const signal = api.superseding();
    let generation = 0, shown = null; // what the grid shows

    const ranking = () => document.querySelector("input[name=ranking]:checked").value;

    function message(...children) {
        note.replaceChildren(...children);
        note.hidden = !children.length;
    }

    function wrong(error) {
        problem.replaceChildren();
        input.removeAttribute("aria-invalid");
        $("chips").classList.toggle("stale", Boolean(error));
        if (!error)
            return;
        input.setAttribute("aria-invalid", "true");
        problem.append(h("span", {}, error.message));
        if (Number.isInteger(error.position)) {
            const at = Math.min(fromBytes(input.value, error.position), input.value.length);
            problem.append(h("button.place", {type: "button", title: "Go there", dir: "auto", onclick: () => {
                input.focus();
                input.setSelectionRange(at, at + 1);
            }}, input.value.slice(Math.max(0, at - 30), at), h("mark", {}, input.value[at] || "␣"), input.value.slice(at + 1, at + 30)));
        }
    }

    /** What filters alone are, as the server would say it, by which they are shown as chips, too. */
    function filterParts(text) {
        const bytes = at => new TextEncoder().encode(text.slice(0, at)).length;
        return filtersOf(text).map(({begin, end, key, value}) => ({kind: "filter", text: text.slice(begin, end),
            begin: bytes(begin), end: bytes(end), key, value}));
    }

    async function byDate(text, keep, stop) {
        const answer = await api.get("/timeline", {q: text}, stop);
        if (answer.ranked) // a smart album of a query with terms
            return byContent(text, keep, stop);
        generation = answer.generation;
        showChips(app, text, filterParts(text));
        app.grid.show(timelineList(answer), keep);
        if (!text)
            app.everything = answer;
        if (answer.ids.length)
            message();
        else if (text)
            message(h("p.large", {}, "No pictures are left by these filters."), button(null, "Show all pictures", () => app.setQuery("")));
        else
            welcome();
        announce(count(answer.ids.length, "picture"));
    }

    function welcome() {
        message(h("p.large", {}, "Nothing is indexed yet."),
            h("p", {}, "descry looks at the pictures in folders that you choose, on this machine only; then you can search for what they show."),
            app.status.writable ? button("index", "Choose folders to index", () => app.openIndex(), {className: "main"}) : null);
    }

    async function byContent(text, keep, stop) {
        const values = {q: text, k: PAGE, ranking: ranking()};
        if (values.ranking === "vectors" && tokens(text).filter(token => token.kind === "term").length > 1)
            values.explain = 1;
        const answer = await api.get("/search", values, stop);
        showChips(app, text, answer.understood);
        const page = next => next && (async () => {
            const {matches, next: after} = await api.get("/search", {...values, cursor: next}, stop);
            return {matches, next: page(after)};
        });
        const list = matchList(answer.matches, page(answer.next));
        const show = () => {
            message();
            app.grid.show(list, keep);
        };
        if (!answer.matches.length) {
            app.grid.show(matchList([], null));
            message(h("p.large", {}, "Nothing was found."), ranking() === "words" ? h("p", {}, "No picture has all these words in its caption, name or title.") : null);
        } else if (answer.good === false) {
            app.grid.show(matchList([], null));
            message(h("p.large", {}, "Nothing here matches well."),
                button(null, "Show the weak results", () => {
                    show();
                    app.grid.focus(0);
                }));
        } else
            show();
        announce(answer.good === false ? "Nothing here matches well." : count(answer.count, "result"));
    }

    async function run({keep = false} = {}) {
        const text = input.value.trim();
        const stop = signal();
        $("clear").hidden = !input.value;
        document.body.classList.add("searching");
        try {
            await (onlyFilters(text) ? byDate : byContent)(input.value.trim() ? input.value : "", keep, stop);
            shown = text;
            wrong(null);
            app.selection.listChanged();
        } catch (error) {
            if (api.aborted(error))
                return;
            wrong(error);
            if (shown === null)
                message(h("p.large", {}, error.message), button(null, "Try again", () => run()));
        }
        document.body.classList.remove("searching");
    }

    const later = throttle(PAUSE, () => {
        remember();
        run();
    });

    function remember() {
        const values = new URLSearchParams();
        if (input.value)
            values.set("q", input.value);
        if (ranking() !== "vectors")
            values.set("by", ranking());
        history.replaceState(null, "", values.size ? `#${values}` : location.pathname);
        title();
    }

    function title() {
        document.title = input.value ? `${input.value} · descry` : "descry";
    }

    function recall() {
        const values = new URLSearchParams(location.hash.slice(1));
        input.value = values.get("q") || "";
        const by = document.querySelector(`input[name=ranking][value="${CSS.escape(values.get("by") || "vectors")}"]`);
        (by || document.querySelector("input[name=ranking]")).checked = true;
        title();
    }

    app.problem = wrong;
    app.query = () => input.value;
    app.run = run;
    app.ranking = ranking;

    /** Changes the query, as the chips, filters and pictures do. */
    app.setQuery = (text, wait = false) => {
        input.value = text;
        if (wait)
            return later();
        remember();
        return run();
    };
    app.addTerm = (sign, term) => {
        if (ranking() === "words") // which knows no pictures
            document.querySelector("input[name=ranking][value=vectors]").checked = true;
        announce(`${sign === "+" ? "Added" : "Subtracted"} ${term}`);
        return app.setQuery(withTerm(input.value, sign, term));
    };
    /** The library has changed. */
    app.refresh = debounce(1500, next => next !== generation && run({keep: true}));

    input.addEventListener("input", later);
    $("search").addEventListener("submit", event => {
        event.preventDefault();
        remember();
        run();
        app.grid.focus(0);
    });
    input.addEventListener("keydown", event => {
        if (event.key === "ArrowDown") {
            event.preventDefault();
            app.grid.focus(app.grid.current);
        } else if (event.key === "Escape") {
            input.value ? app.setQuery("") : input.blur();
        }
    });
    $("ranking").addEventListener("change", () => {
        remember();
        run();
    });
    $("clear").addEventListener("click", () => {
        app.setQuery("");
        input.focus();
    });
    $("home").addEventListener("click", event => {
        event.preventDefault();
        app.setQuery("");
    });
    addEventListener("hashchange", () => { // the viewer's changes have nothing to do with the search
        const before = input.value + ranking();
        recall();
        if (input.value + ranking() !== before)
            run();
    });
    recall();
}
