/* SPDX-License-Identifier: Apache-2.0
 *
 * descry: find and describe pictures with OpenCLIP.
 *
 * Threads.  A context owns one pool of worker threads, which all calls share.  Contexts, models, heads and classifiers may
 * be used by any number of threads at once, a model with one copy of its weights; only opening and closing them is one
 * thread's, which no other uses them during.  A library is used by one thread at a time, from any; any number of them,
 * in one process or in several, may be opened on one file: one changes it at a time (DESCRY_ERR_BUSY).  Callbacks run on the
 * thread that called the function, the context's `log` on that of the call that has something to say, or on one that reads
 * pictures for it.  Results are the same bits whatever the number of threads, and of callers.
 *
 * Errors.  Functions return 0 or a negative DESCRY_ERR_ code and fill *err, which the caller owns and which may be
 * NULL.  On failure an output handle is NULL and nothing is left for the caller to free.
 *
 * Growth.  A struct that the caller makes begins with its size, which its INIT macro, or its inline _init function for
 * languages without macros, fills in with the defaults: a later version adds members at the end, and takes those that an
 * older caller does not know of as their defaults.  Such structs hold others by pointer, NULL for the defaults, and so may
 * be given as NULL themselves.  Structs that the library makes are only ever reached by pointers, also in arrays, and grow
 * at their end.  descry_error stays as it is.  DESCRY_ERR_ARGUMENT: a size that no version has, or something set that this
 * one does not know.
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
    DESCRY_ERR_BUSY = -8,        /* another process, handle or session holds it */
    DESCRY_ERR_CANCELLED = -9,   /* a callback asked to stop */
    DESCRY_ERR_NUMERIC = -10     /* a result is not finite */
};

/* Fixed for good: the one struct of the caller's without a size. */
typedef struct descry_error {
    int code;
    char message[1000]; /* one line, UTF-8, names the file and the reason */
} descry_error;

/* Defines void TYPE_init(TYPE *), which fills a struct with what its INIT macro has. */
#define DESCRY_INITIALIZER_(type, INIT)                                                                                \
    static inline void type##_init(type *made)                                                                         \
    {                                                                                                                  \
        const type initial = INIT;                                                                                     \
        *made = initial;                                                                                               \
    }

/* ---- version ------------------------------------------------------------------------------------------------ */

DESCRY_API const char *descry_version(void);

/* What was built in, e.g. "jpeg (libjpeg-turbo 2.1.5)"; NULL after the last.  Static storage. */
DESCRY_API const char *descry_feature(size_t index);

/* ---- context ------------------------------------------------------------------------------------------------ */

typedef struct descry_context descry_context;

typedef enum descry_log_level { DESCRY_LOG_WARNING = 1, DESCRY_LOG_INFO = 2 } descry_log_level;

typedef struct descry_context_options {
    size_t size;
    unsigned threads; /* worker threads; 0: one per processor of this process's affinity mask */
    const char *cpu;  /* highest instruction set: "portable", "avx2", "avx512"; on ARM "portable", "neon";
                         NULL: $DESCRY_CPU, else the best */
    void (*log)(void *log_arg, descry_log_level level, const char *message); /* NULL: messages are dropped */
    void *log_arg;
    const char *libexec; /* the folder with descry-decode, which decodes pictures (docs/decoding.md); NULL: $DESCRY_LIBEXEC unless this process has
                            more rights than its user, else beside the library, else where it was installed */
} descry_context_options;

#define DESCRY_CONTEXT_OPTIONS_INIT {sizeof(descry_context_options), 0, NULL, NULL, NULL, NULL}
DESCRY_INITIALIZER_(descry_context_options, DESCRY_CONTEXT_OPTIONS_INIT)

DESCRY_API int descry_context_open(descry_context **ctx, const descry_context_options *options, descry_error *err);
DESCRY_API void descry_context_close(descry_context **ctx);
DESCRY_API unsigned descry_context_threads(const descry_context *ctx);
DESCRY_API const char *descry_context_cpu(const descry_context *ctx); /* the instruction set in use */

/* ---- progress and cancelling ----------------------------------------------------------------------------------- */

typedef enum descry_stage {
    DESCRY_STAGE_LOOKING,  /* through folders; done: pictures found, total: 0 */
    DESCRY_STAGE_CHECKING, /* what is to be imported; in bytes */
    DESCRY_STAGE_WORKING,  /* on pictures, rows or pairs */
    DESCRY_STAGE_CAPTIONS, /* of pictures that were indexed without; done: looked at */
    DESCRY_STAGE_FETCHING  /* a model; in bytes */
} descry_stage;

/* How far a call has come: the same in all that take long. */
typedef struct descry_progress {
    descry_stage stage;
    uint64_t done, total; /* of this stage, what failed counted as done */
    uint64_t failed;      /* in all stages */
    double seconds;       /* since the call began */
} descry_progress;

/* Given by pointer in the options of such a call. */
typedef struct descry_watch {
    size_t size;
    /* called often; a non-zero return stops after the batch in flight, which is kept: DESCRY_ERR_CANCELLED */
    int (*progress)(void *arg, const descry_progress *progress);
    void *arg;
    const int *cancel; /* the same once it is not 0: to be set from another thread by an atomic store, or by a signal
                          handler; NULL: never */
} descry_watch;

#define DESCRY_WATCH_INIT {sizeof(descry_watch), NULL, NULL, NULL}
DESCRY_INITIALIZER_(descry_watch, DESCRY_WATCH_INIT)

/* ---- pictures: limits and preprocessing ----------------------------------------------------------------------- */

typedef struct descry_limits {
    size_t size;
    uint32_t max_side;   /* pixels along one side */
    uint64_t max_pixels; /* width x height */
    uint64_t max_bytes;  /* of an encoded file */
    /* of the coded data of a JPEG, PNG or GIF: of more pixels a byte than this, or than the format can tell, a picture is
     * refused; 0: no bound */
    uint64_t max_pixels_per_byte;
} descry_limits;

/* 65,500 pixels a side, 512 million pixels, 1 GiB, 10,000 pixels a byte */
#define DESCRY_LIMITS_INIT {sizeof(descry_limits), 65500, 512000000, 1073741824, 10000}
DESCRY_INITIALIZER_(descry_limits, DESCRY_LIMITS_INIT)

typedef struct descry_preprocess_options {
    size_t size;
    int reference; /* 1: open_clip's own order: resize in the file's own mode, no EXIF rotation */
    int pillow;    /* resampling pass order of this major version of Pillow: 12 or 13 */
    const descry_limits *limits;
} descry_preprocess_options;

#define DESCRY_PREPROCESS_OPTIONS_INIT {sizeof(descry_preprocess_options), 0, 13, NULL}
DESCRY_INITIALIZER_(descry_preprocess_options, DESCRY_PREPROCESS_OPTIONS_INIT)

/* Which files of a folder are taken for pictures: those whose names end as a picture's do, and those without an ending that
 * begin as one.  Passed over are hidden files and folders, and bins and snapshots (#recycle, $RECYCLE.BIN, lost+found ...)
 * below the folder. */
typedef struct descry_folder_options {
    size_t size;
    const char *const *exclude; /* shell patterns (fnmatch) matched against a name and against the path below the folder */
    size_t excludes;
    int include_hidden; /* 1: hidden ones, bins and snapshots, too */
    int sniff;          /* 1: also files with other endings, when they begin as a picture does */
} descry_folder_options;

#define DESCRY_FOLDER_OPTIONS_INIT {sizeof(descry_folder_options), NULL, 0, 0, 0}
DESCRY_INITIALIZER_(descry_folder_options, DESCRY_FOLDER_OPTIONS_INIT)

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
    int can_caption;       /* 1: it can describe pictures */
} descry_model_info;

/* Of matrices that the file has in f32; those in f16 or bf16 are used as they are, whatever this says.  Embeddings of
 * texts and pictures, biases and norms stay in f32, and so does all arithmetic. */
typedef enum descry_precision {
    DESCRY_PRECISION_F32,
    DESCRY_PRECISION_BF16 /* rounded to the nearest bf16, the even one of two: an error of at most 2^-9 of each weight.
                             Half the memory; a caption of one picture in not much more than half the time, as memory sets
                             its pace, but neither captions in batches nor embeddings faster, as arithmetic sets theirs.
                             Embeddings turn a little (coca_ViT-B-32 with random weights: by 0.55 per cent of their length,
                             a cosine of 0.99998 to f32), captions change where two ids are nearly as likely.  It is part of
                             the recipe: libraries keep such embeddings apart from those in f32 */
} descry_precision;

typedef struct descry_model_options {
    size_t size;
    descry_precision precision;
    int reserved; /* 0 */
} descry_model_options;

#define DESCRY_MODEL_OPTIONS_INIT {sizeof(descry_model_options), DESCRY_PRECISION_F32, 0}
DESCRY_INITIALIZER_(descry_model_options, DESCRY_MODEL_OPTIONS_INIT)

/* Opens a model: a directory in open_clip's format (open_clip_config.json and open_clip_model.safetensors), "demo",
 * or what Hugging Face's cache holds: "hf-hub:org/name", "architecture/tag" or Immich's "architecture__tag".  Weights are memory-mapped; a tower is made ready when first used.
 * DESCRY_ERR_NOT_FOUND: no such model; DESCRY_ERR_FORMAT, DESCRY_ERR_UNSUPPORTED: named tensor or configuration key. */
DESCRY_API int descry_model_open(descry_model **model, descry_context *ctx, const char *name,
                                 const descry_model_options *options, descry_error *err);
DESCRY_API void descry_model_close(descry_model **model);

/* Whether a model's name is a directory's path, which means something else elsewhere, and none of the others. */
DESCRY_API int descry_model_is_folder(const char *name);

DESCRY_API const descry_model_info *descry_model_describe(const descry_model *model); /* lives as long as the model */

typedef struct descry_known_model {
    const char *name;
    const char *path; /* NULL: an architecture that is known but not installed */
    int dim;          /* 0: the configuration cannot be read, or it is not installed */
    uint64_t bytes;   /* of its weights */
} descry_known_model;

/* Calls `each` for every model known or installed, in name order; a non-zero return stops. */
typedef int (*descry_model_callback)(void *arg, const descry_known_model *model);
DESCRY_API void descry_models(descry_model_callback each, void *arg);

/* Whether the model of a name can describe pictures: an architecture, or one installed, whose weights are not opened. */
DESCRY_API int descry_can_caption(const char *name);

/* Weights that are published, by open_clip's names for them. */
typedef struct descry_pretrained {
    const char *name;    /* architecture and tag: "ViT-B-32/openai" */
    const char *source;  /* where they are, which is a model's name, too: "hf-hub:timm/vit_base_patch32_clip_224.openai" */
    const char *file;    /* which file there; NULL: by open_clip's names for such files */
    const char *url;     /* where they were published before; NULL: nowhere */
    const char *licence; /* "apache-2.0"; NULL: unknown */
    int quick_gelu;      /* 1: they want QuickGELU, whatever the architecture says */
    int64_t parameters;  /* 0: not known */
    double coco, flickr, imagenet; /* published: texts whose picture is first, of COCO and of Flickr30k, and pictures of
                                      ImageNet named right, as parts of 1; -1: not published */
} descry_pretrained;

DESCRY_API const descry_pretrained *descry_pretrained_at(size_t index); /* in name order; NULL after the last */

/* Those that a name means: "ViT-B-32/openai", or as Immich writes it, "ViT-B-32__openai"; NULL: none. */
DESCRY_API const descry_pretrained *descry_pretrained_find(const char *name);

/* What this build can do with them, which their architecture's configuration tells: DESCRY_CAN_ bits; 0: nothing. */
enum { DESCRY_CAN_PICTURES = 1, DESCRY_CAN_TEXTS = 2, DESCRY_CAN_CAPTIONS = 4 };
DESCRY_API int descry_pretrained_can(const descry_pretrained *weights);

/* What is about to be fetched. */
typedef struct descry_pull_plan {
    const char *name;        /* "hf-hub:org/name" */
    const char *licence;     /* as far as it is known, else as the hub says; NULL: unknown */
    int is_free;             /* 1: it lets anybody use the model for anything */
    size_t files;
    uint64_t bytes, missing; /* of all files; of those that the cache does not have yet */
    const char *folder;      /* the cache */
} descry_pull_plan;

typedef struct descry_pull_options {
    size_t size;
    int (*confirm)(void *arg, const descry_pull_plan *plan); /* called before anything is fetched; other than 0: it is not to be.
                                                                NULL: only what has a free licence */
    void *arg;
    const descry_watch *watch; /* stage FETCHING */
} descry_pull_options;

#define DESCRY_PULL_OPTIONS_INIT {sizeof(descry_pull_options), NULL, NULL, NULL}
DESCRY_INITIALIZER_(descry_pull_options, DESCRY_PULL_OPTIONS_INIT)

/* Fetches a model, "architecture/tag" or "hf-hub:org/name", from Hugging Face's hub, or what HF_ENDPOINT names, into its cache,
 * where other programs find it as they would their own, and descry_model_open does.  Each file is verified before it has its
 * name; what was stopped half way goes on from there.  Of a model that is there already only what has changed is fetched.
 * DESCRY_ERR_CANCELLED: `confirm` or `watch` did not want it; DESCRY_ERR_FORMAT: what came was not what the hub announced;
 * DESCRY_ERR_NOT_FOUND: no such model, or HF_HUB_OFFLINE forbids it. */
DESCRY_API int descry_pull(descry_context *ctx, const char *name, const descry_pull_options *options, descry_error *err);

/* Deletes a model from the cache; *bytes: what it took.  DESCRY_ERR_BUSY: it is being fetched. */
DESCRY_API int descry_pull_remove(descry_context *ctx, const char *name, uint64_t *bytes, descry_error *err);

/* Ids of a text: start token, at most context_length - 2 ids, end token; not padded.  A NULL model means CLIP's own
 * table and 77 ids; with a model, ctx may be NULL.  *ids is to be released with descry_free. */
DESCRY_API int descry_tokenize(descry_context *ctx, const descry_model *model, const char *text, size_t length,
                               int32_t **ids, size_t *count, descry_error *err);
DESCRY_API void descry_free(void *memory);

/* Decodes, rotates, resizes and crops a picture file: rgb is uint8 [H, W, 3] (image_height, image_width). */
DESCRY_API int descry_preprocess_file(const descry_model *model, const char *path,
                                      const descry_preprocess_options *options, uint8_t *rgb, descry_error *err);

/* The same of an encoded picture in memory; name: what messages call it, NULL: "picture". */
DESCRY_API int descry_preprocess_memory(const descry_model *model, const void *bytes, size_t size, const char *name,
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

DESCRY_API int descry_embed_memory(descry_model *model, const void *bytes, size_t size, const char *name,
                                   const descry_preprocess_options *options, int normalize, float *out,
                                   descry_error *err);

/* Embeddings of n NUL-terminated texts, out float [n, dim]. */
DESCRY_API int descry_embed_texts(descry_model *model, const char *const *texts, size_t n, int normalize, float *out,
                                  descry_error *err);

/* ---- captions ------------------------------------------------------------------------------------------------ */

/* How the ids of a caption are chosen; l: the decoder's logits, l' after minimum length and repetition penalty. */
typedef enum descry_decoding {
    DESCRY_DECODE_GROUP,  /* open_clip 3.3's default: beams by the sum of raw logits l'; its groups, which do not differ
                             from each other, are searched once, with beams / groups beams */
    DESCRY_DECODE_BEAM,   /* open_clip's newer default, as transformers searches: beams by the sum of log softmax(l) */
    DESCRY_DECODE_GREEDY, /* the greatest l' */
    DESCRY_DECODE_TOP_K,  /* drawn from softmax(t / temperature), t the top_k greatest l' and what equals the last */
    DESCRY_DECODE_TOP_P   /* the same of the fewest greatest l' whose softmax sums to top_p, one at least */
} descry_decoding;

typedef struct descry_generation {
    size_t size;
    descry_decoding decode;
    size_t beams, groups;     /* at most 64 beams; groups divides it */
    size_t min_length;        /* no end token before so many ids, start token included */
    size_t max_length;        /* ids in all, with start and end token: at most context_length + 1 */
    float repetition_penalty; /* of ids already there, l < 0: l * p, else l / p; 1: none */
    float temperature;        /* after top_k or top_p, as in open_clip */
    size_t top_k;
    float top_p;
    uint64_t seed;            /* a picture's caption depends on it, not on the other pictures */
    const char *prompt;       /* a text to go on with; NULL: none */
} descry_generation;

/* What open_clip's generate does without arguments. */
#define DESCRY_GENERATION_INIT                                                                                         \
    {sizeof(descry_generation), DESCRY_DECODE_GROUP, 6, 3, 5, 30, 1.0f, 1.0f, 1, 0.1f, 0, NULL}
DESCRY_INITIALIZER_(descry_generation, DESCRY_GENERATION_INIT)

typedef struct descry_caption_options {
    size_t size;
    const descry_generation *generation;
    const descry_preprocess_options *preprocess;
    size_t batch; /* pictures at once, at most; 0: chosen */
    const descry_watch *watch;
} descry_caption_options;

#define DESCRY_CAPTION_OPTIONS_INIT {sizeof(descry_caption_options), NULL, NULL, 0, NULL}
DESCRY_INITIALIZER_(descry_caption_options, DESCRY_CAPTION_OPTIONS_INIT)

typedef struct descry_caption {
    const char *text;   /* without start and end token, prompt included, trimmed; UTF-8 */
    const int32_t *ids; /* from the start token to the last that was chosen, the end token if it was; not padded */
    size_t count;
    double score; /* group: sum of the raw logits / ids, start and end token counted; else of log softmax(l'), or of
                     log softmax(l) for beam, / ids chosen */
} descry_caption;

/* Called for each picture in the order given; caption is NULL when it could not be described, and err says why and which
 * file.  *caption lives until it returns; a non-zero return stops. */
typedef int (*descry_caption_callback)(void *arg, const char *path, const descry_caption *caption,
                                       const descry_error *err);

/* Describes the pictures at `paths`: files, and folders, of which `folders` says what is looked at.  Returns 0 also when some
 * could not be read: `each` is told of each.  DESCRY_ERR_UNSUPPORTED: the model cannot describe pictures;
 * DESCRY_ERR_ARGUMENT: an option out of range, a prompt that is too long. */
DESCRY_API int descry_caption_files(descry_model *model, const char *const *paths, size_t count,
                                    const descry_folder_options *folders, const descry_caption_options *options,
                                    descry_caption_callback each, void *arg, descry_error *err);

/* Describes one encoded picture in memory; name as of descry_preprocess_memory, and given to `each` as its path.  What is
 * wrong with the picture is the error that is returned; `each` is called once, or not at all. */
DESCRY_API int descry_caption_memory(descry_model *model, const void *bytes, size_t size, const char *name,
                                     const descry_preprocess_options *preprocess, const descry_generation *generation,
                                     descry_caption_callback each, void *arg, descry_error *err);

/* Describes n preprocessed pictures, rgb uint8 [n, H, W, 3]; `each` is given no path.  embeddings float [n, dim], or
 * NULL: what descry_embed_pixels gives, normalised, from the same pass through the image tower. */
DESCRY_API int descry_caption_pixels(descry_model *model, const uint8_t *rgb, size_t n,
                                     const descry_generation *generation, float *embeddings,
                                     descry_caption_callback each, void *arg, descry_error *err);

/* ---- learned heads ----------------------------------------------------------------------------------------------- */

/* A linear layer for pictures and one for texts, through which a model's embeddings may go: y = (W x + b) / |W x + b|, x of
 * length 1 (Couairon et al. 2022, arXiv 2112.03162).  It is not changed by being used, and given with each call that is
 * to use it: descry_index stores vectors without one. */
typedef struct descry_head descry_head;

enum { DESCRY_PICTURES = 0, DESCRY_TEXTS = 1 };

/* `name` is a head of this model, or a file when it has a slash or ends in .safetensors; model NULL: a file.
 * DESCRY_ERR_ARGUMENT: trained for another model. */
DESCRY_API int descry_head_open(descry_head **head, descry_context *ctx, const descry_model *model, const char *name,
                                descry_error *err);
DESCRY_API void descry_head_close(descry_head **head); /* before its context */
DESCRY_API size_t descry_head_dim(const descry_head *head);

/* Embeddings of pictures or of texts (`kind`), x [n, dim], each of length 1, through a head: out [n, dim], which may be x;
 * normalize 0: not divided by their length. */
DESCRY_API int descry_head_map(const descry_head *head, int kind, const float *x, size_t n, int normalize, float *out,
                               descry_error *err);

/* ---- captions beside pictures: XMP sidecars ------------------------------------------------------------------------ */

/* A picture's sidecar is a small file in XMP beside it, which photo programs read; the picture itself is never touched.
 * Of photo.jpg it is photo.jpg.xmp, or photo.xmp when only that exists and no other picture can be meant by it; a new one
 * is called photo.jpg.xmp.  docs/xmp.md says which properties are written and what is kept of the rest: everything. */
typedef enum descry_sidecar_outcome {
    DESCRY_SIDECAR_WRITTEN,  /* the caption is in it */
    DESCRY_SIDECAR_REPLACED, /* the same, and a person's description, which it replaced, is kept for descry_sidecar_undo */
    DESCRY_SIDECAR_SAME,     /* had this caption of this model already: not written */
    DESCRY_SIDECAR_KEPT,     /* has a person's description: not written */
    DESCRY_SIDECAR_NOTHING,  /* nothing of descry's was in it: not written */
    DESCRY_SIDECAR_UNDONE,   /* what descry wrote was taken out */
    DESCRY_SIDECAR_RESTORED, /* the same, and the person's description is back */
    DESCRY_SIDECAR_CHANGED,  /* a person has changed the description since: it stays, the rest was taken out */
    DESCRY_SIDECAR_DELETED,  /* the file, which descry had made and nothing else was in, is gone */
    DESCRY_SIDECAR_EMBEDDED  /* the picture has a person's description in its own XMP (JPEG only): not written */
} descry_sidecar_outcome;

typedef struct descry_sidecar_options {
    size_t size;
    int64_t time;       /* that is recorded, seconds since 1970; 0: now */
    uint64_t max_bytes; /* of a sidecar; 0: 16 MiB, which is also the most */
    int overwrite;      /* 1: a person's description gives way */
    int include_hidden; /* as in descry_folder_options */
} descry_sidecar_options;

#define DESCRY_SIDECAR_OPTIONS_INIT {sizeof(descry_sidecar_options), 0, 0, 0, 0}
DESCRY_INITIALIZER_(descry_sidecar_options, DESCRY_SIDECAR_OPTIONS_INIT)

/* Puts a caption by `model` into the sidecar of the picture at `picture`: dc:description, for x-default, with the model,
 * of which a folder's path is left out, and the time.  A description that is there and not what descry wrote is a
 * person's.  The file is replaced as a whole, with its permissions; a link is followed.  *sidecar (may be NULL) is the
 * sidecar's path, also after an error, NULL when it has none; to be released with descry_free.
 * DESCRY_ERR_NOT_FOUND: no such picture; DESCRY_ERR_FORMAT, DESCRY_ERR_UNSUPPORTED, DESCRY_ERR_LIMIT: a sidecar that is
 * damaged, in no form that could be changed safely, or too large: it stays as it is; DESCRY_ERR_LIMIT also: a caption of
 * more than 64 KiB; DESCRY_ERR_BUSY: another program wrote it meanwhile; DESCRY_ERR_UNSUPPORTED also: this build has no
 * libexempi. */
DESCRY_API int descry_sidecar_write(descry_context *ctx, const char *picture, const char *caption, const char *model,
                                    const descry_sidecar_options *options, descry_sidecar_outcome *outcome,
                                    char **sidecar, descry_error *err);

/* Called for each sidecar; err is NULL, or says what kept it as it is.  A non-zero return stops. */
typedef int (*descry_sidecar_callback)(void *arg, const char *sidecar, descry_sidecar_outcome outcome,
                                       const descry_error *err);

/* Takes what descry_sidecar_write wrote out of the sidecars at `path`: a picture, which may be gone, a sidecar, or a folder,
 * of which all files *.xmp are looked at, and those in folders below.  What a person wrote instead since stays.  Returns
 * 0 also when some could not be changed: `each` is told of each.  DESCRY_ERR_NOT_FOUND: nothing is at `path`;
 * DESCRY_ERR_CANCELLED. */
DESCRY_API int descry_sidecar_undo(descry_context *ctx, const char *path, const descry_sidecar_options *options,
                                   descry_sidecar_callback each, void *arg, descry_error *err);

/* ---- labels -------------------------------------------------------------------------------------------------- */

typedef struct descry_classifier descry_classifier;

/* Zero-shot classification: a label's weight is the mean of the embeddings of its texts, one for each template with "{}"
 * replaced by the label, brought to length 1 (Radford et al. 2021, section 3.1.4), each through `head` unless that is NULL;
 * neither model nor head is needed afterwards.  count and template_count from 1 on. */
DESCRY_API int descry_classifier_open(descry_classifier **classifier, descry_model *model, const descry_head *head,
                                      const char *const *labels, size_t count, const char *const *templates,
                                      size_t template_count, descry_error *err);
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
    size_t size;
    int read_only; /* 1: the file must exist and is not changed */
    int create;    /* 1: create the file, and its folder, when absent */
} descry_library_options;

#define DESCRY_LIBRARY_OPTIONS_INIT {sizeof(descry_library_options), 0, 1}
DESCRY_INITIALIZER_(descry_library_options, DESCRY_LIBRARY_OPTIONS_INIT)

/* Opens the library at `path`; NULL: $DESCRY_LIBRARY, else $XDG_DATA_HOME/descry/library.db (~/.local/share).
 * An older schema is migrated; DESCRY_ERR_FORMAT: not a library; DESCRY_ERR_UNSUPPORTED: of a newer descry. */
DESCRY_API int descry_library_open(descry_library **library, descry_context *ctx, const char *path,
                                   const descry_library_options *options, descry_error *err);
DESCRY_API void descry_library_close(descry_library **library);
DESCRY_API const char *descry_library_path(const descry_library *library);

/* What an index run did; passed by the caller, up to date whenever its progress is called, and at the end. */
typedef struct descry_index_counts {
    size_t size;
    uint64_t found;       /* picture files */
    uint64_t embedded;    /* pictures that went through the model */
    uint64_t unchanged;
    uint64_t recognised;  /* moved or copied: known content at a new place */
    uint64_t failed;
    uint64_t missing;     /* known pictures whose file is gone */
    uint64_t captioned;   /* captions written */
    uint64_t passed_over; /* files that are not taken for pictures: neither hidden ones nor sidecars count */
    double seconds;
} descry_index_counts;

#define DESCRY_INDEX_COUNTS_INIT {sizeof(descry_index_counts), 0, 0, 0, 0, 0, 0, 0, 0, 0}
DESCRY_INITIALIZER_(descry_index_counts, DESCRY_INDEX_COUNTS_INIT)

typedef struct descry_index_options {
    size_t size;
    const descry_folder_options *folders; /* what the library knows of what is passed over stays as it is */
    const descry_preprocess_options *preprocess;
    size_t batch; /* pictures per model call; 0: chosen */
    /* 0: a JPEG, WebP or JPEG 2000 that is much larger than the model's pictures is decoded at a half, a quarter or an eighth
     * of its size where that makes its vector nearly the same (not while it is described in the same pass, nor as a reference),
     * and the vector is marked.  1: pictures are decoded as they are, and those whose vector is marked are embedded anew. */
    int full_decode;
    /* A picture whose decoder crashed, did not come to an end or went beyond its bounds is not tried again while its file is as
     * it was and descry is the same: it fails for the reason that is remembered, with DESCRY_ERR_FORMAT.  1: it is. */
    int retry_failed;
    /* A model that describes the pictures at `paths` that have no caption; NULL: none.  When it is the one that is indexed
     * with, new pictures go through the image tower once for both, and their vectors are committed before their captions
     * are begun; else all captions come after all vectors.  Captions that are there, a person's or a model's, stay. */
    descry_model *captioner;
    const descry_generation *generation; /* how */
    const descry_watch *watch;           /* stages LOOKING, WORKING, CAPTIONS */
    /* called once for each file or folder that could not be read; err names it and the reason */
    void (*failure)(void *arg, const char *path, const descry_error *err);
    /* called once all folders were looked through, for each ending that files passed over have, the most frequent first:
     * lower case, without its dot; "" for no ending; NULL at last for rare and odd ones together */
    void (*passed_over)(void *arg, const char *ending, uint64_t files);
    void *arg; /* of both */
} descry_index_options;

#define DESCRY_INDEX_OPTIONS_INIT                                                                                      \
    {sizeof(descry_index_options), NULL, NULL, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL}
DESCRY_INITIALIZER_(descry_index_options, DESCRY_INDEX_OPTIONS_INIT)

/* Adds new and changed pictures at `paths` (folders or files); with none, updates every known root.  Commits in
 * batches.  DESCRY_ERR_BUSY names the process that is indexing.  *counts (may be NULL) is filled in any case. */
DESCRY_API int descry_index(descry_library *library, descry_model *model, const char *const *paths, size_t count,
                            const descry_index_options *options, descry_index_counts *counts, descry_error *err);

/* The same in pieces, for pictures that come one after the other: uploads, folders that are watched.  A session keeps the
 * model and its threads ready and holds the right to write places from open to close; what `options` and `counts` point to
 * has to live as long.  Between two feeds the library may be searched as usual. */
typedef struct descry_session descry_session;

DESCRY_API int descry_session_open(descry_session **session, descry_library *library, descry_model *model,
                                   const descry_index_options *options, descry_index_counts *counts, descry_error *err);

/* As descry_index with these paths: what is found there is committed when it returns.  `counts` goes on from feed to feed,
 * progress begins anew.  After an error, or when it was stopped, a session can only be closed. */
DESCRY_API int descry_session_feed(descry_session *session, const char *const *paths, size_t count, descry_error *err);

/* What need not be done each time: scores are calibrated.  Before the library and the model are closed. */
DESCRY_API void descry_session_close(descry_session **session);

/* A person's caption of the picture with this id: it comes before any model's, and no model's ever replaces it.  NULL or ""
 * takes it back: then the model's, if there was one, is the picture's again.  DESCRY_ERR_NOT_FOUND: no such picture;
 * DESCRY_ERR_LIMIT: more than 64 KiB. */
DESCRY_API int descry_caption_put(descry_library *library, int64_t id, const char *text, descry_error *err);

/* Describes the pictures of the library that have no caption, neither a person's nor a model's, and keeps the captions
 * with the model's name and recipe.  Commits in batches; `each` (may be NULL) is told of a caption once it is committed, and
 * of each picture that could not be described (gone, changed since it was indexed), for which 0 is returned all the same;
 * of what is slow to load later than of others.  Progress counts the pictures without a caption.  Stopped by a callback
 * (DESCRY_ERR_CANCELLED) or otherwise, the next call goes on.  DESCRY_ERR_BUSY as for descry_index; else as
 * descry_caption_files. */
DESCRY_API int descry_caption_library(descry_library *library, descry_model *model,
                                      const descry_caption_options *options, descry_caption_callback each, void *arg,
                                      descry_error *err);

/* ---- what a picture says of itself ------------------------------------------------------------------------------ */

enum { DESCRY_CAMERA_SIZE = 128, DESCRY_TITLE_SIZE = 256, DESCRY_TIME_SIZE = 40, DESCRY_NO_OFFSET = INT32_MIN };
#define DESCRY_NO_TIME INT64_MIN

/* From a picture's EXIF. */
typedef struct descry_metadata {
    int64_t taken;         /* what the clock showed where it was taken: milliseconds from 1970-01-01 00:00:00 of that
                            * clock, so that 12:00 is noon whatever the zone; DESCRY_NO_TIME: unknown */
    int32_t taken_offset;  /* minutes by which that clock is ahead of UTC; DESCRY_NO_OFFSET: unknown */
    char camera[DESCRY_CAMERA_SIZE]; /* make and model, UTF-8; "": unknown */
    double latitude, longitude;      /* degrees, north and east positive; both NaN: unknown */
    char title[DESCRY_TITLE_SIZE];   /* ImageDescription, else XPTitle, unless a camera gives it to all pictures; one line
                                      * of UTF-8, cut off; "": none */
} descry_metadata;

/* "YYYY", "YYYY-MM" or "YYYY-MM-DD", the last with "THH:MM" or "THH:MM:SS" (a space may stand for the T): the first
 * moment of it, as in descry_metadata.  Years 0001 to 9999 of the Gregorian calendar.  DESCRY_ERR_ARGUMENT otherwise. */
DESCRY_API int descry_time_parse(const char *text, int64_t *time, descry_error *err);

/* ISO 8601: "2019-07-21T14:03:59", ".250" after it when there are milliseconds, then "+02:00" or "Z" when the offset is
 * known.  "" for DESCRY_NO_TIME and for times outside of the years 0001 to 9999. */
DESCRY_API void descry_time_print(char text[DESCRY_TIME_SIZE], int64_t time, int32_t offset);

/* Which pictures; all that is asked for must hold.  A picture without the datum never matches a filter on it. */
typedef struct descry_filter {
    size_t size;
    const char *const *under;   /* in or below one of these folders (or sources: see descry_match) */
    size_t unders;              /* 0: everywhere */
    int64_t after, before;      /* after <= taken < before; DESCRY_NO_TIME: no such bound */
    const char *camera;         /* make and model contain this, upper and lower case alike; NULL: any */
    double latitude, longitude; /* the place taken is at most this far from here, along a great circle of the */
    double km;                  /* sphere with the Earth's mean radius; negative: anywhere */
} descry_filter;

#define DESCRY_FILTER_INIT {sizeof(descry_filter), NULL, 0, DESCRY_NO_TIME, DESCRY_NO_TIME, NULL, 0, 0, -1}
DESCRY_INITIALIZER_(descry_filter, DESCRY_FILTER_INIT)

/* ---- searching -------------------------------------------------------------------------------------------------- */

/* What a term of the query adds to a score; over all terms they add up to it, but for rounding. */
typedef struct descry_share {
    const char *term; /* as it is written in the query */
    double weight;    /* brackets multiplied out */
    float score;
} descry_share;

typedef struct descry_match {
    uint64_t rank; /* from 1 */
    float score;   /* raw cosine; for another ranking see descry_ranking */
    int64_t id;    /* of the picture in this library, stable */
    const char *path;    /* of the file; or, for a picture without one, its source, such as a URL */
    const char *caption; /* NULL: none */
    int source;          /* 1: path is a source */
    const descry_metadata *metadata;
    float strength;      /* 0 to 100: how many percent of the texts that no picture is of find less (docs/query.md);
                            -1: not known, as the query is not of texts alone or the library not calibrated */
    const descry_share *const *shares; /* with `explain`, else NULL */
    size_t share_count;
    uint64_t vector_rank, words_rank; /* of a hybrid search: in each ranking, from 1; 0: not among its first 1000 */
} descry_match;

#define DESCRY_STRENGTH_GOOD 98 /* when the best match has less, nothing matches well; a macro, to be printed in texts */

/* Pictures by URL. */
typedef struct descry_net_options {
    size_t size;
    uint64_t max_bytes;
    unsigned seconds;  /* for one picture, redirections included */
    int allow_private; /* 1: also from this machine and local networks, and through a proxy */
} descry_net_options;

/* 64 MiB, 30 seconds, public addresses only */
#define DESCRY_NET_OPTIONS_INIT {sizeof(descry_net_options), 67108864, 30, 0}
DESCRY_INITIALIZER_(descry_net_options, DESCRY_NET_OPTIONS_INIT)

/* What a query is compared with, and what score a match has. */
typedef enum descry_ranking {
    DESCRY_RANKING_VECTORS, /* the pictures' embeddings: cosine */
    DESCRY_RANKING_WORDS,   /* captions, file names and embedded titles: those with all words of the query, by Okapi BM25 as
                               SQLite's FTS5 computes it.  The query is a text, at most 64 words; what has no letter or
                               digit is passed over; NOT is refused.  Case, marks of European letters and how they are
                               composed do not count; of Chinese, Japanese, Korean or Thai any part of a word is found.
                               No model is needed */
    DESCRY_RANKING_HYBRID   /* both: the first 1000 of the ranking by vectors and the first 1000 of those with any word of the
                               query's texts (of a weight above 0), by the sum of 1 / (60 + rank in each): reciprocal rank
                               fusion, Cormack, Clarke and Buettcher, SIGIR 2009.  NOT is refused */
} descry_ranking;

typedef struct descry_search_options {
    size_t size;
    size_t k;                 /* at most this many matches */
    size_t offset;            /* after so many that are passed over; their ranks count */
    float threshold;          /* only matches with score >= this; -2: all */
    const descry_filter *filter; /* applied before the cut at k: no match is lost to it; NULL: all */
    const descry_preprocess_options *preprocess;
    float min_strength;       /* only matches of at least this strength; 0: all */
    float not_threshold;      /* NOT leaves out pictures whose cosine with what follows it is above; -2: calibrated */
    int explain;              /* 1: with shares */
    const descry_net_options *net;
    /* Opens the model called `name` when it is needed and descry_search was given none; it has to live until
     * descry_search returns.  Without it and a model, queries can only be of pictures that the library knows. */
    int (*open_model)(void *model_arg, const char *name, descry_model **model, descry_error *err);
    void *model_arg;
    descry_ranking ranking;   /* any but VECTORS knows no threshold, strength or shares: DESCRY_ERR_ARGUMENT */
    /* of the model: the query's terms and all of the library's vectors go through it, which takes much longer; scores are
     * then without strength.  NULL: none.  DESCRY_ERR_ARGUMENT: for embeddings of another length */
    const descry_head *head;
    const int *cancel; /* as in descry_watch: looked at between the steps, also by descry_results_next, until the results
                          are closed */
} descry_search_options;

#define DESCRY_SEARCH_OPTIONS_INIT                                                                                     \
    {sizeof(descry_search_options), 10, 0, -2.0f, NULL, NULL, 0.0f, -2.0f, 0, NULL, NULL, NULL, DESCRY_RANKING_VECTORS, NULL, NULL}
DESCRY_INITIALIZER_(descry_search_options, DESCRY_SEARCH_OPTIONS_INIT)

/* Checks how a query is written, without looking anything up: DESCRY_ERR_ARGUMENT, DESCRY_ERR_LIMIT.  *position (may be
 * NULL) is then the byte at which it goes wrong. */
DESCRY_API int descry_query_check(const char *query, size_t *position, descry_error *err);

/* Finds the pictures nearest to a query by cosine, exact, equal scores in order of id.  The query is in the language of
 * docs/query.md: texts, pictures (./ ../ / ~/ http:// https:// file:), "#17" for the picture with that id in the
 * library, + - * and brackets, NOT.  Its vector is the sum of its terms, each of length 1 times its weight, brought to
 * length 1: x + lambda (positive - negative), Couairon et al. 2022, arXiv 2112.03162.  Pictures named in the query are
 * left out of its results; copies are one match, at their place with the lowest id, in a bin or
 * snapshot only when there is no other; missing files are left out.
 * `model` may be NULL when the library holds one model's vectors and the query only pictures that it knows; with
 * options->open_model it is opened when needed, and is the one last indexed with.  options->ranking has other ways to find. */
typedef struct descry_results descry_results;

DESCRY_API int descry_search(descry_results **results, descry_library *library, descry_model *model, const char *query,
                             const descry_search_options *options, descry_error *err);

/* Finds the pictures nearest to vector [dim], of any length but 0, instead; without strengths.  It is an embedding by `model`,
 * of a picture if it goes through a head; NULL as above.  DESCRY_ERR_ARGUMENT: another dim, a vector that is not finite, options
 * for queries (min_strength, not_threshold, explain, another ranking). */
DESCRY_API int descry_search_vector(descry_results **results, descry_library *library, descry_model *model,
                                    const float *vector, size_t dim, const descry_search_options *options,
                                    descry_error *err);

/* How many were found, those given already included, and those forgotten meanwhile, but not those that `offset` passes over. */
DESCRY_API size_t descry_results_count(const descry_results *results);

/* The next match: 1, and *match is valid until the next call; 0: there are no more.  Which pictures were found, in which
 * order, was fixed by the search; what is said of each is read from the library only then, some ahead, and what was forgotten
 * meanwhile is passed over.  To be closed before the library, and the head that was given: it uses both. */
DESCRY_API int descry_results_next(descry_results *results, const descry_match **match, descry_error *err);
DESCRY_API void descry_results_close(descry_results **results);

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
    const descry_library_model *const *models; /* most recently indexed first */
    size_t model_count;
    const char *const *roots;
    size_t root_count;
    uint64_t sources;  /* of the photos, those that have no file, only a source */
} descry_library_status;

/* *status and what it points to are valid until the next status of this library, or it is closed. */
DESCRY_API int descry_status(descry_library *library, const descry_library_status **status, descry_error *err);

/* Removes the pictures at or under `path` (or a source) from the library, and vectors and captions that no other place needs.
 * The files themselves are not touched.  *removed counts places. */
DESCRY_API int descry_forget(descry_library *library, const char *path, uint64_t *removed, descry_error *err);

/* ---- exchange --------------------------------------------------------------------------------------------------- */

/* A picture of the library.  Copies are one, as in descry_search; missing files are left out. */
typedef struct descry_entry {
    int64_t id;
    const char *path;       /* as in descry_match */
    int source;
    const char *caption;    /* NULL: none */
    const char *captioner;  /* the model that wrote it; NULL: a person did */
    const descry_metadata *metadata;
    const float *vector;    /* [dim], of length 1 but for f16 rounding; NULL: not asked for, or none of this model */
    int dim;
} descry_entry;

/* Of descry_export_npz all but `vectors`: an archive has those pictures that have one. */
typedef struct descry_export_options {
    size_t size;
    const char *model; /* as it was indexed (its name or recipe); NULL: the last indexed */
    const descry_filter *filter;
    int vectors;       /* descry_entries: 1: with vectors; 2: and only those pictures that have one */
    const descry_watch *watch;
} descry_export_options;

#define DESCRY_EXPORT_OPTIONS_INIT {sizeof(descry_export_options), NULL, NULL, 0, NULL}
DESCRY_INITIALIZER_(descry_export_options, DESCRY_EXPORT_OPTIONS_INIT)

/* Calls `each` for the pictures, in order of id, as they are at one moment; a non-zero return stops.  Until it returns,
 * nothing can be written by this handle: DESCRY_ERR_BUSY.  The model itself is not needed.  DESCRY_ERR_NOT_FOUND: nothing
 * is indexed with it, though vectors are asked for. */
typedef int (*descry_entry_callback)(void *arg, const descry_entry *entry);
DESCRY_API int descry_entries(descry_library *library, const descry_export_options *options,
                              descry_entry_callback each, void *arg, descry_error *err);

/* The picture with this id, and its vector of `model` (its name or recipe; NULL: none); both live until the next call on the library.
 * DESCRY_ERR_NOT_FOUND: no such picture. */
DESCRY_API int descry_entry_at(descry_library *library, int64_t id, const char *model, const descry_entry **entry,
                               descry_error *err);

/* Writes the vectors of one model to a NumPy archive, for numpy.load: "features", float32 [n, dim], and "urls", unicode
 * [n], the paths and sources (bytes that are not UTF-8 as Python's surrogateescape: os.fsencode gives them back).  The
 * order is that of descry_entries.  A file of that name is replaced when all is written.  *count (may be NULL): n. */
DESCRY_API int descry_export_npz(descry_library *library, const char *path, const descry_export_options *options,
                                 uint64_t *count, descry_error *err);

/* What an import did; as descry_index_counts. */
typedef struct descry_import_counts {
    size_t size;
    uint64_t rows;
    uint64_t added;     /* pictures that the library did not know */
    uint64_t completed; /* known pictures that had no vector of this model */
    uint64_t unchanged;
    uint64_t failed;
    double seconds;
} descry_import_counts;

#define DESCRY_IMPORT_COUNTS_INIT {sizeof(descry_import_counts), 0, 0, 0, 0, 0, 0}
DESCRY_INITIALIZER_(descry_import_counts, DESCRY_IMPORT_COUNTS_INIT)

typedef struct descry_import_options {
    size_t size;
    const char *features, *urls; /* names of the arrays */
    uint64_t max_bytes;          /* of either array; and at most 4 GiB of features in Fortran order, held in memory */
    const descry_limits *limits; /* for local pictures */
    const descry_watch *watch;   /* stages CHECKING, WORKING */
    /* called once for each row that was left out, with its number from 0; url may be NULL */
    void (*failure)(void *arg, uint64_t row, const char *url, const descry_error *err);
    void *arg;
} descry_import_options;

#define DESCRY_IMPORT_OPTIONS_INIT                                                                                     \
    {sizeof(descry_import_options), "features", "urls", UINT64_C(68719476736), NULL, NULL, NULL, NULL}
DESCRY_INITIALIZER_(descry_import_options, DESCRY_IMPORT_OPTIONS_INIT)

/* Adds embeddings that `model` made from a NumPy archive (np.savez, np.savez_compressed): "features", float16, 32 or 64
 * [n, dim of the model], and "urls", unicode or bytes [n]; other arrays are passed over.  That the vectors are this
 * model's is taken on trust.  Each is brought to length 1, unless it is so within what f16 can tell (2^-11).
 *
 * A url that is the absolute path of a file here becomes the picture in that file, as if it had been indexed (the file
 * is read, not embedded); any other becomes a picture without a file, whose source is the url.  A vector that is there
 * is not replaced: importing a file again changes nothing.
 *
 * A row whose vector is not finite or has no direction, whose url is empty or ill-formed, or whose file is no picture
 * is named and left out.  An archive that is damaged, cut off, or not what it says changes nothing: all of it is checked
 * first.  DESCRY_ERR_FORMAT, DESCRY_ERR_LIMIT, DESCRY_ERR_UNSUPPORTED name the file, the array and the reason;
 * DESCRY_ERR_ARGUMENT: vectors of another length than the model's.  *counts (may be NULL) is filled in any case. */
DESCRY_API int descry_import_npz(descry_library *library, descry_model *model, const char *path,
                                 const descry_import_options *options, descry_import_counts *counts,
                                 descry_error *err);

#ifdef __cplusplus
}
#endif

#endif
