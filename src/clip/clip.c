/* SPDX-License-Identifier: Apache-2.0 */
#include "clip/inside.h"

#include "base/error.h"
#include "base/memory.h"
#include "clip/locate.h"
#include "clip/recipe.h"
#include "model/decoder.h"
#include "model/towers.h"
#include "model/zoo.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    MAX_CONFIG = 1 << 20,
    BATCH_ROWS = 1600, /* tokens in one pass: enough for the kernels, little memory */
    BATCH_TEXTS = 32
};

/* ---- open ------------------------------------------------------------------------------------------------------ */

static void set_preprocess(descry_clip *clip)
{
    const descry_preprocess_config *p = &clip->config.preprocess;
    static const descry_interpolation interpolations[] = {
        [DESCRY_INTERPOLATE_BICUBIC] = DESCRY_BICUBIC, [DESCRY_INTERPOLATE_BILINEAR] = DESCRY_BILINEAR};
    static const descry_resize_mode fits[] = {
        [DESCRY_FIT_SHORTEST] = DESCRY_SHORTEST, [DESCRY_FIT_SQUASH] = DESCRY_SQUASH, [DESCRY_FIT_LONGEST] = DESCRY_LONGEST};
    clip->preprocess = (descry_preprocess){
        .width = clip->config.vision.image_width, .height = clip->config.vision.image_height,
        .interpolation = interpolations[p->interpolation], .resize_mode = fits[p->resize_mode], .fill = (uint8_t)p->fill,
        .mean = {p->mean[0], p->mean[1], p->mean[2]}, .std = {p->std[0], p->std[1], p->std[2]}};
    for (int c = 0; c < 3; c++)
        for (int v = 0; v < 256; v++)
            clip->levels[c][v] = ((float)v / 255 - p->mean[c]) / p->std[c];
}

static void set_info(descry_clip *clip)
{
    clip->info = (descry_model_info){
        .name = clip->name, .path = clip->path, .recipe = clip->recipe, .dim = clip->config.embed_dim,
        .image_width = clip->preprocess.width, .image_height = clip->preprocess.height,
        .context_length = clip->config.text.context_length, .vocab_size = clip->config.text.vocab_size,
        .logit_scale = expf(clip->weights.logit_scale), .logit_bias = clip->weights.logit_bias,
        .parameters = clip->weights.parameters,
        .can_caption = clip->tokenizer && descry_decoder_check(&clip->config, clip->name, NULL) == 0};
}

static int open_tokenizer(descry_clip *clip, const char *bpe_path, descry_error *err)
{
    if (clip->config.text.other_tokenizer)
        return 0;
    int rc = descry_tokenizer_open(&clip->tokenizer, bpe_path, err);
    if (rc)
        return rc;
    int size = descry_tokenizer_vocab_size(clip->tokenizer);
    if (size > clip->config.text.vocab_size)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: text_cfg.vocab_size is %d, but the tokenizer has %d ids", clip->path,
                           clip->config.text.vocab_size, size);
    return 0;
}

/* A file that a configuration names must lie in the model's folder. */
static int inside(const char *name)
{
    return name[0] != '/' && strstr(name, "..") == NULL;
}

static int read_config(descry_model_config *config, const char *folder, descry_buf *path, descry_buf *json,
                       descry_error *err)
{
    int rc = descry_buf_printf(path, err, "%s/open_clip_config.json", folder);
    if (!rc)
        rc = descry_file_read(json, path->data, MAX_CONFIG, err);
    return rc ? rc : descry_model_config_parse(config, json->data, json->size, path->data, err);
}

static int open_folder(descry_clip *clip, descry_precision precision, const descry_log *log, descry_error *err)
{
    descry_buf path = {0}, json = {0}, bpe = {0};
    int rc = read_config(&clip->config, clip->path, &path, &json, err);
    const char *bpe_name = clip->config.text.bpe_path;
    if (!rc && bpe_name)
        rc = inside(bpe_name) ? descry_buf_printf(&bpe, err, "%s/%s", clip->path, bpe_name)
                              : descry_fail(err, DESCRY_ERR_FORMAT, "%s: bpe_path leads out of the model's folder", path.data);
    if (!rc)
        rc = open_tokenizer(clip, bpe.data, err);
    if (!rc)
        rc = descry_locate_weights(&path, clip->path, err);
    if (!rc)
        rc = descry_weights_open(&clip->weights, &clip->config, path.data, log, err);
    if (!rc)
        clip->weights.bf16 =
            precision == DESCRY_PRECISION_BF16 && descry_weights_any_f32(&clip->weights, &clip->config);
    if (!rc)
        rc = descry_recipe(clip->recipe, path.data, json.data, json.size, bpe.data,
                           clip->weights.bf16 ? "bf16" : NULL, err);
    descry_buf_free(&path);
    descry_buf_free(&json);
    descry_buf_free(&bpe);
    return rc;
}

int descry_clip_open(descry_clip **out, const char *path, const char *name, descry_precision precision,
                     descry_pool *pool, const descry_kernels *kernels, const descry_log *log, descry_error *err)
{
    *out = NULL;
    descry_clip *clip = calloc(1, sizeof *clip);
    if (!clip)
        return descry_fail_memory(err);
    pthread_mutex_init(&clip->packing, NULL);
    clip->engine = (descry_engine){.kernels = kernels, .pool = pool};
    clip->path = strdup(path);
    clip->name = strdup(name);
    int rc = clip->path && clip->name ? open_folder(clip, precision, log, err) : descry_fail_memory(err);
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
    descry_weights_close(&clip->weights);
    descry_model_config_free(&clip->config);
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

void descry_clip_peek(const char *folder, int *dim, uint64_t *bytes)
{
    descry_model_config config;
    descry_buf path = {0}, json = {0};
    struct stat st;
    if (read_config(&config, folder, &path, &json, NULL) == 0) {
        *dim = config.embed_dim;
        descry_model_config_free(&config);
    }
    if (descry_locate_weights(&path, folder, NULL) == 0 && stat(path.data, &st) == 0)
        *bytes = (uint64_t)st.st_size;
    descry_buf_free(&path);
    descry_buf_free(&json);
}

const char *descry_clip_known(size_t index)
{
    return descry_zoo_name(index);
}

const descry_pretrained *descry_clip_pretrained(size_t index)
{
    return descry_zoo_pretrained(index);
}

int descry_clip_can_caption(const char *name)
{
    descry_model_config config;
    descry_buf folder = {0}, path = {0}, json = {0};
    int can = 0, rc = descry_zoo_config(&json, name, NULL);
    if (!rc)
        rc = descry_model_config_parse(&config, json.data, json.size, name, NULL);
    else if ((rc = descry_locate_model(&folder, name, NULL)) == 0)
        rc = read_config(&config, folder.data, &path, &json, NULL);
    if (!rc) {
        can = !config.text.other_tokenizer && descry_decoder_check(&config, name, NULL) == 0;
        descry_model_config_free(&config);
    }
    descry_buf_free(&folder);
    descry_buf_free(&path);
    descry_buf_free(&json);
    return can;
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

typedef struct cut_job {
    const descry_clip *clip;
    const uint8_t *rgb;
    float *patches;
    size_t across, down; /* patches */
} cut_job;

/* One row of patches of one picture: rgb [H, W, 3] -> patches [across, 3, ph, pw].  Pixels beyond the last whole patch
 * are left out, as by the reference's strided convolution. */
static void cut_row(void *arg, size_t index, unsigned worker)
{
    (void)worker;
    const cut_job *job = arg;
    const descry_vision_config *v = &job->clip->config.vision;
    size_t pw = (size_t)v->patch_width, ph = (size_t)v->patch_height, w = (size_t)v->image_width;
    size_t top = index % job->down * ph;
    const uint8_t *rgb = job->rgb + index / job->down * w * (size_t)v->image_height * 3;
    float *out = job->patches + index * job->across * 3 * ph * pw;
    for (size_t p = 0; p < job->across; p++)
        for (size_t c = 0; c < 3; c++)
            for (size_t y = 0; y < ph; y++) {
                const uint8_t *from = rgb + ((top + y) * w + p * pw) * 3 + c;
                for (size_t x = 0; x < pw; x++)
                    *out++ = job->clip->levels[c][from[3 * x]];
            }
}

int descry_clip_need(descry_clip *clip, descry_tower tower, descry_error *err)
{
    static int (*const prepare[])(descry_weights *, const descry_model_config *, const descry_engine *,
                                  descry_error *) = {
        [DESCRY_TOWER_VISION] = descry_weights_prepare_vision, [DESCRY_TOWER_TEXT] = descry_weights_prepare_text,
        [DESCRY_TOWER_DECODER] = descry_weights_prepare_decoder};
    int rc = 0;
    if (atomic_load_explicit(&clip->ready[tower], memory_order_acquire))
        return 0;
    pthread_mutex_lock(&clip->packing);
    if (!atomic_load_explicit(&clip->ready[tower], memory_order_relaxed))
        rc = prepare[tower](&clip->weights, &clip->config, &clip->engine, err);
    if (!rc)
        atomic_store_explicit(&clip->ready[tower], 1, memory_order_release);
    pthread_mutex_unlock(&clip->packing);
    return rc;
}

static int embed_pixels(const descry_clip *clip, const uint8_t *rgb, size_t n, float *patches, float *out, float *tokens,
                        descry_error *err)
{
    const descry_vision_config *v = &clip->config.vision;
    size_t picture = (size_t)v->image_width * (size_t)v->image_height * 3;
    size_t across = (size_t)(v->image_width / v->patch_width), down = (size_t)(v->image_height / v->patch_height);
    size_t dim = (size_t)clip->config.embed_dim, batch = BATCH_ROWS / (across * down + 1);
    batch = batch ? batch : 1;
    size_t size = descry_picture_tokens(v) * descry_picture_width(&clip->config); /* of one picture's tokens */
    int rc = 0;
    for (size_t i = 0; i < n && !rc; i += batch) {
        size_t count = n - i < batch ? n - i : batch;
        cut_job job = {clip, rgb + i * picture, patches, across, down};
        descry_pool_run(clip->engine.pool, count * down, cut_row, &job);
        rc = descry_encode_patches_for_decoder(&clip->engine, &clip->config, &clip->weights.vision, patches, count, out + i * dim,
                                               tokens ? tokens + i * size : NULL, err);
    }
    return rc;
}

int descry_clip_run_pixels(const descry_clip *clip, const uint8_t *rgb, size_t n, float *out, float *tokens, descry_error *err)
{
    const descry_vision_config *v = &clip->config.vision;
    size_t length = (size_t)descry_vision_tokens(v), rows = n * (length - 1);
    size_t most = BATCH_ROWS > length ? BATCH_ROWS : length;
    size_t patch = 3 * (size_t)v->patch_width * (size_t)v->patch_height;
    float *patches = descry_alloc_aligned(rows < most ? rows : most, patch * sizeof *patches);
    int rc = patches ? 0 : descry_fail_memory(err);
    if (!rc)
        rc = embed_pixels(clip, rgb, n, patches, out, tokens, err);
    free(patches);
    return rc;
}

int descry_clip_embed_pixels(descry_clip *clip, const uint8_t *rgb, size_t n, int normalize, float *out,
                             descry_error *err)
{
    int rc = descry_clip_need(clip, DESCRY_TOWER_VISION, err);
    if (!rc)
        rc = descry_clip_run_pixels(clip, rgb, n, out, NULL, err);
    return rc ? rc : descry_clip_finish(out, n, (size_t)clip->config.embed_dim, normalize, err);
}

int descry_clip_embed_texts(descry_clip *clip, const char *const *texts, size_t n, int normalize, float *out,
                            descry_error *err)
{
    size_t length = (size_t)clip->config.text.context_length, dim = (size_t)clip->config.embed_dim;
    if (!clip->tokenizer)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: its tokenizer, %s, is not supported: it can embed pictures only",
                           clip->name, clip->config.text.other_tokenizer);
    int32_t *ids = descry_alloc(BATCH_TEXTS, length * sizeof *ids);
    int rc = ids ? 0 : descry_fail_memory(err);
    if (!rc)
        rc = descry_clip_need(clip, DESCRY_TOWER_TEXT, err);
    for (size_t i = 0; i < n && !rc; i += BATCH_TEXTS) {
        size_t count = n - i < BATCH_TEXTS ? n - i : BATCH_TEXTS, used;
        for (size_t j = 0; j < count && !rc; j++)
            rc = descry_tokenizer_encode(clip->tokenizer, texts[i + j], strlen(texts[i + j]),
                                         clip->config.text.context_length, ids + j * length, &used, err);
        if (!rc)
            rc = descry_encode_ids(&clip->engine, &clip->config, &clip->weights.text, ids, count, out + i * dim, err);
    }
    free(ids);
    return rc ? rc : descry_clip_finish(out, n, dim, normalize, err);
}
