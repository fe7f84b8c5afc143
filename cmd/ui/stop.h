/* SPDX-License-Identifier: Apache-2.0
 * Ctrl-C: the current batch is finished and saved, then the program ends by the signal. */
#ifndef CMD_STOP_H
#define CMD_STOP_H

/* From now on the first SIGINT, SIGTERM or SIGHUP only asks to stop; the second ends the program at once. */
void cmd_catch_signals(void);
int cmd_stopped(void);       /* the signal that asked to stop; 0: none */
const int *cmd_cancel(void); /* the same, for descry_watch */

#endif
