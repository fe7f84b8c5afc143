/* SPDX-License-Identifier: Apache-2.0
 * Details of places by id: path, state, caption, metadata, vector. */
#include "store/sqlite/sqlite.h"

#include "base/error.h"

#include <string.h>

/* Buffers that are reused from row to row. */
typedef struct row_texts {
    descry_buf path, reason, caption, captioner;
} row_texts;

/* Copies a text into the arena; *out is left unchanged when it is empty. */
static int copy_text(descry_arena *arena, const descry_buf *text, const char **out, descry_error *err)
{
    if (text->size == 0)
        return 0;
    char *copy = descry_arena_alloc(arena, text->size + 1, 1);
    if (!copy)
        return descry_fail_memory(err);
    memcpy(copy, text->data, text->size + 1);
    *out = copy;
    return 0;
}

static int read_reason(descry_sqlite *store, descry_row *row, row_texts *texts, descry_arena *arena, descry_error *err)
{
    texts->reason.size = 0;
    int rc = descry_sqlite_reason(store, row->id, &texts->reason, err);
    return rc ? rc : copy_text(arena, &texts->reason, &row->reason, err);
}

static int read_caption(descry_sqlite *store, descry_row *row, row_texts *texts, descry_arena *arena, descry_error *err)
{
    texts->caption.size = texts->captioner.size = 0;
    int rc = descry_sqlite_caption(store, row->content, &texts->caption, &texts->captioner, err);
    if (!rc)
        rc = copy_text(arena, &texts->caption, &row->caption, err);
    return rc ? rc : copy_text(arena, &texts->captioner, &row->captioner, err);
}

static int read_metadata(descry_sqlite *store, descry_row *row, descry_arena *arena, descry_error *err)
{
    descry_metadata *metadata = descry_arena_alloc(arena, 1, sizeof *metadata);
    row->metadata = metadata;
    return metadata ? descry_sqlite_metadata(store, row->content, metadata, err) : descry_fail_memory(err);
}

static int read_vector(descry_sqlite *store, const descry_recipe *recipe, descry_row *row, descry_arena *arena,
                       descry_error *err)
{
    int found;
    float *vector = descry_arena_alloc(arena, (size_t)recipe->dim, sizeof *vector);
    int rc = vector ? descry_sqlite_vector(store, recipe, row->content, vector, &found, err) : descry_fail_memory(err);
    row->vector = !rc && found ? vector : NULL;
    return rc;
}

static int read_details(descry_sqlite *store, int64_t id, const descry_wanted *wanted, descry_row *row, row_texts *texts,
                        descry_arena *arena, descry_error *err)
{
    descry_place place;
    *row = (descry_row){.path = ""};
    texts->path.size = 0;
    int rc = descry_sqlite_place_by_id(store, id, &place, &texts->path, err);
    if (rc || !place.id)
        return rc;
    row->id = place.id;
    row->content = place.content;
    row->path_size = texts->path.size;
    row->source = place.source;
    row->failed = place.failed;
    rc = copy_text(arena, &texts->path, &row->path, err);
    if (!rc && wanted->reasons && place.failed)
        rc = read_reason(store, row, texts, arena, err);
    if (!rc && wanted->captions)
        rc = read_caption(store, row, texts, arena, err);
    if (!rc && wanted->metadata)
        rc = read_metadata(store, row, arena, err);
    if (!rc && wanted->looks && row->content)
        rc = descry_sqlite_looks(store, row, arena, err);
    return rc || !wanted->vectors ? rc : read_vector(store, wanted->vectors, row, arena, err);
}

int descry_sqlite_details(descry_store *base, const int64_t *ids, size_t n, const descry_wanted *wanted,
                          descry_row *rows, descry_arena *arena, descry_error *err)
{
    descry_sqlite *store = (descry_sqlite *)base;
    row_texts texts = {0};
    int entered, rc = descry_sqlite_enter(store, "BEGIN", &entered, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < n && !rc; i++)
        rc = read_details(store, ids[i], wanted, &rows[i], &texts, arena, err);
    descry_buf_free(&texts.path);
    descry_buf_free(&texts.reason);
    descry_buf_free(&texts.caption);
    descry_buf_free(&texts.captioner);
    return descry_sqlite_leave(store, entered, rc, err);
}

int descry_sqlite_vectors_of(descry_store *base, const descry_recipe *recipe, const int64_t *contents, size_t n,
                             float *vectors, int *found, descry_error *err)
{
    descry_sqlite *store = (descry_sqlite *)base;
    size_t dim = (size_t)recipe->dim;
    int entered, rc = descry_sqlite_enter(store, "BEGIN", &entered, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < n && !rc; i++) {
        float *vector = vectors + i * dim;
        rc = descry_sqlite_vector(store, recipe, contents[i], vector, &found[i], err);
        for (size_t j = 0; !rc && !found[i] && j < dim; j++)
            vector[j] = 0;
    }
    return descry_sqlite_leave(store, entered, rc, err);
}
