/* SPDX-License-Identifier: Apache-2.0
 * Handlers of the page's routes, one file for each subject. */
#ifndef SERVE_API_API_H
#define SERVE_API_API_H

#include "server.h"

serve_handler serve_page;                                                         /* page.c */
serve_handler serve_api_metrics;                                                  /* metrics.c */
serve_handler serve_api_health, serve_api_login, serve_api_logout, serve_api_status, serve_api_models; /* api/status.c */
serve_handler serve_api_search, serve_api_similar;                                /* api/search.c */
serve_handler serve_api_photos, serve_api_photo, serve_api_file, serve_api_caption; /* api/photos.c */

/* ---- shared by handlers ------------------------------------------------------------------------------------------ */

/* The form in which answers have a picture (api/picture.c).  NULL: out of memory. */
json_t *serve_picture(int64_t id, const char *path, int source, const char *caption, const char *captioner,
                      const descry_metadata *metadata);

#endif
