/* SPDX-License-Identifier: Apache-2.0
 * Values of JSON from bytes that need not be UTF-8; for the commands and the server. */
#ifndef CMD_JSON_H
#define CMD_JSON_H

#include <jansson.h>
#include <stddef.h>

/* A string of `size` bytes; ill-formed UTF-8 becomes U+FFFD.  NULL: out of memory. */
json_t *cmd_json_text(const char *text, size_t size);

/* object[key] = path as text; if that is not UTF-8, also object[key + "_bytes"] = base64.  -1: out of memory. */
int cmd_json_set_path(json_t *object, const char *key, const char *path);

char *cmd_base64(const void *bytes, size_t size); /* to be released with free; NULL: out of memory */
json_t *cmd_json_base64(const void *bytes, size_t size);

#endif
