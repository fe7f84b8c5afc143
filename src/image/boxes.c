/* SPDX-License-Identifier: Apache-2.0 */
#include "image/boxes.h"

#include <string.h>

enum { UUID = 16 };

uint64_t descry_span_number(descry_span *span, size_t bytes)
{
    uint64_t value = 0;
    if (span->ended || bytes > span->size) {
        *span = (descry_span){.ended = true};
        return 0;
    }
    for (size_t i = 0; i < bytes; i++)
        value = value << 8 | span->at[i];
    span->at += bytes;
    span->size -= bytes;
    return value;
}

descry_span descry_span_part(descry_span *span, size_t size)
{
    if (span->ended || size > span->size) {
        *span = (descry_span){.ended = true};
        return *span;
    }
    descry_span part = {span->at, size, false};
    if (size > 0) /* at may be NULL */
        span->at += size;
    span->size -= size;
    return part;
}

uint32_t descry_box_next(descry_span *boxes, descry_span *body)
{
    size_t left = boxes->size;
    *body = (descry_span){0};
    uint64_t size = descry_span_number(boxes, 4);
    uint32_t type = (uint32_t)descry_span_number(boxes, 4);
    if (size == 1)
        size = descry_span_number(boxes, 8);
    else if (size == 0)
        size = left; /* to the end */
    if (boxes->ended)
        return 0;
    size_t head = left - boxes->size;
    if (size < head || size > left)
        return 0;
    *body = descry_span_part(boxes, (size_t)size - head);
    return type ? type : 1;
}

bool descry_box_find(descry_span boxes, uint32_t type, descry_span *body)
{
    for (uint32_t each; (each = descry_box_next(&boxes, body)) != 0;)
        if (each == type)
            return true;
    *body = (descry_span){0};
    return false;
}

bool descry_box_find_uuid(descry_span boxes, const void *uuid, descry_span *body)
{
    for (uint32_t each; (each = descry_box_next(&boxes, body)) != 0;)
        if (each == DESCRY_FOURCC('u', 'u', 'i', 'd') && body->size >= UUID && memcmp(body->at, uuid, UUID) == 0) {
            descry_span_part(body, UUID);
            return true;
        }
    *body = (descry_span){0};
    return false;
}
