/* SPDX-License-Identifier: Apache-2.0
 * Jobs that open a tokenizer of a kind that models bring. */
#include "failing_jobs.h"

#include "text/hub.h"

#include <stdio.h>
#include <stdlib.h>

static int open_one(world *w, const char *path, const char *name, descry_error *err)
{
    enum { LENGTH = 16 };
    char whole[4096];
    const char *root = getenv("DESCRY_SOURCE_ROOT");
    descry_buf file = {0}, none = {0};
    descry_tokenizer *t = NULL;
    int32_t ids[LENGTH];
    size_t count;
    snprintf(whole, sizeof whole, "%s/tests/fuzz/corpus/%s", root ? root : ".", path);
    int rc = descry_file_read(&file, whole, 1 << 20, err);
    if (!rc)
        rc = descry_hub_tokenizer_parse(&t, &file, &none, (descry_hub_use){DESCRY_CLEAN_WHITESPACE, false}, name, err);
    if (!rc)
        rc = descry_tokenizer_encode(t, "a photo", 7, LENGTH, ids, &count, err);
    if (!rc)
        w->seen_size = (size_t)snprintf(w->seen, SEEN, "%s %d %d %d", t->digest, (int)ids[0], (int)ids[1], (int)ids[2]);
    descry_tokenizer_close(&t);
    descry_buf_free(&file);
    return rc;
}

int failing_json_tokenizer(world *w, descry_error *err)
{
    return open_one(w, "tokenizer/siglip", "tokenizer.json", err);
}

int failing_unigram_tokenizer(world *w, descry_error *err)
{
    return open_one(w, "sentencepiece/t5_model", "spiece.model", err);
}

int failing_bpe_tokenizer(world *w, descry_error *err)
{
    return open_one(w, "sentencepiece/gemma_model", "tokenizer.model", err);
}
