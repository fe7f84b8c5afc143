/* SPDX-License-Identifier: Apache-2.0 */
#include "clip/config.h"

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "model/zoo.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_CONFIG = 1 << 20 };

/* 1: the activation is not what the configuration says */
static int read_own(descry_buf *json, const char *path, const descry_pretrained *weights, descry_error *err)
{
    int rc = descry_file_read(json, path, MAX_CONFIG, err);
    return rc || !weights ? rc : descry_zoo_activation(json, weights, err);
}

/* As open_clip's force_image_size. */
static int force_size(descry_buf *json, int image_size, const char *path, descry_error *err)
{
    json_error_t where;
    int code;
    json_t *root = descry_json_load(json->data, json->size, JSON_REJECT_DUPLICATES, &where, &code);
    if (!root)
        return code == DESCRY_ERR_MEMORY ? descry_fail_memory(err)
                                         : descry_fail(err, DESCRY_ERR_FORMAT, "%s: line %d: %s", path, where.line, where.text);
    json_t *vision = json_object_get(json_object_get(root, "model_cfg"), "vision_cfg"); /* without it, parsing fails */
    char *text = vision && json_object_set_new(vision, "image_size", json_integer(image_size)) ? NULL
                                                                                            : descry_json_dump(root, 0);
    json->size = 0;
    int rc = text ? descry_buf_append(json, text, strlen(text), err) : descry_fail_memory(err);
    free(text);
    json_decref(root);
    return rc;
}

int descry_config_read(descry_network *network, const char *folder, const char *name, int image_size, const descry_log *log,
                       descry_buf *path, descry_buf *json, descry_error *err)
{
    const descry_pretrained *tag = descry_zoo_find(name), *known = tag ? tag : descry_zoo_of_repository(name);
    struct stat st;
    int rc = descry_buf_printf(path, err, "%s/open_clip_config.json", folder);
    if (rc)
        return rc;
    if (known && stat(path->data, &st) != 0) {
        path->size = 0;
        rc = descry_buf_printf(path, err, "%s", known->name);
        if (!rc)
            rc = descry_zoo_compose(json, known, err);
    } else {
        rc = read_own(json, path->data, tag, err);
    }
    if (rc < 0)
        return rc;
    if (rc > 0 && log)
        descry_log_write(log, DESCRY_LOG_WARNING, "%s: these weights want QuickGELU, which %s does not say: it is used", name,
                         path->data);
    rc = image_size ? force_size(json, image_size, path->data, err) : 0;
    return rc ? rc : descry_network_parse(network, json->data, json->size, path->data, err);
}
