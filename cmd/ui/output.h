/* SPDX-License-Identifier: Apache-2.0
 * Standard output: JSON lines. */
#ifndef CMD_OUTPUT_H
#define CMD_OUTPUT_H

#include "descry.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Prints one object as a line and releases it; characters that cmd_print_path escapes are printed as \uXXXX.  CMD_FAILED:
 * object is NULL (out of memory), or the write failed. */
int cmd_json_line(json_t *object);

/* A string of `size` bytes; ill-formed UTF-8 becomes U+FFFD. */
json_t *cmd_json_text(const char *text, size_t size);

/* A string of these bytes in base64. */
json_t *cmd_json_base64(const void *data, size_t size);

/* object[key] = path as text; if that is not UTF-8, also object[key + "_bytes"] = base64.  -1: out of memory. */
int cmd_json_set_path(json_t *object, const char *key, const char *path);

/* Adds "taken", "camera", "title", "lat", "lon", as far as known.  -1: out of memory. */
int cmd_json_set_metadata(json_t *object, const descry_metadata *metadata);

/* An array of numbers, NULL when one is not finite. */
json_t *cmd_json_floats(const float *values, size_t count);

/* Flushes standard output.  False: it has failed, stop. */
bool cmd_flush(void);

/* Flushes at exit: prints an error, except EPIPE, and returns the exit status. */
int cmd_close_output(int status);

#endif
