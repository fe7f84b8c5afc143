/* SPDX-License-Identifier: Apache-2.0
 * Inside the engine in memory: its tables, and what its files share. */
#ifndef DESCRY_TESTS_MEMORY_TABLES_H
#define DESCRY_TESTS_MEMORY_TABLES_H

#include "memory_store.h"

#include <pthread.h>

typedef struct place {
    int64_t id, content;
    const char *path;
    uint64_t size;
    int64_t mtime;
    int missing, source;
    const char *failed; /* why; NULL: it did not */
    descry_fault fault;
} place;

typedef struct content {
    int64_t id;
    descry_content what;
    int read;
    descry_metadata metadata;
} content;

typedef struct vector {
    int64_t recipe, content;
    const void *row;
    int draft;
} vector;

typedef struct caption {
    int64_t content;
    const char *text, *model;
} caption;

typedef struct recipe {
    int64_t id;
    const char *digest, *name;
    int dim;
    int64_t indexed;
    descry_calibration calibration;
} recipe;

typedef struct former { /* what a place held before its file was changed */
    int64_t place, content;
} former;

typedef struct album {
    int64_t id;
    const char *name, *query;
} album;

typedef struct member { /* a content of an album */
    int64_t album, content;
} member;

typedef struct tables { /* each in order of id, or of coming in */
    place *places;
    content *contents;
    vector *vectors;
    caption *captions;
    recipe *recipes;
    former *formers;
    const char **roots;
    album *albums;
    member *members;
    size_t place_count, content_count, vector_count, caption_count, recipe_count, former_count, root_count, album_count,
        member_count;
    int64_t last_place, last_content, last_album; /* ids are used once */
} tables;

typedef struct claim {
    const char *path;
    const void *owner;
    int64_t until;
} claim;

struct memory {
    pthread_mutex_t mutex;
    tables now;
    uint64_t changes;
    descry_arena texts;
    claim *claims;
    size_t claim_count;
    size_t workers; /* that have the lock */
    int alone;      /* the one that has it shares it with nobody */
};

typedef struct handle {
    descry_store base;
    memory *library;
    const struct descry_kernels *kernels;
    int read_only, locked, listing;
    tables moment; /* of the list */
} handle;

int memory_copy(tables *to, const tables *from, size_t extra, descry_error *err); /* with room for `extra` rows in each */
void memory_drop(tables *t);

int memory_begin(handle *store, size_t extra, tables *t, descry_error *err); /* to be followed by memory_end if it returns 0 */
int memory_end(handle *store, tables *t, int rc);                            /* returns rc */

/* Leaves of a table the rows of which `condition`, on its row i, is true. */
#define MEMORY_LEAVE(rows, count, condition)                                                                           \
    do {                                                                                                               \
        size_t left = 0;                                                                                               \
        for (size_t i = 0; i < (count); i++)                                                                           \
            if (condition)                                                                                             \
                (rows)[left++] = (rows)[i];                                                                            \
        (count) = left;                                                                                                \
    } while (0)

const tables *memory_look(handle *store); /* to be followed by memory_looked */
void memory_looked(handle *store);

const char *memory_keep(handle *store, const char *text, descry_error *err); /* a copy; NULL: memory is short */

int memory_is_under(const char *path, const char *folder);
content *memory_content(const tables *t, int64_t id);
const vector *memory_vector(const tables *t, int64_t recipe_id, int64_t id);
const caption *memory_caption(const tables *t, int64_t id);
uint64_t memory_count_vectors(const tables *t, int64_t recipe_id);

void memory_unlock(descry_store *base);
int memory_lock(descry_store *base, int alone, descry_buf *holder, descry_error *err);
int memory_claim(descry_store *base, const char *const *paths, size_t n, int64_t until, int *mine, descry_error *err);
int memory_details(descry_store *base, const int64_t *ids, size_t n, const descry_wanted *wanted, descry_row *rows,
                   descry_arena *arena, descry_error *err);
int memory_vectors(descry_store *base, const descry_recipe *what, const int64_t *contents, size_t n, float *vectors,
                   int *found, descry_error *err);
int memory_list(descry_store *base, descry_list *list, descry_error *err);
void memory_unlist(descry_store *base, descry_list *list);
int memory_uncaptioned(descry_store *base, const descry_filter *filter, int64_t **places, size_t *count,
                       descry_error *err);
int memory_words(descry_store *base, const descry_words *query, descry_hit **hits, size_t *count, descry_error *err);
int memory_newest(descry_store *base, const descry_filter *filter, size_t k, descry_hit **hits, size_t *count,
                  descry_error *err);
int memory_timeline(descry_store *base, const descry_filter *filter, descry_moment **moments, size_t *count,
                    descry_error *err);
int memory_facet(descry_store *base, descry_facet facet, const descry_filter *filter, descry_group **groups, size_t *count,
                 descry_arena *arena, descry_error *err);
int memory_generation(descry_store *base, uint64_t *number, descry_error *err);
int memory_nearest(descry_store *base, const descry_recipe *what, const descry_nearest *query, descry_hit **hits,
                   size_t *count, descry_error *err);
int memory_lacking(descry_store *base, const descry_recipe *what, uint64_t *count, descry_error *err);
int memory_sample(descry_store *base, const descry_recipe *what, size_t most, float **vectors, size_t *count,
                  descry_error *err);
int memory_is_in_album(const tables *t, const char *name, int64_t id);
int memory_albums(descry_store *base, descry_album **albums, size_t *count, descry_arena *arena, descry_error *err);
int memory_album(descry_store *base, const char *name, descry_album *out, descry_arena *arena, descry_error *err);
int memory_create_album(descry_store *base, const char *name, const char *query, int64_t *id, descry_error *err);
int memory_change_album(descry_store *base, int64_t id, const char *name, const char *query, descry_error *err);
int memory_remove_album(descry_store *base, int64_t id, descry_error *err);
int memory_fill_album(descry_store *base, int64_t id, const int64_t *contents, size_t n, int take, descry_error *err);
int memory_status(descry_store *base, descry_library_status *status, descry_arena *arena, descry_error *err);

#endif
