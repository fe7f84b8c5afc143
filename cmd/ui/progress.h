/* SPDX-License-Identifier: Apache-2.0
 * How far a call has come, on standard error: a bar on a terminal, now and then a line elsewhere. */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include "descry.h"

#include <time.h>

void cmd_progress_show(const descry_progress *progress);

/* Of a call that shows its progress so, and that Ctrl-C stops. */
typedef struct cmd_watching {
    descry_watch watch;
    descry_progress last; /* that it told of */
} cmd_watching;

const descry_watch *cmd_watch(cmd_watching *watching); /* `watching` must live as long as the call */

/* The same for other work, in words of its own. */
void cmd_progress_say(const descry_progress *progress, const char *text);

/* Since `start`, which CLOCK_MONOTONIC gave. */
double cmd_seconds_since(const struct timespec *start);

/* Before another piece of work whose time begins at 0. */
void cmd_progress_restart(void);

/* Clears the bar, if there is one, so that a message can take its line. */
void cmd_progress_hide(void);

#endif
