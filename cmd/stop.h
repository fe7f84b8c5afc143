/* SPDX-License-Identifier: Apache-2.0
 * Ctrl-C, and the other signals that ask a program to end, for work that can stop in good order. */
#ifndef CMD_STOP_H
#define CMD_STOP_H

/* From now on the first such signal is only noted; a second one ends the program at once.  One that is ignored (nohup, a
 * job in the background) stays so. */
void cmd_stop_catch(void);

int cmd_stop_signal(void); /* the one that came; 0: none */

#endif
