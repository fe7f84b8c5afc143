/* SPDX-License-Identifier: Apache-2.0
 * All processing of one picture's bytes, as one job, which can also be run by a worker (decoders/). */
#ifndef DESCRY_IMAGE_PREPARE_H
#define DESCRY_IMAGE_PREPARE_H

#include "image/preprocess.h"
#include "image/preview.h"
#include "image/region.h"

/* A request: what to extract from a picture. */
typedef struct descry_preparation {
    const descry_preprocess *preprocess;       /* its pixels, preprocessed by this; NULL: everything but pixels */
    const descry_preprocess_options *options; /* with limits: see descry_reading */
    int draft;  /* 1: from a draft (descry_preprocess_enough); not with options->reference */
    int packet; /* 1: its XMP packet, too */
    descry_region region; /* crop to this before preprocessing; with options->reference of the picture as stored, not upright;
                           * all 0: the whole.  Edges are between pixels, of a draft if it is one */
    int preview; /* > 0: also a preview of the whole picture with a longer side of so many pixels (descry_preview_make),
                  * made from a draft if `draft`, or if no pixels are requested */
} descry_preparation;

typedef struct descry_facts {
    int width, height; /* pixels of the whole, as stored, before any rotation */
    int orientation;   /* EXIF: 1 (upright) .. 8 */
    int draft;         /* 1: the pixels are a draft's; 0 also when none were requested */
    int has_placeholder; /* 1: pixels or a preview were requested */
    uint8_t placeholder[DESCRY_PLACEHOLDER_SIZE]; /* of the whole, upright: descry_entry describes it */
    descry_metadata metadata;
    uint8_t *packet;   /* [packet_size] its first XMP packet; owned; NULL: none, or not requested */
    size_t packet_size;
    uint8_t *preview;  /* [preview_size] a JPEG; owned; NULL: not requested */
    size_t preview_size;
} descry_facts;

/* rgb [height, width, 3] (of wanted->preprocess) and facts from `size` bytes of a picture in any format, detected by content.
 * `name` begins every message.  Errors: see descry_picture_decode and descry_preprocess_run; DESCRY_ERR_ARGUMENT: an invalid
 * region or size of preview. */
int descry_prepare(const descry_preparation *wanted, const uint8_t *bytes, size_t size, const char *name, uint8_t *rgb,
                   descry_facts *facts, descry_error *err);

void descry_facts_free(descry_facts *facts);

#endif
