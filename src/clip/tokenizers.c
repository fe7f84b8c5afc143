/* SPDX-License-Identifier: Apache-2.0 */
#include "clip/tokenizers.h"

#include "base/error.h"
#include "text/clip_bpe.h"

#include <string.h>

static bool is_clips(const descry_network *network)
{
    return network->other_tokenizer == NULL;
}

/* Whether a file named in the configuration is in the model's folder. */
static bool is_inside_folder(const char *name)
{
    return name[0] != '/' && strstr(name, "..") == NULL;
}

static int open_clips(descry_tokenizer **tokenizer, const descry_network *network, const char *folder, descry_error *err)
{
    descry_buf path = {0};
    int rc = 0;
    if (network->bpe_path)
        rc = is_inside_folder(network->bpe_path) ? descry_buf_printf(&path, err, "%s/%s", folder, network->bpe_path)
                                      : descry_fail(err, DESCRY_ERR_FORMAT, "%s/open_clip_config.json: bpe_path leads out of "
                                                    "the model's folder", folder);
    if (!rc)
        rc = descry_clip_bpe_open(tokenizer, path.data, err);
    descry_buf_free(&path);
    return rc;
}

static const struct kind {
    bool (*matches)(const descry_network *network);
    int (*open)(descry_tokenizer **tokenizer, const descry_network *network, const char *folder, descry_error *err);
} kinds[] = {
    {is_clips, open_clips},
};

static const struct kind *find_kind(const descry_network *network)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].matches(network))
            return &kinds[i];
    return NULL;
}

bool descry_tokenizer_known(const descry_network *network)
{
    return find_kind(network) != NULL;
}

int descry_tokenizer_for(descry_tokenizer **out, const descry_network *network, const char *folder, descry_error *err)
{
    *out = NULL;
    const struct kind *kind = find_kind(network);
    int rc = kind ? kind->open(out, network, folder, err) : 0;
    if (*out && (size_t)(*out)->vocab_size > network->text->vocab_size) {
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: text_cfg.vocab_size is %zu, but the tokenizer has %d ids", folder,
                         network->text->vocab_size, (*out)->vocab_size);
        descry_tokenizer_close(out);
    }
    return rc;
}

int descry_tokenizer_clips(descry_tokenizer **tokenizer, descry_error *err)
{
    return descry_clip_bpe_open(tokenizer, NULL, err);
}

const char *descry_tokenizer_digest(const descry_tokenizer *tokenizer)
{
    return tokenizer ? tokenizer->digest : "clip"; /* also for an unsupported one: the configuration, which is digested, names it */
}
