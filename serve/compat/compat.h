/* SPDX-License-Identifier: Apache-2.0
 * The protocols of other services, so that their clients need no change. */
#ifndef SERVE_COMPAT_COMPAT_H
#define SERVE_COMPAT_COMPAT_H

#include "server.h"

#include <stdio.h>

extern const serve_route serve_immich_routes[];                   /* immich.c: all that its listener has */
serve_handler serve_knn, serve_indices, serve_metadata;           /* clip_retrieval.c */
serve_handler serve_embeddings, serve_embedding_models;           /* embeddings.c */

/* ---- shared (models.c) ------------------------------------------------------------------------------------------- */

/* The name by which serve_model_hold opens what a client calls `name`: the server's own model, or its name without folders, a
 * published one in either spelling (ViT-B-32/laion2b_s34b_b79k, ViT-B-32__laion2b-s34b-b79k), "demo", or one that is installed;
 * never a path, which strangers may not open.  To be freed.  DESCRY_ERR_NOT_FOUND: there is none. */
int serve_compat_model(serve_worker *worker, const char *name, char **own, descry_error *err);

/* A name as Immich's service cleans it: what follows the last slash, without dots, ":" and "\" as "_".  To be freed; NULL: out
 * of memory. */
char *serve_compat_clean(const char *name);

/* Installed models: their names, with `each`; a non-zero return stops. */
int serve_compat_installed(int (*each)(void *arg, const char *name, const descry_known_model *model), void *arg, descry_error *err);

/* ---- shared (numbers.c) ------------------------------------------------------------------------------------------ */

enum { SERVE_NUMBER_SIZE = 24 };

void serve_number_print(char text[SERVE_NUMBER_SIZE], float x); /* the shortest decimal that reads back as the same float */
void serve_numbers_write(FILE *to, const float *x, size_t n);   /* "[1,-0.5]" */
char *serve_numbers_base64(const float *x, size_t n);           /* of float32, little-endian; to be freed; NULL: out of memory */

/* ---- another service (pass_on.c) --------------------------------------------------------------------------------- */

/* Sends the request's body with its type to `url` and makes the answer, whatever its status, the reply.  DESCRY_ERR_IO: no answer
 * came; DESCRY_ERR_UNSUPPORTED: this build has no libcurl. */
int serve_pass_on(const serve_server *server, const char *url, const serve_request *request, serve_reply *reply, descry_error *err);

#endif
