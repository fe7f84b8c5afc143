/* SPDX-License-Identifier: Apache-2.0
 * Labels for pictures: zero-shot classification. */
#include "api/handles.h"

#include "base/error.h"
#include "label/classify.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 64 };

struct descry_classifier {
    size_t count, dim;
    float *weights; /* [count, dim] */
    double scale, bias;
};

const char *const *descry_templates(const char *name, size_t *count)
{
    return descry_template_set(name, count);
}

/* Embeddings [n, dim] of a label in n templates. */
static int embed_label(descry_model *model, const descry_head *head, const char *label, const char *const *templates, size_t n,
                       size_t dim, float *out, descry_error *err)
{
    descry_buf text[BATCH] = {{0}};
    const char *filled[BATCH];
    int rc = 0;
    for (size_t i = 0; i < n && !rc; i += BATCH) {
        size_t count = n - i < BATCH ? n - i : BATCH;
        for (size_t j = 0; j < count && !rc; j++) {
            text[j].size = 0;
            rc = descry_template_fill(&text[j], templates[i + j], label, err);
            filled[j] = text[j].data;
        }
        if (!rc)
            rc = descry_embed_texts(model, filled, count, 1, out + i * dim, err);
        if (!rc && head)
            rc = descry_head_map(head, DESCRY_TEXTS, out + i * dim, count, 1, out + i * dim, err);
    }
    for (size_t j = 0; j < BATCH; j++)
        descry_buf_free(&text[j]);
    return rc;
}

int descry_classifier_open(descry_classifier **out, descry_model *model, const descry_head *head,
                           const char *const *labels, size_t count, const char *const *templates, size_t template_count,
                           descry_error *err)
{
    const descry_model_info *info = descry_model_get_info(model);
    *out = NULL;
    if (count == 0 || template_count == 0)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "no %s", count ? "templates" : "labels");
    size_t dim = (size_t)info->dim;
    if (head && descry_head_dim(head) != dim)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a head for embeddings of length %zu, not %zu", descry_head_dim(head),
                           dim);
    descry_classifier *c = calloc(1, sizeof *c);
    float *texts = descry_alloc(template_count, dim * sizeof *texts);
    if (c) {
        c->count = count;
        c->dim = dim;
        c->scale = (double)info->logit_scale;
        c->bias = (double)info->logit_bias;
        c->weights = descry_alloc(count, dim * sizeof *c->weights);
    }
    int rc = c && texts && c->weights ? 0 : descry_fail_memory(err);
    for (size_t i = 0; i < count && !rc; i++) {
        rc = embed_label(model, head, labels[i], templates, template_count, dim, texts, err);
        if (!rc)
            descry_class_weight(texts, template_count, dim, c->weights + i * dim);
    }
    free(texts);
    if (rc)
        descry_classifier_close(&c);
    *out = c;
    return rc;
}

void descry_classifier_close(descry_classifier **classifier)
{
    if (!classifier || !*classifier)
        return;
    free((*classifier)->weights);
    free(*classifier);
    *classifier = NULL;
}

const float *descry_classifier_weights(const descry_classifier *classifier)
{
    return classifier->weights;
}

int descry_classify(const descry_classifier *c, const float *embedding, float *scores, float *probabilities,
                    descry_error *err)
{
    float *cosines = descry_alloc(c->count, sizeof *cosines);
    if (!cosines)
        return descry_fail_memory(err);
    for (size_t i = 0; i < c->count; i++)
        cosines[i] = (float)descry_dot(embedding, c->weights + i * c->dim, c->dim);
    if (scores)
        memcpy(scores, cosines, c->count * sizeof *scores);
    if (probabilities)
        descry_class_probabilities(cosines, c->count, c->scale, c->bias, probabilities);
    free(cosines);
    return 0;
}
