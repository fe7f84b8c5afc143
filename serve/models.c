/* SPDX-License-Identifier: Apache-2.0
 * Open models, one of each name for all requests. */
#include "server.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST = 4 };

typedef enum slot_state { EMPTY, OPENING, OPEN } slot_state;

typedef struct slot {
    slot_state state;
    char *name;
    descry_model *model;
    size_t holders;
    time_t used;
} slot;

struct serve_models {
    serve_server *server;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    slot slots[MOST];
};

static time_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

int serve_models_open(serve_models **models, serve_server *server, descry_error *err)
{
    *models = calloc(1, sizeof **models);
    if (!*models)
        return serve_fail_memory(err);
    (*models)->server = server;
    pthread_mutex_init(&(*models)->mutex, NULL);
    pthread_cond_init(&(*models)->changed, NULL);
    return 0;
}

static void empty(slot *s)
{
    descry_model_close(&s->model);
    free(s->name);
    *s = (slot){0};
}

void serve_models_close(serve_models **models)
{
    if (!*models)
        return;
    for (size_t i = 0; i < MOST; i++)
        empty(&(*models)->slots[i]);
    pthread_cond_destroy(&(*models)->changed);
    pthread_mutex_destroy(&(*models)->mutex);
    free(*models);
    *models = NULL;
}

/* The slot of that name; else an empty one, or the one that has been unused for longest, emptied; NULL: all are in use. */
static slot *find(serve_models *models, const char *name)
{
    slot *free_one = NULL;
    for (size_t i = 0; i < MOST; i++) {
        slot *s = &models->slots[i];
        if (s->state != EMPTY && strcmp(s->name, name) == 0)
            return s;
        if (s->state == EMPTY || (s->state == OPEN && s->holders == 0))
            if (!free_one || (free_one->state != EMPTY && (s->state == EMPTY || s->used < free_one->used)))
                free_one = s;
    }
    if (free_one)
        empty(free_one);
    return free_one;
}

/* Opens a model in an empty slot, without the lock. */
static int fill(serve_models *models, slot *s, const char *name, descry_error *err)
{
    const serve_options *options = models->server->options;
    descry_model_options how = DESCRY_MODEL_OPTIONS_INIT;
    how.precision = options->precision;
    how.combine = 1;
    how.image_size = options->model && strcmp(name, options->model) == 0 ? options->image_size : 0;
    s->name = strdup(name);
    if (!s->name)
        return serve_fail_memory(err);
    s->state = OPENING;
    pthread_mutex_unlock(&models->mutex);
    descry_model *model;
    int rc = descry_model_open(&model, models->server->ctx, name, &how, err);
    pthread_mutex_lock(&models->mutex);
    s->model = model;
    if (rc)
        empty(s);
    else
        s->state = OPEN;
    pthread_cond_broadcast(&models->changed);
    return rc;
}

char *serve_model_name(serve_worker *worker)
{
    const descry_library_status *status;
    const char *name = worker->server->options->model;
    if (!name && descry_status(worker->library, &status, NULL) == 0 && status->model_count > 0)
        name = status->models[0]->name;
    return name ? strdup(name) : NULL;
}

int serve_model_hold(serve_worker *worker, const char *name, descry_model **model, descry_error *err)
{
    serve_models *models = worker->server->models;
    char *known = name ? NULL : serve_model_name(worker);
    int rc = 0;
    *model = NULL;
    name = name ? name : known;
    if (!name)
        return serve_fail(err, DESCRY_ERR_NOT_FOUND, "no model: the library is empty, and the server was started without --model");
    pthread_mutex_lock(&models->mutex);
    while (!rc && !*model) {
        slot *s = find(models, name);
        if (!s) /* another of those in use will be let go */
            pthread_cond_wait(&models->changed, &models->mutex);
        else if (s->state == EMPTY)
            rc = fill(models, s, name, err);
        else if (s->state == OPENING)
            pthread_cond_wait(&models->changed, &models->mutex);
        if (!rc && s && s->state == OPEN && strcmp(s->name, name) == 0) {
            s->holders++;
            *model = s->model;
        }
    }
    pthread_mutex_unlock(&models->mutex);
    free(known);
    return rc;
}

void serve_model_release(serve_server *server, descry_model **model)
{
    serve_models *models = server->models;
    pthread_mutex_lock(&models->mutex);
    for (size_t i = 0; *model && i < MOST; i++)
        if (models->slots[i].model == *model) {
            models->slots[i].holders--;
            models->slots[i].used = now();
        }
    pthread_cond_broadcast(&models->changed);
    pthread_mutex_unlock(&models->mutex);
    *model = NULL;
}

void serve_models_tick(serve_models *models)
{
    unsigned idle = models->server->options->idle_unload;
    pthread_mutex_lock(&models->mutex);
    for (size_t i = 0; idle && i < MOST; i++)
        if (models->slots[i].state == OPEN && models->slots[i].holders == 0 && now() - models->slots[i].used >= (time_t)idle)
            empty(&models->slots[i]);
    pthread_mutex_unlock(&models->mutex);
}

bool serve_model_is_loaded(serve_models *models, const char *name)
{
    bool loaded = false;
    pthread_mutex_lock(&models->mutex);
    for (size_t i = 0; name && i < MOST; i++)
        loaded |= models->slots[i].state == OPEN && strcmp(models->slots[i].name, name) == 0;
    pthread_mutex_unlock(&models->mutex);
    return loaded;
}
