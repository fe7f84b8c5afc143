/* SPDX-License-Identifier: Apache-2.0
 * Learned heads: the functions of the public headers. */
#include "api/handles.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/paths.h"
#include "descry_dev.h"
#include "heads/adapt.h"
#include "heads/head.h"

#include <string.h>

int descry_head_open(descry_head **head, descry_context *ctx, const descry_model *model, const char *name,
                     descry_error *err)
{
    descry_buf path = {0};
    static const descry_model_info none;
    const descry_model_info *info = model ? descry_model_get_info(model) : &none;
    *head = NULL;
    int rc = descry_head_locate(&path, info->path, info->recipe, name, err);
    if (!rc)
        rc = descry_head_read(head, path.data, (size_t)info->dim, info->recipe, err);
    const descry_engine engine = descry_context_engine(ctx);
    if (!rc && (rc = descry_head_prepare(*head, &engine, err)) != 0)
        descry_head_free(head);
    descry_buf_free(&path);
    return rc;
}

void descry_head_close(descry_head **head)
{
    if (head)
        descry_head_free(head);
}

size_t descry_head_dim(const descry_head *head)
{
    return head->dim;
}

int descry_head_map(const descry_head *head, int kind, const float *x, size_t n, int normalize, float *out,
                    descry_error *err)
{
    return descry_head_apply(head, kind == DESCRY_TEXTS ? DESCRY_HEAD_TEXT : DESCRY_HEAD_IMAGE, x, n, normalize, out,
                             err);
}

int descry_head_save(const descry_head *head, const descry_model *model, const char *name, const char *about,
                     char **path, descry_error *err)
{
    static const descry_model_info none;
    const descry_model_info *info = model ? descry_model_get_info(model) : &none;
    descry_buf file = {0};
    int rc;
    *path = NULL;
    if (descry_head_is_file(name))
        rc = descry_buf_append(&file, name, strlen(name), err);
    else if (!descry_head_is_name(name) || !model)
        rc = descry_fail(err, DESCRY_ERR_ARGUMENT, "%s: %s", name,
                         model ? "not a name: letters, digits, - _ . and =" : "without a model, a head is saved as a file");
    else {
        rc = descry_head_home(&file, info->recipe, name, err);
        if (!rc)
            rc = descry_path_make_folders(file.data, err);
    }
    if (!rc)
        rc = descry_head_write(head, file.data, info->recipe, about, err);
    if (rc) {
        descry_buf_free(&file);
        return rc;
    }
    *path = file.data;
    return 0;
}

int descry_adapt(descry_context *ctx, const float *images, const float *texts, size_t n, size_t dim,
                 const descry_adapt_options *options, descry_head **head, descry_adapt_state *state,
                 descry_error *err)
{
    descry_adapt_options how = DESCRY_ADAPT_OPTIONS_INIT;
    const descry_engine engine = descry_context_engine(ctx);
    *head = NULL;
    int rc = DESCRY_COPY_OPTIONS(&how, options, err);
    return rc ? rc : descry_adapt_run(&engine, images, texts, n, dim, &how, head, state, err);
}
