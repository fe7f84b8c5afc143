/* SPDX-License-Identifier: Apache-2.0
 * As Hugging Face's tokenizers 0.21 (tokenizer/added_vocabulary.rs): leftmost, longest. */
#include "text/added.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>
#include <unictype.h>

enum { MOST = 1 << 16 };

/* Rust's \w */
static bool is_word(uint32_t c)
{
    return uc_is_property_alphabetic(c) || uc_is_general_category_withtable(c, UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_Nd | UC_CATEGORY_MASK_Pc) ||
           uc_is_property_join_control(c);
}

static const descry_added_token *match(const descry_added *a, bool normalized, const uint32_t *in, size_t n)
{
    if (!a->begins[normalized][in[0] & 127])
        return NULL;
    for (size_t i = 0; i < a->count; i++) {
        const descry_added_token *t = &a->tokens[i];
        if (t->normalized == normalized && t->spelling.size <= n &&
            memcmp(in, t->spelling.data, t->spelling.size * sizeof *in) == 0)
            return t;
    }
    return NULL;
}

int descry_added_find(const descry_added *a, bool normalized, const uint32_t *in, size_t n,
                      int (*each)(void *arg, const descry_added_token *token, size_t begin, size_t end), void *arg)
{
    size_t done = 0;
    int rc = 0;
    for (size_t i = 0; i < n && !rc;) {
        const descry_added_token *t = match(a, normalized, in + i, n - i);
        size_t begin = i, end = t ? i + t->spelling.size : i + 1;
        i = end;
        if (!t || (t->single_word && ((begin > 0 && is_word(in[begin - 1])) || (end < n && is_word(in[end])))))
            continue;
        while (t->left && begin > done && uc_is_property_white_space(in[begin - 1]))
            begin--;
        while (t->right && end < n && uc_is_property_white_space(in[end]))
            end++;
        if (begin > done)
            rc = each(arg, NULL, done, begin);
        if (!rc)
            rc = each(arg, t, begin, end);
        done = i = end;
    }
    return rc || done == n ? rc : each(arg, NULL, done, n);
}

/* ---- reading ------------------------------------------------------------------------------------------------------- */

static int by_length(const void *left, const void *right)
{
    const descry_added_token *a = left, *b = right;
    return a->spelling.size != b->spelling.size ? (a->spelling.size < b->spelling.size) - (a->spelling.size > b->spelling.size)
                                                : (a->id > b->id) - (a->id < b->id);
}

static int read_token(descry_added *a, const json_t *json, const descry_normalizer *normalizer, const char *name, descry_error *err)
{
    const json_t *content = json_object_get(json, "content"), *id = json_object_get(json, "id");
    if (!json_is_string(content) || json_string_length(content) == 0 || !json_is_integer(id))
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: added_tokens: one has no content or no id", name);
    descry_added_token *t = &a->tokens[a->count++];
    *t = (descry_added_token){.single_word = json_is_true(json_object_get(json, "single_word")),
                              .left = json_is_true(json_object_get(json, "lstrip")),
                              .right = json_is_true(json_object_get(json, "rstrip")),
                              .normalized = json_is_true(json_object_get(json, "normalized")),
                              .special = json_is_true(json_object_get(json, "special"))};
    int rc = descry_vocabulary_add(&a->names, json_string_value(content), json_string_length(content), json_integer_value(id), name, err);
    if (rc)
        return rc;
    t->id = (int32_t)json_integer_value(id);
    rc = descry_text_decode(&t->spelling, json_string_value(content), json_string_length(content), err);
    if (!rc && t->normalized)
        rc = descry_normalizer_apply(normalizer, &t->spelling, err);
    if (!rc && t->spelling.size == 0)
        a->count--, descry_text_free(&t->spelling); /* nothing that could be found */
    return rc;
}

int descry_added_read(descry_added *a, const json_t *list, const descry_normalizer *normalizer, const char *name, descry_error *err)
{
    *a = (descry_added){0};
    size_t count = json_array_size(list);
    if (count > MOST)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: %zu added_tokens are too many", name, count);
    if (!(a->tokens = calloc(count + 1, sizeof *a->tokens)))
        return descry_fail_memory(err);
    int rc = 0;
    for (size_t i = 0; i < count && !rc; i++)
        rc = read_token(a, json_array_get(list, i), normalizer, name, err);
    if (rc)
        return rc;
    qsort(a->tokens, a->count, sizeof *a->tokens, by_length);
    for (size_t i = 0; i < a->count; i++)
        a->begins[a->tokens[i].normalized][a->tokens[i].spelling.data[0] & 127] = true;
    return 0;
}

void descry_added_free(descry_added *a)
{
    for (size_t i = 0; i < a->count; i++)
        descry_text_free(&a->tokens[i].spelling);
    free(a->tokens);
    descry_vocabulary_free(&a->names);
    *a = (descry_added){0};
}
