/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/patches.h"

descry_pictures descry_pictures_part(const descry_pictures *all, size_t first, size_t n)
{
    descry_pictures part = *all;
    size_t skip = first * all->width * all->height * 3;
    part.n = n;
    part.rgb = all->rgb ? all->rgb + skip : NULL;
    part.values = all->rgb ? NULL : all->values + skip;
    return part;
}

void descry_load_patch_conv(descry_loader *l, descry_patch_conv *conv, const char *prefix, const char *name,
                            size_t out_width, const float *bias)
{
    size_t patch = 3 * conv->height * conv->width;
    const descry_tensor *t = conv->pixels
                                 ? descry_load_shaped(l, prefix, name, 2, out_width, patch)
                                 : descry_load_shaped(l, prefix, name, 4, out_width, (size_t)3, conv->height, conv->width);
    descry_load_rows(l, &conv->linear, t, 0, out_width, patch, bias);
}

size_t descry_patches_of(const descry_patch_conv *conv, size_t width, size_t height)
{
    return (width / conv->width) * (height / conv->height);
}

typedef struct cut_job {
    const descry_pictures *pictures;
    float *patches;
    size_t pw, ph;       /* pixels */
    size_t across, down; /* patches */
} cut_job;

static void cut_pixels(void *arg, size_t index, unsigned worker)
{
    (void)worker;
    const cut_job *job = arg;
    const descry_pictures *in = job->pictures;
    size_t pw = job->pw, ph = job->ph, w = in->width, top = index % job->down * ph, picture = index / job->down;
    float *out = job->patches + index * job->across * 3 * ph * pw;
    for (size_t p = 0; p < job->across; p++)
        for (size_t y = top; y < top + ph; y++)
            for (size_t x = p * pw; x < (p + 1) * pw; x++)
                for (size_t c = 0; c < 3; c++)
                    *out++ = in->rgb ? in->levels[c][in->rgb[((picture * in->height + y) * w + x) * 3 + c]]
                                     : in->values[((picture * 3 + c) * in->height + y) * w + x];
}

static void cut_channels(void *arg, size_t index, unsigned worker)
{
    (void)worker;
    const cut_job *job = arg;
    const descry_pictures *in = job->pictures;
    size_t pw = job->pw, ph = job->ph, w = in->width, top = index % job->down * ph, picture = index / job->down;
    float *out = job->patches + index * job->across * 3 * ph * pw;
    for (size_t p = 0; p < job->across; p++)
        for (size_t c = 0; c < 3; c++)
            for (size_t y = 0; y < ph; y++) {
                if (in->rgb) {
                    const uint8_t *from = in->rgb + ((picture * in->height + top + y) * w + p * pw) * 3 + c;
                    for (size_t x = 0; x < pw; x++)
                        *out++ = in->levels[c][from[3 * x]];
                } else {
                    const float *from = in->values + ((picture * 3 + c) * in->height + top + y) * w + p * pw;
                    for (size_t x = 0; x < pw; x++)
                        *out++ = from[x];
                }
            }
}

void descry_run_patch_conv(const descry_engine *engine, const descry_patch_conv *conv, const descry_pictures *pictures,
                           float *room, float *out)
{
    cut_job job = {pictures, room, conv->width, conv->height, pictures->width / conv->width,
                   pictures->height / conv->height};
    descry_pool_run(engine->pool, pictures->n * job.down, conv->pixels ? cut_pixels : cut_channels, &job);
    descry_multiply(engine, &conv->linear, room, pictures->n * job.across * job.down, out);
}
