/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/npy.h"

#include "ui/common.h"
#include "descry_dev.h"

#include <errno.h>
#include <string.h>

static int fail(const cmd_npy *npy)
{
    cmd_say("%s: %s", npy->path, strerror(errno));
    return CMD_FAILED;
}

static bool write_header(cmd_npy *npy)
{
    char header[DESCRY_NPY_HEADER], type[sizeof npy->type + 1];
    uint64_t shape[CMD_NPY_DIMS];
    const int one = 1;
    type[0] = npy->type[1] == '1' ? '|' : *(const char *)&one ? '<' : '>';
    memcpy(type + 1, npy->type, sizeof npy->type);
    for (size_t i = 0; i < npy->dims; i++)
        shape[i] = npy->shape[i];
    npy->announced = npy->shape[0];
    return fwrite(header, descry_npy_header(header, type, shape, npy->dims), 1, npy->file) == 1;
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
