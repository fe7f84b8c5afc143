/* SPDX-License-Identifier: Apache-2.0
 * Finding pictures. */
#include "search/search.h"

#include "base/error.h"
#include "heads/head.h"
#include "kern/linear.h"
#include "library/calibrate.h"
#include "search/mapped.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 64 };

typedef descry_search_job search;

/* ---- whose vectors --------------------------------------------------------------------------------------------- */

static int list_models(const descry_library_status *status, descry_buf *text, descry_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < status->model_count && !rc; i++)
        rc = descry_buf_printf(text, err, "%s%s", i ? ", " : "", status->models[i]->name);
    return rc;
}

/* The recipe of the model; without one, the only one of the library, or the last if its model can be opened. */
static int choose_recipe(search *job, descry_error *err)
{
    descry_library_status status;
    descry_buf names = {0};
    const descry_model_info *info = job->model ? descry_clip_info(job->model->clip) : NULL;
    const char *path = job->library->path;
    int rc = 0;
    if (job->model) {
        rc = job->store->ops->recipe(job->store, info->recipe, info->name, info->dim, 0, &job->recipe, err);
        if (rc || job->recipe.vectors > 0)
            return rc;
    }
    rc = job->store->ops->status(job->store, &status, &job->arena, err);
    if (!rc)
        rc = list_models(&status, &names, err);
    if (!rc && status.model_count == 0)
        rc = descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: no pictures are indexed yet", path);
    else if (!rc && job->model)
        rc = descry_fail(err, DESCRY_ERR_NOT_FOUND,
                         "%s: nothing is indexed with %s as it is now, only with %s: index again", path, info->name,
                         names.data);
    else if (!rc && status.model_count > 1 && !job->options->open_model)
        rc = descry_fail(err, DESCRY_ERR_ARGUMENT, "%s: which model of %s?", path, names.data);
    else if (!rc) {
        job->recipe_digest = status.models[0]->recipe;
        job->recipe_name = status.models[0]->name;
        rc = job->store->ops->recipe(job->store, job->recipe_digest, job->recipe_name, status.models[0]->dim, 0,
                                     &job->recipe, err);
    }
    descry_buf_free(&names);
    return rc;
}

static int check_head(const search *job, descry_error *err)
{
    const descry_head *head = job->options->head;
    return !head || head->dim == (size_t)job->recipe.dim
               ? 0
               : descry_fail(err, DESCRY_ERR_ARGUMENT, "a head for embeddings of length %zu, not %d", head->dim,
                             job->recipe.dim);
}

static int warn_of_lacking(search *job, descry_error *err)
{
    uint64_t lacking;
    int rc = job->store->ops->lacking(job->store, &job->recipe, &lacking, err);
    if (!rc && lacking > 0)
        descry_log_write(&job->library->context->log, DESCRY_LOG_WARNING,
                         "%" PRIu64 " pictures are not indexed with this model and cannot be found", lacking);
    return rc;
}

/* ---- what scores mean ------------------------------------------------------------------------------------------ */

typedef struct meaning {
    descry_calibration calibration; /* version 0: unknown */
    int known;                      /* 1: matches have a strength */
} meaning;

/* Neutral texts say nothing about queries of pictures, or of what is not. */
static int is_of_texts(const descry_query *query, descry_terms part)
{
    for (size_t i = part.begin; i < part.end; i++)
        if (query->terms[i].kind != DESCRY_TERM_TEXT || query->terms[i].weight < 0)
            return 0;
    return 1;
}

static int find_meaning(search *job, meaning *of, descry_error *err)
{
    int rc = job->store->ops->calibration(job->store, &job->recipe, &of->calibration, err);
    if (rc)
        return rc;
    if (of->calibration.version != DESCRY_CALIBRATION_VERSION || job->options->head)
        of->calibration.version = 0; /* it is of the embeddings without a head */
    of->known = of->calibration.version && is_of_texts(&job->query, job->query.sum);
    if (job->options->min_strength > 0 && !of->known)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "how strong a match is, is known %s",
                           of->calibration.version     ? "for queries of texts only"
                           : job->options->head ? "only without a head"
                                                       : "only when at least 20 pictures are indexed: index again");
    return 0;
}

/* avoid_above [avoids]: from what score on a picture is what a NOT means. */
static int find_limits(search *job, const meaning *of, descry_error *err)
{
    for (size_t i = 0; i < job->query.avoids; i++) {
        if (job->options->not_threshold >= -1)
            job->avoid_above[i] = job->options->not_threshold;
        else if (of->calibration.version)
            job->avoid_above[i] = (float)(is_of_texts(&job->query, job->query.avoid[i]) ? of->calibration.text
                                                                                        : of->calibration.picture);
        else
            return descry_fail(err, DESCRY_ERR_ARGUMENT, "what NOT leaves out is known only %s, or give a threshold for it",
                               job->options->head ? "without a head: search without"
                                                         : "when at least 20 pictures are indexed: index again");
    }
    return 0;
}

/* ---- results --------------------------------------------------------------------------------------------------- */

/* A term as it stands in the query. */
static char *written(search *job, const char *query, const descry_term *term)
{
    char *copy = descry_arena_alloc(&job->arena, term->end - term->begin + 1, 1);
    if (copy) {
        memcpy(copy, query + term->begin, term->end - term->begin);
        copy[term->end - term->begin] = 0;
    }
    return copy;
}

/* *shares [terms]: NULL unless they are asked for. */
static int make_shares(search *job, const char *query, descry_share ***shares, descry_error *err)
{
    size_t count = job->query.sum.end;
    *shares = NULL;
    if (!job->shares)
        return 0;
    descry_share *all = descry_arena_alloc(&job->arena, count, sizeof *all);
    *shares = descry_arena_alloc(&job->arena, count, sizeof **shares);
    if (!all || !*shares)
        return descry_fail_memory(err);
    for (size_t i = 0; i < count; i++) {
        (*shares)[i] = &all[i];
        all[i] = (descry_share){written(job, query, &job->query.terms[i]), job->query.terms[i].weight, 0};
        if (!all[i].term)
            return descry_fail_memory(err);
    }
    return 0;
}

static int explain(search *job, const float *stored, float *picture, descry_share **shares, descry_error *err)
{
    size_t dim = (size_t)job->recipe.dim;
    int rc = 0;
    if (stored) {
        memcpy(picture, stored, dim * sizeof *picture);
        rc = descry_map_query(job->options->head, 0, picture, err);
    }
    for (size_t i = 0; !rc && i < job->query.sum.end; i++)
        shares[i]->score = stored ? (float)descry_dot(job->shares + i * dim, picture, dim) : 0;
    return rc;
}

typedef struct giving {
    const meaning *of;
    const descry_hit *hits;
    size_t count;          /* of those that are to be given */
    descry_share **shares; /* NULL: no explanations */
    float *picture;        /* [dim]: room for a vector */
    descry_match_callback each;
    void *arg;
} giving;

static int give_one(search *job, const giving *to, size_t i, const descry_row *row, int *stop, descry_error *err)
{
    float strength = to->of->known ? descry_calibration_strength(&to->of->calibration, to->hits[i].score) : -1;
    descry_match match = {.rank = i + 1,
                          .score = to->hits[i].score,
                          .id = to->hits[i].id,
                          .strength = strength,
                          .path = row->path,
                          .caption = row->caption,
                          .source = row->source,
                          .metadata = row->metadata,
                          .shares = (const descry_share *const *)to->shares,
                          .share_count = to->shares ? job->query.sum.end : 0,
                          .vector_rank = job->ranks ? job->ranks[i][0] : 0,
                          .words_rank = job->ranks ? job->ranks[i][1] : 0};
    int rc = to->shares ? explain(job, row->vector, to->picture, to->shares, err) : 0;
    if (!rc && row->id) /* else forgotten a moment ago */
        *stop = to->each && to->each(to->arg, &match);
    return rc;
}

static int give_page(search *job, const giving *to, size_t first, size_t n, descry_arena *arena, int *stop,
                     descry_error *err)
{
    const descry_wanted wanted = {.vectors = to->shares ? &job->recipe : NULL, .captions = 1, .metadata = 1};
    descry_row rows[PAGE];
    int64_t ids[PAGE];
    for (size_t i = 0; i < n; i++)
        ids[i] = to->hits[first + i].id;
    int rc = job->store->ops->describe(job->store, ids, n, &wanted, rows, arena, err);
    for (size_t i = 0; i < n && !rc && !*stop; i++)
        rc = give_one(job, to, first + i, &rows[i], stop, err);
    return rc;
}

/* Strengths fall with the scores. */
static size_t count_strong(const search *job, const meaning *of, const descry_hit *hits, size_t count)
{
    size_t n = 0;
    while (n < count &&
           !(of->known && descry_calibration_strength(&of->calibration, hits[n].score) < job->options->min_strength))
        n++;
    return n;
}

static int give(search *job, const char *query, giving *to, descry_error *err)
{
    to->picture = descry_alloc((size_t)job->recipe.dim, sizeof *to->picture);
    int stop = 0, rc = to->picture ? make_shares(job, query, &to->shares, err) : descry_fail_memory(err);
    for (size_t i = 0; i < to->count && !rc && !stop; i += PAGE) {
        descry_arena arena = {0};
        rc = give_page(job, to, i, to->count - i < PAGE ? to->count - i : PAGE, &arena, &stop, err);
        descry_arena_free(&arena);
    }
    free(to->picture);
    return rc;
}

/* ---- the search ------------------------------------------------------------------------------------------------ */

static int check_options(const descry_search_options *options, descry_error *err)
{
    if (isnan(options->threshold) || isnan(options->min_strength) || isnan(options->not_threshold))
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "the threshold is not a number");
    if (options->ranking != DESCRY_RANKING_VECTORS &&
        (options->threshold > -2 || options->min_strength > 0 || options->not_threshold > -2 || options->explain))
        return descry_fail(err, DESCRY_ERR_ARGUMENT,
                           "thresholds, strengths and explanations are for searches by vectors alone");
    return 0;
}

static int make_vectors(search *job, descry_error *err)
{
    const descry_query *query = &job->query;
    size_t dim = (size_t)job->recipe.dim;
    job->vector = descry_alloc(dim, sizeof *job->vector);
    job->shares = job->options->explain ? descry_alloc(query->sum.end, dim * sizeof *job->shares) : NULL;
    job->avoid = descry_alloc(query->avoids + 1, dim * sizeof *job->avoid);
    job->avoid_above = descry_alloc(query->avoids + 1, sizeof *job->avoid_above);
    if (!job->vector || !job->avoid || !job->avoid_above || (job->options->explain && !job->shares))
        return descry_fail_memory(err);
    int rc = descry_query_evaluate(query, query->sum, dim, descry_search_embed, job, job->vector, job->shares, err);
    for (size_t i = 0; i < query->avoids && !rc; i++)
        rc = descry_query_evaluate(query, query->avoid[i], dim, descry_search_embed, job, job->avoid + i * dim, NULL,
                                   err);
    return rc;
}

static int find_nearest(search *job, size_t k, descry_hit **hits, size_t *count, descry_error *err)
{
    descry_filter filter = DESCRY_FILTER_INIT;
    int rc = descry_library_filter(job->library, job->options->filter, &filter, &job->arena, err);
    descry_nearest nearest = {job->recipe.id,   job->vector,      k,                job->options->threshold,
                              &filter,          job->named,       job->named_count, job->avoid,
                              job->avoid_above, job->query.avoids};
    if (!rc)
        rc = job->options->head
                 ? descry_mapped_nearest(job->library, job->options->head, &job->recipe, &nearest, hits, count, err)
                 : job->store->ops->nearest(job->store, &job->recipe, &nearest, hits, count, err);
    return rc;
}

static int find_both(search *job, descry_hit **hits, size_t *count, descry_error *err)
{
    descry_hit *near = NULL;
    size_t nears = 0;
    int rc = find_nearest(job, DESCRY_SEARCH_DEPTH, &near, &nears, err);
    if (!rc)
        rc = descry_search_merge(job, near, nears, hits, count, err);
    free(near);
    return rc;
}

/* By vectors, and perhaps by words, too. */
static int find(search *job, const char *query, meaning *of, descry_hit **hits, size_t *count, descry_error *err)
{
    int hybrid = job->options->ranking == DESCRY_RANKING_HYBRID, rc = descry_query_parse(&job->query, query, NULL, err);
    if (!rc && hybrid)
        rc = descry_search_check_hybrid(&job->query, err);
    if (!rc)
        rc = choose_recipe(job, err);
    if (!rc)
        rc = check_head(job, err);
    if (!rc)
        rc = warn_of_lacking(job, err);
    if (!rc)
        rc = make_vectors(job, err);
    if (!rc && hybrid)
        return find_both(job, hits, count, err);
    if (!rc)
        rc = find_meaning(job, of, err);
    if (!rc)
        rc = find_limits(job, of, err);
    return rc ? rc : find_nearest(job, job->options->k, hits, count, err);
}

int descry_query_check(const char *text, size_t *position, descry_error *err)
{
    descry_query query = {0};
    int rc = descry_query_parse(&query, text, position, err);
    descry_query_free(&query);
    return rc;
}

int descry_search(descry_library *library, descry_model *model, const char *query, const descry_search_options *options,
                  descry_match_callback each, void *arg, descry_error *err)
{
    descry_search_options how = DESCRY_SEARCH_OPTIONS_INIT;
    search job = {.library = library, .store = library->store, .model = model, .options = &how, .net = DESCRY_NET_OPTIONS_INIT};
    meaning of = {0};
    descry_hit *hits = NULL;
    size_t count = 0;
    int rc = DESCRY_TAKE(&how, options, err);
    if (!rc)
        rc = DESCRY_TAKE(&job.net, how.net, err);
    if (!rc)
        rc = descry_reading_take(&job.reading, how.preprocess, err);
    if (!rc)
        rc = check_options(&how, err);
    if (!rc)
        rc = how.ranking == DESCRY_RANKING_WORDS ? descry_search_by_words(&job, query, &hits, &count, err)
                                                          : find(&job, query, &of, &hits, &count, err);
    giving to = {.of = &of, .hits = hits, .each = each, .arg = arg};
    if (!rc) {
        to.count = count_strong(&job, &of, hits, count);
        rc = give(&job, query, &to, err);
    }
    free(hits);
    free(job.vector);
    free(job.shares);
    free(job.avoid);
    free(job.avoid_above);
    descry_query_free(&job.query);
    descry_arena_free(&job.arena);
    return rc;
}
