/* SPDX-License-Identifier: Apache-2.0
 * The lines that descry mcp is sent: whatever they are, each answer is one line of JSON-RPC, and calls have arguments as their
 * tools' schemas say. */
#include "fuzz.h"

#include "mcp/protocol.h"

#include <string.h>

typedef struct counts {
    mcp_connection connection;
    size_t answers;
} counts;

static void on_line(void *arg, const char *line, size_t size)
{
    counts *seen = arg;
    json_t *message = json_loadb(line, size, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
    require(message && !memchr(line, '\n', size));
    require(strcmp(json_string_value(json_object_get(message, "jsonrpc")), "2.0") == 0);
    const json_t *error = json_object_get(message, "error");
    if (json_object_get(message, "id")) {
        require(!error == !!json_object_get(message, "result"));
        require(!error || (json_integer_value(json_object_get(error, "code")) < 0 && json_string_value(json_object_get(error, "message"))));
        seen->answers++;
    } else {
        require(strcmp(json_string_value(json_object_get(message, "method")), "notifications/progress") == 0);
    }
    json_decref(message);
}

static void on_call(void *arg, mcp_call *call)
{
    counts *seen = arg;
    char why[240];
    require(call->tool < MCP_TOOLS && call->id);
    require(mcp_fits(json_object_get(json_array_get(seen->connection.tools, (size_t)call->tool), "inputSchema"), call->arguments, why,
                     sizeof why));
    mcp_report(&seen->connection, call, 1, 2);
    mcp_answer(&seen->connection, call, mcp_failure("no"));
    mcp_call_free(call);
}

static void on_cancel(void *arg, const json_t *id)
{
    (void)arg;
    require(id != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static json_t *tools;
    tools = tools ? tools : mcp_describe_tools(MCP_TOOLS);
    counts seen = {.connection = {on_line, on_call, on_cancel, &seen, tools, false}};
    require(seen.connection.tools != NULL);
    for (size_t at = 0, lines = 1; at < size; lines++) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        size_t length = end ? (size_t)(end - data) - at : size - at;
        mcp_handle_line(&seen.connection, (const char *)data + at, length);
        require(seen.answers <= lines); /* one to a line, at most */
        at += length + 1;
    }
    return 0;
}
