// SPDX-License-Identifier: Apache-2.0
// One picture, full size, and what is known of it.
import * as api from "./api.js";
import {$, announce, button, copy, h, toast, typing} from "./dom.js";
import {drawPart, partTerm} from "./part.js";
import {quote, withFilter} from "./query.js";
import {zoomable} from "./zoom.js";

const SHOWN = ["image/jpeg", "image/png", "image/webp"]; // by the browser itself
const PREVIEW = 2048;
const NEAR = 5; // km

const dates = new Intl.DateTimeFormat("en", {dateStyle: "full", timeStyle: "short", timeZone: "UTC"});

/** A time as the camera's clock showed it, wherever this page is read. */
export const when = taken => dates.format(new Date(taken.slice(0, 19) + "Z"));

function size(bytes) {
    return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function startViewer(app) {
    let ids = [], at = 0, photo = null, part = null, pushed = false, zoom;
    const signal = api.superseding();

    const image = h("img", {alt: "", draggable: "false"});
    const stage = h("div.stage", {}, image);
    const panel = h("aside.panel", {"aria-label": "About this picture"});
    const tool = (name, label, work, more) => button(name, label, work, {quiet: true, ...more});
    const info = tool("info", "What is known of it (i)", () => setPanel(element.classList.contains("bare")), {"aria-expanded": "true"});
    const check = tool("check", "Choose (x)", () => choose(), {"aria-pressed": "false"});
    const previous = tool("left", "Previous", () => go(-1), {className: "side previous"});
    const next = tool("right", "Next", () => go(1), {className: "side next"});
    const place = h("span.count");
    const element = h("dialog.viewer", {"aria-label": "Picture"},
        h("div.tools", {}, tool("left", "Back (Escape)", () => close()), place,
            tool("plus", "More like this: add it to the search", () => add("+")),
            tool("minus", "Less like this: subtract it from the search", () => add("-")),
            tool("part", "Search by a part of it (c)", () => startPart()), check,
            tool("download", "Download", () => h("a", {href: api.file(photo?.id ?? ids[at], true), download: ""}).click()), info),
        h("div.sides", {}, h("div.middle", {}, stage, previous, next), panel));
    document.body.append(element);

    zoom = zoomable(stage, image, scale => {
        if (scale > 1 && photo && photo.id === ids[at] && SHOWN.includes(photo.type) && Math.max(photo.width, photo.height) > PREVIEW)
            sharpen(api.file(photo.id));
    }, step => go(step));

    /** Replaces the picture on the screen once the better one is there. */
    function sharpen(source) {
        if (image.dataset.wanted === source)
            return;
        image.dataset.wanted = source;
        const better = new Image();
        better.onload = () => {
            if (image.dataset.wanted === source)
                image.src = source;
        };
        better.onerror = () => {
            if (image.dataset.wanted === source && source.includes("/preview"))
                toast("This picture cannot be shown.");
        };
        better.src = source;
    }

    function fit() { // the picture's own box, so that it can be drawn and zoomed on
        const {width, height} = photo || {};
        const ratio = width && height ? width / height : (image.naturalWidth || 4) / (image.naturalHeight || 3);
        const w = Math.min(stage.clientWidth, stage.clientHeight * ratio);
        image.style.width = `${w}px`;
        image.style.height = `${w / ratio}px`;
    }

    async function show() {
        const id = ids[at], stop = signal();
        part?.();
        photo = app.grid.known(id) || null;
        image.removeAttribute("src");
        image.src = api.thumbnail(id, devicePixelRatio > 1.5 ? 640 : 320);
        image.alt = photo?.caption || photo?.name || "";
        zoom.reset();
        fit();
        sharpen(api.preview(id));
        where();
        marks();
        if (ids === app.grid.ids)
            app.grid.reach(at).then(where);
        try {
            photo = await api.get(`/photos/${id}`, {}, stop);
            image.alt = photo.caption || photo.name;
            fit();
            describe(stop);
            announce(`${photo.caption || photo.name}, ${place.textContent}`);
        } catch (error) {
            api.aborted(error) || panel.replaceChildren(h("p.problem", {}, error.message));
        }
        if (at + 1 < ids.length)
            new Image().src = api.preview(ids[at + 1]);
    }

    function where() {
        previous.disabled = at === 0;
        next.disabled = at === ids.length - 1;
        place.textContent = `${(at + 1).toLocaleString("en")} of ${ids.length.toLocaleString("en")}`;
    }

    function search(text) {
        close();
        app.setQuery(text);
    }

    function row(label, ...content) {
        return [h("dt", {}, label), h("dd", {}, ...content)];
    }
    const link = (text, title, work) => h("button.link", {type: "button", title, onclick: work}, text);

    function describe(stop) {
        const {caption, captioner, title, taken, camera, latitude, longitude, width, height, bytes} = photo;
        const narrow = (key, value, text) => link(text, `Show pictures with ${key}:${value}`, () => search(withFilter(app.query(), key, value)));
        const area = h("textarea", {value: caption || "", dir: "auto", rows: 3, placeholder: "Say what is to be seen", readOnly: !app.status.writable});
        const keep = h("button.main", {type: "submit", hidden: true}, "Save");
        area.addEventListener("input", () => { keep.hidden = area.value.trim() === (caption || ""); });
        const form = h("form.caption", {onsubmit: async event => {
            event.preventDefault();
            try {
                const changed = await api.put(`/photos/${photo.id}/caption`, {text: area.value.trim() || null});
                Object.assign(photo, changed);
                app.grid.learn(changed);
                describe(stop);
                toast("Caption saved");
            } catch (error) {
                toast(error.message);
            }
        }}, h("label.field", {}, h("span", {}, "Caption", caption ? h("small", {}, captioner ? ` by ${captioner}` : " by hand") : null), area),
        app.status.writable ? h("div.buttons", {}, keep) : null);
        area.addEventListener("keydown", event => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
                form.requestSubmit();
        });
        const strip = h("div.strip", {"aria-label": "Similar pictures", role: "group"});
        const match = app.grid.list.matches?.[at]?.id === photo.id ? app.grid.list.matches[at] : null;
        panel.replaceChildren(form,
            h("dl", {},
                row("File", h("bdi", {}, photo.name), width ? h("small", {}, ` ${width} × ${height}`, bytes ? `, ${size(bytes)}` : "") : null),
                photo.missing ? row("Missing", "It is not there any more.") : [],
                title ? row("Title", h("bdi", {}, title)) : [],
                taken ? row("Taken", narrow("date", taken.slice(0, 10), when(taken))) : [],
                latitude !== null ? row("Place", narrow("near", `${latitude},${longitude},${NEAR}`, `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`)) : [],
                camera ? row("Camera", narrow("camera", quote(camera), camera)) : [],
                photo.folder ? row("Folder", narrow("in", quote(photo.folder), photo.folder)) : [],
                photo.albums?.length ? row("Albums", photo.albums.map(album => [link(album.name, "Show this album", () => search(`album:${quote(album.name)}`)), " "]).flat()) : [],
                match?.shares?.length > 1 ? row("Score", h("ul.shares", {}, match.shares.map(share =>
                    h("li", {}, h("bdi", {}, share.term), h("b", {}, (share.score >= 0 ? "+" : "−") + Math.abs(share.score).toFixed(3)))))) : []),
            h("div.buttons", {}, button("copy", "Copy path", () => copy(photo.path, "Path")),
                app.status.local ? button("folder", "Open folder", () => api.post(`/photos/${photo.id}/open`).catch(error => toast(error.message))) : null),
            h("h3", {}, "Similar"), strip);
        similar(strip, stop);
    }

    async function similar(strip, stop) {
        try {
            const {matches} = await api.get(`/photos/${photo.id}/similar`, {k: 12}, stop);
            app.grid.learn && matches.forEach(match => app.grid.learn(match));
            const near = matches.map(match => match.id);
            strip.replaceChildren(...matches.map((match, i) => h("button", {type: "button", "aria-label": match.caption || match.name,
                onclick: () => view(near, i)}, h("img", {src: api.thumbnail(match.id, 160), alt: "", loading: "lazy"}))));
            strip.append(link("All of them", "Search for pictures like this", () => search(`#${photo.id}`)));
        } catch (error) {
            api.aborted(error) || strip.replaceChildren(h("p", {}, error.message));
        }
    }

    function marks() {
        const chosen = app.selection.has(ids[at]);
        check.setAttribute("aria-pressed", chosen);
    }
    function choose() {
        app.selection.toggleId(ids[at]);
        marks();
    }
    function add(sign) {
        const id = ids[at];
        close();
        app.addTerm(sign, `#${id}`);
    }
    function startPart() {
        if (part)
            return part();
        const id = ids[at];
        part = drawPart(stage, image, box => search(partTerm(id, box)), () => {
            part = null;
            stage.parentElement.classList.remove("drawing");
            element.querySelector(".tools button").focus();
        });
        stage.parentElement.classList.add("drawing");
    }
    function setPanel(shown) {
        element.classList.toggle("bare", !shown);
        info.setAttribute("aria-expanded", shown);
        fit();
        zoom.reset();
    }
    function go(step) {
        const to = at + step;
        if (to < 0 || to >= ids.length)
            return;
        at = to;
        history.replaceState({photo: ids[at]}, "", address(ids[at]));
        show();
    }
    function address(id) {
        const values = new URLSearchParams(location.hash.slice(1));
        values.set("photo", id);
        return `#${values}`;
    }

    function view(list, index) {
        ids = list;
        at = index;
        if (!element.open) {
            setPanel(innerWidth >= 800);
            element.showModal();
            element.querySelector(".tools button").focus();
            history.pushState({photo: ids[at]}, "", address(ids[at]));
            pushed = true;
        } else // a similar one
            history.replaceState({photo: ids[at]}, "", address(ids[at]));
        show();
    }

    /** back: by the browser's own button, which has changed the address already. */
    function close(back = false) {
        if (!element.open)
            return;
        part?.();
        signal();
        element.close();
        image.removeAttribute("src");
        image.dataset.wanted = "";
        document.body.append($("toast"), $("live"));
        if (pushed && !back) {
            const values = new URLSearchParams(location.hash.slice(1));
            values.delete("photo");
            history.replaceState(null, "", values.size ? `#${values}` : location.pathname);
        }
        pushed = false;
        const index = app.grid.ids.indexOf(ids[at]);
        if (index >= 0)
            app.grid.focus(index);
    }

    element.addEventListener("cancel", event => {
        event.preventDefault();
        part ? part() : close();
    });
    addEventListener("popstate", () => close(true));
    new ResizeObserver(() => element.open && fit()).observe(stage);
    image.addEventListener("load", () => photo?.width || fit());
    element.addEventListener("keydown", event => {
        if (event.target.closest(".part") || event.altKey || event.ctrlKey || event.metaKey)
            return;
        if (typing(event)) {
            if (event.key === "Escape") {
                event.preventDefault();
                event.target.blur();
                element.querySelector(".tools button").focus();
            }
            return;
        }
        const act = {ArrowLeft: () => go(-1), ArrowRight: () => go(1), "+": zoom.in, "=": zoom.in, "-": zoom.out, 0: zoom.reset,
            i: () => setPanel(element.classList.contains("bare")), x: choose, c: startPart, "?": () => app.openHelp()}[event.key];
        if (act) {
            event.preventDefault();
            act();
        }
    });

    app.open = (list, index) => view(list, index);
    app.closeViewer = () => close();
    app.openFromAddress = () => {
        const id = Number(new URLSearchParams(location.hash.slice(1)).get("photo"));
        const index = app.grid.ids.indexOf(id);
        if (id)
            index >= 0 ? view(app.grid.ids, index) : view([id], 0);
    };
}
