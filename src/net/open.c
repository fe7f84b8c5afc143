/* SPDX-License-Identifier: Apache-2.0 */
#include "net/fetch.h"

int descry_net_open(const descry_net **net, const char *name, descry_error *err)
{
    const descry_module *table;
    int rc = descry_module_open(&table, "descry-net.so", "descry_net_table", name, err);
    if (!rc)
        *net = (const descry_net *)table;
    return rc;
}
