/* SPDX-License-Identifier: Apache-2.0
 * A network's towers for coverage.py, without tokenizer and preprocessing.
 *
 *     towers FOLDER PICTURES TEXTS [LAYERS] <in >out
 *
 * LAYERS: of timm's and Hugging Face's transformers, which have as many as their name says, no more than that.
 * FOLDER: open_clip_config.json and open_clip_model.safetensors.  in: float32 [PICTURES, 3, H, W], normalised, then
 * int32 [TEXTS, L].  out: float32 [PICTURES + TEXTS, E], as the towers give them. */
#include "base/error.h"
#include "base/file.h"
#include "model/hf_text/hf_text.h"
#include "model/network.h"
#include "model/timm_vit/timm_vit.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_CONFIG = 1 << 20 };

static int fail(const descry_error *err)
{
    fprintf(stderr, "towers: %s\n", err->message);
    return 1;
}

int main(int argc, char **argv)
{
    descry_error err = {0};
    descry_buf path = {0}, json = {0};
    descry_network network = {0};
    descry_pool *pool;
    descry_kernels kernels;
    if (argc != 4 && argc != 5) {
        fprintf(stderr, "usage: towers FOLDER PICTURES TEXTS [LAYERS]\n");
        return 2;
    }
    size_t pictures = (size_t)atol(argv[2]), texts = (size_t)atol(argv[3]);
    descry_kernels_fill(&kernels, descry_cpu_features());
    if (descry_pool_open(&pool, 0, &err) || descry_buf_printf(&path, &err, "%s/open_clip_config.json", argv[1]) ||
        descry_file_read(&json, path.data, MAX_CONFIG, &err) ||
        descry_network_parse(&network, json.data, json.size, path.data, &err))
        return fail(&err);
    if (argc == 5 && network.image->family == &descry_timm_vit_family)
        ((descry_timm_vit *)network.image)->block.layers = atoi(argv[4]);
    if (argc == 5 && network.text->family == &descry_hf_text_family)
        ((descry_hf_text *)network.text)->block.layers = atoi(argv[4]);
    path.size = 0;
    if (descry_buf_printf(&path, &err, "%s/open_clip_model.safetensors", argv[1]) ||
        descry_network_load(&network, path.data, NULL, &err))
        return fail(&err);
    const descry_engine engine = {.kernels = &kernels, .pool = pool};
    size_t e = network.dim, values = network.image->width * network.image->height * 3, length = network.text->context_length;
    float *in = descry_alloc(pictures * values + 1, sizeof *in), *out = descry_alloc((pictures + texts) * e + 1, sizeof *out);
    int32_t *ids = descry_alloc(texts * length + 1, sizeof *ids);
    if (!in || !out || !ids || fread(in, sizeof *in, pictures * values, stdin) != pictures * values ||
        fread(ids, sizeof *ids, texts * length, stdin) != texts * length) {
        fprintf(stderr, "towers: not the input of %zu pictures and %zu texts\n", pictures, texts);
        return 1;
    }
    const descry_pictures all = {.n = pictures, .width = network.image->width, .height = network.image->height, .values = in};
    if ((pictures && (descry_network_prepare(&network, DESCRY_PART_IMAGE, &engine, &err) ||
                      network.image->family->encode(network.image, &engine, &all, out, NULL, &err))) ||
        (texts && (descry_network_prepare(&network, DESCRY_PART_TEXT, &engine, &err) ||
                   network.text->family->encode(network.text, &engine, ids, texts, out + pictures * e, &err))))
        return fail(&err);
    fwrite(out, sizeof *out, (pictures + texts) * e, stdout);
    free(in);
    free(out);
    free(ids);
    descry_network_close(&network);
    descry_pool_close(&pool);
    descry_buf_free(&path);
    descry_buf_free(&json);
    return fflush(stdout) != 0;
}
