// SPDX-License-Identifier: Apache-2.0
// A picture that is dropped on the page, pasted or chosen becomes a term of the query.
import * as api from "./api.js";
import {$, toast} from "./dom.js";

export function startArithmetic(app) {
    let depth = 0; // of elements that a drag has entered

    async function add(file) {
        try {
            document.body.classList.add("searching");
            const type = file.type.startsWith("image/") ? file.type : "image/x-unknown"; // HEIC and RAW: the server looks
            const {name} = await api.request("POST", "/pictures", {body: file, type});
            app.closeViewer();
            await app.addTerm("+", name);
        } catch (error) {
            document.body.classList.remove("searching");
            toast(error.message);
        }
    }

    const files = event => [...event.dataTransfer?.types || []].includes("Files");
    const over = shown => {
        $("drop").hidden = !shown;
    };
    addEventListener("dragenter", event => {
        if (files(event) && ++depth)
            over(true);
    });
    addEventListener("dragleave", event => {
        if (files(event) && --depth <= 0)
            over(depth = 0);
    });
    addEventListener("dragover", event => files(event) && event.preventDefault());
    addEventListener("drop", event => {
        if (!files(event))
            return;
        event.preventDefault();
        over(depth = 0);
        const [file] = event.dataTransfer.files;
        if (file)
            add(file);
    });
    addEventListener("paste", event => {
        const [file] = event.clipboardData.files;
        if (file?.type.startsWith("image/")) {
            event.preventDefault();
            add(file);
        }
    });
    $("file").addEventListener("change", () => {
        const [file] = $("file").files;
        if (file)
            add(file);
        $("file").value = "";
    });
}
