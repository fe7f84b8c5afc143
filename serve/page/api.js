// SPDX-License-Identifier: Apache-2.0
// Requests to the server, which is where the page comes from.
import {dialog, h} from "./dom.js";

const BASE = "/api/v1";

export class Failure extends Error {
    constructor(status, {code = "io", message = `the server answered with status ${status}`, position = null} = {}) {
        super(message);
        Object.assign(this, {status, code, position});
    }
}

let login = null; // while a token is being asked for
const afterLogin = new Set();

/** Called after each login: for what cannot try again by itself. */
export const onLogin = work => afterLogin.add(work);

function askForToken() {
    login ||= new Promise((resolve, reject) => {
        let done = false;
        const token = h("input", {type: "password", autocomplete: "current-password", required: true});
        const problem = h("p.problem", {role: "alert"});
        const element = dialog("Log in", {
            onclose: () => {
                login = null;
                if (!done)
                    reject(new Failure(401, {code: "unauthorized", message: "This server wants its token."}));
            },
        }, h("form", {
            onsubmit: async event => {
                event.preventDefault();
                try {
                    await request("POST", "/login", {json: {token: token.value}, ask: false});
                } catch (failure) {
                    problem.textContent = failure.code === "unauthorized" ? "That is not the token." : failure.message;
                    return;
                }
                done = true;
                element.close();
                resolve();
                afterLogin.forEach(work => work());
            },
        }, h("input", {type: "text", autocomplete: "username", value: "descry", hidden: true}), h("label.field", {}, "The token that the server was started with", token), problem,
        h("div.buttons", {}, h("button.main", {type: "submit"}, "Log in"))));
        token.focus();
    });
    return login;
}

export async function request(method, path, {json, body, type, signal, as = "json", ask = true} = {}) {
    const headers = {};
    if (method !== "GET")
        headers["Content-Type"] = type || "application/json";
    let answer;
    try {
        answer = await fetch(BASE + path, {method, headers, signal, body: json === undefined ? body : JSON.stringify(json)});
    } catch (error) {
        throw error.name === "AbortError" ? error : new Failure(0, {message: "The server does not answer."});
    }
    if (answer.status === 401 && ask) {
        await askForToken();
        return request(method, path, {json, body, type, signal, as, ask});
    }
    if (!answer.ok)
        throw new Failure(answer.status, (await answer.json().catch(() => ({}))).error);
    if (as === "blob")
        return answer.blob();
    return answer.status === 204 ? null : answer.json();
}

/** "?q=...&k=40" of what is neither null nor empty. */
export function parameters(values) {
    const given = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
    return given.length ? "?" + new URLSearchParams(given) : "";
}

export const get = (path, values = {}, signal = undefined) => request("GET", path + parameters(values), {signal});
export const post = (path, json = {}, signal = undefined) => request("POST", path, {json, signal});
export const put = (path, json) => request("PUT", path, {json});
export const remove = path => request("DELETE", path, {json: {}});

/** A function that gives a signal for a new request, and aborts the one before. */
export function superseding() {
    let controller = null;
    return () => {
        controller?.abort();
        controller = new AbortController();
        return controller.signal;
    };
}

export const aborted = error => error.name === "AbortError";

export const thumbnail = (id, side) => `${BASE}/photos/${id}/thumbnail?side=${side}`;
export const preview = id => `${BASE}/photos/${id}/preview?side=2048`;
export const file = (id, download = false) => `${BASE}/photos/${id}/file${download ? "?download=1" : ""}`;
export const uploaded = name => `${BASE}/pictures/${name}`;
export const zip = ids => `${BASE}/zip?ids=${ids.join(",")}`;
export const events = () => new EventSource(`${BASE}/events`);

const BATCH = 200;

/** Pictures by their ids, in batches. */
export async function photos(ids, signal = undefined) {
    const all = [];
    for (let i = 0; i < ids.length; i += BATCH)
        all.push(...(await get("/photos", {ids: Array.from(ids.slice(i, i + BATCH)).join(",")}, signal)).photos);
    return all;
}
