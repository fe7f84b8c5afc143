/* SPDX-License-Identifier: Apache-2.0
 * In place of src/meta/open.c, in programs that have the module linked in. */
#include "meta/xmp.h"

int descry_xmp_open(const descry_xmp **xmp, const char *name, descry_error *err)
{
    (void)name, (void)err;
    *xmp = &descry_xmp_table;
    return 0;
}
