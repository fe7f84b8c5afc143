/* SPDX-License-Identifier: Apache-2.0 */
#include "decoders/check.h"

#include <math.h>
#include <string.h>
#include <unistr.h>

uint64_t descry_declared(const descry_reply *reply, const descry_limits *limits)
{
    uint64_t width = reply->width, height = reply->height;
    bool good = width > 0 && height > 0 && width <= limits->max_side && height <= limits->max_side &&
                width * height <= limits->max_pixels; /* sides are of 32 bits */
    return good ? width * height : 0;
}

/* Whether a text is one line of UTF-8, terminated within its `size` bytes. */
static bool is_line(const char *text, size_t size)
{
    const char *end = memchr(text, 0, size);
    if (!end || u8_check((const uint8_t *)text, (size_t)(end - text)) != NULL)
        return false;
    for (; text < end; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7F)
            return false;
    return true;
}

static bool is_position(double latitude, double longitude)
{
    if (isnan(latitude) || isnan(longitude))
        return isnan(latitude) && isnan(longitude);
    return fabs(latitude) <= 90 && fabs(longitude) <= 180;
}

/* Years 1 to 9999, as in the EXIF parser, and a valid offset from UTC. */
static bool is_time(int64_t taken, int32_t offset)
{
    const int64_t first = -62135596800000, last = 253402300799999;
    return (taken == DESCRY_NO_TIME || (taken >= first && taken <= last)) &&
           (offset == DESCRY_NO_OFFSET || (offset >= -24 * 60 && offset <= 24 * 60));
}

/* Errors that a picture can cause; others, such as CANCELLED, would be taken by callers for the library's own. */
static bool is_allowed_error(int code)
{
    return code == DESCRY_ERR_MEMORY || code == DESCRY_ERR_FORMAT || code == DESCRY_ERR_UNSUPPORTED || code == DESCRY_ERR_ARGUMENT ||
           code == DESCRY_ERR_LIMIT;
}

bool descry_error_is_sound(const descry_reply *reply)
{
    return is_allowed_error(reply->code) && is_line(reply->message, sizeof reply->message);
}

bool descry_reply_is_sound(descry_reply *reply, const descry_preparation *wanted, size_t room)
{
    const descry_limits *limits = wanted->options->limits;
    descry_facts *facts = &reply->facts;
    const descry_metadata *m = &facts->metadata;
    uint64_t width = (uint64_t)facts->width, height = (uint64_t)facts->height, pixels = descry_wire_pixels(wanted);
    if (facts->width <= 0 || facts->height <= 0 || width > limits->max_side || height > limits->max_side ||
        width * height > limits->max_pixels || facts->orientation < 1 || facts->orientation > 8 ||
        (facts->draft != 0 && facts->draft != 1) || (facts->draft && !wanted->draft) ||
        facts->has_placeholder != (wanted->preview || wanted->preprocess))
        return false;
    if (facts->packet_size > (wanted->packet ? DESCRY_PACKET_ROOM : 0) || facts->preview_size > descry_wire_preview(wanted) ||
        pixels > room || facts->packet_size + facts->preview_size > room - pixels)
        return false;
    facts->packet = facts->preview = NULL; /* pointers of another process */
    return is_line(m->camera, sizeof m->camera) && is_line(m->title, sizeof m->title) && is_position(m->latitude, m->longitude) &&
           is_time(m->taken, m->taken_offset);
}
