/* SPDX-License-Identifier: Apache-2.0
 * In place of open.c, in programs that have the module linked in: the workers' program, and tests. */
#include "image/codecs.h"

int descry_codecs_open(const descry_codecs **codecs, const char *name, descry_error *err)
{
    (void)name, (void)err;
    *codecs = &descry_codecs_table;
    return 0;
}
