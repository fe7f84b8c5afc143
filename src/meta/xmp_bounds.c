/* SPDX-License-Identifier: Apache-2.0
 * XML 1.0, 2.3 to 2.8 and 3.1, as far as it says where a tag ends. */
#include "meta/xmp_bounds.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool begins(const char *at, const char *end, const char *token)
{
    size_t size = strlen(token);
    return (size_t)(end - at) >= size && memcmp(at, token, size) == 0;
}

/* Past the next `token`, or the end. */
static const char *skip_past(const char *at, const char *end, const char *token)
{
    while (at < end && !begins(at, end, token)) {
        const char *next = memchr(at + 1, token[0], (size_t)(end - at - 1));
        at = next ? next : end;
    }
    return at < end ? at + strlen(token) : end;
}

/* Past the tag whose name begins at `at`; NULL: it exceeds a bound. */
static const char *skip_tag(const char *at, const char *end)
{
    const char *name = at;
    for (unsigned attributes = 0; at < end && *at != '>'; at++) {
        if (*at == '"' || *at == '\'') {
            const char *value = at + 1, *close = memchr(value, *at, (size_t)(end - value));
            at = close ? close : end - 1;
            if (++attributes > DESCRY_XMP_MAX_ATTRIBUTES ||
                (begins(name, end, "xmlns") && at - value > DESCRY_XMP_MAX_URI))
                return NULL;
        } else if (!is_space(*at) && *at != '=' && (is_space(at[-1]) || at[-1] == '"' || at[-1] == '\'')) {
            name = at;
        }
    }
    return at;
}

bool descry_xmp_is_modest(const char *data, size_t size)
{
    enum { SHORT = 1 << 16 };
    const char *end = data + size;
    if (size <= SHORT)
        return true;
    if (!data[0] || !data[1] || memcmp(data, "\xFE\xFF", 2) == 0 || memcmp(data, "\xFF\xFE", 2) == 0) /* UTF-16 */
        return false;
    for (const char *at = data; at && (at = memchr(at, '<', (size_t)(end - at))) != NULL;)
        if (begins(at, end, "<!--"))
            at = skip_past(at + 4, end, "-->");
        else if (begins(at, end, "<![CDATA["))
            at = skip_past(at + 9, end, "]]>");
        else if (begins(at, end, "<?"))
            at = skip_past(at + 2, end, "?>");
        else if (!(at = skip_tag(at + 1, end)))
            return false;
    return true;
}
