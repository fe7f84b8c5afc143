/* SPDX-License-Identifier: Apache-2.0
 * What a library holds, behind one table of functions, high enough that an engine may be itself: `nearest` is one call.
 *
 * A place is a path; a content is a picture by the SHA-256 of its file; a recipe is the identity of a model's
 * embeddings; a vector belongs to a recipe and a content.  Ids are positive and stable; 0 means none.  A store is used
 * from one thread at a time.  Without begin, every call is a transaction of its own. */
#ifndef DESCRY_STORE_STORE_H
#define DESCRY_STORE_STORE_H

#include "base/cpu.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/pool.h"

enum { DESCRY_CAPTION_SIZE = 1 << 16 }; /* bytes of a caption at most: the longest that is written, or believed */

typedef struct descry_store {
    const struct descry_store_ops *ops;
} descry_store;

typedef struct descry_store_options {
    int read_only, create; /* as in descry_library_options */
    descry_pool *pool;     /* these outlive the store */
    const descry_log *log;
    descry_cpu cpu;
} descry_store_options;

typedef struct descry_recipe {
    int64_t id;
    int dim;
    uint64_t vectors;
} descry_recipe;

typedef struct descry_place {
    int64_t id;
    int64_t content;      /* 0: could never be read */
    uint64_t size;        /* of the file when it was read */
    int64_t mtime;        /* nanoseconds since 1970 */
    int missing, failed;
    int has_vector;       /* its content has one of the recipe asked for */
    int unread;           /* its content's metadata were not read yet */
    int source;           /* there is no file: its path is a source */
} descry_place;

typedef struct descry_content {
    uint8_t sha256[DESCRY_SHA256_SIZE];
    uint64_t bytes;
    int width, height, orientation; /* as stored in the file */
} descry_content;

typedef struct descry_nearest {
    int64_t recipe;
    const float *vector;  /* [dim of the recipe], of length 1 */
    size_t k;
    float threshold;
    const descry_filter *filter; /* paths as the library has them; NULL: everything */
    const int64_t *exclude; /* contents */
    size_t excludes;
    const float *avoid;       /* [avoids, dim], of length 1: contents whose score with avoid i exceeds */
    const float *avoid_above; /* avoid_above[i] are left out */
    size_t avoids;
} descry_nearest;

/* A search for words, as they are typed.  English endings do not count, nor what text/words.h makes alike; a word with a
 * hyphen is two in a row. */
typedef struct descry_words {
    const char *const *words;
    size_t count;
    int any;                     /* 1: some of them are enough; 0: all */
    size_t k;
    const descry_filter *filter; /* as in descry_nearest */
} descry_words;

/* One for each content: of its places that are not missing and under filter->under the one with the lowest id, and one in a
 * bin or snapshot only when there is no other. */
typedef struct descry_hit {
    float score;
    int64_t id, content;
} descry_hit;

/* One for each content, as descry_hit. */
typedef struct descry_row {
    int64_t id, content;
    const char *path; /* not terminated */
    size_t path_size;
    int source, has_vector;
} descry_row;

/* What the scores of a recipe mean in this library: calibrate.c makes it and says how. */
typedef struct descry_calibration {
    int version;
    uint64_t vectors;         /* of the recipe when it was made */
    double best, deviation;   /* best scores of neutral texts: mean, standard deviation */
    double text, picture;     /* above it, NOT leaves out: of a text, of a picture */
} descry_calibration;

typedef struct descry_store_ops {
    void (*close)(descry_store *store);
    const char *(*name)(const descry_store *store); /* for messages */
    int (*is_read_only)(const descry_store *store);

    int (*begin)(descry_store *store, descry_error *err);
    int (*begin_reading)(descry_store *store, descry_error *err); /* one moment for all that is read until rollback */
    int (*commit)(descry_store *store, descry_error *err); /* rolls back when it fails */
    void (*rollback)(descry_store *store);                 /* nothing when there is none */

    /* The recipe with this digest (64 hexadecimal digits); id 0 when the library has none, unless `create`. */
    int (*recipe)(descry_store *store, const char *digest, const char *name, int dim, int create,
                  descry_recipe *recipe, descry_error *err);
    int (*touch_recipe)(descry_store *store, int64_t recipe, descry_error *err); /* indexed now */

    int (*add_root)(descry_store *store, const char *path, descry_error *err);

    /* The place at `path`, id 0 when unknown. */
    int (*place)(descry_store *store, const char *path, int64_t recipe, descry_place *place, descry_error *err);
    /* The place numbered `id` and its path appended to *path; id 0 when there is none. */
    int (*place_by_id)(descry_store *store, int64_t id, int64_t recipe, descry_place *place, descry_buf *path,
                       descry_error *err);
    /* The file at `path` was read and has this content: adds or updates, not missing, not failed. */
    int (*put_place)(descry_store *store, const char *path, uint64_t size, int64_t mtime, int64_t content,
                     descry_error *err);
    /* The file at `path` could not be read.  What was known of it stays. */
    int (*fail_place)(descry_store *store, const char *path, const char *reason, descry_error *err);
    int (*reappeared)(descry_store *store, int64_t place, descry_error *err); /* not missing, not failed */
    /* Marks the places at or under `path` missing for which gone(arg, path) is not 0; those never read are dropped.
     * *missing: all that are marked now. */
    int (*mark_missing)(descry_store *store, const char *path, int (*gone)(void *arg, const char *path), void *arg,
                        uint64_t *missing, descry_error *err);
    /* A picture without a file: adds a place of this source, or gives one that was never read its content. */
    int (*put_source)(descry_store *store, const char *source, int64_t content, descry_error *err);
    int (*any_under)(descry_store *store, const char *path, int *any, descry_error *err); /* a place or a root */

    /* The content with this digest, *id 0 when unknown, and whether it has a vector of `recipe`. */
    int (*content)(descry_store *store, const uint8_t *sha256, int64_t recipe, int64_t *id, int *has_vector,
                   descry_error *err);
    int (*put_content)(descry_store *store, const descry_content *content, int64_t *id, descry_error *err);
    int (*unread)(descry_store *store, int64_t content, int *unread, descry_error *err); /* 1: without metadata yet */
    int (*put_metadata)(descry_store *store, int64_t content, const descry_metadata *metadata, descry_error *err);
    int (*metadata)(descry_store *store, int64_t content, descry_metadata *metadata, descry_error *err);
    /* vector float [dim]; kept as f16.  DESCRY_ERR_NUMERIC when it is not finite.  One that exists stays. */
    int (*put_vector)(descry_store *store, const descry_recipe *recipe, int64_t content, const float *vector,
                      descry_error *err);
    int (*vector)(descry_store *store, const descry_recipe *recipe, int64_t content, float *vector, int *found,
                  descry_error *err);
    /* A person's caption before a model's; nothing is appended when there is none.  model (may be NULL) is given a model's
     * name. */
    int (*caption)(descry_store *store, int64_t content, descry_buf *text, descry_buf *model, descry_error *err);
    /* A model's; it is left alone if the content has a caption already, whoever's.  *written 1: it is in.
     * DESCRY_ERR_LIMIT: longer than DESCRY_CAPTION_SIZE. */
    int (*put_caption)(descry_store *store, int64_t content, const char *model, const char *recipe, const char *text,
                       int *written, descry_error *err);
    /* The contents without any caption at a place that is a file, not missing, and let through by `filter` (or NULL): those
     * places, in order of content; *places to be freed with free. */
    int (*uncaptioned)(descry_store *store, const descry_filter *filter, int64_t **places, size_t *count,
                       descry_error *err);
    /* What the words of captions, file names and titles find: best first by BM25 (score: the higher, the better), equal
     * ones by content; *hits to be freed with free. */
    int (*words)(descry_store *store, const descry_words *query, descry_hit **hits, size_t *count, descry_error *err);

    /* *hits: best first, equal scores by id; to be freed with free. */
    int (*nearest)(descry_store *store, const descry_recipe *recipe, const descry_nearest *query, descry_hit **hits,
                   size_t *count, descry_error *err);
    /* Every content that `filter` (or NULL) lets through, in order of its place's id; with_vector 1: only those that
     * have a vector of `recipe`; recipe 0 has none.  What `each` returns ends it when it is not 0. */
    int (*list)(descry_store *store, int64_t recipe, const descry_filter *filter, int with_vector,
                int (*each)(void *arg, const descry_row *row), void *arg, descry_error *err);
    /* Makes the next `nearest` fast; nothing depends on it. */
    void (*prepare)(descry_store *store, const descry_recipe *recipe);
    /* Contents at places that are not missing and that have no vector of `recipe`. */
    int (*lacking)(descry_store *store, const descry_recipe *recipe, uint64_t *count, descry_error *err);

    /* version 0: there is none */
    int (*calibration)(descry_store *store, const descry_recipe *recipe, descry_calibration *calibration,
                       descry_error *err);
    int (*put_calibration)(descry_store *store, const descry_recipe *recipe, const descry_calibration *calibration,
                           descry_error *err);
    /* At most `most` vectors of the recipe from all over the library, always the same of the same: float [count, dim],
     * to be freed with free. */
    int (*sample)(descry_store *store, const descry_recipe *recipe, size_t most, float **vectors, size_t *count,
                  descry_error *err);

    int (*status)(descry_store *store, descry_library_status *status, descry_arena *arena, descry_error *err);
    int (*forget)(descry_store *store, const char *path, uint64_t *removed, descry_error *err);
} descry_store_ops;

/* The one SQLite file at `path` (absolute). */
int descry_store_open_sqlite(descry_store **store, const char *path, const descry_store_options *options,
                             descry_error *err);

#endif
