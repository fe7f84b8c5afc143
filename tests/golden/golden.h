/* SPDX-License-Identifier: Apache-2.0
 * What the tests of this folder share: goldens, the models that they are of, and how far results are from them.  What is
 * wrong with a golden fails the running test. */
#ifndef GOLDEN_H
#define GOLDEN_H

#include "formula.h"

#include <jansson.h>

json_t *golden_read(const char *name);                        /* below tests/golden; NULL, and the reason is printed */
json_t *golden_get(const json_t *object, const char *key);    /* which is there */
json_t *golden_tiny(const json_t *goldens, const char *name); /* of openclip-golden.json's tiny_release */

/* The configuration file with `cfg` as its model_cfg, as text that the caller frees. */
char *golden_config_text(const json_t *cfg);
void golden_network(descry_network *network, const char *name, const json_t *cfg);

/* [n, L] of as many rows as there are; owned by the caller. */
int32_t *golden_ids(const json_t *rows, size_t length, size_t *n);

/* One of a tower's tensors, for a formula_image: of this name and shape. */
void golden_tensor(formula_writer *writer, const char *name, const json_t *shape);

void golden_normalise(float *x, size_t n, size_t dim); /* rows to length 1 */

/* Largest difference of numbers from those expected, of numbers above 1 relative to them; infinite when one is no number.
 * golden_off looks at as many as are expected, golden_rows_off at all of [n, dim]. */
double golden_off(const float *x, const json_t *expected);
double golden_rows_off(const float *x, const json_t *expected, size_t n, size_t dim);

#endif
