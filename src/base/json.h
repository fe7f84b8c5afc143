/* SPDX-License-Identifier: Apache-2.0
 * JSON by Jansson, also when memory is short: 2.14 then leaves out characters of long strings and numbers and says nothing
 * (lex_save in load.c, dump_string in dump.c). */
#ifndef DESCRY_BASE_JSON_H
#define DESCRY_BASE_JSON_H

#include <jansson.h>

/* json_loadb, twice: what is not the same both times was not read.  NULL: *code is DESCRY_ERR_MEMORY, or DESCRY_ERR_FORMAT and
 * *where (not NULL) tells. */
json_t *descry_json_load(const char *text, size_t size, size_t flags, json_error_t *where, int *code);

/* json_dumps into memory that is there before; NULL: there is none.  To be released with free. */
char *descry_json_dump(const json_t *json, size_t flags);

#endif
