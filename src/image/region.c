/* SPDX-License-Identifier: Apache-2.0 */
#include "image/region.h"

#include "base/error.h"

#include <math.h>
#include <string.h>

bool descry_region_is_whole(const descry_region *r)
{
    return r->left == 0 && r->top == 0 && ((r->right == 0 && r->bottom == 0) || (r->right == 1 && r->bottom == 1));
}

int descry_region_check(const descry_region *r, const char *name, descry_error *err)
{
    bool good = r->left >= 0 && r->left < r->right && r->right <= 1 && r->top >= 0 && r->top < r->bottom && r->bottom <= 1;
    if (good || descry_region_is_whole(r)) /* NaN fails every comparison */
        return 0;
    return descry_fail(err, DESCRY_ERR_ARGUMENT, "%s: from %g, %g to %g, %g is no region of a picture", name, r->left, r->top,
                       r->right, r->bottom);
}

/* Pixels first .. end of `size`. */
typedef struct range {
    int first, end;
} range;

static range pixels(double from, double to, int size)
{
    range r = {(int)floor(from * size + 0.5), (int)floor(to * size + 0.5)};
    if (r.end <= r.first) { /* less than a pixel: the one that contains most of it */
        r.first = (int)((from + to) / 2 * size);
        r.first = r.first < size ? r.first : size - 1;
        r.end = r.first + 1;
    }
    return r;
}

static range mirrored(range r, int size)
{
    return (range){size - r.end, size - r.first};
}

/* Maps the upright picture's columns and rows to the stored one's, by EXIF orientation. */
static void to_stored(range *across, range *down, const descry_picture *picture)
{
    int o = picture->orientation;
    if (o >= 5) {
        range row = *across;
        *across = *down;
        *down = row;
    }
    if (o == 2 || o == 3 || o == 7 || o == 8)
        *across = mirrored(*across, picture->width);
    if (o == 3 || o == 4 || o == 6 || o == 7)
        *down = mirrored(*down, picture->height);
}

void descry_region_crop(const descry_region *region, bool upright, descry_picture *picture)
{
    if (descry_region_is_whole(region))
        return;
    bool swap = upright && picture->orientation >= 5;
    range across = pixels(region->left, region->right, swap ? picture->height : picture->width);
    range down = pixels(region->top, region->bottom, swap ? picture->width : picture->height);
    if (upright)
        to_stored(&across, &down, picture);
    size_t pixel = descry_picture_pixel(picture->mode), stride = (size_t)picture->width * pixel;
    size_t row = (size_t)(across.end - across.first) * pixel;
    for (int y = down.first; y < down.end; y++) /* in place: reads stay ahead of writes */
        memmove(picture->data + (size_t)(y - down.first) * row,
                picture->data + (size_t)y * stride + (size_t)across.first * pixel, row);
    picture->width = across.end - across.first;
    picture->height = down.end - down.first;
}

static int scaled(int pixels_of_part, double part)
{
    double whole = ceil(pixels_of_part / part);
    return whole < INT32_MAX ? (int)whole : INT32_MAX;
}

descry_enough descry_region_enough(const descry_region *r, const descry_enough *enough)
{
    if (descry_region_is_whole(r))
        return *enough;
    return (descry_enough){scaled(enough->width, r->right - r->left), scaled(enough->height, r->bottom - r->top), enough->either};
}
