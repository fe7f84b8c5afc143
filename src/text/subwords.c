/* SPDX-License-Identifier: Apache-2.0 */
#include "text/subwords.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

int descry_ids_put(descry_ids *ids, int32_t id, descry_error *err)
{
    if (ids->size == ids->capacity) {
        size_t capacity = ids->capacity ? 2 * ids->capacity : 64;
        int32_t *more = descry_realloc(ids->data, capacity, sizeof *more);
        if (!more)
            return descry_fail_memory(err);
        ids->data = more;
        ids->capacity = capacity;
    }
    ids->data[ids->size++] = id;
    return 0;
}

void descry_ids_free(descry_ids *ids)
{
    free(ids->data);
    *ids = (descry_ids){0};
}

int descry_subwords_vocabulary(descry_subwords *s, const json_t *vocabulary, const char *name, descry_error *err)
{
    int rc = json_object_size(vocabulary) ? 0 : descry_fail(err, DESCRY_ERR_FORMAT, "%s: model.vocab has no tokens", name);
    for (void *at = rc ? NULL : json_object_iter((json_t *)vocabulary); at && !rc; at = json_object_iter_next((json_t *)vocabulary, at)) {
        const char *token = json_object_iter_key(at);
        const json_t *id = json_object_iter_value(at);
        rc = json_is_integer(id)
                 ? descry_vocabulary_add(&s->vocabulary, token, strlen(token), json_integer_value(id), name, err)
                 : descry_fail(err, DESCRY_ERR_FORMAT, "%s: model.vocab: the id of a token is not a number", name);
    }
    return rc;
}

int descry_subwords_token(const descry_subwords *s, const json_t *model, const char *key, int32_t *id, const char *name,
                          descry_error *err)
{
    const json_t *token = json_object_get(model, key);
    *id = -1;
    if (!json_is_string(token))
        return 0;
    *id = descry_vocabulary_find(&s->vocabulary, json_string_value(token), json_string_length(token));
    return *id >= 0 ? 0 : descry_fail(err, DESCRY_ERR_FORMAT, "%s: model.%s is not in the vocabulary", name, key);
}

/* Files of old versions leave the type out. */
static const char *guess_type(const json_t *model)
{
    return json_is_array(json_object_get(model, "vocab"))                  ? "Unigram"
           : json_object_get(model, "merges")                              ? "BPE"
           : json_object_get(model, "max_input_chars_per_word")            ? "WordPiece"
                                                                           : NULL;
}

int descry_subwords_read(descry_subwords **out, const json_t *model, const char *name, descry_error *err)
{
    static const struct {
        const char *type;
        int (*read)(descry_subwords **subwords, const json_t *model, const char *name, descry_error *err);
    } kinds[] = {{"Unigram", descry_unigram_read}, {"BPE", descry_bpe_read}, {"WordPiece", descry_wordpiece_read}};
    const char *type = json_string_value(json_object_get(model, "type"));
    *out = NULL;
    type = type ? type : guess_type(model);
    for (size_t i = 0; type && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(type, kinds[i].type) == 0) {
            int rc = kinds[i].read(out, model, name, err);
            if (rc)
                descry_subwords_close(out);
            return rc;
        }
    return type ? descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: model %.40s is not supported", name, type)
                : descry_fail(err, DESCRY_ERR_FORMAT, "%s: model.type is missing", name);
}

void descry_subwords_close(descry_subwords **slot)
{
    if (*slot)
        (*slot)->close(*slot);
    *slot = NULL;
}
