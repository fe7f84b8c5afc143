/* SPDX-License-Identifier: Apache-2.0
 * Forms that clients send: the first line is the Content-Type, the rest the body. */
#include "fuzz.h"

#include "../../serve/compat/multipart.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line = memchr(data, '\n', size);
    size_t length = line ? (size_t)(line - data) : 0, rest = line ? size - length - 1 : size, count;
    char *type = malloc(length + 1), *body = malloc(rest ? rest : 1); /* without room behind it */
    serve_part parts[ROOM];
    require(type && body);
    memcpy(type, data, length);
    type[length] = 0;
    memcpy(body, data + size - rest, rest);
    const char *wrong = serve_multipart(type, body, rest, parts, ROOM, &count), *end = body;
    require(count <= ROOM && (!wrong || *wrong));
    for (size_t i = 0; i < count; i++) { /* one behind the other, in the body */
        require(parts[i].name >= end && parts[i].name + parts[i].length <= parts[i].data);
        require(parts[i].data + parts[i].size <= body + rest);
        require(serve_part_of(parts, count, "text") != NULL || parts[i].length != 4 || memcmp(parts[i].name, "text", 4) != 0);
        fuzz_read(parts[i].data, parts[i].size);
        fuzz_read(parts[i].name, parts[i].length);
        end = parts[i].data + parts[i].size;
    }
    free(type);
    free(body);
    return 0;
}
