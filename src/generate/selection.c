/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/selection.h"

#include <string.h>

void descry_selection_continue(descry_selection *s, size_t to, const descry_candidate *c)
{
    int32_t *ids = s->next_ids + to * s->options->max_length;
    memcpy(ids, s->ids + c->beam * s->options->max_length, s->length * sizeof *ids);
    ids[s->length] = c->id;
    s->scores[to] = c->score;
    s->parents[to] = c->beam;
}
