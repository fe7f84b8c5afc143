/* SPDX-License-Identifier: Apache-2.0
 * Captions put into packets and taken out again, by cutting and pasting.  What the properties mean: docs/xmp.md. */
#include "base/error.h"
#include "meta/title.h"
#include "meta/xmp.h"
#include "meta/xmp_scan.h"

#include <stdlib.h>
#include <string.h>

/* A piece of the old text and what takes its place. */
typedef struct edit {
    descry_xmp_span at;
    size_t text, size; /* in job.pasted */
} edit;

typedef struct job {
    const char *data, *name;
    size_t size;
    descry_xmp_scan scan;
    edit *edits;
    size_t count, room;
    size_t *cut;       /* [holders]: fields taken out of each */
    size_t cuts;       /* of all */
    descry_buf pasted; /* the texts of edits */
    descry_buf block;  /* properties of the rdf:Description to be added */
    int rc;
    descry_error *err;

    /* what the packet says */
    const descry_xmp_property *description;
    const descry_xmp_item *item;        /* its x-default */
    const char *text;                   /* of x-default; NULL: there is none */
    const char *own, *model, *replaced; /* NULL: not there */
    int several, human, mine;
} job;

static const char skeleton[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
                               " <rdf:RDF xmlns:rdf=\"" DESCRY_XMP_RDF "\">\n </rdf:RDF>\n</x:xmpmeta>\n";

/* ---- texts ------------------------------------------------------------------------------------------------------ */

static void add(job *j, descry_buf *to, const char *text)
{
    if (!j->rc)
        j->rc = descry_buf_append(to, text, strlen(text), j->err);
}

/* As content or as an attribute's value in double quotes. */
static void add_escaped(job *j, descry_buf *to, const char *text, int attribute)
{
    for (; *text && !j->rc; text++) {
        char one[2] = {*text, 0};
        const char *as = *text == '&'                 ? "&amp;"
                         : *text == '<'               ? "&lt;"
                         : *text == '>'               ? "&gt;"
                         : *text == '\r'              ? "&#13;"
                         : attribute && *text == '"'  ? "&quot;"
                         : attribute && *text == '\n' ? "&#10;"
                         : attribute && *text == '\t' ? "&#9;"
                                                      : one;
        add(j, to, as);
    }
}

static void add_property(job *j, const char *name, const char *text)
{
    add(j, &j->block, "\n   <descry:");
    add(j, &j->block, name);
    add(j, &j->block, ">");
    add_escaped(j, &j->block, text, 0);
    add(j, &j->block, "</descry:");
    add(j, &j->block, name);
    add(j, &j->block, ">");
}

static void add_description(job *j, const char *text)
{
    add(j, &j->block, "\n   <dc:description>\n    <rdf:Alt>\n     <rdf:li xml:lang=\"x-default\">");
    add_escaped(j, &j->block, text, 0);
    add(j, &j->block, "</rdf:li>\n    </rdf:Alt>\n   </dc:description>");
}

static int is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == 0;
}

/* ---- edits ------------------------------------------------------------------------------------------------------ */

/* What was added to j->pasted from `text` on takes the place of `at`. */
static void replace(job *j, descry_xmp_span at, size_t text)
{
    if (j->rc)
        return;
    if (j->count == j->room) {
        size_t room = j->room ? 2 * j->room : 16;
        edit *edits = descry_realloc(j->edits, room, sizeof *edits);
        if (!edits) {
            j->rc = descry_fail_memory(j->err);
            return;
        }
        j->edits = edits;
        j->room = room;
    }
    j->edits[j->count++] = (edit){at, text, j->pasted.size - text};
}

/* With the line's indentation, and the end of the line before it. */
static descry_xmp_span with_space(const job *j, descry_xmp_span at)
{
    size_t begin = at.begin;
    while (begin > 0 && (j->data[begin - 1] == ' ' || j->data[begin - 1] == '\t'))
        begin--;
    if (begin == 0 || j->data[begin - 1] != '\n')
        return at;
    begin -= begin > 1 && j->data[begin - 2] == '\r' ? 2 : 1;
    return (descry_xmp_span){begin, at.end};
}

static void cut_property(job *j, const descry_xmp_property *p)
{
    replace(j, p->attribute ? p->at : with_space(j, p->at), j->pasted.size);
    j->cut[p->holder]++;
    j->cuts++;
}

static void cut_own(job *j, int also_former)
{
    for (size_t i = 0; i < j->scan.property_count; i++) {
        const descry_xmp_property *p = &j->scan.properties[i];
        if (p->which >= DESCRY_XMP_OWN_DESCRIPTION && (also_former || p->which != DESCRY_XMP_OWN_FORMER))
            cut_property(j, p);
    }
}

static int is_alone(const job *j, const descry_xmp_item *item)
{
    size_t items = 0;
    for (size_t i = 0; i < j->scan.item_count; i++)
        items += j->scan.items[i].property == item->property;
    return items == 1;
}

/* Is the description's x-default in an rdf:Description of descry's, whose other properties are cut already? */
static int is_in_own(const job *j)
{
    size_t holder = j->description->holder;
    return j->item && is_alone(j, j->item) && j->cut[holder] > 0 &&
           j->cut[holder] + 1 == j->scan.holders[holder].fields;
}

static void cut_item(job *j, const descry_xmp_item *item)
{
    if (is_alone(j, item))
        cut_property(j, &j->scan.properties[item->property]);
    else
        replace(j, with_space(j, item->at), j->pasted.size);
}

/* The name in a tag, as it is written: "rdf:li". */
static void add_tag_name(job *j, descry_xmp_span tag)
{
    size_t size = strcspn(j->data + tag.begin + 1, " \t\r\n/>");
    if (!j->rc)
        j->rc = descry_buf_append(&j->pasted, j->data + tag.begin + 1, size, j->err);
}

/* Its content. */
static void set_item(job *j, const descry_xmp_item *item, const char *text)
{
    size_t from = j->pasted.size;
    if (item->at.end > item->tag.end) {
        add_escaped(j, &j->pasted, text, 0);
        replace(j, item->content, from);
        return;
    }
    add(j, &j->pasted, ">"); /* in place of "/>" */
    add_escaped(j, &j->pasted, text, 0);
    add(j, &j->pasted, "</");
    add_tag_name(j, item->tag);
    add(j, &j->pasted, ">");
    replace(j, (descry_xmp_span){item->tag.end - 2, item->tag.end}, from);
}

/* An item for x-default before the others, which other programs expect there. */
static void insert_item(job *j, const char *text)
{
    descry_xmp_span tag = j->description->array_tag;
    size_t from = j->pasted.size, name = tag.begin + 1;
    size_t prefix = strcspn(j->data + name, ": \t\r\n/>");
    int prefixed = j->data[name + prefix] == ':';
    add(j, &j->pasted, "<");
    for (int end = 0; end < 2; end++) {
        if (!j->rc && prefixed)
            j->rc = descry_buf_append(&j->pasted, j->data + name, prefix + 1, j->err);
        add(j, &j->pasted, end ? "li>" : "li xml:lang=\"x-default\">");
        if (end == 0) {
            add_escaped(j, &j->pasted, text, 0);
            add(j, &j->pasted, "</");
        }
    }
    replace(j, (descry_xmp_span){tag.end, tag.end}, from);
}

/* ---- the new text ----------------------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
    const edit *x = a, *y = b;
    if (x->at.begin != y->at.begin)
        return x->at.begin < y->at.begin ? -1 : 1;
    return x->at.end < y->at.end ? -1 : x->at.end > y->at.end;
}

/* The rdf:Description with what is in j->block, at the end of rdf:RDF. */
static void paste_block(job *j)
{
    const descry_xmp_scan *scan = &j->scan;
    size_t from = j->pasted.size, at = scan->rdf_content.end;
    int is_open = scan->rdf.end > scan->rdf_tag.end; /* not <rdf:RDF/> */
    int is_rdf = strncmp(j->data + scan->rdf_tag.begin, "<rdf:", 5) == 0;
    while (is_open && at > scan->rdf_content.begin && strchr(" \t\r\n", j->data[at - 1]))
        at--;
    if (!is_open)
        add(j, &j->pasted, ">");
    add(j, &j->pasted, "\n  <rdf:Description rdf:about=\"");
    add_escaped(j, &j->pasted, scan->texts.data + scan->about, 1);
    add(j, &j->pasted, is_rdf ? "\"" : "\"\n    xmlns:rdf=\"" DESCRY_XMP_RDF "\"");
    add(j, &j->pasted, "\n    xmlns:dc=\"" DESCRY_XMP_DC "\"");
    add(j, &j->pasted, strstr(j->block.data, "<descry:") ? "\n    xmlns:descry=\"" DESCRY_XMP_OWN "\">" : ">");
    add(j, &j->pasted, j->block.data);
    add(j, &j->pasted, "\n  </rdf:Description>");
    if (!is_open) {
        add(j, &j->pasted, "\n </");
        add_tag_name(j, scan->rdf_tag);
        add(j, &j->pasted, ">");
        replace(j, (descry_xmp_span){scan->rdf_tag.end - 2, scan->rdf_tag.end}, from);
    } else
        replace(j, (descry_xmp_span){at, at}, from);
}

/* Where nothing is left of an rdf:Description it goes as a whole, and what would be done in it with it. */
static void cut_holders(job *j)
{
    for (size_t i = 0; i < j->scan.holder_count; i++) {
        descry_xmp_span at = with_space(j, j->scan.holders[i].at);
        if (j->cut[i] == 0 || j->cut[i] < j->scan.holders[i].fields)
            continue;
        size_t kept = 0;
        for (size_t e = 0; e < j->count; e++)
            if (j->edits[e].at.begin < at.begin || j->edits[e].at.end > at.end)
                j->edits[kept++] = j->edits[e];
        j->count = kept;
        replace(j, at, j->pasted.size);
    }
}

static int finish(job *j, descry_buf *out, const char *caption)
{
    size_t at = 0, first = out->size;
    add(j, &j->pasted, ""); /* data, even when nothing is pasted */
    cut_holders(j);
    if (j->block.size > 0)
        paste_block(j);
    if (j->count > 0)
        qsort(j->edits, j->count, sizeof *j->edits, by_place);
    for (size_t i = 0; i < j->count && !j->rc; i++) {
        const edit *e = &j->edits[i];
        if (e->at.begin < at || e->at.end < e->at.begin || e->at.end > j->size) {
            j->rc = descry_fail(j->err, DESCRY_ERR_FORMAT, "%s: its form is not understood: left as it is", j->name);
            break;
        }
        j->rc = descry_buf_append(out, j->data + at, e->at.begin - at, j->err);
        if (!j->rc)
            j->rc = descry_buf_append(out, j->pasted.data + e->text, e->size, j->err);
        at = e->at.end;
    }
    if (!j->rc)
        j->rc = descry_buf_append(out, j->data + at, j->size - at, j->err);
    if (!j->rc)
        j->rc = descry_xmp_judge(out->data + first, out->size - first, j->name, caption, j->err);
    return j->rc;
}

/* ---- what a packet says ----------------------------------------------------------------------------------------- */

/* The text of a property that has one, or of its x-default; NULL: none. */
static const char *text_of(const job *j, descry_xmp_which which)
{
    const descry_xmp_property *p = descry_xmp_find(&j->scan, which, NULL);
    if (!p || p->form == DESCRY_XMP_OTHER)
        return NULL;
    const descry_xmp_item *item = p->form == DESCRY_XMP_ARRAY ? descry_xmp_language(&j->scan, p, "x-default") : NULL;
    if (p->form == DESCRY_XMP_ARRAY && !item)
        return NULL;
    return j->scan.texts.data + (item ? item->text : p->text);
}

/* Does a property say anything, in whichever language? */
static int speaks(const job *j, descry_xmp_which which)
{
    const descry_xmp_scan *scan = &j->scan;
    for (size_t i = 0; i < scan->property_count; i++) {
        const descry_xmp_property *p = &scan->properties[i];
        if (p->which == which &&
            (p->form == DESCRY_XMP_OTHER || (p->form == DESCRY_XMP_TEXT && !is_blank(scan->texts.data + p->text))))
            return 1;
    }
    for (size_t i = 0; i < scan->item_count; i++)
        if (scan->properties[scan->items[i].property].which == which &&
            !is_blank(scan->texts.data + scan->items[i].text))
            return 1;
    return 0;
}

static int read_packet(job *j, const char *data, size_t size, const char *name, descry_error *err)
{
    *j = (job){.data = data, .size = size, .name = name, .err = err};
    j->rc = descry_xmp_scan_text(&j->scan, data, size, name, err);
    if (j->rc)
        return j->rc;
    j->description = descry_xmp_find(&j->scan, DESCRY_XMP_DESCRIPTION, &j->several);
    if (j->description && j->description->form == DESCRY_XMP_ARRAY)
        j->item = descry_xmp_language(&j->scan, j->description, "x-default");
    j->text = text_of(j, DESCRY_XMP_DESCRIPTION);
    j->own = text_of(j, DESCRY_XMP_OWN_DESCRIPTION);
    j->model = text_of(j, DESCRY_XMP_OWN_MODEL);
    j->replaced = text_of(j, DESCRY_XMP_OWN_REPLACED);
    j->mine = !j->several && j->own && j->text && strcmp(j->own, j->text) == 0;
    j->human = !j->mine && (speaks(j, DESCRY_XMP_DESCRIPTION) || speaks(j, DESCRY_XMP_ALIAS));
    return 0;
}

/* To be changed, too. */
static int open_job(job *j, const char *data, size_t size, const char *name, descry_error *err)
{
    int rc = read_packet(j, data, size, name, err);
    if (!rc)
        rc = descry_xmp_judge(data, size, name, NULL, err);
    if (!rc && !(j->cut = calloc(j->scan.holder_count + 1, sizeof *j->cut)))
        rc = descry_fail_memory(err);
    return j->rc = rc;
}

static void close_job(job *j)
{
    descry_xmp_scan_free(&j->scan);
    descry_buf_free(&j->pasted);
    descry_buf_free(&j->block);
    free(j->edits);
    free(j->cut);
}

/* Texts of people that descry once replaced and that nothing puts back any more; `more` may be NULL. */
static void add_former(job *j, const char *more)
{
    const descry_xmp_scan *scan = &j->scan;
    size_t count = 0;
    for (size_t i = 0; i <= scan->item_count; i++) {
        int is_last = i == scan->item_count;
        if (is_last ? !more : scan->properties[scan->items[i].property].which != DESCRY_XMP_OWN_FORMER)
            continue;
        if (count++ == 0)
            add(j, &j->block, "\n   <descry:former>\n    <rdf:Seq>");
        add(j, &j->block, "\n     <rdf:li>");
        add_escaped(j, &j->block, is_last ? more : scan->texts.data + scan->items[i].text, 0);
        add(j, &j->block, "</rdf:li>");
    }
    if (count > 0)
        add(j, &j->block, "\n    </rdf:Seq>\n   </descry:former>");
}

/* Has descry's own properties a form that only another program can have given them? */
static int is_own_odd(const job *j)
{
    for (size_t i = 0; i < j->scan.property_count; i++) {
        const descry_xmp_property *p = &j->scan.properties[i];
        descry_xmp_form wanted = p->which == DESCRY_XMP_OWN_FORMER ? DESCRY_XMP_ARRAY : DESCRY_XMP_TEXT;
        int several = 0;
        descry_xmp_find(&j->scan, p->which, &several);
        if (p->which >= DESCRY_XMP_OWN_DESCRIPTION && (several || p->form != wanted))
            return 1;
    }
    return 0;
}

static int refuse(job *j, const char *what)
{
    return j->rc = descry_fail(j->err, DESCRY_ERR_UNSUPPORTED, "%s: %s has a form that is left alone", j->name, what);
}

/* ---- putting in ------------------------------------------------------------------------------------------------- */

static void put_description(job *j, const char *text)
{
    const descry_xmp_property *p = j->description;
    int is_open = p && p->form == DESCRY_XMP_ARRAY && j->data[p->array_tag.end - 2] != '/'; /* not <rdf:Alt/> */
    /* it holds nothing that others wrote */
    int whole = j->mine && j->item && is_alone(j, j->item) && (!j->replaced || is_in_own(j));
    if (j->item && !whole)
        set_item(j, j->item, text);
    else if (is_open && !j->item)
        insert_item(j, text);
    else {
        if (p)
            cut_property(j, p);
        add_description(j, text);
    }
}

static int write_caption(job *j, descry_buf *out, const descry_xmp_caption *caption, int overwrite, int created,
               descry_sidecar_outcome *outcome)
{
    if (j->mine && strcmp(j->own, caption->text) == 0 && j->model && strcmp(j->model, caption->model) == 0) {
        *outcome = DESCRY_SIDECAR_SAME;
        return 0;
    }
    if (j->human && !overwrite) {
        *outcome = DESCRY_SIDECAR_KEPT;
        return 0;
    }
    const descry_xmp_property *p = j->description;
    if (j->several || (p && (p->form == DESCRY_XMP_OTHER || (p->form == DESCRY_XMP_ARRAY && !p->alt))))
        return refuse(j, "dc:description");
    if (is_own_odd(j))
        return refuse(j, "what descry wrote");
    *outcome = j->human ? DESCRY_SIDECAR_REPLACED : DESCRY_SIDECAR_WRITTEN;
    created = created || descry_xmp_find(&j->scan, DESCRY_XMP_OWN_CREATED, NULL) != NULL;
    cut_own(j, 1);
    put_description(j, caption->text);
    add_property(j, "description", caption->text);
    add_property(j, "model", caption->model);
    add_property(j, "date", caption->date);
    if (j->mine ? j->replaced != NULL : j->text != NULL)
        add_property(j, "replaced", j->mine ? j->replaced : j->text);
    add_former(j, j->mine ? NULL : j->replaced);
    if (created)
        add_property(j, "created", "True");
    return finish(j, out, caption->text);
}

int descry_xmp_put(descry_buf *out, const char *data, size_t size, const char *name, const descry_xmp_caption *caption,
                   int overwrite, int created, descry_sidecar_outcome *outcome, descry_error *err)
{
    job j;
    if (size == 0) {
        data = skeleton;
        size = sizeof skeleton - 1;
    }
    int rc = open_job(&j, data, size, name, err);
    if (!rc)
        rc = write_caption(&j, out, caption, overwrite, created, outcome);
    close_job(&j);
    return rc;
}

/* ---- taking out ------------------------------------------------------------------------------------------------- */

/* The description that is descry's gives way to what it replaced. */
static void take_description(job *j)
{
    if (j->replaced && j->item && !is_in_own(j)) {
        set_item(j, j->item, j->replaced);
        return;
    }
    if (j->item)
        cut_item(j, j->item);
    else
        cut_property(j, j->description);
    if (j->replaced)
        add_description(j, j->replaced);
}

static int remove_caption(job *j, descry_buf *out, descry_sidecar_outcome *outcome)
{
    *outcome = DESCRY_SIDECAR_NOTHING;
    int own = 0;
    for (size_t i = 0; i < j->scan.property_count; i++)
        own += j->scan.properties[i].which >= DESCRY_XMP_OWN_DESCRIPTION &&
               j->scan.properties[i].which != DESCRY_XMP_OWN_FORMER;
    if (!own)
        return 0;
    if (is_own_odd(j))
        return refuse(j, "what descry wrote");
    int archive = !j->mine && j->replaced;
    *outcome = j->human                                           ? DESCRY_SIDECAR_CHANGED
               : j->mine && j->replaced && !is_blank(j->replaced) ? DESCRY_SIDECAR_RESTORED
                                                                  : DESCRY_SIDECAR_UNDONE;
    cut_own(j, archive);
    if (j->mine)
        take_description(j);
    if (archive)
        add_former(j, j->replaced);
    if (descry_xmp_find(&j->scan, DESCRY_XMP_OWN_CREATED, NULL) && j->cuts == j->scan.fields && j->block.size == 0) {
        *outcome = DESCRY_SIDECAR_DELETED;
        return 0;
    }
    return finish(j, out, NULL);
}

int descry_xmp_take(descry_buf *out, const char *data, size_t size, const char *name, descry_sidecar_outcome *outcome,
                    descry_error *err)
{
    job j;
    *outcome = DESCRY_SIDECAR_NOTHING;
    if (size == 0)
        return 0;
    int rc = open_job(&j, data, size, name, err);
    if (!rc)
        rc = remove_caption(&j, out, outcome);
    close_job(&j);
    return rc;
}

/* ---- reading only ----------------------------------------------------------------------------------------------- */

/* A packet as pictures hold it: without a NUL, and with what room is left. */
static int open_embedded(job *j, descry_buf *packet, const char *data, size_t size)
{
    *j = (job){0};
    while (size > 0 && data[size - 1] == 0)
        size--;
    int rc = descry_buf_append(packet, data, size, NULL);
    return rc ? rc : read_packet(j, packet->data, size, "", NULL);
}

int descry_xmp_has_description(const char *data, size_t size)
{
    job j;
    descry_buf packet = {0};
    int found = open_embedded(&j, &packet, data, size) == 0 && j.human;
    close_job(&j);
    descry_buf_free(&packet);
    return found;
}

static const char *any_text(const job *j, descry_xmp_which which)
{
    const char *text = text_of(j, which);
    const descry_xmp_property *p = descry_xmp_find(&j->scan, which, NULL);
    for (size_t i = 0; i < j->scan.item_count && !text && p; i++)
        if (&j->scan.properties[j->scan.items[i].property] == p)
            text = j->scan.texts.data + j->scan.items[i].text;
    return text && !is_blank(text) ? text : NULL;
}

/* Appends one line of a text, cut at a character. */
static int add_line(descry_buf *line, const char *text)
{
    enum { MOST = 2000 };
    size_t length = strlen(text), first = line->size;
    if (length > MOST)
        for (length = MOST; length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80;)
            length--;
    int rc = descry_buf_append(line, text, length, NULL);
    for (size_t i = first; i < line->size; i++)
        if (strchr("\n\r\t", line->data[i]))
            line->data[i] = ' ';
    return rc;
}

int descry_xmp_title(descry_buf *title, const char *data, size_t size)
{
    job j;
    descry_buf packet = {0};
    int rc = open_embedded(&j, &packet, data, size);
    const char *text = rc ? NULL : any_text(&j, DESCRY_XMP_TITLE);
    if (text && descry_title_is_standing(text))
        text = NULL;
    if (!rc && !text && !j.mine)
        text = any_text(&j, DESCRY_XMP_DESCRIPTION);
    if (text && !descry_title_is_standing(text))
        rc = add_line(title, text);
    close_job(&j);
    descry_buf_free(&packet);
    return rc == DESCRY_ERR_MEMORY ? -1 : 0;
}

DESCRY_MODULE_TABLE const descry_xmp descry_xmp_table = {{DESCRY_VERSION}, descry_xmp_put, descry_xmp_take, descry_xmp_has_description};
