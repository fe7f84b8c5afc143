/* SPDX-License-Identifier: Apache-2.0
 * In place of fetch.c in a build without libcurl. */
#include "net/fetch.h"

#include "base/error.h"

int descry_fetch(descry_buf *out, const char *url, const descry_fetch_options *options, descry_error *err)
{
    (void)out, (void)options;
    return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: this build does not fetch URLs (libcurl was left out)", url);
}

const char *descry_fetch_feature(void)
{
    return NULL;
}
