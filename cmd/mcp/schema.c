/* SPDX-License-Identifier: Apache-2.0
 * The part of JSON Schema that the tools' arguments need. */
#include "mcp/protocol.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool misfit(char *why, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

static bool misfit(char *why, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, size, format, arguments);
    va_end(arguments);
    return false;
}

static bool is_of_type(const char *type, const json_t *value)
{
    static const struct {
        const char *name;
        json_type type;
    } types[] = {{"object", JSON_OBJECT}, {"array", JSON_ARRAY}, {"string", JSON_STRING}, {"integer", JSON_INTEGER}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, type) == 0)
            return json_typeof(value) == types[i].type;
    return false;
}

/* Whether `amount` of something is between two bounds of the schema, which may be missing. */
static bool is_between(const json_t *schema, const char *least, const char *most, json_int_t amount)
{
    const json_t *low = json_object_get(schema, least), *high = json_object_get(schema, most);
    return (!low || amount >= json_integer_value(low)) && (!high || amount <= json_integer_value(high));
}

static bool fits_object(const json_t *schema, const json_t *value, char *why, size_t size)
{
    const json_t *properties = json_object_get(schema, "properties");
    const json_t *required = json_object_get(schema, "required");
    for (size_t i = 0; i < json_array_size(required); i++)
        if (!json_object_get(value, json_string_value(json_array_get(required, i))))
            return misfit(why, size, "'%s' is missing", json_string_value(json_array_get(required, i)));
    for (void *at = json_object_iter((json_t *)value); at; at = json_object_iter_next((json_t *)value, at)) {
        const char *key = json_object_iter_key(at);
        const json_t *property = json_object_get(properties, key);
        char inner[160];
        if (!property)
            return misfit(why, size, "'%.60s' is not known", key);
        if (!mcp_fits(property, json_object_iter_value(at), inner, sizeof inner))
            return misfit(why, size, "'%s' %s", key, inner);
    }
    return true;
}

static bool fits_array(const json_t *schema, const json_t *value, char *why, size_t size)
{
    char inner[120];
    if (!is_between(schema, "minItems", "maxItems", (json_int_t)json_array_size(value)))
        return misfit(why, size, "has too few or too many items");
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!mcp_fits(json_object_get(schema, "items"), json_array_get(value, i), inner, sizeof inner))
            return misfit(why, size, "has an item that %s", inner);
    return true;
}

static bool fits_string(const json_t *schema, const json_t *value, char *why, size_t size)
{
    const json_t *words = json_object_get(schema, "enum");
    size_t length = json_string_length(value);
    bool found = !words;
    if (strlen(json_string_value(value)) != length)
        return misfit(why, size, "has a NUL in it");
    if (!is_between(schema, "minLength", "maxLength", (json_int_t)length))
        return misfit(why, size, "is too short or too long");
    for (size_t i = 0; i < json_array_size(words); i++)
        found = found || json_equal(json_array_get(words, i), value);
    return found || misfit(why, size, "is none of the words that it may be");
}

bool mcp_fits(const json_t *schema, const json_t *value, char *why, size_t size)
{
    const char *type = json_string_value(json_object_get(schema, "type"));
    if (!type || !is_of_type(type, value))
        return misfit(why, size, "is not of type %s", type ? type : "?");
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return fits_object(schema, value, why, size);
    case JSON_ARRAY:
        return fits_array(schema, value, why, size);
    case JSON_STRING:
        return fits_string(schema, value, why, size);
    default:
        return is_between(schema, "minimum", "maximum", json_integer_value(value)) || misfit(why, size, "is too small or too large");
    }
}
