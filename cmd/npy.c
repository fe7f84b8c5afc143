/* SPDX-License-Identifier: Apache-2.0 */
#include "npy.h"

#include "common.h"

#include <errno.h>
#include <string.h>

enum { HEADER = 128, PREFIX = 10 }; /* data begins at a multiple of 64; all our shapes fit */

static int fail(const cmd_npy *npy)
{
    cmd_say("%s: %s", npy->path, strerror(errno));
    return CMD_FAILED;
}

/* numpy/lib/format.py: magic, version, length of the rest, a Python dictionary, spaces, a line feed. */
static bool write_header(cmd_npy *npy)
{
    char header[HEADER + 1];
    static const char magic[] = "\x93NUMPY\x01";
    const int one = 1;
    char order = npy->type[1] == '1' ? '|' : *(const char *)&one ? '<' : '>';
    memcpy(header, magic, sizeof magic); /* its NUL is the minor version */
    header[8] = HEADER - PREFIX;
    header[9] = 0;
    int n = PREFIX + snprintf(header + PREFIX, HEADER - PREFIX, "{'descr': '%c%s', 'fortran_order': False, 'shape': (",
                              order, npy->type);
    for (size_t i = 0; i < npy->dims; i++)
        n += snprintf(header + n, HEADER - (size_t)n, "%s%zu", i ? ", " : "", npy->shape[i]);
    n += snprintf(header + n, HEADER - (size_t)n, "%s), }", npy->dims == 1 ? "," : "");
    memset(header + n, ' ', HEADER - (size_t)n);
    header[HEADER - 1] = '\n';
    npy->announced = npy->shape[0];
    return fwrite(header, HEADER, 1, npy->file) == 1;
}

int cmd_npy_open(cmd_npy *npy, const char *path, const char *type, const size_t *shape, size_t dims)
{
    *npy = (cmd_npy){.path = path, .dims = dims};
    memcpy(npy->type, type, sizeof "f4");
    memcpy(npy->shape, shape, dims * sizeof *shape);
    npy->shape[0] = 0;
    npy->file = fopen(path, "wb");
    if (!npy->file)
        return fail(npy);
    return write_header(npy) ? CMD_DONE : fail(npy);
}

int cmd_npy_write(cmd_npy *npy, const void *data, size_t n)
{
    size_t size = (size_t)(npy->type[1] - '0') * n;
    for (size_t i = 1; i < npy->dims; i++)
        size *= npy->shape[i];
    if (size > 0 && fwrite(data, size, 1, npy->file) != 1)
        return fail(npy);
    npy->shape[0] += n;
    return CMD_DONE;
}

int cmd_npy_close(cmd_npy *npy)
{
    if (!npy->file)
        return CMD_DONE;
    int status = CMD_DONE;
    if (npy->announced != npy->shape[0] && (fseek(npy->file, 0, SEEK_SET) != 0 || !write_header(npy)))
        status = fail(npy);
    if (fclose(npy->file) != 0 && status == CMD_DONE)
        status = fail(npy);
    npy->file = NULL;
    return status;
}
