/* SPDX-License-Identifier: Apache-2.0
 * JPEG by libjpeg-turbo, into memory. */
#include "base/error.h"
#include "image/codecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
#include <jerror.h>

enum { QUALITY = 82, FIRST_ROOM = 1 << 14 };

/* Its own destination manager: after an error libjpeg-turbo's does not tell which buffer to free. */
typedef struct writer {
    struct jpeg_error_mgr manager; /* first: libjpeg hands out a pointer to it */
    struct jpeg_destination_mgr to;
    jmp_buf escape;
    struct jpeg_compress_struct jpeg;
    const char *name;
    uint8_t *bytes;
    size_t room;
    descry_error *err;
    int rc;
} writer;

static void fail(j_common_ptr jpeg)
{
    writer *w = (writer *)jpeg->err;
    char message[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, message);
    w->rc = descry_fail(w->err, DESCRY_ERR_MEMORY, "%s: its preview cannot be made: %s", w->name, message);
    longjmp(w->escape, 1);
}

static void ignore(j_common_ptr jpeg, int level)
{
    (void)jpeg, (void)level;
}

/* Doubles the buffer, which libjpeg has filled. */
static boolean grow(j_compress_ptr jpeg)
{
    writer *w = (writer *)jpeg->err;
    size_t more = w->room ? w->room : FIRST_ROOM;
    uint8_t *bytes = w->room <= SIZE_MAX / 2 ? realloc(w->bytes, w->room + more) : NULL;
    if (!bytes)
        ERREXIT1(jpeg, JERR_OUT_OF_MEMORY, 0);
    w->bytes = bytes;
    w->to.next_output_byte = bytes + w->room;
    w->to.free_in_buffer = more;
    w->room += more;
    return TRUE;
}

static void begin_output(j_compress_ptr jpeg)
{
    grow(jpeg);
}

static void end_output(j_compress_ptr jpeg)
{
    (void)jpeg;
}

static void write_all(writer *w, const uint8_t *rgb, int width, int height)
{
    struct jpeg_compress_struct *jpeg = &w->jpeg;
    jpeg->image_width = (JDIMENSION)width;
    jpeg->image_height = (JDIMENSION)height;
    jpeg->input_components = 3;
    jpeg->in_color_space = JCS_RGB;
    jpeg_set_defaults(jpeg); /* YCbCr, 4:2:0 */
    jpeg_set_quality(jpeg, QUALITY, TRUE);
    jpeg_start_compress(jpeg, TRUE);
    while (jpeg->next_scanline < jpeg->image_height) {
        JSAMPROW row = (JSAMPROW)(rgb + (size_t)jpeg->next_scanline * (size_t)width * 3);
        jpeg_write_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_compress(jpeg);
}

/* setjmp in a function of its own, without locals that longjmp could clobber */
static void write_guarded(writer *w, const uint8_t *rgb, int width, int height)
{
    if (setjmp(w->escape))
        return;
    jpeg_create_compress(&w->jpeg);
    w->jpeg.dest = &w->to;
    write_all(w, rgb, width, height);
}

int descry_jpeg_write(const uint8_t *rgb, int width, int height, uint8_t **jpeg, size_t *size, const char *name,
                      descry_error *err)
{
    writer w = {.to = {.init_destination = begin_output, .empty_output_buffer = grow, .term_destination = end_output},
                .name = name, .err = err};
    w.jpeg.err = jpeg_std_error(&w.manager);
    w.manager.error_exit = fail;
    w.manager.emit_message = ignore;
    write_guarded(&w, rgb, width, height);
    jpeg_destroy_compress(&w.jpeg);
    if (w.rc) {
        free(w.bytes);
        return w.rc;
    }
    *size = w.room - w.to.free_in_buffer;
    uint8_t *fitting = realloc(w.bytes, *size);
    *jpeg = fitting ? fitting : w.bytes;
    return 0;
}
