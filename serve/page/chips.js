// SPDX-License-Identifier: Apache-2.0
// What was understood of a query, as chips: each edits its part of the text.
import * as api from "./api.js";
import {$, button, h, icon} from "./dom.js";
import {fromBytes, unquote, weightAt, without, withWeight} from "./query.js";

const MOST = 2; // the slider's largest weight

let shown = []; // {key, element, ...}

const KEYS = {date: "date", camera: "camera", near: "near", in: "folder", has: "has", album: "album"};

function picture(part) {
    const id = /^"?#(\d+)/.exec(part.text), name = /^"?(@\w+)/.exec(part.text);
    const source = id ? api.thumbnail(id[1], 160) : name ? api.uploaded(name[1]) : null;
    return source ? h("img", {src: source, alt: ""}) : part.kind === "picture" ? icon("image") : null;
}

function label(part) {
    if (part.kind === "filter")
        return [h("span.key", {}, KEYS[part.key] || part.key), h("bdi", {}, unquote(part.value ?? part.text.slice(part.text.indexOf(":") + 1)))];
    const region = /\[[^\]]*\]/.test(part.text) && /^"?[#@]/.test(part.text);
    const text = /^"?@/.test(part.text) ? region ? "part of your picture" : "your picture"
        : region ? part.text.replace(/\[.*/, " · part") : unquote(part.text.replace(/^NOT\s+/, ""));
    return [part.kind === "not" ? h("span.key", {}, "not") : null, h("bdi", {}, text)];
}

function make(app) {
    const chip = {range: null};
    const span = () => [fromBytes(chip.query, chip.part.begin), fromBytes(chip.query, chip.part.end)];
    chip.text = h("button.text", {type: "button", title: "Edit", onclick: () => {
        const input = $("q");
        input.focus();
        input.setSelectionRange(...span());
    }});
    chip.remove = button("close", "Remove", () => {
        const inside = chip.part.kind === "filter" ? [] : chip.parts.filter(other => other.kind === "filter" && other.begin >= chip.part.begin && other.end <= chip.part.end);
        app.setQuery(without(chip.query, ...span(), inside.map(other => other.text).join(" ")));
        ($("chips").querySelector("button") || $("q")).focus();
    }, {quiet: true});
    chip.slider = h("input.weight", {type: "range", min: 0, max: MOST, step: 0.05, oninput: () => {
        const text = withWeight(chip.query, ...span(), Number(chip.slider.value));
        chip.number.textContent = Number(chip.slider.value).toFixed(2);
        app.setQuery(text, true);
    }});
    chip.number = h("output");
    chip.weight = h("span.lambda", {}, chip.slider, chip.number);
    chip.sign = h("span.sign", {"aria-hidden": "true"});
    chip.element = h("li", {}, chip.sign, chip.text, chip.weight, chip.remove);
    return chip;
}

export function showChips(app, query, parts) {
    const terms = parts.filter(part => part.kind !== "filter" && part.kind !== "not");
    const weighs = terms.length > 1 || terms.some(part => part.weight !== null && part.weight !== 1);
    const next = parts.map((part, i) => {
        const key = part.kind + part.text;
        const old = shown[i]?.key === key ? shown[i] : null; // in place: its slider may be held just now
        const chip = old || make(app);
        Object.assign(chip, {key, part, parts, query});
        const signed = weighs && terms.includes(part), negative = signed && part.weight < 0;
        chip.element.className = part.kind === "filter" || part.kind === "not" ? part.kind : negative ? "minus" : "plus";
        chip.sign.hidden = !signed;
        chip.sign.textContent = negative ? "−" : "+";
        chip.weight.hidden = !signed;
        if (!old)
            chip.text.replaceChildren(...[picture(part), ...label(part)].filter(Boolean));
        chip.remove.setAttribute("aria-label", `Remove ${part.text}`);
        if (signed) {
            const weight = Math.abs(weightAt(query, fromBytes(query, part.begin), fromBytes(query, part.end)));
            chip.slider.max = Math.max(MOST, Math.ceil(weight));
            chip.slider.setAttribute("aria-label", `Weight of ${part.text}`);
            if (document.activeElement !== chip.slider)
                chip.slider.value = weight;
            chip.number.textContent = weight.toFixed(2);
        }
        return chip;
    });
    const list = $("chips");
    shown.slice(next.length).forEach(chip => chip.element.remove());
    next.forEach((chip, i) => {
        if (list.children[i] !== chip.element) {
            list.children[i]?.remove();
            list.insertBefore(chip.element, list.children[i] || null);
        }
    });
    shown = next;
}
