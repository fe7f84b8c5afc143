/* SPDX-License-Identifier: Apache-2.0 */
#include "clip/inside.h"

#include "base/error.h"
#include "base/memory.h"
#include "clip/config.h"
#include "clip/locate.h"
#include "clip/recipe.h"
#include "clip/tokenizers.h"
#include "model/coca/decoder.h"
#include "model/zoo.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BATCH_TEXTS = 32, COMBINED_TEXTS = 64, COMBINED_PICTURES = 16 };

/* ---- open ------------------------------------------------------------------------------------------------------ */

static void set_preprocess(descry_clip *clip)
{
    const descry_preprocess_config *p = &clip->network.preprocess;
    static const descry_interpolation interpolations[] = {
        [DESCRY_INTERPOLATE_BICUBIC] = DESCRY_BICUBIC, [DESCRY_INTERPOLATE_BILINEAR] = DESCRY_BILINEAR};
    static const descry_resize_mode fits[] = {
        [DESCRY_FIT_SHORTEST] = DESCRY_SHORTEST, [DESCRY_FIT_SQUASH] = DESCRY_SQUASH, [DESCRY_FIT_LONGEST] = DESCRY_LONGEST};
    clip->preprocess = (descry_preprocess){
        .width = (int)clip->network.image->width, .height = (int)clip->network.image->height,
        .interpolation = interpolations[p->interpolation], .resize_mode = fits[p->resize_mode], .fill = (uint8_t)p->fill,
        .mean = {p->mean[0], p->mean[1], p->mean[2]}, .std = {p->std[0], p->std[1], p->std[2]}};
    for (int c = 0; c < 3; c++)
        for (int v = 0; v < 256; v++)
            clip->levels[c][v] = ((float)v / 255 - p->mean[c]) / p->std[c];
}

static void set_info(descry_clip *clip)
{
    clip->info = (descry_model_info){
        .name = clip->name, .path = clip->path, .recipe = clip->recipe, .dim = (int)clip->network.dim,
        .image_width = clip->preprocess.width, .image_height = clip->preprocess.height,
        .context_length = (int)clip->network.text->context_length, .vocab_size = (int)clip->network.text->vocab_size,
        .logit_scale = expf(clip->network.logit_scale), .logit_bias = clip->network.logit_bias,
        .parameters = clip->network.parameters,
        .can_caption = descry_tokenizer_writes(&clip->network) && descry_decoder_check(clip->network.coca, clip->name, NULL) == 0};
}

static int open_folder(descry_clip *clip, const char *name, int image_size, descry_precision precision, const descry_log *log,
                       descry_error *err)
{
    descry_buf path = {0}, json = {0};
    int rc = descry_config_read(&clip->network, clip->path, name, image_size, log, &path, &json, err);
    if (!rc)
        rc = descry_tokenizer_for(&clip->tokenizer, &clip->network, clip->path, err);
    if (!rc)
        rc = descry_locate_weights(&path, clip->path, err);
    if (!rc)
        rc = descry_network_load(&clip->network, path.data, log, err);
    if (!rc)
        clip->network.bf16 = precision == DESCRY_PRECISION_BF16 && descry_network_any_f32(&clip->network);
    if (!rc)
        rc = descry_recipe(clip->recipe, path.data, json.data, json.size, descry_tokenizer_digest(clip->tokenizer),
                           clip->network.bf16 ? "bf16" : NULL, err);
    descry_buf_free(&path);
    descry_buf_free(&json);
    return rc;
}

/* "name@image_size", or without a size just the name; to be released with free.  NULL: out of memory. */
static char *full_name(const char *name, int image_size)
{
    descry_buf text = {0};
    int rc = descry_buf_printf(&text, NULL, "%s", name);
    if (!rc && image_size)
        rc = descry_buf_printf(&text, NULL, "@%d", image_size);
    if (rc)
        descry_buf_free(&text);
    return text.data;
}

static int encode_pixels(void *arg, const void *rgb, size_t n, float *out, descry_error *err)
{
    return descry_clip_run_pixels(arg, rgb, n, out, NULL, err);
}

static int encode_ids(void *arg, const void *ids, size_t n, float *out, descry_error *err)
{
    const descry_clip *clip = arg;
    const descry_text_tower *text = clip->network.text;
    return text->family->encode(text, &clip->engine, ids, n, out, err);
}

static int open_combiners(descry_clip *clip, descry_error *err)
{
    const descry_image_tower *image = clip->network.image;
    size_t row = clip->network.text->context_length * sizeof(int32_t), dim = clip->network.dim;
    int rc = descry_combiner_open(&clip->texts, row, dim, COMBINED_TEXTS, encode_ids, clip, err);
    if (!rc)
        rc = descry_combiner_open(&clip->pictures, image->width * image->height * 3, dim, COMBINED_PICTURES, encode_pixels, clip, err);
    return rc;
}

int descry_clip_open(descry_clip **out, const char *path, const char *name, const descry_model_options *how, descry_pool *pool,
                     const descry_kernels *kernels, const descry_log *log, descry_error *err)
{
    *out = NULL;
    descry_clip *clip = calloc(1, sizeof *clip);
    if (!clip)
        return descry_fail_memory(err);
    pthread_mutex_init(&clip->packing, NULL);
    clip->engine = (descry_engine){.kernels = kernels, .pool = pool};
    clip->path = strdup(path);
    clip->name = full_name(name, how->image_size);
    int rc = clip->path && clip->name ? open_folder(clip, name, how->image_size, how->precision, log, err) : descry_fail_memory(err);
    if (!rc && how->combine)
        rc = open_combiners(clip, err);
    if (rc) {
        descry_clip_close(&clip);
        return rc;
    }
    set_preprocess(clip);
    set_info(clip);
    *out = clip;
    return 0;
}

void descry_clip_close(descry_clip **slot)
{
    descry_clip *clip = *slot;
    if (!clip)
        return;
    descry_combiner_close(&clip->texts);
    descry_combiner_close(&clip->pictures);
    descry_network_close(&clip->network);
    descry_tokenizer_close(&clip->tokenizer);
    pthread_mutex_destroy(&clip->packing);
    free(clip->path);
    free(clip->name);
    free(clip);
    *slot = NULL;
}

const descry_model_info *descry_clip_info(const descry_clip *clip)
{
    return &clip->info;
}

const descry_preprocess *descry_clip_preprocess(const descry_clip *clip)
{
    return &clip->preprocess;
}

const descry_tokenizer *descry_clip_tokenizer(const descry_clip *clip)
{
    return clip->tokenizer;
}

void descry_clip_peek(const char *folder, const char *name, int *dim, uint64_t *bytes)
{
    descry_network network;
    descry_buf path = {0}, json = {0};
    struct stat st;
    if (descry_config_read(&network, folder, name, 0, NULL, &path, &json, NULL) == 0) {
        *dim = (int)network.dim;
        descry_network_close(&network);
    }
    if (descry_locate_weights(&path, folder, NULL) == 0 && stat(path.data, &st) == 0)
        *bytes = (uint64_t)st.st_size;
    descry_buf_free(&path);
    descry_buf_free(&json);
}

int descry_clip_known(const char **name, size_t *at, descry_error *err)
{
    return descry_zoo_next(name, at, err);
}

const descry_pretrained *descry_clip_pretrained(size_t index)
{
    return descry_zoo_pretrained(index);
}

const descry_pretrained *descry_clip_pretrained_find(const char *name)
{
    return descry_zoo_find(name);
}

const descry_pretrained *descry_clip_pretrained_of(const char *source)
{
    return descry_zoo_of_repository(source);
}

/* DESCRY_CAN_ bits of a configuration; texts with CLIP's tokenizer, or with one that is fetched with the model */
static int abilities(const descry_network *network, const char *name)
{
    bool captions = descry_tokenizer_writes(network) && descry_decoder_check(network->coca, name, NULL) == 0;
    return DESCRY_CAN_PICTURES | DESCRY_CAN_TEXTS | (captions ? DESCRY_CAN_CAPTIONS : 0);
}

static int abilities_of(const char *json, size_t size, const char *name)
{
    descry_network network;
    int rc = descry_network_parse(&network, json, size, name, NULL), can = rc ? 0 : abilities(&network, name);
    if (!rc)
        descry_network_close(&network);
    return can;
}

int descry_clip_pretrained_can(const descry_pretrained *weights)
{
    descry_buf json = {0};
    int can = descry_zoo_compose(&json, weights, NULL) < 0 ? 0 : abilities_of(json.data, json.size, weights->name);
    descry_buf_free(&json);
    return can;
}

int descry_clip_can_caption(const char *name)
{
    const char *known = descry_zoo_config(name);
    if (known)
        return (abilities_of(known, strlen(known), name) & DESCRY_CAN_CAPTIONS) != 0;
    descry_network network;
    descry_buf folder = {0}, path = {0}, json = {0};
    int size, can = 0;
    char *own = strndup(name, descry_locate_size(name, &size));
    int rc = own ? descry_locate_model(&folder, own, NULL) : DESCRY_ERR_MEMORY;
    if (!rc)
        rc = descry_config_read(&network, folder.data, own, size, NULL, &path, &json, NULL);
    if (!rc) {
        can = abilities(&network, name);
        descry_network_close(&network);
    }
    free(own);
    descry_buf_free(&folder);
    descry_buf_free(&path);
    descry_buf_free(&json);
    return (can & DESCRY_CAN_CAPTIONS) != 0;
}

/* ---- embed ----------------------------------------------------------------------------------------------------- */

int descry_clip_finish(float *out, size_t n, size_t dim, int normalize, descry_error *err)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(descry_dot(out + i * dim, out + i * dim, dim)))
            return descry_fail(err, DESCRY_ERR_NUMERIC, "the embedding is not finite: the model's weights may be damaged");
    if (normalize)
        descry_unit_rows(out, n, dim, NULL);
    return 0;
}

int descry_clip_need(descry_clip *clip, descry_part part, descry_error *err)
{
    int rc = 0;
    if (atomic_load_explicit(&clip->ready[part], memory_order_acquire))
        return 0;
    pthread_mutex_lock(&clip->packing);
    if (!atomic_load_explicit(&clip->ready[part], memory_order_relaxed))
        rc = descry_network_prepare(&clip->network, part, &clip->engine, err);
    if (!rc)
        atomic_store_explicit(&clip->ready[part], 1, memory_order_release);
    pthread_mutex_unlock(&clip->packing);
    return rc;
}

int descry_clip_run_pixels(const descry_clip *clip, const uint8_t *rgb, size_t n, float *out, float *tokens, descry_error *err)
{
    const descry_image_tower *image = clip->network.image;
    const descry_pictures pictures = {.n = n, .width = image->width, .height = image->height, .rgb = rgb, .levels = clip->levels};
    return image->family->encode(image, &clip->engine, &pictures, out, tokens, err);
}

int descry_clip_embed_pixels(descry_clip *clip, const uint8_t *rgb, size_t n, int normalize, float *out,
                             descry_error *err)
{
    int rc = descry_clip_need(clip, DESCRY_PART_IMAGE, err);
    if (!rc)
        rc = clip->pictures && n <= COMBINED_PICTURES ? descry_combiner_call(clip->pictures, rgb, n, out, err)
                                                      : encode_pixels(clip, rgb, n, out, err);
    return rc ? rc : descry_clip_finish(out, n, clip->network.dim, normalize, err);
}

int descry_clip_embed_texts(descry_clip *clip, const char *const *texts, size_t n, int normalize, float *out,
                            descry_error *err)
{
    size_t length = clip->network.text->context_length, dim = clip->network.dim;
    if (!clip->tokenizer)
        return descry_tokenizer_missing(&clip->network, clip->path, clip->name, "can embed pictures only", err);
    int32_t *ids = descry_alloc(BATCH_TEXTS, length * sizeof *ids);
    int rc = ids ? 0 : descry_fail_memory(err);
    if (!rc)
        rc = descry_clip_need(clip, DESCRY_PART_TEXT, err);
    for (size_t i = 0; i < n && !rc; i += BATCH_TEXTS) {
        size_t count = n - i < BATCH_TEXTS ? n - i : BATCH_TEXTS;
        for (size_t j = 0; j < count && !rc; j++)
            rc = descry_tokenizer_encode_row(clip->tokenizer, texts[i + j], strlen(texts[i + j]), (int)length, ids + j * length,
                                             err);
        if (!rc)
            rc = clip->texts ? descry_combiner_call(clip->texts, ids, count, out + i * dim, err)
                             : encode_ids(clip, ids, count, out + i * dim, err);
    }
    free(ids);
    return rc ? rc : descry_clip_finish(out, n, dim, normalize, err);
}
