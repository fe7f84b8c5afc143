/* SPDX-License-Identifier: Apache-2.0
 * What albums may be called, and their errors, for every engine. */
#include "store/store.h"

#include "base/error.h"

#include <string.h>
#include <unistr.h>

/* Unicode's control characters, its category Cc. */
static int is_control(ucs4_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

static int is_name(const char *name)
{
    const uint8_t *at = (const uint8_t *)name;
    size_t size = strlen(name);
    ucs4_t c;
    if (size < 1 || size > DESCRY_ALBUM_NAME_SIZE || u8_check(at, size))
        return 0;
    while ((at = u8_next(&c, at)))
        if (is_control(c))
            return 0;
    return 1;
}

int descry_album_check(const char *name, const char *query, descry_error *err)
{
    if (!is_name(name))
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "an album's name has 1 to %d bytes of UTF-8 without control characters",
                           DESCRY_ALBUM_NAME_SIZE);
    if (query && strlen(query) > DESCRY_ALBUM_QUERY_SIZE)
        return descry_fail(err, DESCRY_ERR_LIMIT, "an album's query of %zu bytes: at most %d", strlen(query),
                           DESCRY_ALBUM_QUERY_SIZE);
    return 0;
}

int descry_album_fail_none(descry_error *err)
{
    return descry_fail(err, DESCRY_ERR_NOT_FOUND, "there is no such album");
}

int descry_album_fail_taken(const char *name, descry_error *err)
{
    return descry_fail(err, DESCRY_ERR_ARGUMENT, "there is an album '%s' already", name);
}

int descry_album_fail_kind(int smart, descry_error *err)
{
    return descry_fail(err, DESCRY_ERR_ARGUMENT,
                       smart ? "a smart album has the pictures that its query finds: none are added or taken"
                             : "the album is a selection of pictures: it has no query");
}
