/* SPDX-License-Identifier: Apache-2.0
 * Decoding pictures in workers. */
#include "decoders/check.h"
#include "decoders/task.h"

#include "base/error.h"
#include "base/memory.h"
#include "image/formats.h"

#include <string.h>

typedef struct picture_task {
    const descry_preparation *wanted;
    uint8_t *rgb;
    descry_facts *facts;
} picture_task;

static bool is_sound(const descry_task *task, descry_reply *reply, size_t room)
{
    const picture_task *p = task->arg;
    return descry_reply_is_sound(reply, p->wanted, room);
}

static int copy_bytes(uint8_t **out, const uint8_t *from, size_t size, descry_error *err)
{
    if (size == 0)
        return 0;
    *out = descry_alloc(size, 1);
    if (!*out)
        return descry_fail_memory(err);
    memcpy(*out, from, size);
    return 0;
}

static int copy_results(const descry_task *task, const descry_worker *worker, const descry_reply *reply, descry_error *err)
{
    const picture_task *p = task->arg;
    const uint8_t *from = worker->results;
    size_t pixels = descry_wire_pixels(p->wanted), packet = reply->facts.packet_size;
    *p->facts = reply->facts;
    p->facts->packet = p->facts->preview = NULL;
    int rc = copy_bytes(&p->facts->packet, from + pixels, packet, err);
    if (!rc)
        rc = copy_bytes(&p->facts->preview, from + pixels + packet, reply->facts.preview_size, err);
    if (!rc && pixels > 0)
        memcpy(p->rgb, from, pixels);
    if (rc)
        descry_facts_free(p->facts);
    return rc;
}

static size_t format_of(const descry_shared *bytes)
{
    size_t i = 0;
    while (i < DESCRY_FORMATS && !descry_format_at(i)->recognises(bytes->data, bytes->size))
        i++;
    return i;
}

static int run_picture_task(descry_decoders *decoders, const descry_job *job, const descry_shared *bytes, const char *name,
                            uint8_t *rgb, descry_facts *facts, int *fault, descry_error *err)
{
    const descry_preparation *wanted = &job->wanted;
    picture_task p = {wanted, rgb, facts};
    descry_task task = {.request = {.what = DESCRY_WIRE_PICTURE, .wanted = *wanted, .options = *wanted->options,
                                    .limits = *wanted->options->limits, .prepared = wanted->preprocess != NULL},
                        .bytes = bytes, .room = descry_wire_room(wanted), .format = format_of(bytes),
                        .limits = wanted->options->limits, .is_sound = is_sound, .take = copy_results, .arg = &p,
                        .fresh = job->untrusted, .urgent = job->urgent};
    if (wanted->preprocess)
        task.request.preprocess = *wanted->preprocess;
    task.request.wanted.preprocess = NULL; /* do not leak addresses of this process */
    task.request.wanted.options = NULL;
    task.request.options.limits = NULL;
    task.request.options.region = NULL;
    return descry_decoders_run(decoders, &task, task.format < DESCRY_FORMATS ? descry_format_at(task.format)->name : "picture",
                               name, fault, err);
}

int descry_decoders_prepare(descry_decoders *decoders, const descry_job *job, const descry_shared *bytes, const char *name,
                            uint8_t *rgb, descry_facts *facts, int *fault, descry_error *err)
{
    int unused;
    fault = fault ? fault : &unused;
    *fault = 0;
    *facts = (descry_facts){0};
    if (descry_decoders_sandbox(decoders) == DESCRY_SANDBOX_OFF)
        return descry_prepare(&job->wanted, bytes->data, bytes->size, name, rgb, facts, err);
    if (bytes->fd >= 0 || bytes->size == 0)
        return run_picture_task(decoders, job, bytes, name, rgb, facts, fault, err);
    descry_shared copy;
    int rc = descry_shared_copy(&copy, bytes->data, bytes->size, name, err);
    if (!rc) {
        rc = run_picture_task(decoders, job, &copy, name, rgb, facts, fault, err);
        descry_shared_close(&copy);
    }
    return rc;
}
