/* SPDX-License-Identifier: Apache-2.0
 * In place of src/meta/linked.c, in a worker that does with XMP what the packet says: "crash", or "lie CODE OUTCOME SIZE", which is
 * then the answer. */
#include "decoders/wire.h"

#include "base/error.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int misbehave(const char *data, size_t size, const char *name, descry_error *err)
{
    char what[64] = {0};
    descry_reply r = {.kind = DESCRY_WIRE_DONE, .form = DESCRY_WIRE_FORM};
    unsigned long long packet;
    memcpy(what, data, size < sizeof what ? size : sizeof what - 1);
    if (strcmp(what, "crash") == 0)
        *(volatile int *)NULL = 1;
    if (strcmp(what, "memory") == 0)
        return descry_fail_memory(err);
    if (strcmp(what, "declare") == 0) {
        r.kind = DESCRY_WIRE_DECLARED;
        r.width = r.height = 10000;
    } else if (sscanf(what, "lie %d %d %llu", &r.code, &r.outcome, &packet) == 3)
        r.packet = packet;
    else
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: could not", name);
    descry_wire_send(DESCRY_WIRE_SOCKET, &r, sizeof r, NULL, 0);
    for (;;)
        poll(NULL, 0, -1);
}

static int put(descry_buf *out, const char *data, size_t size, const char *name, const descry_xmp_caption *caption, int overwrite,
               int created, descry_sidecar_outcome *outcome, descry_error *err)
{
    (void)out, (void)caption, (void)overwrite, (void)created, (void)outcome;
    return misbehave(data, size, name, err);
}

static int take(descry_buf *out, const char *data, size_t size, const char *name, descry_sidecar_outcome *outcome, descry_error *err)
{
    (void)out, (void)outcome;
    return misbehave(data, size, name, err);
}

static int has_description(const char *data, size_t size)
{
    return misbehave(data, size, "", NULL);
}

int descry_xmp_open(const descry_xmp **xmp, const char *name, descry_error *err)
{
    static const descry_xmp bad = {{DESCRY_VERSION}, put, take, has_description};
    (void)name, (void)err;
    *xmp = &bad;
    return 0;
}
