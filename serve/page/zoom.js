// SPDX-License-Identifier: Apache-2.0
// Zooming and moving a picture by wheel, fingers, mouse and keys.

const MOST = 12, STEP = 1.4;

/** image fills stage at scale 1.  changed(scale) is called after each change, swiped(-1 or 1) at a swipe of what is not zoomed. */
export function zoomable(stage, image, changed, swiped) {
    let scale = 1, x = 0, y = 0;
    const pointers = new Map();
    let start = null; // of a swipe

    function paint() {
        const mx = Math.max(0, (image.offsetWidth * scale - stage.clientWidth) / 2);
        const my = Math.max(0, (image.offsetHeight * scale - stage.clientHeight) / 2);
        x = Math.min(mx, Math.max(-mx, x));
        y = Math.min(my, Math.max(-my, y));
        image.style.transform = scale === 1 ? "" : `translate(${x}px, ${y}px) scale(${scale})`;
        stage.classList.toggle("zoomed", scale > 1);
        changed(scale);
    }

    /** Scales so that what is at (cx, cy) on the screen stays there. */
    function to(next, cx, cy) {
        const box = stage.getBoundingClientRect();
        const px = (cx ?? box.left + box.width / 2) - box.left - box.width / 2;
        const py = (cy ?? box.top + box.height / 2) - box.top - box.height / 2;
        next = Math.min(MOST, Math.max(1, next));
        x = px - (px - x) * next / scale;
        y = py - (py - y) * next / scale;
        scale = next;
        paint();
    }

    const middle = () => {
        const [a, b] = pointers.values();
        return {x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.hypot(a.x - b.x, a.y - b.y)};
    };

    stage.addEventListener("wheel", event => {
        event.preventDefault();
        to(scale * Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), event.clientX, event.clientY);
    }, {passive: false});
    stage.addEventListener("dblclick", event => !event.target.closest("button") && to(scale > 1 ? 1 : 3, event.clientX, event.clientY));
    stage.addEventListener("pointerdown", event => {
        if (event.target.closest("button, .part") || event.button)
            return;
        stage.setPointerCapture(event.pointerId);
        pointers.set(event.pointerId, {x: event.clientX, y: event.clientY});
        start = pointers.size === 1 ? {x: event.clientX, y: event.clientY} : null;
    });
    stage.addEventListener("pointermove", event => {
        const old = pointers.get(event.pointerId);
        if (!old)
            return;
        const before = pointers.size === 2 ? middle() : null;
        pointers.set(event.pointerId, {x: event.clientX, y: event.clientY});
        if (before) {
            const after = middle();
            x += after.x - before.x;
            y += after.y - before.y;
            to(scale * after.apart / Math.max(1, before.apart), after.x, after.y);
        } else if (scale > 1) {
            x += event.clientX - old.x;
            y += event.clientY - old.y;
            paint();
        }
    });
    for (const end of ["pointerup", "pointercancel"])
        stage.addEventListener(end, event => {
            if (!pointers.delete(event.pointerId))
                return;
            const moved = start ? event.clientX - start.x : 0;
            if (end === "pointerup" && event.pointerType === "touch" && scale === 1 && Math.abs(moved) > 60)
                swiped(moved < 0 ? 1 : -1);
            start = null;
        });
    return {
        in: () => to(scale * STEP), out: () => to(scale / STEP), get scale() { return scale; },
        reset() {
            scale = 1;
            x = y = 0;
            paint();
        },
    };
}
