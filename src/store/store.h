/* SPDX-License-Identifier: Apache-2.0
 * The storage interface of a library: one table of high-level functions, so that an engine can implement each in its own way
 * (`nearest` is one call).
 *
 * A place is a path; a content is a picture, identified by the SHA-256 of its file; a recipe identifies a model's embeddings;
 * a vector belongs to a recipe and a content.  Ids are positive and stable; 0 means none.  A store is used from one thread at
 * a time.  Every call is one transaction, which an engine may retry. */
#ifndef DESCRY_STORE_STORE_H
#define DESCRY_STORE_STORE_H

#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/pool.h"

enum {
    DESCRY_CAPTION_SIZE = 1 << 16, /* bytes of a caption at most: the longest that is written, or believed */
    DESCRY_VERSION_SIZE = 32       /* of a version of descry, with its NUL */
};

typedef struct descry_store {
    const struct descry_store_ops *ops;
} descry_store;

typedef struct descry_store_options {
    int read_only, create; /* as in descry_library_options */
    descry_pool *pool;     /* these outlive the store */
    const descry_log *log;
    const struct descry_kernels *kernels;
} descry_store_options;

typedef struct descry_recipe {
    int64_t id;
    int dim;
    uint64_t vectors;
} descry_recipe;

/* A file whose picture is what is wrong: reading it again, as it is, would end in the same way. */
typedef struct descry_fault {
    uint64_t size;
    int64_t mtime;
    char version[DESCRY_VERSION_SIZE]; /* of the descry that tried; "": there is no fault */
} descry_fault;

typedef struct descry_place {
    int64_t id;
    int64_t content;      /* 0: could never be read */
    uint64_t size;        /* of the file when it was read */
    int64_t mtime;        /* nanoseconds since 1970 */
    int missing, failed;
    descry_fault fault;   /* why it failed, if that is known to last */
    int has_vector;       /* its content has one of the recipe asked for */
    int draft;            /* and that is of a draft (image/picture.h) */
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

/* What a content that is known by its digest has. */
typedef struct descry_known {
    int64_t id;     /* 0: unknown */
    int has_vector; /* of the recipe asked for */
    int draft;      /* and that is of a draft */
    int unread;     /* its metadata were not read yet */
} descry_known;

typedef enum descry_put_what {
    DESCRY_PUT_SAME,   /* the file is there as it was: not missing, not failed */
    DESCRY_PUT_FAILED, /* it could not be read: what was known of it stays, but for an earlier fault */
    DESCRY_PUT_FILE,   /* it was read and has this content: added or updated, not missing, not failed */
    DESCRY_PUT_SOURCE  /* a picture without a file: added unless the place has a content, which stays */
} descry_put_what;

/* What is to be written of a path.  The content's id, if it is known, else the content. */
typedef struct descry_put {
    const char *path;
    descry_put_what what;
    uint64_t size;                   /* FILE: as in descry_place; FAILED: as in descry_fault */
    int64_t mtime;
    const char *reason;              /* FAILED */
    const char *fault;               /* FAILED: the version, as in descry_fault; NULL: another time it may be read */
    const descry_content *content;   /* FILE, SOURCE */
    const descry_metadata *metadata; /* NULL: none; those of a content that was read stay */
    const float *vector;             /* [dim]; NULL: none; one that exists stays, unless */
    int draft, anew;                 /* 1: it is of a draft; it replaces that of a draft */
    int64_t id;                      /* of the content; 0: it is looked up or added, and then here */
    int new_place, new_vector;       /* answers: the place had no content before; the content had no vector */
} descry_put;

typedef struct descry_put_caption {
    int64_t content;
    const char *text;
    int written; /* answer: it is in */
} descry_put_caption;

/* Which details of a row to read, besides its place. */
typedef struct descry_wanted {
    const descry_recipe *vectors; /* NULL: none */
    int captions, metadata, reasons;
} descry_wanted;

typedef struct descry_row {
    int64_t id, content; /* id 0: there is no such place; content 0: it could never be read */
    const char *path;
    size_t path_size;
    int source, failed;
    const char *reason;              /* why it failed; NULL: it did not, or that is not known */
    const char *caption, *captioner; /* a person's before a model's, and the model's name; NULL: none */
    const descry_metadata *metadata;
    const float *vector;             /* [dim]; NULL: none */
} descry_row;

/* What a filter lets through: one for each content, as descry_hit, in order of id. */
typedef struct descry_list {
    const descry_filter *filter; /* paths as the library has them; NULL: everything */
    int64_t recipe;              /* 0: whether or not there is a vector; else only what has one of it */
    int (*each)(void *arg, const char *path, size_t size); /* called for each while they are listed, or NULL */
    void *arg;
    descry_hit *items;           /* [count]; scores without meaning */
    size_t count;
    int began;                   /* the engine's: the moment ends with this list, not with another around it */
} descry_list;

/* What the scores of a recipe mean in this library: calibrate.c makes it and says how. */
typedef struct descry_calibration {
    int version;
    uint64_t vectors;         /* of the recipe when it was made */
    double best, deviation;   /* best scores of neutral texts: mean, standard deviation */
    double text, picture;     /* above it, NOT leaves out: of a text, of a picture */
} descry_calibration;

typedef struct descry_store_ops {
    void (*close)(descry_store *store);
    const char *(*file)(const descry_store *store); /* its path: it and the files beside it must not be opened by others; NULL: none */
    int (*is_read_only)(const descry_store *store);

    /* The right to write places, until unlock or close: DESCRY_ERR_BUSY when another has it, *holder is then who.  With
     * `alone` nobody else may have it; without, other workers may, where the engine can have several. */
    int (*lock)(descry_store *store, int alone, descry_buf *holder, descry_error *err);
    void (*unlock)(descry_store *store); /* nothing when it is not held */
    /* mine[i] 1: until that time (seconds since 1970), unlock or close, paths[i] is for this worker to read and embed. */
    int (*claim)(descry_store *store, const char *const *paths, size_t n, int64_t until, int *mine, descry_error *err);

    /* The recipe with this digest (64 hexadecimal digits); id 0 when the library has none, unless `create`. */
    int (*recipe)(descry_store *store, const char *digest, const char *name, int dim, int create,
                  descry_recipe *recipe, descry_error *err);
    int (*touch_recipe)(descry_store *store, int64_t recipe, descry_error *err); /* indexed now */

    int (*add_root)(descry_store *store, const char *path, descry_error *err);

    /* The places at these paths, id 0 where unknown. */
    int (*places)(descry_store *store, const char *const *paths, size_t n, int64_t recipe, descry_place *places,
                  descry_error *err);
    /* What there is of these digests. */
    int (*contents)(descry_store *store, const uint8_t *const *sha256, size_t n, int64_t recipe, descry_known *known,
                    descry_error *err);
    /* All of these in order, or none.  Vectors are kept as f16: DESCRY_ERR_NUMERIC when one is not finite.  recipe NULL: no
     * item has one. */
    int (*put)(descry_store *store, const descry_recipe *recipe, descry_put *items, size_t n, descry_error *err);
    /* A model's, all or none; a content that has any caption already is left unchanged.  DESCRY_ERR_LIMIT: one is longer
     * than DESCRY_CAPTION_SIZE. */
    int (*put_captions)(descry_store *store, const char *model, const char *recipe, descry_put_caption *items, size_t n,
                        descry_error *err);
    /* A person's caption, in place of what a person said before; NULL: none any more.  DESCRY_ERR_LIMIT as above. */
    int (*put_person)(descry_store *store, int64_t content, const char *text, descry_error *err);
    /* Marks the places at or under `path` missing for which gone(arg, path) is not 0; those never read are dropped.
     * *missing: all that are marked now. */
    int (*mark_missing)(descry_store *store, const char *path, int (*gone)(void *arg, const char *path), void *arg,
                        uint64_t *missing, descry_error *err);
    int (*any_under)(descry_store *store, const char *path, int *any, descry_error *err); /* a place or a root */

    /* Details of the places ids[i], into rows[i], allocated in `arena`. */
    int (*details)(descry_store *store, const int64_t *ids, size_t n, const descry_wanted *wanted, descry_row *rows,
                    descry_arena *arena, descry_error *err);
    /* The vectors of these contents: float [n, dim], zeros where found[i] is 0. */
    int (*vectors)(descry_store *store, const descry_recipe *recipe, const int64_t *contents, size_t n, float *vectors,
                   int *found, descry_error *err);
    /* Fills a list.  Until unlist, details and vectors answer as of the moment when it was made, or the list around it;
     * nothing is written. */
    int (*list)(descry_store *store, descry_list *list, descry_error *err);
    void (*unlist)(descry_store *store, descry_list *list); /* whatever list returned */
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
