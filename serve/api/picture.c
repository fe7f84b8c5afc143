/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include <math.h>
#include <string.h>

static void set(json_t *object, const char *key, json_t *value, int *rc)
{
    *rc |= json_object_set_new(object, key, value);
}

json_t *serve_picture(int64_t id, const char *path, int source, const char *caption, const char *captioner,
                      const descry_metadata *metadata)
{
    json_t *object = json_object();
    const char *slash = strrchr(path, '/');
    char taken[DESCRY_TIME_SIZE] = "";
    bool is_placed = metadata && !isnan(metadata->latitude);
    int rc = object ? serve_json_path(object, "path", path) : -1;
    if (metadata)
        descry_time_print(taken, metadata->taken, metadata->taken_offset);
    if (object) {
        set(object, "id", json_integer(id), &rc);
        set(object, "name", serve_json_text(slash && slash[1] ? slash + 1 : path), &rc);
        set(object, "source", json_boolean(source), &rc);
        set(object, "caption", serve_json_text(caption), &rc);
        set(object, "captioner", serve_json_text(captioner), &rc);
        set(object, "title", serve_json_text(metadata && *metadata->title ? metadata->title : NULL), &rc);
        set(object, "taken", serve_json_text(*taken ? taken : NULL), &rc);
        set(object, "camera", serve_json_text(metadata && *metadata->camera ? metadata->camera : NULL), &rc);
        set(object, "latitude", is_placed ? json_real(metadata->latitude) : json_null(), &rc);
        set(object, "longitude", is_placed ? json_real(metadata->longitude) : json_null(), &rc);
    }
    if (!rc)
        return object;
    json_decref(object);
    return NULL;
}
