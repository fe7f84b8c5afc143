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
serve_handler serve_api_matrix, serve_api_sidecars;                               /* api/chosen.c */
serve_handler serve_api_zip, serve_api_zip_of;                                    /* api/zip.c */
serve_handler serve_api_browse, serve_api_jobs, serve_api_job, serve_api_add_job, serve_api_cancel_job, serve_api_events; /* api/jobs.c */

/* ---- shared by handlers ------------------------------------------------------------------------------------------ */

/* The form in which answers have a picture (api/picture.c).  NULL: out of memory. */
json_t *serve_picture(int64_t id, const char *path, int source, const char *caption, const char *captioner,
                      const descry_metadata *metadata);

/* The array "ids" of a body, to be freed (api/chosen.c); the argument "ids", "1,2,3", the same (api/photos.c).
 * DESCRY_ERR_ARGUMENT: no such thing, or more than `most`. */
int serve_ids_of(const json_t *object, size_t most, int64_t **ids, size_t *count, descry_error *err);
int serve_id_list_of(const serve_request *request, size_t most, int64_t **ids, size_t *count, descry_error *err);

#endif
