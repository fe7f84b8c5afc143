// SPDX-License-Identifier: Apache-2.0
// Justified rows: where each of any number of pictures stands, in a few typed arrays.

const DAY = 86400000;
const HEADING = 48;
export const NO_DAY = -0x80000000;
const UNKNOWN = 4 / 3, NARROWEST = 0.45, WIDEST = 3.2; // width / height; beyond, the thumbnail is cropped

export const ratioOf = percent => percent ? Math.min(WIDEST, Math.max(NARROWEST, percent / 100)) : UNKNOWN;

const names = new Intl.DateTimeFormat("en", {month: "long", year: "numeric", timeZone: "UTC"});

/** 12 * year + month of a day since 1970. */
function monthOf(day) {
    const date = new Date(day * DAY);
    return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

export const monthName = month => month === null ? "No date" : names.format(Date.UTC(Math.floor(month / 12), month % 12));

/** Lays pictures out: ratios and days (null: no headings) of each, for this width, rows about as high as `ideal`.
 *  rows: {count, first, top, height} with first[count] the number of pictures; a heading is a row without pictures.
 *  months: [{row, top, month}] of the headings. */
export function layout(ratios, days, count, width, ideal, gap) {
    const capacity = count * 2 + 2;
    const first = new Uint32Array(capacity), top = new Float64Array(capacity), height = new Float32Array(capacity);
    const months = [];
    let rows = 0, y = 0;

    function row(begin, high) {
        first[rows] = begin;
        top[rows] = y;
        height[rows++] = high;
        y += high + gap;
    }

    function group(begin, end) {
        while (begin < end) {
            let sum = 0, at = begin, high = ideal;
            for (; at < end; at++) {
                const more = sum + ratioOf(ratios[at]);
                const then = (width - gap * (at - begin)) / more;
                if (then >= ideal) {
                    sum = more;
                    continue;
                }
                const now = at > begin ? (width - gap * (at - begin - 1)) / sum : Infinity;
                if (now - ideal > ideal - then) { // better with it
                    high = then;
                    at++;
                } else
                    high = now;
                break;
            }
            row(begin, at === end && high >= ideal ? ideal : high);
            begin = at;
        }
    }

    if (!days)
        group(0, count);
    for (let begin = 0, end = 0; days && begin < count; begin = end) {
        const month = days[begin] === NO_DAY ? null : monthOf(days[begin]);
        for (let day = days[begin]; end < count; end++)
            if (days[end] !== day) {
                day = days[end];
                if ((day === NO_DAY ? null : monthOf(day)) !== month)
                    break;
            }
        months.push({row: rows, top: y, month});
        row(begin, HEADING - gap);
        group(begin, end);
    }
    first[rows] = count;
    return {count: rows, first, top, height, months, width, gap, total: y};
}

/** The last row that begins at y or above. */
export function rowAt(rows, y) {
    let low = 0, high = rows.count - 1;
    while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (rows.top[middle] <= y)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/** The row with this picture, which is the last one that begins at it or before. */
export function rowOf(rows, index) {
    let low = 0, high = rows.count - 1;
    while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (rows.first[middle] <= index)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}
