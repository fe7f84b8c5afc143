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
    DESCRY_CAPTION_SIZE = 1 << 16, /* bytes of a caption at most, when written or read */
    DESCRY_ALBUM_NAME_SIZE = 200,  /* of an album's name, the same */
    DESCRY_ALBUM_QUERY_SIZE = 1 << 16, /* of its query */
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

/* A permanent failure: reading the unchanged file again would fail in the same way. */
typedef struct descry_fault {
    uint64_t size;
    int64_t mtime;
    char version[DESCRY_VERSION_SIZE]; /* of the descry that failed; "": no fault */
} descry_fault;

typedef struct descry_place {
    int64_t id;
    int64_t content;      /* 0: could never be read */
    uint64_t size;        /* of the file when it was read */
    int64_t mtime;        /* nanoseconds since 1970 */
    int missing, failed;
    descry_fault fault;   /* set if it failed permanently */
    int has_vector;       /* its content has one of the recipe given */
    int draft;            /* and it was made from a draft (image/picture.h) */
    int unread;           /* its content's metadata were not read yet */
    int source;           /* it has no file: its path is a source, such as a URL */
} descry_place;

typedef struct descry_content {
    uint8_t sha256[DESCRY_SHA256_SIZE];
    uint64_t bytes;
    int width, height, orientation; /* as stored in the file */
    int has_placeholder;            /* 0: its pixels were not read */
    uint8_t placeholder[DESCRY_PLACEHOLDER_SIZE]; /* as in descry_entry */
} descry_content;

typedef struct descry_nearest {
    int64_t recipe;
    const float *vector;  /* [dim of the recipe], of length 1 */
    size_t k;
    float threshold;
    const descry_filter *filter; /* paths as the library has them; NULL: everything */
    const int64_t *exclude; /* contents */
    size_t excludes;
    const float *avoid;       /* [avoids, dim], of length 1: contents whose score with row i exceeds */
    const float *avoid_above; /* avoid_above[i] are excluded */
    size_t avoids;
} descry_nearest;

/* A full-text query: words as typed.  Compared after English stemming and the normalisation of text/words.h; a hyphenated
 * word is a phrase of two. */
typedef struct descry_words {
    const char *const *words;
    size_t count;
    int any;                     /* 1: any of them (OR); 0: all (AND) */
    size_t k;
    const descry_filter *filter; /* as in descry_nearest */
} descry_words;

/* One for each content.  id: the lowest of its places that are not missing and under filter->under, one in a bin or snapshot
 * only when there is no other. */
typedef struct descry_hit {
    float score;
    int64_t id, content;
} descry_hit;

/* What the library has of a content, looked up by its digest. */
typedef struct descry_known {
    int64_t id;     /* 0: unknown */
    int has_vector; /* of the recipe given */
    int draft;      /* and it was made from a draft */
    int unread;     /* its metadata were not read yet */
} descry_known;

typedef enum descry_put_kind {
    DESCRY_PUT_SAME,   /* the file is unchanged: not missing, not failed */
    DESCRY_PUT_FAILED, /* it could not be read: everything known of it stays, except an earlier fault */
    DESCRY_PUT_FILE,   /* it was read and has this content: inserted or updated, not missing, not failed */
    DESCRY_PUT_SOURCE  /* a picture without a file: inserted unless the place has a content, which stays */
} descry_put_kind;

/* A write to one place.  `id` if the content is known, else `content`. */
typedef struct descry_put {
    const char *path;
    descry_put_kind kind;
    uint64_t size;                   /* FILE: as in descry_place; FAILED: as in descry_fault */
    int64_t mtime;
    const char *reason;              /* FAILED */
    const char *fault;               /* FAILED: the version, as in descry_fault; NULL: a retry may succeed */
    const descry_content *content;   /* FILE, SOURCE; completes what is unknown of one that is there: size, placeholder */
    const descry_metadata *metadata; /* NULL: none; does not overwrite metadata read before */
    const float *vector;             /* [dim]; NULL: none; does not overwrite one, except */
    int draft, anew;                 /* draft: it was made from one; anew: it replaces one made from a draft */
    int64_t id;                      /* of the content; 0: looked up or inserted, and set */
    int new_place, new_vector;       /* results: the place had no content before; the content had no vector */
} descry_put;

typedef struct descry_put_caption {
    int64_t content;
    const char *text;
    int written; /* result: it was written */
} descry_put_caption;

/* The columns of descry_row to read, besides the place. */
typedef struct descry_wanted {
    const descry_recipe *vectors; /* NULL: none */
    int captions, metadata, reasons;
    int looks; /* size, placeholder and digest */
} descry_wanted;

typedef struct descry_row {
    int64_t id, content; /* id 0: no such place; content 0: it could never be read */
    const char *path;
    size_t path_size;
    int source, failed;
    const char *reason;              /* why it failed; NULL: it did not, or no reason is known */
    const char *caption, *captioner; /* the person's, else the model's and its name; NULL: none */
    const descry_metadata *metadata;
    const float *vector;             /* [dim]; NULL: none */
    int width, height;               /* upright; 0: unknown */
    const uint8_t *placeholder;      /* [DESCRY_PLACEHOLDER_SIZE]; NULL: unknown */
    uint8_t sha256[DESCRY_SHA256_SIZE];
} descry_row;

/* All that match a filter: one for each content, as descry_hit, in order of id. */
typedef struct descry_list {
    const descry_filter *filter; /* paths as the library has them; NULL: everything */
    int64_t recipe;              /* 0: with or without a vector; else only contents with one of it */
    int (*each)(void *arg, const char *path, size_t size); /* callback for each item, in order, or NULL */
    void *arg;
    descry_hit *items;           /* [count]; scores are 0 */
    size_t count;
    int began;                   /* the engine's: this list began the transaction, not one around it */
} descry_list;

/* A picture in the order of time; width, height: 0. */
typedef struct descry_moment {
    int64_t id, content; /* as in descry_hit */
    int64_t taken;       /* DESCRY_NO_TIME: unknown */
    int width, height;
} descry_moment;

/* What pictures have in common, and how many contents have it. */
typedef struct descry_group {
    const char *value;
    uint64_t count;
} descry_group;

/* Statistics of a recipe's scores in this library: see calibrate.c. */
typedef struct descry_calibration {
    int version;
    uint64_t vectors;         /* of the recipe when it was computed */
    double best, deviation;   /* best scores of neutral texts: mean, standard deviation */
    double text, picture;     /* thresholds of NOT: scores above are excluded: of a text, of a picture */
} descry_calibration;

typedef struct descry_store_ops {
    void (*close)(descry_store *store);
    const char *(*file)(const descry_store *store); /* path of its database; nobody else may open it or the files beside it.
                                                       NULL: none */
    int (*is_read_only)(const descry_store *store);

    /* The lock for writing places, until unlock or close.  DESCRY_ERR_BUSY: another holds it, *holder names it.  `alone`:
     * exclusive; else shared with other workers, if the engine supports several. */
    int (*lock)(descry_store *store, int alone, descry_buf *holder, descry_error *err);
    void (*unlock)(descry_store *store); /* no-op when not held */
    /* mine[i] 1: this worker has claimed paths[i], to read and embed, until that time (seconds since 1970), unlock or close. */
    int (*claim)(descry_store *store, const char *const *paths, size_t n, int64_t until, int *mine, descry_error *err);

    /* The recipe with this digest (64 hexadecimal digits); when there is none, id 0 or, with `create`, a new one. */
    int (*recipe)(descry_store *store, const char *digest, const char *name, int dim, int create,
                  descry_recipe *recipe, descry_error *err);
    int (*touch_recipe)(descry_store *store, int64_t recipe, descry_error *err); /* sets its time of indexing to now */

    int (*add_root)(descry_store *store, const char *path, descry_error *err);

    /* The places at these paths, id 0 where unknown. */
    int (*places)(descry_store *store, const char *const *paths, size_t n, int64_t recipe, descry_place *places,
                  descry_error *err);
    /* Looks up contents by their digests. */
    int (*contents)(descry_store *store, const uint8_t *const *sha256, size_t n, int64_t recipe, descry_known *known,
                    descry_error *err);
    /* All items in order, or none.  Vectors are stored as f16: DESCRY_ERR_NUMERIC when one is not finite.  recipe NULL: no
     * item has one. */
    int (*put)(descry_store *store, const descry_recipe *recipe, descry_put *items, size_t n, descry_error *err);
    /* A model's captions, all or none; a content that has any caption is left unchanged.  DESCRY_ERR_LIMIT: one is longer
     * than DESCRY_CAPTION_SIZE. */
    int (*put_captions)(descry_store *store, const char *model, const char *recipe, descry_put_caption *items, size_t n,
                        descry_error *err);
    /* A person's caption, which replaces the person's previous one; NULL: deletes it.  DESCRY_ERR_LIMIT as above. */
    int (*put_person_caption)(descry_store *store, int64_t content, const char *text, descry_error *err);
    /* Marks places at or under `path` missing where gone(arg, path) is not 0; those never read are deleted.  *missing: all
     * that are marked now. */
    int (*mark_missing)(descry_store *store, const char *path, int (*gone)(void *arg, const char *path), void *arg,
                        uint64_t *missing, descry_error *err);
    int (*any_under)(descry_store *store, const char *path, int *any, descry_error *err); /* whether there is a place or root */

    /* Details of the places ids[i], into rows[i], allocated in `arena`. */
    int (*details)(descry_store *store, const int64_t *ids, size_t n, const descry_wanted *wanted, descry_row *rows,
                    descry_arena *arena, descry_error *err);
    /* The vectors of these contents: float [n, dim], zeros where found[i] is 0. */
    int (*vectors)(descry_store *store, const descry_recipe *recipe, const int64_t *contents, size_t n, float *vectors,
                   int *found, descry_error *err);
    /* Fills a list.  Until unlist, details and vectors read the snapshot of this list, or of the one around it; nothing may be
     * written. */
    int (*list)(descry_store *store, descry_list *list, descry_error *err);
    void (*unlist)(descry_store *store, descry_list *list); /* also when list failed */
    /* Places, one for each content without any caption, that are files, not missing, and match `filter` (or NULL), in order
     * of content; *places to be freed with free. */
    int (*uncaptioned)(descry_store *store, const descry_filter *filter, int64_t **places, size_t *count,
                       descry_error *err);
    /* Full-text search of captions, file names and titles: best first by BM25 (higher scores are better), ties by content;
     * *hits to be freed with free. */
    int (*words)(descry_store *store, const descry_words *query, descry_hit **hits, size_t *count, descry_error *err);

    /* At most k that match `filter` (or NULL), newest first by the time they were taken, without a time last, ties by content
     * downwards; scores are 0; *hits to be freed with free. */
    int (*newest)(descry_store *store, const descry_filter *filter, size_t k, descry_hit **hits, size_t *count,
                  descry_error *err);
    /* All that match `filter` (or NULL), in the same order; *moments to be freed with free. */
    int (*timeline)(descry_store *store, const descry_filter *filter, descry_moment **moments, size_t *count,
                    descry_error *err);
    /* The cameras of all that match `filter` (or NULL), or the folders of their places that are files, not missing, and match
     * it: in the order of their bytes, allocated in `arena`. */
    int (*facet)(descry_store *store, descry_facet facet, const descry_filter *filter, descry_group **groups, size_t *count,
                 descry_arena *arena, descry_error *err);
    /* A number of this handle that is another one when any handle has changed the library since the last call. */
    int (*generation)(descry_store *store, uint64_t *number, descry_error *err);
    /* *hits: best first, ties by id; to be freed with free. */
    int (*nearest)(descry_store *store, const descry_recipe *recipe, const descry_nearest *query, descry_hit **hits,
                   size_t *count, descry_error *err);
    /* Warms caches for the next `nearest`; optional. */
    void (*prepare)(descry_store *store, const descry_recipe *recipe);
    /* Contents at places that are not missing and that have no vector of `recipe`. */
    int (*lacking)(descry_store *store, const descry_recipe *recipe, uint64_t *count, descry_error *err);

    /* version 0: none */
    int (*calibration)(descry_store *store, const descry_recipe *recipe, descry_calibration *calibration,
                       descry_error *err);
    int (*put_calibration)(descry_store *store, const descry_recipe *recipe, const descry_calibration *calibration,
                           descry_error *err);
    /* At most `most` vectors of the recipe, spread over the library and deterministic: float [count, dim], to be freed with
     * free. */
    int (*sample)(descry_store *store, const descry_recipe *recipe, size_t most, float **vectors, size_t *count,
                  descry_error *err);

    int (*status)(descry_store *store, descry_library_status *status, descry_arena *arena, descry_error *err);
    int (*forget)(descry_store *store, const char *path, uint64_t *removed, descry_error *err);

    /* All albums in order of name, allocated in `arena`. */
    int (*albums)(descry_store *store, descry_album **albums, size_t *count, descry_arena *arena, descry_error *err);
    /* The album of this name without its count, allocated in `arena`; id 0: none. */
    int (*album)(descry_store *store, const char *name, descry_album *album, descry_arena *arena, descry_error *err);
    /* A new one; query NULL: a selection.  DESCRY_ERR_ARGUMENT: the name is taken or no album's name; DESCRY_ERR_LIMIT: the
     * query is longer than DESCRY_ALBUM_QUERY_SIZE. */
    int (*create_album)(descry_store *store, const char *name, const char *query, int64_t *id, descry_error *err);
    /* NULL: as it is.  DESCRY_ERR_NOT_FOUND; as create_album; DESCRY_ERR_ARGUMENT also for a query of a selection. */
    int (*change_album)(descry_store *store, int64_t id, const char *name, const char *query, descry_error *err);
    int (*remove_album)(descry_store *store, int64_t id, descry_error *err); /* DESCRY_ERR_NOT_FOUND */
    /* Adds contents to a selection, or with `take` removes them from it; those that the library lacks are passed over.
     * DESCRY_ERR_NOT_FOUND: no such album; DESCRY_ERR_ARGUMENT: a smart album. */
    int (*fill_album)(descry_store *store, int64_t id, const int64_t *contents, size_t n, int take, descry_error *err);
} descry_store_ops;

/* Checks a name and a query (or NULL) as create_album says: for engines, which must not read others, either. */
int descry_album_check(const char *name, const char *query, descry_error *err);

/* The errors of albums, the same from every engine. */
int descry_album_fail_none(descry_error *err);                    /* no album with this id: DESCRY_ERR_NOT_FOUND */
int descry_album_fail_taken(const char *name, descry_error *err); /* the name is another's */
int descry_album_fail_kind(int smart, descry_error *err);         /* what the other kind alone is for */

/* The engine that keeps a library in one SQLite file, at `path` (absolute). */
int descry_store_open_sqlite(descry_store **store, const char *path, const descry_store_options *options,
                             descry_error *err);

#endif
