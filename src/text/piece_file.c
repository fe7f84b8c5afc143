/* SPDX-License-Identifier: Apache-2.0
 * sentencepiece_model.proto of SentencePiece 0.2, in Protocol Buffers' encoding.  Strict: what is cut short, of another kind or
 * out of range is an error, where Protocol Buffers take it for a field that is not known. */
#include "text/piece_file.h"

#include "base/error.h"
#include "text/vocabulary.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

enum { LAST_TYPE = 6 };

typedef descry_file_piece piece;
typedef descry_piece_file model;

/* ---- Protocol Buffers ------------------------------------------------------------------------------------------------ */

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

typedef struct field {
    uint64_t number, value;
    unsigned wire;
    const uint8_t *data; /* BYTES: [value] */
} field;

typedef struct reader {
    const uint8_t *at, *end;
} reader;

static bool get_varint(reader *r, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
        uint8_t byte = *r->at++;
        *value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

static bool get_fixed(reader *r, unsigned size, uint64_t *value)
{
    if ((size_t)(r->end - r->at) < size)
        return false;
    *value = 0;
    for (unsigned i = 0; i < size; i++)
        *value |= (uint64_t)*r->at++ << 8 * i;
    return true;
}

/* false: cut short, or no field.  Groups, which the file has none of, are none. */
static bool get_field(reader *r, field *f)
{
    if (!get_varint(r, &f->number))
        return false;
    f->wire = f->number & 7;
    f->number >>= 3;
    switch (f->wire) {
    case VARINT:
        return get_varint(r, &f->value);
    case FIXED64:
        return get_fixed(r, 8, &f->value);
    case FIXED32:
        return get_fixed(r, 4, &f->value);
    case BYTES:
        f->data = NULL;
        if (!get_varint(r, &f->value) || f->value > (uint64_t)(r->end - r->at))
            return false;
        f->data = r->at;
        r->at += f->value;
        return true;
    default:
        return false;
    }
}

/* Calls `each` for the fields of a message, of which the numbers below `known` have the kind that wires[number] says, as a
 * digit; others are skipped. */
static int read_message(const uint8_t *data, size_t size, const char *what, const char *wires, size_t known, model *m,
                        int (*each)(model *m, const field *f, descry_error *err), descry_error *err)
{
    reader r = {data, data + size};
    int rc = 0;
    while (r.at < r.end && !rc) {
        field f = {0};
        if (!get_field(&r, &f))
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: %s is cut short, or none", m->name, what);
        if (f.number >= known || wires[f.number] == '-')
            continue;
        rc = f.wire == (unsigned)(wires[f.number] - '0')
                 ? each(m, &f, err)
                 : descry_fail(err, DESCRY_ERR_FORMAT, "%s: %s: field %d is of another kind", m->name, what, (int)f.number);
    }
    return rc;
}

/* ---- the file ------------------------------------------------------------------------------------------------------ */

static int read_piece_field(model *m, const field *f, descry_error *err)
{
    piece *p = &m->pieces[m->count];
    float score;
    uint32_t bits = (uint32_t)f->value;
    (void)err;
    if (f->number == 1) {
        p->text = (const char *)f->data;
        p->size = (size_t)f->value;
    } else if (f->number == 2) {
        memcpy(&score, &bits, sizeof score);
        p->score = score;
    } else {
        p->type = f->value <= LAST_TYPE ? (int)f->value : 0;
    }
    return 0;
}

static int read_piece(model *m, const field *f, descry_error *err)
{
    if (m->count == m->capacity) {
        size_t capacity = m->capacity ? 2 * m->capacity : 1024;
        piece *more = descry_realloc(m->pieces, capacity, sizeof *more);
        if (!more)
            return descry_fail_memory(err);
        m->pieces = more;
        m->capacity = capacity;
    }
    piece *p = &m->pieces[m->count];
    *p = (piece){.type = DESCRY_PIECE_NORMAL};
    int rc = read_message(f->data, (size_t)f->value, "a piece", "-250", 4, m, read_piece_field, err);
    if (rc)
        return rc;
    bool is_text = p->size > 0 && !memchr(p->text, 0, p->size) && !u8_check((const uint8_t *)p->text, p->size);
    if (!is_text || p->type == 0 || !isfinite(p->score))
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: piece %zu is not a text, a score and a type", m->name, m->count);
    if (m->count == DESCRY_MAX_TOKENS / 2)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: has more than %zu pieces", m->name, m->count);
    if (p->size > DESCRY_MAX_TOKEN)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: piece %zu is %zu bytes long", m->name, m->count, p->size);
    m->count++;
    return 0;
}

static int read_trainer_field(model *m, const field *f, descry_error *err)
{
    if (f->number == 3)
        m->type = f->value <= 4 ? (int)f->value : 0;
    else if (f->number == 40)
        m->unknown_id = f->value <= INT32_MAX ? (int64_t)f->value : -1;
    else if (u8_check(f->data, (size_t)f->value))
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: trainer_spec.unk_piece is not a text", m->name);
    else
        m->unknown = (piece){.text = (const char *)f->data, .size = (size_t)f->value};
    return 0;
}

static int read_normalizer_field(model *m, const field *f, descry_error *err)
{
    (void)err;
    m->charsmap = (piece){.text = (const char *)f->data, .size = (size_t)f->value};
    return 0;
}

static int read_part(model *m, const field *f, descry_error *err)
{
    static const char trainer[] = "---0------------------------------------0----2"; /* model_type, unk_id, unk_piece */
    size_t size = (size_t)f->value;
    if (f->number == 1)
        return read_piece(m, f, err);
    if (f->number == 2)
        return read_message(f->data, size, "trainer_spec", trainer, sizeof trainer - 1, m, read_trainer_field, err);
    return read_message(f->data, size, "normalizer_spec", "--2", 3, m, read_normalizer_field, err);
}

int descry_piece_file_read(model *m, const descry_buf *bytes, const char *name, descry_error *err)
{
    static const char unknown[] = "<unk>";
    *m = (model){.name = name, .type = DESCRY_PIECES_UNIGRAM, .unknown = {.text = unknown, .size = sizeof unknown - 1}};
    int rc = read_message((const uint8_t *)bytes->data, bytes->size, "the file", "-222", 4, m, read_part, err);
    if (!rc && m->count < 4)
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: has only %zu pieces", m->name, m->count);
    if (!rc && m->type != DESCRY_PIECES_UNIGRAM && m->type != DESCRY_PIECES_BPE)
        rc = descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: a model that is neither unigram nor BPE is not supported", m->name);
    return rc;
}

void descry_piece_file_free(model *m)
{
    free(m->pieces);
    *m = (model){0};
}
