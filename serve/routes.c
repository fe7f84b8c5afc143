/* SPDX-License-Identifier: Apache-2.0
 * What can be asked for: docs/http.md. */
#include "api/api.h"
#include "compat/compat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define API "/api/v1"

const serve_route serve_routes[] = {
    {"GET", "/healthz", serve_api_health, SERVE_OPEN | SERVE_AT_ONCE, 0},
    {"GET", "/metrics", serve_api_metrics, SERVE_AT_ONCE, 0},
    {"POST", API "/login", serve_api_login, SERVE_OPEN | SERVE_AT_ONCE, 4096},
    {"POST", API "/logout", serve_api_logout, SERVE_AT_ONCE, 4096},
    {"GET", API "/status", serve_api_status, 0, 0},
    {"GET", API "/search", serve_api_search, 0, 0},
    {"GET", API "/photos", serve_api_photos, 0, 0},
    {"GET", API "/photos/#", serve_api_photo, 0, 0},
    {"GET", API "/photos/#/similar", serve_api_similar, 0, 0},
    {"GET", API "/photos/#/file", serve_api_file, 0, 0},
    {"PUT", API "/photos/#/caption", serve_api_caption, SERVE_CHANGES, 128 << 10},
    {"GET", API "/photos/#/thumbnail", serve_api_thumbnail, 0, 0},
    {"GET", API "/photos/#/preview", serve_api_preview, 0, 0},
    {"POST", API "/photos/#/open", serve_api_open, 0, 0},
    {"GET", API "/timeline", serve_api_timeline, 0, 0},
    {"GET", API "/folders", serve_api_folders, 0, 0},
    {"GET", API "/cameras", serve_api_cameras, 0, 0},
    {"POST", API "/pictures", serve_api_upload, 0, SERVE_UPLOAD},
    {"GET", API "/pictures/*", serve_api_uploaded, SERVE_AT_ONCE, 0},
    {"GET", API "/albums", serve_api_albums, 0, 0},
    {"POST", API "/albums", serve_api_add_album, SERVE_CHANGES, 2 << 20},
    {"PUT", API "/albums/#", serve_api_change_album, SERVE_CHANGES, 2 << 20},
    {"DELETE", API "/albums/#", serve_api_remove_album, SERVE_CHANGES, 0},
    {"GET", API "/models", serve_api_models, 0, 0},
    {"POST", API "/matrix", serve_api_matrix, 0, 0},
    {"POST", API "/sidecars", serve_api_sidecars, SERVE_CHANGES, 0},
    {"POST", API "/zip", serve_api_zip, 0, 0},
    {"GET", API "/zip", serve_api_zip_of, 0, 0},
    {"GET", API "/browse", serve_api_browse, 0, 0},
    {"GET", API "/jobs", serve_api_jobs, SERVE_AT_ONCE, 0},
    {"POST", API "/jobs", serve_api_add_job, SERVE_CHANGES, 0},
    {"GET", API "/jobs/#", serve_api_job, SERVE_AT_ONCE, 0},
    {"DELETE", API "/jobs/#", serve_api_cancel_job, SERVE_AT_ONCE, 0},
    {"GET", API "/events", serve_api_events, SERVE_AT_ONCE, 0},
    {"POST", "/v1/embeddings", serve_embeddings, 0, SERVE_UPLOAD},
    {"POST", "/embeddings", serve_embeddings, 0, SERVE_UPLOAD},
    {"GET", "/v1/models", serve_embedding_models, 0, 0},
    {"GET", "/models", serve_embedding_models, 0, 0},
    {"POST", "/knn-service", serve_knn, SERVE_ANY_SITE, SERVE_UPLOAD},
    {"POST", "//knn-service", serve_knn, SERVE_ANY_SITE, SERVE_UPLOAD}, /* the page of clip-retrieval joins so */
    {"GET", "/indices-list", serve_indices, SERVE_ANY_SITE | SERVE_AT_ONCE, 0},
    {"GET", "//indices-list", serve_indices, SERVE_ANY_SITE | SERVE_AT_ONCE, 0},
    {"POST", "/metadata", serve_metadata, SERVE_ANY_SITE, 0},
    {"POST", "//metadata", serve_metadata, SERVE_ANY_SITE, 0},
    {"GET", "/", serve_page, SERVE_OPEN | SERVE_AT_ONCE, 0},
    {"GET", "/*", serve_page, SERVE_OPEN | SERVE_AT_ONCE, 0},
    {NULL, NULL, NULL, 0, 0},
};

/* Whether `path` is of the pattern; "#" is a number, "*" a name without a slash. */
static bool matches(const char *pattern, const char *path, int64_t *id, const char **name, size_t *length)
{
    while (*pattern) {
        if (*pattern == '#') {
            char *end;
            if (*path < '1' || *path > '9')
                return false;
            errno = 0;
            *id = strtoll(path, &end, 10);
            if (errno)
                return false;
            path = end;
            pattern++;
        } else if (*pattern == '*') {
            *name = path;
            *length = strcspn(path, "/");
            path += *length;
            pattern++;
            if (*length == 0)
                return false;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return !*path;
}

const serve_route *serve_route_find(const serve_route *routes, serve_request *request, char *name, size_t room, bool *other)
{
    const char *method = strcmp(request->method, "HEAD") == 0 ? "GET" : request->method;
    *other = false;
    for (const serve_route *route = routes; route->method; route++) {
        const char *found = NULL;
        size_t length = 0;
        if (!matches(route->pattern, request->path, &request->id, &found, &length) || length >= room)
            continue;
        if (strcmp(route->method, method) == 0) {
            if (found)
                memcpy(name, found, length);
            name[length] = 0;
            request->name = name;
            return route;
        }
        *other = true;
    }
    return NULL;
}
