/* SPDX-License-Identifier: Apache-2.0 */
#include "store_fixture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int open_sqlite(descry_store **store, fixture *f, descry_error *err)
{
    const descry_store_options options = {.create = 1, .pool = f->context.pool, .log = &f->context.log,
                                          .kernels = &f->context.kernels};
    return descry_store_open_sqlite(store, at(f, "seam.db"), &options, err);
}

static int open_memory(descry_store **store, fixture *f, descry_error *err)
{
    const descry_store_options options = {.create = 1, .pool = f->context.pool, .log = &f->context.log,
                                          .kernels = &f->context.kernels};
    return memory_store_open(store, f->memories[1], &options, err);
}

const store_kind store_in_sqlite = {open_sqlite, 0}, store_in_memory = {open_memory, 1};

void with_store(fixture *f, const store_kind *kind, void (*test)(seam *s))
{
    seam s = {.f = f, .kind = kind};
    if (kind->open(&s.store, f, &s.err))
        fail_msg("%s", s.err.message);
    s.ops = s.store->ops;
    assert_int_equal(s.ops->recipe(s.store, RECIPE, "model", DIM, 1, &s.recipe, &s.err), 0);
    test(&s);
    s.ops->close(s.store);
}

given make(int number)
{
    given g = {.content = {.bytes = 10, .width = 3, .height = 2, .orientation = 1},
               .metadata = {.taken = number, .taken_offset = DESCRY_NO_OFFSET, .latitude = NAN, .longitude = NAN}};
    snprintf(g.path, sizeof g.path, "/p/%03d.jpg", number);
    snprintf(g.metadata.camera, sizeof g.metadata.camera, "camera %d", number);
    memcpy(g.content.sha256, &number, sizeof number);
    g.vector[number % DIM] = 1;
    return g;
}

descry_put file(const given *g)
{
    return (descry_put){.path = g->path, .kind = DESCRY_PUT_FILE, .size = 10, .mtime = 20, .content = &g->content,
                        .metadata = &g->metadata, .vector = g->vector};
}

void put(seam *s, descry_put *items, size_t n)
{
    if (s->ops->put(s->store, &s->recipe, items, n, &s->err))
        fail_msg("%s", s->err.message);
}

void put_number(seam *s, int number)
{
    given g = make(number);
    descry_put item = file(&g);
    put(s, &item, 1);
}

descry_place place(seam *s, const char *path)
{
    descry_place found;
    assert_int_equal(s->ops->places(s->store, &path, 1, s->recipe.id, &found, &s->err), 0);
    return found;
}
