/* SPDX-License-Identifier: Apache-2.0
 * Python's pickles, as far as files of weights need them.  A pickle is a program for a stack machine; this one knows the
 * instructions that torch writes and nothing else.  It makes values, calls what its user's table has, and cannot call
 * anything that is not in it. */
#ifndef DESCRY_TENSORS_PICKLE_H
#define DESCRY_TENSORS_PICKLE_H

#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum descry_pickle_kind {
    DESCRY_PICKLE_NONE,
    DESCRY_PICKLE_BOOL,
    DESCRY_PICKLE_INTEGER,
    DESCRY_PICKLE_FLOAT,  /* its value is of no interest to anyone so far */
    DESCRY_PICKLE_TEXT,   /* UTF-8, in the pickle */
    DESCRY_PICKLE_TUPLE,
    DESCRY_PICKLE_LIST,
    DESCRY_PICKLE_DICT,   /* items: key, value, key, value ..., as they were set, older ones with them */
    DESCRY_PICKLE_GLOBAL,
    DESCRY_PICKLE_OBJECT, /* of a class; items: its state, once that was set */
    DESCRY_PICKLE_OWN     /* from here on: what the user's calls make */
} descry_pickle_kind;

typedef struct descry_pickle_value {
    int kind;
    uint32_t size; /* of a text */
    union {
        int64_t integer; /* a bool's, too */
        const char *text;
        struct descry_pickle_node *node;
        const struct descry_pickle_global *global;
        const void *own;
    } as;
} descry_pickle_value;

typedef struct descry_pickle_node {
    struct descry_pickle_node *next; /* of all */
    descry_pickle_value *items;
    size_t count, room;
} descry_pickle_node;

typedef struct descry_pickle descry_pickle;

/* What may be named by a pickle. */
typedef struct descry_pickle_global {
    const char *module, *name;
    /* What calling it gives; NULL: it cannot be called. */
    int (*call)(descry_pickle *pickle, const struct descry_pickle_global *self, const descry_pickle_value *args, size_t count,
                descry_pickle_value *out);
    bool is_class; /* of objects that are made without arguments and then have a dict set as their state */
    int tag;       /* the user's */
} descry_pickle_global;

typedef struct descry_pickle_rules {
    const descry_pickle_global *(*find)(const char *module, const char *name); /* NULL: not allowed */
    int (*persistent)(descry_pickle *pickle, const descry_pickle_value *id, descry_pickle_value *out);
} descry_pickle_rules;

struct descry_pickle {
    const char *path; /* for errors */
    const uint8_t *bytes;
    size_t size;
    const descry_pickle_rules *rules;
    void *arg; /* the user's */
    descry_error *err;
    /* from here on the machine's own */
    size_t at, opcode; /* offsets: what is read next; the instruction that is being done */
    descry_pickle_node stack, memo, marks, *nodes;
    size_t used;
};

/* Runs the pickle: *out is what it made, which lives until it is closed, as do its bytes.  DESCRY_ERR_UNSUPPORTED names the
 * instruction or the global that is not known here. */
int descry_pickle_run(descry_pickle *pickle, descry_pickle_value *out);
void descry_pickle_close(descry_pickle *pickle); /* also after an error */

/* For calls. */
int descry_pickle_fail(descry_pickle *pickle, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
int descry_pickle_make(descry_pickle *pickle, int kind, descry_pickle_value *out); /* an empty node */

bool descry_pickle_is_text(const descry_pickle_value *value, const char *text);

/* The value that was last set for a key of a dict; NULL: none. */
const descry_pickle_value *descry_pickle_get(const descry_pickle_node *dict, const char *key);

#endif
