/* SPDX-License-Identifier: Apache-2.0
 * The whole library at a glance: by date; by folder; by camera. */
#include "api/api.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { DAY = 86400000 };

/* Three arrays of JSON, written as the pictures come: a million numbers of jansson's would take a second. */
typedef struct lists {
    FILE *ids, *ratios, *days;
    size_t count;
} lists;

static int add(void *arg, int64_t id, int64_t taken, int width, int height)
{
    lists *to = arg;
    const char *comma = to->count++ ? "," : "";
    int64_t day = taken / DAY - (taken % DAY < 0); /* rounded down */
    fprintf(to->ids, "%s%lld", comma, (long long)id);
    fprintf(to->ratios, "%s%ld", comma, width > 0 && height > 0 ? lround(100.0 * width / height) : 0);
    if (taken == DESCRY_NO_TIME)
        fprintf(to->days, "%snull", comma);
    else
        fprintf(to->days, "%s%lld", comma, (long long)day);
    return 0;
}

static int write_lists(serve_worker *worker, const descry_filter *filter, serve_reply *reply, descry_error *err)
{
    char *texts[3] = {NULL, NULL, NULL};
    size_t sizes[3];
    lists to = {open_memstream(&texts[0], &sizes[0]), open_memstream(&texts[1], &sizes[1]), open_memstream(&texts[2], &sizes[2]), 0};
    bool whole = to.ids && to.ratios && to.days;
    int rc = whole ? descry_timeline(worker->library, filter, add, &to, err) : serve_fail_memory(err);
    FILE *files[] = {to.ids, to.ratios, to.days};
    for (size_t i = 0; i < 3; i++)
        if (files[i])
            whole &= fclose(files[i]) == 0;
    FILE *body = rc ? NULL : whole ? open_memstream(&reply->body, &reply->size) : NULL;
    if (body) {
        fprintf(body, "{\"ranked\":false,\"generation\":%llu,\"ids\":[%s],\"ratios\":[%s],\"days\":[%s]}",
                (unsigned long long)__atomic_load_n(&worker->server->generation, __ATOMIC_RELAXED), texts[0], texts[1], texts[2]);
        whole = fclose(body) == 0;
        reply->type = "application/json; charset=utf-8";
    }
    if (!rc && !(body && whole))
        rc = serve_fail_memory(err);
    for (size_t i = 0; i < 3; i++)
        free(texts[i]);
    return rc;
}

static int note_term(void *arg, const descry_query_part *part)
{
    return *(bool *)arg = part->kind != DESCRY_QUERY_FILTER;
}

/* Called for a model: the query has terms after all, those of a smart album. */
static int note_model(void *arg, const char *name, descry_model **model, descry_error *err)
{
    *(bool *)arg = true;
    *model = NULL;
    return serve_fail(err, DESCRY_ERR_CANCELLED, "%s is not needed", name);
}

/* A search for one match finds out what the query's filters mean, and whether a smart album ranks. */
static int search_first(descry_results **results, serve_worker *worker, const char *query, bool *ranks, descry_error *err)
{
    descry_search_options how = DESCRY_SEARCH_OPTIONS_INIT;
    const descry_match *match;
    *results = NULL;
    *ranks = false;
    int rc = descry_query_parts(query, DESCRY_RANKING_VECTORS, note_term, ranks, NULL, err);
    if (rc || *ranks)
        return rc;
    how.k = 1;
    how.open_model = note_model;
    how.model_arg = ranks;
    rc = descry_search(results, worker->library, NULL, query, &how, err);
    if (*ranks)
        return 0;
    if (!rc && descry_results_next(*results, &match, NULL) > 0)
        *ranks = !isnan(match->score);
    return rc;
}

int serve_api_timeline(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    const char *query = serve_argument_of(request, "q");
    descry_results *results = NULL;
    bool ranks = false;
    int rc = query && *query ? search_first(&results, worker, query, &ranks, err) : 0;
    if (!rc && ranks)
        rc = serve_reply_json(reply, json_pack("{s:b, s:I, s:[], s:[], s:[]}", "ranked", 1, "generation",
                                               (json_int_t)__atomic_load_n(&worker->server->generation, __ATOMIC_RELAXED), "ids", "ratios",
                                               "days"), err);
    else if (!rc)
        rc = write_lists(worker, results ? descry_results_filter(results) : NULL, reply, err);
    descry_results_close(&results);
    return rc;
}

/* ---- facets ------------------------------------------------------------------------------------------------------------ */

typedef struct facets {
    json_t *array;
    const char *key;
    bool is_path;
} facets;

static int add_facet(void *arg, const char *value, uint64_t count)
{
    facets *to = arg;
    json_t *object = json_pack("{s:I}", "count", (json_int_t)count);
    int rc = !object                ? -1
             : to->is_path          ? cmd_json_set_path(object, to->key, value)
                                    : json_object_set_new(object, to->key, serve_json_text(value));
    return json_array_append_new(to->array, object) || rc;
}

static int send_facets(serve_worker *worker, descry_facet facet, const char *list, const char *key, serve_reply *reply, descry_error *err)
{
    facets to = {json_array(), key, facet == DESCRY_FACET_FOLDER};
    int rc = to.array ? descry_facets(worker->library, facet, NULL, add_facet, &to, err) : serve_fail_memory(err);
    if (!rc)
        return serve_reply_json(reply, json_pack("{s:o}", list, to.array), err);
    json_decref(to.array);
    return rc;
}

int serve_api_folders(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    (void)request;
    return send_facets(worker, DESCRY_FACET_FOLDER, "folders", "path", reply, err);
}

int serve_api_cameras(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    (void)request;
    return send_facets(worker, DESCRY_FACET_CAMERA, "cameras", "name", reply, err);
}
