/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "request.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Keeps a text of the input, which ends at a NUL, as libmicrohttpd's do. */
static char *keep(request_input *input, const char *text, size_t size)
{
    char *copy = strndup(text, size);
    require(copy != NULL);
    return input->texts[input->text_count++] = copy;
}

/* The text with the first `name` in it replaced. */
static char *fill_in(request_input *input, char *text, const char *name, const char *value)
{
    char *at = strstr(text, name), *filled;
    if (!at)
        return text;
    size_t before = (size_t)(at - text), length = strlen(name), more = strlen(value);
    filled = malloc(strlen(text) - length + more + 1);
    require(filled != NULL);
    memcpy(filled, text, before);
    memcpy(filled + before, value, more);
    strcpy(filled + before + more, at + length);
    free(text);
    return input->texts[input->text_count - 1] = filled;
}

static int digit(char c)
{
    const char *all = "0123456789abcdef", *at = c ? strchr(all, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;
    return at ? (int)(at - all) : -1;
}

/* In place; a NUL ends the text: false. */
static bool decode(char *text, bool plus)
{
    char *to = text;
    for (; *text; text++) {
        int high = *text == '%' ? digit(text[1]) : -1, low = high >= 0 ? digit(text[2]) : -1;
        *to = low >= 0 ? (char)(high << 4 | low) : plus && *text == '+' ? ' ' : *text;
        if (!*to)
            return false;
        to++;
        text += low >= 0 ? 2 : 0;
    }
    *to = 0;
    return true;
}

static void read_arguments(request_input *input, char *text)
{
    while (text && *text) {
        char *name = strsep(&text, "&"), *value = strchr(name, '=');
        if (value)
            *value++ = 0;
        if (input->request.argument_count == REQUEST_ARGUMENTS || !decode(name, true) || (value && !decode(value, true))) {
            input->too_many = true;
            return;
        }
        input->arguments[input->request.argument_count++] = (serve_argument){name, value ? value : ""};
    }
}

static void read_line(request_input *input, const char *line, size_t length)
{
    const char *space = memchr(line, ' ', length);
    size_t n = space ? (size_t)(space - line) : length;
    input->request.method = keep(input, line, n);
    char *path = keep(input, space ? space + 1 : "", space ? length - n - 1 : 0), *arguments = strchr(path, '?');
    if (arguments)
        *arguments++ = 0;
    decode(path, false);
    input->request.path = path;
    read_arguments(input, arguments);
}

static void read_header(request_input *input, const char *line, size_t length, const char *token, const char *session)
{
    const char *colon = memchr(line, ':', length);
    size_t n = colon ? (size_t)(colon - line) : length, skip = n + (colon != NULL);
    for (size_t i = 0; i < SERVE_HEADERS; i++)
        if (strlen(serve_header_names[i]) == n && strncasecmp(line, serve_header_names[i], n) == 0 && !input->request.headers[i]) {
            while (skip < length && line[skip] == ' ')
                skip++;
            char *value = keep(input, line + skip, length - skip);
            value = fill_in(input, value, "TOKEN", token);
            input->request.headers[i] = fill_in(input, value, "SESSION", session);
        }
}

void request_read(request_input *input, const uint8_t *data, size_t size, const char *token, const char *session)
{
    const char *at = (const char *)data, *end = at + size;
    *input = (request_input){.flags = size ? data[0] & 63 : 0};
    input->request.method = input->request.path = "";
    input->request.arguments = input->arguments;
    for (int line = 0; at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((stop ? stop : end) - at);
        if (line == 1)
            read_line(input, at, length);
        else if (line > 1 && length > 0)
            read_header(input, at, length, token, session);
        at = stop ? stop + 1 : end;
        if (line > 1 && length == 0)
            break;
    }
    input->request.size = (size_t)(end - at);
    char *body = malloc(input->request.size + 1); /* without room behind it */
    require(body != NULL);
    memcpy(body, at, input->request.size);
    body[input->request.size] = 0;
    input->texts[input->text_count++] = body;
    input->request.body = input->request.size ? body : NULL;
}

void request_free(request_input *input)
{
    for (size_t i = 0; i < input->text_count; i++)
        free(input->texts[i]);
}
