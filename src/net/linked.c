/* SPDX-License-Identifier: Apache-2.0
 * In place of src/net/open.c, in programs that have the module linked in. */
#include "net/fetch.h"

int descry_net_open(const descry_net **net, const char *name, descry_error *err)
{
    (void)name, (void)err;
    *net = &descry_net_table;
    return 0;
}
