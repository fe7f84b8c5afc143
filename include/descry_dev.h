/* SPDX-License-Identifier: Apache-2.0
 *
 * descry for developers and researchers: evaluation of models, and training of heads.  The rules of descry.h for threads,
 * errors and ownership apply; the interface may change with any version. */
#ifndef DESCRY_DEV_H
#define DESCRY_DEV_H

#include "descry.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- arrays --------------------------------------------------------------------------------------------------- */

typedef struct descry_array {
    float *values; /* in C order; released by descry_array_free */
    size_t dims, shape[4];
} descry_array;

/* Formats the 128-byte header of a .npy file (version 1.0, C order), which the values follow.  `type` is NumPy's, such as
 * "<f4".  Returns 128; 0: it does not fit. */
enum { DESCRY_NPY_HEADER = 128 };
DESCRY_API size_t descry_npy_header(char header[DESCRY_NPY_HEADER], const char *type, const uint64_t *shape,
                                    size_t dims);

/* Reads a .npy file: float16, float32 or float64, C order, at most 4 dimensions.
 * DESCRY_ERR_FORMAT, DESCRY_ERR_UNSUPPORTED: any other content. */
DESCRY_API int descry_array_read(descry_array *array, const char *path, descry_error *err);
/* Reads the array `key` of a .npz file (np.savez, np.savez_compressed), of the same types.  Its checksum is verified; an
 * array of more than 64 GiB, or with the compression ratio of a zip bomb, is refused: DESCRY_ERR_LIMIT. */
DESCRY_API int descry_array_read_npz(descry_array *array, const char *path, const char *key, descry_error *err);
DESCRY_API void descry_array_free(descry_array *array);

/* ---- parts of the program --------------------------------------------------------------------------------------- */

/* Opens a module of descry, such as "descry-serve.so", beside the library or where it was installed, and finds its `symbol`: a
 * table that begins with a const char *, the version of its build, and lives as long as the process; `name`: what needs it, for
 * messages.  DESCRY_ERR_IO: not there; DESCRY_ERR_UNSUPPORTED: of another version. */
DESCRY_API int descry_part_open(const void **table, const char *file, const char *symbol, const char *name,
                                descry_error *err);

/* ---- speed ----------------------------------------------------------------------------------------------------- */

/* f32 multiply-adds a second in products as large as a tower's, on all threads of the context: measured in 0.2 s. */
DESCRY_API int descry_measure_speed(descry_context *ctx, double *multiply_adds, descry_error *err);

/* ---- many files ----------------------------------------------------------------------------------------------- */

typedef struct descry_files_options {
    size_t size;
    const descry_preprocess_options *preprocess;
    int raw;                 /* 1: output of the tower, or of the head, before normalisation to length 1 */
    const descry_head *head; /* to apply; NULL: none */
    const descry_watch *watch;
} descry_files_options;

#define DESCRY_FILES_OPTIONS_INIT {sizeof(descry_files_options), NULL, 0, NULL, NULL}
DESCRY_INITIALIZER_(descry_files_options, DESCRY_FILES_OPTIONS_INIT)

/* The embedding [dim] of file i, or NULL and its error; a non-zero return stops: DESCRY_ERR_CANCELLED. */
typedef int (*descry_file_fn)(void *arg, size_t i, const float *vector, const descry_error *err);

/* Embeds n picture files; calls `each` in input order. */
DESCRY_API int descry_embed_files(descry_model *model, const char *const *paths, size_t n,
                                  const descry_files_options *options, descry_file_fn each, void *arg, descry_error *err);

/* Calls `each` once for each picture of the library that has a caption and a vector of the model's recipe, with its path,
 * caption and vector [dim]; a non-zero return stops. */
DESCRY_API int descry_library_pairs(descry_library *library, descry_model *model,
                                    int (*each)(void *arg, const char *path, const char *caption, const float *vector),
                                    void *arg, descry_error *err);

/* ---- heads ----------------------------------------------------------------------------------------------------- */

/* Writes a head: a `name` with a slash, or that ends in .safetensors, is a file; any other is saved where descry_head_open
 * finds it, $XDG_DATA_HOME/descry/heads/RECIPE/NAME.safetensors, which needs `model`.  *path (to be released with
 * descry_free) is the file. */
DESCRY_API int descry_head_save(const descry_head *head, const descry_model *model, const char *name,
                                const char *about, char **path, descry_error *err);

/* State of the training; updated as descry_index_counts. */
typedef struct descry_adapt_state {
    size_t size;
    size_t epoch;         /* epochs completed */
    size_t trained, held; /* pairs in the training set, in the validation set */
    int stopped;          /* by the watch */
    double loss;          /* mean over the epoch's batches, each before its step */
    double first_loss, held_loss; /* on the validation set (on all pairs if it is empty): initial, current */
    double best_loss;
    size_t best_epoch;    /* 0: the initial head */
} descry_adapt_state;

#define DESCRY_ADAPT_STATE_INIT {sizeof(descry_adapt_state), 0, 0, 0, 0, 0, 0, 0, 0, 0}
DESCRY_INITIALIZER_(descry_adapt_state, DESCRY_ADAPT_STATE_INIT)

typedef struct descry_adapt_options {
    size_t size;
    float temperature;   /* tau */
    float learning_rate; /* of Adam; divided by 10 every `decay_every` epochs */
    size_t batch, epochs, decay_every;
    size_t patience;     /* epochs without a better loss before early stopping; 0: never */
    float holdout;       /* fraction of the pairs in the validation set, 0 to 0.5 */
    uint64_t seed;       /* for the initial weights, the validation set and the order of the pairs */
    const descry_watch *watch; /* after each batch; counts pairs over all epochs */
} descry_adapt_options;

#define DESCRY_ADAPT_OPTIONS_INIT {sizeof(descry_adapt_options), 0.1f, 1e-3f, 512, 50, 25, 10, 0.1f, 1, NULL}
DESCRY_INITIALIZER_(descry_adapt_options, DESCRY_ADAPT_OPTIONS_INIT)

/* Trains a head on n pairs, images and texts float [n, dim] of length 1, paired by row.  Method: Couairon et al. 2022, arXiv
 * 2112.03162; optimiser: Adam, Kingma and Ba 2015.  Deterministic for a given seed.  *head is the one with the best loss on
 * the validation set, also when the watch stops the run, which is no error.  *state may be NULL. */
DESCRY_API int descry_adapt(descry_context *ctx, const float *images, const float *texts, size_t n, size_t dim,
                            const descry_adapt_options *options, descry_head **head, descry_adapt_state *state,
                            descry_error *err);

/* ---- SIMAT ----------------------------------------------------------------------------------------------------- */

/* The benchmark of Couairon et al. 2022, from a folder with its published files transfos.csv, triplets.csv and
 * captions.txt, and oscar.npy [pictures, captions]; docs/eval.md. */
typedef struct descry_simat descry_simat;

typedef struct descry_simat_score {
    float lambda;
    double score;    /* per cent, weighted by 1 / sqrt(norm2) */
    double field[3]; /* the same over the rows that change the subject, the relation, the object */
} descry_simat_score;

DESCRY_API int descry_simat_open(descry_simat **simat, const char *folder, descry_error *err);
DESCRY_API void descry_simat_close(descry_simat **simat);
DESCRY_API size_t descry_simat_pictures(const descry_simat *simat);
DESCRY_API size_t descry_simat_words(const descry_simat *simat);
DESCRY_API const char *descry_simat_word(const descry_simat *simat, size_t i);
DESCRY_API size_t descry_simat_rows(const descry_simat *simat, int test); /* of a split: test 1, dev 0 */

/* images [pictures, dim] in the order of dataset_id, words [words, dim]: both of length 1.  scores [count]. */
DESCRY_API int descry_simat_run(const descry_simat *simat, descry_context *ctx, const float *images,
                                const float *words, size_t dim, int test, const float *lambdas, size_t count,
                                descry_simat_score *scores, descry_error *err);

/* Analogies: the two pictures of images [pictures, dim] nearest to images[start[i]] + lambda * change[i], the start
 * excluded; ties in order of index.  change [n, dim]; best [count, n, 2], SIZE_MAX where there is none. */
DESCRY_API int descry_analogies(descry_context *ctx, const float *images, size_t pictures, size_t dim,
                                const size_t *start, const float *change, size_t n, const float *lambdas, size_t count,
                                size_t *best, descry_error *err);

/* ---- captions files, retrieval ---------------------------------------------------------------------------------- */

/* Pictures with captions: JSON lines or a JSON array of objects with "path" (or "file") and "caption" or "captions";
 * or lines of path, tab, caption, tab, caption ...  A relative path is below the file's folder. */
typedef struct descry_captions {
    char **paths;         /* [pictures], each once, in order of first appearance */
    size_t pictures;
    char **texts;         /* [count] */
    size_t *owner;        /* [count]: index of the picture */
    size_t count;
} descry_captions;

DESCRY_API int descry_captions_read(descry_captions *captions, const char *path, descry_error *err);
DESCRY_API void descry_captions_free(descry_captions *captions);

typedef struct descry_recall {
    double text_to_image[3], image_to_text[3]; /* recall@1, @5, @10 */
    double median_rank[2];                     /* text to image, image to text: of the first correct result, from 1 */
} descry_recall;

/* images [pictures, dim], texts [count, dim], of length 1; text j belongs to picture owner[j]. */
DESCRY_API int descry_recall_run(descry_context *ctx, const float *images, size_t pictures, const float *texts,
                                 const size_t *owner, size_t count, size_t dim, descry_recall *recall,
                                 descry_error *err);

#ifdef __cplusplus
}
#endif

#endif
