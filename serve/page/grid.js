// SPDX-License-Identifier: Apache-2.0
// The grid: only the rows on the screen and a screen around it are in the document.
import * as api from "./api.js";
import {$, button, h} from "./dom.js";
import {layout, monthName, NO_DAY, ratioOf, rowAt, rowOf} from "./layout.js";

const GAP = 4;
const KNOWN = 6000; // pictures whose details are kept
const SHORT = 40; // pictures up to which there is no date scrubber
const FAST = 4; // screens a second from which on thumbnails wait for the scrolling to end

/** A list of pictures as the grid shows it: ids, ratios, days (null: without), matches (of a search, else null). */
export function timelineList({ids, ratios, days}) {
    const place = new Int32Array(days.length);
    days.forEach((day, i) => { place[i] = day ?? NO_DAY; });
    return {ids: Float64Array.from(ids), ratios: Uint16Array.from(ratios, ratio => Math.min(ratio, 65535)), days: place,
        matches: null, more: null};
}

const percent = ({width, height}) => width && height ? Math.round(100 * width / height) : 0;

export function matchList(matches, more) {
    return {ids: matches.map(match => match.id), ratios: matches.map(percent), days: null, matches, more};
}

export function startGrid(app) {
    const scroller = $("scroll"), root = $("grid");
    const known = new Map(); // id: picture
    const shown = new Map(); // row: element
    const spare = [];        // cells
    let list = matchList([], null), rows = layout([], null, 0, 1, 1, GAP);
    let current = 0;         // the picture that Tab comes to
    let more = null;         // the request for the next page
    let asking = null, lastTop = 0, lastTime = 0, hurry = false, settle = 0;

    const ideal = () => scroller.clientWidth < 600 ? 118 : scroller.clientWidth < 1600 ? 190 : 230;
    const side = () => devicePixelRatio > 1.5 ? 640 : 320;

    function cell() {
        const image = h("img", {alt: "", draggable: "false", decoding: "async"});
        image.addEventListener("load", () => image.classList.add("there"));
        image.addEventListener("error", () => image.getAttribute("src") && element.classList.add("broken"));
        const element = h("div.cell", {role: "gridcell", tabIndex: -1}, image,
            h("div.bar", {hidden: true}, h("i")),
            button("check", "Choose", null, {quiet: true, className: "check", tabIndex: -1}),
            h("div.signs", {}, button("plus", "Add to the search", null, {quiet: true, className: "sign plus", tabIndex: -1}),
                button("minus", "Subtract from the search", null, {quiet: true, className: "sign minus", tabIndex: -1})));
        return element;
    }

    function details(element) {
        const id = element.picture, picture = known.get(id), index = element.index;
        if (picture) {
            if (picture.placeholder)
                element.style.backgroundImage = `url("${picture.placeholder}")`;
            element.title = picture.caption || picture.name;
        }
        const match = list.matches?.[index], bar = element.children[1];
        const strength = match?.strength ?? null;
        bar.hidden = !match || match.score === null;
        let words = "";
        if (!bar.hidden) {
            const best = list.matches[0].score || 1;
            bar.firstChild.style.width = `${Math.max(3, strength ?? 100 * Math.max(0, match.score / best))}%`;
            bar.classList.toggle("weak", strength !== null && strength < app.status.strength_good);
            words = strength === null ? `, score ${match.score.toFixed(3)}` : `, strength ${Math.round(strength)} of 100`;
            element.title = `${element.title}\n${words.slice(2)}${strength === null ? "" : `, score ${match.score.toFixed(3)}`}`;
        }
        element.setAttribute("aria-label", (picture ? picture.caption || picture.name : `Picture ${id}`) + words);
    }

    function load(element) {
        const image = element.firstChild, source = api.thumbnail(element.picture, side());
        if (image.getAttribute("src") !== source)
            image.src = source;
    }

    function fill(index, x, width, height) {
        const element = spare.pop() || cell(), image = element.firstChild, id = list.ids[index];
        element.style.width = `${width}px`;
        element.style.height = `${height}px`;
        element.style.transform = `translateX(${x}px)`;
        element.classList.remove("broken");
        element.style.backgroundImage = "";
        element.title = "";
        image.classList.remove("there");
        Object.assign(element, {picture: id, index});
        element.tabIndex = index === current ? 0 : -1;
        mark(element);
        details(element);
        if (!hurry)
            load(element);
        return element;
    }

    function mark(element) {
        const chosen = app.selection?.has(element.picture) || false;
        element.setAttribute("aria-selected", chosen);
        element.querySelector(".check").setAttribute("aria-pressed", chosen);
    }

    function build(row) {
        const begin = rows.first[row], end = rows.first[row + 1];
        const element = h("div.row", {role: "row", "aria-rowindex": row + 1});
        element.style.transform = `translateY(${rows.top[row]}px)`;
        element.style.height = `${rows.height[row]}px`;
        if (begin === end) {
            const {month} = rows.months.find(month => month.row === row);
            element.append(h("div.month", {role: "rowheader"}, monthName(month)));
        }
        for (let i = begin, x = 0; i < end; i++) {
            const width = rows.height[row] * ratioOf(list.ratios[i]);
            element.append(fill(i, x, width, rows.height[row]));
            x += width + GAP;
        }
        return element;
    }

    function release(row, element) {
        for (const child of [...element.children])
            if (child.classList.contains("cell")) {
                child.firstChild.removeAttribute("src");
                if (spare.length < 300)
                    spare.push(child);
            }
        element.remove();
        shown.delete(row);
    }

    function render() {
        if (!rows.count)
            return;
        const screen = scroller.clientHeight, top = scroller.scrollTop - root.offsetTop;
        const from = rowAt(rows, Math.max(0, top - screen)), to = rowAt(rows, top + 2 * screen);
        for (const [row, element] of shown)
            if ((row < from || row > to) && !element.contains(document.activeElement))
                release(row, element);
        for (let row = from; row <= to; row++)
            if (!shown.has(row)) {
                const element = build(row);
                const next = [...shown.keys()].filter(other => other > row);
                root.insertBefore(element, next.length ? shown.get(Math.min(...next)) : null);
                shown.set(row, element);
            }
        inquire();
        if (list.more && !more && top + 3 * screen > rows.total)
            page();
    }

    async function page() {
        const asked = list;
        more = asked.more();
        try {
            const {matches, next} = await more;
            if (asked !== list)
                return;
            list.ids.push(...matches.map(match => match.id));
            list.ratios.push(...matches.map(percent));
            list.matches.push(...matches);
            list.more = next;
            learn(matches);
            relayout();
        } catch (error) {
            if (asked === list)
                list.more = null;
            api.aborted(error) || app.problem(error);
        } finally {
            more = null;
        }
    }

    function learn(pictures) {
        for (const picture of pictures)
            known.set(picture.id, picture);
        for (const id of known.keys()) {
            if (known.size <= KNOWN)
                break;
            known.delete(id);
        }
    }

    let wait = 0;

    /** Asks for the details of pictures on the screen, once it stands still for a moment. */
    function inquire() {
        clearTimeout(wait);
        wait = setTimeout(async () => {
            const ids = cells().map(element => element.picture).filter(id => !known.has(id)).slice(0, 200);
            if (!ids.length)
                return;
            asking?.abort();
            asking = new AbortController();
            try {
                const photos = await api.photos(ids, asking.signal);
                ids.forEach(id => known.set(id, null)); // not asked for again if it is gone
                learn(photos);
                cells().forEach(details);
                inquire();
            } catch (error) {
                api.aborted(error) || app.problem(error);
            }
        }, hurry ? 120 : 30);
    }

    const cells = () => [...root.getElementsByClassName("cell")];

    function scrolled() {
        const now = performance.now(), moved = Math.abs(scroller.scrollTop - lastTop) / scroller.clientHeight;
        hurry = moved / Math.max(1, now - lastTime) * 1000 > FAST && moved > 0.3;
        lastTop = scroller.scrollTop;
        lastTime = now;
        render();
        app.scrolled?.();
        clearTimeout(settle);
        settle = setTimeout(() => {
            hurry = false;
            cells().forEach(load);
        }, 90);
    }

    /** Anew for another width or list; what was on top stays there. */
    function relayout() {
        scroller.classList.toggle("scrubbed", Boolean(list.days) && list.ids.length > SHORT);
        root.hidden = !list.ids.length;
        const style = getComputedStyle(root);
        const width = scroller.clientWidth - parseFloat(style.marginLeft) - parseFloat(style.marginRight);
        const offset = root.offsetTop, row = rowAt(rows, scroller.scrollTop - offset);
        const anchor = rows.count && scroller.scrollTop > offset ? rows.first[row] : 0;
        const within = rows.count ? scroller.scrollTop - rows.top[row] : 0;
        const same = rows.width === width, before = rows, focused = root.contains(document.activeElement);
        rows = layout(list.ratios, list.days, list.ids.length, width, ideal(), GAP);
        for (const [number, element] of [...shown])
            if (same && stays(number, element, before)) {
                const its = [...element.getElementsByClassName("cell")];
                its.forEach(details);
                its.forEach(other => { other.tabIndex = other.index === current ? 0 : -1; });
            } else
                release(number, element);
        root.style.height = `${rows.total}px`;
        root.setAttribute("aria-rowcount", rows.count);
        if (anchor && !same)
            scroller.scrollTop = rows.top[rowOf(rows, anchor)] + within;
        render();
        if (focused)
            focusCurrent();
        app.laidOut?.();
    }

    /** True when a row on the screen would be made just as it is: its pictures need not be loaded again. */
    function stays(row, element, before) {
        const same = row < rows.count && before.top[row] === rows.top[row] && before.height[row] === rows.height[row] &&
            before.first[row] === rows.first[row] && before.first[row + 1] === rows.first[row + 1];
        const month = rows => rows.months.find(month => month.row === row)?.month;
        return same && month(before) === month(rows) &&
            [...element.getElementsByClassName("cell")].every(cell => cell.picture === list.ids[cell.index]);
    }

    const focusCurrent = () => cells().find(element => element.index === current)?.focus({preventScroll: true});

    function scrollTo(row, smooth = false) {
        const top = rows.top[row] + root.offsetTop, bottom = top + rows.height[row], screen = scroller.clientHeight;
        if (top < scroller.scrollTop + 8)
            scroller.scrollTo({top: top - 56, behavior: smooth ? "smooth" : "instant"});
        else if (bottom > scroller.scrollTop + screen - 8)
            scroller.scrollTo({top: bottom - screen + 56, behavior: smooth ? "smooth" : "instant"});
        render();
    }

    function focus(index) {
        if (!list.ids.length)
            return;
        current = Math.min(list.ids.length - 1, Math.max(0, index));
        scrollTo(rowOf(rows, current));
        for (const element of cells())
            element.tabIndex = element.index === current ? 0 : -1;
        focusCurrent();
        render();
    }

    /** The picture above or below: the one in the next row whose middle is nearest. */
    function beside(index, step) {
        const row = rowOf(rows, index);
        let next = row + step;
        while (next >= 0 && next < rows.count && rows.first[next] === rows.first[next + 1])
            next += step;
        if (next < 0 || next >= rows.count)
            return index;
        const middles = (row, visit) => {
            for (let i = rows.first[row], x = 0; i < rows.first[row + 1]; i++) {
                const width = rows.height[row] * ratioOf(list.ratios[i]);
                visit(i, x + width / 2);
                x += width + GAP;
            }
        };
        let at = 0, best = index, distance = Infinity;
        middles(row, (i, x) => { at = i === index ? x : at; });
        middles(next, (i, x) => {
            if (Math.abs(x - at) < distance)
                [best, distance] = [i, Math.abs(x - at)];
        });
        return best;
    }

    function screen(step) { // a screen up or down
        const y = rows.top[rowOf(rows, current)] + step * scroller.clientHeight * 0.9;
        return rows.first[rowAt(rows, Math.max(0, Math.min(rows.total, y)))];
    }

    root.addEventListener("keydown", event => {
        if (!event.target.closest(".cell") || event.altKey || event.metaKey)
            return;
        const row = rowOf(rows, current);
        const target = {
            ArrowLeft: () => current - 1, ArrowRight: () => current + 1,
            ArrowUp: () => beside(current, -1), ArrowDown: () => beside(current, 1),
            PageUp: () => screen(-1), PageDown: () => screen(1),
            Home: () => event.ctrlKey ? 0 : rows.first[row], End: () => event.ctrlKey ? list.ids.length - 1 : rows.first[row + 1] - 1,
        }[event.key];
        if (target) {
            event.preventDefault();
            const from = current;
            focus(target());
            if (event.shiftKey)
                app.selection.range(from, current);
        } else if (!event.ctrlKey) {
            const id = list.ids[current];
            const act = {
                Enter: () => app.open(list.ids, current), x: () => app.selection.toggle(current), " ": () => app.selection.toggle(current),
                "+": () => app.addTerm("+", `#${id}`), "-": () => app.addTerm("-", `#${id}`),
            }[event.key];
            if (act && !event.target.closest("button")) {
                event.preventDefault();
                act();
            }
        }
    });
    root.addEventListener("focusin", event => {
        const element = event.target.closest(".cell");
        if (element && element.index !== current) {
            cells().forEach(other => { other.tabIndex = other === element ? 0 : -1; });
            current = element.index;
        }
    });
    root.addEventListener("click", event => {
        const element = event.target.closest(".cell");
        if (!element || app.selection.dragged())
            return;
        current = element.index;
        if (event.target.closest(".check") || event.ctrlKey || event.metaKey)
            event.shiftKey ? app.selection.rangeTo(element.index) : app.selection.toggle(element.index);
        else if (event.shiftKey)
            app.selection.rangeTo(element.index);
        else if (event.target.closest(".sign"))
            app.addTerm(event.target.closest(".plus") ? "+" : "-", `#${element.picture}`);
        else
            app.open(list.ids, element.index);
    });
    scroller.addEventListener("scroll", scrolled, {passive: true});
    new ResizeObserver(() => {
        if (scroller.clientWidth)
            relayout();
    }).observe(scroller);

    return {
        /** Shows a list; keep: where the old one stood. */
        show(next, keep = false) {
            list = next;
            if (list.matches)
                learn(list.matches);
            current = keep ? Math.min(current, Math.max(0, list.ids.length - 1)) : 0;
            more = null;
            if (!keep)
                scroller.scrollTop = 0;
            relayout();
        },
        get ids() { return list.ids; },
        get list() { return list; },
        get rows() { return rows; },
        get current() { return current; },
        known: id => known.get(id),
        learn(picture) {
            known.set(picture.id, {...known.get(picture.id), ...picture});
            cells().filter(element => element.picture === picture.id).forEach(details);
        },
        focus,
        /** Asks for more of a search that has more than are known here. */
        reach: async index => index + 5 > list.ids.length && list.more && !more && page(),
        marks: () => cells().forEach(mark),
        /** Pictures in a rectangle of the grid's own coordinates. */
        within(left, top, right, bottom) {
            const found = [];
            for (let row = rowAt(rows, Math.max(0, top)); row < rows.count && rows.top[row] < bottom; row++)
                for (let i = rows.first[row], x = 0; i < rows.first[row + 1]; i++) {
                    const width = rows.height[row] * ratioOf(list.ratios[i]);
                    if (x < right && x + width > left && rows.top[row] + rows.height[row] > top)
                        found.push(i);
                    x += width + GAP;
                }
            return found;
        },
    };
}
