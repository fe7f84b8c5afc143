/* SPDX-License-Identifier: Apache-2.0
 * Offsets of the properties that descry reads and writes in the text of an XMP packet. */
#ifndef DESCRY_META_XMP_SCAN_H
#define DESCRY_META_XMP_SCAN_H

#include "base/memory.h"

#define DESCRY_XMP_RDF  "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
#define DESCRY_XMP_DC   "http://purl.org/dc/elements/1.1/"
#define DESCRY_XMP_TIFF "http://ns.adobe.com/tiff/1.0/"
#define DESCRY_XMP_OWN  "urn:x-descry:caption/1.0/"

typedef enum descry_xmp_property_id {
    DESCRY_XMP_DESCRIPTION, /* dc:description */
    DESCRY_XMP_ALIAS,       /* tiff:ImageDescription, an alias of it */
    DESCRY_XMP_TITLE,       /* dc:title */
    DESCRY_XMP_OWN_DESCRIPTION,
    DESCRY_XMP_OWN_MODEL,
    DESCRY_XMP_OWN_DATE,
    DESCRY_XMP_OWN_REPLACED,
    DESCRY_XMP_OWN_FORMER,
    DESCRY_XMP_OWN_CREATED,
    DESCRY_XMP_PROPERTIES
} descry_xmp_property_id;

typedef enum descry_xmp_form {
    DESCRY_XMP_TEXT,  /* a text */
    DESCRY_XMP_ARRAY, /* rdf:Alt, rdf:Seq or rdf:Bag of texts, each with an xml:lang or without */
    DESCRY_XMP_OTHER  /* anything else */
} descry_xmp_form;

typedef struct descry_xmp_span {
    size_t begin, end; /* bytes */
} descry_xmp_span;

typedef struct descry_xmp_item {
    size_t property;
    descry_xmp_span at, tag, content; /* whole; start tag; between the tags: empty for <rdf:li/> */
    size_t lang, text;                /* offsets into the scan's texts */
} descry_xmp_item;

typedef struct descry_xmp_property {
    descry_xmp_property_id id;
    descry_xmp_form form;
    size_t holder;
    int attribute; /* 1: in its holder's start tag; `at` includes the space before it */
    int alt;       /* the array is an rdf:Alt */
    descry_xmp_span at, array_tag;
    size_t text;
} descry_xmp_property;

/* An rdf:Description. */
typedef struct descry_xmp_holder {
    descry_xmp_span at;
    size_t fields; /* properties of every kind, as elements and attributes */
} descry_xmp_holder;

typedef struct descry_xmp_scan {
    descry_xmp_span rdf, rdf_tag, rdf_content; /* of rdf:RDF */
    descry_xmp_holder *holders;
    descry_xmp_property *properties; /* those of descry_xmp_property_id */
    descry_xmp_item *items;          /* of their arrays, in order */
    size_t holder_count, property_count, item_count;
    size_t holder_room, property_room, item_room;
    size_t fields;    /* of all holders */
    size_t about;     /* the value of rdf:about, an offset into texts */
    descry_buf texts; /* NUL-terminated */
} descry_xmp_scan;

/* Reads a packet in UTF-8, without a byte order mark, with a NUL after its `size` bytes.  It must be well-formed XML without
 * a document type, within bounds that protect readers of XMP: of depth, elements, properties and namespaces.
 * DESCRY_ERR_FORMAT: it is not; DESCRY_ERR_UNSUPPORTED: another character set; DESCRY_ERR_LIMIT.  To be freed in any case. */
int descry_xmp_scan_text(descry_xmp_scan *scan, const char *data, size_t size, const char *name, descry_error *err);
void descry_xmp_scan_free(descry_xmp_scan *scan);

/* The first property of its kind; NULL: none.  *several (may be NULL) is set to 1 when there are more. */
const descry_xmp_property *descry_xmp_find(const descry_xmp_scan *scan, descry_xmp_property_id id, int *several);

/* The item in that language; NULL: none. */
const descry_xmp_item *descry_xmp_language(const descry_xmp_scan *scan, const descry_xmp_property *property,
                                           const char *lang);

#endif
