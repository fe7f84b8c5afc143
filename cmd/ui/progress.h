/* SPDX-License-Identifier: Apache-2.0
 * How far indexing has come, on standard error: a bar on a terminal, now and then a line elsewhere. */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include "descry.h"

#include <time.h>

void cmd_progress_show(const descry_index_progress *progress);

/* The same for other work, in words of its own. */
void cmd_progress_say(uint64_t done, uint64_t total, double seconds, const char *text);

/* Since `start`, which CLOCK_MONOTONIC gave. */
double cmd_seconds_since(const struct timespec *start);

/* Before another piece of work whose time begins at 0. */
void cmd_progress_restart(void);

/* Clears the bar, if there is one, so that a message can take its line. */
void cmd_progress_hide(void);

#endif
