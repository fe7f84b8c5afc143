/* SPDX-License-Identifier: Apache-2.0
 * Searches: by a query, by a picture of the library. */
#include "api/api.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 500, DEEPEST = 1000000 };

/* The model of one search, held from when it is wanted until the end. */
typedef struct held_model {
    serve_worker *worker;
    descry_model *model;
} held_model;

static int open_model(void *arg, const char *name, descry_model **model, descry_error *err)
{
    held_model *held = arg;
    int rc = held->model ? 0 : serve_model_hold(held->worker, held->worker->server->options->model ? NULL : name, &held->model, err);
    *model = held->model;
    return rc;
}

long serve_position_of(const serve_request *request)
{
    const char *query = serve_argument_of(request, "q");
    size_t position;
    return query && descry_query_check(query, DESCRY_RANKING_VECTORS, NULL, &position, NULL) ? (long)position : -1;
}

static json_t *shares_of(const descry_match *match)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < match->share_count; i++)
        json_array_append_new(array, json_pack("{s:o, s:f, s:f}", "term", serve_json_text(match->shares[i]->term), "weight",
                                               match->shares[i]->weight, "score", (double)match->shares[i]->score));
    return array;
}

static json_t *match_of(const descry_match *m)
{
    json_t *object = serve_picture(m->id, m->path, m->source, m->caption, NULL, m->metadata);
    if (!object)
        return NULL;
    json_object_set_new(object, "rank", json_integer((json_int_t)m->rank));
    json_object_set_new(object, "score", isfinite(m->score) ? json_real((double)m->score) : json_null());
    json_object_set_new(object, "strength", m->strength >= 0 ? json_real((double)m->strength) : json_null());
    if (m->shares)
        json_object_set_new(object, "shares", shares_of(m));
    return object;
}

/* Matches as they come, and whether the first is a good one. */
static int matches_of(descry_results *results, json_t **array, json_t **good, descry_error *err)
{
    const descry_match *match;
    int rc;
    *good = json_null();
    *array = json_array();
    while ((rc = descry_results_next(results, &match, err)) > 0) {
        if (match->rank == 1 && match->strength >= 0)
            *good = json_boolean(match->strength >= DESCRY_STRENGTH_GOOD);
        if (json_array_append_new(*array, match_of(match))) {
            rc = serve_fail_memory(err);
            break;
        }
    }
    if (!rc)
        return 0;
    json_decref(*array);
    json_decref(*good);
    return rc;
}

static int ranking_of(const serve_request *request, descry_ranking *ranking, descry_error *err)
{
    static const char *const names[] = {"vectors", "words", "hybrid"};
    const char *name = serve_argument_of(request, "ranking");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!name || !*name || strcmp(name, names[i]) == 0) {
            *ranking = (descry_ranking)i;
            return 0;
        }
    return serve_fail(err, DESCRY_ERR_ARGUMENT, "ranking: vectors, words or hybrid is expected");
}

static int search(serve_worker *worker, const serve_request *request, const char *query, serve_reply *reply, descry_error *err)
{
    held_model held = {worker, NULL};
    descry_search_options how = DESCRY_SEARCH_OPTIONS_INIT;
    descry_results *results;
    long k, offset, explain;
    double threshold, min_strength;
    json_t *matches = NULL, *good = NULL;
    int rc = serve_number_of(request, "k", 1, MOST, 40, &k, err);
    rc = rc ? rc : serve_number_of(request, "cursor", 0, DEEPEST, 0, &offset, err);
    rc = rc ? rc : serve_number_of(request, "explain", 0, 1, 0, &explain, err);
    rc = rc ? rc : serve_real_of(request, "threshold", -2, &threshold, err);
    rc = rc ? rc : serve_real_of(request, "min_strength", 0, &min_strength, err);
    rc = rc ? rc : ranking_of(request, &how.ranking, err);
    if (rc)
        return rc;
    how.k = (size_t)k + 1; /* one more tells whether there are more */
    how.offset = (size_t)offset;
    how.threshold = (float)threshold;
    how.min_strength = (float)min_strength;
    how.explain = (int)explain;
    how.open_model = open_model;
    how.model_arg = &held;
    rc = descry_search(&results, worker->library, NULL, query, &how, err);
    if (!rc) {
        size_t count = descry_results_count(results);
        rc = matches_of(results, &matches, &good, err);
        descry_results_close(&results);
        if (!rc) {
            bool more = count > (size_t)k;
            char next[24];
            snprintf(next, sizeof next, "%ld", offset + k);
            if (more && json_array_size(matches) > (size_t)k)
                json_array_remove(matches, (size_t)k);
            rc = serve_reply_json(reply, json_pack("{s:o, s:o, s:o}", "matches", matches, "next", more ? json_string(next) : json_null(),
                                                   "good", good), err);
        }
    }
    if (held.model)
        serve_model_release(worker->server, &held.model);
    return rc;
}

int serve_api_search(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    const char *query = serve_argument_of(request, "q");
    if (!query)
        return serve_fail(err, DESCRY_ERR_ARGUMENT, "q: a query is expected");
    return search(worker, request, query, reply, err);
}

int serve_api_similar(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    char query[32];
    snprintf(query, sizeof query, "#%lld", (long long)request->id);
    return search(worker, request, query, reply, err);
}
