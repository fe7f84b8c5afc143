/* SPDX-License-Identifier: Apache-2.0
 * Pictures through workers. */
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

static int take(const descry_task *task, const descry_worker *worker, const descry_reply *reply, descry_error *err)
{
    const picture_task *p = task->arg;
    size_t pixels = descry_wire_pixels(p->wanted);
    *p->facts = reply->facts;
    p->facts->packet = NULL;
    if (p->facts->packet_size > 0) {
        p->facts->packet = descry_alloc(p->facts->packet_size, 1);
        if (!p->facts->packet)
            return descry_fail_memory(err);
        memcpy(p->facts->packet, worker->results + pixels, p->facts->packet_size);
    }
    if (pixels > 0)
        memcpy(p->rgb, worker->results, pixels);
    return 0;
}

static size_t format_of(const descry_shared *bytes)
{
    size_t i = 0;
    while (i < DESCRY_FORMATS && !descry_format_at(i)->recognises(bytes->data, bytes->size))
        i++;
    return i;
}

static int run(descry_decoders *decoders, const descry_job *job, const descry_shared *bytes, const char *name, uint8_t *rgb,
               descry_facts *facts, int *fault, descry_error *err)
{
    const descry_preparation *wanted = &job->wanted;
    picture_task p = {wanted, rgb, facts};
    descry_task task = {.request = {.what = DESCRY_WIRE_PICTURE, .wanted = *wanted, .options = *wanted->options,
                                    .limits = *wanted->options->limits, .prepared = wanted->preprocess != NULL},
                        .bytes = bytes, .room = descry_wire_room(wanted), .format = format_of(bytes),
                        .limits = wanted->options->limits, .is_sound = is_sound, .take = take, .arg = &p,
                        .fresh = job->stranger, .urgent = job->urgent};
    if (wanted->preprocess)
        task.request.preprocess = *wanted->preprocess;
    task.request.wanted.preprocess = NULL; /* where things are in this process is nobody's business */
    task.request.wanted.options = NULL;
    task.request.options.limits = NULL;
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
        return run(decoders, job, bytes, name, rgb, facts, fault, err);
    descry_shared copy;
    int rc = descry_shared_copy(&copy, bytes->data, bytes->size, name, err);
    if (!rc) {
        rc = run(decoders, job, &copy, name, rgb, facts, fault, err);
        descry_shared_close(&copy);
    }
    return rc;
}
