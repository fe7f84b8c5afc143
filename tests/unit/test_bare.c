/* SPDX-License-Identifier: Apache-2.0
 * A build without any optional codec: errors for pictures that it does not read. */
#include "support/support.h"

#include "image/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void a_missing_codec_names_its_package(void **state)
{
    (void)state;
    static const char *const files[][2] = {
        {"pictures/lossy.webp", "install libwebp-dev"}, {"pictures/grey.gif", "install libgif-dev"},
        {"pictures/rgb.tif", "install libtiff-dev"},    {"formats/q80.heic", "install libheif-dev"},
        {"formats/q80.avif", "install libheif-dev"},    {"formats/lossy.jxl", "install libjxl-dev"},
        {"pictures/rgb.jp2", "install libopenjp2-7-dev"}, {"formats/sensor1.dng", "install libraw-dev"},
    };
    static const descry_limits limits = DESCRY_LIMITS_INIT;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[4096];
        descry_picture picture;
        descry_error err = {0};
        snprintf(path, sizeof path, "%s/tests/data/%s", getenv("DESCRY_SOURCE_ROOT"), files[i][0]);
        assert_int_equal(load_picture(&picture, path, &limits, &err), DESCRY_ERR_UNSUPPORTED);
        if (!strstr(err.message, path) || !strstr(err.message, files[i][1]))
            fail_msg("%s", err.message);
    }
}

static void only_what_is_in_is_listed(void **state)
{
    (void)state;
    size_t n = 0;
    for (; descry_picture_format(n); n++) {
        char name[5] = "";
        sscanf(descry_picture_format(n), "%4[A-Z]", name);
        assert_non_null(strstr("JPEG PNG BMP PNM", name));
    }
    assert_int_equal(n, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_codec_names_its_package),
        cmocka_unit_test(only_what_is_in_is_listed),
    };
    return cmocka_run_group_tests_name("bare", tests, NULL, NULL);
}
