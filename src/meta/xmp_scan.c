/* SPDX-License-Identifier: Apache-2.0
 * XMP by Expat: only the offsets of things.  The form of a packet: ISO 16684-1:2019, section 7. */
#include "meta/xmp_scan.h"
#include "meta/xmp_bounds.h"

#include "base/error.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* libexempi recurses into the tree, and searches all fields of a structure for each one: deep or wide packets would overflow
 * its stack or take hours. */
enum { MAX_DEPTH = DESCRY_XMP_MAX_DEPTH, MAX_NODES = DESCRY_XMP_MAX_NODES, MAX_URI = DESCRY_XMP_MAX_URI };
enum { MAX_FIELDS = 2000, MAX_NAMESPACES = 500 };

#define XML_LANG  "http://www.w3.org/XML/1998/namespace lang"
#define RDF(name) DESCRY_XMP_RDF " " name
#define NOWHERE   ((size_t)-1)

typedef struct reader {
    XML_Parser parser;
    descry_xmp_scan *scan;
    const char *data, *name;
    size_t size;
    size_t depth, nodes, namespaces;
    size_t rdf_depth;         /* of rdf:RDF; 0: not reached */
    size_t property;          /* the one being read, or NOWHERE */
    size_t item;              /* the same */
    size_t fields[MAX_DEPTH]; /* children of the open elements that are fields of a structure */
    int is_array[MAX_DEPTH];
    int rc;
    descry_error *err;
} reader;

static void stop(reader *r, int rc)
{
    r->rc = rc;
    XML_StopParser(r->parser, XML_FALSE);
}

static void refuse(reader *r, int code, const char *why)
{
    stop(r, descry_fail(r->err, code, "%s: %s", r->name, why));
}

/* ---- growing ---------------------------------------------------------------------------------------------------- */

static void *grow(reader *r, void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return array;
    size_t wanted = *room ? 2 * *room : 16;
    void *grown = descry_realloc(array, wanted, size);
    if (!grown) {
        stop(r, descry_fail_memory(r->err));
        return NULL;
    }
    *room = wanted;
    return grown;
}

#define PUSH(r, array, count, room, value)                                                                             \
    do {                                                                                                               \
        void *grown = grow(r, array, count, &(room), sizeof *(array));                                                 \
        if (grown) {                                                                                                   \
            (array) = grown;                                                                                           \
            (array)[(count)++] = value;                                                                                \
        }                                                                                                              \
    } while (0)

/* Appends a NUL-terminated text; returns its offset. */
static size_t keep_text(reader *r, const char *text, size_t size)
{
    descry_buf *texts = &r->scan->texts;
    size_t at = texts->size;
    int rc = descry_buf_append(texts, text, size, r->err);
    if (!rc)
        rc = descry_buf_append(texts, "", 1, r->err);
    if (rc)
        stop(r, rc);
    return rc ? 0 : at;
}

/* ---- events ----------------------------------------------------------------------------------------------------- */

static descry_xmp_span event(const reader *r)
{
    size_t begin = (size_t)XML_GetCurrentByteIndex(r->parser);
    return (descry_xmp_span){begin, begin + (size_t)XML_GetCurrentByteCount(r->parser)};
}

static descry_xmp_property_id classify(const char *name)
{
    static const char *const names[DESCRY_XMP_PROPERTIES] = {
        DESCRY_XMP_DC " description", DESCRY_XMP_TIFF " ImageDescription",
        DESCRY_XMP_DC " title",       DESCRY_XMP_OWN " description",
        DESCRY_XMP_OWN " model",      DESCRY_XMP_OWN " date",
        DESCRY_XMP_OWN " replaced",   DESCRY_XMP_OWN " former",
        DESCRY_XMP_OWN " created"};
    size_t i = 0;
    while (i < DESCRY_XMP_PROPERTIES && strcmp(name, names[i]) != 0)
        i++;
    return (descry_xmp_property_id)i;
}

static int is_about(const char *name)
{
    return strcmp(name, RDF("about")) == 0 || strcmp(name, "about") == 0;
}

/* The next attribute of a start tag that is well-formed, with the space before it; *name begins and ends its name.  The
 * text ends with a NUL and has no other. */
static descry_xmp_span next_attribute(const char *data, size_t from, descry_xmp_span *name)
{
    descry_xmp_span at = {from, from};
    size_t i = from + strspn(data + from, " \t\r\n");
    name->begin = i;
    i += strcspn(data + i, "= \t\r\n");
    name->end = i;
    i += strspn(data + i, "= \t\r\n");
    char quote[2] = {data[i], 0};
    at.end = data[i] ? i + 1 + strcspn(data + i + 1, quote) + 1 : NOWHERE;
    return at;
}

/* Expat passes the attributes in the order of the text, without those that declare namespaces. */
static void read_attributes(reader *r, descry_xmp_span tag, const char **attributes)
{
    descry_xmp_scan *scan = r->scan;
    size_t at = tag.begin + 1 + strcspn(r->data + tag.begin + 1, " \t\r\n/>");
    for (size_t i = 0; attributes[i] && r->rc == 0;) {
        descry_xmp_span name, span = next_attribute(r->data, at, &name);
        if (span.end > tag.end || at >= tag.end) {
            refuse(r, DESCRY_ERR_FORMAT, "a start tag is not understood");
            return;
        }
        at = span.end;
        if (strncmp(r->data + name.begin, "xmlns", 5) == 0 &&
            (name.end == name.begin + 5 || r->data[name.begin + 5] == ':'))
            continue;
        if (is_about(attributes[i])) {
            if (scan->about == 0)
                scan->about = keep_text(r, attributes[i + 1], strlen(attributes[i + 1]));
        } else {
            descry_xmp_property p = {
                .id = classify(attributes[i]), .attribute = 1, .at = span, .holder = scan->holder_count - 1};
            scan->holders[p.holder].fields++;
            scan->fields++;
            if (p.id != DESCRY_XMP_PROPERTIES) {
                p.text = keep_text(r, attributes[i + 1], strlen(attributes[i + 1]));
                PUSH(r, scan->properties, scan->property_count, scan->property_room, p);
            }
        }
        i += 2;
    }
}

/* Inside a property that is being read. */
static void start_inside(reader *r, const char *name, const char **attributes, descry_xmp_span tag)
{
    descry_xmp_scan *scan = r->scan;
    descry_xmp_property *p = &scan->properties[r->property];
    size_t below = r->depth - r->rdf_depth;
    int alt = strcmp(name, RDF("Alt")) == 0;
    if (below == 3 && !attributes[0] && p->form == DESCRY_XMP_TEXT &&
        (alt || strcmp(name, RDF("Seq")) == 0 || strcmp(name, RDF("Bag")) == 0)) {
        p->form = DESCRY_XMP_ARRAY;
        p->alt = alt;
        p->array_tag = tag;
    } else if (below == 4 && p->form == DESCRY_XMP_ARRAY && strcmp(name, RDF("li")) == 0 &&
               (!attributes[0] || (strcmp(attributes[0], XML_LANG) == 0 && !attributes[2]))) {
        const char *lang = attributes[0] ? attributes[1] : "";
        descry_xmp_item item = {.property = r->property, .at = tag, .tag = tag};
        item.lang = keep_text(r, lang, strlen(lang));
        item.text = scan->texts.size;
        PUSH(r, scan->items, scan->item_count, scan->item_room, item);
        r->item = scan->item_count - 1;
    } else
        p->form = DESCRY_XMP_OTHER;
}

/* Any element inside rdf:RDF. */
static void start_in_rdf(reader *r, const char *name, const char **attributes, descry_xmp_span tag)
{
    descry_xmp_scan *scan = r->scan;
    size_t below = r->depth - r->rdf_depth;
    if (below == 1) {
        descry_xmp_holder holder = {.at = tag};
        PUSH(r, scan->holders, scan->holder_count, scan->holder_room, holder);
        if (r->rc == 0)
            read_attributes(r, tag, attributes);
    } else if (below == 2) {
        descry_xmp_property p = {.id = classify(name), .at = tag, .holder = scan->holder_count - 1};
        scan->holders[p.holder].fields++;
        scan->fields++;
        if (p.id == DESCRY_XMP_PROPERTIES)
            return;
        p.form = attributes[0] ? DESCRY_XMP_OTHER : DESCRY_XMP_TEXT;
        p.text = scan->texts.size;
        PUSH(r, scan->properties, scan->property_count, scan->property_room, p);
        r->property = scan->property_count - 1;
    } else if (r->property != NOWHERE)
        start_inside(r, name, attributes, tag);
}

/* Counts what makes XMP readers slow. */
static int is_too_much(reader *r, const char *name, const char **attributes)
{
    size_t count = 0;
    while (attributes[2 * count])
        count++;
    r->nodes += 1 + count;
    if (r->depth > MAX_DEPTH)
        return refuse(r, DESCRY_ERR_LIMIT, "elements within elements, too deep"), 1;
    size_t me = r->depth - 1;
    r->is_array[me] = strcmp(name, RDF("Bag")) == 0 || strcmp(name, RDF("Seq")) == 0 || strcmp(name, RDF("Alt")) == 0;
    r->fields[me] = 0;
    /* libexempi merges the fields of all rdf:Descriptions */
    size_t mine = r->rdf_depth && r->depth == r->rdf_depth + 1 ? me - 1 : me;
    r->fields[mine] += count;
    if (me > 0 && !r->is_array[me - 1])
        r->fields[r->rdf_depth && r->depth == r->rdf_depth + 2 ? me - 2 : me - 1]++;
    size_t fields = 0;
    for (size_t i = 0; i <= me; i++)
        fields = r->fields[i] > fields ? r->fields[i] : fields;
    if (r->nodes <= MAX_NODES && fields <= MAX_FIELDS)
        return 0;
    return refuse(r, DESCRY_ERR_LIMIT, "too many properties"), 1;
}

static void XMLCALL start(void *arg, const char *name, const char **attributes)
{
    reader *r = arg;
    descry_xmp_span tag = event(r);
    r->depth++;
    if (r->rc || is_too_much(r, name, attributes))
        return;
    if (r->scan->rdf.begin < r->scan->rdf.end && strcmp(name, RDF("RDF")) == 0)
        refuse(r, DESCRY_ERR_FORMAT, "more than one rdf:RDF");
    else if (r->rdf_depth)
        start_in_rdf(r, name, attributes, tag);
    else if (strcmp(name, RDF("RDF")) == 0 && r->depth <= 2) {
        r->rdf_depth = r->depth;
        r->scan->rdf = r->scan->rdf_tag = tag;
    }
}

static void end_property(reader *r, size_t end)
{
    descry_xmp_property *p = &r->scan->properties[r->property];
    p->at.end = end;
    if (p->form == DESCRY_XMP_TEXT)
        keep_text(r, "", 0); /* ends it */
    r->property = NOWHERE;
}

static void XMLCALL end(void *arg, const char *name)
{
    (void)name;
    reader *r = arg;
    descry_xmp_scan *scan = r->scan;
    descry_xmp_span tag = event(r);
    size_t below = r->rdf_depth ? r->depth - r->rdf_depth : NOWHERE;
    if (r->rc)
        return;
    if (r->item != NOWHERE && below == 4) {
        descry_xmp_item *item = &scan->items[r->item];
        item->at.end = tag.end;
        item->content = (descry_xmp_span){item->tag.end, tag.begin};
        keep_text(r, "", 0);
        r->item = NOWHERE;
    } else if (r->property != NOWHERE && below == 2) {
        end_property(r, tag.end);
    } else if (below == 1) {
        scan->holders[scan->holder_count - 1].at.end = tag.end;
    } else if (below == 0) {
        scan->rdf.end = tag.end;
        scan->rdf_content = (descry_xmp_span){scan->rdf_tag.end, tag.begin};
        r->rdf_depth = 0;
    }
    r->depth--;
}

static void XMLCALL characters(void *arg, const char *text, int size)
{
    reader *r = arg;
    if (r->rc || r->property == NOWHERE)
        return;
    descry_xmp_property *p = &r->scan->properties[r->property];
    size_t below = r->depth - r->rdf_depth;
    /* between the items of an array there is only whitespace */
    if ((p->form == DESCRY_XMP_TEXT && below == 2) || (r->item != NOWHERE && below == 4)) {
        int rc = descry_buf_append(&r->scan->texts, text, (size_t)size, r->err);
        if (rc)
            stop(r, rc);
    }
}

static void XMLCALL declare_namespace(void *arg, const char *prefix, const char *uri)
{
    (void)prefix;
    reader *r = arg;
    if (r->rc == 0 && (++r->namespaces > MAX_NAMESPACES || (uri && strlen(uri) > MAX_URI)))
        refuse(r, DESCRY_ERR_LIMIT, "too many namespaces");
}

static void XMLCALL declare_document_type(void *arg, const char *name, const char *system, const char *public, int more)
{
    (void)name, (void)system, (void)public, (void)more;
    refuse(arg, DESCRY_ERR_FORMAT, "XMP has no document type");
}

static void XMLCALL declare_xml(void *arg, const char *version, const char *encoding, int standalone)
{
    (void)version, (void)standalone;
    reader *r = arg;
    if (encoding && strcasecmp(encoding, "utf-8") != 0 && strcasecmp(encoding, "us-ascii") != 0)
        stop(r, descry_fail(r->err, DESCRY_ERR_UNSUPPORTED, "%s: the character set %.40s is not that of XMP", r->name,
                            encoding));
}

/* ---- the whole packet ------------------------------------------------------------------------------------------- */

static int parse(reader *r)
{
    r->parser = XML_ParserCreateNS("UTF-8", ' ');
    if (!r->parser)
        return descry_fail_memory(r->err);
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, start, end);
    XML_SetCharacterDataHandler(r->parser, characters);
    XML_SetStartNamespaceDeclHandler(r->parser, declare_namespace);
    XML_SetStartDoctypeDeclHandler(r->parser, declare_document_type);
    XML_SetXmlDeclHandler(r->parser, declare_xml);
    if (XML_Parse(r->parser, r->data, (int)r->size, 1) != XML_STATUS_OK && r->rc == 0) {
        enum XML_Error code = XML_GetErrorCode(r->parser);
        r->rc = code == XML_ERROR_NO_MEMORY
                    ? descry_fail_memory(r->err)
                    : descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: damaged XMP: line %lu: %s", r->name,
                                  (unsigned long)XML_GetCurrentLineNumber(r->parser), XML_ErrorString(code));
    }
    XML_ParserFree(r->parser);
    return r->rc;
}

int descry_xmp_scan_text(descry_xmp_scan *scan, const char *data, size_t size, const char *name, descry_error *err)
{
    reader r = {
        .scan = scan, .data = data, .name = name, .size = size, .property = NOWHERE, .item = NOWHERE, .err = err};
    *scan = (descry_xmp_scan){0};
    if (size > INT32_MAX / 2)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: too large", name);
    if (!descry_xmp_is_modest(data, size))
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: XMP of too many attributes, too long names or another character set", name);
    keep_text(&r, "", 0); /* at 0: the empty text; so rdf:about is "" until it is found */
    int rc = r.rc ? r.rc : parse(&r);
    if (!rc && scan->rdf.end == 0)
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: no XMP in it: rdf:RDF is missing", name);
    return rc;
}

void descry_xmp_scan_free(descry_xmp_scan *scan)
{
    free(scan->holders);
    free(scan->properties);
    free(scan->items);
    descry_buf_free(&scan->texts);
    *scan = (descry_xmp_scan){0};
}

const descry_xmp_property *descry_xmp_find(const descry_xmp_scan *scan, descry_xmp_property_id id, int *several)
{
    const descry_xmp_property *found = NULL;
    for (size_t i = 0; i < scan->property_count; i++)
        if (scan->properties[i].id == id) {
            if (found && several)
                *several = 1;
            found = found ? found : &scan->properties[i];
        }
    return found;
}

const descry_xmp_item *descry_xmp_language(const descry_xmp_scan *scan, const descry_xmp_property *property,
                                           const char *lang)
{
    for (size_t i = 0; i < scan->item_count; i++)
        if (&scan->properties[scan->items[i].property] == property &&
            strcasecmp(scan->texts.data + scan->items[i].lang, lang) == 0)
            return &scan->items[i];
    return NULL;
}
