// SPDX-License-Identifier: Apache-2.0
// The date scrubber at the right edge: years, a handle, by pointer and by keyboard.
import {$, h} from "./dom.js";
import {monthName} from "./layout.js";

const APART = 20; // pixels between the labels of years

export function startScrubber(app) {
    const root = $("scrub"), scroller = $("scroll"), grid = $("grid");
    const handle = h("div.handle"), bubble = h("div.bubble"), years = h("div.years");
    let months = [];
    root.append(years, handle, bubble);

    const range = () => Math.max(1, scroller.scrollHeight - scroller.clientHeight);
    const share = top => Math.min(1, (top + grid.offsetTop) / range());

    function now() { // the month on top
        let at = 0;
        while (at + 1 < months.length && months[at + 1].top + grid.offsetTop <= scroller.scrollTop + 8)
            at++;
        return at;
    }

    app.scrolled = () => {
        if (root.hidden)
            return;
        const at = now();
        const y = scroller.scrollTop / range() * (root.clientHeight - 24) + 12;
        handle.style.transform = bubble.style.transform = `translateY(${y}px)`;
        bubble.textContent = monthName(months[at].month);
        root.setAttribute("aria-valuenow", at);
        root.setAttribute("aria-valuetext", bubble.textContent);
    };

    app.laidOut = () => {
        months = app.grid.rows.months;
        root.hidden = !scroller.classList.contains("scrubbed") || scroller.scrollHeight <= scroller.clientHeight;
        if (root.hidden)
            return;
        root.setAttribute("aria-valuemax", months.length - 1);
        years.replaceChildren();
        let last = -APART, year = null;
        for (const {month, top} of months) {
            const its = month === null ? "–" : Math.floor(month / 12), y = share(top) * (root.clientHeight - 24) + 12;
            if (its !== year && y - last >= APART) {
                const label = h("span", {}, its);
                label.style.transform = `translateY(${y}px)`;
                years.append(label);
                last = y;
            }
            year = its;
        }
        app.scrolled();
    };

    const go = at => scroller.scrollTo({top: months[Math.min(months.length - 1, Math.max(0, at))].top + grid.offsetTop - 4, behavior: "instant"});

    root.addEventListener("keydown", event => {
        const at = now();
        const target = {ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, PageDown: at + 12,
            PageUp: at - 12, Home: 0, End: months.length - 1}[event.key];
        if (target !== undefined) {
            event.preventDefault();
            go(target);
        }
    });
    const drag = event => {
        const box = root.getBoundingClientRect();
        scroller.scrollTop = Math.min(1, Math.max(0, (event.clientY - box.top - 12) / (box.height - 24))) * range();
    };
    root.addEventListener("pointerdown", event => {
        root.setPointerCapture(event.pointerId);
        root.classList.add("held");
        drag(event);
    });
    root.addEventListener("pointermove", event => root.hasPointerCapture(event.pointerId) && drag(event));
    for (const end of ["pointerup", "pointercancel"])
        root.addEventListener(end, () => root.classList.remove("held"));
}
