/* SPDX-License-Identifier: Apache-2.0
 * Encoded pictures in memory, with the demo model: whatever the functions for files say of a file, these say of its bytes. */
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIM = 512, PIXELS = 3 * 512 * 512, GARBAGE = 0xa5, TEXT = 1000 };

typedef struct world {
    char folder[FOLDER_SIZE], path[FOLDER_SIZE + 32]; /* of a file that the tests write */
    size_t dim, pixels;
    descry_context *ctx;
    descry_model *model;
} world;

/* JPEG and PNG, of all kinds: upright or not, grey, with transparency, palettes. */
static const char *const pictures[] = {
    "samples/gallery/0001.jpg",          "samples/gallery/0100.jpg",         "tests/data/pictures/turned6.jpg",
    "tests/data/pictures/grey.jpg",      "tests/data/pictures/cmyk.jpg",     "tests/data/pictures/progressive.jpg",
    "tests/data/pictures/grey-alpha.png", "tests/data/pictures/palette4.png", "tests/data/pictures/rgba16.png"};

enum { PICTURES = sizeof pictures / sizeof *pictures };

static int open_world(void **state)
{
    static world w;
    descry_error err;
    assert_int_equal(make_folder(w.folder), 0);
    snprintf(w.path, sizeof w.path, "%s/picture.jpg", w.folder);
    check_rc(descry_context_open(&w.ctx, NULL, &err), &err);
    check_rc(descry_model_open(&w.model, w.ctx, source_path("models/demo"), NULL, &err), &err);
    const descry_model_info *info = descry_model_get_info(w.model);
    w.dim = (size_t)info->dim;
    w.pixels = 3 * (size_t)info->image_width * (size_t)info->image_height;
    assert_true(w.dim <= DIM && w.pixels <= PIXELS);
    *state = &w;
    return 0;
}

static int close_world(void **state)
{
    world *w = *state;
    descry_model_close(&w->model);
    descry_context_close(&w->ctx);
    return remove_folder(w->folder);
}

/* A file's bytes at an odd address and with nothing behind them that may be read. */
typedef struct bytes {
    uint8_t *memory, *data;
    size_t size;
} bytes;

static bytes bytes_of(const void *data, size_t size)
{
    bytes b = {.memory = malloc(size + 1), .size = size};
    assert_non_null(b.memory);
    b.data = b.memory + 1;
    if (size > 0)
        memcpy(b.data, data, size);
    return b;
}

static bytes load(const char *name)
{
    descry_buf file = whole_file(source_path("%s", name));
    bytes b = bytes_of(file.data, file.size);
    descry_buf_free(&file);
    return b;
}

static void drop(bytes *b)
{
    free(b->memory);
    *b = (bytes){0};
}

typedef struct told {
    int calls, stop;
    char path[200]; /* "-": none */
    char text[TEXT];
    int32_t ids[100];
    size_t count;
    double score;
    descry_error err;
} told;

static int on_caption(void *arg, const char *path, const descry_caption *caption, const descry_error *err)
{
    told *t = arg;
    t->calls++;
    snprintf(t->path, sizeof t->path, "%s", path ? path : "-");
    if (caption) {
        assert_null(err);
        assert_true(caption->count <= sizeof t->ids / sizeof *t->ids);
        snprintf(t->text, TEXT, "%s", caption->text);
        memcpy(t->ids, caption->ids, caption->count * sizeof *t->ids);
        t->count = caption->count;
        t->score = caption->score;
    } else
        t->err = *err;
    return t->stop;
}

/* ---- the same -------------------------------------------------------------------------------------------------------- */

static void pixels_and_embeddings_are_those_of_the_file(void **state)
{
    const world *w = *state;
    static uint8_t rgb[2][PIXELS];
    float vectors[2][DIM];
    descry_error err;
    descry_preprocess_options reference = DESCRY_PREPROCESS_OPTIONS_INIT, pillow = DESCRY_PREPROCESS_OPTIONS_INIT;
    reference.reference = 1;
    pillow.pillow = 12;
    const descry_preprocess_options *const options[] = {NULL, &reference, &pillow};
    for (int i = 0; i < PICTURES; i++) {
        const char *path = source_path("%s", pictures[i]);
        bytes b = load(pictures[i]);
        for (int how = 0; how < 3; how++) {
            memset(rgb, how, sizeof rgb);
            check_rc(descry_preprocess_file(w->model, path, options[how], rgb[0], &err), &err);
            check_rc(descry_preprocess_memory(w->model, b.data, b.size, "x", options[how], rgb[1], &err), &err);
            assert_memory_equal(rgb[0], rgb[1], sizeof rgb[0]);
            for (int normalize = 0; normalize < 2; normalize++) {
                check_rc(descry_embed_file(w->model, path, options[how], normalize, vectors[0], &err), &err);
                check_rc(descry_embed_memory(w->model, b.data, b.size, NULL, options[how], normalize, vectors[1], NULL), &err);
                assert_memory_equal(vectors[0], vectors[1], w->dim * sizeof(float));
            }
        }
        drop(&b);
    }
}

static void captions_are_those_of_the_file(void **state)
{
    const world *w = *state;
    descry_error err;
    descry_generation greedy = DESCRY_GENERATION_INIT, drawn = DESCRY_GENERATION_INIT;
    greedy.decode = DESCRY_DECODE_GREEDY;
    drawn.decode = DESCRY_DECODE_TOP_K;
    drawn.top_k = 20;
    drawn.seed = 7;
    const descry_generation *const ways[] = {NULL, &greedy, &drawn};
    for (int i = 0; i < PICTURES; i++) {
        const char *path = source_path("%s", pictures[i]);
        bytes b = load(pictures[i]);
        for (int way = 0; way < 3; way++) {
            told of_file = {0}, of_memory = {0};
            descry_caption_options options = DESCRY_CAPTION_OPTIONS_INIT;
            options.generation = ways[way];
            check_rc(descry_caption_files(w->model, &path, 1, NULL, &options, on_caption, &of_file, &err), &err);
            check_rc(descry_caption_memory(w->model, b.data, b.size, path, NULL, ways[way], on_caption, &of_memory, &err), &err);
            assert_true(of_file.calls == 1 && of_file.count > 2);
            assert_memory_equal(&of_file, &of_memory, offsetof(told, err));
        }
        drop(&b);
    }
}

/* ---- what goes wrong ------------------------------------------------------------------------------------------------ */

/* Of bytes that may be no picture: the file's code and message, with a name in place of its path; wanted 0: whatever it is. */
static void assert_as_the_file(const world *w, const bytes *b, const descry_preprocess_options *options, int wanted)
{
    static uint8_t rgb[2][PIXELS];
    float vector[DIM];
    descry_error of_file = {0}, err = {0};
    told t = {0};
    write_file(w->path, b->data, b->size);
    int rc = descry_preprocess_file(w->model, w->path, options, rgb[0], &of_file);
    assert_int_equal(descry_preprocess_memory(w->model, b->data, b->size, w->path, options, rgb[1], &err), rc);
    if (wanted)
        assert_int_equal(rc, wanted);
    if (!rc) {
        assert_memory_equal(rgb[0], rgb[1], w->pixels);
        return;
    }
    if (rc != DESCRY_ERR_LIMIT) /* which need not read the file to know its size */
        assert_string_equal(err.message, of_file.message);
    assert_int_equal(err.code, rc);
    assert_int_equal(descry_embed_memory(w->model, b->data, b->size, "upload 17", options, 1, vector, &err), rc);
    assert_memory_equal(err.message, "upload 17: ", 11);
    assert_int_equal(descry_caption_memory(w->model, b->data, b->size, NULL, options, NULL, on_caption, &t, &err), rc);
    assert_memory_equal(err.message, "picture: ", 9);
    assert_int_equal(t.calls, 0);
    assert_int_equal(descry_preprocess_memory(w->model, b->data, b->size, NULL, options, rgb[1], NULL), rc);
}

static void no_pictures_are_refused_by_name(void **state)
{
    const world *w = *state;
    bytes none = bytes_of(NULL, 0), text = bytes_of("not a picture at all", 20), nulls = bytes_of((char[300]){0}, 300);
    assert_as_the_file(w, &none, NULL, DESCRY_ERR_FORMAT);
    assert_as_the_file(w, &text, NULL, DESCRY_ERR_UNSUPPORTED);
    assert_as_the_file(w, &nulls, NULL, DESCRY_ERR_UNSUPPORTED);
    descry_error err;
    static uint8_t rgb[PIXELS];
    assert_int_equal(descry_preprocess_memory(w->model, NULL, 0, NULL, NULL, rgb, &err), DESCRY_ERR_FORMAT);
    drop(&none);
    drop(&text);
    drop(&nulls);
}

static void what_is_cut_off_is_as_the_file(void **state)
{
    const world *w = *state;
    bytes whole = load(pictures[0]);
    int refused = 0;
    for (size_t i = 0; i < 40; i++) {
        bytes part = bytes_of(whole.data, i < 20 ? i : whole.size * i / 40);
        assert_as_the_file(w, &part, NULL, 0);
        static uint8_t rgb[PIXELS];
        refused += descry_preprocess_memory(w->model, part.data, part.size, NULL, NULL, rgb, NULL) != 0;
        drop(&part);
    }
    assert_in_range(refused, 20, 40);
    drop(&whole);
}

static void limits_are_kept(void **state)
{
    const world *w = *state;
    bytes b = load(pictures[0]);
    descry_limits limits = DESCRY_LIMITS_INIT;
    descry_preprocess_options options = DESCRY_PREPROCESS_OPTIONS_INIT;
    options.limits = &limits;
    limits.max_bytes = b.size;
    static uint8_t rgb[PIXELS];
    assert_int_equal(descry_preprocess_memory(w->model, b.data, b.size, NULL, &options, rgb, NULL), 0);
    limits.max_bytes = b.size - 1;
    assert_as_the_file(w, &b, &options, DESCRY_ERR_LIMIT);
    limits.max_bytes = b.size;
    limits.max_side = 8;
    assert_as_the_file(w, &b, &options, DESCRY_ERR_LIMIT);
    limits.max_side = 65500;
    limits.max_pixels = 100;
    assert_as_the_file(w, &b, &options, DESCRY_ERR_LIMIT);
    drop(&b);
}

static void options_go_by_their_size(void **state)
{
    const world *w = *state;
    static uint8_t plain[PIXELS], rgb[PIXELS];
    float vector[DIM];
    told t = {0};
    descry_error err;
    bytes b = load(pictures[0]);
    check_rc(descry_preprocess_memory(w->model, b.data, b.size, NULL, NULL, plain, &err), &err);
    descry_preprocess_options options;
    memset(&options, GARBAGE, sizeof options);
    options.size = offsetof(descry_preprocess_options, limits); /* an older caller's */
    options.reference = 0;
    options.pillow = 13;
    check_rc(descry_preprocess_memory(w->model, b.data, b.size, NULL, &options, rgb, &err), &err);
    assert_memory_equal(rgb, plain, w->pixels);
    static const size_t odd[] = {0, 1, sizeof(size_t), sizeof(size_t) + 4, SIZE_MAX};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        descry_generation generation = DESCRY_GENERATION_INIT;
        options.size = generation.size = odd[i];
        assert_int_equal(descry_preprocess_memory(w->model, b.data, b.size, NULL, &options, rgb, &err), DESCRY_ERR_ARGUMENT);
        assert_int_equal(descry_embed_memory(w->model, b.data, b.size, NULL, &options, 1, vector, &err), DESCRY_ERR_ARGUMENT);
        assert_int_equal(descry_caption_memory(w->model, b.data, b.size, NULL, &options, NULL, on_caption, &t, &err),
                         DESCRY_ERR_ARGUMENT);
        assert_int_equal(descry_caption_memory(w->model, b.data, b.size, NULL, NULL, &generation, on_caption, &t, &err),
                         DESCRY_ERR_ARGUMENT);
    }
    descry_generation generation = DESCRY_GENERATION_INIT;
    generation.beams = 7; /* of which 3 groups cannot be made */
    assert_int_equal(descry_caption_memory(w->model, b.data, b.size, NULL, NULL, &generation, on_caption, &t, &err),
                     DESCRY_ERR_ARGUMENT);
    assert_int_equal(t.calls, 0);
    drop(&b);
}

static void the_caption_s_path_is_the_name(void **state)
{
    const world *w = *state;
    descry_error err;
    told t = {0};
    bytes b = load(pictures[0]);
    check_rc(descry_caption_memory(w->model, b.data, b.size, "upload 17", NULL, NULL, on_caption, &t, &err), &err);
    assert_string_equal(t.path, "upload 17");
    check_rc(descry_caption_memory(w->model, b.data, b.size, NULL, NULL, NULL, on_caption, &t, &err), &err);
    assert_string_equal(t.path, "-"); /* none */
    assert_int_equal(t.calls, 2);
    t.stop = 1;
    assert_int_equal(descry_caption_memory(w->model, b.data, b.size, NULL, NULL, NULL, on_caption, &t, &err), DESCRY_ERR_CANCELLED);
    assert_int_equal(t.calls, 3);
    drop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixels_and_embeddings_are_those_of_the_file),
        cmocka_unit_test(captions_are_those_of_the_file),
        cmocka_unit_test(no_pictures_are_refused_by_name),
        cmocka_unit_test(what_is_cut_off_is_as_the_file),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(options_go_by_their_size),
        cmocka_unit_test(the_caption_s_path_is_the_name),
    };
    return cmocka_run_group_tests_name("memory", tests, open_world, close_world);
}
