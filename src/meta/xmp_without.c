/* SPDX-License-Identifier: Apache-2.0
 * In place of the other xmp files in a build without libexempi. */
#include "meta/xmp.h"

#include "base/error.h"

static int refuse(const char *name, descry_error *err)
{
    return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: this build does not write XMP (libexempi was left out)", name);
}

int descry_xmp_put(descry_buf *out, const char *data, size_t size, const char *name, const descry_xmp_caption *caption,
                   int overwrite, int created, descry_sidecar_outcome *outcome, descry_error *err)
{
    (void)out, (void)data, (void)size, (void)caption, (void)overwrite, (void)created, (void)outcome;
    return refuse(name, err);
}

int descry_xmp_take(descry_buf *out, const char *data, size_t size, const char *name, descry_sidecar_outcome *outcome,
                    descry_error *err)
{
    (void)out, (void)data, (void)size, (void)outcome;
    return refuse(name, err);
}

int descry_xmp_title(descry_buf *title, const char *data, size_t size)
{
    (void)title, (void)data, (void)size;
    return 0;
}

int descry_xmp_fill(descry_metadata *metadata, const char *data, size_t size)
{
    (void)metadata, (void)data, (void)size;
    return 0;
}

int descry_xmp_described(const char *data, size_t size)
{
    (void)data, (void)size;
    return 0;
}

const char *descry_xmp_feature(void)
{
    return NULL;
}
