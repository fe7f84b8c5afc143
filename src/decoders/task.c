/* SPDX-License-Identifier: Apache-2.0 */
#include "decoders/task.h"

#include "base/error.h"

enum { MAX_FAULTS = 2, MAX_KILLS = 10 }; /* per task: failures of its decoder; kills from outside */

static int fail_by_fate(descry_fate fate, const char *who, const char *name, descry_error *err)
{
    switch (fate) {
    case DESCRY_FATE_CRASHED:
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: the %s decoder crashed on it", name, who);
    case DESCRY_FATE_FORBIDDEN:
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: the %s decoder did on it what no decoder may do", name, who);
    case DESCRY_FATE_PROCESSOR:
    case DESCRY_FATE_CLOCK:
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: the %s decoder did not come to an end on it", name, who);
    case DESCRY_FATE_LIED:
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: what the %s decoder said of it cannot be", name, who);
    default:
        return descry_fail(err, DESCRY_ERR_IO, "%s: its decoder was killed, again and again", name);
    }
}

static int fail_by_memory(const char *who, const char *name, uint64_t bound, descry_error *err)
{
    return descry_fail(err, DESCRY_ERR_LIMIT, "%s: more memory than the %llu MB that the %s decoder may have for it", name,
                       (unsigned long long)(bound >> 20), who);
}

static int take_reply(const descry_task *task, const descry_worker *worker, const descry_reply *reply, const char *name,
                      descry_error *err)
{
    if (reply->code)
        return descry_fail(err, reply->code, "%s%s%s", name, reply->message[0] == ':' ? "" : ": ", reply->message);
    return task->take(task, worker, reply, err);
}

int descry_decoders_run(descry_decoders *decoders, const descry_task *task, const char *who, const char *name, int *fault,
                        descry_error *err)
{
    for (unsigned faults = 0, kills = 0;;) {
        descry_worker worker;
        descry_reply reply;
        int rc = descry_decoders_lend(decoders, &worker, task->fresh || faults > 0, task->urgent, name, err);
        if (rc)
            return rc;
        descry_error why;
        descry_fate fate = descry_worker_do(&worker, task, &reply, &why);
        bool bounded = fate == DESCRY_FATE_DONE && reply.code == DESCRY_ERR_MEMORY && worker.walls & DESCRY_WALL_LIMITS;
        if (fate == DESCRY_FATE_DONE && !bounded) {
            rc = take_reply(task, &worker, &reply, name, err);
            if (task->fresh || descry_worker_is_full(&worker))
                descry_decoders_dismiss(decoders, &worker, NULL);
            else
                descry_decoders_take_back(decoders, &worker);
            return rc;
        }
        uint64_t bound = worker.data;
        descry_fate ended = fate;
        descry_decoders_dismiss(decoders, &worker, fate == DESCRY_FATE_KILLED ? &ended : NULL);
        if (fate == DESCRY_FATE_SYSTEM)
            return descry_fail(err, why.code, "%s: %s", name, why.message);
        if (ended == DESCRY_FATE_KILLED ? ++kills < MAX_KILLS : ++faults < MAX_FAULTS)
            continue;
        *fault = ended != DESCRY_FATE_KILLED;
        return bounded ? fail_by_memory(who, name, bound, err) : fail_by_fate(ended, who, name, err);
    }
}
