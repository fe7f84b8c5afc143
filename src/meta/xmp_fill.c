/* SPDX-License-Identifier: Apache-2.0
 * A picture's date, place and orientation from an XMP packet, by Expat.  Properties: ISO 16684-1 and Adobe's XMP
 * Specification, part 2, sections 2.3 and 3.3. */
#include "meta/place.h"
#include "meta/time.h"
#include "meta/xmp.h"
#include "meta/xmp_bounds.h"
#include "meta/xmp_scan.h"

#include <expat.h>
#include <math.h>
#include <string.h>

#define EXIF_SPACE "http://ns.adobe.com/exif/1.0/ "

/* Dates in order of preference. */
enum { ORIGINAL, CREATED, DIGITIZED, MADE, LATITUDE, LONGITUDE, ORIENTATION, FIELDS, ROOM = 64 };

static const char *const names[FIELDS] = {
    [ORIGINAL] = EXIF_SPACE "DateTimeOriginal",
    [CREATED] = "http://ns.adobe.com/photoshop/1.0/ DateCreated",
    [DIGITIZED] = EXIF_SPACE "DateTimeDigitized",
    [MADE] = "http://ns.adobe.com/xap/1.0/ CreateDate",
    [LATITUDE] = EXIF_SPACE "GPSLatitude",
    [LONGITUDE] = EXIF_SPACE "GPSLongitude",
    [ORIENTATION] = DESCRY_XMP_TIFF " Orientation",
};

typedef struct reader {
    XML_Parser parser;
    char text[FIELDS][ROOM]; /* "": absent */
    size_t depth, rdf, nodes; /* depth of the open element; of rdf:RDF, 0: outside; elements and attributes so far */
    size_t field;             /* the open property; FIELDS: none, or its text is complete */
} reader;

static size_t find_field(const char *name)
{
    size_t i = 0;
    while (i < FIELDS && strcmp(names[i], name) != 0)
        i++;
    return i;
}

/* Without leading whitespace. */
static void append(reader *r, size_t field, const char *text, size_t size)
{
    size_t have = strlen(r->text[field]);
    for (; size > 0 && have < ROOM - 1; size--, text++)
        if (have > 0 || !strchr(" \t\r\n", *text))
            r->text[field][have++] = *text;
    r->text[field][have] = 0;
}

/* Properties are two levels below rdf:RDF, or attributes one below; deeper ones are not the picture's. */
static void XMLCALL start(void *arg, const char *name, const char **attributes)
{
    reader *r = arg;
    for (size_t i = 0; attributes[i]; i += 2)
        r->nodes++;
    if (++r->depth > DESCRY_XMP_MAX_DEPTH || ++r->nodes > DESCRY_XMP_MAX_NODES)
        XML_StopParser(r->parser, XML_FALSE);
    else if (!r->rdf && strcmp(name, DESCRY_XMP_RDF " RDF") == 0)
        r->rdf = r->depth;
    else if (r->rdf && r->depth == r->rdf + 1) {
        for (; attributes[0]; attributes += 2) {
            size_t field = find_field(attributes[0]);
            if (field < FIELDS && !r->text[field][0])
                append(r, field, attributes[1], strlen(attributes[1]));
        }
    } else if (r->rdf && r->depth == r->rdf + 2) {
        r->field = find_field(name);
        if (r->field < FIELDS && r->text[r->field][0])
            r->field = FIELDS; /* only the first of its kind counts */
    }
}

/* Of an array only the first item counts, of a text with qualifiers the text. */
static void XMLCALL end(void *arg, const char *name)
{
    reader *r = arg;
    (void)name;
    if (r->field < FIELDS && (r->depth <= r->rdf + 2 || r->text[r->field][0]))
        r->field = FIELDS;
    if (r->depth == r->rdf)
        r->rdf = 0;
    r->depth--;
}

static void XMLCALL characters(void *arg, const char *text, int size)
{
    reader *r = arg;
    if (r->field < FIELDS && size > 0)
        append(r, r->field, text, (size_t)size);
}

/* Entities could expand exponentially. */
static void XMLCALL refuse(void *arg, const char *name, const char *system, const char *public, int internal)
{
    reader *r = arg;
    (void)name, (void)system, (void)public, (void)internal;
    XML_StopParser(r->parser, XML_FALSE);
}

/* From the first tag on: Expat does not need what is before it, such as a byte order mark, or rejects it.  What is read before
 * an error counts: some programs pad a packet with NULs, truncate it or do not escape a title. */
static void parse(reader *r, const char *data, size_t size)
{
    const char *tag = memchr(data, '<', size);
    size_t skip = tag ? (size_t)(tag - data) : size;
    if (skip % 2 && size - skip > 1 && !tag[-1] && !tag[1]) /* UTF-16, big-endian */
        skip--;
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, start, end);
    XML_SetCharacterDataHandler(r->parser, characters);
    XML_SetStartDoctypeDeclHandler(r->parser, refuse);
    XML_Parse(r->parser, data + skip, (int)(size - skip), XML_TRUE);
    if (r->field < FIELDS) /* its end tag is missing */
        r->text[r->field][0] = 0;
    for (size_t i = 0; i < FIELDS; i++)
        for (size_t n = strlen(r->text[i]); n > 0 && strchr(" \t\r\n", r->text[i][n - 1]);)
            r->text[i][--n] = 0;
}

static void fill_time(const reader *r, descry_metadata *metadata)
{
    for (size_t i = ORIGINAL; i <= MADE && metadata->taken == DESCRY_NO_TIME; i++) {
        int32_t offset = DESCRY_NO_OFFSET;
        metadata->taken = descry_time_loose(r->text[i], &offset);
        metadata->taken_offset = offset;
    }
}

/* "48,8,13N" or "48,8.2217N" */
static double read_angle(const char *text, const char letters[2], double most)
{
    double parts[DESCRY_PLACE_PARTS];
    size_t size = strlen(text);
    return descry_place_angle(parts, descry_place_numbers(text, parts), 0, text + size - (size > 0), letters, most);
}

int descry_xmp_fill(descry_metadata *metadata, const char *data, size_t size)
{
    reader r = {.field = FIELDS};
    if (size == 0 || size > DESCRY_XMP_MAX_SIZE || !descry_xmp_is_modest(data, size) || !(r.parser = XML_ParserCreateNS(NULL, ' ')))
        return 0;
    parse(&r, data, size);
    XML_ParserFree(r.parser);
    if (metadata->taken == DESCRY_NO_TIME)
        fill_time(&r, metadata);
    if (isnan(metadata->latitude))
        descry_place_set(metadata, read_angle(r.text[LATITUDE], "NS", 90), read_angle(r.text[LONGITUDE], "EW", 180));
    const char *orientation = r.text[ORIENTATION];
    return orientation[0] >= '1' && orientation[0] <= '8' && !orientation[1] ? orientation[0] - '0' : 0;
}
