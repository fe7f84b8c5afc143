/* SPDX-License-Identifier: Apache-2.0 */
#include "model/zoo.h"

#include "base/error.h"
#include "base/json.h"
#include "model/network.h"
#include "model/zoo_configs.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

int descry_zoo_next(const char **name, size_t *at, descry_error *err)
{
    while (*at < descry_zoo_count) {
        const descry_zoo_row *row = &descry_zoo[(*at)++];
        descry_network network;
        int rc = descry_network_parse(&network, row->json, strlen(row->json), row->name, NULL);
        if (rc == DESCRY_ERR_MEMORY)
            return descry_fail_memory(err);
        if (rc == 0) {
            descry_network_close(&network);
            *name = row->name;
            return 1;
        }
    }
    return 0;
}

const char *descry_zoo_config(const char *name)
{
    for (size_t i = 0; i < descry_zoo_count; i++)
        if (strcmp(descry_zoo[i].name, name) == 0)
            return descry_zoo[i].json;
    return NULL;
}

const descry_pretrained *descry_zoo_pretrained(size_t index)
{
    return index < descry_zoo_weights_count ? &descry_zoo_published[index].row : NULL;
}

/* Immich writes "laion2b-s34b-b79k" for laion2b_s34b_b79k, and XLM for xlm. */
static int fold(char c)
{
    return c == '-' ? '_' : tolower((unsigned char)c);
}

static int is_immichs(const char *name, const char *given)
{
    for (; *name && *given; name++, given++) {
        if (*name == '/' && given[0] == '_' && given[1] == '_')
            given++;
        else if (fold(*name) != fold(*given))
            return 0;
    }
    return *name == *given;
}

const descry_pretrained *descry_zoo_find(const char *name)
{
    int immichs = !strchr(name, '/') && strstr(name, "__");
    for (size_t i = 0; i < descry_zoo_weights_count; i++) {
        const descry_pretrained *row = &descry_zoo_published[i].row;
        if (immichs ? is_immichs(row->name, name) : strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

const descry_pretrained *descry_zoo_of_repository(const char *source)
{
    for (size_t i = 0; i < descry_zoo_weights_count; i++)
        if (strcmp(descry_zoo_published[i].row.source, source) == 0)
            return &descry_zoo_published[i].row;
    return NULL;
}

/* ---- configurations -------------------------------------------------------------------------------------------- */

static int dump(descry_buf *json, const json_t *root, descry_error *err)
{
    char *text = descry_json_dump(root, JSON_COMPACT);
    json->size = 0;
    int rc = text ? descry_buf_append(json, text, strlen(text), err) : descry_fail_memory(err);
    free(text);
    return rc;
}

int descry_zoo_activation(descry_buf *json, const descry_pretrained *weights, descry_error *err)
{
    if (!weights->quick_gelu)
        return 0;
    json_error_t where;
    int code;
    json_t *root = descry_json_load(json->data, json->size, JSON_REJECT_DUPLICATES, &where, &code);
    if (!root)
        return code == DESCRY_ERR_MEMORY ? descry_fail_memory(err) : 0; /* whoever parses it says what is wrong */
    json_t *model = json_object_get(root, "model_cfg");
    int rc = 0;
    if (json_is_object(model) && !json_is_true(json_object_get(model, "quick_gelu"))) {
        rc = json_object_set_new(model, "quick_gelu", json_true()) ? descry_fail_memory(err) : dump(json, root, err);
        rc = rc ? rc : 1;
    }
    json_decref(root);
    return rc;
}

/* {"model_cfg": {...}} and preprocess_cfg: into one. */
static int with_preprocess(descry_buf *json, const char *config, const char *preprocess, descry_error *err)
{
    json->size = 0;
    return descry_buf_printf(json, err, "%.*s,\"preprocess_cfg\":%s}", (int)(strlen(config) - 1), config, preprocess);
}

int descry_zoo_compose(descry_buf *json, const descry_pretrained *weights, descry_error *err)
{
    const char *slash = strchr(weights->name, '/');
    const descry_zoo_weights *row = (const descry_zoo_weights *)(const void *)weights; /* which it begins */
    for (size_t i = 0; i < descry_zoo_count; i++)
        if (strncmp(descry_zoo[i].name, weights->name, (size_t)(slash - weights->name)) == 0 &&
            descry_zoo[i].name[slash - weights->name] == 0 && row->preprocess) {
            int rc = with_preprocess(json, descry_zoo[i].json, row->preprocess, err);
            return rc ? rc : descry_zoo_activation(json, weights, err);
        }
    return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: its architecture has no configuration", weights->name);
}
