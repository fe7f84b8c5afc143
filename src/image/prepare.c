/* SPDX-License-Identifier: Apache-2.0 */
#include "image/prepare.h"

#include "base/error.h"
#include "image/placeholder.h"

#include <stdbool.h>
#include <stdlib.h>

static int check_request(const descry_preparation *wanted, const char *name, descry_error *err)
{
    if (wanted->preview < 0 || wanted->preview > DESCRY_PREVIEW_MOST)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "%s: a preview of %d pixels, not of 1 to %d", name, wanted->preview,
                           DESCRY_PREVIEW_MOST);
    return descry_region_check(&wanted->region, name, err);
}

static int max(int a, int b)
{
    return a > b ? a : b;
}

/* The smallest draft that suffices for everything requested. */
static descry_enough enough_for(const descry_preparation *wanted)
{
    descry_enough enough = descry_preview_enough(wanted->preview);
    if (!wanted->preprocess)
        return enough;
    descry_enough pixels = descry_preprocess_enough(wanted->preprocess);
    pixels = descry_region_enough(&wanted->region, &pixels);
    pixels.width = max(pixels.width, enough.width);
    pixels.height = max(pixels.height, enough.height);
    return pixels;
}

static int decode(descry_picture *picture, const descry_preparation *wanted, const uint8_t *bytes, size_t size, const char *name,
                  descry_error *err)
{
    const descry_limits *limits = wanted->options->limits;
    if (!wanted->preprocess && !wanted->preview)
        return descry_picture_peek(picture, bytes, size, name, limits, err);
    if (wanted->preprocess && (!wanted->draft || wanted->options->reference))
        return descry_picture_decode(picture, bytes, size, name, limits, err);
    descry_enough enough = enough_for(wanted);
    return descry_picture_draft(picture, bytes, size, name, limits, &enough, err);
}

static void move_facts(descry_facts *facts, const descry_preparation *wanted, descry_picture *picture)
{
    bool draft = picture->width != picture->whole_width || picture->height != picture->whole_height;
    *facts = (descry_facts){.width = picture->whole_width, .height = picture->whole_height, .orientation = picture->orientation,
                            .draft = wanted->preprocess && draft, .metadata = picture->metadata};
    if (!wanted->packet)
        return;
    facts->packet = picture->xmp;
    facts->packet_size = picture->xmp_size;
    picture->xmp = NULL;
}

/* Crops the picture to the region. */
static int make_pixels(const descry_preparation *wanted, descry_picture *picture, const char *name, uint8_t *rgb, descry_error *err)
{
    descry_error why;
    descry_region_crop(&wanted->region, !wanted->options->reference, picture);
    int rc = descry_preprocess_run(wanted->preprocess, wanted->options, picture, rgb, &why);
    return rc ? descry_fail(err, rc, "%s: %s", name, why.message) : 0;
}

int descry_prepare(const descry_preparation *wanted, const uint8_t *bytes, size_t size, const char *name, uint8_t *rgb,
                   descry_facts *facts, descry_error *err)
{
    descry_picture picture = {0};
    *facts = (descry_facts){0};
    int rc = check_request(wanted, name, err);
    rc = rc ? rc : decode(&picture, wanted, bytes, size, name, err);
    if (rc)
        return rc;
    move_facts(facts, wanted, &picture);
    facts->has_placeholder = wanted->preview || wanted->preprocess;
    if (facts->has_placeholder)
        descry_placeholder_make(&picture, facts->placeholder);
    if (wanted->preview)
        rc = descry_preview_make(&picture, wanted->preview, &facts->preview, &facts->preview_size, name, err);
    if (!rc && wanted->preprocess)
        rc = make_pixels(wanted, &picture, name, rgb, err);
    descry_picture_free(&picture);
    if (rc)
        descry_facts_free(facts);
    return rc;
}

void descry_facts_free(descry_facts *facts)
{
    free(facts->packet);
    free(facts->preview);
    facts->packet = facts->preview = NULL;
    facts->packet_size = facts->preview_size = 0;
}
