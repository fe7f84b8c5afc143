/* SPDX-License-Identifier: Apache-2.0
 * A model's configuration: whatever the bytes, one that a model can be made of, or a line that says why not. */
#include "fuzz.h"

#include "model/coca/decoder.h"
#include "model/hf_text/hf_text.h"
#include "model/network.h"
#include "model/vit/vit.h"

#include <math.h>
#include <string.h>

static void check_block(const descry_block_config *block)
{
    require(block->width > 0 && block->layers > 0 && block->heads > 0 && block->mlp > 0);
    require(block->width % block->heads == 0 && block->eps >= 0 && block->eps < 1);
}

static void check_vit(const descry_vit *image)
{
    check_block(&image->block);
    require(image->conv.width > 0 && image->conv.height > 0);
    require(image->tower.width >= image->conv.width && image->tower.height >= image->conv.height);
    require(image->patches > 0 && image->patches < 1 << 20);
    require(image->pooler.queries > 0 && image->pooler.heads > 0);
}

static void check_native_text(const descry_native_text *text)
{
    check_block(&text->block);
    require(text->pad_id >= 0 && text->eos_id >= 0);
    require(text->pool >= DESCRY_POOL_ARGMAX && text->pool <= DESCRY_POOL_EOS);
}

static void check_hf_text(const descry_hf_text *text)
{
    require(text->tower.family == &descry_hf_text_family);
    check_block(&text->block);
    require(text->pad_id >= 0 && (size_t)text->pad_id < text->tower.vocab_size && text->tower.context_length <= 1024);
}

static void check(const descry_network *n)
{
    require(n->dim > 0 && n->image->dim == n->dim && n->text->dim == n->dim);
    require(n->image->width > 0 && n->image->width <= 1 << 20 && n->image->height > 0 && n->image->height <= 1 << 20);
    if (n->image->family == &descry_vit_family)
        check_vit((const descry_vit *)n->image);
    if (n->coca) {
        descry_error err;
        int rc = descry_decoder_check(n->coca, "x", &err);
        check_block(&n->coca->block);
        require(rc == 0 || rc == DESCRY_ERR_UNSUPPORTED);
    }
    require(n->text->context_length > 1 && n->text->vocab_size > 2);
    if (n->text->family == &descry_native_text_family)
        check_native_text((const descry_native_text *)n->text);
    else
        check_hf_text((const descry_hf_text *)n->text);
    for (int i = 0; i < 3; i++)
        require(isfinite(n->preprocess.mean[i]) && isfinite(n->preprocess.std[i]) && n->preprocess.std[i] > 0);
    require(n->preprocess.fill >= 0 && n->preprocess.fill <= 255);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    descry_network network;
    descry_error err = {0};
    int rc = descry_network_parse(&network, (const char *)data, size, "x", &err);
    if (rc)
        require(rc == err.code && (rc == DESCRY_ERR_FORMAT || rc == DESCRY_ERR_UNSUPPORTED) && strncmp(err.message, "x: ", 3) == 0 &&
                !strpbrk(err.message, "\n\r"));
    else
        check(&network);
    descry_network_close(&network);
    return 0;
}
