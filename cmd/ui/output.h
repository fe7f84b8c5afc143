/* SPDX-License-Identifier: Apache-2.0
 * Standard output: JSON lines. */
#ifndef CMD_OUTPUT_H
#define CMD_OUTPUT_H

#include "descry.h"
#include "ui/json.h"

#include <stdbool.h>
#include <stddef.h>

/* Prints one object as a line and releases it; characters that cmd_print_path escapes are printed as \uXXXX.  CMD_FAILED:
 * object is NULL (out of memory), or the write failed. */
int cmd_json_line(json_t *object);

/* Adds "taken", "camera", "title", "lat", "lon", as far as known.  -1: out of memory. */
int cmd_json_set_metadata(json_t *object, const descry_metadata *metadata);

/* An array of numbers, NULL when one is not finite. */
json_t *cmd_json_floats(const float *values, size_t count);

/* Flushes standard output.  False: it has failed, stop. */
bool cmd_flush(void);

/* Flushes at exit: prints an error, except EPIPE, and returns the exit status. */
int cmd_close_output(int status);

#endif
