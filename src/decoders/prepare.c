/* SPDX-License-Identifier: Apache-2.0 */
#include "decoders/decoders.h"

int descry_decoders_prepare(descry_decoders *decoders, const descry_job *job, const descry_shared *bytes, const char *name,
                            uint8_t *rgb, descry_facts *facts, int *fault, descry_error *err)
{
    (void)decoders;
    if (fault)
        *fault = 0;
    return descry_prepare(&job->wanted, bytes->data, bytes->size, name, rgb, facts, err);
}
