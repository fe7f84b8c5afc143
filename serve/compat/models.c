/* SPDX-License-Identifier: Apache-2.0
 * Which model a client means. */
#include "compat/compat.h"

#include <stdlib.h>
#include <string.h>

char *serve_compat_clean(const char *name)
{
    const char *slash = strrchr(name, '/');
    char *clean = strdup(slash ? slash + 1 : name), *to = clean;
    for (const char *at = clean; at && *at; at++)
        if (*at != '.')
            *to++ = *at == ':' || *at == '\\' ? '_' : *at;
    if (to)
        *to = 0;
    return clean;
}

/* The published weights of that name, whose tag may have "-" where open_clip's has "_". */
static const descry_pretrained *published(const char *name)
{
    const descry_pretrained *found = descry_pretrained_find(name);
    char *other = found ? NULL : strdup(name), *tag = other ? strstr(other, "__") : NULL;
    for (; tag && *tag; tag++)
        if (*tag == '-')
            *tag = '_';
    if (other)
        found = descry_pretrained_find(other);
    free(other);
    return found;
}

typedef struct installed {
    int (*each)(void *arg, const char *name, const descry_known_model *model);
    void *arg;
} installed;

static int if_installed(void *arg, const descry_known_model *model)
{
    const installed *to = arg;
    return model->path ? to->each(to->arg, model->name, model) : 0;
}

int serve_compat_installed(int (*each)(void *arg, const char *name, const descry_known_model *model), void *arg, descry_error *err)
{
    return descry_models(if_installed, &(installed){each, arg}, err);
}

typedef struct sought {
    const char *name;
    bool found;
} sought;

static int is_it(void *arg, const char *name, const descry_known_model *model)
{
    sought *s = arg;
    (void)model;
    return s->found |= strcmp(name, s->name) == 0;
}

/* Whether a client that says `name` means the server's own model. */
static bool is_own(const char *own, const char *name)
{
    char *clean = own ? serve_compat_clean(own) : NULL;
    bool same = own && (strcmp(own, name) == 0 || (clean && *clean && strcmp(clean, name) == 0));
    free(clean);
    return same;
}

int serve_compat_model(serve_worker *worker, const char *name, char **own, descry_error *err)
{
    sought s = {name, strcmp(name, "demo") == 0};
    const descry_pretrained *known = published(name);
    *own = serve_model_name(worker);
    if (is_own(*own, name))
        return 0;
    free(*own);
    *own = NULL;
    if (!known && !s.found && descry_model_folder(name) == 0 && serve_compat_installed(is_it, &s, err) && !s.found)
        return err ? err->code : DESCRY_ERR_MEMORY;
    if (!known && !s.found)
        return serve_fail(err, DESCRY_ERR_NOT_FOUND, "there is no model '%s'", name);
    *own = strdup(known ? known->name : name);
    return *own ? 0 : serve_fail_memory(err);
}
