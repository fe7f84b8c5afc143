/* SPDX-License-Identifier: Apache-2.0
 * Learned heads: files, the map, the gradient, training. */
#include "cmocka_test.h"

#include "base/error.h"
#include "heads/adapt.h"
#include "support/tables.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static descry_engine engine;
static char folder[] = "/tmp/descry-heads.XXXXXX";

static int open_all(void **state)
{
    (void)state;
    engine.kernels = best_table();
    return mkdtemp(folder) && descry_pool_open(&engine.pool, 2, NULL) == 0 ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    descry_pool_close(&engine.pool);
    return rmdir(folder);
}

static double uniform(uint64_t *seed)
{
    return (double)(descry_random_next(seed) >> 11) * 0x1p-52 - 1;
}

static float *random_rows(size_t n, size_t dim, uint64_t seed)
{
    float *rows = malloc(n * dim * sizeof *rows);
    assert_non_null(rows);
    for (size_t i = 0; i < n * dim; i++)
        rows[i] = (float)uniform(&seed);
    descry_unit_rows(rows, n, dim, NULL);
    return rows;
}

/* ---- the loss, by its definition, in double -------------------------------------------------------------------- */

static void map(const double *values, size_t d, const float *x, size_t n, double *out)
{
    for (size_t i = 0; i < n; i++) {
        double square = 0;
        for (size_t o = 0; o < d; o++) {
            double sum = values[d * d + o];
            for (size_t k = 0; k < d; k++)
                sum += values[o * d + k] * (double)x[i * d + k];
            out[i * d + o] = sum;
            square += sum * sum;
        }
        for (size_t o = 0; o < d; o++)
            out[i * d + o] /= sqrt(square);
    }
}

static double loss_of(const double *values, size_t d, const float *x, const float *y, size_t n, double tau)
{
    double *u = malloc(n * d * sizeof *u), *v = malloc(n * d * sizeof *v), *z = malloc(n * n * sizeof *z), loss = 0;
    map(values, d, x, n, u);
    map(values + d * d + d, d, y, n, v);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            z[i * n + j] = 0;
            for (size_t k = 0; k < d; k++)
                z[i * n + j] += u[i * d + k] * v[j * d + k] / tau;
        }
    for (size_t i = 0; i < n; i++) {
        double row = 0, column = 0;
        for (size_t j = 0; j < n; j++) {
            row += exp(z[i * n + j]);
            column += exp(z[j * n + i]);
        }
        loss += (log(row) - z[i * n + i] + log(column) - z[i * n + i]) / (2 * (double)n);
    }
    free(u);
    free(v);
    free(z);
    return loss;
}

/* Against central differences of that. */
static void gradient(void **state)
{
    (void)state;
    enum { D = 5, N = 7, VALUES = 2 * (D * D + D) };
    const double tau = 0.3, h = 1e-5;
    float *x = random_rows(N, D, 3), *y = random_rows(N, D, 4), g[VALUES];
    double values[VALUES], loss, size = 0;
    uint64_t seed = 5;
    descry_head *head;
    descry_adapt_room room;
    assert_int_equal(descry_head_new(&head, D, NULL), 0);
    assert_int_equal(descry_head_size(D), VALUES);
    for (size_t i = 0; i < VALUES; i++) {
        head->values[i] = (float)(0.5 * uniform(&seed));
        values[i] = (double)head->values[i];
    }
    assert_int_equal(descry_adapt_room_open(&room, &engine, N + 2, D, NULL), 0);
    assert_int_equal(descry_adapt_loss(&room, head, x, y, N, tau, g, &loss, NULL), 0);
    assert_float_equal(loss, loss_of(values, D, x, y, N, tau), 1e-5);
    for (size_t i = 0; i < VALUES; i++) {
        double kept = values[i];
        values[i] = kept + h;
        double above = loss_of(values, D, x, y, N, tau);
        values[i] = kept - h;
        double below = loss_of(values, D, x, y, N, tau);
        values[i] = kept;
        assert_float_equal(g[i], (above - below) / (2 * h), 1e-5);
        size += fabs((double)g[i]);
    }
    assert_true(size / VALUES > 1e-3); /* a gradient of zeros would be within the bound, too */
    descry_adapt_room_close(&room);
    descry_head_free(&head);
    free(x);
    free(y);
}

/* ---- training -------------------------------------------------------------------------------------------------- */

enum { DIM = 16, PAIRS = 600 };

/* Texts are the pictures turned: their first half of coordinates exchanged with the second, signs alternating, and a
 * little noise. */
static void plant(float **x, float **y)
{
    uint64_t seed = 8;
    *x = random_rows(PAIRS, DIM, 7);
    *y = malloc(PAIRS * DIM * sizeof **y);
    for (size_t i = 0; i < PAIRS; i++)
        for (size_t j = 0; j < DIM; j++)
            (*y)[i * DIM + j] = (j % 2 ? -1.0f : 1.0f) * (*x)[i * DIM + (j + DIM / 2) % DIM] + (float)(0.02 * uniform(&seed));
    descry_unit_rows(*y, PAIRS, DIM, NULL);
}

/* Parts of the pairs whose nearest text is their own. */
static double right(const descry_head *head, const float *x, const float *y)
{
    float *u = malloc(PAIRS * DIM * sizeof *u), *v = malloc(PAIRS * DIM * sizeof *v);
    size_t good = 0;
    assert_int_equal(descry_head_apply(head, DESCRY_HEAD_IMAGE, x, PAIRS, 1, u, NULL), 0);
    assert_int_equal(descry_head_apply(head, DESCRY_HEAD_TEXT, y, PAIRS, 1, v, NULL), 0);
    for (size_t i = 0; i < PAIRS; i++) {
        size_t best = 0;
        for (size_t j = 1; j < PAIRS; j++)
            if (descry_dot(u + i * DIM, v + j * DIM, DIM) > descry_dot(u + i * DIM, v + best * DIM, DIM))
                best = j;
        good += best == i;
    }
    free(u);
    free(v);
    return (double)good / PAIRS;
}

static descry_adapt_options planted_options(void)
{
    descry_adapt_options o = DESCRY_ADAPT_OPTIONS_INIT;
    o.batch = 64;
    o.learning_rate = 0.02f;
    o.epochs = 30;
    return o;
}

static void planted(void **state)
{
    (void)state;
    float *x, *y;
    descry_head *head = NULL, *again = NULL, *start = NULL;
    descry_adapt_state p = DESCRY_ADAPT_STATE_INIT;
    descry_adapt_options o = planted_options();
    uint64_t seed = o.seed;
    plant(&x, &y);
    assert_int_equal(descry_head_new(&start, DIM, NULL), 0);
    descry_adapt_begin(start, &seed);
    assert_int_equal(descry_head_prepare(start, &engine, NULL), 0);
    assert_true(right(start, x, y) < 0.05);
    assert_int_equal(descry_adapt_run(&engine, x, y, PAIRS, DIM, &o, &head, &p, NULL), 0);
    assert_true(p.trained == 540 && p.held == 60 && p.best_epoch > 0 && p.best_loss < 0.3 && p.first_loss > 3);
    assert_true(right(head, x, y) > 0.95);
    assert_int_equal(descry_adapt_run(&engine, x, y, PAIRS, DIM, &o, &again, NULL, NULL), 0);
    assert_memory_equal(head->values, again->values, descry_head_size(DIM) * sizeof(float)); /* the same seed */
    descry_head_free(&again);
    o.seed = 2;
    assert_int_equal(descry_adapt_run(&engine, x, y, PAIRS, DIM, &o, &again, NULL, NULL), 0);
    assert_memory_not_equal(head->values, again->values, descry_head_size(DIM) * sizeof(float));
    descry_head_free(&head);
    descry_head_free(&again);
    descry_head_free(&start);
    free(x);
    free(y);
}

static int stop_soon(void *arg, const descry_progress *progress)
{
    const descry_adapt_state *state = arg;
    assert_true(progress->done <= progress->total);
    return state->epoch == 3;
}

static void stopping(void **state)
{
    (void)state;
    float *x, *y;
    descry_head *head = NULL;
    descry_adapt_state p = DESCRY_ADAPT_STATE_INIT;
    descry_watch watch = DESCRY_WATCH_INIT;
    descry_adapt_options o = planted_options();
    plant(&x, &y);
    watch.progress = stop_soon;
    watch.arg = &p;
    o.watch = &watch;
    assert_int_equal(descry_adapt_run(&engine, x, y, PAIRS, DIM, &o, &head, &p, NULL), 0);
    assert_true(head && p.stopped && p.epoch == 3 && p.best_epoch == 3 && p.best_loss < p.first_loss);
    descry_head_free(&head);
    /* nothing to learn: texts that have nothing to do with the pictures; the beginning is kept when all else is worse */
    float *other = random_rows(PAIRS, DIM, 99);
    o.watch = NULL;
    o.patience = 4;
    o.epochs = 1000;
    o.decay_every = 1000;
    o.learning_rate = 0.1f;
    assert_int_equal(descry_adapt_run(&engine, x, other, PAIRS, DIM, &o, &head, &p, NULL), 0);
    assert_true(p.epoch == p.best_epoch + 4 && p.best_loss <= p.first_loss && !p.stopped);
    descry_head_free(&head);
    free(x);
    free(y);
    free(other);
}

static void refusals(void **state)
{
    (void)state;
    float *x = random_rows(8, 4, 1);
    descry_head *head;
    descry_error err;
    const descry_adapt_options good = {sizeof good, 0.1f, 1e-3f, 4, 2, 25, 0, 0.25f, 1, NULL};
    descry_adapt_options o = good;
    assert_int_equal(descry_adapt_run(&engine, x, x, 8, 4, &o, &head, NULL, &err), 0);
    descry_head_free(&head);
    assert_int_equal(descry_adapt_run(&engine, x, x, 3, 4, &o, &head, NULL, &err), DESCRY_ERR_ARGUMENT);
    o.batch = 1;
    assert_int_equal(descry_adapt_run(&engine, x, x, 8, 4, &o, &head, NULL, &err), DESCRY_ERR_ARGUMENT);
    o = good;
    o.temperature = 0;
    assert_int_equal(descry_adapt_run(&engine, x, x, 8, 4, &o, &head, NULL, &err), DESCRY_ERR_ARGUMENT);
    o = good;
    o.holdout = 0.6f;
    assert_int_equal(descry_adapt_run(&engine, x, x, 8, 4, &o, &head, NULL, &err), DESCRY_ERR_ARGUMENT);
    o = good;
    x[5] = NAN;
    assert_int_equal(descry_adapt_run(&engine, x, x, 8, 4, &o, &head, NULL, &err), DESCRY_ERR_NUMERIC);
    assert_null(head);
    free(x);
}

/* ---- files ----------------------------------------------------------------------------------------------------- */

static void files(void **state)
{
    (void)state;
    enum { D = 6 };
    char path[100], place[100];
    descry_head *head, *back;
    descry_error err;
    descry_buf found = {0};
    uint64_t seed = 1;
    snprintf(path, sizeof path, "%s/h.safetensors", folder);
    assert_int_equal(descry_head_new(&head, D, NULL), 0);
    descry_adapt_begin(head, &seed);
    assert_int_equal(descry_head_write(head, path, "abc", "about it", &err), 0);
    assert_int_equal(descry_head_read(&back, path, D, "abc", &err), 0);
    assert_memory_equal(head->values, back->values, descry_head_size(D) * sizeof(float));
    descry_head_free(&back);
    assert_int_equal(descry_head_read(&back, path, D, NULL, &err), 0);
    descry_head_free(&back);
    assert_int_equal(descry_head_read(&back, path, D, "other", &err), DESCRY_ERR_ARGUMENT);
    assert_non_null(strstr(err.message, "trained for another model"));
    assert_int_equal(descry_head_read(&back, path, D + 1, "abc", &err), DESCRY_ERR_ARGUMENT);
    assert_null(back);
    head->values[3] = INFINITY;
    assert_int_equal(descry_head_write(head, path, NULL, NULL, &err), 0);
    assert_int_equal(descry_head_read(&back, path, D, "abc", &err), DESCRY_ERR_FORMAT);
    assert_int_equal(truncate(path, 200), 0);
    assert_int_equal(descry_head_read(&back, path, D, "abc", &err), DESCRY_ERR_FORMAT);
    assert_int_equal(descry_head_write(head, "/nowhere/h.safetensors", NULL, NULL, &err), DESCRY_ERR_NOT_FOUND);
    /* where names lead */
    snprintf(place, sizeof place, "%s/heads", folder);
    assert_int_equal(setenv("XDG_DATA_HOME", folder, 1), 0);
    assert_int_equal(descry_head_locate(&found, folder, "abc", "h", &err), DESCRY_ERR_NOT_FOUND);
    assert_int_equal(mkdir(place, 0700), 0);
    snprintf(place, sizeof place, "%s/heads/h.safetensors", folder);
    assert_int_equal(rename(path, place), 0);
    assert_int_equal(descry_head_locate(&found, folder, "abc", "h", &err), 0);
    assert_string_equal(found.data, place);
    assert_int_equal(descry_head_locate(&found, NULL, NULL, "./x", &err), 0);
    assert_string_equal(found.data, "./x");
    assert_int_equal(descry_head_locate(&found, folder, "abc", "..", &err), DESCRY_ERR_ARGUMENT);
    assert_int_equal(descry_head_locate(&found, NULL, NULL, "h", &err), DESCRY_ERR_ARGUMENT);
    unlink(place);
    snprintf(place, sizeof place, "%s/heads", folder);
    rmdir(place);
    descry_buf_free(&found);
    descry_head_free(&head);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradient), cmocka_unit_test(planted), cmocka_unit_test(stopping),
        cmocka_unit_test(refusals), cmocka_unit_test(files),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
