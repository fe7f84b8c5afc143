/* SPDX-License-Identifier: Apache-2.0
 * The pictures of an ISO media file (ISO/IEC 14496-12, 23008-12, 23000-22), read in place: items with their properties, or
 * the first picture of a track as an item.  All that is checked here is that they lie within the file. */
#ifndef DESCRY_IMAGE_HEIF_FILE_H
#define DESCRY_IMAGE_HEIF_FILE_H

#include "descry.h"
#include "image/boxes.h"

enum { DESCRY_HEIF_TURNS = 8 };

typedef struct descry_heif_item {
    uint32_t id, type;
    uint32_t order;            /* among the items of the file */
    bool elsewhere;            /* its data is encrypted, in another file, or in an unsupported layout */
    bool within, placed;       /* construction method 1: data in the box idat; it has an entry in the box iloc */
    uint64_t base;             /* added to the offsets of */
    descry_span extents;       /* these, the encoded entries of the box iloc */
    size_t extent_count, skip; /* skip: bytes before the offset of each */
    descry_span whole;         /* its data, if known already: a sample of a track */
    descry_span config;        /* body of hvcC or av1C; size 0: none */
    descry_span colour;        /* body of colr, type nclx; size 0: none */
    uint32_t width, height;    /* ispe; 0: none */
    bool two_sizes;            /* several ispe that differ */
    bool is_alpha;             /* by auxC */
    bool premultiplied;        /* its colours are multiplied by its alpha */
    bool text_is_xmp;          /* mime, application/rdf+xml, not compressed */
    size_t turn_count;         /* irot, imir, clap: their types and bodies, in the order to be applied */
    struct {
        uint32_t type;
        descry_span body;
    } turns[DESCRY_HEIF_TURNS];
    bool more_turns;
    descry_span inputs;                    /* ids of the items that it is derived from */
    size_t alpha;                          /* index of the item that is its alpha; SIZE_MAX: none */
    bool describes_primary, describes_any; /* cdsc: the primary item; any item at all */
    uint32_t made_width, made_height, shown_width, shown_height; /* for heif.c: before and after all turns */
    bool alpha_fits, transparent; /* for heif.c: its alpha has its size; it, or an input of it, has alpha */
} descry_heif_item;

typedef struct descry_heif_file {
    const uint8_t *bytes;
    size_t size;
    const char *name;
    descry_span idat;
    size_t offset_size, length_size, id_size; /* of the box iloc; of ids in iref */
    descry_heif_item *items;                  /* [count], by id; owned */
    size_t count, primary;                    /* index of the primary item */
} descry_heif_file;

/* Reads the items, or, without a primary item, the first track.  *file is to be closed in any case. */
int descry_heif_open(descry_heif_file *file, const uint8_t *bytes, size_t size, const char *name, descry_error *err);
void descry_heif_close(descry_heif_file *file);

/* The index of the item that `item` is derived from, i < descry_heif_inputs(file, item). */
size_t descry_heif_input(const descry_heif_file *file, const descry_heif_item *item, size_t i);
size_t descry_heif_inputs(const descry_heif_file *file, const descry_heif_item *item);

/* The data of an item; *owned, to be freed, is NULL when it is contiguous in the file. */
int descry_heif_data(const descry_heif_file *file, const descry_heif_item *item, descry_span *data, uint8_t **owned,
                     descry_error *err);

/* Sets fields of an item by a box of this type: a property of an item, or a box of a track's sample entry. */
void descry_heif_add_property(descry_heif_item *item, uint32_t type, descry_span body);

/* Makes an item of the first picture of the first readable track; descry_heif_open calls it. */
int descry_heif_open_track(descry_heif_file *file, descry_span moov, descry_error *err);

#endif
