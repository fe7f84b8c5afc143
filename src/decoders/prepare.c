/* SPDX-License-Identifier: Apache-2.0
 * One picture through a worker; a second time, alone, if the first ended badly. */
#include "decoders/check.h"
#include "decoders/bounds.h"
#include "decoders/pool.h"

#include "base/error.h"
#include "base/memory.h"
#include "image/formats.h"

#include <string.h>

enum { FAULTS = 2, KILLS = 10 }; /* a decoder may end badly, or be killed by somebody, so often for one picture */

/* Copies out of shared memory, where a worker may still write. */
static int take(const descry_worker *worker, const descry_preparation *wanted, const descry_reply *reply, const char *name,
                uint8_t *rgb, descry_facts *facts, descry_error *err)
{
    size_t pixels = descry_wire_pixels(wanted);
    if (reply->code)
        return descry_fail(err, reply->code, "%s%s%s", name, reply->message[0] == ':' ? "" : ": ", reply->message);
    *facts = reply->facts;
    facts->packet = NULL;
    if (facts->packet_size > 0) {
        facts->packet = descry_alloc(facts->packet_size, 1);
        if (!facts->packet)
            return descry_fail_memory(err);
        memcpy(facts->packet, worker->results + pixels, facts->packet_size);
    }
    if (pixels > 0)
        memcpy(rgb, worker->results, pixels);
    return 0;
}

static size_t format_of(const descry_shared *bytes)
{
    size_t i = 0;
    while (i < DESCRY_FORMATS && !descry_format_at(i)->recognises(bytes->data, bytes->size))
        i++;
    return i;
}

static int blame(descry_fate fate, size_t format, const char *name, descry_error *err)
{
    const char *codec = format < DESCRY_FORMATS ? descry_format_at(format)->name : "picture";
    switch (fate) {
    case DESCRY_FATE_CRASHED:
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: the %s decoder crashed on it", name, codec);
    case DESCRY_FATE_FORBIDDEN:
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: the %s decoder did on it what no decoder may do", name, codec);
    case DESCRY_FATE_PROCESSOR:
    case DESCRY_FATE_CLOCK:
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: the %s decoder did not come to an end on it", name, codec);
    case DESCRY_FATE_LIED:
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: what the %s decoder said of it cannot be", name, codec);
    default:
        return descry_fail(err, DESCRY_ERR_IO, "%s: its decoder was killed, again and again", name);
    }
}

/* *err says how much it may be when it was too little. */
static int blame_memory(size_t format, const char *name, uint64_t bound, descry_error *err)
{
    return descry_fail(err, DESCRY_ERR_LIMIT, "%s: more memory than the %llu MB that the %s decoder may have for it", name,
                       (unsigned long long)(bound >> 20), format < DESCRY_FORMATS ? descry_format_at(format)->name : "picture");
}

static int run(descry_decoders *decoders, const descry_job *job, const descry_shared *bytes, const char *name, uint8_t *rgb,
               descry_facts *facts, int *fault, descry_error *err)
{
    size_t format = format_of(bytes);
    for (unsigned faults = 0, kills = 0;;) {
        descry_worker worker;
        descry_reply reply;
        int rc = descry_decoders_lend(decoders, &worker, job->stranger || faults > 0, job->urgent, name, err);
        if (rc)
            return rc;
        descry_fate fate = descry_worker_do(&worker, &job->wanted, bytes, format, &reply, err);
        bool bounded = fate == DESCRY_FATE_DONE && reply.code == DESCRY_ERR_MEMORY && worker.walls & DESCRY_WALL_LIMITS;
        if (fate == DESCRY_FATE_DONE && !bounded) {
            rc = take(&worker, &job->wanted, &reply, name, rgb, facts, err);
            if (job->stranger || descry_worker_is_full(&worker))
                descry_decoders_dismiss(decoders, &worker, NULL);
            else
                descry_decoders_take_back(decoders, &worker);
            return rc;
        }
        uint64_t bound = worker.data;
        descry_fate ended = fate;
        descry_decoders_dismiss(decoders, &worker, fate == DESCRY_FATE_KILLED ? &ended : NULL);
        if (fate == DESCRY_FATE_SYSTEM)
            return err ? err->code : DESCRY_ERR_MEMORY;
        if (ended == DESCRY_FATE_KILLED ? ++kills < KILLS : ++faults < FAULTS)
            continue;
        *fault = ended != DESCRY_FATE_KILLED;
        return bounded ? blame_memory(format, name, bound, err) : blame(ended, format, name, err);
    }
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
