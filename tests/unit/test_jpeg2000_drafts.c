/* SPDX-License-Identifier: Apache-2.0
 * Drafts of JPEG 2000, from files that OpenJPEG makes here. */
#include "cmocka_test.h"

#include "image/preprocess.h"
#include "picture_fixture.h"

#include <openjpeg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const descry_limits limits = DESCRY_LIMITS_INIT;

typedef struct kind {
    const char *name;
    unsigned width, height, x, y; /* x, y: where it begins on the reference grid */
    unsigned tile;                /* its sides; 0: one for all */
    unsigned components, bits, halved; /* halved: of the second and third */
    unsigned resolutions;
    int lossy, jp2;
} kind;

typedef struct target {
    descry_buf *file;
    size_t at;
} target;

static OPJ_SIZE_T put(void *bytes, OPJ_SIZE_T size, void *arg)
{
    target *t = arg;
    size_t within = t->file->size - t->at < size ? t->file->size - t->at : size;
    if (within)
        memcpy(t->file->data + t->at, bytes, within);
    append(t->file, (const char *)bytes + within, size - within);
    t->at += size;
    return size;
}

static OPJ_OFF_T pass(OPJ_OFF_T count, void *arg)
{
    target *t = arg;
    t->at += (size_t)count;
    while (t->file->size < t->at)
        append(t->file, "", 1);
    return count;
}

static OPJ_BOOL seek(OPJ_OFF_T offset, void *arg)
{
    ((target *)arg)->at = (size_t)offset;
    return OPJ_TRUE;
}

/* Slopes, a disk and some noise. */
static int sample(unsigned x, unsigned y, unsigned component, const kind *k, uint32_t *seed)
{
    int dx = (int)(x - k->width / 3), dy = (int)(y - k->height / 2), r = (int)(k->height / 4);
    unsigned value = (component ? y * 200 / k->height : x * 200 / k->width) + ((*seed = *seed * 1664525 + 1013904223) >> 28);
    value = dx * dx + dy * dy < r * r ? 230 - 60 * component : value;
    return (int)(k->bits < 8 ? value >> (8 - k->bits) : value << (k->bits - 8));
}

static void fill(opj_image_t *image, const kind *k)
{
    uint32_t seed = 1;
    for (unsigned i = 0; i < k->components; i++) {
        opj_image_comp_t *c = &image->comps[i];
        for (unsigned y = 0; y < c->h; y++)
            for (unsigned x = 0; x < c->w; x++)
                c->data[y * c->w + x] = sample(x * c->dx, y * c->dy, i, k, &seed);
    }
}

static descry_buf encode(const kind *k)
{
    opj_image_cmptparm_t components[4];
    opj_cparameters_t parameters;
    descry_buf file = {0};
    target to = {&file, 0};
    unsigned x1 = k->x + k->width, y1 = k->y + k->height;
    memset(components, 0, sizeof components);
    for (unsigned i = 0; i < k->components; i++) {
        unsigned every = k->halved && i > 0 && i < 3 ? 2 : 1;
        components[i] = (opj_image_cmptparm_t){.dx = every, .dy = every, .prec = k->bits, .bpp = k->bits,
                                               .w = (x1 + every - 1) / every - (k->x + every - 1) / every,
                                               .h = (y1 + every - 1) / every - (k->y + every - 1) / every};
    }
    OPJ_COLOR_SPACE space = k->components < 3 ? OPJ_CLRSPC_GRAY : k->halved ? OPJ_CLRSPC_SYCC : OPJ_CLRSPC_SRGB;
    opj_image_t *image = opj_image_create(k->components, components, space);
    assert_non_null(image);
    image->x0 = k->x, image->y0 = k->y, image->x1 = x1, image->y1 = y1;
    fill(image, k);
    opj_set_default_encoder_parameters(&parameters);
    parameters.numresolution = (int)k->resolutions;
    parameters.irreversible = k->lossy;
    parameters.tcp_numlayers = 1;
    parameters.cp_disto_alloc = 1;
    parameters.tcp_rates[0] = k->lossy ? 12 : 0;
    parameters.tcp_mct = k->components >= 3 && !k->halved;
    if (k->tile) {
        parameters.tile_size_on = OPJ_TRUE;
        parameters.cp_tdx = parameters.cp_tdy = (int)k->tile;
    }
    opj_codec_t *codec = opj_create_compress(k->jp2 ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K);
    opj_stream_t *stream = opj_stream_default_create(OPJ_FALSE);
    assert_true(codec && stream);
    opj_stream_set_write_function(stream, put);
    opj_stream_set_skip_function(stream, pass);
    opj_stream_set_seek_function(stream, seek);
    opj_stream_set_user_data(stream, &to, NULL);
    if (!opj_setup_encoder(codec, &parameters, image) || !opj_start_compress(codec, image, stream) || !opj_encode(codec, stream) ||
        !opj_end_compress(codec, stream))
        fail_msg("%s: not made", k->name);
    opj_stream_destroy(stream);
    opj_destroy_codec(codec);
    opj_image_destroy(image);
    return file;
}

enum { EITHER = -100 }; /* so many pixels along either side */

static void draft_of(const descry_buf *file, int side, descry_picture *picture)
{
    descry_error err;
    descry_enough enough = {abs(side), abs(side), side < 0};
    check_rc(descry_picture_draft(picture, (const uint8_t *)file->data, file->size, "x", &limits, &enough, &err), &err);
}

static void drafts_are_the_least_that_is_enough(void **state)
{
    (void)state;
    static const struct {
        kind kind;
        int enough, width, height;
    } cases[] = {
        {{"eighths", 640, 480, 0, 0, 0, 3, 8, 0, 6, 1, 1}, 60, 80, 60},
        {{"quarters", 640, 480, 0, 0, 0, 3, 8, 0, 6, 1, 1}, 61, 160, 120},
        {{"halves", 640, 480, 0, 0, 0, 3, 8, 0, 6, 1, 0}, 240, 320, 240},
        {{"all", 640, 480, 0, 0, 0, 3, 8, 0, 6, 1, 0}, 241, 640, 480},
        {{"no sizes", 640, 480, 0, 0, 0, 3, 8, 0, 1, 0, 1}, 60, 640, 480},
        {{"two sizes", 640, 480, 0, 0, 0, 3, 8, 0, 2, 1, 1}, 60, 320, 240},
        {{"three sizes", 640, 480, 0, 0, 0, 3, 8, 0, 3, 0, 1}, 60, 160, 120},
        {{"four sizes", 640, 480, 0, 0, 0, 3, 8, 0, 4, 0, 1}, 60, 80, 60},
        {{"odd", 491, 487, 0, 0, 0, 3, 8, 0, 6, 0, 1}, 60, 62, 61},
        {{"offset", 491, 487, 13, 6, 0, 3, 8, 0, 6, 0, 1}, 60, 61, 61},
        {{"tiles", 500, 490, 0, 0, 100, 3, 8, 0, 6, 0, 0}, 60, 63, 62},
        {{"odd tiles, offset", 491, 487, 37, 11, 77, 3, 8, 0, 4, 1, 1}, 60, 61, 61},
        {{"halved colours", 491, 487, 0, 0, 0, 3, 8, 1, 6, 1, 1}, 60, 62, 61},
        {{"halved, offset, tiles", 491, 487, 5, 3, 128, 3, 8, 1, 6, 0, 1}, 60, 61, 61},
        {{"grey", 480, 480, 0, 0, 0, 1, 8, 0, 6, 1, 1}, 60, 60, 60},
        {{"grey of 16 bits", 480, 480, 0, 0, 0, 1, 16, 0, 6, 0, 1}, 60, 60, 60},
        {{"alpha", 480, 480, 0, 0, 0, 4, 8, 0, 6, 0, 1}, 60, 60, 60},
        {{"grey and alpha", 480, 480, 0, 0, 0, 2, 8, 0, 6, 0, 1}, 60, 60, 60},
        {{"grey of 4 bits", 480, 480, 0, 0, 0, 1, 4, 0, 6, 0, 1}, 60, 480, 480},
        {{"bilevel", 480, 480, 0, 0, 0, 1, 1, 0, 6, 0, 1}, 60, 480, 480},
        {{"tiny", 9, 7, 0, 0, 0, 3, 8, 0, 3, 0, 1}, 1, 3, 2},
        {{"a row", 900, 1, 0, 0, 1024, 1, 8, 0, 6, 0, 0}, EITHER, 113, 1},
        {{"a row that would vanish", 900, 1, 0, 1, 1024, 1, 8, 0, 6, 0, 0}, EITHER, 900, 1},
        {{"colours that would", 900, 3, 0, 4, 1024, 3, 8, 1, 6, 0, 0}, EITHER, 450, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const kind *k = &cases[i].kind;
        descry_picture whole, draft;
        descry_error err;
        descry_buf file = encode(k);
        check_rc(decode_with(&limits, file.data, file.size, &whole, &err), &err);
        draft_of(&file, cases[i].enough, &draft);
        if (draft.width != cases[i].width || draft.height != cases[i].height)
            fail_msg("%s: %d x %d", k->name, draft.width, draft.height);
        assert_true(draft.whole_width == (int)k->width && draft.whole_height == (int)k->height);
        assert_true(whole.width == (int)k->width && whole.height == (int)k->height && whole.whole_width == whole.width);
        assert_int_equal(draft.mode, whole.mode);
        descry_picture_free(&whole);
        descry_picture_free(&draft);
        descry_buf_free(&file);
    }
}

static void drafts_look_like_the_whole(void **state)
{
    (void)state;
    enum { SIDE = 30, SIZE = 3 * SIDE * SIDE };
    static const kind kinds[] = {
        {"lossy", 500, 400, 0, 0, 0, 3, 8, 0, 6, 1, 1},        {"lossless", 500, 400, 0, 0, 0, 3, 8, 0, 6, 0, 1},
        {"tiles", 500, 400, 0, 0, 77, 3, 8, 0, 5, 1, 0}, {"halved colours", 500, 400, 0, 0, 0, 3, 8, 1, 6, 1, 1},
        {"halved, offset", 500, 400, 37, 11, 100, 3, 8, 1, 6, 0, 1}, {"grey", 500, 400, 0, 0, 0, 1, 8, 0, 4, 1, 1},
        {"grey of 16 bits", 500, 400, 0, 0, 0, 1, 16, 0, 6, 0, 1}, {"grey of 12 bits", 500, 400, 0, 0, 0, 1, 12, 0, 6, 1, 1},
        {"alpha", 500, 400, 0, 0, 0, 4, 8, 0, 6, 0, 1},        {"few sizes", 500, 400, 0, 0, 0, 3, 8, 0, 2, 1, 1},
    };
    static const descry_preprocess p = {.width = SIDE, .height = SIDE, .interpolation = DESCRY_BICUBIC};
    descry_preprocess_options options = DESCRY_PREPROCESS_OPTIONS_INIT;
    options.limits = &limits;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        descry_enough enough = descry_preprocess_enough(&p);
        descry_picture whole, draft;
        descry_error err;
        uint8_t a[SIZE], b[SIZE];
        int apart = 0, contrast = 0;
        descry_buf file = encode(&kinds[i]);
        check_rc(decode_with(&limits, file.data, file.size, &whole, &err), &err);
        draft_of(&file, enough.width, &draft);
        assert_true(draft.width < whole.width && draft.width >= enough.width && draft.height >= enough.height);
        check_rc(descry_preprocess_run(&p, &options, &whole, a, &err), &err);
        check_rc(descry_preprocess_run(&p, &options, &draft, b, &err), &err);
        for (int n = 0; n < SIZE; n++) {
            apart += abs(a[n] - b[n]);
            contrast += abs(a[n] - a[SIZE - 1 - n]);
        }
        /* of the whole, halved colours are out of place by a pixel when it begins at an odd place */
        if (apart > (kinds[i].x ? 1.6 : 1.1) * SIZE || contrast < 4 * apart)
            fail_msg("%s: %g apart, of %g", kinds[i].name, (double)apart / SIZE, (double)contrast / SIZE);
        descry_picture_free(&whole);
        descry_picture_free(&draft);
        descry_buf_free(&file);
    }
}

/* Neither the limits nor what is missing are another matter. */
static void drafts_are_refused_like_the_whole(void **state)
{
    (void)state;
    static const kind k = {"x", 320, 240, 0, 0, 128, 3, 8, 0, 6, 1, 1};
    static const descry_enough enough = {20, 20, 0};
    descry_limits few = limits;
    descry_picture picture;
    descry_error err;
    descry_buf file = encode(&k);
    few.max_side = 319;
    assert_int_equal(descry_picture_draft(&picture, (const uint8_t *)file.data, file.size, "x", &few, &enough, &err), DESCRY_ERR_LIMIT);
    assert_null(picture.data);
    for (size_t size = 0; size < file.size - 2; size += 313)
        if (!descry_picture_draft(&picture, (const uint8_t *)file.data, size, "x", &limits, &enough, &err))
            fail_msg("read from %zu of %zu bytes", size, file.size);
    descry_buf_free(&file);
}

/* Where the style of the first tile begins that has one of its own; a tile may have fewer sizes than the others. */
static void the_tile_with_the_fewest_sizes_decides(void **state)
{
    (void)state;
    static const kind many = {"x", 256, 128, 0, 0, 128, 1, 8, 0, 4, 0, 0}, one = {"x", 256, 128, 0, 0, 128, 1, 8, 0, 2, 0, 0};
    static const uint8_t COD[] = {0xFF, 0x52, 0, 12}, QCD[] = {0xFF, 0x5C}, SOT[] = {0xFF, 0x90}, SOD[] = {0xFF, 0x93};
    descry_buf files[2] = {encode(&many), encode(&one)}, mixed = {0};
    descry_picture picture, whole;
    descry_error err;
    size_t style = 0, steps = 0, end = 0, tile = 0, data = 0;
    uint8_t *b = (uint8_t *)files[1].data;
    for (size_t i = 0; i + 4 < files[1].size; i++) {
        style = !style && memcmp(b + i, COD, 4) == 0 ? i : style;
        steps = !steps && memcmp(b + i, QCD, 2) == 0 ? i : steps;
        tile = memcmp(b + i, SOT, 2) == 0 ? i : tile; /* the second */
    }
    assert_true(style && steps && tile);
    end = steps + 2 + (size_t)(b[steps + 2] << 8 | b[steps + 3]);
    for (data = tile + 12; memcmp(b + data, SOD, 2) != 0;)
        data += 2 + (size_t)(b[data + 2] << 8 | b[data + 3]);
    size_t extra = 14 + end - steps, length = (size_t)(b[tile + 6] << 24 | b[tile + 7] << 16 | b[tile + 8] << 8 | b[tile + 9]);
    uint8_t *m = (uint8_t *)files[0].data;
    size_t second = 0;
    for (size_t i = 0; i + 4 < files[0].size; i++)
        second = memcmp(m + i, SOT, 2) == 0 ? i : second;
    append(&mixed, m, second); /* the one tile of many sizes, the other of few */
    append(&mixed, b + tile, 6);
    append_big(&mixed, (uint32_t)(length + extra), 4);
    append(&mixed, b + tile + 10, 2);
    append(&mixed, b + style, 14);
    append(&mixed, b + steps, end - steps);
    append(&mixed, b + data, files[1].size - data);
    check_rc(decode_with(&limits, mixed.data, mixed.size, &whole, &err), &err);
    draft_of(&files[0], 16, &picture);
    assert_int_equal(picture.width, 32);
    descry_picture_free(&picture);
    draft_of(&mixed, 16, &picture);
    assert_int_equal(picture.width, 128);
    descry_picture_free(&picture);
    descry_picture_free(&whole);
    descry_buf_free(&mixed);
    descry_buf_free(&files[0]);
    descry_buf_free(&files[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drafts_are_the_least_that_is_enough),
        cmocka_unit_test(drafts_look_like_the_whole),
        cmocka_unit_test(drafts_are_refused_like_the_whole),
        cmocka_unit_test(the_tile_with_the_fewest_sizes_decides),
    };
    return cmocka_run_group_tests_name("jpeg2000 drafts", tests, NULL, NULL);
}
