/* SPDX-License-Identifier: Apache-2.0
 * Shared by the kinds of evaluation. */
#ifndef CMD_EVAL_H
#define CMD_EVAL_H

#include "ui/common.h"
#include "descry_dev.h"

/* One per file; their names are "eval simat", ... */
extern const cmd_command cmd_eval_analogies, cmd_eval_retrieval, cmd_eval_simat, cmd_eval_zeroshot;

enum { EVAL_LAMBDAS = 101 };

typedef struct eval_sweep {
    float lambda[EVAL_LAMBDAS];
    size_t count;
} eval_sweep;

/* Parses "1", "0,0.5,1" or "0:3:0.25" (the default, for NULL).  CMD_USAGE after a message. */
int eval_read_sweep(const cmd_command *command, const char *text, eval_sweep *sweep);

/* A context, a model, and common->head, NULL without one. */
int eval_open(const cmd_command *command, const cmd_common *common, descry_context **ctx, descry_model **model,
              descry_head **head);

/* Embeds files, through `head` unless it is NULL, and calls `each` in order; errors of files are printed.  Shows progress; stops
 * at Ctrl-C, or when `each` returns non-zero, which is no error here. */
int eval_each_file(descry_model *model, const descry_head *head, const char *const *paths, size_t n,
                   const descry_preprocess_options *pixels, descry_file_fn each, void *arg);

/* Embeds files and texts into a new array *out [n, dim].  Files that cannot be read get read[i] 0; with read NULL they make
 * the result CMD_FAILED. */
int eval_embed_files(descry_model *model, const descry_head *head, const char *const *paths, size_t n,
                     const descry_preprocess_options *pixels, float **out, uint8_t *read);
int eval_embed_texts(descry_model *model, const descry_head *head, const char *const *texts, size_t n, float **out);

/* CMD_FAILED after a message about the first row that is zero or not finite. */
int eval_check_rows(const char *name, const float *rows, size_t n, size_t dim);
int eval_unit_rows(const char *name, float *rows, size_t n, size_t dim); /* checks, then normalises each to length 1 */

#endif
