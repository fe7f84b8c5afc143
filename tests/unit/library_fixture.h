/* SPDX-License-Identifier: Apache-2.0
 * A folder of its own for each test of the library, with a library, a model, and helpers that check what they do. */
#ifndef DESCRY_TESTS_LIBRARY_FIXTURE_H
#define DESCRY_TESTS_LIBRARY_FIXTURE_H

#include "fake_clip.h"
#include "memory_store.h"
#include "support/support.h"

enum { MAX_MATCHES = 64, MAX_FAILURES = 16, PATH_SIZE = 4200 };

typedef struct fixture {
    char folder[FOLDER_SIZE];
    struct descry_context context;
    struct descry_clip clip;
    struct descry_model model;
    descry_library *library;
    memory *memories[2];        /* NULL: libraries are files; else library.db, and any other */
    descry_index_counts counts; /* of the last index */
    descry_progress last;       /* of the last index without options */
    descry_error err;           /* of the last call */
    size_t failures;
    char failed[MAX_FAILURES][PATH_SIZE];
    size_t matches; /* of the last search */
    int64_t ids[MAX_MATCHES];
    float scores[MAX_MATCHES];
    char paths[MAX_MATCHES][PATH_SIZE];
    size_t warnings;
    char warning[1024];
} fixture;

int fixture_open(void **state); /* cmocka's set-up and tear-down */
int fixture_open_in_memory(void **state);
int fixture_close(void **state);

const char *at(fixture *f, const char *format, ...) __attribute__((format(printf, 2, 3))); /* path below the folder */
void folder(fixture *f, const char *name);
void picture(fixture *f, const char *name, int r, int g, int b);
void remove_file(fixture *f, const char *name);
void rename_file(fixture *f, const char *from, const char *to);
void reopen(fixture *f);
void open_named(fixture *f, const char *name, int read_only); /* another one, after closing */
/* One more handle on a library, in memory. */
int open_in_memory(fixture *f, descry_library **library, const char *name, int read_only);

/* Indexes f->folder/name; "" is the folder "photos" itself, NULL every known root. */
int index_with(fixture *f, const char *name, const descry_index_options *options);
void index_ok(fixture *f, const char *name);
/* embedded, unchanged, recognised, failed, missing of the last run */
void assert_counts(fixture *f, uint64_t embedded, uint64_t unchanged, uint64_t recognised, uint64_t failed,
                     uint64_t missing);

int search_with(fixture *f, const char *query, const descry_search_options *options);
void search_ok(fixture *f, const char *query, size_t matches);
void assert_found(fixture *f, size_t rank, const char *name); /* rank from 1 */
descry_library_status status_of(fixture *f);

int in_child(void (*work)(fixture *f), fixture *f, int as_nobody); /* its exit status, or 1000 + signal */

#define LIBRARY_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
/* The same over a second engine, for what does not look into a file. */
#define MEMORY_TEST(name) {#name "_in_memory", name, fixture_open_in_memory, fixture_close, NULL}
#define BOTH_TEST(name) LIBRARY_TEST(name), MEMORY_TEST(name)

#endif
