// SPDX-License-Identifier: Apache-2.0
// Pictures that are chosen, and what can be done with them.
import * as api from "./api.js";
import {$, announce, ask, button, copy, count, dialog, h, save, toast} from "./dom.js";
import {openMatrix} from "./matrix.js";

const IN_ADDRESS = 500; // ids of a download that is a plain link
const MOVED = 6; // pixels from which on a press is a drag

export function startSelection(app) {
    const chosen = new Set(), bar = $("actions"), scroller = $("scroll"), grid = $("grid");
    let last = 0, band = null, wasDragged = false;
    const number = h("b.number");
    const list = () => [...chosen];

    async function attempt(work) {
        try {
            await work();
        } catch (error) {
            toast(error.message);
        }
    }

    const paths = () => attempt(async () => {
        const photos = await api.photos(list());
        await copy(photos.map(photo => photo.path).join("\n"), count(photos.length, "path"));
    });
    const download = () => attempt(async () => {
        if (chosen.size <= IN_ADDRESS)
            h("a", {href: api.zip(list()), download: "descry.zip"}).click();
        else
            save("descry.zip", await api.request("POST", "/zip", {json: {ids: list()}, as: "blob"}));
    });
    const sidecars = () => attempt(async () => {
        const {written, kept, failed} = await api.post("/sidecars", {ids: list()});
        if (failed.length)
            dialog("Captions to XMP", {}, h("p", {}, `${written} written, ${kept} kept as they were, ${failed.length} failed:`),
                h("ul", {}, failed.map(({id, message}) => h("li", {}, `#${id}: ${message}`))));
        else
            toast(`${count(written, "sidecar")} written, ${kept} kept as they were`);
    });
    const album = () => attempt(async () => {
        const {albums} = await api.get("/albums");
        const fixed = albums.filter(({query}) => query === null);
        const make = async () => {
            const name = await ask("Save as an album", "Name");
            if (name)
                await attempt(async () => toast(`${count((await api.post("/albums", {name, query: null, ids: list()})).count, "picture")} in “${name}”`));
        };
        if (!fixed.length)
            return make();
        const element = dialog("Add to an album", {}, h("ul.choices", {},
            h("li", {}, button("plus", "New album", () => {
                element.close();
                make();
            }, {className: "main"})),
            fixed.map(({id, name, count: n}) => h("li", {}, h("button", {type: "button", onclick: () => attempt(async () => {
                element.close();
                const changed = await api.put(`/albums/${id}`, {add: list()});
                toast(`${count(changed.count, "picture")} in “${name}”`);
            })}, h("bdi", {}, name), h("small", {}, ` ${n}`))))));
    });

    bar.append(button("close", "Choose none", () => clear(), {quiet: true}), number,
        button("copy", "Copy paths", paths), button("download", "Download", download),
        button("matrix", "Compare with texts", () => openMatrix(app, list())),
        button("album", "Album", album, {className: "writes"}), button("text", "Captions to XMP", sidecars, {className: "writes"}));

    function changed() {
        bar.hidden = !chosen.size;
        document.body.classList.toggle("choosing", chosen.size > 0);
        number.textContent = `${chosen.size.toLocaleString("en")} chosen`;
        app.grid.marks();
        announce(chosen.size ? number.textContent : "None chosen");
    }
    function set(index, on) {
        const id = app.grid.ids[index];
        on ? chosen.add(id) : chosen.delete(id);
    }
    function range(from, to) {
        for (let i = Math.min(from, to); i <= Math.max(from, to); i++)
            set(i, true);
        last = to;
        changed();
    }
    function clear() {
        const lost = bar.contains(document.activeElement);
        chosen.clear();
        changed();
        if (lost || document.activeElement === document.body)
            app.grid.focus(app.grid.current);
    }

    // A rubber band, by the mouse: fingers scroll.
    const frame = h("div.band", {hidden: true});
    grid.append(frame);
    const point = event => {
        const box = grid.getBoundingClientRect();
        return [event.clientX - box.left, event.clientY - box.top];
    };
    scroller.addEventListener("pointerdown", event => {
        wasDragged = false;
        if (event.pointerType !== "mouse" || event.button || event.target.closest("button, #note") || grid.hidden ||
            event.offsetX > scroller.clientWidth && event.target === scroller)
            return;
        band = {from: point(event), before: event.ctrlKey || event.shiftKey ? new Set(chosen) : new Set(), x: event.clientX, y: event.clientY, on: false};
    });
    addEventListener("pointermove", event => {
        if (!band)
            return;
        if (!band.on && Math.hypot(event.clientX - band.x, event.clientY - band.y) < MOVED)
            return;
        band.on = wasDragged = true;
        document.body.classList.add("banding");
        const box = scroller.getBoundingClientRect();
        scroller.scrollTop += event.clientY > box.bottom - 30 ? 24 : event.clientY < box.top + 30 ? -24 : 0;
        const [x, y] = point(event), [fx, fy] = band.from;
        const left = Math.min(x, fx), top = Math.min(y, fy), right = Math.max(x, fx), bottom = Math.max(y, fy);
        Object.assign(frame.style, {left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px`});
        frame.hidden = false;
        chosen.clear();
        band.before.forEach(id => chosen.add(id));
        app.grid.within(left, top, right, bottom).forEach(index => set(index, true));
        changed();
    });
    addEventListener("pointerup", () => {
        band = null;
        frame.hidden = true;
        document.body.classList.remove("banding");
        setTimeout(() => { wasDragged = false; }); // after the click that ends the drag
    });

    document.addEventListener("keydown", event => {
        if ((event.ctrlKey || event.metaKey) && event.key === "a" && !event.target.closest("input, textarea, dialog, aside")) {
            event.preventDefault();
            app.grid.ids.forEach(id => chosen.add(id));
            changed();
        }
    });

    app.selection = {
        has: id => chosen.has(id),
        get size() { return chosen.size; },
        toggleId(id) {
            chosen.has(id) ? chosen.delete(id) : chosen.add(id);
            changed();
        },
        toggle(index) {
            last = index;
            this.toggleId(app.grid.ids[index]);
        },
        range, rangeTo: index => range(last, index), clear,
        dragged: () => wasDragged,
        listChanged() { last = 0; },
    };
}
