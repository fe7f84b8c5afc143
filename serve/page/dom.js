// SPDX-License-Identifier: Apache-2.0
// Elements, icons, dialogs, announcements.

export const $ = id => document.getElementById(id);

const ATTRIBUTES = ["draggable", "list"]; // whose properties are something else

/** An element: h("button.quiet", {type: "button", onclick: f, "aria-label": "Close"}, children...). */
export function h(kind, attributes, ...children) {
    const [tag, ...classes] = kind.split(".");
    const element = document.createElement(tag);
    if (classes.length)
        element.className = classes.join(" ");
    for (const [name, value] of Object.entries(attributes || {})) {
        if (value === undefined || value === null || value === false)
            continue;
        if (name.startsWith("on"))
            element.addEventListener(name.slice(2), value);
        else if (name === "className")
            element.classList.add(...value.split(" "));
        else if (name in element && !name.includes("-") && !ATTRIBUTES.includes(name))
            element[name] = value;
        else
            element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
    return element;
}

export function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#i-${name}`);
    svg.append(use);
    return svg;
}

/** A button with an icon; its label is seen, too, unless it is quiet. */
export function button(name, label, onclick, {quiet = false, ...more} = {}) {
    return h(quiet ? "button.quiet" : "button", {type: "button", onclick, title: label,
        "aria-label": quiet ? label : null, ...more}, name ? icon(name) : null, quiet ? null : h("span", {}, label));
}

/** For screen readers. */
export function announce(text) {
    $("live").textContent = text;
}

let toastTimer = 0;

/** For eyes and screen readers, for a moment. */
export function toast(text) {
    const element = $("toast");
    const top = [...document.querySelectorAll("dialog[open]")].pop() || document.body;
    top.append(element, $("live")); // above what is modal, and not inert
    element.textContent = text;
    element.classList.add("shown");
    announce(text);
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => element.classList.remove("shown"), 3500);
}

/** A modal dialog, which the browser keeps the focus in and closes by Esc.  Gone once it is closed. */
export function dialog(title, {wide = false, className = "", reading = false, onclose} = {}, ...children) {
    const before = document.activeElement;
    const close = () => element.close();
    const element = h("dialog" + (wide ? ".wide" : ""), {"aria-label": title},
        h("header", {}, h("h2", {}, title), button("close", "Close", close, {quiet: true})),
        h("div.content", {tabIndex: reading ? 0 : null}, ...children)); // a long text is scrolled by keys
    if (className)
        element.classList.add(className);
    element.addEventListener("close", () => {
        document.body.append($("toast"), $("live"));
        element.remove();
        onclose?.();
        before?.isConnected && before.focus({preventScroll: true});
    });
    element.addEventListener("pointerdown", event => event.target === element && close()); // the backdrop
    document.body.append(element);
    element.showModal();
    return element;
}

/** Asks for a text; null: not given. */
export function ask(title, label, value = "", action = "Save") {
    return new Promise(resolve => {
        let result = null;
        const input = h("input", {type: "text", value, required: true, dir: "auto", autocomplete: "off"});
        const element = dialog(title, {onclose: () => resolve(result)}, h("form", {
            method: "dialog", onsubmit: () => { result = input.value.trim() || null; },
        }, h("label.field", {}, label, input), h("div.buttons", {}, h("button.main", {type: "submit"}, action))));
        input.select();
        element.returnValue = "";
    });
}

export function confirm(title, text, action) {
    return new Promise(resolve => {
        let result = false;
        dialog(title, {onclose: () => resolve(result)}, h("p", {}, text), h("form", {
            method: "dialog", onsubmit: () => { result = true; },
        }, h("div.buttons", {}, h("button.danger", {type: "submit"}, action))));
    });
}

export async function copy(text, what) {
    try {
        await navigator.clipboard.writeText(text);
    } catch { // not a secure context
        const area = h("textarea.unseen", {value: text});
        ([...document.querySelectorAll("dialog[open]")].pop() || document.body).append(area);
        area.select();
        document.execCommand("copy");
        area.remove();
    }
    toast(`${what} copied`);
}

export function save(name, blob) {
    const url = URL.createObjectURL(blob);
    h("a", {href: url, download: name}).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
}

export function debounce(delay, work) {
    let timer = 0;
    return (...args) => {
        clearTimeout(timer);
        timer = setTimeout(work, delay, ...args);
    };
}

/** The same, but at once after a pause: only what comes close behind waits. */
export function throttle(delay, work) {
    const later = debounce(delay, work);
    let last = -Infinity;
    return (...args) => {
        const before = last;
        last = performance.now();
        if (last - before > delay)
            work(...args);
        else
            later(...args);
    };
}

export const count = (n, one, many = one + "s") => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

/** True when keys belong to what is being typed. */
export const typing = event => event.target.closest?.("input:not([type=range],[type=checkbox],[type=radio]), textarea, select");
