/* SPDX-License-Identifier: Apache-2.0
 * XMP under libFuzzer: whatever the bytes, a caption put in is there once, can be taken out again, and what was no
 * caption's is then as before. */
#include "fuzz.h"

#include "base/error.h"
#include "meta/xmp.h"
#include "meta/xmp_scan.h"

#include <stdlib.h>
#include <string.h>

static void check_error(int rc, const descry_error *err)
{
    require(rc == err->code && strncmp(err->message, "x: ", 3) == 0);
}

static const descry_xmp_caption caption = {"two <cats> & a \"dog\"", "model", "2026-11-25T06:00:00Z"};

/* Had the packet a description, or anything of descry's? */
static int is_plain(const char *data, size_t size)
{
    descry_xmp_scan scan;
    require(descry_xmp_scan_text(&scan, data, size, "x", NULL) == 0);
    int plain = scan.property_count == 0 && scan.rdf.end > scan.rdf_tag.end;
    descry_xmp_scan_free(&scan);
    return plain;
}

static void take_out(const char *data, size_t size, const descry_buf *full)
{
    descry_buf taken = {0};
    descry_error err = {0};
    descry_sidecar_outcome outcome;
    int rc = descry_xmp_take(&taken, full->data, full->size, "x", &outcome, &err);
    if (rc) /* libexempi may think otherwise of the rest without the caption */
        check_error(rc, &err);
    else if (is_plain(data, size)) {
        require(outcome == DESCRY_SIDECAR_UNDONE);
        require(taken.size == size && memcmp(taken.data, data, size) == 0);
    }
    descry_buf_free(&taken);
}

static void put_in(const char *data, size_t size, int overwrite)
{
    descry_buf full = {0}, again = {0};
    descry_error err = {0};
    descry_sidecar_outcome outcome;
    int rc = descry_xmp_put(&full, data, size, "x", &caption, overwrite, 0, &outcome, &err);
    if (rc)
        check_error(rc, &err);
    else if (outcome == DESCRY_SIDECAR_WRITTEN || outcome == DESCRY_SIDECAR_REPLACED) {
        require(descry_xmp_put(&again, full.data, full.size, "x", &caption, 0, 0, &outcome, NULL) == 0);
        require(outcome == DESCRY_SIDECAR_SAME);
        take_out(data, size, &full);
    } else
        require(full.size == 0 && (outcome == DESCRY_SIDECAR_SAME || !overwrite));
    descry_buf_free(&full);
    descry_buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    descry_buf text = {0}, out = {0};
    descry_sidecar_outcome outcome;
    if (size == 0)
        return -1;
    require(descry_buf_append(&text, data, size, NULL) == 0); /* and a NUL */
    put_in(text.data, size, 0);
    put_in(text.data, size, 1);
    descry_xmp_take(&out, text.data, size, "x", &outcome, NULL);
    out.size = 0;
    require(descry_xmp_title(&out, text.data, size) == 0);
    require(out.size <= 2000 && (out.size == 0 || !strpbrk(out.data, "\r\n\t")));
    descry_buf_free(&text);
    descry_buf_free(&out);
    return 0;
}
