/* SPDX-License-Identifier: Apache-2.0
 * In place of open.c in a build without libcurl. */
#include "net/fetch.h"

#include "base/error.h"

int descry_net_open(const descry_net **net, const char *url, descry_error *err)
{
    (void)net;
    return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: this build does not fetch URLs (libcurl was left out)", url);
}
