/* SPDX-License-Identifier: Apache-2.0
 * Arrays that are searched from one end to the other.  A transaction changes a copy of them all, which takes their place;
 * a list keeps one.  Texts and vectors are never changed or freed before the library is. */
#include "memory_tables.h"

#include "base/error.h"
#include "scan/rows.h"
#include "scan/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static handle *of(descry_store *base)
{
    return (handle *)base;
}

/* ---- transactions ---------------------------------------------------------------------------------------------- */

void memory_drop(tables *t)
{
    free(t->places);
    free(t->contents);
    free(t->vectors);
    free(t->captions);
    free(t->recipes);
    free(t->formers);
    free(t->roots);
    free(t->albums);
    free(t->members);
    *t = (tables){0};
}

static void *copied(const void *rows, size_t count, size_t extra, size_t size)
{
    void *copy = descry_alloc(count + extra + 1, size);
    if (copy && count > 0)
        memcpy(copy, rows, count * size);
    return copy;
}

/* With room for `extra` rows more in each. */
int memory_copy(tables *to, const tables *from, size_t extra, descry_error *err)
{
    *to = *from;
    to->places = copied(from->places, from->place_count, extra, sizeof *to->places);
    to->contents = copied(from->contents, from->content_count, extra, sizeof *to->contents);
    to->vectors = copied(from->vectors, from->vector_count, extra, sizeof *to->vectors);
    to->captions = copied(from->captions, from->caption_count, extra, sizeof *to->captions);
    to->recipes = copied(from->recipes, from->recipe_count, extra, sizeof *to->recipes);
    to->formers = copied(from->formers, from->former_count, extra, sizeof *to->formers);
    to->roots = copied(from->roots, from->root_count, extra, sizeof *to->roots);
    to->albums = copied(from->albums, from->album_count, extra, sizeof *to->albums);
    to->members = copied(from->members, from->member_count, extra, sizeof *to->members);
    if (to->places && to->contents && to->vectors && to->captions && to->recipes && to->formers && to->roots && to->albums &&
        to->members)
        return 0;
    memory_drop(to);
    return descry_fail_memory(err);
}

int memory_begin(handle *store, size_t extra, tables *t, descry_error *err)
{
    if (store->read_only)
        return descry_fail(err, DESCRY_ERR_IO, "the library is read-only");
    if (store->listing)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "written to while it is listed");
    pthread_mutex_lock(&store->library->mutex);
    int rc = memory_copy(t, &store->library->now, extra, err);
    if (rc)
        pthread_mutex_unlock(&store->library->mutex);
    return rc;
}

int memory_end(handle *store, tables *t, int rc)
{
    if (!rc) {
        memory_drop(&store->library->now);
        store->library->now = *t;
        store->library->changes++;
    } else
        memory_drop(t);
    pthread_mutex_unlock(&store->library->mutex);
    return rc;
}

/* To be followed by `looked`. */
const tables *memory_look(handle *store)
{
    pthread_mutex_lock(&store->library->mutex);
    return store->listing ? &store->moment : &store->library->now;
}

void memory_looked(handle *store)
{
    pthread_mutex_unlock(&store->library->mutex);
}

const char *memory_keep(handle *store, const char *text, descry_error *err)
{
    char *kept = descry_arena_strdup(&store->library->texts, text);
    if (!kept)
        descry_fail_memory(err);
    return kept;
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

int memory_is_under(const char *path, const char *folder)
{
    size_t size = strcmp(folder, "/") == 0 ? 0 : strlen(folder);
    return strncmp(path, folder, size) == 0 && (path[size] == '/' || (size > 0 && !path[size]));
}

static place *place_at(const tables *t, const char *path)
{
    for (size_t i = 0; i < t->place_count; i++)
        if (strcmp(t->places[i].path, path) == 0)
            return &t->places[i];
    return NULL;
}

content *memory_content(const tables *t, int64_t id)
{
    size_t low = 0, high = t->content_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (t->contents[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->content_count && t->contents[low].id == id ? &t->contents[low] : NULL;
}

static content *content_with(const tables *t, const uint8_t *sha256)
{
    for (size_t i = 0; i < t->content_count; i++)
        if (memcmp(t->contents[i].what.sha256, sha256, DESCRY_SHA256_SIZE) == 0)
            return &t->contents[i];
    return NULL;
}

const vector *memory_vector(const tables *t, int64_t recipe_id, int64_t id)
{
    for (size_t i = 0; i < t->vector_count; i++)
        if (t->vectors[i].content == id && t->vectors[i].recipe == recipe_id)
            return &t->vectors[i];
    return NULL;
}

const caption *memory_caption(const tables *t, int64_t id)
{
    const caption *found = NULL;
    for (size_t i = 0; i < t->caption_count; i++)
        if (t->captions[i].content == id && (!found || !t->captions[i].model))
            found = &t->captions[i];
    return found;
}

static recipe *recipe_of(const tables *t, int64_t id)
{
    for (size_t i = 0; i < t->recipe_count; i++)
        if (t->recipes[i].id == id)
            return &t->recipes[i];
    return NULL;
}

uint64_t memory_count_vectors(const tables *t, int64_t recipe_id)
{
    uint64_t n = 0;
    for (size_t i = 0; i < t->vector_count; i++)
        n += t->vectors[i].recipe == recipe_id;
    return n;
}

/* ---- recipes, roots --------------------------------------------------------------------------------------------- */

static int add_recipe(handle *store, const char *digest, const char *name, int dim, descry_error *err)
{
    tables t;
    int rc = memory_begin(store, 1, &t, err);
    if (rc)
        return rc;
    size_t i = 0;
    while (i < t.recipe_count && strcmp(t.recipes[i].digest, digest) != 0)
        i++;
    if (i == t.recipe_count)
        t.recipes[t.recipe_count++] = (recipe){.id = (int64_t)i + 1, .digest = memory_keep(store, digest, err), .dim = dim};
    t.recipes[i].name = memory_keep(store, name, err);
    return memory_end(store, &t, t.recipes[i].digest && t.recipes[i].name ? 0 : DESCRY_ERR_MEMORY);
}

static int find_recipe(descry_store *base, const char *digest, const char *name, int dim, int create,
                       descry_recipe *found, descry_error *err)
{
    handle *store = of(base);
    *found = (descry_recipe){0};
    if (strlen(digest) != DESCRY_RECIPE_HEX)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a recipe has %d digits", DESCRY_RECIPE_HEX);
    int rc = create ? add_recipe(store, digest, name, dim, err) : 0;
    if (rc)
        return rc;
    const tables *t = memory_look(store);
    for (size_t i = 0; i < t->recipe_count; i++)
        if (strcmp(t->recipes[i].digest, digest) == 0)
            *found = (descry_recipe){t->recipes[i].id, t->recipes[i].dim, memory_count_vectors(t, t->recipes[i].id)};
    memory_looked(store);
    if (found->id && dim > 0 && found->dim != dim)
        return descry_fail(err, DESCRY_ERR_FORMAT, "vectors of %s have %d numbers instead of %d", name, found->dim, dim);
    return 0;
}

static int touch_recipe(descry_store *base, int64_t id, descry_error *err)
{
    tables t;
    int rc = memory_begin(of(base), 0, &t, err);
    if (rc)
        return rc;
    if (recipe_of(&t, id))
        recipe_of(&t, id)->indexed = (int64_t)time(NULL);
    return memory_end(of(base), &t, 0);
}

static int calibration(descry_store *base, const descry_recipe *what, descry_calibration *out, descry_error *err)
{
    (void)err;
    const recipe *found = recipe_of(memory_look(of(base)), what->id);
    *out = found ? found->calibration : (descry_calibration){0};
    memory_looked(of(base));
    return 0;
}

static int put_calibration(descry_store *base, const descry_recipe *what, const descry_calibration *made,
                           descry_error *err)
{
    tables t;
    int rc = memory_begin(of(base), 0, &t, err);
    if (rc)
        return rc;
    if (recipe_of(&t, what->id))
        recipe_of(&t, what->id)->calibration = *made;
    return memory_end(of(base), &t, 0);
}

static int add_root(descry_store *base, const char *path, descry_error *err)
{
    tables t;
    int rc = memory_begin(of(base), 1, &t, err);
    if (rc)
        return rc;
    size_t i = 0;
    while (i < t.root_count && strcmp(t.roots[i], path) < 0)
        i++;
    if (i == t.root_count || strcmp(t.roots[i], path) != 0) {
        memmove(t.roots + i + 1, t.roots + i, (t.root_count++ - i) * sizeof *t.roots);
        t.roots[i] = memory_keep(of(base), path, err);
    }
    return memory_end(of(base), &t, t.roots[i] ? 0 : DESCRY_ERR_MEMORY);
}

/* ---- places and contents ----------------------------------------------------------------------------------------- */

static int places(descry_store *base, const char *const *paths, size_t n, int64_t recipe_id, descry_place *out,
                  descry_error *err)
{
    (void)err;
    const tables *t = memory_look(of(base));
    for (size_t i = 0; i < n; i++) {
        const place *p = place_at(t, paths[i]);
        const content *c = p ? memory_content(t, p->content) : NULL;
        out[i] = (descry_place){0};
        const vector *v = p ? memory_vector(t, recipe_id, p->content) : NULL;
        if (p)
            out[i] = (descry_place){p->id, p->content, p->size, p->mtime, p->missing, p->failed != NULL, p->fault, v != NULL,
                                    v && v->draft, c && !c->read, p->source};
    }
    memory_looked(of(base));
    return 0;
}

static int contents(descry_store *base, const uint8_t *const *sha256, size_t n, int64_t recipe_id, descry_known *known,
                    descry_error *err)
{
    (void)err;
    const tables *t = memory_look(of(base));
    for (size_t i = 0; i < n; i++) {
        const content *c = content_with(t, sha256[i]);
        known[i] = (descry_known){0};
        const vector *v = c ? memory_vector(t, recipe_id, c->id) : NULL;
        if (c)
            known[i] = (descry_known){c->id, v != NULL, v && v->draft, !c->read};
    }
    memory_looked(of(base));
    return 0;
}

static int put_vector(handle *store, tables *t, const descry_recipe *what, descry_put *item, descry_error *err)
{
    vector *there = (vector *)memory_vector(t, what->id, item->id);
    if (there && !(item->anew && there->draft))
        return 0;
    size_t dim = (size_t)what->dim;
    void *row = descry_arena_alloc(&store->library->texts, descry_row_f16.size(dim), 1);
    if (!row)
        return descry_fail_memory(err);
    if (!descry_row_f16.pack(item->vector, dim, row))
        return descry_fail(err, DESCRY_ERR_NUMERIC, "the embedding is not finite");
    *(there ? there : &t->vectors[t->vector_count++]) = (vector){what->id, item->id, row, item->draft};
    item->new_vector = 1;
    return 0;
}

static int put_content(handle *store, tables *t, const descry_recipe *what, descry_put *item, int64_t had,
                       descry_error *err)
{
    item->new_place = !had;
    if (had && item->kind == DESCRY_PUT_SOURCE)
        item->id = had;
    else if (item->content) {
        content *c = content_with(t, item->content->sha256);
        if (!c) {
            c = &t->contents[t->content_count++];
            *c = (content){.id = ++t->last_content, .what = *item->content};
        } else if (item->content->has_placeholder && !c->what.has_placeholder)
            c->what = *item->content;
        item->id = c->id;
    }
    content *c = memory_content(t, item->id);
    if (c && item->metadata && !c->read) {
        c->read = 1;
        c->metadata = *item->metadata;
    }
    return item->vector ? put_vector(store, t, what, item, err) : 0;
}

static int put_failed(handle *store, place *p, const descry_put *item, descry_error *err)
{
    p->failed = memory_keep(store, item->reason, err);
    p->fault = (descry_fault){0};
    if (item->fault) {
        p->fault.size = item->size;
        p->fault.mtime = item->mtime;
        snprintf(p->fault.version, sizeof p->fault.version, "%s", item->fault);
    }
    return p->failed ? 0 : DESCRY_ERR_MEMORY;
}

static void put_place(tables *t, place *p, const descry_put *item)
{
    if (item->kind == DESCRY_PUT_SOURCE && p->content)
        return;
    p->failed = NULL;
    p->fault = (descry_fault){0};
    p->missing = 0;
    if (item->kind == DESCRY_PUT_SAME)
        return;
    if (p->content && p->content != item->id)
        t->formers[t->former_count++] = (former){p->id, p->content};
    p->content = item->id;
    p->source = item->kind == DESCRY_PUT_SOURCE;
    if (p->source)
        return;
    p->size = item->size;
    p->mtime = item->mtime;
}

static int put_one(handle *store, tables *t, const descry_recipe *what, descry_put *item, descry_error *err)
{
    place *p = place_at(t, item->path);
    int rc = 0;
    item->new_place = item->new_vector = 0;
    if (item->kind == DESCRY_PUT_FILE || item->kind == DESCRY_PUT_SOURCE)
        rc = put_content(store, t, what, item, p ? p->content : 0, err);
    if (!rc && !p && item->kind != DESCRY_PUT_SAME) {
        const char *path = memory_keep(store, item->path, err);
        if (!path)
            return DESCRY_ERR_MEMORY;
        p = &t->places[t->place_count++];
        *p = (place){.id = ++t->last_place, .path = path};
    }
    if (!rc && p && item->kind == DESCRY_PUT_FAILED)
        rc = put_failed(store, p, item, err);
    else if (!rc && p)
        put_place(t, p, item);
    return rc;
}

static int put(descry_store *base, const descry_recipe *what, descry_put *items, size_t n, descry_error *err)
{
    tables t;
    int rc = memory_begin(of(base), n, &t, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < n && !rc; i++)
        rc = put_one(of(base), &t, what, &items[i], err);
    return memory_end(of(base), &t, rc);
}

static int put_captions(descry_store *base, const char *model, const char *digest, descry_put_caption *items, size_t n,
                        descry_error *err)
{
    tables t;
    (void)digest;
    int rc = memory_begin(of(base), n, &t, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < n && !rc; i++) {
        items[i].written = 0;
        if (strlen(items[i].text) > DESCRY_CAPTION_SIZE)
            rc = descry_fail(err, DESCRY_ERR_LIMIT, "a caption of %zu bytes", strlen(items[i].text));
        else if (memory_content(&t, items[i].content) && !memory_caption(&t, items[i].content)) {
            caption *c = &t.captions[t.caption_count++];
            *c = (caption){items[i].content, memory_keep(of(base), items[i].text, err), memory_keep(of(base), model, err)};
            rc = c->text && c->model ? 0 : DESCRY_ERR_MEMORY;
            items[i].written = !rc;
        }
    }
    return memory_end(of(base), &t, rc);
}

static int put_person_caption(descry_store *base, int64_t id, const char *text, descry_error *err)
{
    tables t;
    size_t n = 0;
    if (text && strlen(text) > DESCRY_CAPTION_SIZE)
        return descry_fail(err, DESCRY_ERR_LIMIT, "a caption of %zu bytes", strlen(text));
    int rc = memory_begin(of(base), 1, &t, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < t.caption_count; i++)
        if (t.captions[i].content != id || t.captions[i].model)
            t.captions[n++] = t.captions[i];
    t.caption_count = n;
    if (text && memory_content(&t, id)) {
        caption *c = &t.captions[t.caption_count++];
        *c = (caption){id, memory_keep(of(base), text, err), NULL};
        rc = c->text ? 0 : DESCRY_ERR_MEMORY;
    }
    return memory_end(of(base), &t, rc);
}

/* ---- what goes --------------------------------------------------------------------------------------------------- */

static int mark_missing(descry_store *base, const char *path, int (*gone)(void *arg, const char *path), void *arg,
                        uint64_t *missing, descry_error *err)
{
    tables t;
    size_t n = 0;
    *missing = 0;
    int rc = memory_begin(of(base), 0, &t, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < t.place_count; i++) {
        place p = t.places[i];
        int is_here = memory_is_under(p.path, path);
        if (is_here && !p.missing && !p.source && gone(arg, p.path)) {
            if (!p.content)
                continue;
            p.missing = 1;
            p.failed = NULL;
            p.fault = (descry_fault){0};
        }
        *missing += is_here && p.missing;
        t.places[n++] = p;
    }
    t.place_count = n;
    return memory_end(of(base), &t, 0);
}

static int any_under(descry_store *base, const char *path, int *any, descry_error *err)
{
    (void)err;
    const tables *t = memory_look(of(base));
    *any = 0;
    for (size_t i = 0; i < t->place_count && !*any; i++)
        *any = memory_is_under(t->places[i].path, path);
    for (size_t i = 0; i < t->root_count && !*any; i++)
        *any = memory_is_under(t->roots[i], path);
    memory_looked(of(base));
    return 0;
}

static int is_needed(const tables *t, int64_t id)
{
    for (size_t i = 0; i < t->place_count; i++)
        if (t->places[i].content == id)
            return 1;
    for (size_t i = 0; i < t->former_count; i++)
        if (t->formers[i].content == id)
            return 1;
    return 0;
}

static int has_place(const tables *t, int64_t id)
{
    for (size_t i = 0; i < t->place_count; i++)
        if (t->places[i].id == id)
            return 1;
    return 0;
}

static int forget(descry_store *base, const char *path, uint64_t *removed, descry_error *err)
{
    tables t;
    *removed = 0;
    int rc = memory_begin(of(base), 0, &t, err);
    if (rc)
        return rc;
    size_t before = t.place_count;
    MEMORY_LEAVE(t.places, t.place_count, !memory_is_under(t.places[i].path, path));
    *removed = before - t.place_count;
    MEMORY_LEAVE(t.roots, t.root_count, !memory_is_under(t.roots[i], path));
    MEMORY_LEAVE(t.formers, t.former_count, has_place(&t, t.formers[i].place));
    MEMORY_LEAVE(t.contents, t.content_count, is_needed(&t, t.contents[i].id));
    MEMORY_LEAVE(t.vectors, t.vector_count, memory_content(&t, t.vectors[i].content));
    MEMORY_LEAVE(t.captions, t.caption_count, memory_content(&t, t.captions[i].content));
    MEMORY_LEAVE(t.members, t.member_count, memory_content(&t, t.members[i].content));
    return memory_end(of(base), &t, 0);
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static void close_store(descry_store *base)
{
    memory_unlock(base);
    memory_drop(&of(base)->moment);
    free(base);
}

static const char *file(const descry_store *base)
{
    (void)base;
    return NULL;
}

static int is_read_only(const descry_store *base)
{
    return ((const handle *)base)->read_only;
}

static void prepare(descry_store *base, const descry_recipe *what)
{
    (void)base, (void)what;
}

static const descry_store_ops OPS = {
    .close = close_store, .file = file, .is_read_only = is_read_only,
    .lock = memory_lock, .unlock = memory_unlock, .claim = memory_claim,
    .recipe = find_recipe, .touch_recipe = touch_recipe, .add_root = add_root,
    .places = places, .contents = contents, .put = put, .put_captions = put_captions, .put_person_caption = put_person_caption,
    .mark_missing = mark_missing, .any_under = any_under,
    .details = memory_details, .vectors = memory_vectors, .list = memory_list, .unlist = memory_unlist,
    .uncaptioned = memory_uncaptioned, .words = memory_words, .newest = memory_newest,
    .timeline = memory_timeline, .facet = memory_facet, .generation = memory_generation,
    .nearest = memory_nearest, .prepare = prepare, .lacking = memory_lacking,
    .calibration = calibration, .put_calibration = put_calibration, .sample = memory_sample,
    .status = memory_status, .forget = forget,
    .albums = memory_albums, .album = memory_album, .create_album = memory_create_album,
    .change_album = memory_change_album, .remove_album = memory_remove_album, .fill_album = memory_fill_album,
};

int memory_store_open(descry_store **out, memory *library, const descry_store_options *options, descry_error *err)
{
    handle *store = calloc(1, sizeof *store);
    *out = NULL;
    if (!store)
        return descry_fail_memory(err);
    *store = (handle){.base = {&OPS}, .library = library, .kernels = options->kernels, .read_only = options->read_only};
    *out = &store->base;
    return 0;
}

int memory_open(memory **out, descry_error *err)
{
    *out = calloc(1, sizeof **out);
    if (!*out || pthread_mutex_init(&(*out)->mutex, NULL)) {
        free(*out);
        *out = NULL;
        return descry_fail_memory(err);
    }
    return 0;
}

void memory_close(memory **slot)
{
    memory *library = *slot;
    if (!library)
        return;
    memory_drop(&library->now);
    descry_arena_free(&library->texts);
    free(library->claims);
    pthread_mutex_destroy(&library->mutex);
    free(library);
    *slot = NULL;
}
