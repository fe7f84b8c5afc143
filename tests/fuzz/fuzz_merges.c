/* SPDX-License-Identifier: Apache-2.0
 * A tokenizer's merges: whatever the bytes, as a gzip file and as what is in one, each merge is of symbols before it. */
#include "fuzz.h"

#include "text/merges.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void read_merges(const void *data, size_t size)
{
    descry_merge *merges;
    descry_error err = {0};
    size_t count = 0;
    int rc = descry_merges_read(&merges, &count, fuzz_file(data, size), &err);
    if (rc) {
        require(rc == err.code && (rc == DESCRY_ERR_FORMAT || rc == DESCRY_ERR_LIMIT) && !merges);
        require(!strpbrk(err.message, "\n\r"));
        return;
    }
    require(count <= DESCRY_MAX_MERGES);
    for (size_t i = 0; i < count; i++)
        require(merges[i].left < DESCRY_BYTE_IDS + i && merges[i].right < DESCRY_BYTE_IDS + i);
    free(merges);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    z_stream stream = {0};
    require(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK); /* 16: a gzip file */
    size_t room = deflateBound(&stream, size);
    uint8_t *packed = malloc(room);
    require(packed != NULL);
    stream.next_in = (uint8_t *)data;
    stream.avail_in = (unsigned)size;
    stream.next_out = packed;
    stream.avail_out = (unsigned)room;
    require(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    read_merges(packed, stream.total_out);
    deflateEnd(&stream);
    free(packed);
    read_merges(data, size); /* zlib hands on as it is what is no gzip file */
    return 0;
}
