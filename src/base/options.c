/* SPDX-License-Identifier: Apache-2.0 */
#include "base/options.h"

#include "base/error.h"
#include "descry_dev.h"

#include <stddef.h>
#include <string.h>

enum { MOST = 1 << 12 }; /* bytes: larger than any struct of options */

/* Padding at the end of a struct is uninitialised and would be read as the first member that a later version adds. */
#define ENDS(type, last) _Static_assert(offsetof(type, last) + sizeof((type){0}.last) == sizeof(type), #type)
ENDS(descry_context_options, libexec);
ENDS(descry_watch, cancel);
ENDS(descry_limits, max_pixels_per_byte);
ENDS(descry_preprocess_options, region);
ENDS(descry_folder_options, sniff);
ENDS(descry_model_options, combine);
ENDS(descry_generation, prompt);
ENDS(descry_caption_options, watch);
ENDS(descry_sidecar_options, include_hidden);
ENDS(descry_library_options, thumbs_bytes);
ENDS(descry_index_counts, seconds);
ENDS(descry_index_options, arg);
ENDS(descry_filter, album);
ENDS(descry_net_options, allow_private);
ENDS(descry_pull_options, watch);
ENDS(descry_named_vector, dim);
ENDS(descry_search_options, vector_count);
ENDS(descry_export_options, watch);
ENDS(descry_import_counts, seconds);
ENDS(descry_import_options, arg);
ENDS(descry_files_options, watch);
ENDS(descry_adapt_state, best_epoch);
ENDS(descry_adapt_options, watch);

static size_t size_of(const void *given)
{
    size_t size;
    memcpy(&size, given, sizeof size);
    return size;
}

int descry_options_check(const void *given, descry_error *err)
{
    size_t size = given ? size_of(given) : MOST;
    if (size <= sizeof size || size > MOST || size % sizeof size)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "options of %zu bytes: their size is to be set by the _INIT macro", size);
    return 0;
}

int descry_options_copy(void *full, size_t size, const void *given, descry_error *err)
{
    int rc = descry_options_check(given, err);
    if (rc || !given)
        return rc;
    size_t known = size_of(given);
    const char *bytes = given;
    for (size_t i = size; i < known; i++)
        if (bytes[i])
            return descry_fail(err, DESCRY_ERR_ARGUMENT, "options of a later version, with something that this one cannot do");
    memcpy((char *)full + sizeof size, bytes + sizeof size, (known < size ? known : size) - sizeof size);
    return 0;
}

int descry_reading_copy(descry_reading *whole, const descry_preprocess_options *given, descry_error *err)
{
    *whole = (descry_reading){DESCRY_PREPROCESS_OPTIONS_INIT, DESCRY_LIMITS_INIT, {0, 0, 0, 0}};
    int rc = DESCRY_COPY_OPTIONS(&whole->options, given, err);
    if (!rc)
        rc = DESCRY_COPY_OPTIONS(&whole->limits, whole->options.limits, err);
    if (!rc && whole->options.region)
        whole->region = *whole->options.region;
    whole->options.limits = &whole->limits;
    whole->options.region = NULL;
    return rc;
}

int descry_reading_copy_whole(descry_reading *whole, const descry_preprocess_options *given, descry_error *err)
{
    int rc = descry_reading_copy(whole, given, err);
    const descry_region *r = &whole->region;
    return rc || (r->left == 0 && r->top == 0 && r->right == 0 && r->bottom == 0)
               ? rc
               : descry_fail(err, DESCRY_ERR_ARGUMENT, "a region of one picture, where there may be many");
}

void descry_options_copy_back(void *given, const void *full, size_t size)
{
    if (!given || descry_options_check(given, NULL))
        return;
    size_t known = size_of(given);
    memcpy((char *)given + sizeof size, (const char *)full + sizeof size, (known < size ? known : size) - sizeof size);
}
