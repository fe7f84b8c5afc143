/* SPDX-License-Identifier: Apache-2.0
 * The calls that wait, and the thread that does one after the other, so that calls can be cancelled meanwhile. */
#ifndef CMD_MCP_CALLS_H
#define CMD_MCP_CALLS_H

#include "mcp/protocol.h"

typedef struct mcp_calls mcp_calls;

/* `run` does a call, on that thread.  NULL: out of memory, or no thread. */
mcp_calls *mcp_calls_open(void (*run)(void *arg, mcp_call *call), void *arg);

void mcp_calls_add(mcp_calls *calls, mcp_call *call); /* takes it; waits while there are too many */
void mcp_calls_cancel(mcp_calls *calls, const json_t *id); /* NULL: all of them */

/* Waits for a fifth of a second at most; whether all are done. */
bool mcp_calls_done(mcp_calls *calls);

void mcp_calls_close(mcp_calls *calls); /* does what waits first; NULL: nothing */

#endif
