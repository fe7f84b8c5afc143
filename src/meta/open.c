/* SPDX-License-Identifier: Apache-2.0 */
#include "meta/xmp.h"

int descry_xmp_open(const descry_xmp **xmp, const char *name, descry_error *err)
{
    const descry_module *table;
    int rc = descry_module_open(&table, "descry-xmp.so", "descry_xmp_table", name, err);
    if (!rc)
        *xmp = (const descry_xmp *)table;
    return rc;
}
