/* SPDX-License-Identifier: Apache-2.0
 * JPEG by libjpeg-turbo, with its default inverse DCT and upsampling, which are Pillow's. */
#include "base/error.h"
#include "image/codecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

enum { MAX_SCANS = 500 }; /* a progressive file of a few kilobytes can ask for thousands of passes */

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
    int rc;
} reader;

static void fail(j_common_ptr jpeg)
{
    reader *r = (reader *)jpeg->err;
    char message[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, message);
    r->rc = descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: damaged JPEG: %s", r->name, message);
    longjmp(r->escape, 1);
}

/* Warnings are about data that libjpeg could make something of, as Pillow lets it; but the end of the file is an error. */
static void warn(j_common_ptr jpeg, int level)
{
    if (level < 0 && jpeg->err->msg_code == JWRN_JPEG_EOF) {
        reader *r = (reader *)jpeg->err;
        r->rc = descry_fail(r->err, DESCRY_ERR_FORMAT, "%s: truncated JPEG", r->name);
        longjmp(r->escape, 1);
    }
}

static void watch(j_common_ptr jpeg)
{
    reader *r = (reader *)jpeg->err;
    if (r->jpeg.input_scan_number > MAX_SCANS) {
        r->rc = descry_fail(r->err, DESCRY_ERR_LIMIT, "%s: JPEG of more than %d scans", r->name, MAX_SCANS);
        longjmp(r->escape, 1);
    }
}

/* The first block of each kind.  XMP: Adobe's XMP Specification, part 3, section 1.1.3. */
static void read_blocks(reader *r)
{
    static const char xmp[] = "http://ns.adobe.com/xap/1.0/"; /* and its NUL */
    int orientation = 0;
    for (jpeg_saved_marker_ptr m = r->jpeg.marker_list; m && !orientation; m = m->next)
        if (m->marker == JPEG_APP0 + 1 && m->data_length > 6 && memcmp(m->data, "Exif\0", 6) == 0)
            orientation = descry_picture_note_exif(r->picture, m->data, m->data_length);
    for (jpeg_saved_marker_ptr m = r->jpeg.marker_list; m && !r->picture->xmp; m = m->next)
        if (m->marker == JPEG_APP0 + 1 && m->data_length > sizeof xmp && memcmp(m->data, xmp, sizeof xmp) == 0) {
            int other = descry_picture_note_xmp(r->picture, m->data + sizeof xmp, m->data_length - sizeof xmp);
            orientation = orientation ? orientation : other;
        }
    r->picture->orientation = orientation ? orientation : 1;
}

static void read_all(reader *r)
{
    struct jpeg_decompress_struct *jpeg = &r->jpeg;
    jpeg_save_markers(jpeg, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(jpeg, TRUE);
    read_blocks(r);
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
    r->rc = descry_picture_create(r->picture, jpeg->image_width, jpeg->image_height, mode, r->name, r->limits, r->err);
    if (r->rc)
        return;
    jpeg_start_decompress(jpeg);
    size_t row = (size_t)r->picture->width * (size_t)descry_picture_bands(mode);
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW to = r->picture->data + jpeg->output_scanline * row;
        jpeg_read_scanlines(jpeg, &to, 1);
    }
    jpeg_finish_decompress(jpeg);
    /* Adobe stores ink inverted; like Pillow, take every CMYK file to be Adobe's */
    if (mode == DESCRY_MODE_CMYK)
        for (size_t i = 0; i < row * (size_t)r->picture->height; i++)
            r->picture->data[i] = (uint8_t)(255 - r->picture->data[i]);
}

/* setjmp in a function of its own: what it must not forget is not local to it */
static void read_guarded(reader *r, const uint8_t *bytes, size_t size)
{
    if (setjmp(r->escape))
        return;
    jpeg_create_decompress(&r->jpeg);
    r->jpeg.progress = &r->progress;
    jpeg_mem_src(&r->jpeg, bytes, size);
    read_all(r);
}

static int run(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
               const descry_limits *limits, int only_look, descry_error *err)
{
    reader r = {.name = name, .limits = limits, .picture = picture, .peek = only_look, .err = err};
    r.jpeg.err = jpeg_std_error(&r.manager);
    r.manager.error_exit = fail;
    r.manager.emit_message = warn;
    r.progress.progress_monitor = watch;
    read_guarded(&r, bytes, size);
    jpeg_destroy_decompress(&r.jpeg);
    return r.rc;
}

static int decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                  const descry_limits *limits, descry_error *err)
{
    return run(picture, bytes, size, name, limits, 0, err);
}

static int peek(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                const descry_limits *limits, descry_error *err)
{
    return run(picture, bytes, size, name, limits, 1, err);
}

#define TEXT_1(x) #x
#define TEXT(x) TEXT_1(x)

static const char *library(void)
{
#ifdef LIBJPEG_TURBO_VERSION
    return "JPEG (libjpeg-turbo " TEXT(LIBJPEG_TURBO_VERSION) ")";
#else
    return "JPEG (libjpeg " TEXT(JPEG_LIB_VERSION) ")";
#endif
}

const descry_codec descry_codec_jpeg = {decode, library, peek};
