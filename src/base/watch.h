/* SPDX-License-Identifier: Apache-2.0
 * Progress reports and cancellation of long-running calls. */
#ifndef DESCRY_BASE_WATCH_H
#define DESCRY_BASE_WATCH_H

#include "descry.h"

typedef struct descry_watching {
    descry_watch watch;
    descry_progress progress; /* updated by the call */
    double start;             /* descry_clock_now */
} descry_watching;

int descry_watch_begin(descry_watching *w, const descry_watch *given, descry_error *err); /* given may be NULL */

/* Calls the progress callback.  DESCRY_ERR_CANCELLED: it, or `cancel`, asks to stop. */
int descry_watch_report(descry_watching *w, descry_error *err);
int descry_watch_check(const descry_watching *w, descry_error *err); /* `cancel` only */
int descry_watch_cancelled(const int *cancel, descry_error *err);    /* the same for a descry_watch.cancel */

#endif
