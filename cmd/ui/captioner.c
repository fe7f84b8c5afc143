/* SPDX-License-Identifier: Apache-2.0
 * Chooses the model for captions of a library. */
#include "ui/common.h"

#include <stdio.h>
#include <string.h>

#define RECOMMENDED "coca_ViT-L-14/mscoco_finetuned_laion2b_s13b_b90k" /* open_clip's name of it */

void cmd_suggest_captioner(const char *option)
{
    cmd_say("one that can is " RECOMMENDED ": 'descry pull " RECOMMENDED "' fetches it, then: %s" RECOMMENDED, option);
}

typedef struct candidates {
    char first[512];
    char list[900];
    size_t count;
} candidates;

static int add_candidate(void *arg, const descry_known_model *model)
{
    candidates *found = arg;
    const char *name = model->name;
    /* not the bundled model, which knows emoji only, unless requested by name */
    if (!model->path || strcmp(name, "demo") == 0 || !descry_can_caption(name))
        return 0;
    if (found->count++ == 0)
        snprintf(found->first, sizeof found->first, "%s", name);
    size_t used = strlen(found->list);
    snprintf(found->list + used, sizeof found->list - used, "%s%s", used ? ", " : "", name);
    return 0;
}

static int find_installed(candidates *found, const char *search, const char *option)
{
    descry_error err;
    if (descry_models(add_candidate, found, &err))
        return cmd_fail(&err);
    if (found->count == 1)
        return CMD_DONE;
    if (found->count > 1)
        cmd_say("which model describes the pictures? %sNAME chooses one of %s", option, found->list);
    else {
        cmd_say("%s%sno model that describes pictures is installed", search ? search : "",
                search ? " has no decoder, and " : "");
        cmd_suggest_captioner(option);
    }
    return CMD_FAILED;
}

int cmd_open_captioner(descry_model **captioner, descry_context *ctx, const char *name, descry_precision precision,
                       descry_model *search, const char *option)
{
    const descry_model_info *search_info = search ? descry_model_get_info(search) : NULL;
    candidates found = {0};
    *captioner = NULL;
    if (!name || !*name) {
        if (search_info && search_info->can_caption) {
            *captioner = search;
            return CMD_DONE;
        }
        int status = find_installed(&found, search_info ? search_info->name : NULL, option);
        if (status != CMD_DONE)
            return status;
        name = found.first;
    }
    int status = cmd_open_named(captioner, ctx, name, &(cmd_common){.precision = precision});
    if (status != CMD_DONE)
        return status;
    const descry_model_info *info = descry_model_get_info(*captioner);
    if (!info->can_caption) {
        cmd_say("%s: it has no decoder: it cannot describe pictures", info->name);
        cmd_suggest_captioner(option);
        status = CMD_FAILED;
    } else if (search && strcmp(info->recipe, search_info->recipe) != 0)
        return CMD_DONE;
    if (search || status != CMD_DONE)
        descry_model_close(captioner);
    if (search && status == CMD_DONE)
        *captioner = search;
    return status;
}
