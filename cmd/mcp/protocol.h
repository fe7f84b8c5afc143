/* SPDX-License-Identifier: Apache-2.0
 * The Model Context Protocol: from lines to calls of tools, and from their results to lines.  It knows the tools by their
 * descriptions only, and neither streams nor threads.
 *
 * Two eras of the protocol are spoken, on one connection, told apart request by request: those since 2026-07-28 carry their
 * version in params._meta; those before begin with `initialize`. */
#ifndef CMD_MCP_PROTOCOL_H
#define CMD_MCP_PROTOCOL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { MCP_LINE_MOST = 4 << 20, MCP_DEPTH_MOST = 64 }; /* bytes; arrays and objects within one another */

/* ---- tools (tools.c) ---------------------------------------------------------------------------------------------- */

typedef enum mcp_tool_kind {
    MCP_SEARCH,
    MCP_SIMILAR,
    MCP_DESCRIBE,
    MCP_PHOTO,
    MCP_CONTACT_SHEET,
    MCP_STATUS,
    MCP_SET_CAPTION, /* from here on: only with --write */
    MCP_INDEX,
    MCP_TOOLS
} mcp_tool_kind;

/* The descriptions of the first `count` tools, as tools/list has them; NULL: out of memory. */
json_t *mcp_describe_tools(int count);

/* ---- arguments (schema.c) ------------------------------------------------------------------------------------------ */

/* Whether `value` is as `schema` says, of which type, properties, required, items, enum, minimum, maximum, minLength, maxLength,
 * minItems and maxItems count, and other properties are none; if not, why[size] says what is wrong. */
bool mcp_fits(const json_t *schema, const json_t *value, char *why, size_t size);

/* ---- a connection (protocol.c) ------------------------------------------------------------------------------------- */

/* A call of a tool, whose arguments fit its schema. */
typedef struct mcp_call {
    json_t *id, *arguments, *progress; /* progress: the token for reports; NULL: none are wanted.  The call's own */
    mcp_tool_kind tool;
    bool modern; /* since 2026-07-28 */
    int cancel;  /* for descry: 1: the client does not want it any more */
    struct mcp_call *next;
} mcp_call;

void mcp_call_free(mcp_call *call); /* NULL: nothing */

typedef struct mcp_connection {
    void (*send)(void *arg, const char *line, size_t size); /* without the end of the line */
    void (*call)(void *arg, mcp_call *call);                /* takes it; it is answered by mcp_answer, some time */
    void (*cancel)(void *arg, const json_t *id);
    void *arg;
    json_t *tools; /* mcp_describe_tools */
    bool initialized;
} mcp_connection;

/* Handles one line. */
void mcp_handle_line(mcp_connection *connection, const char *line, size_t size);
void mcp_refuse_long_line(const mcp_connection *connection);

/* Answers a call.  `result` is taken; NULL: out of memory. */
void mcp_answer(const mcp_connection *connection, const mcp_call *call, json_t *result);

/* Reports progress, if the client wants that. */
void mcp_report(const mcp_connection *connection, const mcp_call *call, double done, double total);

/* A result of a tool that says why it could not do it. */
json_t *mcp_failure(const char *message);

#endif
