/* SPDX-License-Identifier: Apache-2.0
 * A model's configuration: whatever the bytes, one that a model can be made of, or a line that says why not. */
#include "fuzz.h"

#include "model/config.h"

#include <math.h>
#include <string.h>

static void check_block(const descry_block_config *block)
{
    require(block->width > 0 && block->layers > 0 && block->heads > 0 && block->mlp > 0);
    require(block->width % block->heads == 0 && block->eps >= 0 && block->eps < 1);
}

static void check(const descry_model_config *c)
{
    check_block(&c->vision.block);
    check_block(&c->text.block);
    if (c->decoder.block.layers > 0)
        check_block(&c->decoder.block);
    require(c->embed_dim > 0 && c->vision.patch_width > 0 && c->vision.patch_height > 0);
    require(c->vision.image_width >= c->vision.patch_width && c->vision.image_height >= c->vision.patch_height);
    require(descry_vision_tokens(&c->vision) > 1 && descry_vision_tokens(&c->vision) <= 1 << 20);
    require(c->vision.pooler_queries > 0 && c->vision.pooler_heads > 0);
    require(c->text.context_length > 1 && c->text.vocab_size > 2 && c->text.pad_id >= 0 && c->text.eos_id >= 0);
    require(c->text.pool >= DESCRY_POOL_ARGMAX && c->text.pool <= DESCRY_POOL_EOS);
    for (int i = 0; i < 3; i++)
        require(isfinite(c->preprocess.mean[i]) && isfinite(c->preprocess.std[i]) && c->preprocess.std[i] > 0);
    require(c->preprocess.fill >= 0 && c->preprocess.fill <= 255);
    require(!c->has_logit_bias || isfinite(c->init_logit_bias));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    descry_model_config config;
    descry_error err = {0};
    int rc = descry_model_config_parse(&config, (const char *)data, size, "x", &err);
    if (rc)
        require(rc == err.code && (rc == DESCRY_ERR_FORMAT || rc == DESCRY_ERR_UNSUPPORTED) && strncmp(err.message, "x: ", 3) == 0 &&
                !strpbrk(err.message, "\n\r"));
    else
        check(&config);
    descry_model_config_free(&config);
    return 0;
}
