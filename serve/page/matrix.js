// SPDX-License-Identifier: Apache-2.0
// Pictures against texts: the article's figure, as a table, a picture (SVG) and TSV.
import * as api from "./api.js";
import {button, copy, debounce, dialog, h, save} from "./dom.js";

const MOST = 100;
const CELL = 76, LABEL = 190; // of the SVG
const LOW = [244, 242, 236], HIGH = [11, 84, 170];

const colour = share => LOW.map((low, i) => Math.round(low + (HIGH[i] - low) * share));
const rgb = share => `rgb(${colour(share).join(",")})`;
const ink = share => share > 0.78 ? "#fff" : "#000"; // at least 4.5 : 1 on each

/** 0 to 1 between the least and the largest score. */
function scale(scores) {
    const all = scores.flat(), low = Math.min(...all), high = Math.max(...all);
    return score => high > low ? (score - low) / (high - low) : 0.5;
}

const escape = text => text.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt(0)};`);

function dataUrl(blob) {
    return new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result);
        reader.onerror = reject;
        reader.readAsDataURL(blob);
    });
}

/** A file of its own: thumbnails are inside. */
async function svg(ids, texts, scores) {
    const share = scale(scores);
    const width = LABEL + ids.length * CELL, height = CELL + texts.length * CELL;
    const parts = [`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="14">`,
        `<rect width="${width}" height="${height}" fill="#fff"/>`];
    for (const [i, id] of ids.entries()) {
        const blob = await api.request("GET", `/photos/${id}/thumbnail?side=160`, {as: "blob"});
        parts.push(`<image x="${LABEL + i * CELL + 1}" y="1" width="${CELL - 2}" height="${CELL - 2}" preserveAspectRatio="xMidYMid slice" href="${await dataUrl(blob)}"/>`);
    }
    texts.forEach((text, j) => {
        const y = CELL + j * CELL;
        const short = text.length > 24 ? `${text.slice(0, 23)}…` : text;
        parts.push(`<text x="${LABEL - 10}" y="${y + CELL / 2 + 5}" text-anchor="end"><title>${escape(text)}</title>${escape(short)}</text>`);
        ids.forEach((id, i) => parts.push(`<rect x="${LABEL + i * CELL + 1}" y="${y + 1}" width="${CELL - 2}" height="${CELL - 2}" fill="${rgb(share(scores[i][j]))}"/>`,
            `<text x="${LABEL + i * CELL + CELL / 2}" y="${y + CELL / 2 + 5}" text-anchor="middle" fill="${ink(share(scores[i][j]))}">${scores[i][j].toFixed(3)}</text>`));
    });
    return new Blob([parts.join("\n"), "</svg>\n"], {type: "image/svg+xml"});
}

export function openMatrix(app, chosen) {
    const ids = chosen.slice(0, MOST), signal = api.superseding();
    let texts = [], scores = [];
    const known = ids.map(id => app.grid.known(id));
    const area = h("textarea", {rows: 4, dir: "auto", placeholder: "a dog on a beach\na cat\n…",
        value: [...new Set(known.map(photo => photo?.caption).filter(Boolean))].slice(0, 8).join("\n")});
    const figure = h("div.figure", {tabIndex: 0, role: "region", "aria-label": "Similarities"}), problem = h("p.problem", {role: "alert"});
    const picture = button("download", "Save as SVG", async () => save("matrix.svg", await svg(ids, texts, scores)), {disabled: true});
    const table = button("copy", "Copy as TSV", () => copy([["", ...texts], ...ids.map((id, i) => [known[i]?.path ?? `#${id}`, ...scores[i]])]
        .map(row => row.join("\t")).join("\n"), "Table"), {disabled: true});

    async function fill() {
        texts = area.value.split("\n").map(text => text.trim()).filter(Boolean).slice(0, MOST);
        picture.disabled = table.disabled = !texts.length;
        problem.textContent = "";
        const stop = signal();
        if (!texts.length)
            return figure.replaceChildren(h("p.hint", {}, "Type texts above, one on each line."));
        try {
            ({scores} = await api.post("/matrix", {ids, texts}, stop));
        } catch (error) {
            if (!api.aborted(error))
                problem.textContent = error.message;
            return;
        }
        const share = scale(scores);
        const value = (i, j) => {
            const element = h("td", {}, scores[i][j].toFixed(3));
            element.style.backgroundColor = rgb(share(scores[i][j]));
            element.style.color = ink(share(scores[i][j]));
            if (scores[i][j] === Math.max(...scores[i]))
                element.className = "best";
            return element;
        };
        figure.replaceChildren(h("table", {}, h("thead", {}, h("tr", {}, h("td"), ids.map((id, i) => h("th", {scope: "col"},
            h("img", {src: api.thumbnail(id, 160), alt: known[i]?.caption || known[i]?.name || `picture ${id}`}))))),
        h("tbody", {}, texts.map((text, j) => h("tr", {}, h("th", {scope: "row"}, h("bdi", {}, text)), ids.map((id, i) => value(i, j)))))));
    }

    area.addEventListener("input", debounce(250, fill));
    dialog("Pictures and texts", {wide: true, className: "matrix"},
        h("label.field", {}, "Texts, one on each line", area), problem, figure, h("div.buttons", {}, picture, table));
    if (chosen.length > MOST)
        problem.textContent = `Only the first ${MOST} of ${chosen.length} pictures are compared.`;
    fill();
    area.focus();
}
