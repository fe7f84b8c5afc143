/* SPDX-License-Identifier: Apache-2.0
 * Pictures that were uploaded to search with: their embeddings, under names that stand for them in queries. */
#ifndef SERVE_VECTORS_H
#define SERVE_VECTORS_H

#include "http.h"

enum { SERVE_VECTOR_NAME = 18, SERVE_MOST_NAMED = 16 }; /* "@", 16 hexadecimal digits, NUL */

typedef struct serve_vectors serve_vectors;

int serve_vectors_open(serve_vectors **vectors, descry_error *err);
void serve_vectors_close(serve_vectors **vectors);

/* Keeps copies of an embedding and of a JPEG of the picture, the last 256 of them; makes the name. */
int serve_vectors_add(serve_vectors *vectors, const float *embedding, size_t dim, const uint8_t *jpeg, size_t size,
                      char name[SERVE_VECTOR_NAME], descry_error *err);

/* A copy of the JPEG, to be freed.  DESCRY_ERR_NOT_FOUND. */
int serve_vectors_picture(serve_vectors *vectors, const char *name, uint8_t **jpeg, size_t *size, descry_error *err);

/* Those that a query names, for descry_search_options. */
typedef struct serve_named {
    char names[SERVE_MOST_NAMED][SERVE_VECTOR_NAME];
    descry_named_vector vectors[SERVE_MOST_NAMED]; /* copies */
    const descry_named_vector *pointers[SERVE_MOST_NAMED];
    size_t count;
} serve_named;

void serve_vectors_named(serve_vectors *vectors, const char *query, serve_named *named);
void serve_vectors_release(serve_named *named);

#endif
