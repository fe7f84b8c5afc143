/* SPDX-License-Identifier: Apache-2.0 */
#include "clip/tokenizers.h"

#include "base/error.h"
#include "clip/config.h"
#include "clip/locate.h"
#include "text/clip_bpe.h"
#include "text/hub.h"

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

static bool is_hubs(const descry_network *network)
{
    return network->other_tokenizer != NULL;
}

int descry_tokenizer_is_installed(const char *name, descry_error *err)
{
    descry_buf folder = {0};
    int rc = descry_locate_repository_folder(&folder, name);
    rc = rc == DESCRY_ERR_MEMORY ? descry_fail_memory(err) : rc ? 0 : descry_hub_tokenizer_is_in(folder.data, err);
    descry_buf_free(&folder);
    return rc;
}

/* From the model's folder, as open_clip has it of folders, or from the repository that the configuration names, as it has
 * it of all other models: those that bring a tokenizer name themselves. */
static int open_hubs(descry_tokenizer **tokenizer, const descry_network *network, const char *folder, descry_error *err)
{
    static const descry_cleaning cleanings[] = {
        [DESCRY_TEXT_WHITESPACE] = DESCRY_CLEAN_WHITESPACE, [DESCRY_TEXT_CANONICALIZE] = DESCRY_CLEAN_CANONICALIZE,
        [DESCRY_TEXT_LOWER] = DESCRY_CLEAN_LOWER};
    descry_hub_use use = {cleanings[network->cleaning], network->strip_sep_token};
    descry_buf other = {0};
    int has = descry_hub_tokenizer_is_in(folder, err);
    if (!has) {
        int rc = descry_locate_repository_folder(&other, network->other_tokenizer);
        has = rc == DESCRY_ERR_MEMORY ? descry_fail_memory(err) : rc ? 0 : descry_hub_tokenizer_is_in(other.data, err);
    }
    int rc = has <= 0 ? has : descry_hub_tokenizer_open(tokenizer, other.size ? other.data : folder, use, err);
    descry_buf_free(&other);
    return rc;
}

static const struct kind {
    bool (*matches)(const descry_network *network);
    int (*open)(descry_tokenizer **tokenizer, const descry_network *network, const char *folder, descry_error *err);
} kinds[] = {
    {is_clips, open_clips},
    {is_hubs, open_hubs},
};

/* *out stays NULL where there are no files for it. */
static int open_kind(descry_tokenizer **out, const descry_network *network, const char *folder, descry_error *err)
{
    *out = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].matches(network))
            return kinds[i].open(out, network, folder, err);
    return 0;
}

int descry_tokenizer_source(descry_buf *source, const char *folder, const char *name, descry_error *err)
{
    descry_network network;
    descry_buf path = {0}, json = {0};
    source->size = 0;
    int rc = descry_config_read(&network, folder, name, 0, NULL, &path, &json, err);
    if (!rc) {
        int has = is_hubs(&network) ? descry_hub_tokenizer_is_in(folder, err) : 1;
        rc = has < 0 ? has : 0;
        if (!has)
            rc = descry_buf_printf(source, err, "hf-hub:%s", network.other_tokenizer);
        descry_network_close(&network);
    }
    descry_buf_free(&path);
    descry_buf_free(&json);
    return rc == DESCRY_ERR_MEMORY ? rc : 0;
}

bool descry_tokenizer_writes(const descry_network *network)
{
    return is_clips(network);
}

int descry_tokenizer_for(descry_tokenizer **out, const descry_network *network, const char *folder, descry_error *err)
{
    int rc = open_kind(out, network, folder, err);
    if (*out && (size_t)(*out)->vocab_size > network->text->vocab_size) {
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: text_cfg.vocab_size is %zu, but the tokenizer has %d ids", folder,
                         network->text->vocab_size, (*out)->vocab_size);
        descry_tokenizer_close(out);
    }
    return rc == DESCRY_ERR_UNSUPPORTED ? 0 : rc;
}

int descry_tokenizer_missing(const descry_network *network, const char *folder, const char *name, const char *what, descry_error *err)
{
    descry_tokenizer *tokenizer;
    int rc = open_kind(&tokenizer, network, folder, err);
    descry_tokenizer_close(&tokenizer);
    const char *quote = strpbrk(name, " '&;()") ? "\"" : "";
    return rc ? rc : descry_fail(err, DESCRY_ERR_UNSUPPORTED,
                                 "%s: its tokenizer, %s, is not installed: it %s; 'descry pull %s%s%s' fetches it", name,
                                 network->other_tokenizer, what, quote, name, quote);
}

int descry_tokenizer_clips(descry_tokenizer **tokenizer, descry_error *err)
{
    return descry_clip_bpe_open(tokenizer, NULL, err);
}

const char *descry_tokenizer_digest(const descry_tokenizer *tokenizer)
{
    return tokenizer ? tokenizer->digest : "clip"; /* also for an unsupported one: the configuration, which is digested, names it */
}
