/* SPDX-License-Identifier: Apache-2.0 */
#include "clip/config.h"

#include "base/file.h"
#include "model/zoo.h"

#include <sys/stat.h>

enum { MAX_CONFIG = 1 << 20 };

/* 1: the activation is not what the configuration says */
static int read_own(descry_buf *json, const char *path, const descry_pretrained *weights, descry_error *err)
{
    int rc = descry_file_read(json, path, MAX_CONFIG, err);
    return rc || !weights ? rc : descry_zoo_activation(json, weights, err);
}

int descry_config_read(descry_network *network, const char *folder, const char *name, const descry_log *log, descry_buf *path,
                       descry_buf *json, descry_error *err)
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
    return descry_network_parse(network, json->data, json->size, path->data, err);
}
