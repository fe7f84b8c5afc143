// SPDX-License-Identifier: Apache-2.0
// A rectangle on a picture, to search for what is in it.
import {announce, button, h} from "./dom.js";

const LEAST = 0.02; // of the picture, in each direction
const STEP = 0.02;

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** Lets a rectangle be drawn over `image`, in `stage`; found({left, top, right, bottom}) in fractions of the picture.
 *  Returns a function that ends it. */
export function drawPart(stage, image, found, ended) {
    let box = {left: 0.25, top: 0.25, right: 0.75, bottom: 0.75}, from = null, drawn = false;
    const frame = h("div.frame");
    const done = () => {
        end();
        found(box);
    };
    const bar = h("div.part-bar", {}, h("span", {}, "Draw a rectangle"), button("search", "Search for this part", done, {className: "main"}),
        button("close", "Cancel", () => end()));
    const layer = h("div.part", {tabIndex: 0, role: "application",
        "aria-label": "A part of the picture: arrows move it, with Shift they resize it, Enter searches for it, Escape cancels"}, frame);

    function paint() {
        const outer = stage.getBoundingClientRect(), inner = image.getBoundingClientRect();
        frame.style.left = `${inner.left - outer.left + box.left * inner.width}px`;
        frame.style.top = `${inner.top - outer.top + box.top * inner.height}px`;
        frame.style.width = `${(box.right - box.left) * inner.width}px`;
        frame.style.height = `${(box.bottom - box.top) * inner.height}px`;
    }

    function point(event) {
        const inner = image.getBoundingClientRect();
        return [clamp((event.clientX - inner.left) / inner.width, 0, 1), clamp((event.clientY - inner.top) / inner.height, 0, 1)];
    }

    function end() {
        layer.remove();
        bar.remove();
        removeEventListener("resize", paint);
        ended();
    }

    layer.addEventListener("pointerdown", event => {
        if (event.button)
            return;
        layer.setPointerCapture(event.pointerId);
        from = point(event);
        drawn = false;
    });
    layer.addEventListener("pointermove", event => {
        if (!from)
            return;
        const [x, y] = point(event);
        const next = {left: Math.min(x, from[0]), top: Math.min(y, from[1]), right: Math.max(x, from[0]), bottom: Math.max(y, from[1])};
        if (next.right - next.left >= LEAST && next.bottom - next.top >= LEAST) {
            box = next;
            drawn = true;
            paint();
        }
    });
    layer.addEventListener("pointerup", () => {
        from = null;
        if (drawn)
            done();
    });
    layer.addEventListener("pointercancel", () => { from = null; });
    layer.addEventListener("keydown", event => {
        const [dx, dy] = {ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP]}[event.key] || [0, 0];
        if (dx || dy) {
            if (event.shiftKey) {
                box.right = clamp(box.right + dx, box.left + LEAST, 1);
                box.bottom = clamp(box.bottom + dy, box.top + LEAST, 1);
            } else {
                const x = clamp(dx, -box.left, 1 - box.right), y = clamp(dy, -box.top, 1 - box.bottom);
                box = {left: box.left + x, right: box.right + x, top: box.top + y, bottom: box.bottom + y};
            }
            paint();
            announce(`From ${Math.round(100 * box.left)}, ${Math.round(100 * box.top)} to ${Math.round(100 * box.right)}, ${Math.round(100 * box.bottom)} percent`);
        } else if (event.key === "Enter")
            done();
        else if (event.key === "Escape")
            end();
        else
            return;
        event.preventDefault();
        event.stopPropagation();
    });
    stage.append(layer, bar);
    addEventListener("resize", paint);
    paint();
    layer.focus();
    return end;
}

const three = value => value.toFixed(3).replace(/\.?0+$/, "");

/** The term of the query language. */
export const partTerm = (id, {left, top, right, bottom}) => `#${id}[${[left, top, right, bottom].map(three).join(",")}]`;
