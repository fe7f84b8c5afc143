/* SPDX-License-Identifier: Apache-2.0
 * Search: from a query to a ranked list of hits. */
#include "search/search.h"

#include "base/error.h"
#include "base/watch.h"
#include "heads/head.h"
#include "kern/linear.h"
#include "library/calibrate.h"
#include "search/mapped.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef descry_search_job search;

/* ---- the recipe ------------------------------------------------------------------------------------------------ */

static int list_models(const descry_library_status *status, descry_buf *text, descry_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < status->model_count && !rc; i++)
        rc = descry_buf_printf(text, err, "%s%s", i ? ", " : "", status->models[i]->name);
    return rc;
}

/* The recipe of the model; without a model, the library's only recipe, or the last indexed if its model can be opened. */
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
    else if (!rc && status.model_count > 1 && !job->how.open_model)
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
    const descry_head *head = job->how.head;
    return !head || head->dim == (size_t)job->recipe.dim
               ? 0
               : descry_fail(err, DESCRY_ERR_ARGUMENT, "a head for embeddings of length %zu, not %d", head->dim,
                             job->recipe.dim);
}

static int warn_unindexed(search *job, descry_error *err)
{
    uint64_t unindexed;
    int rc = job->store->ops->lacking(job->store, &job->recipe, &unindexed, err);
    if (!rc && unindexed > 0)
        descry_log_write(&job->library->context->log, DESCRY_LOG_WARNING,
                         "%" PRIu64 " pictures are not indexed with this model and cannot be found", unindexed);
    return rc;
}

/* ---- calibration ----------------------------------------------------------------------------------------------- */

/* The calibration by neutral texts applies only to queries of texts with positive weights. */
static int is_of_texts(const descry_query *query, descry_terms part)
{
    for (size_t i = part.begin; i < part.end; i++)
        if (query->terms[i].kind != DESCRY_TERM_TEXT || query->terms[i].weight < 0)
            return 0;
    return 1;
}

static int load_calibration(search *job, descry_search_meaning *meaning, descry_error *err)
{
    int rc = job->store->ops->calibration(job->store, &job->recipe, &meaning->calibration, err);
    if (rc)
        return rc;
    if (meaning->calibration.version != DESCRY_CALIBRATION_VERSION || job->how.head)
        meaning->calibration.version = 0; /* calibrated without a head */
    meaning->known = meaning->calibration.version && is_of_texts(&job->query, job->query.sum);
    if (job->how.min_strength > 0 && !meaning->known)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "how strong a match is, is known %s",
                           meaning->calibration.version ? "for queries of texts only"
                           : job->how.head              ? "only without a head"
                                                        : "only when at least 20 pictures are indexed: index again");
    return 0;
}

/* Sets avoid_above [avoids]: NOT excludes pictures that score higher. */
static int set_not_thresholds(search *job, const descry_search_meaning *meaning, descry_error *err)
{
    for (size_t i = 0; i < job->query.avoids; i++) {
        if (job->how.not_threshold >= -1)
            job->avoid_above[i] = job->how.not_threshold;
        else if (meaning->calibration.version)
            job->avoid_above[i] = (float)(is_of_texts(&job->query, job->query.avoid[i]) ? meaning->calibration.text
                                                                                        : meaning->calibration.picture);
        else
            return descry_fail(err, DESCRY_ERR_ARGUMENT, "what NOT leaves out is known only %s, or give a threshold for it",
                               job->how.head ? "without a head: search without"
                                             : "when at least 20 pictures are indexed: index again");
    }
    return 0;
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
    job->shares = job->how.explain ? descry_alloc(query->sum.end, dim * sizeof *job->shares) : NULL;
    job->avoid = descry_alloc(query->avoids + 1, dim * sizeof *job->avoid);
    job->avoid_above = descry_alloc(query->avoids + 1, sizeof *job->avoid_above);
    if (!job->vector || !job->avoid || !job->avoid_above || (job->how.explain && !job->shares))
        return descry_fail_memory(err);
    int rc = descry_query_evaluate(query, query->sum, dim, descry_search_embed, job, job->vector, job->shares, err);
    for (size_t i = 0; i < query->avoids && !rc; i++)
        rc = descry_query_evaluate(query, query->avoid[i], dim, descry_search_embed, job, job->avoid + i * dim, NULL,
                                   err);
    return rc;
}

static int find_nearest(search *job, size_t k, descry_hit **hits, size_t *count, descry_error *err)
{
    descry_nearest nearest = {job->recipe.id,   job->vector,      k,                job->how.threshold,
                              &job->filter,          job->named,       job->named_count, job->avoid,
                              job->avoid_above, job->query.avoids};
    int rc = descry_watch_cancelled(job->how.cancel, err);
    if (!rc)
        rc = job->how.head
                 ? descry_mapped_nearest(job->store, job->how.head, &job->recipe, &nearest, job->how.cancel, hits, count, err)
                 : job->store->ops->nearest(job->store, &job->recipe, &nearest, hits, count, err);
    return rc;
}

static int find_hybrid(search *job, descry_hit **hits, size_t *count, descry_error *err)
{
    descry_hit *near = NULL;
    size_t nears = 0;
    int rc = find_nearest(job, DESCRY_SEARCH_DEPTH, &near, &nears, err);
    if (!rc)
        rc = descry_search_merge(job, near, nears, hits, count, err);
    free(near);
    return rc;
}

/* Chooses the recipe, then `make` computes the query's vectors. */
static int prepare_vectors(search *job, int (*make)(search *job, descry_error *err), descry_error *err)
{
    int rc = choose_recipe(job, err);
    if (!rc)
        rc = check_head(job, err);
    if (!rc)
        rc = warn_unindexed(job, err);
    return rc ? rc : make(job, err);
}

/* job->filter: what the options and the query ask for. */
static int make_filter(search *job, descry_error *err)
{
    descry_filter whole = DESCRY_FILTER_INIT;
    descry_buf folder = {0};
    const char *path;
    int rc = DESCRY_COPY_OPTIONS(&whole, job->how.filter, err);
    if (!rc && job->text)
        rc = descry_query_narrow(&job->query, job->text, &whole, NULL, err);
    if (!rc && job->query.folder) {
        rc = descry_search_expand(job->query.folder, &folder, err);
        path = folder.data;
        whole.under = &path;
    }
    if (!rc)
        rc = descry_library_filter(job->library, &whole, &job->filter, &job->arena, err);
    if (!rc && whole.camera && !(job->filter.camera = descry_arena_strdup(&job->arena, whole.camera)))
        rc = descry_fail_memory(err);
    if (!rc && whole.album && !(job->filter.album = descry_arena_strdup(&job->arena, whole.album)))
        rc = descry_fail_memory(err);
    descry_buf_free(&folder);
    return rc;
}

int descry_search_is_filters(const search *job)
{
    static const char BLANKS[] = " \t\n\v\f\r";
    return job->words ? !job->words[strspn(job->words, BLANKS)] : job->query.count == 0;
}

static int parse_query(search *job, descry_error *err)
{
    return job->how.ranking == DESCRY_RANKING_WORDS ? descry_query_parse_words(&job->query, job->text, &job->words, NULL, err)
                                                    : descry_query_parse(&job->query, job->text, NULL, err);
}

/* Texts that are names of the caller's vectors stand for these from here on. */
static int name_vectors(search *job, descry_error *err)
{
    const size_t count = job->how.vector_count;
    job->vectors = count ? descry_arena_alloc(&job->arena, count, sizeof *job->vectors) : NULL;
    int rc = count && !job->vectors ? descry_fail_memory(err) : 0;
    for (size_t i = 0; i < count && !rc; i++) {
        job->vectors[i] = (descry_named_vector)DESCRY_NAMED_VECTOR_INIT;
        rc = DESCRY_COPY_OPTIONS(&job->vectors[i], job->how.vectors[i], err);
        if (!rc && (!job->vectors[i].name || !job->vectors[i].vector))
            rc = descry_fail(err, DESCRY_ERR_ARGUMENT, "a vector without a name, or a name without a vector");
        for (size_t j = 0; j < job->query.count && !rc; j++) {
            descry_term *term = &job->query.terms[j];
            if (term->kind == DESCRY_TERM_TEXT && strcmp(term->text, job->vectors[i].name) == 0) {
                term->kind = DESCRY_TERM_VECTOR;
                term->id = (int64_t)i;
            }
        }
    }
    return rc;
}

/* Reads the query, if there is one; *alone: it is blank, or has filters and nothing else. */
static int read_query(search *job, int *alone, descry_error *err)
{
    int rc = job->text ? parse_query(job, err) : 0;
    if (!rc && job->query.only.album)
        rc = descry_search_album(job, parse_query, err);
    *alone = !rc && job->text && descry_search_is_filters(job);
    if (!rc)
        rc = name_vectors(job, err);
    return rc ? rc : make_filter(job, err);
}

/* All that the filters let through: without scores, as there is nothing to compare with. */
static int find_newest(search *job, descry_hit **hits, size_t *count, descry_error *err)
{
    const descry_search_options *how = &job->how;
    if (how->threshold > -2 || how->min_strength > 0 || how->not_threshold > -2)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a query of filters alone has no scores: no thresholds and strengths");
    int rc = descry_watch_cancelled(how->cancel, err);
    if (!rc)
        rc = job->store->ops->newest(job->store, &job->filter, how->k, hits, count, err);
    for (size_t i = 0; i < *count && !rc; i++)
        (*hits)[i].score = NAN;
    return rc;
}

/* By vectors or hybrid. */
static int find_query(search *job, descry_hit **hits, size_t *count, descry_error *err)
{
    int hybrid = job->how.ranking == DESCRY_RANKING_HYBRID, rc = 0;
    if (hybrid)
        rc = descry_search_check_hybrid(&job->query, err);
    if (!rc)
        rc = prepare_vectors(job, make_vectors, err);
    if (!rc && hybrid)
        return find_hybrid(job, hits, count, err);
    if (!rc)
        rc = load_calibration(job, &job->meaning, err);
    if (!rc)
        rc = set_not_thresholds(job, &job->meaning, err);
    return rc ? rc : find_nearest(job, job->how.k, hits, count, err);
}

static int copy_vector(search *job, descry_error *err)
{
    size_t dim = (size_t)job->recipe.dim;
    if (job->given_dim != dim)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a vector of %zu numbers; the model's have %zu", job->given_dim, dim);
    for (size_t i = 0; i < dim; i++)
        if (!isfinite(job->given_vector[i]))
            return descry_fail(err, DESCRY_ERR_ARGUMENT, "the vector is not finite");
    job->vector = descry_alloc(dim, sizeof *job->vector);
    if (!job->vector)
        return descry_fail_memory(err);
    memcpy(job->vector, job->given_vector, dim * sizeof *job->vector);
    const double length = sqrt(descry_dot(job->vector, job->vector, dim));
    if (!(length > 0))
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "the vector has length 0");
    for (size_t i = 0; i < dim; i++) /* not by descry_unit_rows, which has a minimal length */
        job->vector[i] = (float)((double)job->vector[i] / length);
    return descry_map_query(job->how.head, 0, job->vector, err);
}

static int find_vector(search *job, descry_hit **hits, size_t *count, descry_error *err)
{
    const descry_search_options *how = &job->how;
    if (how->ranking != DESCRY_RANKING_VECTORS || how->explain || how->not_threshold > -2 || how->min_strength > 0)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "strengths, explanations, NOT and words are for searches by a query");
    int rc = prepare_vectors(job, copy_vector, err);
    return rc ? rc : find_nearest(job, how->k, hits, count, err);
}

/* ---- public ---------------------------------------------------------------------------------------------------- */

static int copy_options(search *job, const descry_search_options *options, descry_error *err)
{
    job->how = (descry_search_options)DESCRY_SEARCH_OPTIONS_INIT;
    job->net = (descry_net_options)DESCRY_NET_OPTIONS_INIT;
    int rc = DESCRY_COPY_OPTIONS(&job->how, options, err);
    if (!rc)
        rc = DESCRY_COPY_OPTIONS(&job->net, job->how.net, err);
    if (!rc)
        rc = descry_reading_copy_whole(&job->reading, job->how.preprocess, err);
    if (__builtin_add_overflow(job->how.k, job->how.offset, &job->how.k))
        job->how.k = SIZE_MAX;
    return rc ? rc : check_options(&job->how, err);
}

static int run_search(descry_results **out, descry_library *library, descry_model *model, const search *asked,
               const descry_search_options *options, descry_error *err)
{
    search *job = NULL;
    descry_hit *hits = NULL;
    size_t count = 0;
    int alone = 0, rc = descry_results_open(out, &job, err);
    if (rc)
        return rc;
    *job = *asked;
    job->library = library;
    job->store = library->store;
    job->model = model;
    rc = copy_options(job, options, err);
    if (!rc)
        rc = descry_watch_cancelled(job->how.cancel, err);
    if (!rc)
        rc = read_query(job, &alone, err);
    if (!rc)
        rc = !job->text                                 ? find_vector(job, &hits, &count, err)
             : alone                                    ? find_newest(job, &hits, &count, err)
             : job->how.ranking == DESCRY_RANKING_WORDS ? descry_search_by_words(job, &hits, &count, err)
                                                        : find_query(job, &hits, &count, err);
    rc = descry_results_fill(*out, hits, count, rc, err);
    if (rc)
        descry_results_close(out);
    return rc;
}

int descry_search(descry_results **results, descry_library *library, descry_model *model, const char *query,
                  const descry_search_options *options, descry_error *err)
{
    return run_search(results, library, model, &(search){.text = query}, options, err);
}

int descry_search_vector(descry_results **results, descry_library *library, descry_model *model, const float *vector,
                         size_t dim, const descry_search_options *options, descry_error *err)
{
    return run_search(results, library, model, &(search){.given_vector = vector, .given_dim = dim}, options, err);
}
