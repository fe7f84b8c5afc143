/* SPDX-License-Identifier: Apache-2.0
 * ISO/IEC 14496-12:2015, 8.11 (meta, iloc, iinf, pitm, iref); ISO/IEC 23008-12:2017, 6.5 and 9.3 (properties). */
#include "image/heif_file.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { ITEMS_LIMIT = 1 << 17, EXTENTS_LIMIT = 1024 }; /* a grid has 256 x 256 tiles at most; writers use one extent */

#define TYPE DESCRY_FOURCC

/* ---- items ------------------------------------------------------------------------------------------------------ */

static int compare_ids(const void *a, const void *b)
{
    const descry_heif_item *x = a, *y = b;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* The index of an item; SIZE_MAX: there is none. */
static size_t find_item(const descry_heif_file *file, uint64_t id)
{
    size_t low = 0, high = file->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (file->items[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < file->count && file->items[low].id == id ? low : SIZE_MAX;
}

size_t descry_heif_inputs(const descry_heif_file *file, const descry_heif_item *item)
{
    return file->id_size ? item->inputs.size / file->id_size : 0;
}

size_t descry_heif_input(const descry_heif_file *file, const descry_heif_item *item, size_t i)
{
    descry_span ids = item->inputs;
    descry_span_part(&ids, i * file->id_size);
    uint64_t id = descry_span_number(&ids, file->id_size);
    return ids.ended ? SIZE_MAX : find_item(file, id);
}

/* Skips a NUL-terminated text; true when it is `text`. */
static bool skip_text(descry_span *span, const char *text)
{
    const uint8_t *end = span->size ? memchr(span->at, 0, span->size) : NULL;
    size_t length = end ? (size_t)(end - span->at) : span->size;
    bool same = length == strlen(text) && (length == 0 || memcmp(span->at, text, length) == 0);
    descry_span_part(span, length + (end != NULL));
    return same;
}

/* infe: only versions 2 and 3 have a type. */
static bool read_entry(descry_heif_item *item, descry_span body)
{
    unsigned version = (unsigned)descry_span_number(&body, 1);
    descry_span_part(&body, 3);
    if (version != 2 && version != 3)
        return false;
    item->id = (uint32_t)descry_span_number(&body, version == 2 ? 2 : 4);
    item->elsewhere = descry_span_number(&body, 2) != 0; /* encrypted */
    item->type = (uint32_t)descry_span_number(&body, 4);
    item->alpha = SIZE_MAX;
    if (body.ended)
        return false;
    if (item->type == TYPE('m', 'i', 'm', 'e')) {
        skip_text(&body, "");
        item->text_is_xmp = skip_text(&body, "application/rdf+xml") && (body.size == 0 || skip_text(&body, ""));
    }
    return true;
}

static int read_entries(descry_heif_file *file, descry_span iinf, descry_error *err)
{
    size_t room = 0;
    descry_span body;
    descry_span_part(&iinf, iinf.size && iinf.at[0] ? 8 : 6); /* their number, which is implied by the boxes */
    for (uint32_t type; (type = descry_box_next(&iinf, &body)) != 0;) {
        if (type != TYPE('i', 'n', 'f', 'e'))
            continue;
        if (file->count == ITEMS_LIMIT)
            return descry_fail(err, DESCRY_ERR_LIMIT, "%s: HEIF with more than %d items", file->name, ITEMS_LIMIT);
        if (file->count == room) {
            room = room ? 2 * room : 16;
            void *items = descry_realloc(file->items, room, sizeof *file->items);
            if (!items)
                return descry_fail_memory(err);
            file->items = items;
        }
        descry_heif_item item = {.order = (uint32_t)file->count};
        if (read_entry(&item, body))
            file->items[file->count++] = item;
    }
    if (file->count)
        qsort(file->items, file->count, sizeof *file->items, compare_ids);
    return 0;
}

static void read_places(descry_heif_file *file, descry_span iloc)
{
    unsigned version = (unsigned)descry_span_number(&iloc, 1);
    descry_span_part(&iloc, 3);
    unsigned sizes = (unsigned)descry_span_number(&iloc, 2);
    size_t base_size = sizes >> 4 & 15, index_size = version ? sizes & 15 : 0;
    file->offset_size = sizes >> 12 & 15;
    file->length_size = sizes >> 8 & 15;
    if (version > 2 || file->offset_size > 8 || file->length_size > 8 || base_size > 8 || index_size > 8)
        return;
    size_t each = index_size + file->offset_size + file->length_size;
    for (uint64_t left = descry_span_number(&iloc, version == 2 ? 4 : 2); left && !iloc.ended; left--) {
        uint64_t id = descry_span_number(&iloc, version == 2 ? 4 : 2);
        unsigned method = version ? descry_span_number(&iloc, 2) & 15 : 0;
        bool elsewhere = descry_span_number(&iloc, 2) != 0;
        uint64_t base = descry_span_number(&iloc, base_size);
        size_t count = (size_t)descry_span_number(&iloc, 2);
        descry_span extents = descry_span_part(&iloc, count * each);
        size_t index = find_item(file, id);
        if (iloc.ended || index == SIZE_MAX || file->items[index].placed)
            continue;
        descry_heif_item *item = &file->items[index];
        item->elsewhere = item->elsewhere || elsewhere || method > 1;
        item->placed = true;
        item->within = method == 1;
        item->base = base;
        item->extents = extents;
        item->extent_count = count;
        item->skip = index_size;
    }
}

/* The properties in ipco, numbered from 1, and ipma, which assigns them to items. */
static int read_properties(descry_heif_file *file, descry_span iprp, descry_error *err)
{
    enum { PROPERTIES = 1 << 15 };
    descry_span ipco, body, boxes;
    size_t count = 0;
    struct property {
        uint32_t type;
        descry_span body;
    } *properties = NULL;
    if (!descry_box_find(iprp, TYPE('i', 'p', 'c', 'o'), &ipco))
        return 0;
    for (boxes = ipco; count < PROPERTIES && descry_box_next(&boxes, &body);)
        count++;
    if (!(properties = descry_alloc(count ? count : 1, sizeof *properties)))
        return descry_fail_memory(err);
    boxes = ipco;
    for (size_t i = 0; i < count; i++)
        properties[i].type = descry_box_next(&boxes, &properties[i].body);
    for (uint32_t type; (type = descry_box_next(&iprp, &body)) != 0;) {
        if (type != TYPE('i', 'p', 'm', 'a'))
            continue;
        unsigned version = (unsigned)descry_span_number(&body, 1);
        size_t size = descry_span_number(&body, 3) & 1 ? 2 : 1;
        for (uint64_t left = descry_span_number(&body, 4); left && !body.ended; left--) {
            size_t index = find_item(file, descry_span_number(&body, version ? 4 : 2));
            for (uint64_t n = descry_span_number(&body, 1); n && !body.ended; n--) {
                size_t number = (size_t)descry_span_number(&body, size) & (size == 2 ? 0x7FFF : 0x7F);
                if (index != SIZE_MAX && number && number <= count)
                    descry_heif_add_property(&file->items[index], properties[number - 1].type, properties[number - 1].body);
            }
        }
    }
    free(properties);
    return 0;
}

void descry_heif_add_property(descry_heif_item *item, uint32_t type, descry_span body)
{
    static const char *const alphas[] = {"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1",
                                         "urn:mpeg:avc:2015:auxid:1"};
    if (type == TYPE('i', 's', 'p', 'e')) {
        descry_span_part(&body, 4);
        uint32_t width = (uint32_t)descry_span_number(&body, 4), height = (uint32_t)descry_span_number(&body, 4);
        item->two_sizes = item->two_sizes || (item->width && (item->width != width || item->height != height)) ||
                          width == 0 || height == 0;
        item->width = width;
        item->height = height;
    } else if ((type == TYPE('h', 'v', 'c', 'C') || type == TYPE('a', 'v', '1', 'C')) && !item->config.size) {
        item->config = body;
    } else if (type == TYPE('c', 'o', 'l', 'r') && body.size >= 11 && memcmp(body.at, "nclx", 4) == 0) {
        item->colour = body;
    } else if ((type == TYPE('a', 'u', 'x', 'C') || type == TYPE('a', 'u', 'x', 'i')) && body.size > 4) {
        descry_span_part(&body, 4);
        for (size_t i = 0; i < sizeof alphas / sizeof *alphas; i++) {
            descry_span name = body;
            item->is_alpha = item->is_alpha || skip_text(&name, alphas[i]);
        }
    } else if (type == TYPE('i', 'r', 'o', 't') || type == TYPE('i', 'm', 'i', 'r') ||
               type == TYPE('c', 'l', 'a', 'p')) {
        item->more_turns = item->more_turns || item->turn_count == DESCRY_HEIF_TURNS;
        if (item->more_turns)
            return;
        item->turns[item->turn_count].type = type;
        item->turns[item->turn_count++].body = body;
    }
}

/* Whether an item is the primary picture, or the one with a gain map that is derived from it. */
static bool is_primary(const descry_heif_file *file, size_t index)
{
    return index == file->primary || (index != SIZE_MAX && file->items[index].type == TYPE('t', 'm', 'a', 'p') &&
                                      descry_heif_input(file, &file->items[index], 0) == file->primary);
}

/* References between items: with `derived` only what items are derived from, else the others.  Targets that do not exist are
 * ignored. */
static void read_references(descry_heif_file *file, descry_span iref, bool derived)
{
    descry_span body;
    file->id_size = iref.size && iref.at[0] ? 4 : 2;
    descry_span_part(&iref, 4);
    for (uint32_t type; (type = descry_box_next(&iref, &body)) != 0;) {
        size_t index = find_item(file, descry_span_number(&body, file->id_size));
        size_t count = (size_t)descry_span_number(&body, 2);
        descry_span ids = descry_span_part(&body, count * file->id_size);
        if (body.ended || index == SIZE_MAX || derived != (type == TYPE('d', 'i', 'm', 'g')))
            continue;
        descry_heif_item *item = &file->items[index];
        if (derived && !item->inputs.at)
            item->inputs = ids;
        item->premultiplied = item->premultiplied || type == TYPE('p', 'r', 'e', 'm');
        if (!(type == TYPE('a', 'u', 'x', 'l') && item->is_alpha) && type != TYPE('c', 'd', 's', 'c'))
            continue;
        for (; count; count--) {
            size_t other = find_item(file, descry_span_number(&ids, file->id_size));
            if (type == TYPE('c', 'd', 's', 'c')) {
                item->describes_any = true;
                item->describes_primary = item->describes_primary || is_primary(file, other);
            } else if (other != SIZE_MAX && other != index && file->items[other].alpha == SIZE_MAX) {
                file->items[other].alpha = index;
            }
        }
    }
}

/* A primary picture with a gain map is replaced by its base picture, the first input, as for older readers. */
static void use_base_picture(descry_heif_file *file)
{
    const descry_heif_item *item = &file->items[file->primary];
    if (item->type == TYPE('t', 'm', 'a', 'p')) {
        size_t base = descry_heif_input(file, item, 0);
        if (base != SIZE_MAX)
            file->primary = base;
    }
}

static int read_meta(descry_heif_file *file, descry_span meta, bool *found, descry_error *err)
{
    descry_span pitm, iinf, iprp, iloc, iref;
    descry_span_part(&meta, 4);
    if (!descry_box_find(meta, TYPE('p', 'i', 't', 'm'), &pitm) ||
        !descry_box_find(meta, TYPE('i', 'i', 'n', 'f'), &iinf))
        return 0;
    bool wide = descry_span_number(&pitm, 4) >> 24 != 0;
    uint64_t primary = descry_span_number(&pitm, wide ? 4 : 2);
    int rc = read_entries(file, iinf, err);
    if (rc)
        return rc;
    file->primary = pitm.ended ? SIZE_MAX : find_item(file, primary);
    if (file->primary == SIZE_MAX)
        return 0;
    *found = true;
    descry_box_find(meta, TYPE('i', 'd', 'a', 't'), &file->idat);
    if (descry_box_find(meta, TYPE('i', 'l', 'o', 'c'), &iloc))
        read_places(file, iloc);
    if (descry_box_find(meta, TYPE('i', 'p', 'r', 'p'), &iprp))
        rc = read_properties(file, iprp, err);
    if (!rc && descry_box_find(meta, TYPE('i', 'r', 'e', 'f'), &iref)) {
        read_references(file, iref, true);
        use_base_picture(file);
        read_references(file, iref, false);
    }
    return rc;
}

int descry_heif_open(descry_heif_file *file, const uint8_t *bytes, size_t size, const char *name, descry_error *err)
{
    descry_span all = {bytes, size, false}, body;
    bool found = false;
    *file = (descry_heif_file){.bytes = bytes, .size = size, .name = name};
    if (descry_box_find(all, TYPE('m', 'e', 't', 'a'), &body)) {
        int rc = read_meta(file, body, &found, err);
        if (rc || found)
            return rc;
    }
    if (descry_box_find(all, TYPE('m', 'o', 'o', 'v'), &body))
        return descry_heif_open_track(file, body, err);
    return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged HEIF: no primary picture and no track", name);
}

void descry_heif_close(descry_heif_file *file)
{
    free(file->items);
    *file = (descry_heif_file){0};
}

/* ---- the data of an item ---------------------------------------------------------------------------------------- */

/* The bytes of extent i; false: not in the file. */
static bool extent_at(const descry_heif_file *file, const descry_heif_item *item, descry_span *extents,
                      descry_span *extent)
{
    descry_span from = item->within ? file->idat : (descry_span){file->bytes, file->size, false};
    descry_span_part(extents, item->skip);
    uint64_t offset = descry_span_number(extents, file->offset_size);
    uint64_t length = descry_span_number(extents, file->length_size);
    if (extents->ended || item->base > from.size || offset > from.size - item->base)
        return false;
    offset += item->base;
    if (file->length_size == 0)
        length = from.size - offset; /* all of it */
    if (length > from.size - offset)
        return false;
    *extent = (descry_span){from.at + offset, (size_t)length, false};
    return true;
}

int descry_heif_data(const descry_heif_file *file, const descry_heif_item *item, descry_span *data, uint8_t **owned,
                     descry_error *err)
{
    descry_span extents = item->extents, extent = {0};
    size_t total = 0;
    *data = item->whole;
    *owned = NULL;
    if (data->size)
        return 0;
    if (item->elsewhere)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: HEIF whose data is encrypted or elsewhere is not read",
                           file->name);
    if (item->extent_count > EXTENTS_LIMIT)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: HEIF with a picture in more than %d pieces", file->name,
                           EXTENTS_LIMIT);
    for (size_t i = 0; i < item->extent_count; i++) {
        if (!extent_at(file, item, &extents, &extent) || extent.size > file->size - total)
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged HEIF: data beyond the end of the file", file->name);
        total += extent.size;
    }
    if (total == 0)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged HEIF: a picture without data", file->name);
    *data = extent;
    if (item->extent_count == 1)
        return 0;
    if (!(*owned = descry_alloc(total, 1)))
        return descry_fail_memory(err);
    *data = (descry_span){*owned, total, false};
    extents = item->extents;
    total = 0;
    for (size_t i = 0; i < item->extent_count && extent_at(file, item, &extents, &extent); i++) {
        if (extent.size)
            memcpy(*owned + total, extent.at, extent.size);
        total += extent.size;
    }
    return 0;
}
