/* SPDX-License-Identifier: Apache-2.0
 * One picture of a library. */
#include "library/library.h"

#include "base/error.h"

#include <inttypes.h>
#include <string.h>
#include <unistr.h>

static int read_row(descry_library *library, int64_t id, const descry_wanted *wanted, descry_row *row, descry_error *err)
{
    descry_arena_free(&library->entry_arena);
    int rc = library->store->ops->details(library->store, &id, 1, wanted, row, &library->entry_arena, err);
    return rc || row->content ? rc
                              : descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: there is no picture #%" PRId64, library->path, id);
}

descry_entry descry_library_entry(const descry_row *row, int dim)
{
    return (descry_entry){.id = row->id, .path = row->path, .source = row->source, .caption = row->caption,
                          .captioner = row->captioner, .metadata = row->metadata, .vector = row->vector, .dim = dim,
                          .width = row->width, .height = row->height, .placeholder = row->placeholder,
                          .placeholder_size = row->placeholder ? DESCRY_PLACEHOLDER_SIZE : 0};
}

int descry_entry_at(descry_library *library, int64_t id, const char *model, const descry_entry **entry, descry_error *err)
{
    descry_recipe recipe = {0};
    descry_wanted wanted = {.captions = 1, .metadata = 1, .looks = 1};
    descry_row row;
    *entry = NULL;
    int rc = model ? descry_library_recipe(library, model, &recipe, err) : 0;
    if (model)
        wanted.vectors = &recipe;
    if (!rc)
        rc = read_row(library, id, &wanted, &row, err);
    if (rc)
        return rc;
    library->entry = descry_library_entry(&row, recipe.dim);
    *entry = &library->entry;
    return 0;
}

/* Appends a text, with ill-formed UTF-8 replaced by U+FFFD. */
static int append_valid_utf8(descry_buf *out, const char *text, descry_error *err)
{
    const uint8_t *at = (const uint8_t *)text;
    size_t left = strlen(text);
    int rc = 0;
    while (left > 0 && !rc) {
        ucs4_t c;
        uint8_t bytes[6];
        int n = u8_mbtouc(&c, at, left);
        rc = descry_buf_append(out, bytes, (size_t)u8_uctomb(bytes, c, sizeof bytes), err);
        at += n;
        left -= (size_t)n;
    }
    return rc;
}

int descry_caption_put(descry_library *library, int64_t id, const char *text, descry_error *err)
{
    descry_buf valid = {0};
    descry_row row;
    int rc = descry_library_writable(library, err);
    if (!rc && text)
        rc = append_valid_utf8(&valid, text, err);
    if (!rc)
        rc = read_row(library, id, &(descry_wanted){0}, &row, err);
    if (!rc)
        rc = library->store->ops->put_person_caption(library->store, row.content, valid.size ? valid.data : NULL, err);
    descry_buf_free(&valid);
    return rc;
}
