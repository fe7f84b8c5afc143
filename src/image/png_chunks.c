/* SPDX-License-Identifier: Apache-2.0 */
#include "image/png_chunks.h"

#include "base/error.h"
#include "base/memory.h"
#include "image/codecs.h"

#include <string.h>
#include <zlib.h>

enum { HEAD = 8, CHECKSUM = 4, MAX_UNPACKED = 1 << 24 }; /* decompressed bytes of all text chunks of a file together */

descry_png_chunks descry_png_open(const uint8_t *bytes, size_t size)
{
    return (descry_png_chunks){bytes, size, size < DESCRY_PNG_SIGNATURE ? size : DESCRY_PNG_SIGNATURE};
}

static uint32_t length_of(const descry_png_chunk *chunk)
{
    const uint8_t *at = chunk->type - 4;
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

bool descry_png_next(descry_png_chunks *chunks, descry_png_chunk *chunk)
{
    size_t left = chunks->size - chunks->at;
    if (left < HEAD)
        return false;
    chunk->type = chunks->bytes + chunks->at + 4;
    chunk->data = chunk->type + 4;
    for (int i = 0; i < 4; i++)
        if ((chunk->type[i] | 32) < 'a' || (chunk->type[i] | 32) > 'z')
            return false;
    uint32_t length = length_of(chunk);
    if (length > INT32_MAX && !descry_png_is(chunk, "IEND")) /* PNG, third edition, 5.3 */
        return false;
    left -= HEAD;
    chunk->size = length < left ? length : left;
    chunk->whole = left - chunk->size >= CHECKSUM;
    chunks->at = chunk->whole ? chunks->at + HEAD + chunk->size + CHECKSUM : chunks->size;
    return true;
}

bool descry_png_is(const descry_png_chunk *chunk, const char *type)
{
    return memcmp(chunk->type, type, 4) == 0;
}

int descry_png_check(const uint8_t *bytes, size_t size, uint64_t *coded, const char *name, descry_error *err)
{
    static const char end[] = "\0\0\0\0IEND\xAE\x42\x60\x82";
    descry_png_chunks chunks = descry_png_open(bytes, size);
    descry_png_chunk chunk;
    bool first = true, found = false;
    *coded = 0;
    while (descry_png_next(&chunks, &chunk)) {
        if (first != descry_png_is(&chunk, "IHDR"))
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged PNG: IHDR is not its first chunk alone", name);
        first = false;
        if (descry_png_is(&chunk, "IEND")) {
            if (length_of(&chunk))
                return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged PNG: its IEND is not empty", name);
            break;
        }
        if (descry_png_is(&chunk, "IDAT")) {
            found = true;
            *coded += chunk.size;
            /* a data chunk that contains IEND is not truncated: its length is wrong */
            if (!chunk.whole && size >= sizeof end - 1 && memcmp(bytes + size - (sizeof end - 1), end, sizeof end - 1) == 0)
                return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged PNG: an IDAT longer than the file", name);
        } else if (!found && !chunk.whole)
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: truncated PNG, or a lying length of its %.4s", name,
                               (const char *)chunk.type);
    }
    return found ? 0 : descry_fail(err, DESCRY_ERR_FORMAT, "%s: truncated PNG", name);
}

/* Decompresses zlib data into `out`, at most *left bytes; false: damaged, or more than that. */
static bool inflate_text(descry_buf *out, const uint8_t *packed, size_t size, size_t *left)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)packed, .avail_in = (uInt)size};
    if (inflateInit(&z) != Z_OK)
        return false;
    int code = Z_OK;
    while (code == Z_OK && *left > 0) {
        size_t step = *left < 1 << 16 ? *left : 1 << 16;
        if (descry_buf_reserve(out, step, NULL))
            break;
        z.next_out = (Bytef *)out->data + out->size;
        z.avail_out = (uInt)step;
        code = inflate(&z, Z_NO_FLUSH);
        step -= z.avail_out;
        out->size += step;
        *left -= step;
    }
    inflateEnd(&z);
    return code == Z_STREAM_END;
}

/* The byte after the NUL that ends the text at `at`, or NULL. */
static const uint8_t *after_nul(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *nul = at < end ? memchr(at, 0, (size_t)(end - at)) : NULL;
    return nul ? nul + 1 : NULL;
}

/* The text of a tEXt, zTXt or iTXt with this keyword, decompressed into `out` if necessary; NULL: another chunk. */
static const uint8_t *read_text(const descry_png_chunk *chunk, const char *keyword, descry_buf *out, size_t *left, size_t *size)
{
    const uint8_t *at = chunk->data, *end = at + chunk->size;
    size_t length = strlen(keyword) + 1;
    bool packed = descry_png_is(chunk, "zTXt"), international = descry_png_is(chunk, "iTXt");
    if ((!packed && !international && !descry_png_is(chunk, "tEXt")) || chunk->size < length || memcmp(at, keyword, length) != 0)
        return NULL;
    at += length;
    if (international && end - at >= 2) { /* compression flag and method; language, keyword in that language */
        packed = at[0] != 0;
        at = after_nul(at + 1 + 1, end);
        at = at ? after_nul(at, end) : NULL;
    } else if (packed && end - at >= 1)
        at++;
    else if (packed || international)
        return NULL;
    if (!at)
        return NULL;
    *size = (size_t)(end - at);
    if (!packed)
        return *size <= MAX_UNPACKED ? at : NULL;
    out->size = 0;
    if (!inflate_text(out, at, *size, left))
        return NULL;
    *size = out->size;
    return (const uint8_t *)out->data;
}

static int digit(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A raw profile, as ImageMagick writes it: a line with its name, one with its length, its bytes in hexadecimal. */
static void read_profile(descry_buf *out, const uint8_t *text, size_t size)
{
    const uint8_t *end = text + size;
    uint64_t length = 0;
    if (descry_buf_reserve(out, size / 2, NULL)) {
        out->size = 0;
        return;
    }
    out->size = 0;
    while (text < end && is_space(*text))
        text++;
    while (text < end && *text != '\n')
        text++;
    while (text < end && is_space(*text))
        text++;
    for (; text < end && *text >= '0' && *text <= '9' && length < size; text++)
        length = 10 * length + (uint64_t)(*text - '0');
    int high = -1;
    for (; text < end && out->size < length; text++) {
        int d = digit(*text);
        if (d < 0 && !is_space(*text))
            break;
        if (d >= 0 && high >= 0)
            out->data[out->size++] = (char)(high << 4 | d);
        if (d >= 0)
            high = high >= 0 ? -1 : d;
    }
}

typedef struct metadata_job {
    descry_picture *picture;
    size_t left; /* bytes that texts may still decompress to */
    descry_buf text, profile;
    int orientation;
} metadata_job;

static void set_orientation(metadata_job *n, int orientation)
{
    n->orientation = n->orientation ? n->orientation : orientation;
}

/* `wanted` 0: EXIF, 1: XMP.  A profile named APP1 is either, as in a JPEG; one named exif may have the prefix of one there. */
static void add_profile(metadata_job *n, const descry_png_chunk *chunk, const char *keyword, int wanted)
{
    static const char xap[] = "http://ns.adobe.com/xap/1.0/"; /* and its NUL */
    size_t size;
    const uint8_t *text = read_text(chunk, keyword, &n->text, &n->left, &size);
    if (!text)
        return;
    read_profile(&n->profile, text, size);
    const uint8_t *data = (const uint8_t *)n->profile.data;
    size = n->profile.size;
    if (size > sizeof xap && memcmp(data, xap, sizeof xap) == 0) {
        if (wanted == 1)
            set_orientation(n, descry_picture_add_xmp(n->picture, data + sizeof xap, size - sizeof xap));
    } else if (size > 0 && wanted == 0)
        set_orientation(n, descry_picture_add_exif(n->picture, data, size));
}

static void add_chunk(metadata_job *n, const descry_png_chunk *chunk, int pass)
{
    size_t size;
    switch (pass) {
    case 0:
        if (descry_png_is(chunk, "eXIf") && chunk->size > 0)
            set_orientation(n, descry_picture_add_exif(n->picture, chunk->data, chunk->size));
        break;
    case 1:
        add_profile(n, chunk, "Raw profile type exif", 0);
        add_profile(n, chunk, "Raw profile type APP1", 0);
        break;
    default:
        if (n->picture->xmp)
            return;
        const uint8_t *packet = read_text(chunk, "XML:com.adobe.xmp", &n->text, &n->left, &size);
        if (packet && size > 0)
            set_orientation(n, descry_picture_add_xmp(n->picture, packet, size));
        else if ((packet = read_text(chunk, "Raw profile type xmp", &n->text, &n->left, &size)) != NULL) {
            read_profile(&n->profile, packet, size);
            set_orientation(n, descry_picture_add_xmp(n->picture, (const uint8_t *)n->profile.data, n->profile.size));
        } else
            add_profile(n, chunk, "Raw profile type APP1", 1);
    }
}

/* In order of precedence: eXIf, EXIF in text, XMP. */
void descry_png_read_metadata(descry_picture *picture, const uint8_t *bytes, size_t size)
{
    metadata_job n = {.picture = picture, .left = MAX_UNPACKED};
    for (int pass = 0; pass < 3; pass++) {
        descry_png_chunks chunks = descry_png_open(bytes, size);
        descry_png_chunk chunk;
        while (descry_png_next(&chunks, &chunk) && !descry_png_is(&chunk, "IEND"))
            add_chunk(&n, &chunk, pass);
    }
    picture->orientation = n.orientation ? n.orientation : 1;
    descry_buf_free(&n.text);
    descry_buf_free(&n.profile);
}
