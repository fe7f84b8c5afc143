/* SPDX-License-Identifier: Apache-2.0
 * In place of open.c and the other xmp files in a build without libexempi. */
#include "meta/xmp.h"

#include "base/error.h"

int descry_xmp_open(const descry_xmp **xmp, const char *name, descry_error *err)
{
    (void)xmp;
    return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: this build does not write XMP (libexempi was left out)", name);
}

int descry_xmp_fill(descry_metadata *metadata, const char *data, size_t size)
{
    (void)metadata, (void)data, (void)size;
    return 0;
}
