/* SPDX-License-Identifier: Apache-2.0 */
#include "image/prepare.h"

#include "base/error.h"

#include <stdlib.h>

static int decode(descry_picture *picture, const descry_preparation *wanted, const uint8_t *bytes, size_t size, const char *name,
                  descry_error *err)
{
    const descry_limits *limits = wanted->options->limits;
    if (!wanted->preprocess)
        return descry_picture_peek(picture, bytes, size, name, limits, err);
    if (!wanted->draft || wanted->options->reference)
        return descry_picture_decode(picture, bytes, size, name, limits, err);
    descry_enough enough = descry_preprocess_enough(wanted->preprocess);
    return descry_picture_draft(picture, bytes, size, name, limits, &enough, err);
}

static void take_facts(descry_facts *facts, const descry_preparation *wanted, descry_picture *picture)
{
    *facts = (descry_facts){.width = picture->whole_width, .height = picture->whole_height, .orientation = picture->orientation,
                            .draft = picture->width != picture->whole_width || picture->height != picture->whole_height,
                            .metadata = picture->metadata};
    if (!wanted->packet)
        return;
    facts->packet = picture->xmp;
    facts->packet_size = picture->xmp_size;
    picture->xmp = NULL;
}

int descry_prepare(const descry_preparation *wanted, const uint8_t *bytes, size_t size, const char *name, uint8_t *rgb,
                   descry_facts *facts, descry_error *err)
{
    descry_picture picture = {0};
    descry_error why;
    *facts = (descry_facts){0};
    int rc = decode(&picture, wanted, bytes, size, name, err);
    if (rc)
        return rc;
    take_facts(facts, wanted, &picture);
    if (wanted->preprocess) {
        rc = descry_preprocess_run(wanted->preprocess, wanted->options, &picture, rgb, &why);
        if (rc)
            descry_fail(err, rc, "%s: %s", name, why.message);
    }
    descry_picture_free(&picture);
    if (rc)
        descry_facts_free(facts);
    return rc;
}

void descry_facts_free(descry_facts *facts)
{
    free(facts->packet);
    facts->packet = NULL;
    facts->packet_size = 0;
}
