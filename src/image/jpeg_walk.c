/* SPDX-License-Identifier: Apache-2.0 */
#include "image/jpeg_walk.h"

#include "base/memory.h"
#include "image/codecs.h"

#include <string.h>

enum { SOI = 0xD8, EOI = 0xD9, SOS = 0xDA, DRI = 0xDD, DNL = 0xDC, DHT = 0xC4, DQT = 0xDB, DAC = 0xCC, COM = 0xFE, APP0 = 0xE0 };
enum { MAX_COMPONENTS = 10, MAX_EXIF = 1 << 24 }; /* the first is libjpeg's */

typedef struct segment {
    int marker;
    size_t at; /* offset of its marker's first byte */
    const uint8_t *data;
    size_t size;
} segment;

typedef struct component {
    uint8_t id;
    bool seen; /* in a scan with its DC coefficients */
    uint64_t blocks;
} component;

typedef struct walk {
    const uint8_t *bytes;
    size_t size, at;
    component components[MAX_COMPONENTS];
    unsigned count; /* of components; 0: no frame yet */
    bool progressive, restarts;
    bool resync; /* see skip_data */
} walk;

static unsigned get16(const uint8_t *bytes)
{
    return (unsigned)bytes[0] << 8 | bytes[1];
}

static bool is_restart(int marker)
{
    return marker >= 0xD0 && marker <= 0xD7;
}

/* The next marker, skipping anything before it, as libjpeg does; false: none. */
static bool find_marker(walk *w, segment *s)
{
    for (; w->at < w->size; w->at++) {
        const uint8_t *mark = memchr(w->bytes + w->at, 0xFF, w->size - w->at);
        if (!mark)
            break;
        w->at = (size_t)(mark - w->bytes);
        s->at = w->at;
        while (w->at < w->size && w->bytes[w->at] == 0xFF)
            w->at++;
        if (w->at < w->size && w->bytes[w->at]) {
            s->marker = w->bytes[w->at++];
            return true;
        }
    }
    w->at = s->at = w->size;
    return false;
}

/* The next marker with its segment; false: none that is complete, and s->at is the end of the picture. */
static bool next_segment(walk *w, segment *s)
{
    if (!find_marker(w, s))
        return false;
    s->data = w->bytes + w->at;
    s->size = 0;
    if (s->marker == SOI || s->marker == EOI || s->marker == 1 || is_restart(s->marker))
        return true;
    size_t left = w->size - w->at;
    if (left < 2 || get16(s->data) < 2 || get16(s->data) > left)
        return false;
    s->size = get16(s->data) - 2u;
    s->data += 2;
    w->at += s->size + 2;
    return true;
}

/* SOF: Start of frame, B.2.2. */
static void read_frame(walk *w, const segment *s, descry_jpeg_layout *layout)
{
    unsigned count = s->size >= 6 ? s->data[5] : 0, across = 1, down = 1;
    if (w->count || count == 0 || count > MAX_COMPONENTS || s->size < 6 + 3 * (size_t)count)
        return; /* libjpeg will report the error */
    w->count = count;
    w->progressive = s->marker == 0xC2 || s->marker == 0xCA;
    layout->arithmetic = s->marker > 0xC8;
    for (unsigned i = 0; i < count; i++) {
        unsigned h = s->data[7 + 3 * i] >> 4, v = s->data[7 + 3 * i] & 15;
        across = h > across ? h : across;
        down = v > down ? v : down;
    }
    for (unsigned i = 0; i < count; i++) {
        const uint8_t *c = s->data + 6 + 3 * i;
        uint64_t h = (uint64_t)get16(s->data + 3) * (c[1] >> 4), v = (uint64_t)get16(s->data + 1) * (c[1] & 15);
        w->components[i] = (component){.id = c[0], .blocks = (h + 8 * across - 1) / (8 * across) * ((v + 8 * down - 1) / (8 * down))};
        layout->blocks += w->components[i].blocks;
    }
}

/* SOS: Start of scan, B.2.3.  False: not of this picture. */
static bool read_scan(walk *w, const segment *s, descry_jpeg_layout *layout)
{
    unsigned count = s->size ? s->data[0] : 0;
    if (!w->count || count == 0 || count > 4 || s->size != 4 + 2 * (size_t)count)
        return false;
    const uint8_t *band = s->data + 1 + 2 * count; /* first and last coefficient, bits */
    if (w->progressive && (band[0] > band[1] || band[1] > 63 || (band[2] & 15) > 13))
        return false;
    component *of[4];
    for (unsigned i = 0; i < count; i++) {
        unsigned k = 0;
        while (k < w->count && w->components[k].id != s->data[1 + 2 * i])
            k++;
        if (k == w->count)
            return false;
        of[i] = &w->components[k];
    }
    for (unsigned i = 0; i < count; i++) {
        layout->visits += of[i]->blocks;
        of[i]->seen = of[i]->seen || !w->progressive || band[0] == 0;
    }
    layout->scans++;
    return true;
}

static bool all_seen(const walk *w)
{
    for (unsigned i = 0; i < w->count; i++)
        if (!w->components[i].seen)
            return false;
    return true;
}

/* To the marker after the data of a scan.  Restart markers are part of the data; in a file that has them, libjpeg also
 * resynchronises past wrong bits that look like unassigned markers. */
static void skip_data(walk *w)
{
    segment s;
    while (find_marker(w, &s))
        if (!w->restarts || (!is_restart(s.marker) && (s.marker >= 0xC0 || !w->resync))) {
            w->at = s.at;
            return;
        }
}

/* Markers allowed between scans; anything else is a maker's trailer. */
static bool is_between(int marker)
{
    return marker == SOS || marker == DHT || marker == DQT || marker == DRI || marker == DAC || marker == DNL || marker == COM ||
           (marker >= APP0 && marker <= APP0 + 15);
}

static void walk_through(descry_jpeg_layout *layout, const uint8_t *bytes, size_t size, bool resync)
{
    walk w = {.bytes = bytes, .size = size, .at = 2, .resync = resync};
    segment s;
    *layout = (descry_jpeg_layout){.end = size};
    while (next_segment(&w, &s) && s.marker != EOI && (layout->scans ? is_between(s.marker) : s.marker != SOI)) {
        if (s.marker >= 0xC0 && s.marker <= 0xCF && s.marker != DHT && s.marker != DAC && s.marker != 0xC8)
            read_frame(&w, &s, layout);
        else if (s.marker == DRI && s.size == 2)
            w.restarts = get16(s.data) != 0;
        else if (s.marker == SOS) {
            if (!read_scan(&w, &s, layout))
                break;
            size_t begin = w.at;
            skip_data(&w);
            layout->coded += w.at - begin;
            layout->covered = all_seen(&w);
            if (layout->covered && !w.progressive) { /* complete: nothing more can belong to it */
                layout->marked = next_segment(&w, &s) && s.marker == EOI;
                layout->end = layout->marked ? w.at : s.at;
                return;
            }
        }
    }
    if (layout->scans) {
        layout->marked = s.marker == EOI && w.at > s.at;
        layout->end = layout->marked ? w.at : s.at;
    }
}

void descry_jpeg_walk(descry_jpeg_layout *layout, const uint8_t *bytes, size_t size)
{
    walk_through(layout, bytes, size, true);
    if (!layout->marked) /* then unassigned markers are probably in a trailer */
        walk_through(layout, bytes, size, false);
}

/* An EXIF block of more than 64 KiB continues in the next such segment, which then lacks a TIFF header. */
static bool begins_tiff(const uint8_t *exif, size_t size)
{
    return size >= 4 && (memcmp(exif, "II*\0", 4) == 0 || memcmp(exif, "MM\0*", 4) == 0);
}

static void note_exif(descry_picture *picture, descry_buf *exif, int *orientation)
{
    int said = exif->size ? descry_picture_add_exif(picture, (const uint8_t *)exif->data, exif->size) : 0;
    *orientation = *orientation ? *orientation : said;
    exif->size = 0;
}

static bool next_app1(walk *w, segment *s)
{
    while (next_segment(w, s) && s->marker != SOS && s->marker != EOI)
        if (s->marker == APP0 + 1)
            return true;
    return false;
}

/* XMP: Adobe's XMP Specification, part 3, section 1.1.3. */
int descry_jpeg_read_metadata(descry_picture *picture, const uint8_t *bytes, size_t size, descry_error *err)
{
    static const char xmp[] = "http://ns.adobe.com/xap/1.0/"; /* and its NUL */
    int orientation = 0, rc = 0;
    descry_buf exif = {0};
    segment s;
    walk w = {.bytes = bytes, .size = size, .at = 2};
    while (!rc && next_app1(&w, &s))
        if (s.size > 6 && memcmp(s.data, "Exif\0", 5) == 0) {
            if (begins_tiff(s.data + 6, s.size - 6))
                note_exif(picture, &exif, &orientation);
            if (exif.size < MAX_EXIF)
                rc = descry_buf_append(&exif, s.data + 6, s.size - 6, err);
        }
    note_exif(picture, &exif, &orientation);
    w.at = 2;
    while (!rc && !picture->xmp && next_app1(&w, &s))
        if (s.size > sizeof xmp && memcmp(s.data, xmp, sizeof xmp) == 0) {
            int said = descry_picture_add_xmp(picture, s.data + sizeof xmp, s.size - sizeof xmp);
            orientation = orientation ? orientation : said;
        }
    picture->orientation = orientation ? orientation : 1;
    descry_buf_free(&exif);
    return rc;
}
