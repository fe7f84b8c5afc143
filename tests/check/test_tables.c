/* SPDX-License-Identifier: Apache-2.0
 * What a table of kernels is made of: which sets, for which features of a processor, and one product by itself. */
#include "cmocka_test.h"

#include "kern/linear.h"
#include "kern/tables.h"
#include "support/tables.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* ---- sets ------------------------------------------------------------------------------------------------------------ */

/* What the compiler may use of a processor in each set's file (kern/meson.build, with what the flags imply). */
static const struct {
    const char *set;
    uint32_t needs[8];
} NEEDS[] = {
    {"portable", {0}},
    {"avx2", {DESCRY_CPU_AVX2, DESCRY_CPU_FMA, DESCRY_CPU_F16C}},
    {"avx512",
     {DESCRY_CPU_AVX2, DESCRY_CPU_FMA, DESCRY_CPU_F16C, DESCRY_CPU_AVX512F, DESCRY_CPU_AVX512BW, DESCRY_CPU_AVX512DQ,
      DESCRY_CPU_AVX512VL}},
    {"neon", {DESCRY_CPU_NEON}},
};

static size_t entries_of(const descry_kernels *table, const descry_kernels *set)
{
    size_t n = 0;
    for (int type = 0; type < DESCRY_DTYPE_COUNT; type++) {
        n += table->gemm[type].run == set->gemm[type].run;
        n += table->dot[type] == set->dot[type];
    }
    return n + (table->attention == set->attention) + (table->lookup == set->lookup) + (table->log_sum == set->log_sum) +
           (table->layer_norm == set->layer_norm) + (table->activate == set->activate) + (table->weigh == set->weigh);
}

enum { ENTRIES = 2 * DESCRY_DTYPE_COUNT + 6 };
_Static_assert(sizeof(descry_kernels) == sizeof(char *) + DESCRY_DTYPE_COUNT * sizeof(descry_product) +
                                             (ENTRIES - DESCRY_DTYPE_COUNT) * sizeof(void (*)(void)), "one that is not counted");

/* Tables are only looked at here, so that it does not matter what this machine has. */
static void a_set_is_used_only_where_all_that_it_needs_is_there(void **state)
{
    (void)state;
    const descry_kernel_set *set;
    descry_kernels table;
    for (size_t i = 0; (set = descry_kernel_set_at(i)); i++) {
        size_t at = 0;
        while (at < sizeof NEEDS / sizeof *NEEDS && strcmp(NEEDS[at].set, set->name) != 0)
            at++;
        if (at == sizeof NEEDS / sizeof *NEEDS)
            fail_msg("%s: unknown to this test", set->name);
        uint32_t all = 0;
        for (size_t j = 0; j < 8; j++)
            all |= NEEDS[at].needs[j];
        descry_kernels_fill(&table, all);
        assert_string_equal(table.name, set->name);
        assert_int_equal(entries_of(&table, set->entries), ENTRIES);
        for (size_t j = 0; j < 8 && NEEDS[at].needs[j]; j++) {
            descry_kernels_fill(&table, ~NEEDS[at].needs[j]);
            if (entries_of(&table, set->entries) > 0 || strcmp(table.name, set->name) == 0)
                fail_msg("%s is used without 0x%x", set->name, NEEDS[at].needs[j]);
        }
    }
}

static void tables(void **state)
{
    (void)state;
    size_t n = 0;
    for (; table_at(n); n++) {
        print_message("  %s\n", table_at(n)->name);
        for (int type = 0; type < DESCRY_DTYPE_COUNT; type++) {
            const descry_product *product = &table_at(n)->gemm[type];
            assert_int_equal(product->a_type, DESCRY_F32); /* all that there is yet, and that linear.c gives */
            assert_true(product->lanes > 0 && product->lanes <= DESCRY_MAX_LANES && product->panel % product->lanes == 0);
        }
    }
    assert_string_equal(table_at(0)->name, "portable");
#if defined(__aarch64__) /* where every processor has it, so must this library */
    assert_int_equal(n, 2);
    assert_int_equal(entries_of(table_at(1), &descry_kernels_neon), ENTRIES);
#endif
}

/* ---- a mixed table -------------------------------------------------------------------------------------------------- */

enum { FAKE_LANES = 3, FAKE_PANEL = 6 };

static atomic_size_t fake_runs, fake_packs; /* panels: the pool's threads run and pack them */

static float *numbers(size_t n)
{
    float *x = malloc(n * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(int)(i * 7919 % 201) * 0.01f - 1;
    return x;
}

/* The panels are columns of B, one after the other, each from its end to its beginning. */
static void fake_pack(const descry_product *product, descry_dtype type, void *packed, const descry_matrix *b,
                      size_t first_panel, size_t end_panel)
{
    assert_int_equal(type, DESCRY_BF16);
    assert_int_equal(product->panel, FAKE_PANEL);
    for (size_t p = first_panel; p < end_panel; p++, fake_packs++)
        for (size_t k = 0; k < b->k; k++)
            for (size_t j = 0; p * FAKE_PANEL + j < b->n && j < FAKE_PANEL; j++)
                ((uint16_t *)packed)[p * FAKE_PANEL * b->k + j * b->k + (b->k - 1 - k)] =
                    descry_f32_to_bf16(((const float *)b->data)[(p * FAKE_PANEL + j) * b->n_stride + k * b->k_stride]);
}

static void fake_run(const descry_gemm *g, size_t first_panel, size_t end_panel)
{
    for (size_t p = first_panel; p < end_panel; p++, fake_runs++)
        for (size_t i = 0; i < g->m; i++)
            for (size_t j = p * FAKE_PANEL; j < g->n && j < (p + 1) * FAKE_PANEL; j++) {
                float sum = g->bias ? g->bias[j] : 0, x;
                for (size_t k = 0; k < g->k; k++) {
                    descry_to_f32(&x, (const uint16_t *)g->b + j * g->k + (g->k - 1 - k), DESCRY_BF16, 1);
                    sum += ((const float *)g->a)[i * g->lda + k] * x;
                }
                g->c[i * g->ldc + j] = sum;
            }
}

/* A set that has nothing but products with bf16, packed in its own way: those are its, all else is as it was, to the bit. */
static void a_set_may_have_one_product_alone(void **state)
{
    (void)state;
    enum { M = 5, N = 40, K = 33 };
    const descry_kernels fakes = {.gemm = {[DESCRY_BF16] = {fake_run, fake_pack, FAKE_LANES, FAKE_PANEL, DESCRY_F32}}};
    const descry_kernel_set fake = {"fake", 0, &fakes};
    descry_error err;
    descry_pool *pool;
    assert_int_equal(descry_pool_open(&pool, 2, &err), 0);
    for (size_t t = 0; table_at(t); t++) {
        descry_kernels mixed = *table_at(t);
        descry_kernels_add(&mixed, &fake);
        assert_string_equal(mixed.name, "fake");
        assert_int_equal(entries_of(&mixed, table_at(t)), ENTRIES - 1);
        const descry_engine engines[] = {{.kernels = table_at(t), .pool = pool}, {.kernels = &mixed, .pool = pool}};
        float *x = numbers(M * K), *w = numbers(N * K), *bias = numbers(N), out[2][M * N];
        fake_runs = fake_packs = 0;
        for (int type = 0; type < DESCRY_DTYPE_COUNT; type += 2) { /* f32, bf16 */
            for (int e = 0; e < 2; e++) {
                descry_linear linear = {.n = N, .k = K, .type = DESCRY_F32, .packed_type = (descry_dtype)type, .source = w,
                                        .n_stride = K, .k_stride = 1, .bias = bias};
                size_t size = descry_packed_size(engines[e].kernels, linear.packed_type, N, K);
                void *room = malloc(size * descry_dtype_size(linear.packed_type));
                descry_linear_pack(&engines[e], &linear, room);
                descry_multiply(&engines[e], &linear, x, M, out[e]);
                free(room);
            }
            if (type == DESCRY_F32)
                assert_memory_equal(out[0], out[1], sizeof out[0]);
            for (size_t i = 0; i < M * N; i++)
                assert_true(fabsf(out[0][i] - out[1][i]) <= 1e-5f);
        }
        assert_int_equal(fake_packs, (N + FAKE_PANEL - 1) / FAKE_PANEL);
        assert_int_equal(fake_runs, fake_packs);
        free(x), free(w), free(bias);
    }
    descry_pool_close(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_is_used_only_where_all_that_it_needs_is_there),
        cmocka_unit_test(tables),
        cmocka_unit_test(a_set_may_have_one_product_alone),
    };
    return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}
