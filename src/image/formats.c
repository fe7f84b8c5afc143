/* SPDX-License-Identifier: Apache-2.0
 * Every format that descry knows, whether or not this build reads it: signature, extensions, and Debian's package.
 * Sources: the formats' own specifications, and for the camera formats the headers that LibRaw checks. */
#include "image/formats.h"

#include <string.h>
#include <strings.h>

static bool at(const uint8_t *bytes, size_t size, size_t offset, const char *expected, size_t length)
{
    return size >= length && offset <= size - length && memcmp(bytes + offset, expected, length) == 0;
}

#define AT(offset, expected) at(bytes, size, offset, expected, sizeof(expected) - 1)

static bool is_jpeg(const uint8_t *bytes, size_t size)
{
    return AT(0, "\xFF\xD8\xFF");
}

static bool is_png(const uint8_t *bytes, size_t size)
{
    return AT(0, "\x89PNG\r\n\x1A\n");
}

static bool is_gif(const uint8_t *bytes, size_t size)
{
    return AT(0, "GIF87a") || AT(0, "GIF89a");
}

static bool is_webp(const uint8_t *bytes, size_t size)
{
    return AT(0, "RIFF") && AT(8, "WEBP");
}

static bool is_tiff(const uint8_t *bytes, size_t size)
{
    return AT(0, "II*\0") || AT(0, "MM\0*") || AT(0, "II+\0") || AT(0, "MM\0+"); /* the latter: BigTIFF */
}

/* The size of the second header, after the file's own of 14 bytes, is one of a few. */
static bool is_bmp(const uint8_t *bytes, size_t size)
{
    return AT(0, "BM") && size >= 18 && bytes[15] == 0 && bytes[16] == 0 && bytes[17] == 0 && bytes[14] != 0 &&
           memchr("\x0C\x28\x34\x38\x40\x6C\x7C", bytes[14], 7) != NULL;
}

/* Followed by space and a number, or a comment, so that not every text that begins with "P5" matches. */
static bool is_pnm(const uint8_t *bytes, size_t size)
{
    if (size < 4 || bytes[0] != 'P' || bytes[1] < '1' || bytes[1] > '6')
        return false;
    size_t at = 2;
    while (at < size && (bytes[at] == ' ' || (bytes[at] >= '\t' && bytes[at] <= '\r')))
        at++;
    return at < size && (bytes[at] == '#' || (at > 2 && bytes[at] >= '0' && bytes[at] <= '9'));
}

/* A box "ftyp": its size, then its brand, a version and compatible brands. */
static bool has_brand(const uint8_t *bytes, size_t size, const char *const *brands)
{
    if (size < 16 || memcmp(bytes + 4, "ftyp", 4) != 0)
        return false;
    size_t end = (size_t)bytes[2] << 8 | bytes[3];
    end = bytes[0] || bytes[1] || end > size ? size : end;
    for (size_t i = 8; i + 4 <= end; i += i == 8 ? 8 : 4)
        for (size_t k = 0; brands[k]; k++)
            if (memcmp(bytes + i, brands[k], 4) == 0)
                return true;
    return false;
}

static bool is_heif(const uint8_t *bytes, size_t size)
{
    static const char *const brands[] = {"heic", "heix", "hevc", "hevx", "heim", "heis", "hevm", "hevs",
                                         "mif1", "mif2", "mif3", "miaf", "msf1", "avif", "avis", "tmap", "avci",
                                         "vvic", "jpeg", NULL};
    return has_brand(bytes, size, brands);
}

static bool is_jxl(const uint8_t *bytes, size_t size)
{
    return AT(0, "\xFF\x0A") || AT(0, "\0\0\0\x0CJXL \r\n\x87\n");
}

static bool is_jpeg2000(const uint8_t *bytes, size_t size)
{
    return AT(0, "\0\0\0\x0CjP  \r\n\x87\n") || AT(0, "\xFF\x4F\xFF\x51");
}

/* ---- camera RAW ------------------------------------------------------------------------------------------------ */

uint32_t descry_format_number(const uint8_t *bytes, int count, bool big)
{
    uint32_t value = 0;
    for (int i = 0; i < count; i++)
        value |= (uint32_t)bytes[i] << 8 * (big ? count - 1 - i : i);
    return value;
}

/* A TIFF-based RAW file: its first directory is a DNG's, holds sensor data, or is a camera's thumbnail. */
static bool is_raw_tiff(const uint8_t *bytes, size_t size)
{
    enum { SUBFILE_TYPE = 0xFE, COMPRESSION = 0x103, PHOTOMETRIC = 0x106, MAKE = 0x10F, SUB_IFDS = 0x14A, DNG = 0xC612 };
    bool big = bytes[0] == 'M', thumbnail = false, make = false, sensor = false, subs = false, dng = false;
    uint32_t offset = descry_format_number(bytes + 4, 4, big);
    if (offset > size || size - offset < 2)
        return false;
    size_t count = descry_format_number(bytes + offset, 2, big), room = (size - offset - 2) / 12;
    const uint8_t *entry = bytes + offset + 2;
    for (size_t i = 0; i < count && i < room; i++, entry += 12) {
        uint32_t tag = descry_format_number(entry, 2, big), wide = descry_format_number(entry + 2, 2, big) == 4;
        uint32_t value = descry_format_number(entry + 8, wide ? 4 : 2, big);
        dng = dng || tag == DNG;
        make = make || tag == MAKE;
        subs = subs || tag == SUB_IFDS;
        thumbnail = thumbnail || (tag == SUBFILE_TYPE && value & 1);
        sensor = sensor || (tag == PHOTOMETRIC && (value == 32803 || value == 34892)); /* filter array, linear */
        sensor = sensor || (tag == COMPRESSION && (value == 34713 || value == 65535 || value == 32767 || value == 32769 ||
                                                   value == 32770 || value == 65000)); /* Nikon, Pentax, Sony ... */
    }
    return dng || sensor || (make && subs && thumbnail);
}

static bool is_raw(const uint8_t *bytes, size_t size)
{
    static const char *const brands[] = {"crx ", NULL};
    if (size < 16)
        return false;
    if (AT(0, "II*\0") || AT(0, "MM\0*"))
        return AT(8, "CR\x02") || AT(8, "IIII") || AT(8, "MMMM") || is_raw_tiff(bytes, size);
    return AT(0, "IIRO") || AT(0, "IIRS") || AT(0, "MMOR") || AT(0, "IIU\0") || AT(0, "FUJIFILMCCD-RAW") ||
           AT(6, "HEAPCCDR") || AT(0, "\0MRM") || AT(0, "FOVb") || has_brand(bytes, size, brands);
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

static const descry_format formats[DESCRY_FORMATS] = {
    [DESCRY_FORMAT_JPEG] = {"JPEG", "libjpeg62-turbo-dev", "jpg jpeg jpe jfif jif pjpeg pjp mpo insp jps", is_jpeg},
    [DESCRY_FORMAT_PNG] = {"PNG", "libpng-dev", "png apng", is_png},
    [DESCRY_FORMAT_WEBP] = {"WebP", "libwebp-dev", "webp", is_webp},
    [DESCRY_FORMAT_GIF] = {"GIF", "libgif-dev", "gif", is_gif},
    [DESCRY_FORMAT_RAW] = {"camera RAW", "libraw-dev",
     "dng nef nrw cr2 cr3 crw arw srf sr2 raf orf rw2 pef srw 3fr fff erf kdc dcr mef mos mrw iiq rwl x3f", is_raw},
    [DESCRY_FORMAT_TIFF] = {"TIFF", "libtiff-dev", "tif tiff", is_tiff},
    [DESCRY_FORMAT_HEIF] = {"HEIF", "libheif-dev", "heic heics heif heifs hif avif avifs", is_heif},
    [DESCRY_FORMAT_JXL] = {"JPEG XL", "libjxl-dev", "jxl", is_jxl},
    [DESCRY_FORMAT_JPEG2000] = {"JPEG 2000", "libopenjp2-7-dev", "jp2 j2k jpf jpx j2c jpc", is_jpeg2000},
    [DESCRY_FORMAT_BMP] = {"BMP", NULL, "bmp dib", is_bmp},
    [DESCRY_FORMAT_PNM] = {"PNM", NULL, "pnm pbm pgm ppm", is_pnm},
};

const descry_format *descry_format_at(size_t index)
{
    return index < DESCRY_FORMATS ? &formats[index] : NULL;
}

bool descry_format_begins(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < DESCRY_FORMATS; i++)
        if (formats[i].recognises(bytes, size))
            return true;
    return false;
}

bool descry_format_ending(const char *ending)
{
    size_t length = strlen(ending);
    for (size_t i = 0; i < DESCRY_FORMATS && length; i++)
        for (const char *word = formats[i].endings; *word;) {
            size_t n = strcspn(word, " ");
            if (n == length && strncasecmp(word, ending, n) == 0)
                return true;
            word += n + (word[n] == ' ');
        }
    return false;
}
