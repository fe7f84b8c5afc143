/* SPDX-License-Identifier: Apache-2.0
 * Standard output: JSON lines. */
#ifndef CMD_OUTPUT_H
#define CMD_OUTPUT_H

#include "descry.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Prints one object as a line and releases it; what cmd_print_path escapes is \uXXXX.  NULL (memory was short) and a failed write return CMD_FAILED. */
int cmd_json_line(json_t *object);

/* A string of `size` bytes; ill-formed UTF-8 becomes U+FFFD. */
json_t *cmd_json_text(const char *text, size_t size);

/* object[key] = path as text; if that is not UTF-8, also object[key + "_bytes"] = base64.  -1: memory was short. */
int cmd_json_set_path(json_t *object, const char *key, const char *path);

/* Adds "taken", "camera", "title", "lat", "lon", those that are known.  -1: memory was short. */
int cmd_json_set_metadata(json_t *object, const descry_metadata *metadata);

/* An array of numbers, NULL when one is not finite. */
json_t *cmd_json_floats(const float *values, size_t count);

/* Writes out what is buffered.  False: standard output has failed, stop. */
bool cmd_flush(void);

/* The end of standard output: an exit status, having said what is wrong.  A reader that went away is no news. */
int cmd_close_output(int status);

#endif
