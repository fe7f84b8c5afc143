/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* 4 x 4 colours as a picture that browsers show: a BMP, whose rows go up, in a data: address. */
static json_t *placeholder_of(const uint8_t *rgb, size_t size)
{
    enum { SIDE = 4, ROW = SIDE * 3, HEADER = 54 };
    static const uint8_t header[HEADER] = {'B', 'M', HEADER + SIDE * ROW, 0, 0, 0, 0, 0, 0, 0, HEADER, 0, 0, 0, 40, 0, 0, 0,
                                           SIDE, 0, 0, 0, SIDE, 0, 0, 0, 1, 0, 24};
    uint8_t file[HEADER + SIDE * ROW];
    char address[sizeof "data:image/bmp;base64," + (sizeof file + 2) / 3 * 4] = "data:image/bmp;base64,";
    if (!rgb || size != SIDE * ROW)
        return json_null();
    memcpy(file, header, sizeof header);
    for (size_t y = 0; y < SIDE; y++)
        for (size_t x = 0; x < SIDE; x++)
            for (size_t c = 0; c < 3; c++)
                file[HEADER + (SIDE - 1 - y) * ROW + x * 3 + c] = rgb[y * ROW + x * 3 + 2 - c];
    char *text = cmd_base64(file, sizeof file);
    if (!text)
        return NULL;
    strcat(address, text);
    free(text);
    return json_string(address);
}

static void set(json_t *object, const char *key, json_t *value, int *rc)
{
    *rc |= json_object_set_new(object, key, value);
}

json_t *serve_picture_json(const serve_picture *p)
{
    const descry_metadata *about = p->metadata;
    const char *slash = strrchr(p->path, '/');
    json_t *object = json_object();
    char taken[DESCRY_TIME_SIZE] = "";
    bool is_placed = about && !isnan(about->latitude);
    int rc = 0;
    if (!object)
        return NULL;
    if (about)
        descry_time_print(taken, about->taken, about->taken_offset);
    set(object, "id", json_integer(p->id), &rc);
    rc |= cmd_json_set_path(object, "path", p->path);
    set(object, "name", serve_json_text(slash && slash[1] ? slash + 1 : p->path), &rc);
    set(object, "source", json_boolean(p->source), &rc);
    set(object, "width", p->width ? json_integer(p->width) : json_null(), &rc);
    set(object, "height", p->height ? json_integer(p->height) : json_null(), &rc);
    set(object, "placeholder", placeholder_of(p->placeholder, p->placeholder_size), &rc);
    set(object, "caption", serve_json_text(p->caption), &rc);
    set(object, "captioner", serve_json_text(p->captioner), &rc);
    set(object, "title", serve_json_text(about && *about->title ? about->title : NULL), &rc);
    set(object, "taken", serve_json_text(*taken ? taken : NULL), &rc);
    set(object, "camera", serve_json_text(about && *about->camera ? about->camera : NULL), &rc);
    set(object, "latitude", is_placed ? json_real(about->latitude) : json_null(), &rc);
    set(object, "longitude", is_placed ? json_real(about->longitude) : json_null(), &rc);
    if (!rc)
        return object;
    json_decref(object);
    return NULL;
}

json_t *serve_entry_json(const descry_entry *e)
{
    return serve_picture_json(&(serve_picture){e->id, e->path, e->source, e->width, e->height, e->placeholder, e->placeholder_size,
                                               e->caption, e->captioner, e->metadata});
}
