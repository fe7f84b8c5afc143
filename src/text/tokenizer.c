/* SPDX-License-Identifier: Apache-2.0 */
#include "text/tokenizer.h"

#include "base/error.h"

#include <string.h>

int descry_tokenizer_encode(const descry_tokenizer *t, const char *text, size_t length, int context_length,
                            int32_t *ids, size_t *count, descry_error *err)
{
    if (context_length < 2)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a context of %d ids has no room for a text", context_length);
    if (length > INT32_MAX / 16)
        return descry_fail(err, DESCRY_ERR_LIMIT, "a text of %zu bytes is too long", length);
    int rc = t->kind->encode(t, text, length, (size_t)context_length, ids, count, err);
    if (rc)
        return rc;
    for (size_t i = *count; i < (size_t)context_length; i++)
        ids[i] = t->pad;
    return 0;
}

int descry_tokenizer_encode_row(const descry_tokenizer *t, const char *text, size_t length, int context_length, int32_t *ids,
                                descry_error *err)
{
    size_t count;
    int rc = descry_tokenizer_encode(t, text, length, context_length, ids, &count, err);
    if (rc || !t->pads_left)
        return rc;
    size_t padding = (size_t)context_length - count;
    memmove(ids + padding, ids, count * sizeof *ids);
    for (size_t i = 0; i < padding; i++)
        ids[i] = t->pad;
    return 0;
}

int descry_tokenizer_decode(const descry_tokenizer *t, const int32_t *ids, size_t count, descry_buf *out,
                            descry_error *err)
{
    return t->kind->decode(t, ids, count, out, err);
}

void descry_tokenizer_close(descry_tokenizer **slot)
{
    if (*slot)
        (*slot)->kind->close(*slot);
    *slot = NULL;
}
