/* SPDX-License-Identifier: Apache-2.0
 * Results of a search: the list of hits, whose details are read page by page. */
#include "search/search.h"

#include "base/error.h"
#include "base/watch.h"
#include "kern/linear.h"
#include "library/calibrate.h"
#include "search/mapped.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE = 64 };

struct descry_results {
    descry_search_job job;
    descry_hit *hits;
    size_t count, next;    /* count: of all hits, those before the offset included; next: the next to return */
    descry_share **shares; /* [terms]; NULL: no explanations */
    float *picture;        /* [dim]: scratch */
    descry_row rows[PAGE]; /* details of hits [first, last), in `arena` */
    size_t first, last;
    descry_arena arena;
    descry_match match;
};

/* ---- explanations ----------------------------------------------------------------------------------------------- */

/* A copy of a term as written in the query, but for filters within. */
static char *term_text(descry_search_job *job, const descry_term *term)
{
    if (term->split)
        return descry_arena_strdup(&job->arena, term->text);
    char *copy = descry_arena_alloc(&job->arena, term->end - term->begin + 1, 1);
    if (copy) {
        memcpy(copy, job->text + term->begin, term->end - term->begin);
        copy[term->end - term->begin] = 0;
    }
    return copy;
}

static int make_shares(descry_results *results, descry_error *err)
{
    descry_search_job *job = &results->job;
    size_t count = job->query.sum.end;
    if (!job->shares)
        return 0;
    descry_share *all = descry_arena_alloc(&job->arena, count, sizeof *all);
    results->shares = descry_arena_alloc(&job->arena, count, sizeof *results->shares);
    results->picture = descry_arena_alloc(&job->arena, (size_t)job->recipe.dim, sizeof *results->picture);
    if (!all || !results->shares || !results->picture)
        return descry_fail_memory(err);
    for (size_t i = 0; i < count; i++) {
        results->shares[i] = &all[i];
        all[i] = (descry_share){term_text(job, &job->query.terms[i]), job->query.terms[i].weight, 0};
        if (!all[i].term)
            return descry_fail_memory(err);
    }
    return 0;
}

static int explain(descry_results *results, const float *stored, descry_error *err)
{
    const descry_search_job *job = &results->job;
    size_t dim = (size_t)job->recipe.dim;
    int rc = 0;
    if (stored) {
        memcpy(results->picture, stored, dim * sizeof *stored);
        rc = descry_map_query(job->how.head, 0, results->picture, err);
    }
    for (size_t i = 0; !rc && i < job->query.sum.end; i++)
        results->shares[i]->score = stored ? (float)descry_dot(job->shares + i * dim, results->picture, dim) : 0;
    return rc;
}

/* ---- matches ---------------------------------------------------------------------------------------------------- */

static float strength(const descry_search_job *job, const descry_hit *hit)
{
    return job->meaning.known ? descry_calibration_strength(&job->meaning.calibration, hit->score) : -1;
}

static int read_page(descry_results *results, descry_error *err)
{
    const descry_search_job *job = &results->job;
    const descry_wanted wanted = {.vectors = results->shares ? &job->recipe : NULL, .captions = 1, .metadata = 1, .looks = 1};
    int64_t ids[PAGE];
    size_t n = results->count - results->next < PAGE ? results->count - results->next : PAGE;
    results->first = results->last = results->next;
    descry_arena_free(&results->arena);
    for (size_t i = 0; i < n; i++)
        ids[i] = results->hits[results->first + i].id;
    int rc = descry_watch_cancelled(job->how.cancel, err);
    if (!rc)
        rc = job->store->ops->details(job->store, ids, n, &wanted, results->rows, &results->arena, err);
    if (!rc)
        results->last += n;
    return rc;
}

int descry_results_next(descry_results *results, const descry_match **match, descry_error *err)
{
    const descry_search_job *job = &results->job;
    *match = NULL;
    while (results->next < results->count) {
        int rc = results->next < results->last ? 0 : read_page(results, err);
        if (rc)
            return rc;
        size_t i = results->next++;
        const descry_row *row = &results->rows[i - results->first];
        const descry_hit *hit = &results->hits[i];
        if (!row->id)
            continue; /* forgotten since the search */
        results->match = (descry_match){.rank = i + 1,
                                        .score = hit->score,
                                        .id = hit->id,
                                        .strength = strength(job, hit),
                                        .path = row->path,
                                        .caption = row->caption,
                                        .source = row->source,
                                        .metadata = row->metadata,
                                        .shares = (const descry_share *const *)results->shares,
                                        .share_count = results->shares ? job->query.sum.end : 0,
                                        .vector_rank = job->ranks ? job->ranks[i][0] : 0,
                                        .words_rank = job->ranks ? job->ranks[i][1] : 0,
                                        .width = row->width,
                                        .height = row->height,
                                        .placeholder = row->placeholder,
                                        .placeholder_size = row->placeholder ? DESCRY_PLACEHOLDER_SIZE : 0};
        rc = results->shares ? explain(results, row->vector, err) : 0;
        if (rc)
            return rc;
        *match = &results->match;
        return 1;
    }
    return 0;
}

size_t descry_results_count(const descry_results *results)
{
    return results->count < results->job.how.offset ? 0 : results->count - results->job.how.offset;
}

const descry_filter *descry_results_filter(const descry_results *results)
{
    return &results->job.filter;
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

int descry_results_open(descry_results **out, descry_search_job **job, descry_error *err)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return descry_fail_memory(err);
    *job = &(*out)->job;
    return 0;
}

int descry_results_fill(descry_results *results, descry_hit *hits, size_t count, int rc, descry_error *err)
{
    const descry_search_job *job = &results->job;
    results->hits = hits;
    if (rc)
        return rc;
    while (results->count < count && !(job->meaning.known && strength(job, &hits[results->count]) < job->how.min_strength))
        results->count++; /* strength is monotonic in the score, and hits are sorted */
    results->next = job->how.offset;
    rc = make_shares(results, err);
    results->job.text = NULL; /* owned by the caller */
    results->job.given_vector = NULL;
    return rc;
}

void descry_results_close(descry_results **slot)
{
    descry_results *results = slot ? *slot : NULL;
    if (!results)
        return;
    descry_search_job *job = &results->job;
    free(results->hits);
    free(job->vector);
    free(job->shares);
    free(job->avoid);
    free(job->avoid_above);
    descry_query_free(&job->query);
    descry_arena_free(&job->arena);
    descry_arena_free(&results->arena);
    free(results);
    *slot = NULL;
}
