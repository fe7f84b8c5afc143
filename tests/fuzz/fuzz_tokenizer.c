/* SPDX-License-Identifier: Apache-2.0
 * A stranger's tokenizer under libFuzzer, as a file of each of the names that the build gives (NAMES): a tokenizer whose ids are
 * in its vocabulary, or one line that says what is wrong with the file. */
#include "fuzz.h"

#include "text/hub.h"

#include <string.h>

static void use(const descry_tokenizer *t)
{
    enum { LENGTH = 24 };
    static const char text[] = "A b\u00e9  <s> \uff21 don't \u65e5\u672c \U0001f408 zz</s>.";
    int32_t ids[LENGTH];
    size_t count = 0;
    descry_buf out = {0};
    descry_error err = {0};
    int rc = descry_tokenizer_encode(t, text, sizeof text - 1, LENGTH, ids, &count, &err);
    require(rc == 0 || rc == DESCRY_ERR_FORMAT || rc == DESCRY_ERR_ARGUMENT);
    require(rc || count <= LENGTH);
    for (size_t i = 0; i < LENGTH && !rc; i++)
        require(ids[i] >= 0 && ids[i] < t->vocab_size);
    if (!rc)
        require(descry_tokenizer_decode(t, ids, LENGTH, &out, &err) == 0);
    descry_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {NAMES};
    const descry_hub_use how = {DESCRY_CLEAN_WHITESPACE, size % 2};
    descry_buf file = {0}, none = {0};
    require(descry_buf_append(&file, data, size, NULL) == 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        descry_tokenizer *t = NULL;
        descry_error err = {0};
        int rc = descry_hub_tokenizer_parse(&t, &file, &none, how, names[i], &err);
        if (rc) {
            require(!t && rc == err.code && err.message[0] && !strpbrk(err.message, "\n\r"));
            require(rc == DESCRY_ERR_FORMAT || rc == DESCRY_ERR_UNSUPPORTED || rc == DESCRY_ERR_LIMIT);
        } else {
            use(t);
        }
        descry_tokenizer_close(&t);
    }
    descry_buf_free(&file);
    return 0;
}
