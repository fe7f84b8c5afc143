/* SPDX-License-Identifier: Apache-2.0
 * A fake model for the tests of the library, in place of the rooms clip and image.
 *
 * A picture is a file "PIX r g b", maybe with an EXIF block from the next line on; its embedding of length 8 is its
 * colour, and a text "r g b" has that of the same colour, any other text that of some colour.  The picture of the colour
 * 1 2 3 has no finite embedding, that of 3 2 1 no finite caption.  With 222 of red it is large, and its draft has 64 more of
 * blue.  "PIX fault" is one whose decoder crashes.  Captions are "shade R of red, G of green, B of blue". */
#ifndef DESCRY_TESTS_FAKE_CLIP_H
#define DESCRY_TESTS_FAKE_CLIP_H

#include "api/handles.h"

enum { FAKE_DIM = 8 };

struct descry_clip {
    const char *name;
    char recipe[65];
    descry_model_info info;
    size_t calls, embedded, decoded;
    _Atomic size_t peeked;      /* by several threads */
    _Atomic size_t faults;      /* pictures at which the decoder failed, by several threads */
    int killed;                 /* it is not the pictures' fault that it did */
    size_t kill_after;          /* pictures embedded; then the process kills itself */
    int no_decoder;
    size_t captioned;
    size_t kill_after_captions; /* captions given; then the process kills itself */
    const char *late;           /* the file whose path has this is not decoded before it may come; NULL: none */
    _Atomic int come;
    const char *unlink_on_read; /* a file that vanishes while another one is decoded */
};

void fake_clip_init(struct descry_clip *clip, const char *name, char digit); /* recipe: 64 times `digit` */
void fake_embedding(int r, int g, int b, float *out);                        /* [FAKE_DIM], of length 1 */

#endif
