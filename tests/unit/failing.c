/* SPDX-License-Identifier: Apache-2.0 */
#include "failing.h"

#include <errno.h>
#include <execinfo.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* glibc's, by its other names */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

enum { WAYS = 1 << 16, LIVE = 1 << 16, OWN = 3 /* frames: look, ask, malloc */, BELOW = FAILING_DEPTH + OWN };

typedef struct block {
    void *memory;
    failing_stack stack;
} block;

/* Of the one thread that is armed or watched. */
static _Thread_local int armed, watched, inside;
static size_t count, refused_number, *firsts, *lasts, ways, ways_room, live_count;
static int surveying, with_stacks, was_refused;
static failing_stack refused;
static struct {
    uint64_t hash;
    size_t way;
} table[WAYS];
static block live[LIVE]; /* open addressing */

/* ---- stacks ------------------------------------------------------------------------------------------------------ */

static __attribute__((noinline)) void look(failing_stack *stack)
{
    void *all[BELOW];
    inside = 1; /* the unwinder is opened when first used */
    int depth = backtrace(all, BELOW);
    inside = 0;
    stack->depth = depth > OWN ? depth - OWN : 0;
    memcpy(stack->frames, all + OWN, (size_t)stack->depth * sizeof *all);
}

static uint64_t hash_of(const void *data, size_t size)
{
    const unsigned char *bytes = data; /* FNV-1a */
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return hash | 1;
}

static __attribute__((noinline)) void survey(const failing_stack *stack)
{
    size_t depth = stack->depth < FAILING_DISTINCT ? (size_t)stack->depth : FAILING_DISTINCT;
    uint64_t hash = hash_of(stack->frames, depth * sizeof *stack->frames);
    size_t at = hash % WAYS;
    while (table[at].hash && table[at].hash != hash)
        at = (at + 1) % WAYS;
    if (!table[at].hash && ways < ways_room && ways < WAYS - 1) {
        table[at].hash = hash;
        table[at].way = ways;
        firsts[ways++] = count;
    }
    if (table[at].hash)
        lasts[table[at].way] = count;
}

/* ---- what is not freed ------------------------------------------------------------------------------------------- */

static size_t place_of(const void *memory)
{
    return hash_of(&memory, sizeof memory) % LIVE;
}

static void remember(void *memory, const failing_stack *stack)
{
    if (live_count == LIVE - 1)
        abort();
    size_t at = place_of(memory);
    while (live[at].memory)
        at = (at + 1) % LIVE;
    live[at].memory = memory;
    if (stack)
        live[at].stack = *stack;
    live_count++;
}

static void forget(const void *memory)
{
    size_t at = place_of(memory), hole;
    while (live[at].memory && live[at].memory != memory)
        at = (at + 1) % LIVE;
    if (!live[at].memory)
        return;
    live_count--;
    for (hole = at; live[at = (at + 1) % LIVE].memory;) { /* what had to go past the hole comes back (Knuth, 6.4, R) */
        size_t home = place_of(live[at].memory);
        if ((at - home) % LIVE >= (at - hole) % LIVE) {
            live[hole] = live[at];
            hole = at;
        }
    }
    live[hole].memory = NULL;
}

/* ---- every allocation -------------------------------------------------------------------------------------------- */

/* Of one that is asked for.  1: it is refused. */
static __attribute__((noinline)) int ask(failing_stack *stack)
{
    if (inside || !(armed || watched))
        return 0;
    int turn = armed && ++count == refused_number;
    if (turn || (armed && surveying) || with_stacks)
        look(stack);
    if (armed && surveying)
        survey(stack);
    if (turn) {
        refused = *stack;
        was_refused = 1;
        errno = ENOMEM;
    }
    return turn;
}

static void *given(void *memory, const failing_stack *stack)
{
    if (watched && !inside && memory)
        remember(memory, with_stacks ? stack : NULL);
    return memory;
}

static void taken(const void *memory)
{
    if (watched && !inside && memory)
        forget(memory);
}

void *malloc(size_t size)
{
    failing_stack stack;
    if (ask(&stack))
        return NULL;
    return given(__libc_malloc(size), &stack);
}

void *calloc(size_t n, size_t size)
{
    failing_stack stack;
    if (ask(&stack))
        return NULL;
    return given(__libc_calloc(n, size), &stack);
}

void *realloc(void *memory, size_t size)
{
    failing_stack stack;
    if (ask(&stack))
        return NULL;
    uintptr_t old = (uintptr_t)memory;
    void *moved = __libc_realloc(memory, size);
    if (moved || size == 0)
        taken((void *)old);
    return given(moved, &stack);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    failing_stack stack;
    return ask(&stack) ? NULL : given(__libc_memalign(alignment, size), &stack);
}

void *memalign(size_t alignment, size_t size)
{
    failing_stack stack;
    return ask(&stack) ? NULL : given(__libc_memalign(alignment, size), &stack);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    failing_stack stack;
    void *got = ask(&stack) ? NULL : given(__libc_memalign(alignment, size), &stack);
    if (got)
        *memory = got;
    return got ? 0 : ENOMEM;
}

void free(void *memory)
{
    taken(memory);
    __libc_free(memory);
}

/* ---- for tests --------------------------------------------------------------------------------------------------- */

void failing_arm(size_t number)
{
    count = 0;
    refused_number = number;
    was_refused = surveying = 0;
    armed = 1;
}

size_t failing_disarm(void)
{
    armed = 0;
    return count;
}

const failing_stack *failing_refused(void)
{
    return was_refused ? &refused : NULL;
}

void failing_survey(size_t *first, size_t *last, size_t room)
{
    memset(table, 0, sizeof table);
    firsts = first;
    lasts = last;
    ways_room = room;
    ways = 0;
    failing_arm(0);
    surveying = 1;
}

size_t failing_surveyed(void)
{
    failing_disarm();
    surveying = 0;
    return ways;
}

void failing_watch(int stacks)
{
    memset(live, 0, sizeof live);
    live_count = 0;
    with_stacks = stacks;
    watched = 1;
}

size_t failing_left(const failing_stack **one)
{
    watched = 0;
    *one = NULL;
    for (size_t i = 0; i < LIVE && with_stacks; i++)
        if (live[i].memory)
            *one = &live[i].stack;
    with_stacks = 0;
    return live_count;
}
