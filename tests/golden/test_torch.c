/* SPDX-License-Identifier: Apache-2.0
 * Models of which torch saved the weights: what they compute is what those of .safetensors do, to the bit. */
#include "cmocka_test.h"

#include "formula.h"
#include "golden.h"
#include "support/support.h"
#include "support/tables.h"
#include "unit/torch_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PICTURES = 2, MOST = 4096 };

static json_t *goldens;
static descry_pool *pool;

static int load(void **state)
{
    (void)state;
    goldens = golden_read("openclip-golden.json");
    return goldens && descry_pool_open(&pool, 2, NULL) == 0 ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    json_decref(goldens);
    descry_pool_close(&pool);
    return 0;
}

/* All embeddings of the model with these weights. */
static size_t embed(const char *name, const json_t *golden, const char *weights, float out[MOST])
{
    descry_error err;
    descry_network network;
    golden_network(&network, name, golden_get(golden, "cfg"));
    check_rc(descry_network_load(&network, weights, NULL, &err), &err);
    const descry_engine engine = {.kernels = best_table(), .pool = pool};
    descry_pictures pictures = formula_pictures(&network, PICTURES, FAULT_NONE);
    size_t size = 2 * PICTURES * network.dim, length = network.text->context_length;
    int32_t *ids = calloc(PICTURES * length, sizeof *ids);
    assert_true(ids && size <= MOST);
    for (size_t i = 0; i < PICTURES * length; i++)
        ids[i] = (int32_t)(1 + i % 7);
    check_rc(descry_network_prepare(&network, DESCRY_PART_IMAGE, &engine, &err), &err);
    check_rc(descry_network_prepare(&network, DESCRY_PART_TEXT, &engine, &err), &err);
    check_rc(formula_encode_pictures(&network, &engine, &pictures, out, NULL, &err), &err);
    check_rc(formula_encode_ids(&network, &engine, ids, PICTURES, out + size / 2, &err), &err);
    free(ids);
    free((float *)pictures.values);
    descry_network_close(&network);
    return size;
}

/* The same tensors in a file of torch's. */
static void convert(const char *from, const char *to, const char *prefix, bool nested)
{
    descry_tensors tensors;
    descry_error err;
    descry_buf file = {0};
    check_rc(descry_tensors_open(&tensors, from, &err), &err);
    torch_file(&file, &tensors, prefix, nested);
    write_file(to, file.data, file.size);
    descry_tensors_close(&tensors);
    descry_buf_free(&file);
}

static void embeddings_are_the_same_to_the_bit(void **state)
{
    (void)state;
    static const char *const models[] = {"vit-gelu", "ls-mlpratio", "coca"};
    static const char *const prefixes[] = {"", "module."};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        for (int dtype = DESCRY_F32; dtype < DESCRY_DTYPE_COUNT; dtype++)
            for (int nested = 0; nested < 2; nested++) {
                float expected[MOST], got[MOST];
                descry_network network;
                const json_t *golden = golden_tiny(goldens, models[i]);
                golden_network(&network, models[i], golden_get(golden, "cfg"));
                char *weights = formula_file(&network, (descry_dtype)dtype, FAULT_NONE), folder[FOLDER_SIZE], path[128];
                descry_network_close(&network);
                assert_int_equal(make_folder(folder), 0);
                snprintf(path, sizeof path, "%s/open_clip_pytorch_model.bin", folder);
                convert(weights, path, prefixes[nested], nested);
                size_t size = embed(models[i], golden, weights, expected);
                assert_int_equal(embed(models[i], golden, path, got), size);
                assert_memory_equal(got, expected, size * sizeof *got);
                unlink(weights);
                free(weights);
                assert_int_equal(remove_folder(folder), 0);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(embeddings_are_the_same_to_the_bit),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
