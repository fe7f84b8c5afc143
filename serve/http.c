/* SPDX-License-Identifier: Apache-2.0 */
#include "http.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int serve_fail(descry_error *err, int code, const char *format, ...)
{
    if (err) {
        va_list arguments;
        va_start(arguments, format);
        err->code = code;
        vsnprintf(err->message, sizeof err->message, format, arguments);
        va_end(arguments);
    }
    return code;
}

int serve_fail_memory(descry_error *err)
{
    return serve_fail(err, DESCRY_ERR_MEMORY, "out of memory");
}

const char *const serve_header_names[SERVE_HEADERS] = {
    [SERVE_HOST] = "Host",
    [SERVE_ORIGIN] = "Origin",
    [SERVE_FETCH_SITE] = "Sec-Fetch-Site",
    [SERVE_AUTHORIZATION] = "Authorization",
    [SERVE_COOKIE] = "Cookie",
    [SERVE_CONTENT_TYPE] = "Content-Type",
    [SERVE_ACCEPT_ENCODING] = "Accept-Encoding",
    [SERVE_IF_NONE_MATCH] = "If-None-Match",
    [SERVE_RANGE] = "Range",
    [SERVE_IF_RANGE] = "If-Range",
};

/* ---- requests ---------------------------------------------------------------------------------------------------- */

const char *serve_argument_of(const serve_request *request, const char *name)
{
    for (size_t i = 0; i < request->argument_count; i++)
        if (strcmp(request->arguments[i].name, name) == 0)
            return request->arguments[i].value;
    return NULL;
}

int serve_number_of(const serve_request *request, const char *name, long least, long most, long otherwise, long *value,
                    descry_error *err)
{
    const char *text = serve_argument_of(request, name);
    char *end;
    *value = otherwise;
    if (!text || !*text)
        return 0;
    errno = 0;
    *value = strtol(text, &end, 10);
    if (errno || *end || *value < least || *value > most)
        return serve_fail(err, DESCRY_ERR_ARGUMENT, "%s: a number from %ld to %ld is expected", name, least, most);
    return 0;
}

int serve_real_of(const serve_request *request, const char *name, double otherwise, double *value, descry_error *err)
{
    const char *text = serve_argument_of(request, name);
    char *end;
    *value = otherwise;
    if (!text || !*text)
        return 0;
    *value = strtod(text, &end);
    if (*end || !isfinite(*value))
        return serve_fail(err, DESCRY_ERR_ARGUMENT, "%s: a number is expected", name);
    return 0;
}

int serve_object_of(const serve_request *request, json_t **object, descry_error *err)
{
    json_error_t where;
    *object = json_loadb(request->size ? request->body : "", request->size, JSON_REJECT_DUPLICATES, &where);
    if (!*object)
        return serve_fail(err, DESCRY_ERR_ARGUMENT, "the body is not JSON: line %d, column %d: %s", where.line, where.column,
                          where.text);
    if (json_is_object(*object))
        return 0;
    json_decref(*object);
    *object = NULL;
    return serve_fail(err, DESCRY_ERR_ARGUMENT, "the body is not a JSON object");
}

/* ---- replies ----------------------------------------------------------------------------------------------------- */

int serve_reply_header(serve_reply *reply, descry_error *err, const char *name, const char *format, ...)
{
    char *value = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (reply->header_count < SERVE_REPLY_HEADERS && length >= 0)
        value = malloc((size_t)length + 1);
    if (!value)
        return serve_fail_memory(err);
    va_start(arguments, format);
    vsnprintf(value, (size_t)length + 1, format, arguments);
    va_end(arguments);
    reply->headers[reply->header_count].name = name;
    reply->headers[reply->header_count++].value = value;
    return 0;
}

int serve_reply_json(serve_reply *reply, json_t *value, descry_error *err)
{
    reply->type = "application/json; charset=utf-8";
    reply->body = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    json_decref(value);
    if (!reply->body)
        return serve_fail_memory(err);
    reply->size = strlen(reply->body);
    return 0;
}

static const struct {
    int code;
    const char *name;
    unsigned status;
} kinds[] = {
    {DESCRY_ERR_MEMORY, "memory", 503},         {DESCRY_ERR_IO, "io", 500},
    {DESCRY_ERR_FORMAT, "format", 400},         {DESCRY_ERR_UNSUPPORTED, "unsupported", 501},
    {DESCRY_ERR_ARGUMENT, "argument", 400},     {DESCRY_ERR_LIMIT, "limit", 413},
    {DESCRY_ERR_NOT_FOUND, "not_found", 404},   {DESCRY_ERR_BUSY, "busy", 409},
    {DESCRY_ERR_CANCELLED, "cancelled", 503},   {DESCRY_ERR_NUMERIC, "numeric", 500},
};

void serve_reply_error(serve_reply *reply, unsigned status, const char *code, const char *message, long position)
{
    static const char sorry[] = "{\"error\":{\"code\":\"memory\",\"message\":\"out of memory\"}}";
    json_t *error = json_pack("{s:s, s:o}", "code", code, "message", serve_json_text(message));
    serve_reply_clear(reply);
    if (error && position >= 0)
        json_object_set_new(error, "position", json_integer(position));
    reply->status = status;
    if (serve_reply_json(reply, error ? json_pack("{s:o}", "error", error) : NULL, NULL)) {
        reply->status = 503;
        reply->fixed = sorry;
        reply->size = sizeof sorry - 1;
    }
}

void serve_reply_fail(serve_reply *reply, const descry_error *err, long position)
{
    size_t i = 0;
    while (i + 1 < sizeof kinds / sizeof *kinds && kinds[i].code != err->code)
        i++;
    serve_reply_error(reply, kinds[i].status, kinds[i].name, err->message, position);
}

void serve_reply_clear(serve_reply *reply)
{
    free(reply->body);
    if (reply->fd >= 0)
        close(reply->fd);
    if (reply->stream)
        reply->stream->close(reply->stream);
    for (size_t i = 0; i < reply->header_count; i++)
        free(reply->headers[i].value);
    *reply = (serve_reply)SERVE_REPLY_INIT;
}
