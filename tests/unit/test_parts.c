/* SPDX-License-Identifier: Apache-2.0
 * Parts of pictures, embedded and looked for. */
#include "thumbs_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static descry_buf ppm_of(const descry_picture *p, int left, int top, int right, int bottom)
{
    descry_buf out = {0};
    descry_error err;
    check_rc(descry_buf_printf(&out, &err, "P6\n%d %d\n255\n", right - left, bottom - top), &err);
    for (int y = top; y < bottom; y++)
        check_rc(descry_buf_append(&out, p->data + 3 * (y * p->width + left), 3 * (size_t)(right - left), &err), &err);
    return out;
}

static void a_part_is_as_a_file_of_its_own(void **state)
{
    world *w = *state;
    const descry_model_info *info = descry_model_get_info(w->model);
    const descry_limits limits = DESCRY_LIMITS_INIT;
    const descry_region part = {32 / 128.0, 24 / 96.0, 112 / 128.0, 72 / 96.0};
    const char *path = source_path("tests/data/formats/scene.png");
    size_t pixels = 3 * (size_t)info->image_width * (size_t)info->image_height, dim = (size_t)info->dim;
    uint8_t *rgb[3];
    float *vectors[3];
    descry_picture whole;
    descry_preprocess_options options = DESCRY_PREPROCESS_OPTIONS_INIT;
    options.region = &part;
    check_rc(load_picture(&whole, path, &limits, &w->err), &w->err);
    assert_int_equal(whole.mode, DESCRY_MODE_RGB);
    descry_buf cut = ppm_of(&whole, 32, 24, 112, 72), file = whole_file(path);
    for (int i = 0; i < 3; i++) {
        rgb[i] = malloc(pixels);
        vectors[i] = malloc(dim * sizeof(float));
        assert_true(rgb[i] && vectors[i]);
    }
    descry_model *m = w->model;
    check_rc(descry_preprocess_memory(m, cut.data, cut.size, NULL, NULL, rgb[0], &w->err), &w->err);
    check_rc(descry_preprocess_file(m, path, &options, rgb[1], &w->err), &w->err);
    check_rc(descry_preprocess_memory(m, file.data, file.size, NULL, &options, rgb[2], &w->err), &w->err);
    check_rc(descry_embed_memory(m, cut.data, cut.size, NULL, NULL, 1, vectors[0], &w->err), &w->err);
    check_rc(descry_embed_file(m, path, &options, 1, vectors[1], &w->err), &w->err);
    check_rc(descry_embed_memory(m, file.data, file.size, NULL, &options, 1, vectors[2], &w->err), &w->err);
    for (int i = 1; i < 3; i++) {
        assert_memory_equal(rgb[i], rgb[0], pixels);
        assert_memory_equal(vectors[i], vectors[0], dim * sizeof(float));
    }
    check_rc(descry_embed_file(m, path, NULL, 1, vectors[1], &w->err), &w->err);
    assert_memory_not_equal(vectors[1], vectors[0], dim * sizeof(float));

    const descry_region bad = {0.5, 0, 0.5, 1};
    options.region = &bad;
    assert_int_equal(descry_embed_file(m, path, &options, 1, vectors[1], &w->err), DESCRY_ERR_ARGUMENT);
    options.region = &part; /* of many */
    descry_index_options index = DESCRY_INDEX_OPTIONS_INIT;
    descry_search_options search = DESCRY_SEARCH_OPTIONS_INIT;
    index.preprocess = search.preprocess = &options;
    assert_int_equal(descry_index(w->library, m, &path, 1, &index, NULL, &w->err), DESCRY_ERR_ARGUMENT);
    add(w, "formats/scene.png");
    assert_int_equal(search_each(w->library, m, "a cat", &search, NULL, NULL, &w->err), DESCRY_ERR_ARGUMENT);
    for (int i = 0; i < 3; i++) {
        free(rgb[i]);
        free(vectors[i]);
    }
    descry_buf_free(&cut);
    descry_buf_free(&file);
    descry_picture_free(&whole);
}

static int see_score(void *arg, const descry_match *match)
{
    *(float *)arg = match->score;
    return 1;
}

/* By id, as its embedding finds it. */
static void a_part_is_looked_for(void **state)
{
    world *w = *state;
    const descry_region part = {0.25, 0.25, 0.875, 0.75};
    descry_preprocess_options options = DESCRY_PREPROCESS_OPTIONS_INIT;
    float vector[4096], by_part = 0, by_vector = 0;
    descry_results *results;
    const descry_match *match;
    add(w, "formats/turned6.png");
    add(w, "large.jpg");
    options.region = &part;
    assert_true(descry_model_get_info(w->model)->dim <= 4096);
    check_rc(search_each(w->library, w->model, "#1[0.25,.25,0.875,0.75]", NULL, see_score, &by_part, &w->err), &w->err);
    check_rc(descry_embed_file(w->model, in("turned6.png"), &options, 1, vector, &w->err), &w->err);
    check_rc(descry_search_vector(&results, w->library, w->model, vector, (size_t)descry_model_get_info(w->model)->dim, NULL,
                                  &w->err), &w->err);
    while (descry_results_next(results, &match, &w->err) == 1)
        by_vector = match->id == 2 ? match->score : by_vector;
    descry_results_close(&results);
    assert_true(by_part != 0 && by_part == by_vector);
    assert_int_equal(search_each(w->library, NULL, "#1[0.25,.25,0.875,0.75]", NULL, NULL, NULL, &w->err), DESCRY_ERR_ARGUMENT);
    assert_int_equal(unlink(in("turned6.png")), 0);
    assert_int_equal(search_each(w->library, w->model, "#1[0.25,.25,0.875,0.75]", NULL, NULL, NULL, &w->err), DESCRY_ERR_NOT_FOUND);
    check_rc(search_each(w->library, w->model, "#1", NULL, NULL, NULL, &w->err), &w->err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_part_is_as_a_file_of_its_own),
        TEST(a_part_is_looked_for),
    };
    return cmocka_run_group_tests_name("parts", tests, NULL, NULL);
}
