/* SPDX-License-Identifier: Apache-2.0 */
#include "image/codecs.h"

int descry_codecs_open(const descry_codecs **codecs, const char *name, descry_error *err)
{
    const descry_module *table;
    int rc = descry_module_open(&table, "descry-codecs.so", "descry_codecs_table", name, err);
    if (!rc)
        *codecs = (const descry_codecs *)table;
    return rc;
}
