/* SPDX-License-Identifier: Apache-2.0 */
#include "model/network.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- renaming -------------------------------------------------------------------------------------------------- */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* The renaming rules of open_clip's load_state_dict and convert_state_dict. */
static int rename_tensors(descry_network *n, descry_error *err)
{
    static const char *const text_keys[] = {"text_projection", "positional_embedding", "token_embedding", "transformer",
                                            "ln_final"};
    descry_tensors *f = &n->file;
    bool module = f->count > 0;
    for (size_t i = 0; i < f->count; i++)
        module = module && begins(f->tensors[i].name, "module.");
    for (size_t i = 0; module && i < f->count; i++)
        f->tensors[i].name += strlen("module."); /* the order stays */
    if (n->text_prefix && descry_tensors_find(f, "text_projection") && descry_tensors_find(f, "positional_embedding"))
        for (size_t i = 0; i < f->count; i++)
            for (size_t k = 0; k < sizeof text_keys / sizeof *text_keys; k++)
                if (begins(f->tensors[i].name, text_keys[k])) {
                    size_t size = strlen(f->tensors[i].name) + sizeof "text.";
                    char *name = descry_arena_alloc(&f->arena, size, 1);
                    if (!name)
                        return descry_fail_memory(err);
                    snprintf(name, size, "text.%s", f->tensors[i].name);
                    f->tensors[i].name = name;
                    break;
                }
    int rc = descry_tensors_sort(f, err);
    descry_tensor *dropped = rc ? NULL : descry_tensors_find(f, "text.transformer.embeddings.position_ids");
    if (dropped)
        dropped->used = true;
    return rc;
}

/* ---- loading --------------------------------------------------------------------------------------------------- */

int descry_network_load(descry_network *n, const char *path, const descry_log *log, descry_error *err)
{
    int rc = descry_tensors_open(&n->file, path, err);
    if (rc)
        return rc;
    descry_loader l = {.file = &n->file, .arena = &n->arena, .log = log, .rc = rename_tensors(n, err), .err = err};
    l.linears = &n->image->linears;
    n->image->family->load(n->image, &l);
    l.linears = &n->text->linears;
    n->text->family->load(n->text, &l);
    if (n->coca) {
        l.linears = &n->coca->linears;
        descry_coca_load(n->coca, &l);
    }
    n->logit_scale = descry_load_scalar(&l, "logit_scale");
    if (n->has_logit_bias && descry_tensors_find(&n->file, "logit_bias"))
        n->logit_bias = descry_load_scalar(&l, "logit_bias");
    descry_load_refuse_rest(&l);
    n->parameters = l.parameters;
    return l.rc;
}

/* ---- packing --------------------------------------------------------------------------------------------------- */

bool descry_network_any_f32(const descry_network *n)
{
    return descry_linears_any_f32(&n->image->linears) || descry_linears_any_f32(&n->text->linears) ||
           (n->coca && descry_linears_any_f32(&n->coca->linears));
}

static int pack(descry_network *n, const descry_linears *linears, const descry_engine *engine, descry_error *err)
{
    return descry_linears_pack(linears, engine, n->bf16, &n->packed, &n->file, err);
}

int descry_network_prepare(descry_network *n, descry_part part, const descry_engine *engine, descry_error *err)
{
    if (part == DESCRY_PART_IMAGE)
        return pack(n, &n->image->linears, engine, err);
    int rc = pack(n, &n->text->linears, engine, err);
    return rc || part == DESCRY_PART_TEXT || !n->coca ? rc : pack(n, &n->coca->linears, engine, err);
}

void descry_network_close(descry_network *n)
{
    if (n->image)
        n->image->family->free(n->image);
    if (n->text)
        n->text->family->free(n->text);
    descry_coca_free(n->coca);
    free(n->bpe_path);
    free(n->other_tokenizer);
    descry_tensors_close(&n->file);
    descry_arena_free(&n->packed);
    descry_arena_free(&n->arena);
    *n = (descry_network){0};
}
