/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_clip.h"

#include "base/error.h"
#include "meta/exif.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LARGE = 222 };

static struct descry_clip *the_clip; /* pictures are decoded without one */

void fake_clip_init(struct descry_clip *clip, const char *name, char digit)
{
    *clip = (struct descry_clip){.name = name};
    memset(clip->recipe, digit, 64);
    clip->info = (descry_model_info){.name = name, .path = "", .recipe = clip->recipe, .dim = FAKE_DIM,
                                     .image_width = 2, .image_height = 2};
    the_clip = clip;
}

void fake_embedding(int r, int g, int b, float *out)
{
    float values[FAKE_DIM] = {(float)r, (float)g, (float)b, (float)(255 - r), (float)(255 - g), (float)(255 - b), 100,
                              50};
    double square = 0;
    for (int i = 0; i < FAKE_DIM; i++)
        square += values[i] * values[i];
    for (int i = 0; i < FAKE_DIM; i++)
        out[i] = (float)(values[i] / sqrt(square));
}

/* ---- image ----------------------------------------------------------------------------------------------------- */

int descry_decoders_prepare(descry_decoders *decoders, const descry_job *job, const descry_shared *shared, const char *name,
                            uint8_t *rgb, descry_facts *facts, int *fault, descry_error *err)
{
    int r, g, b;
    const uint8_t *bytes = shared->data;
    size_t size = shared->size;
    const descry_preprocess *pixels = job->wanted.preprocess;
    (void)decoders;
    if (fault)
        *fault = 0;
    if (the_clip && the_clip->unlink_on_read)
        unlink(the_clip->unlink_on_read);
    if (size >= 9 && memcmp(bytes, "PIX fault", 9) == 0 && the_clip) {
        the_clip->faults++;
        if (fault && !the_clip->killed)
            *fault = 1;
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: the PIX decoder crashed on it", name);
    }
    while (the_clip && the_clip->late && strstr(name, the_clip->late) && !the_clip->come)
        nanosleep(&(struct timespec){.tv_nsec = 1000 * 1000}, NULL);
    if (size < 9 || memcmp(bytes, "PIX ", 4) != 0 || sscanf((const char *)bytes, "PIX %d %d %d", &r, &g, &b) != 3)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a picture", name);
    *facts = (descry_facts){.width = 1, .height = 1, .orientation = 1};
    if (r == LARGE) {
        facts->width = facts->height = 8;
        facts->draft = pixels && job->wanted.draft && !job->wanted.options->reference;
    }
    for (int i = 0; pixels && i < pixels->width * pixels->height; i++) {
        rgb[3 * i] = (uint8_t)r;
        rgb[3 * i + 1] = (uint8_t)g;
        rgb[3 * i + 2] = (uint8_t)(b + (facts->draft ? 64 : 0));
    }
    if (!pixels && the_clip)
        the_clip->peeked++;
    const uint8_t *line = memchr(bytes, '\n', size);
    size_t rest = line ? size - (size_t)(line - bytes) - 1 : 0;
    descry_metadata_clear(&facts->metadata);
    if (line)
        descry_exif_fill(&facts->metadata, DESCRY_EXIF_WHOLE, line + 1, rest);
    return 0;
}

/* ---- clip ------------------------------------------------------------------------------------------------------ */

const descry_model_info *descry_clip_info(const descry_clip *clip)
{
    return &clip->info;
}

const descry_preprocess *descry_clip_preprocess(const descry_clip *clip)
{
    static const descry_preprocess preprocess = {.width = 2, .height = 2};
    (void)clip;
    return &preprocess;
}

int descry_clip_embed_pixels(descry_clip *clip, const uint8_t *rgb, size_t n, int normalize, float *out,
                             descry_error *err)
{
    (void)normalize;
    clip->calls++;
    for (size_t i = 0; i < n; i++, rgb += 12) {
        if (rgb[9] == 1 && rgb[10] == 2 && rgb[11] == 3)
            return descry_fail(err, DESCRY_ERR_NUMERIC, "not finite");
        fake_embedding(rgb[9], rgb[10], rgb[11], out + i * FAKE_DIM);
        clip->embedded++;
        if (clip->embedded == clip->kill_after)
            kill(getpid(), SIGKILL);
    }
    return 0;
}

/* ---- captions -------------------------------------------------------------------------------------------------- */

int descry_clip_caption_check(const descry_clip *clip, const descry_generation *how, descry_error *err)
{
    (void)how;
    return clip->no_decoder ? descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: it cannot describe pictures", clip->name) : 0;
}

size_t descry_clip_caption_batch(size_t batch)
{
    return batch ? batch : 4;
}

size_t descry_clip_caption_fit(const descry_clip *clip, const descry_generation *how, size_t wanted)
{
    (void)clip, (void)how;
    return wanted;
}

int descry_clip_caption_pixels(descry_clip *clip, const uint8_t *rgb, size_t n, const descry_generation *how, size_t batch,
                               float *embeddings, descry_clip_embedded_fn embedded, descry_clip_caption_fn each, void *arg,
                               descry_error *err)
{
    (void)how, (void)batch;
    float own[64 * FAKE_DIM];
    int32_t ids[] = {1, 2};
    size_t before = clip->embedded;
    int rc = n > 64 ? DESCRY_ERR_LIMIT : descry_clip_embed_pixels(clip, rgb, n, 1, embeddings ? embeddings : own, err);
    if (!embeddings)
        clip->embedded = before;
    if (!rc && embedded)
        rc = embedded(arg, 0, n, err);
    for (size_t i = 0; i < n && !rc; i++)
        if (rgb[12 * i + 9] == 3 && rgb[12 * i + 10] == 2 && rgb[12 * i + 11] == 1)
            rc = descry_fail(err, DESCRY_ERR_NUMERIC, "no caption is finite");
    for (size_t i = 0; i < n && !rc; i++) {
        char text[64];
        const uint8_t *p = rgb + 12 * i + 9;
        snprintf(text, sizeof text, "shade %d of red, %d of green, %d of blue", p[0], p[1], p[2]);
        descry_caption caption = {text, ids, 2, 1};
        if (each(arg, i, &caption))
            return descry_fail(err, DESCRY_ERR_CANCELLED, "stopped");
        if (++clip->captioned == clip->kill_after_captions)
            kill(getpid(), SIGKILL);
    }
    return rc;
}

int descry_clip_embed_texts(descry_clip *clip, const char *const *texts, size_t n, int normalize, float *out,
                            descry_error *err)
{
    (void)normalize, (void)clip, (void)err;
    for (size_t i = 0; i < n; i++) {
        int r, g, b;
        if (sscanf(texts[i], "%d %d %d", &r, &g, &b) != 3) {
            unsigned hash = 5381;
            for (const char *letter = texts[i]; *letter; letter++)
                hash = 33 * hash + (unsigned char)*letter;
            r = (int)(hash >> 4 & 255), g = (int)(hash >> 12 & 255), b = (int)(hash >> 20 & 255);
        }
        fake_embedding(r, g, b, out + i * FAKE_DIM);
    }
    return 0;
}
