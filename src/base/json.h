/* SPDX-License-Identifier: Apache-2.0
 * JSON by Jansson, also when memory is short: 2.14 then drops characters of long strings and numbers without an error, and
 * without the quote at the end of one writes beyond its memory (lex_save and lex_scan_string in load.c, dump_string in
 * dump.c). */
#ifndef DESCRY_BASE_JSON_H
#define DESCRY_BASE_JSON_H

#include <jansson.h>

/* json_loadb of an object or array, of JSON_PARSER_MAX_DEPTH - 1 levels.  NULL: *code is DESCRY_ERR_MEMORY, or
 * DESCRY_ERR_FORMAT and *where has the reason.  Else *where, which may be NULL, is not set. */
json_t *descry_json_load(const char *text, size_t size, size_t flags, json_error_t *where, int *code);

/* json_dumps into a buffer allocated beforehand; NULL: out of memory.  To be released with free. */
char *descry_json_dump(const json_t *json, size_t flags);

#endif
