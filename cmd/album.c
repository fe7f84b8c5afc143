/* SPDX-License-Identifier: Apache-2.0
 * descry album */
#include "ui/common.h"
#include "ui/output.h"
#include "ui/visible.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(int argc, char **argv);

const cmd_command cmd_album = {
    "album", "pictures, or a query, under a name",
    "usage: descry album [OPTIONS]\n"
    "       descry album create NAME [--query QUERY] [PATH|#ID...]\n"
    "       descry album add NAME PATH|#ID...\n"
    "       descry album take NAME PATH|#ID...\n"
    "       descry album rename NAME NEW\n"
    "       descry album remove NAME\n"
    "\n"
    "Lists the albums of the library, makes one, adds pictures to it or takes some from it, renames or removes it, and\n"
    "prints it.  A picture is named by its path, or by its id as searches with --json print it; a folder stands for all\n"
    "pictures in it and below it.  They have to be in the library, and their files stay as they are.\n"
    "\n"
    "An album knows its pictures by content: it keeps them when they are moved, copied or missing, and loses one when\n"
    "the library forgets it.  A smart album is a query under a name, and has what that finds at the time.\n"
    "\n"
    "descry search album:NAME, or 'album:\"A NAME\"', searches in an album, and runs the query of a smart one.\n",
    "The number before an album is that of its different pictures that are not missing.\n"
    "\n"
    "Examples:\n"
    "  descry album create Summer ~/Pictures/2019/07 '#17'\n"
    "  descry album add Summer ~/Pictures/2019/08/beach.jpg\n"
    "  descry search a sunset album:Summer\n"
    "  descry album create 'Red apples' --query 'a red apple date:2019..'\n"
    "  descry search 'album:\"Red apples\"'\n"
    "  descry album --json\n",
    run};

typedef enum action { LIST, CREATE, ADD, TAKE, RENAME, REMOVE, ACTIONS } action;

static const struct {
    const char *name;
    size_t least, most; /* operands after it */
    const char *wanted;
} ACTS[ACTIONS] = {
    [LIST] = {"list", 0, 0, "nothing"},
    [CREATE] = {"create", 1, SIZE_MAX, "the new album's name, then pictures or none"},
    [ADD] = {"add", 2, SIZE_MAX, "the album's name and pictures"},
    [TAKE] = {"take", 2, SIZE_MAX, "the album's name and pictures"},
    [RENAME] = {"rename", 2, 2, "the album's name and the new one"},
    [REMOVE] = {"remove", 1, 1, "the album's name"},
};

const char *cmd_album_action(size_t i)
{
    return i < ACTIONS ? ACTS[i].name : NULL;
}

typedef struct album_job {
    cmd_common common;
    const char *query;
    action act;
    descry_library *library;
    const char *name; /* of the album to show; NULL: all */
    int64_t album;    /* its id; 0: none of that name */
    int64_t *ids;     /* of the pictures */
    size_t count;
    int status;
} album_job;

/* ---- showing ------------------------------------------------------------------------------------------------------- */

static int print_album(const album_job *job, const descry_album *album)
{
    if (job->common.json)
        return cmd_json_line(json_pack("{s:I, s:o, s:o, s:I}", "id", (json_int_t)album->id, "name",
                                       cmd_json_text(album->name, strlen(album->name)), "query",
                                       album->query ? cmd_json_text(album->query, strlen(album->query)) : json_null(), "count",
                                       (json_int_t)album->count));
    if (album->query)
        fputs("  smart  ", stdout);
    else
        printf("%7" PRIu64 "  ", album->count);
    cmd_print_visible(stdout, album->name);
    if (album->query) {
        fputs(": ", stdout);
        cmd_print_visible(stdout, album->query);
    }
    putchar('\n');
    return CMD_DONE;
}

static int on_album(void *arg, const descry_album *album)
{
    album_job *job = arg;
    if (job->name && strcmp(job->name, album->name) != 0)
        return 0;
    job->status = print_album(job, album);
    return job->status != CMD_DONE || ferror(stdout);
}

static int show(album_job *job)
{
    descry_error err;
    return descry_albums(job->library, on_album, job, &err) ? cmd_fail(&err) : job->status;
}

/* ---- finding ------------------------------------------------------------------------------------------------------- */

static int take_id(void *arg, const descry_album *album)
{
    album_job *job = arg;
    if (strcmp(job->name, album->name) == 0)
        job->album = album->id;
    return job->album != 0;
}

static int find_album(album_job *job)
{
    descry_error err;
    if (descry_albums(job->library, take_id, job, &err))
        return cmd_fail(&err);
    if (job->album)
        return CMD_DONE;
    cmd_say("%s: there is no album '%s'", descry_library_path(job->library), job->name);
    return CMD_FAILED;
}

static int add_ids(album_job *job, const int64_t *ids, size_t n)
{
    int64_t *grown = realloc(job->ids, (job->count + n + 1) * sizeof *grown);
    if (!grown)
        return cmd_fail_memory();
    memcpy(grown + job->count, ids, n * sizeof *ids);
    job->ids = grown;
    job->count += n;
    return CMD_DONE;
}

/* "#17" */
static bool read_id(const char *text, int64_t *id)
{
    if (text[0] != '#' || !text[1] || text[1 + strspn(text + 1, "0123456789")])
        return false;
    errno = 0;
    *id = strtoll(text + 1, NULL, 10);
    return errno == 0;
}

static int find_pictures(album_job *job, const char *named)
{
    descry_error err;
    int64_t id, *ids;
    size_t n;
    if (read_id(named, &id))
        return add_ids(job, &id, 1);
    if (descry_ids_at(job->library, named, &ids, &n, &err))
        return cmd_fail(&err);
    int status = add_ids(job, ids, n);
    descry_free(ids);
    return status;
}

/* ---- the actions --------------------------------------------------------------------------------------------------- */

static int check_query(const char *query)
{
    descry_error err;
    size_t position;
    if (!query || !descry_query_check(query, DESCRY_RANKING_VECTORS, NULL, &position, &err))
        return CMD_DONE;
    int status = cmd_fail(&err);
    cmd_print_caret(query, position);
    return status;
}

static int open_library(album_job *job, descry_context *ctx)
{
    descry_error err;
    descry_library_options existing = DESCRY_LIBRARY_OPTIONS_INIT;
    existing.create = 0;
    if (job->act == LIST)
        return cmd_open_library(&job->library, ctx, job->common.library);
    return descry_library_open(&job->library, ctx, job->common.library, &existing, &err) ? cmd_fail(&err) : CMD_DONE;
}

/* names: what follows the action, the album's name first. */
static int act(album_job *job, const cmd_operand *names, size_t count)
{
    descry_error err;
    int rc = 0, status = CMD_DONE;
    job->name = job->act == LIST ? NULL : names[0].text;
    if (job->act > CREATE)
        status = find_album(job);
    for (size_t i = 1; i < count && status == CMD_DONE && job->act < RENAME; i++)
        status = find_pictures(job, names[i].text);
    if (status == CMD_DONE && job->act == REMOVE) /* as it was */
        status = show(job);
    if (status != CMD_DONE)
        return status;
    if (job->act == CREATE)
        rc = descry_album_create(job->library, job->name, job->query, &job->album, &err);
    if (!rc && job->count > 0)
        rc = (job->act == TAKE ? descry_album_take : descry_album_add)(job->library, job->album, job->ids, job->count, &err);
    else if (!rc && job->act == RENAME)
        rc = descry_album_change(job->library, job->album, job->name = names[1].text, NULL, &err);
    else if (!rc && job->act == REMOVE)
        rc = descry_album_remove(job->library, job->album, &err);
    if (rc && job->act == CREATE && job->album) /* with its pictures, or not at all */
        descry_album_remove(job->library, job->album, NULL);
    if (rc)
        return cmd_fail(&err);
    return job->act == REMOVE ? CMD_DONE : show(job);
}

static int read_action(album_job *job, const cmd_operands *operands)
{
    const char *names[ACTIONS];
    if (operands->count == 0)
        return job->query ? cmd_usage(&cmd_album, "--query is for 'descry album create NAME'") : CMD_DONE;
    for (int i = 0; i < ACTIONS; i++)
        names[i] = ACTS[i].name;
    const char *given = operands->items[0].text;
    for (job->act = 0; job->act < ACTIONS && strcmp(given, names[job->act]) != 0; job->act++)
        ;
    const char *near = cmd_nearest(given, names, ACTIONS);
    if (job->act == ACTIONS && near)
        return cmd_usage(&cmd_album, "unknown action '%s'; did you mean '%s'?", given, near);
    if (job->act == ACTIONS)
        return cmd_usage(&cmd_album, "unknown action '%s': list, create, add, take, rename or remove", given);
    size_t n = operands->count - 1;
    if (n < ACTS[job->act].least || n > ACTS[job->act].most)
        return cmd_usage(&cmd_album, "after %s comes %s", given, ACTS[job->act].wanted);
    if (job->query && (job->act != CREATE || n > 1))
        return cmd_usage(&cmd_album, "--query makes a new album, which has no pictures of its own");
    return check_query(job->query);
}

static int run(int argc, char **argv)
{
    album_job job = {.status = CMD_DONE};
    const cmd_option options[] = {
        {"query", 0, CMD_TEXT, &job.query, "QUERY", "with create: a smart album, which is what this query finds", 0},
        CMD_OPTION_LIBRARY(job.common, "the library"),
        CMD_OPTION_THREADS(job.common),
        CMD_OPTION_JSON(job.common, "a line for each album: {\"id\", \"name\", \"query\" (null: a selection of pictures), \"count\"}"),
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_album, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    descry_context *ctx = NULL;
    status = read_action(&job, &operands);
    if (status == CMD_DONE)
        status = cmd_open_context(&ctx, job.common.threads);
    if (status == CMD_DONE)
        status = open_library(&job, ctx);
    if (status == CMD_DONE)
        status = act(&job, operands.items + 1, operands.count > 0 ? operands.count - 1 : 0);
    free(job.ids);
    descry_library_close(&job.library);
    descry_context_close(&ctx);
    cmd_operands_free(&operands);
    return status;
}
