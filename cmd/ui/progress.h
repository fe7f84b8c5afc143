/* SPDX-License-Identifier: Apache-2.0
 * Progress on standard error: a bar on a terminal, else a line every few seconds. */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include "descry.h"

#include <time.h>

void cmd_progress_show(const descry_progress *progress);

/* A watch that shows progress and stops at Ctrl-C. */
typedef struct cmd_watching {
    descry_watch watch;
    descry_progress last; /* the last report */
} cmd_watching;

const descry_watch *cmd_watch(cmd_watching *watching); /* `watching` must live as long as the call */

/* Shows another text instead. */
void cmd_progress_say(const descry_progress *progress, const char *text);

/* `start`: a time of CLOCK_MONOTONIC. */
double cmd_seconds_since(const struct timespec *start);

/* Resets the display, before another call whose time starts at 0. */
void cmd_progress_restart(void);

/* Clears the bar, if any, before a message is printed. */
void cmd_progress_hide(void);

#endif
