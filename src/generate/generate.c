/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/generate.h"

#include "base/error.h"
#include "base/memory.h"
#include "generate/beams.h"
#include "generate/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- options --------------------------------------------------------------------------------------------------- */

static bool is_sampling(const descry_generation *o)
{
    return o->decode == DESCRY_DECODE_GREEDY || o->decode == DESCRY_DECODE_TOP_K || o->decode == DESCRY_DECODE_TOP_P;
}

size_t descry_generate_beams(const descry_generation *o)
{
    return is_sampling(o) ? 1 : o->decode == DESCRY_DECODE_GROUP ? o->beams / o->groups : o->beams;
}

static int check_numbers(const descry_generation *o, size_t vocabulary, descry_error *err)
{
    const char *bad = NULL;
    if (o->decode < DESCRY_DECODE_GROUP || o->decode > DESCRY_DECODE_TOP_P)
        bad = "no such way to decode";
    else if (o->beams < 1 || o->beams > DESCRY_MAX_BEAMS)
        bad = "beams: from 1 to 64";
    else if (o->groups < 1 || o->beams % o->groups != 0)
        bad = "groups: the beams are not a multiple of them";
    else if (!(o->repetition_penalty > 0 && isfinite(o->repetition_penalty)))
        bad = "repetition_penalty: above 0";
    else if (!(o->temperature > 0 && isfinite(o->temperature)))
        bad = "temperature: above 0";
    else if (o->top_k < 1)
        bad = "top_k: from 1";
    else if (!(o->top_p > 0 && o->top_p <= 1))
        bad = "top_p: above 0, at most 1";
    else if (2 * descry_generate_beams(o) + 1 > vocabulary)
        bad = "beams: too many for this vocabulary";
    return bad ? descry_fail(err, DESCRY_ERR_ARGUMENT, "%s", bad) : 0;
}

int descry_generate_check(const descry_generation *o, size_t length, size_t context, size_t vocabulary,
                          descry_error *err)
{
    int rc = check_numbers(o, vocabulary, err);
    if (rc)
        return rc;
    if (o->max_length > context + 1 || o->max_length < 2) /* the last id is not read again */
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "max_length %zu: from 2 to %zu, the model's context and the last id",
                           o->max_length, context + 1);
    if (o->min_length >= o->max_length)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "min_length %zu: it has to be below max_length, %zu", o->min_length,
                           o->max_length);
    if (length > context)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "the prompt is longer than the model's context of %zu ids", context);
    if (length >= o->max_length)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "the prompt has %zu ids, start token included: with max_length %zu there "
                           "is nothing to go on with", length, o->max_length);
    return 0;
}

/* ---- a row of logits ------------------------------------------------------------------------------------------- */

/* Inserts c into list [n], in falling order, behind its ties; the last candidate drops out. */
static void insert_candidate(descry_candidate *list, size_t n, descry_candidate c)
{
    size_t i = n - 1;
    for (; i > 0 && list[i - 1].score < c.score; i--)
        list[i] = list[i - 1];
    list[i] = c;
}

/* The 2 B best of x [n] + sum, the lower id first among ties. */
static void find_best(descry_selection *s, size_t beam, const float *x, size_t n)
{
    enum { RUN = 64 };
    size_t wanted = 2 * s->beams;
    descry_candidate *list = s->candidates + beam * wanted;
    float sum = s->scores[beam];
    for (size_t i = 0; i < wanted; i++)
        list[i] = (descry_candidate){-INFINITY, (uint32_t)beam, DESCRY_NOT_FINITE};
    for (size_t i = 0; i < n; i += RUN) {
        size_t end = n - i < RUN ? n : i + RUN;
        float worst = list[wanted - 1].score;
        int any = 0;
        for (size_t j = i; j < end; j++)
            any |= x[j] + sum > worst;
        for (size_t j = i; any && j < end; j++)
            if (x[j] + sum > list[wanted - 1].score)
                insert_candidate(list, wanted, (descry_candidate){x[j] + sum, (uint32_t)beam, (int32_t)j});
    }
    if (list[wanted - 1].id < 0 || !isfinite(list[0].score))
        list[0].id = DESCRY_NOT_FINITE;
}

/* transformers' RepetitionPenaltyLogitsProcessor: once for each distinct id. */
static void penalise(const descry_selection *s, const int32_t *ids, float *x)
{
    float p = s->options->repetition_penalty;
    for (size_t i = 0; i < s->length && p != 1; i++) {
        bool again = false;
        for (size_t j = 0; j < i; j++)
            again = again || ids[j] == ids[i];
        if (!again)
            x[ids[i]] = x[ids[i]] < 0 ? x[ids[i]] * p : x[ids[i]] / p;
    }
}

/* Reads row `beam` of the logits, which it changes: fills its candidates.  Rows are independent of each other. */
static void read_logits(descry_selection *s, const descry_logits_source *source, size_t beam, float *x)
{
    size_t n = source->vocabulary;
    if (s->options->decode == DESCRY_DECODE_BEAM) {
        float top, sum = source->engine->kernels->log_sum(x, n, &top);
        for (size_t i = 0; i < n; i++)
            x[i] = x[i] - top - sum;
    }
    penalise(s, s->ids + beam * s->options->max_length, x);
    if (s->length < s->options->min_length)
        x[s->end] = -INFINITY;
    if (is_sampling(s->options))
        descry_sample_row(s, source->engine->kernels, x, n);
    else
        find_best(s, beam, x, n);
}

/* ---- steps ----------------------------------------------------------------------------------------------------- */

/* The 2 B best of all live sequences, the lower beam first among ties. */
static void merge(descry_selection *s)
{
    size_t wanted = 2 * s->beams, taken[DESCRY_MAX_BEAMS] = {0};
    for (size_t i = 0; i < wanted; i++) {
        size_t from = 0;
        const descry_candidate *top = NULL;
        for (size_t b = 0; b < s->live; b++) {
            const descry_candidate *c = taken[b] < wanted ? &s->candidates[b * wanted + taken[b]] : NULL;
            if (c && (!top || c->score > top->score)) {
                top = c;
                from = b;
            }
        }
        s->best[i] = *top;
        taken[from]++;
    }
}

/* All logits are in: extends the live sequences, or ends the search. */
static void step(descry_selection *s)
{
    if (!is_sampling(s->options))
        merge(s);
    if (s->options->decode == DESCRY_DECODE_GROUP)
        descry_group_step(s);
    else if (s->options->decode == DESCRY_DECODE_BEAM)
        descry_beam_step(s);
    else
        descry_sample_step(s);
    int32_t *ids = s->ids;
    s->ids = s->next_ids;
    s->next_ids = ids;
    s->length++;
    s->live = s->beams;
}

static void copy_result(const descry_selection *s, descry_generated *result)
{
    if (s->options->decode == DESCRY_DECODE_GROUP)
        descry_group_result(s, result);
    else if (s->options->decode == DESCRY_DECODE_BEAM)
        descry_beam_result(s, result);
    else
        descry_sample_result(s, result);
}

/* ---- all pictures ---------------------------------------------------------------------------------------------- */

static int search_open(descry_selection *s, descry_arena *arena, const descry_logits_source *source,
                       const descry_generation *o, const int32_t *prompt, size_t length, descry_error *err)
{
    size_t beams = descry_generate_beams(o), most = o->max_length;
    *s = (descry_selection){.options = o, .beams = beams, .length = length, .prompt = length, .live = 1, .end = source->end,
                         .pad = source->pad, .worst = 1e9, .improvable = true};
    s->ids = descry_arena_alloc(arena, beams, most * sizeof *s->ids);
    s->next_ids = descry_arena_alloc(arena, beams, most * sizeof *s->ids);
    s->scores = descry_arena_alloc(arena, beams, sizeof *s->scores);
    s->candidates = descry_arena_alloc(arena, 2 * beams * beams, sizeof *s->candidates);
    s->best = descry_arena_alloc(arena, 2 * beams, sizeof *s->best);
    s->parents = descry_arena_alloc(arena, beams, sizeof *s->parents);
    s->kept = descry_arena_alloc(arena, 3 * beams, sizeof *s->kept);
    int32_t *kept_ids = descry_arena_alloc(arena, 3 * beams, most * sizeof *kept_ids);
    if (!s->ids || !s->next_ids || !s->scores || !s->candidates || !s->best || !s->parents || !s->kept || !kept_ids)
        return descry_fail_memory(err);
    memcpy(s->ids, prompt, length * sizeof *prompt);
    memset(s->scores, 0, beams * sizeof *s->scores);
    for (size_t i = 0; i < 3 * beams; i++)
        s->kept[i] = (descry_hypothesis){.ids = kept_ids + i * most, .score = -1e9};
    /* open_clip checks the last id before it samples */
    s->done = is_sampling(o) && (prompt[length - 1] == source->end || prompt[length - 1] == source->pad);
    return 0;
}

typedef struct generation {
    const descry_logits_source *source;
    descry_selection *searches;
    descry_branch *branches;      /* [pictures B] */
    uint32_t *pictures, *first_row; /* each row's picture; each picture's first row */
    float *logits;                /* [pictures B, V] */
    size_t rows;
} generation;

static void read_row(void *arg, size_t i, unsigned worker)
{
    (void)worker;
    const generation *g = arg;
    uint32_t picture = g->pictures[i];
    read_logits(&g->searches[picture], g->source, i - g->first_row[picture], g->logits + i * g->source->vocabulary);
}

static bool is_finite(const descry_selection *s)
{
    for (size_t b = 0; b < s->live; b++)
        if (s->candidates[b * 2 * s->beams].id < 0)
            return false;
    return true;
}

/* One round: extends all searches by the logits [rows, V], then lists the rows of the next call. */
static int run_round(generation *g, size_t pictures, descry_error *err)
{
    descry_pool_run(g->source->engine->pool, g->rows, read_row, g);
    size_t rows = 0;
    for (size_t p = 0; p < pictures; p++) {
        descry_selection *s = &g->searches[p];
        if (s->done)
            continue;
        if (s->candidates[0].id == DESCRY_NO_MEMORY)
            return descry_fail_memory(err);
        if (!is_finite(s))
            return descry_fail(err, DESCRY_ERR_NUMERIC, "the logits are not finite: the model's weights may be damaged");
        step(s);
        uint32_t first_row = g->first_row[p];
        g->first_row[p] = (uint32_t)rows;
        for (size_t b = 0; b < s->live && !s->done; b++, rows++) {
            g->branches[rows] = (descry_branch){first_row + s->parents[b], s->ids[b * s->options->max_length + s->length - 1]};
            g->pictures[rows] = (uint32_t)p;
        }
    }
    g->rows = rows;
    return 0;
}

static int run_rounds(generation *g, const int32_t *prompt, size_t pictures, descry_error *err)
{
    const descry_logits_source *source = g->source;
    bool done = true;
    for (size_t p = 0; p < pictures; p++) {
        g->pictures[p] = g->first_row[p] = (uint32_t)p;
        done = done && g->searches[p].done; /* they share the prompt: all or none */
    }
    if (done)
        return 0;
    g->rows = pictures;
    int rc = source->begin(source->arg, prompt, g->logits, err);
    if (!rc)
        rc = run_round(g, pictures, err);
    while (!rc && g->rows) {
        rc = source->advance(source->arg, g->branches, g->rows, g->logits, err);
        if (!rc)
            rc = run_round(g, pictures, err);
    }
    return rc;
}

int descry_generate(const descry_logits_source *source, const descry_generation *o, const int32_t *prompt,
                    size_t length, size_t pictures, descry_generated *results, descry_error *err)
{
    size_t rows;
    descry_arena arena = {0};
    generation g = {.source = source};
    if (__builtin_mul_overflow(pictures, descry_generate_beams(o), &rows) || rows > UINT32_MAX)
        return descry_fail_memory(err);
    g.searches = descry_arena_alloc(&arena, pictures, sizeof *g.searches);
    g.branches = descry_arena_alloc(&arena, rows, sizeof *g.branches);
    g.pictures = descry_arena_alloc(&arena, rows, sizeof *g.pictures);
    g.first_row = descry_arena_alloc(&arena, pictures, sizeof *g.first_row);
    size_t row;
    if (!__builtin_mul_overflow(source->vocabulary, sizeof *g.logits, &row))
        g.logits = descry_alloc_aligned(rows, row);
    int rc = g.searches && g.branches && g.pictures && g.first_row && g.logits ? 0 : descry_fail_memory(err);
    for (size_t p = 0; p < pictures && !rc; p++)
        rc = search_open(&g.searches[p], &arena, source, o, prompt, length, err);
    if (!rc)
        rc = run_rounds(&g, prompt, pictures, err);
    for (size_t p = 0; p < pictures && !rc; p++)
        copy_result(&g.searches[p], &results[p]);
    free(g.logits);
    descry_arena_free(&arena);
    return rc;
}
