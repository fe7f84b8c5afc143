/* SPDX-License-Identifier: Apache-2.0
 * A library as a whole: in the order of time, its folders and cameras, whether it has changed. */
#include "exif_fixture.h"
#include "library_fixture.h"

#include <stdio.h>
#include <string.h>

/* Of 2019, by a camera. */
static void dated_picture(fixture *f, const char *name)
{
    static exif e;
    uint8_t file[EXIF_ROOM + 20];
    size_t size = (size_t)snprintf((char *)file, 20, "PIX 40 0 0\n");
    exif_full(&e, 0, 0);
    memcpy(file + size, e.bytes, e.size);
    write_file(at(f, "photos/%s", name), file, size + e.size);
}

typedef struct told {
    char text[400];
    int room;
} told;

static int tell_moment(void *arg, int64_t id, int64_t taken, int width, int height)
{
    told *to = arg;
    char time[DESCRY_TIME_SIZE];
    size_t n = strlen(to->text);
    descry_time_print(time, taken, DESCRY_NO_OFFSET);
    snprintf(to->text + n, sizeof to->text - n, "%d %.4s %d %d, ", (int)id, time, width, height);
    return --to->room == 0;
}

static int tell_group(void *arg, const char *value, uint64_t count)
{
    told *to = arg;
    size_t n = strlen(to->text);
    snprintf(to->text + n, sizeof to->text - n, "%s %d, ", value, (int)count);
    return --to->room == 0;
}

static void a_library_is_shown_as_a_whole(void **state)
{
    fixture *f = *state;
    descry_filter filter = DESCRY_FILTER_INIT;
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    uint64_t before, after;
    told to = {"", 0};
    folder(f, "photos/sub");
    for (int i = 0; i < 4; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d.jpg", i);
        picture(f, name, 10 * i, 0, 0);
    }
    dated_picture(f, "sub/4.jpg");
    assert_int_equal(descry_library_generation(f->library, &before, &f->err), 0);
    index_ok(f, "");
    assert_int_equal(descry_library_generation(f->library, &after, &f->err), 0);
    assert_true(before != after);
    for (int ranking = DESCRY_RANKING_VECTORS; ranking <= DESCRY_RANKING_HYBRID; ranking++) {
        options.ranking = (descry_ranking)ranking;
        assert_int_equal(search_with(f, ranking ? "" : " \n ", &options), 0);
        assert_int_equal(f->matches, 5);
        assert_int_equal(descry_timeline(f->library, NULL, tell_moment, &to, &f->err), 0);
        for (size_t i = 0; i < 5; i++) {
            char number[8];
            const char *at_comma = to.text;
            for (size_t j = 0; j < i; j++)
                at_comma = strstr(at_comma, ", ") + 2;
            snprintf(number, sizeof number, "%d ", (int)f->ids[i]);
            assert_int_equal(strncmp(at_comma, number, strlen(number)), 0);
        }
        to = (told){"", 0};
    }
    filter.before = 0;
    options.filter = &filter;
    assert_int_equal(search_with(f, "", &options), 0);
    assert_int_equal(f->matches, 0);
    options.filter = NULL;
    options.ranking = DESCRY_RANKING_VECTORS;
    options.threshold = 0;
    assert_int_equal(search_with(f, "", &options), DESCRY_ERR_ARGUMENT);
    /* a filter, and enough */
    const char *under = at(f, "photos/sub");
    filter = (descry_filter)DESCRY_FILTER_INIT;
    filter.under = &under;
    filter.unders = 1;
    assert_int_equal(descry_timeline(f->library, &filter, tell_moment, &to, &f->err), 0);
    assert_non_null(strstr(to.text, " 2019 1 1, "));
    assert_true(strlen(to.text) < 16);
    to = (told){"", 2};
    assert_int_equal(descry_timeline(f->library, NULL, tell_moment, &to, &f->err), 0);
    assert_int_equal(to.room, 0);
    to = (told){"", 0};
    assert_int_equal(descry_facets(f->library, DESCRY_FACET_FOLDER, NULL, tell_group, &to, &f->err), 0);
    assert_non_null(strstr(to.text, "/photos 4, "));
    assert_non_null(strstr(to.text, "/photos/sub 1, "));
    to = (told){"", 0};
    assert_int_equal(descry_facets(f->library, DESCRY_FACET_CAMERA, &filter, tell_group, &to, &f->err), 0);
    assert_non_null(strstr(to.text, "NIKON D90 1, "));
    to = (told){"", 1};
    assert_int_equal(descry_facets(f->library, DESCRY_FACET_CAMERA, NULL, tell_group, &to, &f->err), 0);
    assert_int_equal(to.room, 0);
    filter.has = 1 << 20;
    assert_int_equal(descry_timeline(f->library, &filter, tell_moment, &to, &f->err), DESCRY_ERR_ARGUMENT);
    assert_int_equal(descry_facets(f->library, DESCRY_FACET_CAMERA, &filter, tell_group, &to, &f->err), DESCRY_ERR_ARGUMENT);
    assert_int_equal(descry_facets(f->library, (descry_facet)9, NULL, tell_group, &to, &f->err), DESCRY_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH_TEST(a_library_is_shown_as_a_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
