/* SPDX-License-Identifier: Apache-2.0
 * How far indexing has come, on standard error: a bar on a terminal, now and then a line elsewhere. */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include "descry.h"

void cmd_progress_show(const descry_index_progress *progress);

/* Clears the bar, if there is one, so that a message can take its line. */
void cmd_progress_hide(void);

#endif
