/* SPDX-License-Identifier: Apache-2.0
 * The objects of a configuration file, read strictly: every key is taken out of a copy of its object as it is read, and
 * one that is left over at the end is one this build does not know.  The first error sticks; later reads give defaults. */
#ifndef DESCRY_MODEL_KEYS_H
#define DESCRY_MODEL_KEYS_H

#include "layers/block.h"

#include <jansson.h>

enum { DESCRY_MAX_DIMENSION = 1 << 20, DESCRY_MAX_LAYERS = 1024 };

typedef struct descry_keys {
    const char *file;
    const char *section; /* "vision_cfg" */
    json_t *object;      /* what has not been read yet; owned */
    int rc;
    descry_error *err;
} descry_keys;

/* Begins with an object that may be NULL, or null; close hands the error on to `parent`. */
void descry_keys_open(descry_keys *keys, const descry_keys *parent, const json_t *object, const char *section);
void descry_keys_close(descry_keys *keys, descry_keys *parent);

void descry_keys_refuse(descry_keys *keys, int code, const char *key, const char *why);
void descry_keys_fail_memory(descry_keys *keys);
bool descry_keys_have(const descry_keys *keys, const char *key); /* and it is not null */
const char *descry_keys_see(const descry_keys *keys, const char *key); /* a string that stays there; NULL: it is none */

/* The value of `key`, owned by the caller; NULL when absent or null. */
json_t *descry_keys_take(descry_keys *keys, const char *key);
void descry_keys_ignore(descry_keys *keys, const char *const *names);        /* ended by NULL */
void descry_keys_refuse_set(descry_keys *keys, const char *const *names, const char *why); /* unless null or false */
int descry_keys_int(descry_keys *keys, const char *key, int fallback, int low, int high);
double descry_keys_number(descry_keys *keys, const char *key, double fallback);
bool descry_keys_bool(descry_keys *keys, const char *key, bool fallback);
int descry_keys_name(descry_keys *keys, const char *key, int fallback, const char *const *names); /* its index */
char *descry_keys_string(descry_keys *keys, const char *key);                /* owned by the caller; NULL: absent */
void descry_keys_size(descry_keys *keys, const char *key, int fallback, int *width, int *height); /* n or [height, width] */
void descry_keys_three(descry_keys *keys, const char *key, float out[3]);    /* one number stands for three */

/* The keys with which open_clip configures the blocks of its own towers: layers, width, mlp_ratio, norm_kwargs,
 * act_kwargs, ls_init_value.  Heads: see below. */
void descry_keys_block(descry_keys *keys, descry_block_config *block, int width, bool quick_gelu);
void descry_keys_check_heads(descry_keys *keys, const char *key, int width, int heads);
bool descry_keys_layer_scale(descry_keys *keys);

/* The name of one of timm's towers, which has been seen, and the keys that only its training has. */
void descry_keys_ignore_timm(descry_keys *keys);

/* Keys that only training and towers of other kinds have. */
void descry_keys_refuse_extras(descry_keys *keys);

#endif
