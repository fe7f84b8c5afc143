// SPDX-License-Identifier: Apache-2.0
// Indexing: choosing folders, watching jobs; and the events that tell of both and of a changed library.
import * as api from "./api.js";
import {$, announce, button, count, dialog, h, icon, toast} from "./dom.js";

const STAGES = {looking: "looking for pictures", working: "looking at pictures", captions: "writing captions"};
const OVER = ["done", "failed", "cancelled"];

export function startIndex(app) {
    const jobs = new Map();
    let list = null; // of jobs, in the open dialog
    let source = null;

    function describe(job) {
        const numbers = job.total ? `${job.done.toLocaleString("en")} of ${job.total.toLocaleString("en")}` : count(job.done, "picture");
        if (job.state === "waiting")
            return "waits for the others";
        if (job.state === "running")
            return `${STAGES[job.stage] || job.stage}: ${numbers}`;
        return job.state === "done" ? `done: ${count(job.done, "picture")}, ${(job.embedded ?? 0).toLocaleString("en")} new, ${Math.round(job.seconds)} s`
            : job.state === "failed" ? job.error : "cancelled";
    }

    function item(job) {
        const bar = h("progress", {max: 1, "aria-label": "Progress"}), text = h("p", {role: "status"}), failures = h("div");
        const cancel = button("close", "Cancel this job", () => api.remove(`/jobs/${job.id}`).then(() => load(job.id), error => toast(error.message)), {quiet: true});
        const element = h("li.job", {}, h("div.grow", {}, h("p", {}, h("bdi", {}, job.paths.join(", "))), bar, text, failures), cancel);
        let seen = -1;
        element.update = next => {
            const over = OVER.includes(next.state);
            bar.hidden = cancel.hidden = over;
            if (next.total)
                bar.value = next.done / next.total;
            text.textContent = describe(next);
            text.classList.toggle("problem", next.state === "failed");
            if (next.failed && next.failed !== seen) {
                seen = next.failed;
                const rows = h("ul.failures");
                failures.replaceChildren(h("details", {ontoggle: async event => {
                    if (!event.target.open)
                        return;
                    const whole = await api.get(`/jobs/${job.id}`).catch(() => ({failures: []}));
                    rows.replaceChildren(...whole.failures.map(({path, message}) => h("li", {}, h("bdi", {}, path), h("small", {}, message))));
                }}, h("summary", {}, `${count(next.failed, "file")} failed`), rows));
            }
        };
        element.update(job);
        return element;
    }

    function paint(job) {
        const running = [...jobs.values()].find(job => job.state === "running");
        const opener = $("open-index");
        opener.classList.toggle("busy", Boolean(running));
        opener.lastChild.textContent = running?.total ? `${Math.floor(100 * running.done / running.total)} %` : running ? "…" : "Index";
        if (!list)
            return;
        const old = list.querySelector(`[data-job="${job.id}"]`);
        if (old)
            return old.update(job);
        const element = item(job);
        element.dataset.job = job.id;
        list.prepend(element);
    }

    function learn(job) {
        const before = jobs.get(job.id)?.state;
        jobs.set(job.id, {...jobs.get(job.id), ...job});
        paint(jobs.get(job.id));
        if (before === "running" && OVER.includes(job.state)) {
            announce(`Indexing ${job.state}`);
            app.reloadStatus?.().catch(() => null);
        }
    }
    const load = async id => learn(await api.get(`/jobs/${id}`));

    app.listen = () => {
        source?.close();
        source = api.events();
        source.addEventListener("job", event => learn(JSON.parse(event.data)));
        source.addEventListener("library", event => app.refresh(JSON.parse(event.data).generation));
    };
    api.onLogin(() => app.listen());
    addEventListener("pagehide", () => source?.close());
    addEventListener("pageshow", event => event.persisted && app.listen());

    /** The folder above, named or as "..": null are the roots. */
    const above = ({path, parent}) => parent === ".." ? path.replace(/\/+[^/]*\/*$/, "") || "/" : parent ?? null;

    function chooser(chosen, changed) {
        const where = h("p.where", {dir: "auto"}), folders = h("ul.choices.folders");
        async function go(path) {
            try {
                const answer = await api.get("/browse", {path});
                where.textContent = answer.path || "Folders this server may read";
                const rows = (answer.roots || answer.folders).map(name => ({name, full: answer.roots ? name : `${answer.path.replace(/\/$/, "")}/${name}`}));
                const up = answer.roots ? [] : [h("li", {}, h("button.grow", {type: "button", onclick: () => go(above(answer))}, icon("up"), " Up"))];
                folders.replaceChildren(...up, ...rows.map(({name, full}) => h("li", {},
                    h("label.check", {}, h("input", {type: "checkbox", checked: chosen.has(full), "aria-label": `Index ${full}`, onchange: event => {
                        event.target.checked ? chosen.add(full) : chosen.delete(full);
                        changed();
                    }})), h("button.grow", {type: "button", onclick: () => go(full)}, icon("folder"), h("bdi", {}, name)))));
                if (!rows.length)
                    folders.append(h("li.hint", {}, answer.roots ? "The server was started without folders to index: descry serve --root FOLDER"
                        : "No folders in here."));
                if (where.isConnected && document.activeElement === document.body)
                    folders.querySelector("button")?.focus();
            } catch (error) {
                folders.replaceChildren(h("li.problem", {}, error.message));
            }
        }
        go(null);
        return h("div", {}, where, folders);
    }

    app.openIndex = async () => {
        const chosen = new Set();
        const captions = h("input", {type: "checkbox", disabled: !app.status.captioner});
        const start = button("index", "Choose folders above", async () => {
            try {
                learn(await api.post("/jobs", {paths: [...chosen], caption: captions.checked}));
                toast("Indexing has begun");
            } catch (error) {
                toast(error.message);
            }
        }, {className: "main", disabled: true});
        const {photos = 0, roots = [], failed = 0} = app.status;
        list = h("ul.jobs", {"aria-label": "Jobs"});
        dialog("Index", {onclose: () => { list = null; }},
            h("p.hint", {}, `${count(photos, "picture")} in the library${roots.length ? ` from ${roots.join(", ")}` : ""}${failed ? `; ${count(failed, "file")} could not be read` : ""}.`),
            app.status.writable ? [chooser(chosen, () => {
                start.disabled = !chosen.size;
                start.lastChild.textContent = chosen.size ? `Index ${count(chosen.size, "folder")}` : "Choose folders above";
            }),
            app.status.captioner ? h("label.check", {}, captions, `Write captions, too (${app.status.captioner})`) : null, h("div.buttons", {}, start)] : h("p", {}, "This server does not change its library."),
            list);
        [...jobs.values()].forEach(paint);
        try {
            (await api.get("/jobs")).jobs?.forEach(learn);
        } catch (error) {
            toast(error.message);
        }
    };
    $("open-index").addEventListener("click", () => app.openIndex());
}
