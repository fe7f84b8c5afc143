/* SPDX-License-Identifier: Apache-2.0
 * One scene in every format and kind, lying in eight ways (tests/data/formats, made by tools/goldens/make_scenes.py with
 * other people's encoders): the demo model sees the same in all of them, and they are all the same way up. */
#include "cmocka_test.h"

#include "descry.h"
#include "golden.h"
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 96, PIXELS = SIDE * SIDE * 3 };

/* Mean difference of samples: what compression does, and what another orientation does. */
static const double SAME = 8, OTHER = 25;

static descry_context *ctx;
static descry_model *model;
static const descry_model_info *info;

static const char *path_of(const char *name)
{
    return source_path("tests/data/formats/%s", name);
}

static void see(const char *name, int reference, uint8_t *rgb, float *embedding)
{
    descry_preprocess_options options = DESCRY_PREPROCESS_OPTIONS_INIT;
    descry_error err;
    options.reference = reference;
    if (descry_preprocess_file(model, path_of(name), &options, rgb, &err) ||
        (embedding && descry_embed_pixels(model, rgb, 1, 1, embedding, &err)))
        fail_msg("%s", err.message);
}

static double difference(const uint8_t *a, const uint8_t *b)
{
    double sum = 0;
    for (int i = 0; i < PIXELS; i++)
        sum += abs(a[i] - b[i]);
    return sum / PIXELS;
}

static int compare(const char *name, const char *like, double wanted)
{
    static uint8_t other[PIXELS];
    static float *b;
    static char seen[64]; /* what the two are of */
    uint8_t rgb[PIXELS];
    float *a = calloc((size_t)info->dim, sizeof *a);
    double cosine = 0;
    see(name, 0, rgb, a);
    if (strcmp(seen, like) != 0) {
        b = b ? b : calloc((size_t)info->dim, sizeof *b);
        see(like, 0, other, b);
        snprintf(seen, sizeof seen, "%s", like);
    }
    for (int i = 0; i < info->dim; i++)
        cosine += (double)a[i] * b[i];
    free(a);
    double pixels = difference(rgb, other);
    if (cosine >= wanted && pixels <= SAME)
        return 0;
    print_error("%s: cosine %.5f (at least %.4f), pixels differ by %.2f (at most %.0f)\n", name, cosine, wanted, pixels, SAME);
    return 1;
}

static void every_format_shows_the_same_scene(void **state)
{
    (void)state;
    json_t *matrix = json_load_file(path_of("matrix.json"), 0, NULL), *row;
    const char *name;
    int wrong = 0;
    assert_true(json_object_size(matrix) >= 100);
    json_object_foreach(matrix, name, row)
    {
        double wanted = json_real_value(json_object_get(row, "cosine"));
        assert_true(wanted >= 0.98);
        wrong += compare(name, json_string_value(json_object_get(row, "like")), wanted);
    }
    json_decref(matrix);
    assert_int_equal(wrong, 0);
}

/* Otherwise the test above would not notice a picture that lies on its side. */
static void orientations_can_be_told_apart(void **state)
{
    (void)state;
    uint8_t upright[PIXELS], stored[PIXELS];
    see("scene.png", 0, upright, NULL);
    for (int o = 2; o <= 8; o++) {
        char name[32];
        snprintf(name, sizeof name, "turned%d.jpg", o);
        see(name, 1, stored, NULL);
        assert_true(difference(upright, stored) > OTHER);
    }
}

static void wide_scans_do_not_turn_white(void **state)
{
    (void)state;
    static const char *const scans[] = {"grey16.png", "grey16.tif", "grey16.pgm"};
    for (size_t i = 0; i < sizeof scans / sizeof *scans; i++) {
        uint8_t rgb[PIXELS], reference[PIXELS];
        unsigned white = 0, clipped = 0;
        see(scans[i], 0, rgb, NULL);
        see(scans[i], 1, reference, NULL);
        for (int k = 0; k < PIXELS; k++) {
            white += rgb[k] == 255;
            clipped += reference[k] == 255;
        }
        assert_true(white < PIXELS / 20);
        assert_true(clipped > PIXELS * 9 / 10); /* as open_clip has it */
    }
}

int main(void)
{
    descry_error err;
    if (descry_context_open(&ctx, NULL, &err) || descry_model_open(&model, ctx, source_path("models/demo"), NULL, &err)) {
        print_error("%s\n", err.message);
        return 1;
    }
    info = descry_model_get_info(model);
    if (info->image_width != SIDE || info->image_height != SIDE) {
        print_error("the demo model takes other pictures than this test\n");
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_shows_the_same_scene),
        cmocka_unit_test(orientations_can_be_told_apart),
        cmocka_unit_test(wide_scans_do_not_turn_white),
    };
    int failed = cmocka_run_group_tests_name("formats", tests, NULL, NULL);
    descry_model_close(&model);
    descry_context_close(&ctx);
    return failed;
}
