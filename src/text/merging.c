/* SPDX-License-Identifier: Apache-2.0 */
#include "text/merging.h"

#include "base/error.h"

#include <stdlib.h>

typedef struct descry_mergeable {
    int32_t rank, at;
    uint32_t version, next_version, merged;
} pair;

static int before(const pair *a, const pair *b)
{
    return a->rank != b->rank ? a->rank < b->rank : a->at < b->at;
}

static void push(descry_merging *m, int32_t at)
{
    const descry_symbol *n = &m->symbols[at];
    uint32_t merged = 0;
    int rank = n->next < 0 ? -1 : m->rank(m->table, n->id, m->symbols[n->next].id, &merged);
    if (rank < 0)
        return;
    pair p = {rank, at, n->version, m->symbols[n->next].version, merged};
    size_t i = m->pairs++;
    for (; i > 0 && before(&p, &m->heap[(i - 1) / 2]); i = (i - 1) / 2)
        m->heap[i] = m->heap[(i - 1) / 2];
    m->heap[i] = p;
}

static pair pop(descry_merging *m)
{
    pair top = m->heap[0], last = m->heap[--m->pairs];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= m->pairs)
            break;
        if (child + 1 < m->pairs && before(&m->heap[child + 1], &m->heap[child]))
            child++;
        if (!before(&m->heap[child], &last))
            break;
        m->heap[i] = m->heap[child];
        i = child;
    }
    if (m->pairs)
        m->heap[i] = last;
    return top;
}

int descry_merging_begin(descry_merging *m, size_t most, descry_error *err)
{
    m->count = m->pairs = 0;
    if (most <= m->capacity)
        return 0;
    if (most > INT32_MAX)
        return descry_fail(err, DESCRY_ERR_LIMIT, "a word of %zu symbols is too long", most);
    /* a merge takes one pair away and adds two at most, and there are fewer merges than symbols */
    descry_symbol *symbols = descry_realloc(m->symbols, most, sizeof *symbols);
    if (symbols)
        m->symbols = symbols;
    pair *heap = symbols ? descry_realloc(m->heap, 3 * most, sizeof *heap) : NULL;
    if (!heap)
        return descry_fail_memory(err);
    m->heap = heap;
    m->capacity = most;
    return 0;
}

void descry_merging_put(descry_merging *m, uint32_t id)
{
    int32_t at = (int32_t)m->count++;
    m->symbols[at] = (descry_symbol){id, at - 1, -1, 0};
    if (at > 0)
        m->symbols[at - 1].next = at;
}

void descry_merging_run(descry_merging *m)
{
    for (size_t i = 0; i < m->count; i++)
        push(m, (int32_t)i);
    while (m->pairs) {
        pair p = pop(m);
        descry_symbol *n = &m->symbols[p.at];
        if (n->version != p.version || n->next < 0 || m->symbols[n->next].version != p.next_version)
            continue;
        descry_symbol *eaten = &m->symbols[n->next];
        n->id = p.merged;
        n->version++;
        n->next = eaten->next;
        eaten->version = UINT32_MAX; /* whatever pair it began is gone */
        if (n->next >= 0)
            m->symbols[n->next].previous = p.at;
        push(m, p.at);
        if (n->previous >= 0)
            push(m, n->previous);
    }
}

void descry_merging_free(descry_merging *m)
{
    free(m->symbols);
    free(m->heap);
}
