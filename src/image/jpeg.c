/* SPDX-License-Identifier: Apache-2.0
 * JPEG by libjpeg-turbo, with its default inverse DCT and upsampling, which are Pillow's. */
#include "base/error.h"
#include "image/codecs.h"
#include "image/jpeg_walk.h"

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>
#include <jerror.h>

/* A progressive file of a few kilobytes can have thousands of scans of all its blocks.  Encoders write about ten, most of them
 * of one component; beyond FREE_VISITS blocks and FREE_PASSES scans of all, the visits must be in proportion to the data. */
enum { MAX_SCANS = 500, FREE_VISITS = 1 << 25, FREE_PASSES = 20, VISITS_PER_BYTE = 8 };

/* Huffman codes take at least a bit for each block of 64 samples; with the subsampling that T.81 allows, a bit encodes at
 * most 128 pixels. */
enum { MAX_PIXELS_PER_BYTE = 1024, ZEROS = 16 };

typedef struct reader {
    struct jpeg_error_mgr manager; /* first: libjpeg hands out a pointer to it */
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    struct jpeg_decompress_struct jpeg;
    const char *name;
    const descry_limits *limits;
    descry_picture *picture;
    descry_error *err;
    int peek; /* 1: no pixels */
    const descry_enough *enough; /* NULL: all pixels */
    descry_jpeg_layout layout;
    const uint8_t *bytes, *reached; /* end of the data that pixels were read from */
    int spent;                      /* libjpeg has read past the end */
    int rc;
} reader;

static void give_up(reader *r, int code, const char *what)
{
    r->rc = descry_fail(r->err, code, "%s: %s", r->name, what);
    longjmp(r->escape, 1);
}

static void fail(j_common_ptr jpeg)
{
    reader *r = (reader *)jpeg->err;
    char message[JMSG_LENGTH_MAX];
    int code = jpeg->err->msg_code;
    jpeg->err->format_message(jpeg, message);
    if (r->spent)
        give_up(r, DESCRY_ERR_FORMAT, "truncated JPEG");
    if (code == JERR_OUT_OF_MEMORY) {
        r->rc = descry_fail_memory(r->err);
        longjmp(r->escape, 1);
    }
    bool kind = code == JERR_SOF_UNSUPPORTED || code == JERR_BAD_PRECISION || code == JERR_ARITH_NOTIMPL;
    r->rc = descry_fail(r->err, kind ? DESCRY_ERR_UNSUPPORTED : DESCRY_ERR_FORMAT, "%s: %s JPEG: %s", r->name,
                        kind ? "an unsupported kind of" : "damaged", message);
    longjmp(r->escape, 1);
}

/* Warnings are about data that libjpeg recovers from, as it does in Pillow.  But it fills missing data with grey: that is
 * truncation in a file without an end marker; before one, wrong bits may have lost a few rows. */
static void warn(j_common_ptr common, int level)
{
    reader *r = (reader *)common->err;
    const struct jpeg_decompress_struct *jpeg = &r->jpeg;
    if (level >= 0)
        return;
    if (common->err->msg_code == JWRN_JPEG_EOF)
        r->spent = 1;
    else if (common->err->msg_code == JWRN_HIT_MARKER) {
        JDIMENSION lost = jpeg->total_iMCU_rows - jpeg->input_iMCU_row;
        if (!r->layout.marked || (jpeg->unread_marker == JPEG_EOI && lost > 1 && lost > jpeg->total_iMCU_rows / 8))
            give_up(r, DESCRY_ERR_FORMAT, "truncated JPEG");
    }
}

/* Called by libjpeg before it reads more. */
static void on_progress(j_common_ptr jpeg)
{
    reader *r = (reader *)jpeg->err;
    if (!jpeg_input_complete(&r->jpeg))
        r->reached = r->jpeg.src->next_input_byte;
}

/* Before any memory is allocated. */
static int check_scans(reader *r)
{
    const descry_jpeg_layout *l = &r->layout;
    const struct jpeg_decompress_struct *jpeg = &r->jpeg;
    if (l->scans > MAX_SCANS)
        return descry_fail(r->err, DESCRY_ERR_LIMIT, "%s: JPEG of more than %d scans", r->name, MAX_SCANS);
    uint32_t most = l->arithmetic ? UINT32_MAX : MAX_PIXELS_PER_BYTE;
    int rc = descry_picture_check_density(jpeg->image_width, jpeg->image_height, l->coded, most, r->name, r->limits, r->err);
    if (rc)
        return rc;
    if (l->visits > FREE_VISITS && l->visits / FREE_PASSES > l->blocks && l->visits / VISITS_PER_BYTE > l->coded)
        return descry_fail(r->err, DESCRY_ERR_LIMIT, "%s: JPEG of %u scans, but too few data for them", r->name, l->scans);
    if (!l->marked && (!l->covered || l->arithmetic))
        return descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: truncated JPEG", r->name);
    return 0;
}

/* The rest of an interrupted copy may be zeros, which are valid codes. */
static bool ends_in_zeros(const reader *r)
{
    if (r->layout.marked)
        return false;
    size_t end = r->layout.end, zeros = end;
    while (zeros > 0 && r->bytes[zeros - 1] == 0)
        zeros--;
    const uint8_t *begin = r->bytes + zeros;
    bool within = r->reached >= r->bytes && r->reached <= r->bytes + end; /* not in libjpeg's artificial end marker */
    return (within ? r->reached : r->bytes + end) - begin > ZEROS;
}

static void read_all(reader *r)
{
    struct jpeg_decompress_struct *jpeg = &r->jpeg;
    jpeg_read_header(jpeg, TRUE);
    if (r->peek) {
        r->picture->width = (int)jpeg->image_width;
        r->picture->height = (int)jpeg->image_height;
        return;
    }
    descry_picture_mode mode = DESCRY_MODE_RGB;
    jpeg->out_color_space = JCS_RGB;
    if (jpeg->num_components == 1) {
        mode = DESCRY_MODE_L;
        jpeg->out_color_space = JCS_GRAYSCALE;
    } else if (jpeg->num_components == 4) {
        mode = DESCRY_MODE_CMYK;
        jpeg->out_color_space = JCS_CMYK;
    }
    r->rc = descry_picture_check(jpeg->image_width, jpeg->image_height, r->name, r->limits, r->err);
    r->rc = r->rc ? r->rc : DESCRY_PRECHECK(check_scans(r));
    if (r->rc)
        return;
    if (r->enough) {
        jpeg->scale_num = (unsigned)descry_picture_eighths(r->picture, jpeg->image_width, jpeg->image_height, r->enough);
        jpeg->scale_denom = 8;
    }
    jpeg_calc_output_dimensions(jpeg);
    r->rc = descry_picture_create(r->picture, jpeg->output_width, jpeg->output_height, mode, r->name, r->limits, r->err);
    r->picture->whole_width = (int)jpeg->image_width;
    r->picture->whole_height = (int)jpeg->image_height;
    if (r->rc)
        return;
    jpeg_start_decompress(jpeg);
    size_t row = (size_t)r->picture->width * (size_t)descry_picture_bands(mode);
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW to = r->picture->data + jpeg->output_scanline * row;
        jpeg_read_scanlines(jpeg, &to, 1);
    }
    on_progress((j_common_ptr)jpeg);
    if (ends_in_zeros(r))
        give_up(r, DESCRY_ERR_FORMAT, "truncated JPEG");
    /* Adobe stores ink inverted; every CMYK file is assumed to be Adobe's, as in Pillow */
    if (mode == DESCRY_MODE_CMYK)
        for (size_t i = 0; i < row * (size_t)r->picture->height; i++)
            r->picture->data[i] = (uint8_t)(255 - r->picture->data[i]);
}

/* setjmp in a function of its own, without locals that longjmp could clobber */
static void read_guarded(reader *r)
{
    if (setjmp(r->escape))
        return;
    jpeg_create_decompress(&r->jpeg);
    r->jpeg.progress = &r->progress;
    jpeg_mem_src(&r->jpeg, r->bytes, r->layout.end);
    read_all(r);
}

static int run(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
               const descry_limits *limits, int only_look, const descry_enough *enough, descry_error *err)
{
    reader r = {.name = name, .limits = limits, .picture = picture, .peek = only_look, .enough = enough, .err = err,
                .bytes = bytes};
    r.jpeg.err = jpeg_std_error(&r.manager);
    r.manager.error_exit = fail;
    r.manager.emit_message = warn;
    r.progress.progress_monitor = on_progress;
    descry_jpeg_walk(&r.layout, bytes, size);
    r.rc = descry_jpeg_read_metadata(picture, bytes, size, r.err); /* first: the draft's scale depends on the orientation */
    if (r.rc)
        return r.rc;
    read_guarded(&r);
    jpeg_destroy_decompress(&r.jpeg);
    return r.rc;
}

static int decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                  const descry_limits *limits, descry_error *err)
{
    return run(picture, bytes, size, name, limits, 0, NULL, err);
}

static int draft(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                 const descry_limits *limits, const descry_enough *enough, descry_error *err)
{
    return run(picture, bytes, size, name, limits, 0, enough, err);
}

static int peek(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                const descry_limits *limits, descry_error *err)
{
    return run(picture, bytes, size, name, limits, 1, NULL, err);
}

const descry_codec descry_codec_jpeg = {decode, peek, draft};
