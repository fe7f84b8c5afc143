/* SPDX-License-Identifier: Apache-2.0
 * How far a long call has come, and whether it is to stop. */
#ifndef DESCRY_BASE_WATCH_H
#define DESCRY_BASE_WATCH_H

#include "descry.h"

typedef struct descry_watching {
    descry_watch watch;
    descry_progress progress; /* kept by whoever does the work */
    double start;             /* descry_clock_now */
} descry_watching;

int descry_watch_begin(descry_watching *w, const descry_watch *given, descry_error *err); /* given may be NULL */

/* DESCRY_ERR_CANCELLED when the caller wants it to stop. */
int descry_watch_tell(descry_watching *w, descry_error *err);
int descry_watch_check(const descry_watching *w, descry_error *err); /* without telling */
int descry_watch_cancelled(const int *cancel, descry_error *err);    /* by descry_watch.cancel alone */

#endif
