/* SPDX-License-Identifier: Apache-2.0
 * Shared by tests of every kind: paths of the sources, calls that must succeed, files, temporary folders.  A failure here
 * fails the running test. */
#ifndef DESCRY_TESTS_SUPPORT_H
#define DESCRY_TESTS_SUPPORT_H

#include "cmocka_test.h"

#include "base/memory.h"
#include "image/picture.h"

/* Below the root of the sources; the last four live at the same time. */
const char *source_path(const char *format, ...) __attribute__((format(printf, 1, 2)));

void check_rc(int rc, const descry_error *err); /* 0, or the test fails with the message */

descry_buf whole_file(const char *path);
descry_buf file_of(const char *name); /* below tests/data */
size_t read_file(const char *path, void *data, size_t size); /* at most `size` bytes */
void write_file(const char *path, const void *data, size_t size);
void copy_file(const char *from, const char *to);
int exists(const char *path);

/* Reads (up to limits->max_bytes) and decodes a file, in this process. */
int load_picture(descry_picture *picture, const char *path, const descry_limits *limits, descry_error *err);

enum { FOLDER_SIZE = 64 };

int make_folder(char path[FOLDER_SIZE]); /* a new one in /tmp; 0 or -1, for set-up */
int remove_folder(const char *path);     /* recursively; 0 or -1 */

/* Searches and calls `each` (may be NULL) for all matches, until it does not return 0. */
int search_each(descry_library *library, descry_model *model, const char *query, const descry_search_options *options,
                int (*each)(void *arg, const descry_match *match), void *arg, descry_error *err);

#endif
