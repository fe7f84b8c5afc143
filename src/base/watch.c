/* SPDX-License-Identifier: Apache-2.0 */
#include "base/watch.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/options.h"

int descry_watch_begin(descry_watching *w, const descry_watch *given, descry_error *err)
{
    *w = (descry_watching){.watch = DESCRY_WATCH_INIT, .start = descry_clock_now()};
    return DESCRY_COPY_OPTIONS(&w->watch, given, err);
}

int descry_watch_cancelled(const int *cancel, descry_error *err)
{
    int stop = cancel && __atomic_load_n(cancel, __ATOMIC_RELAXED);
    return stop ? descry_fail(err, DESCRY_ERR_CANCELLED, "stopped") : 0;
}

int descry_watch_check(const descry_watching *w, descry_error *err)
{
    return descry_watch_cancelled(w->watch.cancel, err);
}

int descry_watch_report(descry_watching *w, descry_error *err)
{
    w->progress.seconds = descry_clock_now() - w->start;
    if (w->watch.progress && w->watch.progress(w->watch.arg, &w->progress))
        return descry_fail(err, DESCRY_ERR_CANCELLED, "stopped");
    return descry_watch_check(w, err);
}
