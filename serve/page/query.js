// SPDX-License-Identifier: Apache-2.0
// Queries as texts that are edited: the server alone understands them, here is only what is needed to change them in place.
// Positions in what the server says are bytes of UTF-8; those in this file are JavaScript's.

const encoder = new TextEncoder(), decoder = new TextDecoder();

export const fromBytes = (text, at) => decoder.decode(encoder.encode(text).slice(0, at)).length;

const FILTER = /^(date|camera|near|in|has|album):("(?:\\.|[^"\\])*"|[^\s"]\S*)/;
const QUOTED = /^"(?:\\.|[^"\\])*"/;
const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)`;

/** The tokens of a query: {kind: "+", "-", "*", "NOT", "(", ")", "filter", "term", begin, end, key}. */
export function tokens(text) {
    const all = [];
    let at = 0, depth = 0, term = null;
    const add = (kind, size, more) => {
        all.push({kind, begin: at, end: at += size, ...more});
        if (kind !== "filter")
            term = null;
    };
    while (at < text.length) {
        const rest = text.slice(at), filter = FILTER.exec(rest);
        if (/^\s/.test(rest))
            at++;
        else if (filter)
            add("filter", filter[0].length, {key: filter[1], value: filter[2]});
        else if (/^[-+*](?=[\s()]|$)/.test(rest))
            add(rest[0], 1);
        else if (/^NOT(?=[\s(]|$)/.test(rest))
            add("NOT", 3);
        else if (rest[0] === "(" && !term)
            add("(", 1, {depth: ++depth});
        else if (rest[0] === ")" && depth)
            add(")", 1, {depth: depth--});
        else {
            let end = (QUOTED.exec(rest) || [""])[0].length;
            for (let inner = 0; end < rest.length && !/\s/.test(rest[end]); end++) {
                inner += rest[end] === "(" ? 1 : rest[end] === ")" ? -1 : 0;
                if (inner < 0 && depth)
                    break;
            }
            end ||= 1;
            if (term)
                term.end = at += end;
            else {
                add("term", end);
                term = all[all.length - 1];
            }
        }
    }
    return all;
}

const tidy = text => text.replace(/^\s+|\s+$/g, "");
const join = (...parts) => tidy(parts.map(tidy).filter(Boolean).join(" "));

/** The query without filters asks for nothing: the library by date. */
export const onlyFilters = text => tokens(text).every(token => token.kind === "filter");
export const filtersOf = text => tokens(text).filter(token => token.kind === "filter");

/** A value as it stands in a filter, or a text as a term. */
export const quote = text => `"${text.replace(/[\\"]/g, "\\$&")}"`;
export const unquote = text => text[0] === '"' ? text.slice(1, -1).replace(/\\(.)/g, "$1") : text;

/** The query with this filter in place of the one of the same key; value null: without. */
export function withFilter(text, key, value) {
    const old = tokens(text).find(token => token.kind === "filter" && token.key === key);
    const filter = value === null ? "" : `${key}:${value}`;
    return old ? join(text.slice(0, old.begin), filter, text.slice(old.end)) : join(text, filter);
}

/** The query with `+ term` or `- term` behind its sum, before what follows that. */
export function withTerm(text, sign, term) {
    let end = 0;
    for (const token of tokens(text)) {
        if (token.kind === "NOT")
            break;
        if (token.kind !== "filter")
            end = token.end;
    }
    if (!end)
        return join(sign === "-" ? `-1 * ${term}` : term, text);
    return join(text.slice(0, end), sign, term, text.slice(end));
}

/** The query without [begin, end), and without what only that term needed: weight, sign, NOT, brackets around nothing. */
export function without(text, begin, end, kept = "") {
    let before = text.slice(0, begin), after = text.slice(end), sign = "";
    for (;;) {
        before = before.replace(new RegExp(`(^|[\\s(])${NUMBER}\\s+\\*\\s*$`), "$1");
        after = after.replace(new RegExp(`^\\s*\\*\\s+${NUMBER}(?=[\\s)]|$)`), "");
        const signed = before.replace(/(^|[\s)])[-+]\s*$/, "$1");
        if (signed !== before)
            before = signed;
        else if (/(^|[\s)])NOT\s*$/.test(before))
            before = before.replace(/NOT\s*$/, "");
        else if (/^\s*\+(?=[\s(])/.test(after))
            after = after.replace(/^\s*\+\s*/, "");
        else if (/^\s*-(?=[\s(])/.test(after)) { // the next one is first now, and still subtracted
            after = after.replace(/^\s*-\s*/, "");
            sign = new RegExp(`^${NUMBER}\\s+\\*\\s`).test(after) ? "-" : "-1 * ";
        }
        if (!/\(\s*$/.test(before) || !/^\s*\)/.test(after))
            break;
        before = before.replace(/\(\s*$/, "");
        after = after.replace(/^\s*\)/, "");
    }
    before = before.replace(/\s+$/, "");
    after = after.replace(/^\s+/, "");
    const tight = /\($/.test(before) || /^\)/.test(after) && !sign;
    return tidy(join(before, kept) + (tight ? "" : " ") + sign + after);
}

/** What a weight of the term at [begin, end) stands before: itself, or the bracket that has one. */
function weighed(text, begin, end) {
    const own = new RegExp(`(?:^|[\\s(])(${NUMBER})\\s+\\*\\s*$`).exec(text.slice(0, begin));
    const behind = new RegExp(`^\\s*\\*\\s+(${NUMBER})(?=[\\s)]|$)`).exec(text.slice(end));
    if (own)
        return {at: own.index + own[0].indexOf(own[1]), size: own[1].length, value: Number(own[1])};
    if (behind)
        return {at: end + behind[0].length - behind[1].length, size: behind[1].length, value: Number(behind[1])};
    let open = null;
    for (const token of tokens(text).filter(token => token.end <= begin)) {
        if (token.kind === "(")
            open = {token, outer: open};
        else if (token.kind === ")")
            open = open?.outer;
    }
    if (open && /\*\s*$/.test(text.slice(0, open.token.begin)))
        return weighed(text, open.token.begin, text.length);
    return {at: begin, size: 0, value: 1};
}

export const weightAt = (text, begin, end) => weighed(text, begin, end).value;

/** The query with this weight, at least 0: the sign that is there stays. */
export function withWeight(text, begin, end, weight) {
    const {at, size, value} = weighed(text, begin, end);
    const number = `${value < 0 || Object.is(value, -0) ? "-" : ""}${Number(weight.toFixed(2))}`;
    return text.slice(0, at) + (size ? number : `${number} * `) + text.slice(at + size);
}
