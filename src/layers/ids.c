/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/ids.h"

#include "base/error.h"

void descry_embed_id(float *x, const descry_tensor *table, int32_t id, float scale, const float *position, size_t width)
{
    descry_dtype type = (descry_dtype)table->dtype;
    descry_to_f32(x, (const char *)table->data + (size_t)id * width * descry_dtype_size(type), type, width);
    for (size_t i = 0; i < width; i++)
        x[i] = scale * x[i] + (position ? position[i] : 0);
}

int descry_check_ids(const int32_t *ids, size_t count, size_t vocabulary, descry_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (ids[i] < 0 || (size_t)ids[i] >= vocabulary)
            return descry_fail(err, DESCRY_ERR_ARGUMENT, "id %d is outside the vocabulary of %zu", (int)ids[i], vocabulary);
    return 0;
}
