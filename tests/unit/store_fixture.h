/* SPDX-License-Identifier: Apache-2.0
 * An empty store of each kind for a test, and pictures to put in. */
#ifndef DESCRY_TESTS_STORE_FIXTURE_H
#define DESCRY_TESTS_STORE_FIXTURE_H

#include "library_fixture.h"

#include "store/store.h"

enum { DIM = 4 };

static const char RECIPE[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/* A kind of store: how another handle on the one library of a test is opened. */
typedef struct store_kind {
    int (*open)(descry_store **store, fixture *f, descry_error *err);
    int workers; /* 1: several may share its files */
} store_kind;

extern const store_kind store_in_sqlite, store_in_memory;

/* Runs a test with an empty store of a kind. */
typedef struct seam {
    fixture *f;
    const store_kind *kind;
    descry_store *store;
    const descry_store_ops *ops;
    descry_recipe recipe;
    descry_error err;
} seam;

void with_store(fixture *f, const store_kind *kind, void (*test)(seam *s));

typedef struct given {
    char path[32];
    descry_content content;
    descry_metadata metadata;
    float vector[DIM];
} given;

given make(int number); /* the picture of a number: its vector points along axis number % DIM */
descry_put file(const given *g);
void put(seam *s, descry_put *items, size_t n);
void put_number(seam *s, int number);
descry_place place(seam *s, const char *path);

/* A test of both kinds; SEAM_TESTS names it in the list. */
#define SEAM_TEST(name)                                                                                                \
    static void name##_sqlite(void **state)                                                                            \
    {                                                                                                                  \
        with_store(*state, &store_in_sqlite, name);                                                                    \
    }                                                                                                                  \
    static void name##_memory(void **state)                                                                            \
    {                                                                                                                  \
        with_store(*state, &store_in_memory, name);                                                                    \
    }

#define SEAM_TESTS(name)                                                                                               \
    LIBRARY_TEST(name##_sqlite), {#name "_memory", name##_memory, fixture_open_in_memory, fixture_close, NULL}

#endif
