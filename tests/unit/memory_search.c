/* SPDX-License-Identifier: Apache-2.0
 * Searches and details of the engine in memory. */
#include "memory_tables.h"

#include "base/aside.h"
#include "base/error.h"
#include "scan/scan.h"
#include "store/groups.h"
#include "store/metadata_filter.h"
#include "text/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static handle *of(descry_store *base)
{
    return (handle *)base;
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

static const char *keep(descry_arena *arena, const char *text, int *rc)
{
    char *kept = *text ? descry_arena_strdup(arena, text) : NULL;
    if (*text && !kept)
        *rc = DESCRY_ERR_MEMORY;
    return kept;
}

static int fill_row(const tables *t, const place *p, const descry_wanted *wanted, descry_row *row, descry_arena *arena)
{
    int rc = 0;
    const content *c = memory_content(t, p->content);
    const caption *text = wanted->captions ? memory_caption(t, p->content) : NULL;
    const vector *v = wanted->vectors ? memory_vector(t, wanted->vectors->id, p->content) : NULL;
    *row = (descry_row){.id = p->id, .content = p->content, .path = keep(arena, p->path, &rc),
                        .path_size = strlen(p->path), .source = p->source, .failed = p->failed != NULL};
    row->reason = wanted->reasons && p->failed ? keep(arena, p->failed, &rc) : NULL;
    row->caption = text ? keep(arena, text->text, &rc) : NULL;
    row->captioner = text && text->model ? keep(arena, text->model, &rc) : NULL;
    if (wanted->metadata) {
        descry_metadata *metadata = descry_arena_alloc(arena, 1, sizeof *metadata);
        if (!metadata)
            return DESCRY_ERR_MEMORY;
        *metadata = c && c->read ? c->metadata
                                 : (descry_metadata){.taken = DESCRY_NO_TIME, .taken_offset = DESCRY_NO_OFFSET,
                                                     .latitude = NAN, .longitude = NAN};
        row->metadata = metadata;
    }
    if (c && wanted->looks) {
        const descry_content *what = &c->what;
        uint8_t *colours = descry_arena_alloc(arena, sizeof what->placeholder, 1);
        if (!colours)
            return DESCRY_ERR_MEMORY;
        memcpy(colours, what->placeholder, sizeof what->placeholder);
        memcpy(row->sha256, what->sha256, sizeof row->sha256);
        row->placeholder = what->has_placeholder ? colours : NULL;
        row->width = what->orientation >= 5 ? what->height : what->width;
        row->height = what->orientation >= 5 ? what->width : what->height;
    }
    if (v) {
        float *floats = descry_arena_alloc(arena, (size_t)wanted->vectors->dim, sizeof *floats);
        if (!floats)
            return DESCRY_ERR_MEMORY;
        descry_row_f16.unpack(v->row, (size_t)wanted->vectors->dim, floats);
        row->vector = floats;
    }
    return rc;
}

int memory_details(descry_store *base, const int64_t *ids, size_t n, const descry_wanted *wanted, descry_row *rows,
                   descry_arena *arena, descry_error *err)
{
    const tables *t = memory_look(of(base));
    int rc = 0;
    for (size_t i = 0; i < n && !rc; i++) {
        rows[i] = (descry_row){.path = ""};
        for (size_t j = 0; j < t->place_count && !rc; j++)
            if (t->places[j].id == ids[i])
                rc = fill_row(t, &t->places[j], wanted, &rows[i], arena);
    }
    memory_looked(of(base));
    return rc ? descry_fail_memory(err) : 0;
}

int memory_vectors(descry_store *base, const descry_recipe *what, const int64_t *contents, size_t n, float *vectors,
                   int *found, descry_error *err)
{
    (void)err;
    size_t dim = (size_t)what->dim;
    const tables *t = memory_look(of(base));
    for (size_t i = 0; i < n; i++) {
        const vector *v = memory_vector(t, what->id, contents[i]);
        found[i] = v != NULL;
        memset(vectors + i * dim, 0, dim * sizeof *vectors);
        if (v)
            descry_row_f16.unpack(v->row, dim, vectors + i * dim);
    }
    memory_looked(of(base));
    return 0;
}

/* ---- which may be found ------------------------------------------------------------------------------------------ */

static int passes(const tables *t, descry_metadata_filter *asked, const content *c)
{
    const descry_filter *filter = asked->filter;
    const descry_metadata *m = &c->metadata;
    if ((filter->has & DESCRY_HAS_CAPTION) && !memory_caption(t, c->id))
        return 0;
    if (!c->read)
        return !descry_metadata_filter_by_time(filter) && filter->km < 0 && !(filter->has & DESCRY_HAS_PLACE) &&
               !filter->camera;
    if ((filter->has & DESCRY_HAS_PLACE) && isnan(m->latitude))
        return 0;
    if (descry_metadata_filter_by_time(filter) && (m->taken == DESCRY_NO_TIME || m->taken < filter->after ||
                                             (filter->before != DESCRY_NO_TIME && m->taken >= filter->before)))
        return 0;
    if (filter->km >= 0 && (isnan(m->latitude) || !descry_metadata_filter_near(asked, m->latitude, m->longitude)))
        return 0;
    return descry_metadata_filter_camera(asked, *m->camera ? m->camera : NULL);
}

static int is_wanted(const descry_filter *filter, const place *p)
{
    for (size_t i = 0; filter && i < filter->unders; i++)
        if (memory_is_under(p->path, filter->under[i]))
            return 1;
    return !filter || filter->unders == 0;
}

/* hits[i]: the representative place of content i so far; place 0: none. */
static void stand(const tables *t, const descry_filter *filter, int files, descry_hit *hits)
{
    for (size_t i = 0; i < t->place_count; i++) {
        const place *p = &t->places[i];
        const content *c = memory_content(t, p->content);
        if (!c || p->missing || (files && p->source) || !is_wanted(filter, p))
            continue;
        descry_hit *hit = &hits[c - t->contents];
        int aside = descry_path_is_aside(p->path, strlen(p->path));
        if (hit->id && (hit->score == 0 || aside))
            continue;
        *hit = (descry_hit){(float)aside, p->id, c->id};
    }
}

/* What a filter lets through, in order of content; *hits to be freed with free.  `files`: at places that are files. */
static int choose(const tables *t, const descry_filter *filter, int files, descry_hit **hits, size_t *count,
                  descry_error *err)
{
    descry_metadata_filter asked = {0};
    int is_asked = descry_metadata_filter_is_set(filter);
    *count = 0;
    *hits = descry_alloc(t->content_count + 1, sizeof **hits);
    if (!*hits)
        return descry_fail_memory(err);
    memset(*hits, 0, (t->content_count + 1) * sizeof **hits);
    int rc = is_asked ? descry_metadata_filter_open(&asked, filter, err) : 0;
    stand(t, filter, files, *hits);
    for (size_t i = 0; i < t->content_count && !rc; i++)
        if ((*hits)[i].id && (!is_asked || passes(t, &asked, &t->contents[i])) &&
            (!filter || !filter->album || memory_is_in_album(t, filter->album, t->contents[i].id)))
            (*hits)[(*count)++] = (descry_hit){0, (*hits)[i].id, (*hits)[i].content};
    descry_metadata_filter_free(&asked);
    if (rc) {
        free(*hits);
        *hits = NULL;
    }
    return rc;
}

static int by_content(const void *a, const void *b)
{
    const descry_hit *x = a, *y = b;
    return (x->content > y->content) - (x->content < y->content);
}

static int by_place(const void *a, const void *b)
{
    const descry_hit *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static int best_first(const void *a, const void *b)
{
    const descry_hit *x = a, *y = b;
    return x->score != y->score ? (x->score < y->score ? 1 : -1) : by_place(a, b);
}

static int best_content_first(const void *a, const void *b)
{
    const descry_hit *x = a, *y = b;
    return x->score != y->score ? best_first(a, b) : by_content(a, b);
}

/* ---- lists ------------------------------------------------------------------------------------------------------- */

static int report_item(const tables *t, const descry_list *list, int64_t id)
{
    for (size_t i = 0; i < t->place_count; i++)
        if (t->places[i].id == id)
            return list->each(list->arg, t->places[i].path, strlen(t->places[i].path));
    return 0;
}

int memory_list(descry_store *base, descry_list *list, descry_error *err)
{
    handle *store = of(base);
    tables *t = &store->moment;
    size_t count;
    list->items = NULL;
    list->count = 0;
    int rc = 0;
    list->began = !store->listing;
    if (list->began) {
        rc = memory_copy(t, memory_look(store), 0, err);
        store->listing = list->began = !rc;
        memory_looked(store);
    }
    if (!rc)
        rc = choose(t, list->filter, 0, &list->items, &count, err);
    for (size_t i = 0; !rc && i < count; i++)
        if (!list->recipe || memory_vector(t, list->recipe, list->items[i].content))
            list->items[list->count++] = list->items[i];
    if (!rc)
        qsort(list->items, list->count, sizeof *list->items, by_place);
    for (size_t i = 0; list->each && !rc && i < list->count; i++)
        rc = report_item(t, list, list->items[i].id);
    return rc;
}

void memory_unlist(descry_store *base, descry_list *list)
{
    if (list->began) {
        of(base)->listing = list->began = 0;
        memory_drop(&of(base)->moment);
    }
    free(list->items);
    list->items = NULL;
    list->count = 0;
}

int memory_uncaptioned(descry_store *base, const descry_filter *filter, int64_t **places, size_t *count,
                       descry_error *err)
{
    descry_hit *hits;
    size_t n;
    *places = NULL;
    *count = 0;
    const tables *t = memory_look(of(base));
    int rc = choose(t, filter, 1, &hits, &n, err);
    if (!rc && !(*places = descry_alloc(n + 1, sizeof **places)))
        rc = descry_fail_memory(err);
    for (size_t i = 0; i < n && !rc; i++)
        if (!memory_caption(t, hits[i].content))
            (*places)[(*count)++] = hits[i].id;
    memory_looked(of(base));
    free(hits);
    return rc;
}

static int64_t taken(const tables *t, const descry_hit *hit)
{
    const content *c = memory_content(t, hit->content);
    return c->read ? c->metadata.taken : DESCRY_NO_TIME; /* the least */
}

int memory_newest(descry_store *base, const descry_filter *filter, size_t k, descry_hit **hits, size_t *count,
                  descry_error *err)
{
    const tables *t = memory_look(of(base));
    int rc = choose(t, filter, 0, hits, count, err);
    for (size_t i = 1; i < *count && !rc; i++) /* into its place among those before it, later contents first */
        for (size_t j = i; j > 0 && taken(t, &(*hits)[j]) >= taken(t, &(*hits)[j - 1]); j--) {
            const descry_hit hit = (*hits)[j];
            (*hits)[j] = (*hits)[j - 1];
            (*hits)[j - 1] = hit;
        }
    memory_looked(of(base));
    *count = *count < k ? *count : k;
    return rc;
}

int memory_timeline(descry_store *base, const descry_filter *filter, descry_moment **moments, size_t *count,
                    descry_error *err)
{
    descry_hit *hits = NULL;
    *moments = NULL;
    int rc = memory_newest(base, filter, SIZE_MAX, &hits, count, err);
    if (!rc && !(*moments = descry_alloc(*count + 1, sizeof **moments)))
        rc = descry_fail_memory(err);
    const tables *t = memory_look(of(base));
    for (size_t i = 0; i < *count && !rc; i++)
        (*moments)[i] = (descry_moment){hits[i].id, hits[i].content, taken(t, &hits[i]), 0, 0};
    memory_looked(of(base));
    free(hits);
    *count = rc ? 0 : *count;
    return rc;
}

int memory_facet(descry_store *base, descry_facet facet, const descry_filter *filter, descry_group **groups, size_t *count,
                 descry_arena *arena, descry_error *err)
{
    descry_groups all = {0};
    descry_hit *hits = NULL;
    size_t n = 0;
    *groups = NULL;
    *count = 0;
    const tables *t = memory_look(of(base));
    int rc = choose(t, filter, 0, &hits, &n, err);
    for (size_t i = 0; i < n && !rc; i++) {
        const content *c = memory_content(t, hits[i].content);
        if (facet == DESCRY_FACET_CAMERA && c->read && *c->metadata.camera)
            rc = descry_groups_add(&all, c->metadata.camera, strlen(c->metadata.camera), c->id, arena, err);
        for (size_t j = 0; j < t->place_count && facet == DESCRY_FACET_FOLDER && !rc; j++) {
            const place *p = &t->places[j];
            if (p->content == c->id && !p->missing && !p->source && is_wanted(filter, p))
                rc = descry_groups_add(&all, p->path, descry_groups_folder(p->path, strlen(p->path)), c->id, arena, err);
        }
    }
    memory_looked(of(base));
    if (!rc)
        rc = descry_groups_count(&all, groups, count, arena, err);
    descry_groups_free(&all);
    free(hits);
    return rc;
}

int memory_generation(descry_store *base, uint64_t *number, descry_error *err)
{
    (void)err;
    memory_look(of(base));
    *number = of(base)->library->changes;
    memory_looked(of(base));
    return 0;
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

/* Appends words, each with a blank before it and at the end one more.  Of English endings only a plural's s is cut off. */
static int add_words(descry_buf *to, const char *words, descry_error *err)
{
    int rc = 0;
    for (const char *end; *words && !rc; words = *end ? end + 1 : end) {
        end = words + strcspn(words, " ");
        size_t size = (size_t)(end - words);
        rc = descry_buf_printf(to, err, " %.*s", (int)(size - (size > 3 && end[-1] == 's')), words);
    }
    return rc ? rc : descry_buf_append(to, " ", 1, err);
}

static int add_text(descry_buf *to, const char *text, descry_error *err)
{
    descry_buf words = {0};
    int rc = descry_words_index(&words, text, strlen(text), err);
    if (!rc && words.size > 0)
        rc = add_words(to, words.data, err);
    descry_buf_free(&words);
    return rc;
}

/* Captions, names and title, with something between them that no phrase spans. */
static int text_of(const tables *t, int64_t id, descry_buf *text, descry_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < t->caption_count && !rc; i++) /* a person's, which takes precedence over the model's */
        if (t->captions[i].content == id)
            rc = add_text(text, t->captions[i].text, err);
    if (!rc)
        rc = descry_buf_append(text, "\n", 1, err);
    for (size_t i = 0; i < t->place_count && !rc; i++)
        if (t->places[i].content == id && !t->places[i].missing) {
            const char *slash = strrchr(t->places[i].path, '/');
            rc = add_text(text, slash ? slash + 1 : t->places[i].path, err);
        }
    if (!rc)
        rc = descry_buf_append(text, "\n", 1, err);
    return rc ? rc : add_text(text, memory_content(t, id)->metadata.title, err);
}

/* How often the word is in the text; -1: there is nothing to look for in it. */
static int count_word(const char *text, const char *word, int *times, descry_error *err)
{
    descry_buf phrase = {0}, wanted = {0};
    size_t count;
    int begins, rc = descry_words_phrase(&phrase, word, strlen(word), &count, &begins, err);
    *times = -1;
    if (!rc && count > 0)
        rc = add_words(&wanted, phrase.data, err);
    if (!rc && count > 0) {
        *times = 0;
        wanted.data[wanted.size - (begins != 0)] = 0;
        for (const char *at = text; (at = strstr(at, wanted.data)); at++)
            ++*times;
    }
    descry_buf_free(&phrase);
    descry_buf_free(&wanted);
    return rc;
}

/* How much of the text they are; 0: not found. */
static int score_words(const tables *t, const descry_words *query, descry_hit *hit, descry_error *err)
{
    descry_buf text = {0};
    int all = 1, sum = 0, rc = text_of(t, hit->content, &text, err);
    for (size_t i = 0; i < query->count && !rc; i++) {
        int times;
        rc = count_word(text.data, query->words[i], &times, err);
        all &= times != 0;
        sum += times > 0 ? times : 0;
    }
    hit->score = rc || (!all && !query->any) ? 0 : (float)sum / (float)text.size;
    descry_buf_free(&text);
    return rc;
}

int memory_words(descry_store *base, const descry_words *query, descry_hit **hits, size_t *count, descry_error *err)
{
    size_t n = 0;
    *count = 0;
    const tables *t = memory_look(of(base));
    int rc = choose(t, query->filter, 0, hits, &n, err);
    for (size_t i = 0; i < n && !rc; i++) {
        rc = score_words(t, query, &(*hits)[i], err);
        if ((*hits)[i].score > 0)
            (*hits)[(*count)++] = (*hits)[i];
    }
    memory_looked(of(base));
    if (!rc)
        qsort(*hits, *count, sizeof **hits, best_content_first);
    if (*count > query->k)
        *count = query->k;
    if (rc) {
        free(*hits);
        *hits = NULL;
        *count = 0;
    }
    return rc;
}

/* ---- vectors ----------------------------------------------------------------------------------------------------- */

static int is_excluded(const descry_nearest *query, int64_t id)
{
    for (size_t i = 0; i < query->excludes; i++)
        if (query->exclude[i] == id)
            return 1;
    return 0;
}

/* 1: it is near enough, and far enough from what is to be avoided. */
static int score_vector(const descry_kernels *kernels, const descry_nearest *query, size_t dim, const void *row, float *score)
{
    for (size_t i = 0; i < query->avoids; i++) {
        kernels->dot[descry_row_f16.dot](row, 1, dim, query->avoid + i * dim, score);
        if (*score > query->avoid_above[i])
            return 0;
    }
    kernels->dot[descry_row_f16.dot](row, 1, dim, query->vector, score);
    return *score >= query->threshold;
}

int memory_nearest(descry_store *base, const descry_recipe *what, const descry_nearest *query, descry_hit **hits,
                   size_t *count, descry_error *err)
{
    descry_hit *chosen;
    size_t n;
    *count = 0;
    const tables *t = memory_look(of(base));
    int rc = choose(t, query->filter, 0, &chosen, &n, err);
    *hits = rc ? NULL : descry_alloc(n + 1, sizeof **hits);
    if (!rc && !*hits)
        rc = descry_fail_memory(err);
    for (size_t i = 0; i < t->vector_count && !rc; i++) {
        const vector *v = &t->vectors[i];
        const descry_hit key = {.content = v->content};
        const descry_hit *found = v->recipe == what->id ? bsearch(&key, chosen, n, sizeof key, by_content) : NULL;
        float score;
        if (found && !is_excluded(query, v->content) &&
            score_vector(of(base)->kernels, query, (size_t)what->dim, v->row, &score))
            (*hits)[(*count)++] = (descry_hit){score, found->id, found->content};
    }
    memory_looked(of(base));
    free(chosen);
    if (!rc)
        qsort(*hits, *count, sizeof **hits, best_first);
    if (*count > query->k)
        *count = query->k;
    return rc;
}

int memory_lacking(descry_store *base, const descry_recipe *what, uint64_t *count, descry_error *err)
{
    descry_hit *hits;
    size_t n;
    *count = 0;
    const tables *t = memory_look(of(base));
    int rc = choose(t, NULL, 0, &hits, &n, err);
    for (size_t i = 0; i < n && !rc; i++)
        *count += !memory_vector(t, what->id, hits[i].content);
    memory_looked(of(base));
    free(hits);
    return rc;
}

int memory_sample(descry_store *base, const descry_recipe *what, size_t most, float **vectors, size_t *count,
                  descry_error *err)
{
    size_t dim = (size_t)what->dim, seen = 0;
    *count = 0;
    const tables *t = memory_look(of(base));
    size_t total = memory_count_vectors(t, what->id);
    most = most < total ? most : total;
    *vectors = descry_alloc(most + 1, dim * sizeof **vectors);
    for (size_t i = 0; *vectors && i < t->vector_count && *count < most; i++)
        if (t->vectors[i].recipe == what->id && seen++ * most >= *count * total)
            descry_row_f16.unpack(t->vectors[i].row, dim, *vectors + (*count)++ * dim);
    memory_looked(of(base));
    return *vectors ? 0 : descry_fail_memory(err);
}

/* ---- status ------------------------------------------------------------------------------------------------------ */

static int last_first(const void *a, const void *b)
{
    const recipe *x = a, *y = b;
    if (x->indexed != y->indexed)
        return x->indexed < y->indexed ? 1 : -1;
    return x->id < y->id ? 1 : -1;
}

static int name_models(const tables *t, descry_library_status *status, descry_arena *arena)
{
    int rc = 0;
    descry_library_model *models = descry_arena_alloc(arena, t->recipe_count, sizeof *models);
    const descry_library_model **named = descry_arena_alloc(arena, t->recipe_count, sizeof *named);
    const char **roots = descry_arena_alloc(arena, t->root_count, sizeof *roots);
    recipe *sorted = descry_arena_alloc(arena, t->recipe_count, sizeof *sorted);
    if (!models || !named || !roots || !sorted)
        return DESCRY_ERR_MEMORY;
    for (size_t i = 0; i < t->recipe_count; i++)
        sorted[i] = t->recipes[i];
    qsort(sorted, t->recipe_count, sizeof *sorted, last_first);
    for (size_t i = 0; i < t->recipe_count; i++) {
        const recipe *r = &sorted[i];
        const uint64_t vectors = memory_count_vectors(t, r->id);
        if (vectors > 0)
            models[status->model_count++] =
                (descry_library_model){.name = keep(arena, r->name, &rc), .recipe = keep(arena, r->digest, &rc), .dim = r->dim,
                                       .vectors = vectors, .last_indexed = (uint64_t)r->indexed};
    }
    for (size_t i = 0; i < t->root_count; i++)
        roots[status->root_count++] = keep(arena, t->roots[i], &rc);
    for (size_t i = 0; i < status->model_count; i++)
        named[i] = &models[i];
    status->models = named;
    status->roots = roots;
    return rc;
}

int memory_status(descry_store *base, descry_library_status *status, descry_arena *arena, descry_error *err)
{
    *status = (descry_library_status){0};
    const tables *t = memory_look(of(base));
    status->contents = t->content_count;
    for (size_t i = 0; i < t->caption_count; i++)
        status->captions += memory_caption(t, t->captions[i].content) == &t->captions[i];
    for (size_t i = 0; i < t->place_count; i++) {
        const place *p = &t->places[i];
        status->photos += p->content != 0;
        status->missing += p->content && p->missing;
        status->failed += p->failed != NULL;
        status->sources += (uint64_t)p->source;
    }
    int rc = name_models(t, status, arena);
    memory_looked(of(base));
    return rc ? descry_fail_memory(err) : 0;
}
