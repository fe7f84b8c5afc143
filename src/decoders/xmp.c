/* SPDX-License-Identifier: Apache-2.0
 * XMP in workers, as libexempi and Expat parse untrusted packets. */
#include "decoders/task.h"

#include "base/error.h"
#include "image/formats.h"

#include <string.h>

/* Which outcomes a job can have, and with which of them it returns a packet. */
static bool is_sound(const descry_task *task, descry_reply *reply, size_t room)
{
    bool changed;
    switch (task->request.what) {
    case DESCRY_WIRE_XMP_PUT:
        if (reply->outcome < DESCRY_SIDECAR_WRITTEN || reply->outcome > DESCRY_SIDECAR_KEPT)
            return false;
        changed = reply->outcome <= DESCRY_SIDECAR_REPLACED;
        break;
    case DESCRY_WIRE_XMP_TAKE:
        if (reply->outcome < DESCRY_SIDECAR_NOTHING || reply->outcome > DESCRY_SIDECAR_DELETED)
            return false;
        changed = reply->outcome != DESCRY_SIDECAR_NOTHING && reply->outcome != DESCRY_SIDECAR_DELETED;
        break;
    default:
        if (reply->outcome != 0 && reply->outcome != 1)
            return false;
        changed = false;
    }
    return changed == (reply->packet > 0) && reply->packet <= task->room && reply->packet <= room;
}

typedef struct xmp_task {
    descry_buf *out;
    int outcome;
} xmp_task;

static int copy_packet(const descry_task *task, const descry_worker *worker, const descry_reply *reply, descry_error *err)
{
    xmp_task *x = task->arg;
    x->outcome = reply->outcome;
    return reply->packet > 0 ? descry_buf_append(x->out, worker->results, (size_t)reply->packet, err) : 0;
}

/* Copies packet and texts to one piece of shared memory. */
static int share_packet(descry_shared *shared, const char *data, size_t size, const descry_xmp_caption *caption, const char *name,
                        descry_error *err)
{
    descry_buf all = {0};
    int rc = descry_buf_append(&all, data, size, err);
    const char *const texts[] = {caption ? caption->text : NULL, caption ? caption->model : NULL, caption ? caption->date : NULL};
    for (size_t i = 0; i < 3 && caption && !rc; i++)
        rc = descry_buf_append(&all, texts[i], strlen(texts[i]) + 1, err);
    if (!rc)
        rc = descry_shared_copy(shared, all.data, all.size, name, err);
    descry_buf_free(&all);
    return rc;
}

static int run_xmp_task(descry_decoders *decoders, descry_request request, const char *data, size_t size, const char *name,
                        const descry_xmp_caption *caption, xmp_task *x, descry_error *err)
{
    descry_shared bytes;
    int fault, rc = share_packet(&bytes, data, size, caption, name, err);
    if (rc)
        return rc;
    request.packet = size;
    descry_task task = {.request = request, .bytes = &bytes, .room = x->out ? DESCRY_SIDECAR_ROOM : 0, .format = DESCRY_FORMATS,
                        .is_sound = is_sound, .take = copy_packet, .arg = x};
    rc = descry_decoders_run(decoders, &task, "XMP", name, &fault, err);
    descry_shared_close(&bytes);
    return rc;
}

int descry_decoders_xmp_put(descry_decoders *decoders, descry_buf *out, const char *data, size_t size, const char *name,
                            const descry_xmp_caption *caption, int overwrite, int created, descry_sidecar_outcome *outcome,
                            descry_error *err)
{
    const descry_xmp *xmp;
    if (descry_decoders_sandbox(decoders) == DESCRY_SANDBOX_OFF) {
        int rc = descry_xmp_open(&xmp, name, err);
        return rc ? rc : xmp->put(out, data, size, name, caption, overwrite, created, outcome, err);
    }
    xmp_task x = {.out = out};
    descry_request request = {.what = DESCRY_WIRE_XMP_PUT, .overwrite = (uint32_t)overwrite, .created = (uint32_t)created};
    int rc = run_xmp_task(decoders, request, data, size, name, caption, &x, err);
    if (!rc)
        *outcome = (descry_sidecar_outcome)x.outcome;
    return rc;
}

int descry_decoders_xmp_take(descry_decoders *decoders, descry_buf *out, const char *data, size_t size, const char *name,
                             descry_sidecar_outcome *outcome, descry_error *err)
{
    const descry_xmp *xmp;
    if (descry_decoders_sandbox(decoders) == DESCRY_SANDBOX_OFF) {
        int rc = descry_xmp_open(&xmp, name, err);
        return rc ? rc : xmp->take(out, data, size, name, outcome, err);
    }
    xmp_task x = {.out = out};
    int rc = run_xmp_task(decoders, (descry_request){.what = DESCRY_WIRE_XMP_TAKE}, data, size, name, NULL, &x, err);
    if (!rc)
        *outcome = (descry_sidecar_outcome)x.outcome;
    return rc;
}

int descry_decoders_xmp_has_description(descry_decoders *decoders, int *found, const char *data, size_t size, const char *name,
                                        descry_error *err)
{
    const descry_xmp *xmp;
    *found = 0;
    if (descry_decoders_sandbox(decoders) == DESCRY_SANDBOX_OFF) {
        int rc = descry_xmp_open(&xmp, name, err);
        if (!rc)
            *found = xmp->has_description(data, size);
        return rc;
    }
    xmp_task x = {0};
    int rc = run_xmp_task(decoders, (descry_request){.what = DESCRY_WIRE_XMP_HAS_DESCRIPTION}, data, size, name, NULL, &x, err);
    *found = !rc && x.outcome;
    return rc;
}
