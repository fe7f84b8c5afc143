// SPDX-License-Identifier: Apache-2.0
// Albums: chosen pictures, and saved queries (smart albums).
import * as api from "./api.js";
import {$, ask, button, confirm, count, dialog, h, toast} from "./dom.js";
import {quote} from "./query.js";

export function startAlbums(app) {
    async function open() {
        const list = h("ul.choices");
        const query = app.query().trim();
        const element = dialog("Albums", {}, list,
            app.status.writable ? h("div.buttons", {}, query ? button("search", "Save this search as an album", async () => {
                const name = await ask("Save this search as an album", "Name", query);
                if (name)
                    change(() => api.post("/albums", {name, query, ids: []}));
            }) : h("p.hint", {}, "To make one: choose pictures and press Album, or search and come back to save the search.")) : null);

        async function fill() {
            const {albums} = await api.get("/albums");
            list.replaceChildren(...albums.map(album => h("li", {},
                h("button.grow", {type: "button", onclick: () => {
                    element.close();
                    app.setQuery(`album:${quote(album.name)}`);
                }}, h("bdi", {}, album.name), h("small", {}, " ", count(album.count, "picture"), album.query === null ? "" : ", search: ", album.query === null ? null : h("bdi", {}, album.query))),
                app.status.writable ? [button("edit", `Rename ${album.name}`, async () => {
                    const name = await ask("Rename the album", "Name", album.name);
                    if (name && name !== album.name)
                        change(() => api.put(`/albums/${album.id}`, {name}));
                }, {quiet: true}), button("trash", `Delete ${album.name}`, async () => {
                    if (await confirm("Delete the album", `“${album.name}” goes away; its pictures stay where they are.`, "Delete"))
                        change(() => api.remove(`/albums/${album.id}`));
                }, {quiet: true})] : null)));
            if (!albums.length)
                list.replaceChildren(h("li.hint", {}, "There are no albums yet."));
        }
        async function change(work) {
            try {
                await work();
                await fill();
            } catch (error) {
                toast(error.message);
            }
        }
        change(() => null);
    }
    $("open-albums").addEventListener("click", open);
}
