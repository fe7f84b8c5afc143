/* SPDX-License-Identifier: Apache-2.0 */
#include "mcp/work.h"

#include "ui/output.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int mcp_fail(descry_error *err, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err->message, sizeof err->message, format, arguments);
    va_end(arguments);
    err->code = code;
    return code;
}

int mcp_fail_memory(descry_error *err)
{
    return mcp_fail(err, DESCRY_ERR_MEMORY, "out of memory");
}

json_int_t mcp_number(const mcp_call *call, const char *key, json_int_t usual)
{
    const json_t *value = json_object_get(call->arguments, key);
    return value ? json_integer_value(value) : usual;
}

const char *mcp_text(const mcp_call *call, const char *key)
{
    return json_string_value(json_object_get(call->arguments, key));
}

/* ---- library and model --------------------------------------------------------------------------------------------- */

int mcp_open_library(mcp_work *work, bool create, descry_error *err)
{
    descry_library_options options = DESCRY_LIBRARY_OPTIONS_INIT;
    options.create = create && work->common->model;
    if (work->library)
        return 0;
    int rc = work->write ? descry_library_open(&work->library, work->ctx, work->common->library, &options, err)
                         : cmd_open_existing(&work->library, work->ctx, work->common->library, err);
    size_t length = strlen(err->message);
    if (rc == DESCRY_ERR_NOT_FOUND)
        snprintf(err->message + length, sizeof err->message - length, " ('descry index' makes a library)");
    return rc;
}

int mcp_open_model(mcp_work *work, const char *name, descry_error *err)
{
    if (work->model && strcmp(work->model_name, name) == 0)
        return 0;
    char *copy = strdup(name);
    if (!copy)
        return mcp_fail_memory(err);
    descry_model_close(&work->model);
    free(work->model_name);
    work->model_name = copy;
    return descry_model_open(&work->model, work->ctx, name, NULL, err);
}

int mcp_open_usual_model(mcp_work *work, descry_error *err)
{
    const descry_library_status *status;
    if (work->common->model)
        return mcp_open_model(work, work->common->model, err);
    int rc = descry_status(work->library, &status, err);
    if (!rc && status->model_count == 0)
        rc = mcp_fail(err, DESCRY_ERR_NOT_FOUND, "which model? The library was indexed with none, and descry mcp runs without --model");
    return rc ? rc : mcp_open_model(work, status->models[0]->name, err);
}

void mcp_work_close(mcp_work *work)
{
    descry_library_close(&work->library);
    descry_model_close(&work->model);
    free(work->model_name);
    descry_context_close(&work->ctx);
}

/* ---- results ------------------------------------------------------------------------------------------------------- */

json_t *mcp_picture(int64_t id, const char *path, const char *caption, const descry_metadata *metadata, int width, int height)
{
    json_t *object = json_pack("{s:I}", "id", (json_int_t)id);
    if (object && (cmd_json_set_path(object, "path", path) ||
                   (caption && json_object_set_new(object, "caption", cmd_json_text(caption, strlen(caption)))) ||
                   cmd_json_set_metadata(object, metadata) ||
                   (width > 0 && (json_object_set_new(object, "width", json_integer(width)) ||
                                  json_object_set_new(object, "height", json_integer(height)))))) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* Takes `value`. */
static int add_content(json_t *content, json_t *value)
{
    return json_array_append_new(content, value);
}

static json_t *make_result(const char *text, size_t size, mcp_says *says, bool failed)
{
    json_t *result = json_object(), *content = json_array();
    int rc = 0;
    if (size > 0)
        rc = add_content(content, json_pack("{s:s, s:o}", "type", "text", "text", cmd_json_text(text, size)));
    if (says->image)
        rc |= add_content(content, json_pack("{s:s, s:O, s:s}", "type", "image", "data", says->image, "mimeType", "image/jpeg"));
    rc |= json_object_set_new(result, "content", content);
    if (says->structured && !failed)
        rc |= json_object_set(result, "structuredContent", says->structured);
    rc |= json_object_set_new(result, "isError", json_boolean(failed));
    if (!rc)
        return result;
    json_decref(result);
    return NULL;
}

json_t *mcp_do(mcp_work *work, mcp_call *call)
{
    static mcp_tool *const tools[MCP_TOOLS] = {
        [MCP_SEARCH] = mcp_search,  [MCP_SIMILAR] = mcp_similar, [MCP_DESCRIBE] = mcp_describe,       [MCP_PHOTO] = mcp_photo,
        [MCP_CONTACT_SHEET] = mcp_contact_sheet, [MCP_STATUS] = mcp_status, [MCP_SET_CAPTION] = mcp_set_caption, [MCP_INDEX] = mcp_index};
    char *text = NULL;
    size_t size = 0;
    descry_error err = {0};
    mcp_says says = {.text = open_memstream(&text, &size)};
    if (!says.text)
        return NULL;
    int rc = mcp_open_library(work, call->tool == MCP_INDEX, &err);
    if (!rc)
        rc = tools[call->tool](work, call, &says, &err);
    int lost = ferror(says.text);
    lost |= fclose(says.text);
    json_t *result = NULL;
    if (rc)
        result = make_result(err.message, strlen(err.message), &(mcp_says){0}, true);
    else if (!lost)
        result = make_result(text, size, &says, false);
    json_decref(says.structured);
    json_decref(says.image);
    free(text);
    return result;
}
