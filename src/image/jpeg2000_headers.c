/* SPDX-License-Identifier: Apache-2.0
 * The headers of a code stream: ITU-T T.800, annex A; the numbers of precincts, code blocks and packets: annex B. */
#include "image/jpeg2000_headers.h"

#include "base/error.h"
#include "image/codecs.h"

#include <stdbool.h>

enum { COMPONENTS = DESCRY_JPEG2000_COMPONENTS, LEVELS = 32, MOST_APART = 16 };
enum { SOC = 0xFF4F, CAP, SIZ, COD, COC, TLM = 0xFF55, PLM = 0xFF57, PLT, CPF, QCD = 0xFF5C, QCC, RGN, POC, PPM, PPT,
       CRG = 0xFF63, COM, MCT = 0xFF74, MCC, MCO = 0xFF77, CBD, SOT = 0xFF90, SOP, SOD = 0xFF93 };

typedef struct coding {
    unsigned levels, block[2]; /* block: exponents of width and height */
    uint8_t precincts[LEVELS + 1];
} coding;

typedef struct styles {
    unsigned layers;
    coding of[COMPONENTS];
} styles;

typedef struct stream {
    const uint8_t *bytes;
    size_t size, at;
    const char *name;
    descry_error *err;
    uint32_t from[2], to[2]; /* of the picture, on the reference grid: x, y */
    uint32_t tile_from[2], tile[2];
    uint32_t across, tiles;
    unsigned components;
    uint8_t every[COMPONENTS][2]; /* subsampling */
    styles main;                  /* of the main header */
    bool reorders;                /* has POC */
    unsigned halvings;            /* the fewest levels of a component in a tile */
    uint64_t memory;              /* of a tile's precincts, code blocks and packets, at most */
    uint64_t packets, steps;      /* of all tiles; iterations of searching for packets */
} stream;

static unsigned get16(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static int damaged(const stream *s, const char *why)
{
    return descry_fail(s->err, DESCRY_ERR_FORMAT, "%s: damaged JPEG 2000: %s", s->name, why);
}

static uint64_t divide_up(uint64_t value, uint64_t by) /* rounded up */
{
    return (value + by - 1) / by;
}

static uint64_t shift_up(uint64_t value, unsigned bits) /* the same */
{
    return (value + ((uint64_t)1 << bits) - 1) >> bits;
}

/* ---- the cost of a tile ------------------------------------------------------------------------------------------- */

typedef struct tally {
    uint64_t memory, precincts, most; /* most: precincts of a resolution */
    uint64_t step[2];                 /* the smallest step from one packet to the next, on the reference grid */
    unsigned resolutions;
} tally;

/* The number of cells of 2^bits that cover `from` to `to`. */
static uint64_t cells(uint64_t from, uint64_t to, unsigned bits)
{
    return to > from ? shift_up(to, bits) - (from >> bits) : 0;
}

static void count_component(const coding *c, const uint8_t *every, const uint64_t *from, const uint64_t *to, tally *t)
{
    /* OpenJPEG 2.5, on 64 bits: a precinct with its trees; a code block with its first segments */
    enum { PRECINCT = 192, BLOCK = 400 };
    for (unsigned r = 0; r <= c->levels; r++) {
        uint64_t precincts = 1, blocks = 1, bands = r ? 3 : 1;
        for (int d = 0; d < 2; d++) {
            unsigned down = c->levels - r, size = c->precincts[r] >> 4 * d & 15, inner = r && size ? size - 1 : size;
            uint64_t first = shift_up(divide_up(from[d], every[d]), down), end = shift_up(divide_up(to[d], every[d]), down);
            uint64_t step = (uint64_t)every[d] << (size + down);
            precincts *= cells(first, end, size);
            blocks *= cells(r ? first / 2 : first, r ? end / 2 + 1 : end, c->block[d] < inner ? c->block[d] : inner);
            t->step[d] = step < t->step[d] ? step : t->step[d];
        }
        t->precincts += precincts;
        t->most = precincts > t->most ? precincts : t->most;
        t->memory += precincts ? bands * (precincts * PRECINCT + blocks * BLOCK) : 0;
    }
    t->resolutions = c->levels + 1 > t->resolutions ? c->levels + 1 : t->resolutions;
}

static void count_tile(stream *s, uint32_t tile, const styles *tile_styles)
{
    tally t = {.step = {UINT64_MAX, UINT64_MAX}};
    uint64_t from[2], to[2];
    for (int d = 0; d < 2; d++) {
        from[d] = s->tile_from[d] + (uint64_t)s->tile[d] * (d ? tile / s->across : tile % s->across);
        to[d] = from[d] + s->tile[d] < s->to[d] ? from[d] + s->tile[d] : s->to[d];
        from[d] = from[d] > s->from[d] ? from[d] : s->from[d];
    }
    for (unsigned i = 0; i < s->components; i++) {
        const coding *c = &tile_styles->of[i];
        count_component(c, s->every[i], from, to, &t);
        s->halvings = c->levels < s->halvings ? c->levels : s->halvings;
    }
    /* OpenJPEG marks packets that it has visited, and searches at each position where one may begin */
    uint64_t places = ((to[0] - from[0]) / t.step[0] + 2) * ((to[1] - from[1]) / t.step[1] + 2);
    uint64_t marks = t.most * t.resolutions * s->components * tile_styles->layers, memory = t.memory + 2 * marks;
    s->memory = memory > s->memory ? memory : s->memory;
    s->packets += t.precincts * tile_styles->layers;
    s->steps += marks + places * t.resolutions * s->components;
}

/* ---- markers ------------------------------------------------------------------------------------------------------ */

/* Markers with a length that OpenJPEG 2.5 knows. */
static bool is_known(unsigned marker)
{
    switch (marker) {
    case CAP: case SIZ: case COD: case COC: case TLM: case PLM: case PLT: case CPF: case QCD: case QCC: case RGN: case POC:
    case PPM: case PPT: case CRG: case COM: case MCT: case MCC: case MCO: case CBD: case SOT: case SOP:
        return true;
    default:
        return false;
    }
}

/* in [size]: the parameters common to COD and COC. */
static int read_coding(const stream *s, coding *c, bool precincts, const uint8_t *in, size_t size)
{
    if (size < 5)
        return damaged(s, "a coding style that is too short");
    *c = (coding){.levels = in[0], .block = {in[1] + 2u, in[2] + 2u}};
    if (c->levels > LEVELS || c->block[0] > 10 || c->block[1] > 10 || c->block[0] + c->block[1] > 12)
        return damaged(s, "too many levels, or code blocks that are too large");
    if (precincts && size < 5 + c->levels + 1)
        return damaged(s, "a coding style that is too short");
    for (unsigned r = 0; r <= c->levels; r++)
        c->precincts[r] = precincts ? in[5 + r] : 0xFF;
    return 0;
}

static int read_marker(stream *s, unsigned marker, const uint8_t *in, size_t size, styles *into)
{
    size_t wide = 1; /* bytes of a component's index; there are few components */
    coding c;
    int rc;
    switch (marker) {
    case COD:
        if (size < 5)
            return damaged(s, "a coding style that is too short");
        rc = read_coding(s, &c, in[0] & 1, in + 5, size - 5);
        into->layers = get16(in + 2);
        for (unsigned i = 0; i < s->components && !rc; i++)
            into->of[i] = c;
        return rc;
    case COC:
        if (size < wide + 1 || in[0] >= s->components)
            return damaged(s, "a coding style of no component");
        return read_coding(s, &into->of[in[0]], in[1] & 1, in + 2, size - 2);
    case POC:
        s->reorders = true;
        return 0;
    default:
        return 0;
    }
}

static int read_size(stream *s, const descry_limits *limits)
{
    const uint8_t *in = s->bytes + 4; /* from its length on */
    if (s->size < 42 || get16(s->bytes) != SOC || get16(s->bytes + 2) != SIZ)
        return damaged(s, "its header is wrong or incomplete");
    s->components = get16(in + 36);
    for (int d = 0; d < 2; d++) {
        s->to[d] = get32(in + 4 + 4 * d);
        s->from[d] = get32(in + 12 + 4 * d);
        s->tile[d] = get32(in + 20 + 4 * d);
        s->tile_from[d] = get32(in + 28 + 4 * d);
        if (s->to[d] <= s->from[d])
            return damaged(s, "no size");
        if (s->tile[d] == 0 || s->tile_from[d] > s->from[d] || (uint64_t)s->tile_from[d] + s->tile[d] <= s->from[d])
            return damaged(s, "its tiles lie beside the picture");
    }
    if (s->components > COMPONENTS)
        return descry_fail(s->err, DESCRY_ERR_UNSUPPORTED, "%s: a JPEG 2000 of %u components is not read", s->name, s->components);
    if (s->components == 0 || get16(in) < 38 + 3 * s->components || s->size - 4 < get16(in))
        return damaged(s, "its header is wrong or incomplete");
    for (unsigned i = 0; i < s->components; i++)
        for (int d = 0; d < 2; d++) {
            s->every[i][d] = in[39 + 3 * i + (unsigned)d];
            if (s->every[i][d] == 0)
                return damaged(s, "a component without samples");
            if (s->every[i][d] > MOST_APART)
                return descry_fail(s->err, DESCRY_ERR_UNSUPPORTED, "%s: a JPEG 2000 of one sample for each %u pixels is not read",
                                   s->name, s->every[i][d]);
        }
    uint64_t width = s->to[0] - s->from[0], height = s->to[1] - s->from[1];
    int rc = descry_picture_check(width, height, s->name, limits, s->err);
    if (rc)
        return rc;
    uint64_t across = divide_up(s->to[0] - s->tile_from[0], s->tile[0]), down = divide_up(s->to[1] - s->tile_from[1], s->tile[1]);
    if (across > 65535 || down > 65535 || across * down > 65535)
        return damaged(s, "more tiles than there can be");
    /* OpenJPEG allocates up to 20 KB for each: for 64 x 64 pixels, 5 bytes a pixel */
    if (across * down > 4096 + width * height / 4096)
        return descry_fail(s->err, DESCRY_ERR_LIMIT, "%s: a JPEG 2000 of %llu tiles for %llu x %llu pixels is not read", s->name,
                           (unsigned long long)(across * down), (unsigned long long)width, (unsigned long long)height);
    s->across = (uint32_t)across;
    s->tiles = (uint32_t)(across * down);
    s->at = 4 + get16(in);
    return 0;
}

/* Up to the first tile-part.  After an unknown marker OpenJPEG searches on, two bytes at a time, for a known one: this must
 * parse the same headers as OpenJPEG. */
static int read_main_header(stream *s)
{
    for (;;) {
        if (s->size - s->at < 4)
            return damaged(s, "truncated");
        unsigned marker = get16(s->bytes + s->at), length = get16(s->bytes + s->at + 2);
        if (marker == SOT)
            return s->main.layers ? 0 : damaged(s, "it has no coding style");
        s->at += 2;
        if (!is_known(marker))
            continue;
        if (length < 2 || length > s->size - s->at)
            return damaged(s, "a marker that does not lie in the file");
        int rc = read_marker(s, marker, s->bytes + s->at + 2, length - 2, &s->main);
        if (rc)
            return rc;
        s->at += length;
    }
}

/* The header of a tile-part that ends at `end`; *own: the coding style of its tile. */
static int read_tile_header(stream *s, size_t end, bool first, styles *own)
{
    for (size_t at = s->at + 12;;) {
        if (end - at < 2)
            return damaged(s, "truncated");
        unsigned marker = get16(s->bytes + at);
        if (marker == SOD)
            return 0;
        unsigned length = end - at < 4 ? 0 : get16(s->bytes + at + 2);
        if (!is_known(marker) || length < 2 || length > end - at - 2)
            return damaged(s, "a marker that does not lie in its tile");
        if (!first && (marker == COD || marker == COC))
            return damaged(s, "a coding style in the midst of a tile");
        int rc = read_marker(s, marker, s->bytes + at + 4, length - 2, own);
        if (rc)
            return rc;
        at += 2 + length;
    }
}

/* All consecutive tile-parts: OpenJPEG stops at anything else. */
static int read_tile_parts(stream *s)
{
    uint32_t begun = 0;
    while (s->size - s->at >= 12 && get16(s->bytes + s->at) == SOT) {
        const uint8_t *in = s->bytes + s->at;
        uint32_t tile = get16(in + 4), length = get32(in + 6);
        size_t left = s->size - s->at, end = s->at + (length ? length : left);
        bool first = in[10] == 0;
        if (get16(in + 2) != 10 || tile >= s->tiles)
            return damaged(s, "a tile that it cannot have");
        if (length && (length < 14 || length > left))
            return damaged(s, "truncated");
        begun += first;
        if (begun > s->tiles)
            return damaged(s, "a tile that begins twice");
        styles own = s->main;
        int rc = read_tile_header(s, end, first, &own);
        if (rc)
            return rc;
        if (first)
            count_tile(s, tile, &own);
        s->at = end;
    }
    return 0;
}

int descry_jpeg2000_check_stream(const uint8_t *bytes, size_t size, const char *name, const descry_limits *limits,
                                 unsigned *halvings, descry_error *err)
{
    stream s = {.bytes = bytes, .size = size, .name = name, .halvings = LEVELS, .err = err};
    int rc = read_size(&s, limits);
    rc = rc ? rc : read_main_header(&s);
    rc = rc ? rc : read_tile_parts(&s);
    if (rc)
        return rc;
    uint64_t samples = (uint64_t)(s.to[0] - s.from[0]) * (s.to[1] - s.from[1]) * s.components;
    if (s.memory > samples / 4 + (96u << 20))
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: a JPEG 2000 of so many precincts or code blocks is not read", name);
    /* each packet has at least a byte; some slack for truncated files */
    if (s.packets > size + (1u << 22) || s.steps * (s.reorders ? 32 : 1) > 64 * (uint64_t)size + (1u << 28))
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: a JPEG 2000 of so many packets is not read", name);
    for (unsigned i = 0; i < s.components; i++) /* OpenJPEG checks the main header's, too, though each tile has its own */
        s.halvings = s.main.of[i].levels < s.halvings ? s.main.of[i].levels : s.halvings;
    *halvings = s.halvings;
    return 0;
}
