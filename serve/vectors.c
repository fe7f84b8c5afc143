/* SPDX-License-Identifier: Apache-2.0 */
#include "vectors.h"

#include "server.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT = 256 };

typedef struct kept {
    char name[SERVE_VECTOR_NAME];
    float *embedding;
    size_t dim;
    uint8_t *jpeg;
    size_t size;
} kept;

struct serve_vectors {
    pthread_mutex_t mutex;
    kept items[KEPT];
    size_t next; /* the oldest, which the next one replaces */
};

int serve_vectors_open(serve_vectors **vectors, descry_error *err)
{
    *vectors = calloc(1, sizeof **vectors);
    if (!*vectors)
        return serve_fail_memory(err);
    pthread_mutex_init(&(*vectors)->mutex, NULL);
    return 0;
}

static void clear(kept *item)
{
    free(item->embedding);
    free(item->jpeg);
    *item = (kept){0};
}

void serve_vectors_close(serve_vectors **vectors)
{
    if (!*vectors)
        return;
    for (size_t i = 0; i < KEPT; i++)
        clear(&(*vectors)->items[i]);
    pthread_mutex_destroy(&(*vectors)->mutex);
    free(*vectors);
    *vectors = NULL;
}

static void *copy(const void *from, size_t size)
{
    void *to = malloc(size ? size : 1);
    return to ? memcpy(to, from, size) : NULL;
}

int serve_vectors_add(serve_vectors *vectors, const float *embedding, size_t dim, const uint8_t *jpeg, size_t size,
                      char name[SERVE_VECTOR_NAME], descry_error *err)
{
    char random[65];
    kept item = {.embedding = copy(embedding, dim * sizeof *embedding), .dim = dim, .jpeg = copy(jpeg, size), .size = size};
    int rc = item.embedding && item.jpeg ? serve_random_name(random, err) : serve_fail_memory(err);
    if (rc) {
        clear(&item);
        return rc;
    }
    item.name[0] = '@';
    memcpy(item.name + 1, random, SERVE_VECTOR_NAME - 2);
    memcpy(name, item.name, SERVE_VECTOR_NAME);
    pthread_mutex_lock(&vectors->mutex);
    clear(&vectors->items[vectors->next]);
    vectors->items[vectors->next] = item;
    vectors->next = (vectors->next + 1) % KEPT;
    pthread_mutex_unlock(&vectors->mutex);
    return 0;
}

/* With the lock; NULL: none of that name. */
static const kept *find(const serve_vectors *vectors, const char *name)
{
    for (size_t i = 0; i < KEPT; i++)
        if (vectors->items[i].embedding && strncmp(vectors->items[i].name, name, SERVE_VECTOR_NAME - 1) == 0)
            return &vectors->items[i];
    return NULL;
}

int serve_vectors_picture(serve_vectors *vectors, const char *name, uint8_t **jpeg, size_t *size, descry_error *err)
{
    pthread_mutex_lock(&vectors->mutex);
    const kept *item = strlen(name) == SERVE_VECTOR_NAME - 1 ? find(vectors, name) : NULL;
    *jpeg = item ? copy(item->jpeg, item->size) : NULL;
    *size = item ? item->size : 0;
    pthread_mutex_unlock(&vectors->mutex);
    if (*jpeg)
        return 0;
    return item ? serve_fail_memory(err) : serve_fail(err, DESCRY_ERR_NOT_FOUND, "no such picture any more: upload it again");
}

void serve_vectors_named(serve_vectors *vectors, const char *query, serve_named *named)
{
    named->count = 0;
    pthread_mutex_lock(&vectors->mutex);
    for (const char *at = strchr(query, '@'); at && named->count < SERVE_MOST_NAMED; at = strchr(at + 1, '@')) {
        const kept *item = find(vectors, at);
        float *embedding = item ? copy(item->embedding, item->dim * sizeof *embedding) : NULL;
        if (!embedding)
            continue;
        size_t i = named->count++;
        memcpy(named->names[i], item->name, SERVE_VECTOR_NAME);
        descry_named_vector_init(&named->vectors[i]);
        named->vectors[i].name = named->names[i];
        named->vectors[i].vector = embedding;
        named->vectors[i].dim = item->dim;
        named->pointers[i] = &named->vectors[i];
    }
    pthread_mutex_unlock(&vectors->mutex);
}

void serve_vectors_release(serve_named *named)
{
    for (size_t i = 0; i < named->count; i++)
        free((void *)named->vectors[i].vector);
    named->count = 0;
}
