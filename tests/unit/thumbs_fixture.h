/* SPDX-License-Identifier: Apache-2.0
 * A library in a folder of its own for each test, with the demo model and real decoders. */
#ifndef DESCRY_TESTS_THUMBS_FIXTURE_H
#define DESCRY_TESTS_THUMBS_FIXTURE_H

#include "support/support.h"

enum { PATH_SIZE = 600 };

typedef struct world {
    char folder[FOLDER_SIZE], path[PATH_SIZE], kept[PATH_SIZE]; /* kept: where thumbnails are */
    descry_context *ctx;
    descry_model *model;
    descry_library *library;
    descry_error err;
} world;

const char *in(const char *name); /* path below the folder; the last four live at the same time */
void open_library(world *w, uint64_t thumbs_bytes); /* again */
void add(world *w, const char *name); /* copies a file of tests/data to the folder and indexes it: ids are in this order */

int open_world(void **state); /* cmocka's set-up and tear-down */
int close_world(void **state);

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

#endif
