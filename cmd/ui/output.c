/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/output.h"

#include "ui/common.h"
#include "ui/visible.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- JSON ------------------------------------------------------------------------------------------------------ */

int cmd_json_set_metadata(json_t *object, const descry_metadata *metadata)
{
    char taken[DESCRY_TIME_SIZE];
    int rc = 0;
    descry_time_print(taken, metadata->taken, metadata->taken_offset);
    if (*taken)
        rc = json_object_set_new(object, "taken", json_string(taken));
    if (!rc && *metadata->camera)
        rc = json_object_set_new(object, "camera", cmd_json_text(metadata->camera, strlen(metadata->camera)));
    if (!rc && *metadata->title)
        rc = json_object_set_new(object, "title", cmd_json_text(metadata->title, strlen(metadata->title)));
    if (!rc && !isnan(metadata->latitude) && !isnan(metadata->longitude)) {
        rc = json_object_set_new(object, "lat", json_real(metadata->latitude));
        if (!rc)
            rc = json_object_set_new(object, "lon", json_real(metadata->longitude));
    }
    return rc;
}

json_t *cmd_json_floats(const float *values, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < count; i++)
        if (json_array_append_new(array, json_real((double)values[i]))) {
            json_decref(array);
            array = NULL;
        }
    return array;
}

/* ---- the stream ------------------------------------------------------------------------------------------------ */

static int write_error; /* errno of the first write that failed */

bool cmd_flush(void)
{
    errno = 0;
    if ((fflush(stdout) != 0 || ferror(stdout)) && !write_error)
        write_error = errno ? errno : EIO;
    return !write_error;
}

/* Escapes invisible characters, which occur only in strings, as \uXXXX. */
static void print_line(const char *line)
{
    size_t size = strlen(line), plain = 0, at = 0;
    for (size_t step; at < size; at += step) {
        int32_t c;
        step = cmd_next_character(line + at, size - at, &c);
        if (cmd_is_shown(line, size, at))
            continue;
        fwrite(line + plain, 1, at - plain, stdout);
        if (c >= 0x10000) /* a surrogate pair */
            printf("\\u%04x", (unsigned)(0xd7c0 + (c >> 10)));
        printf("\\u%04x", (unsigned)(c >= 0x10000 ? 0xdc00 | (c & 0x3ff) : c));
        plain = at + step;
    }
    fwrite(line + plain, 1, at - plain, stdout);
    putchar('\n');
}

int cmd_json_line(json_t *object)
{
    /* nine digits are enough to round-trip a float */
    char *line = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(object);
    if (!line)
        return cmd_fail_memory();
    errno = 0;
    print_line(line);
    if (ferror(stdout) && !write_error)
        write_error = errno ? errno : EIO;
    free(line);
    return write_error ? CMD_FAILED : CMD_DONE;
}

int cmd_close_output(int status)
{
    if (cmd_flush())
        return status;
    if (write_error != EPIPE)
        cmd_say("standard output: %s", strerror(write_error));
    return CMD_FAILED;
}
