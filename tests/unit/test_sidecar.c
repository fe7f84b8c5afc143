/* SPDX-License-Identifier: Apache-2.0
 * Which file is a picture's sidecar, and how it is replaced, wherever XMP is read. */
#include "cmocka_test.h"

#include "base/file.h"
#include "base/replace.h"
#include "image/picture.h"
#include "meta/xmp.h"
#include "store/store.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[1024];
static descry_context *ctx;

static const char *in(const char *name) /* two at a time */
{
    static char paths[2][2 * PATH_MAX];
    static int next;
    next = !next;
    snprintf(paths[next], sizeof paths[next], "%s/%s", folder, name);
    return paths[next];
}

static void make_file(const char *name, const char *data, size_t size)
{
    FILE *file = fopen(in(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void touch(const char *name)
{
    make_file(name, "x", 1);
}

static void copy(const char *from, const char *to)
{
    char path[2 * PATH_MAX];
    descry_buf data = {0};
    snprintf(path, sizeof path, "%s/tests/data/xmp/%s", getenv("DESCRY_SOURCE_ROOT"), from);
    assert_int_equal(descry_file_read(&data, path, 1 << 20, NULL), 0);
    make_file(to, data.data, data.size);
    descry_buf_free(&data);
}

static void assert_file(const char *name, const char *contains)
{
    descry_buf data = {0};
    descry_error err;
    if (descry_file_read(&data, in(name), 1 << 24, &err))
        fail_msg("%s", err.message);
    if (!strstr(data.data ? data.data : "", contains))
        fail_msg("%s: no %s in\n%s", name, contains, data.data);
    descry_buf_free(&data);
}

static void assert_gone(const char *name)
{
    assert_int_not_equal(access(in(name), F_OK), 0);
}

static int count_files(void)
{
    int n = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; (entry = readdir(dir));)
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    return n;
}

/* The path reported is that of the sidecar `expected`. */
static int write_to(const char *picture, const char *caption, const char *expected, descry_error *err)
{
    char *sidecar = NULL;
    descry_sidecar_outcome outcome = DESCRY_SIDECAR_NOTHING;
    int rc = descry_sidecar_write(ctx, in(picture), caption, "/home/me/models/coca/", NULL, &outcome, &sidecar, err);
    assert_non_null(sidecar);
    assert_string_equal(strrchr(sidecar, '/') + 1, expected);
    descry_free(sidecar);
    return rc ? rc : (int)outcome;
}

static void assert_written(const char *picture, const char *sidecar)
{
    descry_error err = {0};
    if (write_to(picture, "cats", sidecar, &err) != DESCRY_SIDECAR_WRITTEN)
        fail_msg("%s", err.message);
    assert_file(sidecar, "<rdf:li xml:lang=\"x-default\">cats</rdf:li>");
}

static void assert_refused(const char *picture, const char *sidecar, int code, const char *why)
{
    descry_error err = {0};
    int files = count_files();
    int rc = write_to(picture, "cats", sidecar, &err);
    if (rc != code || !strstr(err.message, in(sidecar)) || !strstr(err.message, why))
        fail_msg("%d %s, not %s", rc, err.message, why);
    assert_int_equal(count_files(), files); /* nothing left behind */
}

typedef struct told {
    int outcomes[10], failed;
    char last[1000];
} told;

static int on_sidecar(void *arg, const char *sidecar, descry_sidecar_outcome outcome, const descry_error *err)
{
    told *t = arg;
    if (err) {
        t->failed++;
        snprintf(t->last, sizeof t->last, "%s", err->message);
        assert_non_null(strstr(err->message, sidecar));
    } else
        t->outcomes[outcome]++;
    return 0;
}

static told undo(const char *name)
{
    told t = {0};
    descry_error err = {0};
    if (descry_sidecar_undo(ctx, name ? in(name) : folder, NULL, on_sidecar, &t, &err))
        fail_msg("%s", err.message);
    return t;
}

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s/descry-sidecar.XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    char command[2 * PATH_MAX];
    snprintf(command, sizeof command, "chmod -R u+rwX '%s' && rm -rf '%s'", folder, folder);
    return system(command);
}

/* ---- names ------------------------------------------------------------------------------------------------------ */

static void the_long_name_is_made(void **state)
{
    (void)state;
    touch("a.jpg");
    assert_written("a.jpg", "a.jpg.xmp");
    assert_file("a.jpg.xmp", "<descry:model>coca</descry:model>"); /* without the folder */
    assert_file("a.jpg", "x");
    touch("no ending");
    assert_written("no ending", "no ending.xmp");
    told t = undo("a.jpg");
    assert_int_equal(t.outcomes[DESCRY_SIDECAR_DELETED], 1);
    t = undo("no ending");
    assert_int_equal(t.outcomes[DESCRY_SIDECAR_DELETED], 1);
    assert_int_equal(count_files(), 2);
}

static void the_short_name_is_used_where_it_can_only_mean_this_one(void **state)
{
    (void)state;
    touch("a.jpg");
    copy("lightroom.xmp", "a.xmp");
    assert_written("a.jpg", "a.xmp");
    assert_int_equal(undo("a.jpg").outcomes[DESCRY_SIDECAR_UNDONE], 1);
    touch("a.nef"); /* whose it is now */
    touch("a.txt");
    assert_written("a.jpg", "a.jpg.xmp");
    assert_written("a.nef", "a.xmp");
    assert_file("a.xmp", "ToneCurvePV2012");
    assert_int_equal(undo("a.jpg").outcomes[DESCRY_SIDECAR_DELETED], 1);
    assert_file("a.xmp", "cats");
    touch("a.cr2"); /* whose is it? */
    assert_written("a.cr2", "a.cr2.xmp");
    told t = undo(NULL);
    assert_int_equal(t.outcomes[DESCRY_SIDECAR_DELETED], 1);
    assert_int_equal(t.outcomes[DESCRY_SIDECAR_UNDONE], 1);
    copy("lightroom.xmp", "b.xmp");
    copy("darktable.xmp", "b.jpg.xmp");
    touch("b.jpg");
    assert_written("b.jpg", "b.jpg.xmp");
    assert_file("b.jpg.xmp", "darktable:history");
}

static void names_are_found_in_any_case(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"a.jpg", "a.XMP"},         {"b.jpg", "b.jpg.XMP"},      {"c.jpg", "c.Xmp"},
                                           {"d.JPG", "d.jpg.xmp"},     {"E.JPG", "e.xmp"},          {"f.heic", "F.HEIC.XmP"},
                                           {"IMG_1.CR2", "img_1.xmp"}, {"no ending", "NO ENDING.XMP"},
                                           {"\u00fcber.jpg", "\u00dcBER.XMP"}, {"e\u0301.jpg", "\u00e9.jpg.xmp"},
                                           {"\u00e8.jpg", "E\u0300.Xmp"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        touch(pairs[i][0]);
        copy("lightroom.xmp", pairs[i][1]);
        assert_written(pairs[i][0], pairs[i][1]);
        assert_int_equal(undo(pairs[i][0]).outcomes[DESCRY_SIDECAR_UNDONE], 1);
        assert_written(pairs[i][0], pairs[i][1]);
    }
    /* of several the usual name, then always the same one */
    copy("lightroom.xmp", "b.jpg.xmp");
    assert_written("b.jpg", "b.jpg.xmp");
    copy("lightroom.xmp", "c.xMP");
    copy("lightroom.xmp", "c.XMP");
    assert_written("c.jpg", "c.XMP");
    copy("lightroom.xmp", "c.xmp");
    assert_written("c.jpg", "c.xmp");
    assert_int_equal(undo("c.jpg").outcomes[DESCRY_SIDECAR_UNDONE], 3);
    /* a name in another case is not that of a picture of its own */
    touch("g.jpg");
    touch("G.jpg");
    copy("lightroom.xmp", "G.jpg.XMP");
    assert_written("g.jpg", "g.jpg.xmp");
    assert_written("G.jpg", "G.jpg.XMP");
    touch("h.jpg");
    touch("H.nef");
    copy("lightroom.xmp", "H.XMP");
    assert_written("h.jpg", "h.jpg.xmp");
    assert_written("H.nef", "H.XMP");
}

static void undo_finds_sidecars_without_pictures(void **state)
{
    (void)state;
    touch("a.jpg");
    assert_written("a.jpg", "a.jpg.xmp");
    unlink(in("a.jpg"));
    assert_int_equal(undo("a.jpg").outcomes[DESCRY_SIDECAR_DELETED], 1);
    touch("b.jpg");
    mkdir(in("below"), 0700);
    touch("below/c.jpg");
    assert_written("b.jpg", "b.jpg.xmp");
    assert_int_equal(undo("b.jpg.xmp").outcomes[DESCRY_SIDECAR_DELETED], 1);
    descry_error err;
    assert_int_equal(
        descry_sidecar_write(ctx, in("below/c.jpg"), "cats", "m", NULL, &(descry_sidecar_outcome){0}, NULL, &err), 0);
    copy("darktable.xmp", "below/d.XMP");
    make_file("e.xmp", "damaged", 7);
    told t = undo(NULL);
    assert_int_equal(t.outcomes[DESCRY_SIDECAR_DELETED], 1);
    assert_int_equal(t.outcomes[DESCRY_SIDECAR_NOTHING], 2); /* nothing of ours: no need to understand it */
    told unused = {0};
    assert_int_equal(descry_sidecar_undo(ctx, in("nowhere.jpg"), NULL, on_sidecar, &unused, &err), DESCRY_ERR_NOT_FOUND);
    assert_int_equal(undo("b.jpg").outcomes[DESCRY_SIDECAR_NOTHING], 0);
}

/* ---- files ------------------------------------------------------------------------------------------------------ */

static void permissions_and_marks_are_kept(void **state)
{
    (void)state;
    struct stat st;
    touch("a.jpg");
    copy("darktable.xmp", "a.jpg.xmp");
    chmod(in("a.jpg.xmp"), 0640);
    assert_written("a.jpg", "a.jpg.xmp");
    assert_int_equal(stat(in("a.jpg.xmp"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    make_file("a.jpg.xmp", "", 0);
    assert_written("a.jpg", "a.jpg.xmp");
    assert_int_equal(undo("a.jpg").outcomes[DESCRY_SIDECAR_UNDONE], 1); /* the empty file was not ours */
    static const char marked[] =
        "\xEF\xBB\xBF<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"></rdf:RDF>";
    make_file("a.jpg.xmp", marked, sizeof marked - 1);
    assert_written("a.jpg", "a.jpg.xmp");
    assert_file("a.jpg.xmp", "\xEF\xBB\xBF<rdf:RDF");
    assert_int_equal(undo("a.jpg").outcomes[DESCRY_SIDECAR_UNDONE], 1);
    assert_file("a.jpg.xmp", marked);
}

static void utf_16_becomes_utf_8(void **state)
{
    (void)state;
    static const char text[] =
        "<?xml version='1.0' encoding='UTF-16'?><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
        "<rdf:Description rdf:about=\"\" xmlns:f=\"http://f/\" f:a=\"?\"/></rdf:RDF>";
    for (int big = 0; big < 2; big++) {
        char wide[2 * sizeof text + 2];
        size_t n = 0;
        wide[n++] = (char)(big ? 0xFE : 0xFF);
        wide[n++] = (char)(big ? 0xFF : 0xFE);
        for (const char *c = text; *c; c++) {
            unsigned unit = *c == '?' && c[1] == '"' ? 0x20AC : (unsigned char)*c;
            wide[n++] = (char)(big ? unit >> 8 : unit & 255);
            wide[n++] = (char)(big ? unit & 255 : unit >> 8);
        }
        touch("a.jpg");
        make_file("a.jpg.xmp", wide, n);
        assert_written("a.jpg", "a.jpg.xmp");
        assert_file("a.jpg.xmp", "f:a=\"\xE2\x82\xAC\"");
        make_file("a.jpg.xmp", wide, n - 1);
        assert_refused("a.jpg", "a.jpg.xmp", DESCRY_ERR_FORMAT, "UTF-16");
    }
}

static void links_are_followed(void **state)
{
    (void)state;
    struct stat st;
    touch("a.jpg");
    mkdir(in("elsewhere"), 0700);
    copy("darktable.xmp", "elsewhere/real.xmp");
    assert_int_equal(symlink("elsewhere/real.xmp", in("a.jpg.xmp")), 0);
    assert_written("a.jpg", "a.jpg.xmp");
    assert_int_equal(lstat(in("a.jpg.xmp"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_file("elsewhere/real.xmp", "cats");
    assert_int_equal(undo("a.jpg").outcomes[DESCRY_SIDECAR_UNDONE], 1);
    unlink(in("elsewhere/real.xmp"));
    assert_refused("a.jpg", "a.jpg.xmp", DESCRY_ERR_NOT_FOUND, "a link to nothing");
    unlink(in("a.jpg.xmp"));
    assert_int_equal(symlink("a.jpg.xmp", in("a.jpg.xmp")), 0);
    assert_refused("a.jpg", "a.jpg.xmp", DESCRY_ERR_IO, "symbolic links");
}

static void what_cannot_be_written_is_named(void **state)
{
    (void)state;
    static const char damaged[] = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF";
    touch("a.jpg");
    mkdir(in("a.jpg.xmp"), 0700);
    assert_refused("a.jpg", "a.jpg.xmp", DESCRY_ERR_IO, "not a regular file");
    rmdir(in("a.jpg.xmp"));
    assert_int_equal(mkfifo(in("a.jpg.xmp"), 0600), 0);
    assert_refused("a.jpg", "a.jpg.xmp", DESCRY_ERR_IO, "not a regular file");
    unlink(in("a.jpg.xmp"));
    make_file("a.jpg.xmp", damaged, sizeof damaged - 1);
    assert_refused("a.jpg", "a.jpg.xmp", DESCRY_ERR_FORMAT, "damaged XMP");
    assert_file("a.jpg.xmp", damaged);
    FILE *file = fopen(in("a.jpg.xmp"), "wb");
    assert_int_equal(ftruncate(fileno(file), DESCRY_XMP_MAX_SIZE + 1), 0);
    fclose(file);
    assert_refused("a.jpg", "a.jpg.xmp", DESCRY_ERR_LIMIT, "limit");
    unlink(in("a.jpg.xmp"));
    descry_error err;
    descry_sidecar_outcome outcome;
    char *sidecar;
    assert_int_equal(descry_sidecar_write(ctx, in("gone.jpg"), "cats", "m", NULL, &outcome, &sidecar, &err),
                     DESCRY_ERR_NOT_FOUND);
    assert_null(sidecar);
    assert_int_equal(write_to("a.jpg", " \n\x01", "a.jpg.xmp", &err), DESCRY_ERR_ARGUMENT);
    static char lengthy[DESCRY_CAPTION_SIZE + 2];
    memset(lengthy, 'x', sizeof lengthy - 1);
    assert_int_equal(write_to("a.jpg", lengthy, "a.jpg.xmp", &err), DESCRY_ERR_LIMIT);
    char name[256];
    memset(name, 'a', 255);
    memcpy(name + 251, ".jpg", 5);
    touch(name);
    assert_int_equal(descry_sidecar_write(ctx, in(name), "cats", "m", NULL, &outcome, NULL, &err), DESCRY_ERR_IO);
    assert_non_null(strstr(err.message, "too long"));
}

static void captions_become_lines_of_text(void **state)
{
    (void)state;
    descry_error err = {0};
    touch("a.jpg");
    assert_int_equal(write_to("a.jpg", " two\ncats \xFF\x01 \xC3\xA9]]>&\xEF\xBF\xBF ", "a.jpg.xmp", &err),
                     DESCRY_SIDECAR_WRITTEN);
    assert_file("a.jpg.xmp", "<descry:description>two cats \xEF\xBF\xBD  \xC3\xA9]]&gt;&amp;</descry:description>");
    assert_int_equal(write_to("a.jpg", " two\ncats \xFF\x01 \xC3\xA9]]>&\xEF\xBF\xBF ", "a.jpg.xmp", &err),
                     DESCRY_SIDECAR_SAME);
}

static void what_the_picture_says_itself_counts(void **state)
{
    (void)state;
    descry_error err = {0};
    char path[2048];
    descry_buf picture = {0}, packet = {0}, jpeg = {0};
    snprintf(path, sizeof path, "%s/samples/gallery/0001.jpg", getenv("DESCRY_SOURCE_ROOT"));
    assert_int_equal(descry_file_read(&picture, path, 1 << 20, NULL), 0);
    snprintf(path, sizeof path, "%s/tests/data/xmp/digikam.xmp", getenv("DESCRY_SOURCE_ROOT"));
    assert_int_equal(descry_file_read(&packet, path, 1 << 16, NULL), 0);
    /* an APP1 behind the SOI */
    static const char mark[] = "http://ns.adobe.com/xap/1.0/";
    size_t size = 2 + sizeof mark + packet.size;
    const char head[] = {(char)0xFF, (char)0xD8, (char)0xFF, (char)0xE1, (char)(size >> 8), (char)(size & 255)};
    descry_buf_append(&jpeg, head, sizeof head, NULL);
    descry_buf_append(&jpeg, mark, sizeof mark, NULL);
    descry_buf_append(&jpeg, packet.data, packet.size, NULL);
    descry_buf_append(&jpeg, picture.data + 2, picture.size - 2, NULL);
    make_file("a.jpg", jpeg.data, jpeg.size);
    assert_int_equal(write_to("a.jpg", "cats", "a.jpg.xmp", &err), DESCRY_SIDECAR_EMBEDDED);
    assert_gone("a.jpg.xmp");
    descry_sidecar_options over = DESCRY_SIDECAR_OPTIONS_INIT;
    descry_sidecar_outcome outcome;
    over.overwrite = 1;
    assert_int_equal(descry_sidecar_write(ctx, in("a.jpg"), "cats", "m", &over, &outcome, NULL, NULL), 0);
    assert_int_equal(outcome, DESCRY_SIDECAR_WRITTEN);
    make_file("b.jpg", picture.data, picture.size);
    assert_written("b.jpg", "b.jpg.xmp");

    descry_picture peeked;
    descry_buf title = {0};
    const descry_limits limits = DESCRY_LIMITS_INIT;
    assert_int_equal(descry_picture_peek(&peeked, (const uint8_t *)jpeg.data, jpeg.size, "a", &limits, NULL), 0);
    assert_int_equal(peeked.xmp_size, packet.size);
    assert_int_equal(descry_xmp_title(&title, (const char *)peeked.xmp, peeked.xmp_size), 0);
    assert_string_equal(title.data, "Mimi and Max");
    descry_picture_free(&peeked);
    descry_buf_free(&title);
    descry_buf_free(&picture);
    descry_buf_free(&packet);
    descry_buf_free(&jpeg);
}

static void a_file_that_changed_meanwhile_is_not_replaced(void **state)
{
    (void)state;
    struct stat before;
    descry_error err = {0};
    touch("a");
    assert_int_equal(stat(in("a"), &before), 0);
    assert_int_equal(descry_file_replace(in("a"), "new", 3, NULL, &err), DESCRY_ERR_BUSY);
    assert_file("a", "x");
    assert_int_equal(descry_file_replace(in("a"), "new", 3, &before, &err), 0);
    assert_file("a", "new");
    assert_int_equal(descry_file_replace(in("a"), "newer", 5, &before, &err), DESCRY_ERR_BUSY);
    assert_file("a", "new");
    assert_int_equal(descry_file_replace(in("b"), "b", 1, NULL, &err), 0);
    assert_int_equal(descry_file_replace(in("c"), "b", 1, &before, &err), DESCRY_ERR_BUSY);
    assert_gone("c");
    assert_int_equal(count_files(), 2);
}

static int open_context(void **state)
{
    (void)state;
    return descry_context_open(&ctx, NULL, NULL);
}

static int close_context(void **state)
{
    (void)state;
    descry_context_close(&ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_long_name_is_made, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_short_name_is_used_where_it_can_only_mean_this_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_are_found_in_any_case, set_up, tear_down),
        cmocka_unit_test_setup_teardown(undo_finds_sidecars_without_pictures, set_up, tear_down),
        cmocka_unit_test_setup_teardown(permissions_and_marks_are_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(utf_16_becomes_utf_8, set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_are_followed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(captions_become_lines_of_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_the_picture_says_itself_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_changed_meanwhile_is_not_replaced, set_up, tear_down),
    };
    int failed = cmocka_run_group_tests_name("sidecar", tests, open_context, close_context);
    static const char *const others[] = {"process", "off"};
    for (int i = 0; i < 2; i++) {
        setenv("DESCRY_SANDBOX", others[i], 1);
        failed += cmocka_run_group_tests_name(others[i], tests, open_context, close_context);
    }
    return failed;
}
