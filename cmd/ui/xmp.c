/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/xmp.h"

#include "ui/visible.h"

#include <stdio.h>
#include <string.h>

static const char *outcome_name(descry_sidecar_outcome outcome)
{
    static const char *const names[] = {"written", "replaced", "same",    "kept",    "nothing",
                                        "undone",  "restored", "changed", "deleted", "embedded"};
    return names[outcome];
}

int cmd_xmp_check(const cmd_command *command, const cmd_xmp *xmp)
{
    if (xmp->write && xmp->undo)
        return cmd_usage(command, "--write-xmp and --undo-xmp: one or the other");
    if (xmp->overwrite && !xmp->write)
        return cmd_usage(command, "--overwrite is said with --write-xmp");
    if (!xmp->write && !xmp->undo)
        return CMD_DONE;
    for (size_t i = 0; descry_feature(i); i++)
        if (strncmp(descry_feature(i), "xmp ", 4) == 0)
            return CMD_DONE;
    cmd_say("this build does not write XMP: libexempi was left out (install libexempi-dev and build again)");
    return CMD_FAILED;
}

int cmd_xmp_write(cmd_xmp *xmp, const char *picture, const char *caption, const char *model, json_t *object)
{
    descry_error err;
    descry_sidecar_outcome outcome;
    descry_sidecar_options options = DESCRY_SIDECAR_OPTIONS_INIT;
    char *sidecar;
    int status = CMD_DONE;
    options.overwrite = xmp->overwrite;
    int rc = descry_sidecar_write(xmp->ctx, picture, caption, model, &options, &outcome, &sidecar, &err);
    if (rc) {
        cmd_say("%s", err.message);
        xmp->failed++;
    } else if (outcome == DESCRY_SIDECAR_KEPT)
        cmd_say("%s: has a description that descry did not write, which stays (--overwrite replaces it)", sidecar);
    else if (outcome == DESCRY_SIDECAR_EMBEDDED)
        cmd_say("%s: has a description in itself, which a sidecar's would hide: none is written (--overwrite does)",
                picture);
    else if (outcome == DESCRY_SIDECAR_REPLACED)
        cmd_say("%s: replaced a description that descry did not write (--undo-xmp puts it back)", sidecar);
    if (object && (cmd_json_set_path(object, "xmp", sidecar ? sidecar : "") ||
                   json_object_set_new(object, "outcome", json_string(rc ? "failed" : outcome_name(outcome)))))
        status = cmd_fail_memory();
    descry_free(sidecar);
    return status;
}

/* ---- undoing ---------------------------------------------------------------------------------------------------- */

static int print_undone(const cmd_xmp *xmp, const char *sidecar, descry_sidecar_outcome outcome)
{
    static const char *const words[] = {[DESCRY_SIDECAR_UNDONE] = "caption taken out",
                                        [DESCRY_SIDECAR_RESTORED] = "description put back",
                                        [DESCRY_SIDECAR_CHANGED] = "description changed since, which stays",
                                        [DESCRY_SIDECAR_DELETED] = "deleted"};
    if (!xmp->json) {
        cmd_print_path(stdout, sidecar);
        printf(": %s\n", words[outcome]);
        return CMD_DONE;
    }
    json_t *object = json_object();
    if (!object || cmd_json_set_path(object, "xmp", sidecar) ||
        json_object_set_new(object, "outcome", json_string(outcome_name(outcome)))) {
        json_decref(object);
        object = NULL;
    }
    return cmd_json_line(object);
}

static int on_undone(void *arg, const char *sidecar, descry_sidecar_outcome outcome, const descry_error *err)
{
    cmd_xmp *xmp = arg;
    if (err) {
        cmd_say("%s", err->message);
        xmp->failed++;
        return 0;
    }
    if (outcome == DESCRY_SIDECAR_NOTHING)
        return 0;
    xmp->changed++;
    return print_undone(xmp, sidecar, outcome) != CMD_DONE || !cmd_flush();
}

static int undo_path(cmd_xmp *xmp, const char *path)
{
    descry_error err;
    descry_sidecar_options options = DESCRY_SIDECAR_OPTIONS_INIT;
    options.include_hidden = xmp->include_hidden;
    int rc = descry_sidecar_undo(xmp->ctx, path, &options, on_undone, xmp, &err);
    if (rc == DESCRY_ERR_CANCELLED)
        return CMD_FAILED; /* standard output is gone */
    if (rc) {
        cmd_say("%s", err.message);
        xmp->failed++;
    }
    return CMD_DONE;
}

static int finish(const cmd_xmp *xmp)
{
    if (xmp->undo && xmp->failed == 0 && xmp->changed == 0)
        cmd_say("no captions of descry there");
    return xmp->failed > 0 ? CMD_PARTLY : CMD_DONE;
}

int cmd_xmp_undo(cmd_xmp *xmp, const char *const *paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (undo_path(xmp, paths[i]) != CMD_DONE)
            return CMD_FAILED;
    return finish(xmp);
}

/* ---- all of a library ------------------------------------------------------------------------------------------- */

static int write_entry(cmd_xmp *xmp, const descry_entry *entry)
{
    json_t *object = xmp->json ? json_object() : NULL;
    if (xmp->json && (!object || cmd_json_set_path(object, "path", entry->path)))
        return cmd_fail_memory();
    int status = cmd_xmp_write(xmp, entry->path, entry->caption, entry->captioner, object);
    return status == CMD_DONE && object ? cmd_json_line(object) : status;
}

static int on_entry(void *arg, const descry_entry *entry)
{
    cmd_xmp *xmp = arg;
    if (entry->source || !entry->captioner)
        return 0;
    int status = xmp->undo ? undo_path(xmp, entry->path) : write_entry(xmp, entry);
    xmp->lost = status != CMD_DONE;
    return xmp->lost;
}

int cmd_xmp_library(cmd_xmp *xmp, descry_library *library)
{
    descry_error err;
    if (descry_entries(library, NULL, on_entry, xmp, &err))
        return cmd_fail(&err);
    return xmp->lost ? CMD_FAILED : finish(xmp);
}
