/* SPDX-License-Identifier: Apache-2.0
 * Bytes as a request (fuzz_request.c):
 *
 *     A                                    flags: the low bits of one byte, REQUEST_; the rest of the line is passed over
 *     GET /api/v1/search?q=dog&k=3         method and address, "%41" decoded
 *     Authorization: Bearer TOKEN          headers that anything looks at, others are passed over; "TOKEN" and "SESSION" stand
 *     Cookie: descry_session=SESSION       for what is right
 *
 *     body */
#ifndef DESCRY_TESTS_FUZZ_REQUEST_H
#define DESCRY_TESTS_FUZZ_REQUEST_H

#include "server.h"

enum { REQUEST_TOKEN = 1, REQUEST_CORS = 2, REQUEST_CLIP = 4, REQUEST_READ_ONLY = 8, REQUEST_LOCAL = 16, REQUEST_IMMICH = 32 };
enum { REQUEST_ARGUMENTS = 32 };

typedef struct request_input {
    unsigned flags;
    serve_request request;
    serve_argument arguments[REQUEST_ARGUMENTS];
    bool too_many; /* arguments */
    char *texts[4 + SERVE_HEADERS]; /* what the request points to */
    size_t text_count;
} request_input;

void request_read(request_input *input, const uint8_t *data, size_t size, const char *token, const char *session);
void request_free(request_input *input);

#endif
