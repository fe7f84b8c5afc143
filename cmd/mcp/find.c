/* SPDX-License-Identifier: Apache-2.0
 * search, similar. */
#include "mcp/work.h"

#include "ui/visible.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 1000000 }; /* pictures to skip */

static int open_model(void *arg, const char *name, descry_model **model, descry_error *err)
{
    mcp_work *work = arg;
    int rc = mcp_open_model(work, name, err);
    *model = work->model;
    return rc;
}

static int find_outsider(void *arg, const descry_query_part *part)
{
    descry_error *err = arg;
    if (part->kind == DESCRY_QUERY_FILE || part->kind == DESCRY_QUERY_URL)
        mcp_fail(err, DESCRY_ERR_ARGUMENT, "the query: pictures are named by their ids here, as #17, not by files or URLs ('%s')",
                 part->text);
    return err->code;
}

/* A query comes from a program that has read what strangers write: it may make this one neither read files nor ask servers. */
static int check_terms(const char *query, descry_ranking ranking, descry_error *err)
{
    descry_error outside = {0};
    int rc = descry_query_parts(query, ranking, find_outsider, &outside, NULL, err);
    if (!outside.code)
        return rc;
    *err = outside;
    return err->code;
}

static json_t *match_of(const descry_match *m)
{
    json_t *object = mcp_picture(m->id, m->path, m->caption, m->metadata, m->width, m->height);
    if (object && ((isfinite(m->score) && json_object_set_new(object, "score", json_real((double)m->score))) ||
                   (m->strength >= 0 && json_object_set_new(object, "strength", json_real((double)m->strength))))) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* "2. #17  0.3123  98 %  /path: caption" */
static void print_match(FILE *to, const descry_match *m)
{
    fprintf(to, "%" PRIu64 ". #%" PRId64, m->rank, m->id);
    if (isfinite(m->score))
        fprintf(to, "  %.4f", (double)m->score);
    if (m->strength >= 0)
        fprintf(to, "  %d %%", (int)m->strength);
    fputs("  ", to);
    cmd_print_path(to, m->path);
    if (m->caption) {
        fputs(": ", to);
        cmd_print_visible(to, m->caption);
    }
    putc('\n', to);
}

typedef struct found {
    json_t *pictures;
    bool more;
    int good; /* the best is a good match; -1: unknown */
} found;

/* The first k pictures and whether there are more; prints them to `text` unless that is NULL. */
static int run_search(mcp_work *work, mcp_call *call, const char *query, descry_search_options *how, FILE *text, found *f,
                      descry_error *err)
{
    descry_results *results;
    const descry_match *match;
    size_t k = how->k;
    how->k = k + 1;
    how->open_model = open_model;
    how->model_arg = work;
    how->cancel = &call->cancel;
    f->good = -1;
    bool chosen = work->common->model && how->ranking != DESCRY_RANKING_WORDS;
    int rc = check_terms(query, how->ranking, err);
    if (!rc && chosen)
        rc = mcp_open_usual_model(work, err);
    rc = rc ? rc : descry_search(&results, work->library, chosen ? work->model : NULL, query, how, err);
    if (rc)
        return rc;
    f->more = descry_results_count(results) > k;
    f->pictures = json_array();
    while (json_array_size(f->pictures) < k && (rc = descry_results_next(results, &match, err)) == 1) {
        if (match->rank == 1 && match->strength >= 0)
            f->good = match->strength >= DESCRY_STRENGTH_GOOD;
        if (text)
            print_match(text, match);
        if (json_array_append_new(f->pictures, match_of(match))) {
            rc = mcp_fail_memory(err);
            break;
        }
    }
    descry_results_close(&results);
    if (rc >= 0)
        return 0;
    json_decref(f->pictures);
    f->pictures = NULL;
    return rc;
}

int mcp_find(mcp_work *work, mcp_call *call, const char *query, size_t k, json_t **pictures, descry_error *err)
{
    descry_search_options how = DESCRY_SEARCH_OPTIONS_INIT;
    found f = {0};
    how.k = k;
    int rc = run_search(work, call, query, &how, NULL, &f, err);
    *pictures = f.pictures;
    return rc;
}

/* ---- pages --------------------------------------------------------------------------------------------------------- */

/* Which search a cursor is of: FNV-1a, 64 bits, of query and ranking. */
static uint64_t digest(const char *query, descry_ranking ranking)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (const unsigned char *at = (const unsigned char *)query; *at; at++)
        sum = (sum ^ *at) * UINT64_C(0x100000001b3);
    return (sum ^ (uint64_t)ranking) * UINT64_C(0x100000001b3);
}

static int read_cursor(const char *cursor, uint64_t wanted, size_t *offset, descry_error *err)
{
    char again[64];
    unsigned long value = cursor ? strtoul(cursor, NULL, 10) : 0;
    snprintf(again, sizeof again, "%lu-%016" PRIx64, value, wanted);
    if (cursor && (value > DEEPEST || strcmp(cursor, again) != 0))
        return mcp_fail(err, DESCRY_ERR_ARGUMENT, "the cursor is not of this search");
    *offset = value;
    return 0;
}

static descry_ranking ranking_of(const char *name)
{
    return name && strcmp(name, "words") == 0    ? DESCRY_RANKING_WORDS
           : name && strcmp(name, "hybrid") == 0 ? DESCRY_RANKING_HYBRID
                                                 : DESCRY_RANKING_VECTORS;
}

/* Takes f's pictures. */
static int say_found(mcp_says *says, const found *f, const char *next, descry_error *err)
{
    if (json_array_size(f->pictures) == 0)
        fputs("no match\n", says->text);
    if (f->good == 0)
        fputs("nothing here matches well\n", says->text);
    if (next)
        fprintf(says->text, "there are more: cursor %s\n", next);
    says->structured = json_pack("{s:o}", "pictures", f->pictures);
    if (!says->structured || (f->good >= 0 && json_object_set_new(says->structured, "matches_well", json_boolean(f->good))) ||
        (next && json_object_set_new(says->structured, "nextCursor", json_string(next))))
        return mcp_fail_memory(err);
    return 0;
}

int mcp_search(mcp_work *work, mcp_call *call, mcp_says *says, descry_error *err)
{
    descry_search_options how = DESCRY_SEARCH_OPTIONS_INIT;
    const char *query = mcp_text(call, "query");
    char next[64];
    found f = {0};
    how.ranking = ranking_of(mcp_text(call, "ranking"));
    how.k = (size_t)mcp_number(call, "k", 10);
    size_t k = how.k;
    int rc = read_cursor(mcp_text(call, "cursor"), digest(query, how.ranking), &how.offset, err);
    rc = rc ? rc : run_search(work, call, query, &how, says->text, &f, err);
    if (rc)
        return rc;
    snprintf(next, sizeof next, "%zu-%016" PRIx64, how.offset + k, digest(query, how.ranking));
    return say_found(says, &f, f.more && how.offset + k <= DEEPEST ? next : NULL, err);
}

int mcp_similar(mcp_work *work, mcp_call *call, mcp_says *says, descry_error *err)
{
    descry_search_options how = DESCRY_SEARCH_OPTIONS_INIT;
    char query[32];
    found f = {0};
    how.k = (size_t)mcp_number(call, "k", 10);
    snprintf(query, sizeof query, "#%" PRId64, (int64_t)mcp_number(call, "id", 0));
    int rc = run_search(work, call, query, &how, says->text, &f, err);
    return rc ? rc : say_found(says, &f, NULL, err);
}
