/* SPDX-License-Identifier: Apache-2.0
 *
 * descry: find and describe pictures with OpenCLIP.
 *
 * Threads.  A context owns one pool of worker threads, which all calls share.  Contexts, models, heads and classifiers may
 * be used by any number of threads at once, a model with one copy of its weights; a handle must not be in use by another
 * thread while it is opened or closed.  A library handle is used by one thread at a time, from any; any number of them, in one
 * process or in several, may be opened on one file, with one writer at a time (DESCRY_ERR_BUSY).  Callbacks run on the calling
 * thread; the context's `log` runs there, too, or on a thread that loads pictures for the call.  Results are bitwise
 * independent of the number of threads and of concurrent callers.
 *
 * Errors.  Functions return 0 or a negative DESCRY_ERR_ code and fill *err, which the caller owns and which may be
 * NULL.  On failure an output handle is NULL and nothing is left for the caller to free.
 *
 * Compatibility.  A struct that the caller makes begins with its size, which its INIT macro, or its inline _init function for
 * languages without macros, sets together with the defaults: later versions add members at the end, and members that an
 * older caller lacks have their defaults.  Such structs refer to others by pointer, and NULL stands for one with all
 * defaults.  Structs that the library makes are only ever accessed by pointer, also in arrays, and grow at their end.
 * descry_error and descry_region never change.  DESCRY_ERR_ARGUMENT: a size that no version has, or a member set that this
 * version does not know.
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
    DESCRY_ERR_ARGUMENT = -5,    /* an invalid argument or option */
    DESCRY_ERR_LIMIT = -6,       /* beyond a configured limit */
    DESCRY_ERR_NOT_FOUND = -7,   /* no such model, picture or file */
    DESCRY_ERR_BUSY = -8,        /* another process, handle or session holds it */
    DESCRY_ERR_CANCELLED = -9,   /* a callback asked to stop */
    DESCRY_ERR_NUMERIC = -10     /* a result is not finite */
};

/* Never changes: made by the caller, but without a size. */
typedef struct descry_error {
    int code;
    char message[1000]; /* one line, UTF-8, names the file and the reason */
} descry_error;

/* Defines void TYPE_init(TYPE *), which assigns the type's INIT macro. */
#define DESCRY_INITIALIZER_(type, INIT)                                                                                \
    static inline void type##_init(type *out)                                                                          \
    {                                                                                                                  \
        const type initial = INIT;                                                                                     \
        *out = initial;                                                                                                \
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
    DESCRY_STAGE_CHECKING, /* the file to import; in bytes */
    DESCRY_STAGE_WORKING,  /* on pictures, rows or pairs */
    DESCRY_STAGE_CAPTIONS, /* of indexed pictures without one; done: pictures processed */
    DESCRY_STAGE_FETCHING, /* a model; in bytes */
    DESCRY_STAGE_WAITING   /* for another program that is fetching the same */
} descry_stage;

/* Progress of a long-running call, the same for all of them. */
typedef struct descry_progress {
    descry_stage stage;
    uint64_t done, total; /* of this stage, what failed counted as done */
    uint64_t failed;      /* in all stages */
    double seconds;       /* since the call began */
} descry_progress;

/* Progress callback and cancellation, for the options of such a call. */
typedef struct descry_watch {
    size_t size;
    /* called often; a non-zero return stops after the batch in flight, which is kept: DESCRY_ERR_CANCELLED */
    int (*progress)(void *arg, const descry_progress *progress);
    void *arg;
    const int *cancel; /* cancels as well once it is not 0: set by an atomic store from another thread, or by a signal
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
    /* against decompression bombs: a JPEG, PNG or GIF with more pixels per byte of coded data than this, or than its format
     * can encode, is refused; 0: no bound */
    uint64_t max_pixels_per_byte;
} descry_limits;

/* 65,500 pixels a side, 512 million pixels, 1 GiB, 10,000 pixels a byte */
#define DESCRY_LIMITS_INIT {sizeof(descry_limits), 65500, 512000000, 1073741824, 10000}
DESCRY_INITIALIZER_(descry_limits, DESCRY_LIMITS_INIT)

/* A rectangle of a picture in fractions of its width and height, 0 <= left < right <= 1, 0 <= top < bottom <= 1; all 0: the
 * whole.  Edges are rounded to the nearest edge between pixels: n / width is before pixel n.  It contains at least one pixel.
 * Never changes. */
typedef struct descry_region {
    double left, top, right, bottom;
} descry_region;

typedef struct descry_preprocess_options {
    size_t size;
    int reference; /* 1: open_clip's own order: resize in the file's own mode, no EXIF rotation; 2: that of Immich's machine
                      learning service: made RGB without regard to transparency, resized to its size and cropped at its place,
                      which may be a pixel from open_clip's, no EXIF rotation */
    int pillow;    /* order of the resampling passes as in this major version of Pillow: 12 or 13 */
    const descry_limits *limits;
    const descry_region *region; /* crops to it first: of the upright picture or, with `reference`, of the picture as stored;
                                    NULL: the whole.  DESCRY_ERR_ARGUMENT where many pictures are processed */
} descry_preprocess_options;

#define DESCRY_PREPROCESS_OPTIONS_INIT {sizeof(descry_preprocess_options), 0, 13, NULL, NULL}
DESCRY_INITIALIZER_(descry_preprocess_options, DESCRY_PREPROCESS_OPTIONS_INIT)

/* Pictures by URL. */
typedef struct descry_net_options {
    size_t size;
    uint64_t max_bytes;
    unsigned seconds;  /* timeout for one picture, redirections included */
    int allow_private; /* 1: also from this machine and local networks, and through a proxy */
} descry_net_options;

/* 64 MiB, 30 seconds, public addresses only */
#define DESCRY_NET_OPTIONS_INIT {sizeof(descry_net_options), 67108864, 30, 0}
DESCRY_INITIALIZER_(descry_net_options, DESCRY_NET_OPTIONS_INIT)

/* Which files of a folder are treated as pictures: those with a picture format's file name extension, and those without any
 * that begin with a picture format's signature.  Hidden files and folders, and trash and snapshot folders (#recycle,
 * $RECYCLE.BIN, lost+found ...) below the folder are skipped. */
typedef struct descry_folder_options {
    size_t size;
    const char *const *exclude; /* shell patterns (fnmatch) matched against a name and against the path below the folder */
    size_t excludes;
    int include_hidden; /* 1: hidden, trash and snapshot folders, too */
    int sniff;          /* 1: also files with other extensions that begin with a picture format's signature */
} descry_folder_options;

#define DESCRY_FOLDER_OPTIONS_INIT {sizeof(descry_folder_options), NULL, 0, 0, 0}
DESCRY_INITIALIZER_(descry_folder_options, DESCRY_FOLDER_OPTIONS_INIT)

/* ---- models ------------------------------------------------------------------------------------------------- */

typedef struct descry_model descry_model;

typedef struct descry_model_info {
    const char *name;      /* as passed to descry_model_open; with an image_size, "@N" ends it */
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
    int can_caption;       /* 1: it has a decoder for captions */
} descry_model_info;

/* Precision of weight matrices that the file has in f32; those in f16 or bf16 are used as they are in any case.  Token and
 * position embeddings, biases and norms stay in f32, and so does all arithmetic. */
typedef enum descry_precision {
    DESCRY_PRECISION_F32,
    DESCRY_PRECISION_BF16 /* rounded to nearest even: a relative error of at most 2^-9 for each weight.  Half the memory;
                             the caption of a single picture, which is memory-bound, in little more than half the time, but
                             captions in batches and embeddings, which are compute-bound, no faster.  Embeddings differ
                             slightly (coca_ViT-B-32 with random weights: by 0.55 per cent of their length, cosine to f32
                             0.99998), captions where two ids are nearly as likely.  It is part of the recipe: libraries
                             keep such embeddings apart from those in f32 */
} descry_precision;

typedef struct descry_model_options {
    size_t size;
    descry_precision precision;
    int image_size; /* side of the squares that pictures become, in pixels; 0: as the name says, or the model's own */
    /* 1: texts that several threads embed or search for at the same time go through the model together, up to 64 in a batch, and
     * so do pictures, up to 16: more a second, as for the requests of a server.  Results are the same bits, and a batch that
     * fails is repeated call by call.  A call waits for the batch before it */
    uint64_t combine;
} descry_model_options;

#define DESCRY_MODEL_OPTIONS_INIT {sizeof(descry_model_options), DESCRY_PRECISION_F32, 0, 0}
DESCRY_INITIALIZER_(descry_model_options, DESCRY_MODEL_OPTIONS_INIT)

/* Opens a model: a directory in open_clip's format (open_clip_config.json and open_clip_model.safetensors), "demo",
 * or an installed one of Hugging Face's cache: "hf-hub:org/name", "architecture/tag" or Immich's "architecture__tag".
 * "@N" after any of these is another size of pictures than the model's own: its positional embeddings are resampled
 * (open_clip's force_image_size).  Weights are memory-mapped; a tower's are packed when it is first used.
 * DESCRY_ERR_NOT_FOUND: no such model; DESCRY_ERR_FORMAT, DESCRY_ERR_UNSUPPORTED: named tensor or configuration key. */
DESCRY_API int descry_model_open(descry_model **model, descry_context *ctx, const char *name,
                                 const descry_model_options *options, descry_error *err);
DESCRY_API void descry_model_close(descry_model **model);

/* Length of the directory's path that a model's name begins with, which depends on the current directory and which "@N" may
 * follow; 0: the name is of one of the other forms. */
DESCRY_API size_t descry_model_folder(const char *name);

DESCRY_API const descry_model_info *descry_model_get_info(const descry_model *model); /* lives as long as the model */

typedef struct descry_known_model {
    const char *name;
    const char *path; /* NULL: a known architecture that is not installed */
    int dim;          /* 0: not installed, or its configuration cannot be read */
    uint64_t bytes;   /* of its file of weights */
} descry_known_model;

/* Calls `each` for every model known or installed, in name order; a non-zero return stops.  DESCRY_ERR_MEMORY: of those
 * known not all were listed. */
typedef int (*descry_model_callback)(void *arg, const descry_known_model *model);
DESCRY_API int descry_models(descry_model_callback each, void *arg, descry_error *err);

/* Whether the model of this name, an architecture or an installed one, can write captions.  Its weights are not opened. */
DESCRY_API int descry_can_caption(const char *name);

/* Published pretrained weights, by open_clip's names. */
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

/* What this build can do with them once descry_pull has fetched them and their tokenizer, which their architecture's
 * configuration tells: DESCRY_CAN_ bits; 0: nothing. */
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
    int is_tokenizer;        /* 1: a repository of its own with the tokenizer of a model that was just fetched, or was there */
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
 * where other programs find it as they would their own, and descry_model_open does; then, where its configuration names a
 * tokenizer in a repository that is neither its own nor there yet, that, too.  Of a folder with a model only the tokenizer is
 * fetched.  Each file is verified before it has its name; what was stopped half way goes on from there.  Of a model that is
 * there already only what has changed is fetched.
 * DESCRY_ERR_CANCELLED: `confirm` or `watch` did not want it; DESCRY_ERR_FORMAT: what came was not what the hub announced;
 * DESCRY_ERR_NOT_FOUND: no such model, or HF_HUB_OFFLINE forbids it. */
DESCRY_API int descry_pull(descry_context *ctx, const char *name, const descry_pull_options *options, descry_error *err);

/* Deletes a model from the cache, and its tokenizer, if it is a repository of its own that descry_pull fetched; *bytes: what
 * they took.  A tokenizer that another installed model uses stays.  DESCRY_ERR_BUSY: it is being fetched. */
DESCRY_API int descry_pull_remove(descry_context *ctx, const char *name, uint64_t *bytes, descry_error *err);

/* Ids of a text: start token, at most context_length - 2 ids, end token; not padded.  A NULL model means CLIP's own
 * vocabulary and 77 ids; with a model, ctx may be NULL.  *ids is to be released with descry_free. */
DESCRY_API int descry_tokenize(descry_context *ctx, const descry_model *model, const char *text, size_t length,
                               int32_t **ids, size_t *count, descry_error *err);
DESCRY_API void descry_free(void *memory);

/* Decodes, rotates, resizes and crops a picture file, or options->region of it: rgb is uint8 [H, W, 3] (image_height,
 * image_width). */
DESCRY_API int descry_preprocess_file(const descry_model *model, const char *path,
                                      const descry_preprocess_options *options, uint8_t *rgb, descry_error *err);

/* The same for an encoded picture in memory; name: for error messages, NULL: "picture". */
DESCRY_API int descry_preprocess_memory(const descry_model *model, const void *bytes, size_t size, const char *name,
                                        const descry_preprocess_options *options, uint8_t *rgb, descry_error *err);

/* Scales and normalises: rgb uint8 [H, W, 3] -> chw float [3, H, W] with the model's mean and deviation. */
DESCRY_API void descry_preprocess_normalize(const descry_model *model, const uint8_t *rgb, float *chw);

/* Embeddings of n preprocessed pictures, rgb uint8 [n, H, W, 3] -> out float [n, dim].
 * normalize 1: each of length 1 (x / max(|x|, 1e-12)); 0: the tower's output before open_clip's normalisation. */
DESCRY_API int descry_embed_pixels(descry_model *model, const uint8_t *rgb, size_t n, int normalize, float *out,
                                   descry_error *err);

/* Embedding of one picture file, out float [dim]. */
DESCRY_API int descry_embed_file(descry_model *model, const char *path, const descry_preprocess_options *options,
                                 int normalize, float *out, descry_error *err);

DESCRY_API int descry_embed_memory(descry_model *model, const void *bytes, size_t size, const char *name,
                                   const descry_preprocess_options *options, int normalize, float *out,
                                   descry_error *err);

/* The same of a picture by its URL, http or https; net NULL: as its defaults. */
DESCRY_API int descry_embed_url(descry_model *model, const char *url, const descry_net_options *net,
                                const descry_preprocess_options *options, int normalize, float *out, descry_error *err);

/* Width and height of an encoded picture in memory, in pixels as stored: before any rotation.  Its pixels are not decoded. */
DESCRY_API int descry_measure_memory(descry_context *ctx, const void *bytes, size_t size, const char *name,
                                     const descry_preprocess_options *options, int *width, int *height, descry_error *err);

/* Embeddings of n NUL-terminated texts, out float [n, dim]. */
DESCRY_API int descry_embed_texts(descry_model *model, const char *const *texts, size_t n, int normalize, float *out,
                                  descry_error *err);

/* A small JPEG of a picture that every browser shows: upright, sRGB without a profile, 4:2:0, transparency blended over white, no
 * metadata; its longer side has `side` pixels (1 to 4096), or as many as the picture's.  *width and *height (may be NULL): the
 * whole picture's, upright.  Of `options` only the limits count.  *jpeg [*size] is to be released with descry_free. */
DESCRY_API int descry_preview_file(descry_context *ctx, const char *path, int side, const descry_preprocess_options *options,
                                   uint8_t **jpeg, size_t *size, int *width, int *height, descry_error *err);

/* The same of an encoded picture in memory [size_of_bytes], which nothing else's decoder shares a process with. */
DESCRY_API int descry_preview_memory(descry_context *ctx, const void *bytes, size_t size_of_bytes, const char *name, int side,
                                     const descry_preprocess_options *options, uint8_t **jpeg, size_t *size, int *width,
                                     int *height, descry_error *err);

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
    const char *prompt;       /* text that the caption begins with; NULL: none */
} descry_generation;

/* The defaults of open_clip's generate. */
#define DESCRY_GENERATION_INIT                                                                                         \
    {sizeof(descry_generation), DESCRY_DECODE_GROUP, 6, 3, 5, 30, 1.0f, 1.0f, 1, 0.1f, 0, NULL}
DESCRY_INITIALIZER_(descry_generation, DESCRY_GENERATION_INIT)

typedef struct descry_caption_options {
    size_t size;
    const descry_generation *generation;
    const descry_preprocess_options *preprocess;
    size_t batch; /* pictures at once, at most; 0: default */
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

/* Called for each picture in input order; on failure caption is NULL and err names the file and the reason.  *caption lives
 * until the callback returns; a non-zero return stops. */
typedef int (*descry_caption_callback)(void *arg, const char *path, const descry_caption *caption,
                                       const descry_error *err);

/* Captions the pictures at `paths`: files, and folders, whose files `folders` selects.  Pictures that cannot be read are
 * reported by `each` and are no error.  DESCRY_ERR_UNSUPPORTED: the model cannot write captions; DESCRY_ERR_ARGUMENT: an
 * option out of range, a prompt that is too long. */
DESCRY_API int descry_caption_files(descry_model *model, const char *const *paths, size_t count,
                                    const descry_folder_options *folders, const descry_caption_options *options,
                                    descry_caption_callback each, void *arg, descry_error *err);

/* Captions one encoded picture in memory; name as in descry_preprocess_memory, passed to `each` as the path.  `each` is
 * called once on success, and not at all when an error is returned. */
DESCRY_API int descry_caption_memory(descry_model *model, const void *bytes, size_t size, const char *name,
                                     const descry_preprocess_options *preprocess, const descry_generation *generation,
                                     descry_caption_callback each, void *arg, descry_error *err);

/* Captions n preprocessed pictures, rgb uint8 [n, H, W, 3]; the path passed to `each` is NULL.  embeddings float [n, dim],
 * or NULL: those of descry_embed_pixels, normalised, from the same pass through the image tower. */
DESCRY_API int descry_caption_pixels(descry_model *model, const uint8_t *rgb, size_t n,
                                     const descry_generation *generation, float *embeddings,
                                     descry_caption_callback each, void *arg, descry_error *err);

/* ---- learned heads ----------------------------------------------------------------------------------------------- */

/* A learned linear layer for pictures and one for texts, applied to a model's embeddings: y = (W x + b) / |W x + b|, x of
 * length 1 (Couairon et al. 2022, arXiv 2112.03162).  It is immutable and an argument of each call that is to use it:
 * descry_index stores vectors without one. */
typedef struct descry_head descry_head;

enum { DESCRY_PICTURES = 0, DESCRY_TEXTS = 1 };

/* `name` is a head of this model, or a file when it has a slash or ends in .safetensors; model NULL: a file.
 * DESCRY_ERR_ARGUMENT: trained for another model. */
DESCRY_API int descry_head_open(descry_head **head, descry_context *ctx, const descry_model *model, const char *name,
                                descry_error *err);
DESCRY_API void descry_head_close(descry_head **head); /* before its context */
DESCRY_API size_t descry_head_dim(const descry_head *head);

/* Applies a head to embeddings of pictures or of texts (`kind`), x [n, dim], each of length 1: out [n, dim], which may be x;
 * normalize 0: not divided by their length. */
DESCRY_API int descry_head_map(const descry_head *head, int kind, const float *x, size_t n, int normalize, float *out,
                               descry_error *err);

/* ---- captions beside pictures: XMP sidecars ------------------------------------------------------------------------ */

/* A picture's sidecar is a small XMP file beside it, which photo programs read; the picture itself is never modified.  For
 * photo.jpg it is photo.jpg.xmp, or photo.xmp when only that exists and can belong to no other picture; a new one is called
 * photo.jpg.xmp.  docs/xmp.md lists the properties that are written; all others are kept. */
typedef enum descry_sidecar_outcome {
    DESCRY_SIDECAR_WRITTEN,  /* the caption was written */
    DESCRY_SIDECAR_REPLACED, /* the same, and a person's description that it replaced was saved for descry_sidecar_undo */
    DESCRY_SIDECAR_SAME,     /* has this caption by this model already: not written */
    DESCRY_SIDECAR_KEPT,     /* has a person's description: not written */
    DESCRY_SIDECAR_NOTHING,  /* contains nothing by descry: not written */
    DESCRY_SIDECAR_UNDONE,   /* descry's properties were removed */
    DESCRY_SIDECAR_RESTORED, /* the same, and the person's description was restored */
    DESCRY_SIDECAR_CHANGED,  /* a person has changed the description since: it was kept, descry's other properties removed */
    DESCRY_SIDECAR_DELETED,  /* the file, which descry had created and which had no other content, was deleted */
    DESCRY_SIDECAR_EMBEDDED  /* the picture has a person's description in its own XMP (JPEG only): not written */
} descry_sidecar_outcome;

typedef struct descry_sidecar_options {
    size_t size;
    int64_t time;       /* to record, seconds since 1970; 0: now */
    uint64_t max_bytes; /* of a sidecar; 0: 16 MiB, which is also the maximum */
    int overwrite;      /* 1: replace a person's description */
    int include_hidden; /* as in descry_folder_options */
} descry_sidecar_options;

#define DESCRY_SIDECAR_OPTIONS_INIT {sizeof(descry_sidecar_options), 0, 0, 0, 0}
DESCRY_INITIALIZER_(descry_sidecar_options, DESCRY_SIDECAR_OPTIONS_INIT)

/* Writes a caption by `model` into the sidecar of the picture at `picture`: dc:description, for x-default, with the model's
 * name (of a model in a folder without the folder's path) and the time.  A description that descry did not write counts as a
 * person's.  The file is replaced atomically and keeps its permissions; symbolic links are followed.  *sidecar (may be NULL)
 * is the sidecar's path, also after an error, NULL when it has none; to be released with descry_free.
 * DESCRY_ERR_NOT_FOUND: no such picture; DESCRY_ERR_FORMAT, DESCRY_ERR_UNSUPPORTED, DESCRY_ERR_LIMIT: the sidecar is damaged,
 * in a form that cannot be edited safely, or too large, and is left unchanged; DESCRY_ERR_LIMIT also: a caption of more than
 * 64 KiB; DESCRY_ERR_BUSY: another program wrote it meanwhile; DESCRY_ERR_UNSUPPORTED also: this build has no libexempi. */
DESCRY_API int descry_sidecar_write(descry_context *ctx, const char *picture, const char *caption, const char *model,
                                    const descry_sidecar_options *options, descry_sidecar_outcome *outcome,
                                    char **sidecar, descry_error *err);

/* Called for each sidecar; err is NULL, or the reason why it was left unchanged.  A non-zero return stops. */
typedef int (*descry_sidecar_callback)(void *arg, const char *sidecar, descry_sidecar_outcome outcome,
                                       const descry_error *err);

/* Removes what descry_sidecar_write wrote from the sidecars at `path`: a picture, which need not exist any more, a sidecar, or
 * a folder, whose *.xmp files are processed recursively.  Later changes by a person are kept.  Sidecars that cannot be changed
 * are reported by `each` and are no error.  DESCRY_ERR_NOT_FOUND: nothing is at `path`; DESCRY_ERR_CANCELLED. */
DESCRY_API int descry_sidecar_undo(descry_context *ctx, const char *path, const descry_sidecar_options *options,
                                   descry_sidecar_callback each, void *arg, descry_error *err);

/* ---- labels -------------------------------------------------------------------------------------------------- */

typedef struct descry_classifier descry_classifier;

/* Zero-shot classification: a label's weight is the mean of the embeddings of its texts, one for each template with "{}"
 * replaced by the label, normalised to length 1 (Radford et al. 2021, section 3.1.4).  `head` is applied to each embedding
 * unless it is NULL; neither model nor head is needed afterwards.  count, template_count >= 1. */
DESCRY_API int descry_classifier_open(descry_classifier **classifier, descry_model *model, const descry_head *head,
                                      const char *const *labels, size_t count, const char *const *templates,
                                      size_t template_count, descry_error *err);
DESCRY_API void descry_classifier_close(descry_classifier **classifier);
DESCRY_API const float *descry_classifier_weights(const descry_classifier *classifier); /* [count, dim] */

/* For a picture's embedding [dim] of length 1: scores [count] are cosines; probabilities [count] are softmax(logit_scale *
 * score), or for a model with a bias sigmoid(logit_scale * score + logit_bias) of each score.  Either may be NULL. */
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
    uint64_t thumbs_bytes; /* of thumbnails kept beside it: see descry_thumbnail; 0: none */
} descry_library_options;

/* 1 GiB of thumbnails */
#define DESCRY_LIBRARY_OPTIONS_INIT {sizeof(descry_library_options), 0, 1, 1073741824}
DESCRY_INITIALIZER_(descry_library_options, DESCRY_LIBRARY_OPTIONS_INIT)

/* Opens the library at `path`; NULL: $DESCRY_LIBRARY, else $XDG_DATA_HOME/descry/library.db (~/.local/share).
 * An older schema is migrated; DESCRY_ERR_FORMAT: not a library; DESCRY_ERR_UNSUPPORTED: of a newer descry. */
DESCRY_API int descry_library_open(descry_library **library, descry_context *ctx, const char *path,
                                   const descry_library_options *options, descry_error *err);
DESCRY_API void descry_library_close(descry_library **library);
DESCRY_API const char *descry_library_path(const descry_library *library);

/* Statistics of an index run; the caller's struct is updated before each progress callback and at the end. */
typedef struct descry_index_counts {
    size_t size;
    uint64_t found;       /* picture files */
    uint64_t embedded;    /* pictures that went through the model */
    uint64_t unchanged;
    uint64_t recognised;  /* moved or copied: known content at a new path */
    uint64_t failed;
    uint64_t missing;     /* known pictures whose file is gone */
    uint64_t captioned;   /* captions written */
    uint64_t passed_over; /* files that are not treated as pictures; hidden files and sidecars are not counted */
    double seconds;
} descry_index_counts;

#define DESCRY_INDEX_COUNTS_INIT {sizeof(descry_index_counts), 0, 0, 0, 0, 0, 0, 0, 0, 0}
DESCRY_INITIALIZER_(descry_index_counts, DESCRY_INDEX_COUNTS_INIT)

typedef struct descry_index_options {
    size_t size;
    const descry_folder_options *folders; /* library entries of files that are skipped stay unchanged */
    const descry_preprocess_options *preprocess;
    size_t batch; /* pictures per model call; 0: default */
    /* 0: a JPEG, WebP or JPEG 2000 that is much larger than the model's input is decoded at a half, a quarter or an eighth of
     * its size where that changes its vector only slightly (not when it is captioned in the same pass, nor with `reference`),
     * and the vector is marked as a draft's.  1: pictures are decoded at full size, and drafts' vectors are replaced. */
    int full_decode;
    /* 0: a picture whose decoder crashed, timed out or exceeded its memory bound is not retried as long as its file and the
     * version of descry are the same: it fails with the recorded reason and DESCRY_ERR_FORMAT.  1: it is retried. */
    int retry_failed;
    /* A model that captions those pictures at `paths` that have no caption; NULL: none.  When it is also the model to index
     * with, new pictures go through the image tower once for both, and the vectors of a batch are committed before its captions
     * are generated; else all captions follow all vectors.  Existing captions, a person's or a model's, are kept. */
    descry_model *captioner;
    const descry_generation *generation; /* of captions */
    const descry_watch *watch;           /* stages LOOKING, WORKING, CAPTIONS */
    /* called once for each file or folder that could not be read; err names it and the reason */
    void (*failure)(void *arg, const char *path, const descry_error *err);
    /* called after the scan of all folders, for each file name extension among the files passed over, the most frequent first:
     * in lower case, without its dot; "" for none; NULL, last, for rare and unusual ones together */
    void (*passed_over)(void *arg, const char *ending, uint64_t files);
    void *arg; /* of both */
} descry_index_options;

#define DESCRY_INDEX_OPTIONS_INIT                                                                                      \
    {sizeof(descry_index_options), NULL, NULL, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL}
DESCRY_INITIALIZER_(descry_index_options, DESCRY_INDEX_OPTIONS_INIT)

/* Adds new and changed pictures at `paths` (folders or files); with count 0, updates every known root.  Commits in batches.
 * DESCRY_ERR_BUSY names the process that is indexing.  *counts (may be NULL) is filled in any case. */
DESCRY_API int descry_index(descry_library *library, descry_model *model, const char *const *paths, size_t count,
                            const descry_index_options *options, descry_index_counts *counts, descry_error *err);

/* Incremental indexing, for pictures that arrive one by one: uploads, watched folders.  A session keeps its threads and
 * buffers and holds the index lock from open to close; what `options` and `counts` point to must live as long.  Between two
 * feeds the library may be searched as usual. */
typedef struct descry_session descry_session;

DESCRY_API int descry_session_open(descry_session **session, descry_library *library, descry_model *model,
                                   const descry_index_options *options, descry_index_counts *counts, descry_error *err);

/* As descry_index with these paths: everything found there is committed on return.  `counts` accumulates over feeds, progress
 * starts again with each.  After an error or cancellation a session can only be closed. */
DESCRY_API int descry_session_feed(descry_session *session, const char *const *paths, size_t count, descry_error *err);

/* Also calibrates scores, which is deferred to the end of a session.  Close it before the library and the model. */
DESCRY_API void descry_session_close(descry_session **session);

/* Sets a person's caption of the picture with this id: it takes precedence over a model's, and no model's ever replaces it.
 * NULL or "" removes it, which makes a model's caption, if there is one, current again.  DESCRY_ERR_NOT_FOUND: no such
 * picture; DESCRY_ERR_LIMIT: more than 64 KiB. */
DESCRY_API int descry_caption_put(descry_library *library, int64_t id, const char *text, descry_error *err);

/* Captions the pictures of the library that have no caption, neither a person's nor a model's, and stores the captions with
 * the model's name and recipe.  Commits in batches; `each` (may be NULL) reports a caption once it is committed, and each
 * picture that failed (missing, changed since it was indexed), which is no error.  Pictures that are slow to load are
 * reported out of order.  Progress counts the pictures without a caption.  After cancellation (DESCRY_ERR_CANCELLED) or an
 * error, the next call resumes.  DESCRY_ERR_BUSY as for descry_index; else as descry_caption_files. */
DESCRY_API int descry_caption_library(descry_library *library, descry_model *model,
                                      const descry_caption_options *options, descry_caption_callback each, void *arg,
                                      descry_error *err);

/* ---- embedded metadata ------------------------------------------------------------------------------------------ */

enum { DESCRY_CAMERA_SIZE = 128, DESCRY_TITLE_SIZE = 256, DESCRY_TIME_SIZE = 40, DESCRY_NO_OFFSET = INT32_MIN };
#define DESCRY_NO_TIME INT64_MIN

enum { DESCRY_PLACEHOLDER_SIZE = 48 }; /* bytes */

/* From a picture's EXIF. */
typedef struct descry_metadata {
    int64_t taken;         /* local time where it was taken: milliseconds since 1970-01-01 00:00:00 local time, so that
                            * 12:00 is noon in any time zone; DESCRY_NO_TIME: unknown */
    int32_t taken_offset;  /* minutes by which local time is ahead of UTC; DESCRY_NO_OFFSET: unknown */
    char camera[DESCRY_CAMERA_SIZE]; /* make and model, UTF-8; "": unknown */
    double latitude, longitude;      /* degrees, north and east positive; both NaN: unknown */
    char title[DESCRY_TITLE_SIZE];   /* ImageDescription, else XPTitle, except for texts that cameras write into every
                                      * picture; one line of UTF-8, truncated; "": none */
} descry_metadata;

/* Parses "YYYY", "YYYY-MM" or "YYYY-MM-DD", the last optionally with "THH:MM" or "THH:MM:SS" (or a space for the T): the
 * start of that period, as in descry_metadata.  Years 0001 to 9999, Gregorian calendar.  DESCRY_ERR_ARGUMENT otherwise. */
DESCRY_API int descry_time_parse(const char *text, int64_t *time, descry_error *err);

/* ISO 8601: "2019-07-21T14:03:59", ".250" after it when there are milliseconds, then "+02:00" or "Z" when the offset is
 * known.  "" for DESCRY_NO_TIME and for times outside of the years 0001 to 9999. */
DESCRY_API void descry_time_print(char text[DESCRY_TIME_SIZE], int64_t time, int32_t offset);

/* What a picture is to have, bits of descry_filter.has: a caption, a person's or a model's; a place; a time. */
enum { DESCRY_HAS_CAPTION = 1, DESCRY_HAS_PLACE = 2, DESCRY_HAS_DATE = 4 };

/* Selects pictures; all conditions must hold.  A picture without the datum never matches a condition on it. */
typedef struct descry_filter {
    size_t size;
    const char *const *under;   /* in or below one of these folders (or sources: see descry_match) */
    size_t unders;              /* 0: everywhere */
    int64_t after, before;      /* after <= taken < before; DESCRY_NO_TIME: no bound */
    const char *camera;         /* substring of make and model, ignoring case; NULL: any */
    double latitude, longitude; /* taken at most `km` from here: great-circle distance on a sphere with the */
    double km;                  /* Earth's mean radius; negative: anywhere */
    uint64_t has;               /* of DESCRY_HAS_: it has each of these; 0: whatever it has */
    const char *album;          /* in the album of this name, a selection; NULL: any.  DESCRY_ERR_NOT_FOUND: there is none;
                                   DESCRY_ERR_ARGUMENT: a smart album, whose query is to be used instead */
} descry_filter;

#define DESCRY_FILTER_INIT {sizeof(descry_filter), NULL, 0, DESCRY_NO_TIME, DESCRY_NO_TIME, NULL, 0, 0, -1, 0, NULL}
DESCRY_INITIALIZER_(descry_filter, DESCRY_FILTER_INIT)

/* ---- thumbnails ------------------------------------------------------------------------------------------------- */

enum { DESCRY_ETAG_SIZE = 80 };

/* A JPEG as descry_preview_file makes it, of the picture with this id, 16 to 1024 pixels along the longer side.  It is kept in
 * the folder LIBRARY.thumbs, which has at most options->thumbs_bytes, what was not used for longest goes first, and may be
 * deleted at any time; if that cannot be written to, nothing is kept.  On the occasion the library learns the picture's size and
 * placeholder, if it does not know them, can be written to, and is not being indexed.  etag (may be NULL): quoted as HTTP has it,
 * of the picture's content and `side`.  jpeg NULL: only that; nothing is made.  *jpeg [*size] is to be released with descry_free.
 * DESCRY_ERR_NOT_FOUND: no such picture, or its file is not there, or (unless it was kept) not as it was indexed. */
DESCRY_API int descry_thumbnail(descry_library *library, int64_t id, int side, uint8_t **jpeg, size_t *size,
                                char etag[DESCRY_ETAG_SIZE], descry_error *err);

/* One JPEG of `count` (1 to 100) such thumbnails, row by row in columns of `side` pixels, with white between them; those that
 * cannot be made are grey.  DESCRY_ERR_ARGUMENT also: of more than 4096 pixels along a side. */
DESCRY_API int descry_contact_sheet(descry_library *library, const int64_t *ids, size_t count, size_t columns, int side,
                                    uint8_t **jpeg, size_t *size, descry_error *err);

/* ---- searching -------------------------------------------------------------------------------------------------- */

/* Contribution of a term of the query to a score; those of all terms add up to the score, but for rounding. */
typedef struct descry_share {
    const char *term; /* as written in the query */
    double weight;    /* with brackets multiplied out */
    float score;
} descry_share;

typedef struct descry_match {
    uint64_t rank; /* from 1 */
    float score;   /* raw cosine; for another ranking see descry_ranking; NaN: the query has filters alone */
    int64_t id;    /* of the picture in this library, stable */
    const char *path;    /* of the file; or, for a picture without one, its source, such as a URL */
    const char *caption; /* NULL: none */
    int source;          /* 1: path is a source */
    const descry_metadata *metadata;
    float strength;      /* 0 to 100: percentile among the best scores of neutral queries (docs/query.md); -1: unknown, as
                            the query has other terms than texts or the library is not calibrated */
    const descry_share *const *shares; /* with `explain`, else NULL */
    size_t share_count;
    uint64_t vector_rank, words_rank; /* of a hybrid search: rank in each list, from 1; 0: not among its first 1000 */
    int width, height;          /* as in descry_entry */
    const uint8_t *placeholder;
    size_t placeholder_size;
    const char *captioner;      /* as in descry_entry */
} descry_match;

#define DESCRY_STRENGTH_GOOD 98 /* nothing matches well when the best match is below; a macro, for use in string literals */

/* What a query is matched against, and how matches are scored. */
typedef enum descry_ranking {
    DESCRY_RANKING_VECTORS, /* the pictures' embeddings: cosine */
    DESCRY_RANKING_WORDS,   /* full-text search in captions, file names and embedded titles: all words must match; Okapi BM25
                               as computed by SQLite's FTS5.  The query is a text of at most 64 words; tokens without letter
                               or digit are ignored, and filters are no words; NOT is refused.  Case, diacritics of European
                               scripts and Unicode composition are ignored; in Chinese, Japanese, Korean and Thai any
                               substring matches.  No model is needed */
    DESCRY_RANKING_HYBRID   /* both, by reciprocal rank fusion: the first 1000 by vectors and the first 1000 with any word of
                               the query's texts (of a weight above 0), by the sum of 1 / (60 + rank in each); Cormack,
                               Clarke and Buettcher, SIGIR 2009.  NOT is refused */
} descry_ranking;

/* A vector that a query calls by a name: "@3f9c". */
typedef struct descry_named_vector {
    size_t size;
    const char *name;
    const float *vector; /* [dim], of any length but 0: an embedding by the model that is searched with, of a picture for a head */
    size_t dim;
} descry_named_vector;

#define DESCRY_NAMED_VECTOR_INIT {sizeof(descry_named_vector), NULL, NULL, 0}
DESCRY_INITIALIZER_(descry_named_vector, DESCRY_NAMED_VECTOR_INIT)

typedef struct descry_search_options {
    size_t size;
    size_t k;                 /* maximal number of matches */
    size_t offset;            /* matches to skip first; ranks include them */
    float threshold;          /* only matches with score >= this; -2: all */
    const descry_filter *filter; /* applied before the limit k: it does not reduce the number of matches; NULL: all */
    const descry_preprocess_options *preprocess;
    float min_strength;       /* only matches of at least this strength; 0: all */
    float not_threshold;      /* NOT excludes pictures whose cosine with its operand is above; -2: calibrated */
    int explain;              /* 1: with shares */
    const descry_net_options *net;
    /* Opens the model `name` on demand when descry_search is called without one; it must live until descry_search returns.
     * With neither, terms can only be pictures that the library has vectors of. */
    int (*open_model)(void *model_arg, const char *name, descry_model **model, descry_error *err);
    void *model_arg;
    descry_ranking ranking;   /* others than VECTORS have no thresholds, strengths or shares: DESCRY_ERR_ARGUMENT */
    /* a head of the model, applied to the query's terms and to all of the library's vectors, which takes much longer; there
     * are no strengths then.  NULL: none.  DESCRY_ERR_ARGUMENT: a head for embeddings of another length */
    const descry_head *head;
    const int *cancel; /* as in descry_watch: checked between steps, also by descry_results_next; must live until the results
                          are closed */
    /* A text in the query that is one of these names stands for the vector, which needs no model, and has no words to look for;
     * pictures are not left out of the results for it.  DESCRY_ERR_ARGUMENT: another dim than the model's; DESCRY_ERR_NUMERIC:
     * not finite, or zero.  Unused once descry_search has returned. */
    const descry_named_vector *const *vectors;
    size_t vector_count;
} descry_search_options;

#define DESCRY_SEARCH_OPTIONS_INIT                                                                                     \
    {sizeof(descry_search_options), 10, 0, -2.0f, NULL, NULL, 0.0f, -2.0f, 0, NULL, NULL, NULL, DESCRY_RANKING_VECTORS, NULL, NULL, \
     NULL, 0}
DESCRY_INITIALIZER_(descry_search_options, DESCRY_SEARCH_OPTIONS_INIT)

/* Parses a query without evaluating it, as descry_search does with these options (`filter` NULL: none beside the query's):
 * DESCRY_ERR_ARGUMENT, DESCRY_ERR_LIMIT.  *position (may be NULL) is then the byte offset of the error. */
DESCRY_API int descry_query_check(const char *query, descry_ranking ranking, const descry_filter *filter, size_t *position,
                                  descry_error *err);

typedef enum descry_query_kind {
    DESCRY_QUERY_TEXT, /* of a search by words: all words up to the next filter */
    DESCRY_QUERY_FILE,
    DESCRY_QUERY_URL,
    DESCRY_QUERY_ID,
    DESCRY_QUERY_FILTER
} descry_query_kind;

/* What is understood of a part of a query. */
typedef struct descry_query_part {
    descry_query_kind kind;
    const char *text;  /* of a term without quotes, of a file: URL the path; of a filter its value without quotes */
    size_t begin, end; /* bytes of the query as written; a text that goes on behind a filter encloses it */
    /* The bytes to cut out, with the operator or the NOT, so that the query is the same without this part; equal: there are none,
     * as for the first of "a - b", and for a text that encloses a filter. */
    size_t cut_begin, cut_end;
    double weight;     /* with brackets multiplied out; of a filter 1 */
    size_t exclusion;  /* the NOT that it follows, counted from 1; 0: none */
    int64_t id;        /* of DESCRY_QUERY_ID, else 0 */
    const char *key;   /* of a filter: "date"; else NULL */
} descry_query_part;

/* Calls `each` for the terms and filters of a query in the order of their begins; a non-zero return stops.  Errors, before any
 * call, as from descry_query_check without a filter. */
typedef int (*descry_query_part_callback)(void *arg, const descry_query_part *part);
DESCRY_API int descry_query_parts(const char *query, descry_ranking ranking, descry_query_part_callback each, void *arg,
                                  size_t *position, descry_error *err);

/* Exact nearest-neighbour search by cosine; equal scores in order of id.  The query language is that of docs/query.md: texts,
 * pictures (./ ../ / ~/ http:// https:// file:), "#17" for the picture with that id in the library,
 * "#17[left,top,right,bottom]" for that part of it (descry_region), which is read from its file, + - * and brackets, NOT;
 * and filters, key:value, which narrow options->filter: DESCRY_ERR_ARGUMENT when both set the same.
 * The query's vector is the sum of its terms, each of length 1 times its weight, normalised to length 1:
 * x + lambda (positive - negative), Couairon et al. 2022, arXiv 2112.03162.  Excluded from the results are pictures named in
 * the query and missing files; copies are one match, at their path with the lowest id, in trash or snapshots only when there
 * is no other.  `model` may be NULL when the library has vectors of one model and all terms are pictures among them; with
 * options->open_model the last model indexed with is opened on demand.  options->ranking selects other rankings.
 * A query of filters alone, or a blank one, lists the pictures that all filters leave, newest first by the time they were taken,
 * without scores, and needs no model, whatever the ranking; DESCRY_ERR_ARGUMENT with thresholds.  "album:NAME" alone, of a smart
 * album, is that album's query. */
typedef struct descry_results descry_results;

DESCRY_API int descry_search(descry_results **results, descry_library *library, descry_model *model, const char *query,
                             const descry_search_options *options, descry_error *err);

/* The same by a vector [dim], of any length but 0, without strengths: an embedding by `model` (NULL as above), which a head
 * treats as a picture's.  DESCRY_ERR_ARGUMENT: another dim, a vector that is not finite, options for queries (min_strength,
 * not_threshold, explain, another ranking). */
DESCRY_API int descry_search_vector(descry_results **results, descry_library *library, descry_model *model,
                                    const float *vector, size_t dim, const descry_search_options *options,
                                    descry_error *err);

/* The filter that was applied, of options and query together, until the results are closed: folders as the library has them. */
DESCRY_API const descry_filter *descry_results_filter(const descry_results *results);

/* Number of matches, without those skipped by `offset`; it does not change when matches are read, or forgotten meanwhile. */
DESCRY_API size_t descry_results_count(const descry_results *results);

/* The next match: 1, and *match is valid until the next call; 0: no more.  The list of matches was fixed by the search; their
 * details are read from the library page by page, and pictures forgotten meanwhile are skipped.  Close the results before the
 * library and the head in the options: they use both. */
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
    uint64_t photos;   /* paths and sources, missing ones included */
    uint64_t missing;
    uint64_t contents; /* distinct pictures by content */
    uint64_t captions;
    uint64_t failed;   /* files that could not be read at the last attempt */
    const descry_library_model *const *models; /* most recently indexed first */
    size_t model_count;
    const char *const *roots;
    size_t root_count;
    uint64_t sources;  /* photos without a file, only a source */
} descry_library_status;

/* Calls `each` for all pictures that `filter` (NULL: everything) lets through, newest first by the time they were taken, those
 * without one last: the order of a search for "".  Copies are one, as in descry_search.  taken: as in descry_metadata,
 * DESCRY_NO_TIME: unknown; width, height: as in descry_entry.  A non-zero return stops.  Everything is read before the first call, so `each` may
 * use the library. */
typedef int (*descry_timeline_callback)(void *arg, int64_t id, int64_t taken, int width, int height);
DESCRY_API int descry_timeline(descry_library *library, const descry_filter *filter, descry_timeline_callback each, void *arg,
                               descry_error *err);

/* What pictures can be grouped by. */
typedef enum descry_facet {
    DESCRY_FACET_CAMERA, /* make and model, as in descry_metadata */
    DESCRY_FACET_FOLDER  /* the folder that the file itself is in; a picture with copies counts in each of their folders */
} descry_facet;

/* Calls `each` for each camera, or folder, of the pictures that `filter` (NULL: everything) lets through, with how many of these
 * there are, in the order of bytes; otherwise as descry_timeline. */
typedef int (*descry_facet_callback)(void *arg, const char *value, uint64_t count);
DESCRY_API int descry_facets(descry_library *library, descry_facet facet, const descry_filter *filter,
                             descry_facet_callback each, void *arg, descry_error *err);

/* *number changes when this handle or any other, of this process or another, has changed the library; asking takes microseconds.
 * Only the numbers of one handle can be compared. */
DESCRY_API int descry_library_generation(descry_library *library, uint64_t *number, descry_error *err);

/* *status and what it points to are valid until the next call of descry_status on this handle, or until it is closed. */
DESCRY_API int descry_status(descry_library *library, const descry_library_status **status, descry_error *err);

/* Removes the pictures at or under `path` (or a source) from the library, with vectors and captions that no other path refers
 * to.  The files themselves are not touched.  *removed counts paths. */
DESCRY_API int descry_forget(descry_library *library, const char *path, uint64_t *removed, descry_error *err);

/* The pictures at `path`: of a file or source its own, whether missing or not; of a folder those in it and below it that are
 * not missing, copies once, in order of id.  *ids [*count] are to be released with descry_free.  DESCRY_ERR_NOT_FOUND: none. */
DESCRY_API int descry_ids_at(descry_library *library, const char *path, int64_t **ids, size_t *count, descry_error *err);

/* ---- albums ------------------------------------------------------------------------------------------------------ */

/* A selection of pictures under a name: by content, so that it survives moves, copies and missing files; a picture leaves it
 * when nothing in the library has its content any more.  Or a smart album: a query under a name, run by the query
 * "album:NAME".  A name is 1 to 200 bytes of UTF-8 without control characters; no two albums have the same, byte by byte. */
typedef struct descry_album {
    int64_t id; /* stable, never used again */
    const char *name;
    const char *query; /* of a smart album; NULL: a selection */
    uint64_t count;    /* of a selection: different pictures that are not missing; of a smart album 0 */
} descry_album;

/* Calls `each` for all albums, in order of their names' bytes; a non-zero return stops. */
typedef int (*descry_album_callback)(void *arg, const descry_album *album);
DESCRY_API int descry_albums(descry_library *library, descry_album_callback each, void *arg, descry_error *err);

/* A new album: with a query, which descry_query_check must accept, a smart one; NULL: an empty selection.  *id (may be NULL) is
 * its id.  DESCRY_ERR_ARGUMENT: the name is taken or no name, the query has a mistake. */
DESCRY_API int descry_album_create(descry_library *library, const char *name, const char *query, int64_t *id,
                                   descry_error *err);

/* Renames an album, gives a smart one another query; NULL: as it is.  DESCRY_ERR_NOT_FOUND: no such album; DESCRY_ERR_ARGUMENT
 * as above, also a query for a selection. */
DESCRY_API int descry_album_change(descry_library *library, int64_t id, const char *name, const char *query,
                                   descry_error *err);
DESCRY_API int descry_album_remove(descry_library *library, int64_t id, descry_error *err); /* not its pictures */

/* Adds the pictures with these ids to a selection, or takes them from it: all or, on an error, none.  Those that are in it, or
 * not in it, already stay so; copies are one.  DESCRY_ERR_NOT_FOUND: no such album or picture; DESCRY_ERR_ARGUMENT: a smart
 * album. */
DESCRY_API int descry_album_add(descry_library *library, int64_t album, const int64_t *ids, size_t n, descry_error *err);
DESCRY_API int descry_album_take(descry_library *library, int64_t album, const int64_t *ids, size_t n, descry_error *err);

/* ---- exchange --------------------------------------------------------------------------------------------------- */

/* A picture of the library.  Copies are one, as in descry_search; missing files are omitted. */
typedef struct descry_entry {
    int64_t id;
    const char *path;       /* as in descry_match */
    int source;
    const char *caption;    /* NULL: none */
    const char *captioner;  /* the model that wrote it; NULL: a person did */
    const descry_metadata *metadata;
    const float *vector;    /* [dim], of length 1 but for f16 rounding; NULL: not requested, or none of this model */
    int dim;
    int width, height;      /* pixels of the upright picture; 0: unknown */
    const uint8_t *placeholder; /* [4, 4, 3]: the mean colours (sRGB, transparency blended over white) of the sixteen equal parts
                                 * of the upright picture, row by row, to be shown scaled to its size; NULL: unknown */
    size_t placeholder_size;
} descry_entry;

/* descry_export_npz ignores `vectors`: an archive has the pictures with a vector. */
typedef struct descry_export_options {
    size_t size;
    const char *model; /* as it was indexed (its name or recipe); NULL: the last indexed */
    const descry_filter *filter;
    int vectors;       /* descry_entries: 1: with vectors; 2: and only pictures that have one */
    const descry_watch *watch;
} descry_export_options;

#define DESCRY_EXPORT_OPTIONS_INIT {sizeof(descry_export_options), NULL, NULL, 0, NULL}
DESCRY_INITIALIZER_(descry_export_options, DESCRY_EXPORT_OPTIONS_INIT)

/* Calls `each` for the pictures, in order of id, from one snapshot; a non-zero return stops.  Until it returns, this handle
 * cannot write: DESCRY_ERR_BUSY.  The model itself is not needed.  DESCRY_ERR_NOT_FOUND: vectors are requested and nothing is
 * indexed with the model. */
typedef int (*descry_entry_callback)(void *arg, const descry_entry *entry);
DESCRY_API int descry_entries(descry_library *library, const descry_export_options *options,
                              descry_entry_callback each, void *arg, descry_error *err);

/* The picture with this id, with its vector of `model` (a name or recipe; NULL: none), until the next call on the library.
 * DESCRY_ERR_NOT_FOUND: no such picture. */
DESCRY_API int descry_entry_at(descry_library *library, int64_t id, const char *model, const descry_entry **entry,
                               descry_error *err);

/* Writes the vectors of one model to a NumPy archive, for numpy.load: "features", float32 [n, dim], and "urls", unicode
 * [n], the paths and sources (bytes that are not UTF-8 as Python's surrogateescape: os.fsencode gives them back).  The
 * order is that of descry_entries.  An existing file is replaced once the new one is complete.  *count (may be NULL): n. */
DESCRY_API int descry_export_npz(descry_library *library, const char *path, const descry_export_options *options,
                                 uint64_t *count, descry_error *err);

/* Statistics of an import; as descry_index_counts. */
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
    uint64_t max_bytes;          /* of either array; features in Fortran order are held in memory: at most 4 GiB */
    const descry_limits *limits; /* for local pictures */
    const descry_watch *watch;   /* stages CHECKING, WORKING */
    /* called once for each row that was skipped, with its number from 0; url may be NULL */
    void (*failure)(void *arg, uint64_t row, const char *url, const descry_error *err);
    void *arg;
} descry_import_options;

#define DESCRY_IMPORT_OPTIONS_INIT                                                                                     \
    {sizeof(descry_import_options), "features", "urls", UINT64_C(68719476736), NULL, NULL, NULL, NULL}
DESCRY_INITIALIZER_(descry_import_options, DESCRY_IMPORT_OPTIONS_INIT)

/* Adds embeddings by `model` from a NumPy archive (np.savez, np.savez_compressed): "features", float16, 32 or 64 [n, dim of
 * the model], and "urls", unicode or bytes [n]; other arrays are ignored.  Whether the vectors are by this model cannot be
 * checked.  Each is normalised to length 1, unless it is so within the precision of f16 (2^-11).
 *
 * A url that is the absolute path of a local file becomes the picture in that file, as if it had been indexed (the file is
 * read, not embedded); any other becomes a picture without a file, whose source is the url.  Existing vectors are not
 * replaced: importing an archive again changes nothing.
 *
 * A row whose vector is zero or not finite, whose url is empty or ill-formed, or whose file is no picture is reported and
 * skipped.  An archive that is damaged, truncated or inconsistent changes nothing: all of it is checked first.
 * DESCRY_ERR_FORMAT, DESCRY_ERR_LIMIT, DESCRY_ERR_UNSUPPORTED name the file, the array and the reason; DESCRY_ERR_ARGUMENT:
 * vectors of another length than the model's.  *counts (may be NULL) is filled in any case. */
DESCRY_API int descry_import_npz(descry_library *library, descry_model *model, const char *path,
                                 const descry_import_options *options, descry_import_counts *counts,
                                 descry_error *err);

#ifdef __cplusplus
}
#endif

#endif
