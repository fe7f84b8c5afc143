/* SPDX-License-Identifier: Apache-2.0
 * The files of the page, as serve/embed.c has put them into the build. */
#ifndef SERVE_PAGE_H
#define SERVE_PAGE_H

#include <stddef.h>

typedef struct serve_page_file {
    const char *name, *type, *etag;
    const unsigned char *gzip; /* [size] */
    size_t size, plain_size;   /* compressed, and not */
} serve_page_file;

extern const serve_page_file serve_page_files[]; /* ends with a NULL name */

#endif
