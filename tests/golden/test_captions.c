/* SPDX-License-Identifier: Apache-2.0
 * CoCa, stage by stage (the tokens of pictures and texts, the decoder's logits, the ids of captions), against open_clip's
 * results: the tiny model of openclip-golden.json, and captions.json, made by tools/goldens/make_captions.py; and mutants,
 * each of which these goldens must notice. */
#include "cmocka_test.h"

#include "formula.h"
#include "golden.h"
#include "generate/generate.h"
#include "model/coca/decoder.h"
#include "support/support.h"
#include "support/tables.h"

#include "base/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { START = 49406, END = 49407 };

static json_t *tiny_release, *tiny_head, *captions, *search, *demo;
static descry_pool *pool;

static json_t *goldens;

static int load(void **state)
{
    (void)state;
    goldens = golden_read("openclip-golden.json");
    captions = golden_read("captions.json");
    search = golden_read("search.json");
    demo = golden_read("demo-captions.json");
    if (!goldens || !captions || !search || !demo)
        return -1;
    tiny_release = json_object_get(json_object_get(goldens, "tiny_release"), "coca");
    tiny_head = json_object_get(json_object_get(goldens, "tiny_head"), "coca");
    return tiny_release && tiny_head ? descry_pool_open(&pool, 2, NULL) : -1;
}

static int unload(void **state)
{
    (void)state;
    json_decref(goldens);
    json_decref(captions);
    json_decref(search);
    json_decref(demo);
    descry_pool_close(&pool);
    return 0;
}

/* ---- a model with its pictures ------------------------------------------------------------------------------------ */

typedef struct subject {
    descry_network network;
    descry_engine engine;
    size_t pictures, dim, token_count, width;
    float *tokens;     /* [pictures, token_count, W] */
    float *embeddings; /* [pictures, dim] */
} subject;

static void subject_open(subject *s, const json_t *cfg, size_t pictures, formula_fault fault, const descry_kernels *kernels)
{
    descry_error err;
    *s = (subject){.pictures = pictures, .engine = {.kernels = kernels, .pool = pool}};
    golden_network(&s->network, "golden", cfg);
    formula_load(&s->network, DESCRY_F32, fault);
    check_rc(descry_network_prepare(&s->network, DESCRY_PART_IMAGE, &s->engine, &err), &err);
    check_rc(descry_network_prepare(&s->network, DESCRY_PART_DECODER, &s->engine, &err), &err);
    check_rc(descry_decoder_check(s->network.coca, "golden", &err), &err);
    s->dim = s->network.dim;
    s->token_count = s->network.image->tokens;
    s->width = s->network.image->token_width;
    s->tokens = malloc(pictures * s->token_count * s->width * sizeof *s->tokens);
    s->embeddings = malloc(pictures * s->dim * sizeof *s->embeddings);
    descry_pictures in = formula_pictures(&s->network, pictures, FAULT_NONE);
    check_rc(formula_encode_pictures(&s->network, &s->engine, &in, s->embeddings, s->tokens, &err), &err);
    /* the same pass without tokens gives the same embedding, to the bit */
    float *alone = malloc(pictures * s->dim * sizeof *alone);
    check_rc(formula_encode_pictures(&s->network, &s->engine, &in, alone, NULL, &err), &err);
    assert_memory_equal(alone, s->embeddings, pictures * s->dim * sizeof *alone);
    free(alone);
    free((float *)in.values);
}

static void subject_close(subject *s)
{
    descry_network_close(&s->network);
    free(s->tokens);
    free(s->embeddings);
}

/* ---- stages -------------------------------------------------------------------------------------------------------- */

static void within(const char *what, double off, double bound)
{
    print_message("%s: within %.2g\n", what, off);
    if (!(off <= bound))
        fail_msg("%s: off by %.3g, more than %.3g", what, off, bound);
}

typedef struct seen_tokens {
    float *tokens; /* of the last call */
    size_t rows, width;
} seen_tokens;

static void note_tokens(void *arg, const char *stage, const float *x, size_t rows, size_t width)
{
    seen_tokens *seen = arg;
    if (strcmp(stage, "text tokens") != 0)
        return;
    seen->tokens = realloc(seen->tokens, rows * width * sizeof *x);
    memcpy(seen->tokens, x, rows * width * sizeof *x);
    seen->rows = rows;
    seen->width = width;
}

/* The logits [n, V] after each of `n` ids about picture 0, all read at once or one after the other. */
static float *logits_of(subject *s, const int32_t *ids, size_t n, bool at_once)
{
    descry_error err;
    size_t v = s->network.text->vocab_size;
    float *logits = malloc(n * v * sizeof *logits);
    for (size_t i = at_once ? 0 : n - 1; i < n; i++) {
        descry_decoder *d;
        descry_decoder_size size = {1, at_once ? i + 1 : 1, 1, n};
        check_rc(descry_decoder_open(&d, &s->engine, s->network.coca, s->tokens, &size, &err), &err);
        check_rc(descry_decoder_begin(d, ids, logits + (at_once ? i : 0) * v, &err), &err);
        for (size_t j = 1; j < n && !at_once; j++) {
            descry_branch branch = {0, ids[j]};
            check_rc(descry_decoder_advance(d, &branch, 1, logits + j * v, &err), &err);
        }
        descry_decoder_close(&d);
    }
    return logits;
}

static void stages_of_the_tiny_model(void **state)
{
    (void)state;
    static const int32_t ids[] = {START, 320, 1125, 539, 320, 2368, END};
    for (size_t i = 0; table_at(i); i++) {
        subject s;
        seen_tokens seen = {0};
        descry_trace trace = {note_tokens, &seen};
        subject_open(&s, golden_get(tiny_release, "cfg"), 2, FORMULA_TALKATIVE, table_at(i));
        assert_int_equal(s.token_count, json_integer_value(json_array_get(golden_get(tiny_release, "image_tokens_shape"), 1)));
        within("picture tokens", golden_off(s.tokens, golden_get(tiny_release, "image_tokens_0_0")), 4e-6);
        s.engine.trace = &trace;
        float *at_once = logits_of(&s, ids, 7, true);
        assert_int_equal(seen.rows, 7);
        within("text tokens", golden_off(seen.tokens + 3 * s.width, golden_get(tiny_release, "text_tokens_0_3")), 4e-6);
        s.engine.trace = NULL;
        float *in_turn = logits_of(&s, ids, 7, false);
        size_t v = s.network.text->vocab_size;
        assert_memory_equal(at_once, in_turn, 7 * v * sizeof *at_once);
        within("logits 0", golden_off(at_once, golden_get(tiny_release, "logits_0_0_first8")), 4e-6);
        within("logits 6", golden_off(at_once + 6 * v, golden_get(tiny_release, "logits_0_6_first8")), 4e-6);
        free(at_once);
        free(in_turn);
        free(seen.tokens);
        subject_close(&s);
    }
}

static int32_t *ids_of(const json_t *array, size_t *n)
{
    *n = json_array_size(array);
    assert_true(*n > 0);
    int32_t *ids = malloc(*n * sizeof *ids);
    for (size_t i = 0; i < *n; i++)
        ids[i] = (int32_t)json_integer_value(json_array_get(array, i));
    return ids;
}

/* Logits about picture 0 after each of some ids, every step-th of them. */
static double logits_off(const float *logits, size_t v, size_t step, const json_t *expected)
{
    double worst = 0;
    float *some = malloc((v / step + 1) * sizeof *some);
    assert_true(json_array_size(expected) > 0);
    for (size_t i = 0; i < json_array_size(expected); i++) {
        for (size_t j = 0; j * step < v; j++)
            some[j] = logits[i * v + j * step];
        assert_int_equal(json_array_size(json_array_get(expected, i)), (v + step - 1) / step);
        worst = fmax(worst, golden_off(some, json_array_get(expected, i)));
    }
    free(some);
    return worst;
}

static double embeddings_off(float *x, const json_t *expected, size_t n, size_t dim)
{
    golden_normalise(x, n, dim);
    return golden_rows_off(x, expected, n, dim);
}

/* The class vector looks at the ids up to the first padding, and at that. */
static void texts_of_the_tiny_model(void **state)
{
    (void)state;
    static const int32_t texts[2][7] = {{START, 320, 1125, 539, 320, 2368, END}, {START, 3306, 1002, 256, END}};
    subject s;
    descry_error err;
    subject_open(&s, golden_get(tiny_release, "cfg"), 1, FORMULA_TALKATIVE, best_table());
    size_t length = s.network.text->context_length;
    int32_t *ids = calloc(2 * length, sizeof *ids);
    float *out = malloc(2 * s.dim * sizeof *out);
    for (size_t i = 0; i < 2; i++)
        memcpy(ids + i * length, texts[i], sizeof texts[i]);
    check_rc(formula_encode_ids(&s.network, &s.engine, ids, 2, out, &err), &err);
    within("texts", embeddings_off(out, golden_get(tiny_release, "text_features"), 2, s.dim), 2e-6);
    free(ids);
    free(out);
    subject_close(&s);
}

/* Id 0 hides the id after it from all, in the text tower. */
static void padding_amid_ids(void **state)
{
    (void)state;
    size_t n;
    const json_t *golden = golden_get(search, "padded");
    int32_t *ids = ids_of(golden_get(golden, "ids"), &n);
    subject s;
    subject_open(&s, golden_get(tiny_release, "cfg"), 1, FORMULA_TALKATIVE, best_table());
    for (int at_once = 0; at_once < 2; at_once++) {
        float *logits = logits_of(&s, ids, n, at_once);
        within("logits with padding", logits_off(logits, s.network.text->vocab_size, 5000, golden_get(golden, "logits")), 4e-6);
        free(logits);
    }
    free(ids);
    subject_close(&s);
}

/* ---- captions ------------------------------------------------------------------------------------------------------ */

static int begin(void *arg, const int32_t *prompt, float *logits, descry_error *err)
{
    return descry_decoder_begin(arg, prompt, logits, err);
}

static int advance(void *arg, const descry_branch *branches, size_t n, float *logits, descry_error *err)
{
    return descry_decoder_advance(arg, branches, n, logits, err);
}

static const descry_generation defaults = DESCRY_GENERATION_INIT;

/* Captions of pictures first .. first + n. */
static void caption(const subject *s, const descry_generation *options, size_t first, size_t n, descry_generated *out)
{
    descry_error err;
    const int32_t prompt = START;
    descry_decoder *d;
    descry_decoder_size size = {n, 1, descry_generate_beams(options), options->max_length - 1};
    check_rc(descry_generate_check(options, 1, s->network.text->context_length, s->network.text->vocab_size, &err),
             &err);
    check_rc(descry_decoder_open(&d, &s->engine, s->network.coca, s->tokens + first * s->token_count * s->width, &size,
                                 &err), &err);
    descry_logits_source source = {begin, advance, d, s->network.text->vocab_size, END, formula_text(&s->network)->pad_id,
                                   &s->engine};
    for (size_t i = 0; i < n; i++)
        out[i].ids = calloc(options->max_length, sizeof *out[i].ids);
    check_rc(descry_generate(&source, options, &prompt, 1, n, out, &err), &err);
    descry_decoder_close(&d);
}

/* The ids of `row` are those expected, up to the end token; what follows that in the golden is padding. */
static bool same(const descry_generated *got, const json_t *row)
{
    size_t n = json_array_size(row);
    for (size_t i = 0; i < got->count; i++)
        if (i >= n || json_integer_value(json_array_get(row, i)) != got->ids[i])
            return false;
    return got->count == n || (got->count < n && got->ids[got->count - 1] == END);
}

/* How many captions differ from `rows`: all at once, and each alone. */
static size_t differing(const subject *s, const descry_generation *options, const json_t *rows)
{
    size_t n = json_array_size(rows), wrong = 0;
    descry_generated *together = calloc(n, sizeof *together), one;
    assert_true(n > 0 && n <= s->pictures);
    caption(s, options, 0, n, together);
    for (size_t i = 0; i < n; i++) {
        caption(s, options, i, 1, &one);
        assert_int_equal(one.count, together[i].count);
        assert_memory_equal(one.ids, together[i].ids, one.count * sizeof *one.ids);
        assert_true(one.score == together[i].score);
        wrong += !same(&one, json_array_get(rows, i));
        free(one.ids);
        free(together[i].ids);
    }
    free(together);
    return wrong;
}

static void check_captions(const char *what, const subject *s, const descry_generation *options, const json_t *rows)
{
    size_t wrong = differing(s, options, rows);
    if (wrong)
        fail_msg("%s: %zu captions differ", what, wrong);
}

static descry_generation by(descry_decoding decode)
{
    descry_generation o = defaults;
    o.decode = decode;
    return o;
}

static void captions_of_the_tiny_model(void **state)
{
    (void)state;
    for (size_t i = 0; table_at(i); i++) {
        subject s;
        const descry_kernels *kernels = table_at(i);
        descry_generation group = by(DESCRY_DECODE_GROUP), beam = by(DESCRY_DECODE_BEAM),
                               greedy = by(DESCRY_DECODE_GREEDY), top_k = by(DESCRY_DECODE_TOP_K);
        subject_open(&s, golden_get(tiny_release, "cfg"), 2, FORMULA_TALKATIVE, kernels);
        check_captions("group", &s, &group, golden_get(tiny_release, "generate_default"));
        check_captions("beam", &s, &beam, golden_get(tiny_head, "generate_default"));
        check_captions("greedy", &s, &greedy, golden_get(tiny_release, "generate_top_k_1"));
        check_captions("top-k of 1", &s, &top_k, golden_get(tiny_release, "generate_top_k_1"));
        subject_close(&s);
        subject_open(&s, golden_get(tiny_release, "cfg"), 2, FORMULA_TALKATIVE_ENDS, kernels);
        check_captions("group, that ends", &s, &group, golden_get(tiny_release, "generate_default_eos_is_1p05_col2870"));
        check_captions("beam, that ends", &s, &beam, golden_get(tiny_head, "generate_default_eos_is_1p05_col2870"));
        subject_close(&s);
    }
}

/* ---- coca_ViT-B-32 ------------------------------------------------------------------------------------------------- */

/* By the root of the golden row's mean square: tokens in the middle of the towers are not near 1. */
static double rows_off(const float *x, size_t width, const size_t at[3], const json_t *expected)
{
    double worst = 0;
    assert_int_equal(json_array_size(expected), 3);
    for (size_t i = 0; i < 3; i++) {
        const json_t *row = json_array_get(expected, i);
        size_t n = json_array_size(row);
        double most = 0, square = 0;
        assert_true(n > 0);
        for (size_t j = 0; j < n; j++) {
            double e = json_number_value(json_array_get(row, j)), d = fabs((double)x[at[i] * width + j] - e);
            most = d > most || isnan(d) ? d : most;
            square += e * e;
        }
        worst = fmax(worst, isnan(most) ? INFINITY : most / sqrt(square / (double)n));
    }
    return worst;
}

static void check_texts(subject *s, const json_t *golden)
{
    descry_error err;
    size_t n;
    int32_t *ids = golden_ids(golden_get(golden, "ids"), s->network.text->context_length, &n);
    float *out = malloc(n * s->dim * sizeof *out);
    check_rc(formula_encode_ids(&s->network, &s->engine, ids, n, out, &err), &err);
    within("texts", embeddings_off(out, golden_get(golden, "text"), n, s->dim), 2e-6);
    free(out);

    static const size_t positions[3] = {0, 3, 6}, picture_rows[3] = {0, 100, 254};
    seen_tokens seen = {0};
    descry_trace trace = {note_tokens, &seen};
    s->engine.trace = &trace;
    float *logits = logits_of(s, ids, 7, true), *three = malloc(3 * s->network.text->vocab_size * sizeof *three);
    size_t v = s->network.text->vocab_size;
    s->engine.trace = NULL;
    for (size_t i = 0; i < 3; i++)
        memcpy(three + i * v, logits + positions[i] * v, v * sizeof *three);
    within("picture tokens", rows_off(s->tokens, s->width, picture_rows, golden_get(golden, "picture_tokens")), 5e-6);
    within("text tokens", rows_off(seen.tokens, s->width, positions, golden_get(golden, "text_tokens")), 5e-6);
    within("logits", logits_off(three, v, 1000, golden_get(golden, "logits")), 1e-5);
    free(seen.tokens);
    free(logits);
    free(three);
    free(ids);
}

static void large_coca_vit_b_32(void **state)
{
    (void)state;
    const json_t *golden = golden_get(captions, "coca_ViT-B-32");
    size_t n = json_array_size(golden_get(golden, "image"));
    subject s;
    assert_true(n >= 4);
    subject_open(&s, golden_get(golden, "cfg"), n, FORMULA_TALKATIVE, best_table());
    within("pictures", embeddings_off(s.embeddings, golden_get(golden, "image"), n, s.dim), 2e-6);
    check_texts(&s, golden);
    descry_generation group = by(DESCRY_DECODE_GROUP), beam = by(DESCRY_DECODE_BEAM),
                           greedy = by(DESCRY_DECODE_GREEDY);
    check_captions("group", &s, &group, golden_get(golden, "group"));
    check_captions("beam", &s, &beam, golden_get(golden, "beam"));
    check_captions("greedy", &s, &greedy, golden_get(golden, "greedy"));
    subject_close(&s);
}

/* ---- the bundled model --------------------------------------------------------------------------------------------- */

typedef struct demo_check {
    const char *rule;
    size_t seen, wrong;
} demo_check;

static int compare_with_demo(void *arg, const char *path, const descry_caption *caption, const descry_error *err)
{
    demo_check *check = arg;
    if (!caption)
        fail_msg("%s", err->message);
    const json_t *picture = golden_get(golden_get(demo, "captions"), strrchr(path, '/') + 1);
    descry_generated got = {(int32_t *)(uintptr_t)caption->ids, caption->count, caption->score};
    check->seen++;
    check->wrong += !same(&got, golden_get(picture, check->rule));
    return 0;
}

/* demo-captions.json belongs to certain weights. */
static void check_weights(const char *weights)
{
    char hex[DESCRY_SHA256_HEX];
    uint8_t sum[DESCRY_SHA256_SIZE];
    descry_error err;
    descry_buf bytes = whole_file(weights);
    check_rc(descry_sha256_of(bytes.data, bytes.size, sum, &err), &err);
    descry_buf_free(&bytes);
    descry_hex(sum, sizeof sum, hex);
    if (strcmp(hex, json_string_value(golden_get(demo, "weights"))) != 0)
        fail_msg("demo-captions.json belongs to other weights: python tools/goldens/make_captions.py --only demo");
}

static void large_gallery(void **state)
{
    (void)state;
    static const char *const rules[] = {"group", "beam", "greedy"};
    const char *const paths[] = {source_path("samples/gallery")};
    descry_error err;
    descry_context *ctx;
    descry_model *model;
    descry_caption_options options = DESCRY_CAPTION_OPTIONS_INIT;
    check_weights(source_path("models/demo/open_clip_model.safetensors"));
    check_rc(descry_context_open(&ctx, NULL, &err), &err);
    check_rc(descry_model_open(&model, ctx, source_path("models/demo"), NULL, &err), &err);
    assert_true(descry_model_get_info(model)->can_caption);
    for (size_t i = 0; i < 3; i++) {
        demo_check check = {.rule = rules[i]};
        descry_generation o = defaults;
        o.decode = (descry_decoding)i;
        options.generation = &o;
        check_rc(descry_caption_files(model, paths, 1, NULL, &options, compare_with_demo, &check, &err), &err);
        assert_int_equal(check.seen, 200);
        assert_int_equal(check.seen, json_object_size(golden_get(demo, "captions")));
        print_message("%s: %zu of %zu differ\n", rules[i], check.wrong, check.seen);
        assert_int_equal(check.wrong, 0);
    }
    descry_model_close(&model);
    descry_context_close(&ctx);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_of_the_tiny_model),
        cmocka_unit_test(padding_amid_ids),
        cmocka_unit_test(texts_of_the_tiny_model),
        cmocka_unit_test(captions_of_the_tiny_model),
        cmocka_unit_test(large_gallery),
        cmocka_unit_test(large_coca_vit_b_32),
    };
    if (argc == 2 && argv[1][0] == '-') /* all but these */
        cmocka_set_skip_filter(argv[1] + 1);
    else if (argc == 2) /* one of them */
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("captions", tests, load, unload);
}
