/* SPDX-License-Identifier: Apache-2.0
 * The two beam searches.  Scores are float where torch's are, and double where Python's are. */
#include "generate/beams.h"

#include <math.h>
#include <string.h>

static void set_hypothesis(descry_hypothesis *h, const int32_t *ids, size_t length, double score, bool ended)
{
    memcpy(h->ids, ids, length * sizeof *ids);
    h->length = length;
    h->score = score;
    h->ended = ended;
    h->finished = true;
}

/* ---- group: open_clip 3.3's loop over transformers' BeamSearchScorer --------------------------------------------- */

/* BeamHypotheses.add: the B best are kept. */
static void group_add(descry_selection *s, const int32_t *ids, size_t length, double score, bool ended)
{
    if (s->kept_count >= s->beams && !(score > s->worst))
        return;
    if (s->kept_count < s->beams) {
        set_hypothesis(&s->kept[s->kept_count++], ids, length, score, ended);
        s->worst = score < s->worst ? score : s->worst;
        return;
    }
    /* replace the lowest, the first among ties; the rest stays in order of insertion */
    size_t low = 0;
    for (size_t i = 1; i < s->kept_count; i++)
        low = s->kept[i].score < s->kept[low].score ? i : low;
    descry_hypothesis gone = s->kept[low];
    memmove(s->kept + low, s->kept + low + 1, (s->kept_count - low - 1) * sizeof *s->kept);
    s->kept[s->kept_count - 1] = gone;
    set_hypothesis(&s->kept[s->kept_count - 1], ids, length, score, ended);
    s->worst = INFINITY;
    for (size_t i = 0; i < s->kept_count; i++)
        s->worst = s->kept[i].score < s->worst ? s->kept[i].score : s->worst;
}

void descry_group_step(descry_selection *s)
{
    size_t length = s->length + 1, beams = 0, most = s->options->max_length;
    for (size_t r = 0; r < 2 * s->beams && beams < s->beams; r++) {
        const descry_candidate *c = &s->best[r];
        if (c->id != s->end)
            descry_selection_continue(s, beams++, c);
        else if (r < s->beams)
            group_add(s, s->ids + c->beam * most, s->length, (double)c->score / (double)length, true);
    }
    double best = (double)s->best[0].score; /* even of an end token */
    if (s->kept_count >= s->beams && s->worst >= best / (double)length) {
        s->done = true;
    } else if (length >= most) {
        for (size_t b = 0; b < s->beams; b++)
            group_add(s, s->next_ids + b * most, length, (double)s->scores[b] / (double)length, false);
        s->done = true;
    }
}

static void copy_result(const descry_selection *s, const descry_hypothesis *h, descry_generated *result)
{
    memcpy(result->ids, h->ids, h->length * sizeof *h->ids);
    result->count = h->length;
    if (h->ended)
        result->ids[result->count++] = s->end;
    result->score = h->score;
}

void descry_group_result(const descry_selection *s, descry_generated *result)
{
    const descry_hypothesis *best = &s->kept[0];
    for (size_t i = 1; i < s->kept_count; i++)
        best = s->kept[i].score >= best->score ? &s->kept[i] : best; /* the last among ties */
    copy_result(s, best, result);
}

/* ---- beam: transformers' _beam_search ---------------------------------------------------------------------------- */

/* Indices of the `count` greatest of n scores, at most 3 B, in falling order, the lower index first among ties. */
static void pick_top(size_t *chosen, size_t count, const float *scores, size_t n)
{
    bool taken[3 * DESCRY_MAX_BEAMS] = {false};
    for (size_t i = 0; i < count; i++) {
        size_t top = n;
        for (size_t j = 0; j < n; j++)
            if (!taken[j] && (top == n || scores[j] > scores[top]))
                top = j;
        chosen[i] = top;
        taken[top] = true;
    }
}

/* Merges sequences that just stopped, of which only the first B candidates count, into the B best so far. */
static void beam_keep(descry_selection *s, const bool *stop)
{
    size_t beams = s->beams, chosen[DESCRY_MAX_BEAMS], length = s->length + 1, most = s->options->max_length;
    float scores[3 * DESCRY_MAX_BEAMS];
    for (size_t i = 0; i < beams; i++)
        scores[i] = (float)s->kept[i].score;
    for (size_t i = 0; i < 2 * beams; i++) {
        float score = s->best[i].score / (float)(length - s->prompt);
        score += s->improvable ? 0 : -1e9f;
        scores[beams + i] = score + (i < beams && stop[i] ? 0 : -1e9f);
    }
    pick_top(chosen, beams, scores, 3 * beams);
    descry_hypothesis *fresh = s->kept + beams; /* scratch for the new set */
    for (size_t i = 0; i < beams; i++) {
        if (chosen[i] < beams) {
            const descry_hypothesis *old = &s->kept[chosen[i]];
            int32_t *ids = fresh[i].ids;
            memcpy(ids, old->ids, old->length * sizeof *ids);
            fresh[i] = *old;
            fresh[i].ids = ids;
            continue;
        }
        const descry_candidate *c = &s->best[chosen[i] - beams];
        set_hypothesis(&fresh[i], s->ids + c->beam * most, s->length, (double)scores[chosen[i]], c->id == s->end);
        if (c->id != s->end)
            fresh[i].ids[fresh[i].length++] = c->id;
        fresh[i].finished = chosen[i] < 2 * beams && stop[chosen[i] - beams];
    }
    for (size_t i = 0; i < beams; i++) {
        descry_hypothesis old = s->kept[i];
        s->kept[i] = fresh[i];
        fresh[i] = old;
    }
}

void descry_beam_step(descry_selection *s)
{
    size_t beams = s->beams, chosen[DESCRY_MAX_BEAMS], length = s->length + 1, stopped = 0;
    bool stop[2 * DESCRY_MAX_BEAMS];
    float running[2 * DESCRY_MAX_BEAMS];
    for (size_t i = 0; i < 2 * beams; i++) {
        stop[i] = s->best[i].id == s->end || length >= s->options->max_length;
        stopped += stop[i];
        running[i] = s->best[i].score + (stop[i] ? -1e9f : 0);
    }
    pick_top(chosen, beams, running, 2 * beams);
    for (size_t i = 0; i < beams; i++) {
        descry_candidate c = s->best[chosen[i]];
        c.score = running[chosen[i]];
        descry_selection_continue(s, i, &c);
    }
    beam_keep(s, stop);
    float best = s->scores[0] / (float)(length - s->prompt), lowest = INFINITY;
    bool beatable = false;
    for (size_t i = 0; i < beams; i++)
        lowest = (float)s->kept[i].score < lowest ? (float)s->kept[i].score : lowest;
    for (size_t i = 0; i < beams; i++)
        beatable = beatable || best > (s->kept[i].finished ? lowest : -1e9f);
    s->improvable = s->improvable && beatable;
    s->done = !s->improvable || stopped == 2 * beams;
}

void descry_beam_result(const descry_selection *s, descry_generated *result)
{
    copy_result(s, &s->kept[0], result);
}
