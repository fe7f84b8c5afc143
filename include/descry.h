/* SPDX-License-Identifier: Apache-2.0
 *
 * descry: find and describe pictures with OpenCLIP.
 *
 * Threads.  A context owns one pool of worker threads.  A context, and the models and libraries opened on it, may be
 * used from any thread, but from one thread at a time; contexts are independent of each other.  Callbacks run on the
 * thread that called the function.  Results do not depend on the number of threads.
 *
 * Errors.  Functions return 0 or a negative DESCRY_ERR_ code and fill *err, which the caller owns and which may be
 * NULL.  On failure an output handle is NULL and nothing is left for the caller to free.
 *
 * Ownership.  A handle is closed by the function of the same family; closing NULL does nothing and closing sets the
 * caller's pointer to NULL.  Close models and libraries before their context.  Strings passed in are copied when they
 * are kept; strings passed to a callback live until it returns.
 *
 * Paths are bytes, as the system gives them; texts are UTF-8 (ill-formed bytes are replaced by U+FFFD). */
#ifndef DESCRY_H
#define DESCRY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(DESCRY_BUILD) && defined(__GNUC__)
#define DESCRY_API __attribute__((visibility("default")))
#else
#define DESCRY_API
#endif

/* ---- errors ------------------------------------------------------------------------------------------------- */

enum {
    DESCRY_OK = 0,
    DESCRY_ERR_MEMORY = -1,      /* an allocation failed */
    DESCRY_ERR_IO = -2,          /* the system refused: open, read, write, no space */
    DESCRY_ERR_FORMAT = -3,      /* a file is damaged or is not what it should be */
    DESCRY_ERR_UNSUPPORTED = -4, /* well formed, but not something this build can do */
    DESCRY_ERR_ARGUMENT = -5,    /* the caller's mistake */
    DESCRY_ERR_LIMIT = -6,       /* beyond a configured limit */
    DESCRY_ERR_NOT_FOUND = -7,   /* no such model, picture or file */
    DESCRY_ERR_BUSY = -8,        /* another process holds it */
    DESCRY_ERR_CANCELLED = -9,   /* a callback asked to stop */
    DESCRY_ERR_NUMERIC = -10     /* a result is not finite */
};

typedef struct descry_error {
    int code;
    char message[1000]; /* one line, UTF-8, names the file and the reason */
} descry_error;

/* ---- version ------------------------------------------------------------------------------------------------ */

DESCRY_API const char *descry_version(void);

/* What was built in, e.g. "jpeg (libjpeg-turbo 2.1.5)"; NULL after the last.  Static storage. */
DESCRY_API const char *descry_feature(size_t index);

/* ---- context ------------------------------------------------------------------------------------------------ */

typedef struct descry_context descry_context;

typedef enum descry_log_level { DESCRY_LOG_WARNING = 1, DESCRY_LOG_INFO = 2 } descry_log_level;

typedef struct descry_context_options {
    unsigned threads; /* worker threads; 0: one per processor of this process's affinity mask */
    const char *cpu;  /* highest instruction set: "portable", "avx2", "avx512"; NULL: $DESCRY_CPU, else the best */
    void (*log)(void *log_arg, descry_log_level level, const char *message); /* NULL: messages are dropped */
    void *log_arg;
} descry_context_options;

#define DESCRY_CONTEXT_OPTIONS_INIT {0, NULL, NULL, NULL}

DESCRY_API int descry_context_open(descry_context **ctx, const descry_context_options *options, descry_error *err);
DESCRY_API void descry_context_close(descry_context **ctx);
DESCRY_API unsigned descry_context_threads(const descry_context *ctx);
DESCRY_API const char *descry_context_cpu(const descry_context *ctx); /* the instruction set in use */

/* ---- pictures: limits and preprocessing ----------------------------------------------------------------------- */

typedef struct descry_limits {
    uint32_t max_side;   /* pixels along one side */
    uint64_t max_pixels; /* width x height */
    uint64_t max_bytes;  /* of an encoded file */
} descry_limits;

/* 65,500 pixels a side, 512 million pixels, 1 GiB */
#define DESCRY_LIMITS_INIT {65500, 512000000, 1073741824}

typedef struct descry_preprocess_options {
    int reference;        /* 1: open_clip's own order: resize in the file's own mode, no EXIF rotation */
    int pillow;           /* resampling pass order of this major version of Pillow: 12 or 13 */
    descry_limits limits;
} descry_preprocess_options;

#define DESCRY_PREPROCESS_OPTIONS_INIT {0, 13, DESCRY_LIMITS_INIT}

/* ---- models ------------------------------------------------------------------------------------------------- */

typedef struct descry_model descry_model;

typedef struct descry_model_info {
    const char *name;      /* as the model was asked for */
    const char *path;      /* directory of the model */
    const char *recipe;    /* 64 hexadecimal digits: the identity of this model's embeddings */
    int dim;               /* E: length of an embedding */
    int image_width;       /* pixels that the image tower takes */
    int image_height;
    int context_length;    /* L: ids in a text, start and end included */
    int vocab_size;
    float logit_scale;     /* already exponentiated */
    float logit_bias;      /* 0 when the model has none */
    uint64_t parameters;
} descry_model_info;

/* Opens a model: a directory in open_clip's format (open_clip_config.json and open_clip_model.safetensors), "demo",
 * or a name that the model cache holds.  Weights are memory-mapped; a tower is made ready when first used.
 * DESCRY_ERR_NOT_FOUND: no such model; DESCRY_ERR_FORMAT, DESCRY_ERR_UNSUPPORTED: named tensor or configuration key. */
DESCRY_API int descry_model_open(descry_model **model, descry_context *ctx, const char *name, descry_error *err);
DESCRY_API void descry_model_close(descry_model **model);
DESCRY_API void descry_model_describe(const descry_model *model, descry_model_info *info);

/* Calls `each` for every model known or installed, in name order; a non-zero return stops.  `path` is NULL for an
 * architecture that is known but not installed; `dim` is 0 when the configuration cannot be read. */
typedef int (*descry_model_callback)(void *arg, const char *name, const char *path, int dim, uint64_t bytes);
DESCRY_API int descry_models(descry_context *ctx, descry_model_callback each, void *arg, descry_error *err);

/* Ids of a text: start token, at most context_length - 2 ids, end token; not padded.  A NULL model means CLIP's own
 * table and 77 ids.  *ids is to be released with descry_free. */
DESCRY_API int descry_tokenize(descry_context *ctx, const descry_model *model, const char *text, size_t length,
                               int32_t **ids, size_t *count, descry_error *err);
DESCRY_API void descry_free(void *memory);

/* Decodes, rotates, resizes and crops a picture file: rgb is uint8 [H, W, 3] (image_height, image_width). */
DESCRY_API int descry_preprocess_file(const descry_model *model, const char *path,
                                      const descry_preprocess_options *options, uint8_t *rgb, descry_error *err);

/* Scales and normalises: rgb uint8 [H, W, 3] -> chw float [3, H, W] with the model's mean and deviation. */
DESCRY_API void descry_preprocess_normalize(const descry_model *model, const uint8_t *rgb, float *chw);

/* Embeddings of n preprocessed pictures, rgb uint8 [n, H, W, 3] -> out float [n, dim].
 * normalize 1: each of length 1 (x / max(|x|, 1e-12)); 0: as the tower gives it (before open_clip's normalisation). */
DESCRY_API int descry_embed_pixels(descry_model *model, const uint8_t *rgb, size_t n, int normalize, float *out,
                                   descry_error *err);

/* Embedding of one picture file, out float [dim]. */
DESCRY_API int descry_embed_file(descry_model *model, const char *path, const descry_preprocess_options *options,
                                 int normalize, float *out, descry_error *err);

/* Embeddings of n NUL-terminated texts, out float [n, dim]. */
DESCRY_API int descry_embed_texts(descry_model *model, const char *const *texts, size_t n, int normalize, float *out,
                                  descry_error *err);

/* From now on the model's embeddings go through a learned head: `name` is a head of this model, or a file when it has a
 * slash or ends in .safetensors; NULL: none again.  Embeddings of pictures and texts become (W x + b) / |W x + b|, x of
 * length 1 (not divided when not normalised).  descry_index stores vectors without it; descry_search maps those of the
 * library with it when it reads them, which takes much longer than a search without. */
DESCRY_API int descry_model_use_head(descry_model *model, const char *name, descry_error *err);

/* ---- labels -------------------------------------------------------------------------------------------------- */

typedef struct descry_classifier descry_classifier;

/* Zero-shot classification: a label's weight is the mean of the embeddings of its texts, one for each template with "{}"
 * replaced by the label, brought to length 1 (Radford et al. 2021, section 3.1.4).  count and template_count from 1 on. */
DESCRY_API int descry_classifier_open(descry_classifier **classifier, descry_model *model, const char *const *labels,
                                      size_t count, const char *const *templates, size_t template_count,
                                      descry_error *err);
DESCRY_API void descry_classifier_close(descry_classifier **classifier);
DESCRY_API const float *descry_classifier_weights(const descry_classifier *classifier); /* [count, dim] */

/* Of a picture's embedding [dim] of length 1: scores [count] are cosines; probabilities [count] are softmax(logit_scale
 * * score), or sigmoid(logit_scale * score + logit_bias), each by itself, for a model with a bias.  Either may be NULL. */
DESCRY_API int descry_classify(const descry_classifier *classifier, const float *embedding, float *scores,
                               float *probabilities, descry_error *err);

/* CLIP's own templates: "simple" (7) or "openai" (80); NULL and *count = 0 for another name.  Static storage. */
DESCRY_API const char *const *descry_templates(const char *name, size_t *count);

/* ---- the library -------------------------------------------------------------------------------------------- */

typedef struct descry_library descry_library;

typedef struct descry_library_options {
    int read_only; /* 1: the file must exist and is not changed */
    int create;    /* 1: create the file, and its folder, when absent */
} descry_library_options;

#define DESCRY_LIBRARY_OPTIONS_INIT {0, 1}

/* Opens the library at `path`; NULL: $DESCRY_LIBRARY, else $XDG_DATA_HOME/descry/library.db (~/.local/share).
 * An older schema is migrated; DESCRY_ERR_FORMAT: not a library; DESCRY_ERR_UNSUPPORTED: of a newer descry. */
DESCRY_API int descry_library_open(descry_library **library, descry_context *ctx, const char *path,
                                   const descry_library_options *options, descry_error *err);
DESCRY_API void descry_library_close(descry_library **library);
DESCRY_API const char *descry_library_path(const descry_library *library);

typedef struct descry_index_progress {
    uint64_t found;     /* picture files seen so far */
    uint64_t total;     /* picture files in all; 0 while folders are still being walked */
    uint64_t done;      /* files dealt with: unchanged, embedded, recognised or failed */
    uint64_t embedded;  /* pictures that went through the model in this run */
    uint64_t unchanged;
    uint64_t recognised; /* moved or copied: known content at a new place */
    uint64_t failed;
    uint64_t missing;   /* known pictures whose file is gone */
    double seconds;     /* since the start */
} descry_index_progress;

typedef struct descry_index_options {
    const char *const *exclude; /* shell patterns (fnmatch) matched against a name and against the path below the root */
    size_t excludes;
    descry_preprocess_options preprocess;
    size_t batch;               /* pictures per model call; 0: chosen */
    /* called often; a non-zero return stops after the batch in flight (DESCRY_ERR_CANCELLED), which is committed */
    int (*progress)(void *arg, const descry_index_progress *progress);
    /* called once for each file or folder that could not be read; err names it and the reason */
    void (*failure)(void *arg, const char *path, const descry_error *err);
    void *arg;
} descry_index_options;

#define DESCRY_INDEX_OPTIONS_INIT {NULL, 0, DESCRY_PREPROCESS_OPTIONS_INIT, 0, NULL, NULL, NULL}

/* Adds new and changed pictures at `paths` (folders or files); with none, updates every known root.  Commits in
 * batches.  DESCRY_ERR_BUSY names the process that is indexing.  *result (may be NULL) is filled in any case. */
DESCRY_API int descry_index(descry_library *library, descry_model *model, const char *const *paths, size_t count,
                            const descry_index_options *options, descry_index_progress *result, descry_error *err);

typedef struct descry_match {
    uint64_t rank; /* from 1 */
    float score;   /* raw cosine */
    int64_t id;    /* of the picture in this library, stable */
    const char *path;
    const char *caption; /* NULL: none */
} descry_match;

typedef struct descry_search_options {
    size_t k;                 /* at most this many matches */
    float threshold;          /* only matches with score >= this; -2: all */
    const char *under;        /* only pictures under this folder; NULL: everywhere */
    descry_preprocess_options preprocess;
} descry_search_options;

#define DESCRY_SEARCH_OPTIONS_INIT {10, -2.0f, NULL, DESCRY_PREPROCESS_OPTIONS_INIT}

/* Finds the pictures nearest to a query by cosine, exact, equal scores in order of id.  The query is a text; or a
 * picture when it begins with ./ ../ / ~/; or "#17", the picture with that id in the library.  A picture named in the
 * query is left out of its results; copies are one match, at their place with the lowest id; missing files are left
 * out.  `model` may be NULL for "#17" when the library holds one model's vectors.
 * A non-zero return of `each` stops. */
typedef int (*descry_match_callback)(void *arg, const descry_match *match);
DESCRY_API int descry_search(descry_library *library, descry_model *model, const char *query,
                             const descry_search_options *options, descry_match_callback each, void *arg,
                             descry_error *err);

typedef struct descry_library_model {
    const char *name;      /* as it was indexed */
    const char *recipe;
    int dim;
    uint64_t vectors;
    uint64_t last_indexed; /* seconds since 1970 */
} descry_library_model;

typedef struct descry_library_status {
    uint64_t photos;   /* places known, missing ones included */
    uint64_t missing;
    uint64_t contents; /* distinct pictures by content */
    uint64_t captions;
    uint64_t failed;   /* files that could not be read when last seen */
    const descry_library_model *models; /* most recently indexed first; valid until the next call on this library */
    size_t model_count;
    const char *const *roots; /* the same lifetime */
    size_t root_count;
} descry_library_status;

DESCRY_API int descry_status(descry_library *library, descry_library_status *status, descry_error *err);

/* Removes the pictures at or under `path` from the library, and vectors and captions that no other place needs.
 * The files themselves are not touched.  *removed counts places. */
DESCRY_API int descry_forget(descry_library *library, const char *path, uint64_t *removed, descry_error *err);

#ifdef __cplusplus
}
#endif

#endif
