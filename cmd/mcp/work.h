/* SPDX-License-Identifier: Apache-2.0
 * What the tools do: with a library and a model that are opened when they are first needed. */
#ifndef CMD_MCP_WORK_H
#define CMD_MCP_WORK_H

#include "mcp/protocol.h"
#include "ui/common.h"

#include <stdio.h>

typedef struct mcp_work {
    const cmd_common *common;
    bool write;
    char **roots; /* real paths of folders */
    size_t root_count;
    const mcp_connection *connection; /* for reports of progress */
    descry_context *ctx;
    descry_library *library; /* NULL: not yet */
    descry_model *model;     /* the same */
    char *model_name;
} mcp_work;

/* What a tool has to say. */
typedef struct mcp_says {
    FILE *text;
    json_t *structured, *image; /* NULL: none */
} mcp_says;

/* Does a call; a result for mcp_answer. */
json_t *mcp_do(mcp_work *work, mcp_call *call);
void mcp_work_close(mcp_work *work);

/* Open them; 0 or an error.  A library is made only if `create` and --model say so. */
int mcp_open_library(mcp_work *work, bool create, descry_error *err);
int mcp_open_model(mcp_work *work, const char *name, descry_error *err);

/* The model of the command line, else the one that the library was last indexed with. */
int mcp_open_usual_model(mcp_work *work, descry_error *err);

int mcp_fail(descry_error *err, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
int mcp_fail_memory(descry_error *err);

json_int_t mcp_number(const mcp_call *call, const char *key, json_int_t usual);
const char *mcp_text(const mcp_call *call, const char *key); /* NULL: not given */

/* {"id", "path", "caption", ...}; NULL: out of memory. */
json_t *mcp_picture(int64_t id, const char *path, const char *caption, const descry_metadata *metadata, int width, int height);

/* The tools: find.c, show.c, change.c */
typedef int mcp_tool(mcp_work *work, mcp_call *call, mcp_says *says, descry_error *err);
mcp_tool mcp_search, mcp_similar, mcp_describe, mcp_photo, mcp_contact_sheet, mcp_status, mcp_set_caption, mcp_index;

/* Ids and paths, of a query's first k pictures: [{"id", "path", ...}]. */
int mcp_find(mcp_work *work, mcp_call *call, const char *query, size_t k, json_t **pictures, descry_error *err);

#endif
