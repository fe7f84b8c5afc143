/* SPDX-License-Identifier: Apache-2.0 */
#include "golden.h"

#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *golden_read(const char *name)
{
    json_error_t error;
    const char *path = source_path("tests/golden/%s", name);
    json_t *json = json_load_file(path, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
    if (!json)
        print_error("%s: %s\n", path, error.text);
    return json;
}

json_t *golden_get(const json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    if (!value)
        fail_msg("no golden \"%s\"", key);
    return value;
}

json_t *golden_tiny(const json_t *goldens, const char *name)
{
    return golden_get(golden_get(goldens, "tiny_release"), name);
}

char *golden_config_text(const json_t *cfg)
{
    json_t *model = json_copy((json_t *)(uintptr_t)cfg);
    if (json_object_get(model, "multimodal_cfg")) /* openclip-golden.json's was made by its class, not from a file */
        json_object_set_new(model, "custom_text", json_true());
    json_t *root = json_pack("{so}", "model_cfg", model);
    char *text = json_dumps(root, 0);
    assert_non_null(text);
    json_decref(root);
    return text;
}

void golden_network(descry_network *network, const char *name, const json_t *cfg)
{
    descry_error err;
    char *text = golden_config_text(cfg);
    check_rc(descry_network_parse(network, text, strlen(text), name, &err), &err);
    free(text);
}

int32_t *golden_ids(const json_t *rows, size_t length, size_t *n)
{
    *n = json_array_size(rows);
    assert_true(*n > 0);
    int32_t *ids = malloc(*n * length * sizeof *ids);
    assert_non_null(ids);
    for (size_t i = 0; i < *n; i++) {
        const json_t *row = json_array_get(rows, i);
        assert_int_equal(json_array_size(row), length);
        for (size_t j = 0; j < length; j++)
            ids[i * length + j] = (int32_t)json_integer_value(json_array_get(row, j));
    }
    return ids;
}

void golden_tensor(formula_writer *w, const char *name, const json_t *shape)
{
    size_t sizes[4] = {0}, dims = json_array_size(shape);
    for (size_t i = 0; i < dims && i < 4; i++)
        sizes[i] = (size_t)json_integer_value(json_array_get(shape, i));
    formula_tensor(w, "", name, (int)dims, sizes[0], sizes[1], sizes[2], sizes[3]);
}

void golden_normalise(float *x, size_t n, size_t dim)
{
    for (size_t i = 0; i < n; i++, x += dim) {
        double sum = 0;
        for (size_t j = 0; j < dim; j++)
            sum += (double)x[j] * (double)x[j];
        for (size_t j = 0; j < dim; j++)
            x[j] = (float)((double)x[j] / sqrt(sum));
    }
}

double golden_off(const float *x, const json_t *expected)
{
    double worst = 0;
    assert_true(json_array_size(expected) > 0);
    for (size_t i = 0; i < json_array_size(expected); i++) {
        double e = json_number_value(json_array_get(expected, i)), d = fabs((double)x[i] - e) / fmax(1, fabs(e));
        if (!(d <= worst)) /* also when it is no number; not by fmax, which gcc 12 for ARM cannot compile in places */
            worst = isnan(d) ? INFINITY : d;
    }
    return worst;
}

double golden_rows_off(const float *x, const json_t *expected, size_t n, size_t dim)
{
    double worst = 0;
    assert_int_equal(json_array_size(expected), n);
    for (size_t i = 0; i < n; i++) {
        const json_t *row = json_array_get(expected, i);
        assert_int_equal(json_array_size(row), dim);
        double off = golden_off(x + i * dim, row);
        worst = off > worst ? off : worst;
    }
    return worst;
}
