/* SPDX-License-Identifier: Apache-2.0 */
#include "label/classify.h"

#include "base/error.h"
#include "label/templates.h"

#include <math.h>
#include <string.h>

const char *const *descry_template_set(const char *name, size_t *count)
{
    if (strcmp(name, "simple") == 0) {
        *count = sizeof simple_templates / sizeof *simple_templates;
        return simple_templates;
    }
    if (strcmp(name, "openai") == 0) {
        *count = sizeof openai_templates / sizeof *openai_templates;
        return openai_templates;
    }
    *count = 0;
    return NULL;
}

int descry_template_fill(descry_buf *out, const char *template, const char *label, descry_error *err)
{
    const char *gap = strstr(template, "{}");
    int rc = gap ? 0 : descry_fail(err, DESCRY_ERR_ARGUMENT, "\"%.80s\": a template without {}", template);
    for (; gap && !rc; gap = strstr(template, "{}")) {
        rc = descry_buf_append(out, template, (size_t)(gap - template), err);
        if (!rc)
            rc = descry_buf_append(out, label, strlen(label), err);
        template = gap + 2;
    }
    return rc ? rc : descry_buf_append(out, template, strlen(template), err);
}

void descry_class_weight(const float *texts, size_t n, size_t dim, float *weight)
{
    double square = 0;
    for (size_t j = 0; j < dim; j++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += (double)texts[i * dim + j];
        sum /= (double)n;
        weight[j] = (float)sum;
        square += sum * sum;
    }
    double length = sqrt(square);
    length = length > 1e-12 ? length : 1e-12;
    for (size_t j = 0; j < dim; j++)
        weight[j] = (float)((double)weight[j] / length);
}

void descry_class_probabilities(const float *scores, size_t n, double scale, double bias, float *probabilities)
{
    double top = -INFINITY, sum = 0;
    for (size_t i = 0; i < n; i++)
        top = scale * (double)scores[i] > top ? scale * (double)scores[i] : top;
    for (size_t i = 0; i < n; i++)
        sum += exp(scale * (double)scores[i] - top);
    for (size_t i = 0; i < n; i++) {
        double logit = scale * (double)scores[i];
        probabilities[i] = (float)(bias != 0 ? 1 / (1 + exp(-(logit + bias))) : exp(logit - top) / sum);
    }
}
