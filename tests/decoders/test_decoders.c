/* SPDX-License-Identifier: Apache-2.0
 * Workers that decode: those that do as they should give what decoding in this process gives, those that do not cost one
 * picture. */
#define _DEFAULT_SOURCE /* DT_DIR */
#include "decoders_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- faults ------------------------------------------------------------------------------------------------------- */

typedef struct expected {
    const char *what;
    int code, fault;
    const char *message;
    uint32_t walls; /* without which it is something else */
} expected;

static void check_all(const expected *all, size_t n)
{
    descry_decoders *d = open_decoders("bad", sandbox(), 2);
    for (size_t i = 0; i < n; i++) {
        int fault = -1;
        descry_error err = {0};
        if ((walls() & all[i].walls) != all[i].walls)
            continue;
        int rc = ask(d, all[i].what, &fault, &err);
        if (rc != all[i].code || fault != all[i].fault || (rc && strcmp(err.message, all[i].message) != 0))
            fail_msg("%s: %d %d %s", all[i].what, rc, fault, err.message);
        check_good(d);
    }
    close_decoders(&d);
}

#define CHECK_ALL(all) check_all(all, sizeof(all) / sizeof *(all))

static const char crashed[] = "x: the GIF decoder crashed on it", without_end[] = "x: the GIF decoder did not come to an end on it",
                  impossible[] = "x: what the GIF decoder said of it cannot be",
                  forbidden[] = "x: the GIF decoder did on it what no decoder may do";

static void a_fault_costs_one_picture(void **state)
{
    static const expected all[] = {
        {"crash", DESCRY_ERR_FORMAT, 1, crashed, 0},
        {"abort", DESCRY_ERR_FORMAT, 1, crashed, 0},
        {"exit", DESCRY_ERR_FORMAT, 1, crashed, 0},
        {"overflow", DESCRY_ERR_FORMAT, 1, crashed, DESCRY_WALL_LIMITS},
        {"hang", DESCRY_ERR_LIMIT, 1, without_end, 0},
        {"spin", DESCRY_ERR_LIMIT, 1, without_end, 0},
        {"nonsense", DESCRY_ERR_FORMAT, 0, "x: could not", 0},
    };
    (void)state;
    CHECK_ALL(all);
}

static void memory_is_bounded(void **state)
{
    static const expected all[] = {
        {"allocate", DESCRY_ERR_LIMIT, 1, "x: more memory than the 283 MB that the GIF decoder may have for it", 0},
        {"large 16", 0, 0, NULL, 0},
        {"large 40", 0, 0, NULL, 0}, /* more than it has without asking for it */
        {"large 100", 0, 0, NULL, 0},
        {"large 600", DESCRY_ERR_LIMIT, 0, "x: 60000 x 10000 pixels, more than the limit of 512000000 in all", 0},
    };
    (void)state;
    need(DESCRY_WALL_LIMITS);
    CHECK_ALL(all);
}

static void the_system_is_out_of_reach(void **state)
{
    static const expected all[] = {
        {"connect", DESCRY_ERR_FORMAT, 1, forbidden, 0},
        {"fork", DESCRY_ERR_FORMAT, 1, forbidden, 0},
        {"vfork", DESCRY_ERR_FORMAT, 1, forbidden, 0},
        {"exec", DESCRY_ERR_FORMAT, 1, forbidden, 0},
        {"kill", DESCRY_ERR_FORMAT, 1, forbidden, 0},
        {"clone3", DESCRY_ERR_FORMAT, 0, "x: could not", 0},
        {"limit", DESCRY_ERR_FORMAT, 0, "x: could not", 0},
        {"execute", DESCRY_ERR_FORMAT, 0, "x: could not", 0},
        {"shared", DESCRY_ERR_FORMAT, 0, "x: could not", 0},
        {"stack", DESCRY_ERR_FORMAT, 0, "x: could not", 0},
        {"reserve", DESCRY_ERR_FORMAT, 0, "x: could not", 0},
        {"poison", DESCRY_ERR_FORMAT, 0, "x: could not", 0},
        {"pass", DESCRY_ERR_FORMAT, 0, "x: could not", 0},
        {"killed", DESCRY_ERR_FORMAT, 0, "x: could not", 0},
        {"deaf", DESCRY_ERR_LIMIT, 1, without_end, 0},
        {"thread", 0, 0, NULL, 0},
    };
    (void)state;
    need(DESCRY_WALL_CALLS);
    CHECK_ALL(all);
}

/* One wall of two is enough. */
static void files_are_out_of_reach(void **state)
{
    static const expected all[] = {{"open", DESCRY_ERR_FORMAT, 0, "x: could not", 0}};
    (void)state;
    if (!(walls() & DESCRY_WALL_CALLS))
        need(DESCRY_WALL_FILES);
    CHECK_ALL(all);
    assert_false(exists("/tmp/descry-was-here"));
}

/* Whatever this process has open without close-on-exec, and its environment, which a debugged worker has. */
static void nothing_is_inherited(void **state)
{
    static const expected all[] = {{"inherited", DESCRY_ERR_FORMAT, 0, "x: could not", 0},
                                   {"environment", DESCRY_ERR_FORMAT, 0, "x: could not", DESCRY_WALL_LIMITS}};
    int fds[40];
    (void)state;
    for (size_t i = 0; i < 40; i++)
        assert_true((fds[i] = open("/dev/zero", O_RDONLY)) >= 0);
    CHECK_ALL(all);
    for (size_t i = 0; i < 40; i++)
        close(fds[i]);
}

static void lies_are_caught(void **state)
{
    static const char *const lies[] = {"kind", "hello", "code", "stop", "message", "escape", "width", "height", "pixels", "orientation", "placeholder",
                                       "draft",
                                       "packet", "packets", "preview", "camera", "title", "line", "latitude", "longitude", "infinite", "taken",
                                       "offset", "declared", "again", "wrap"};
    (void)state;
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        char what[32];
        snprintf(what, sizeof what, "lie %s", lies[i]);
        const expected one = {what, DESCRY_ERR_FORMAT, 1, impossible, 0};
        check_all(&one, 1);
    }
    static const expected others[] = {{"lie short", DESCRY_ERR_LIMIT, 1, without_end, 0},
                                      {"lie nothing", DESCRY_ERR_FORMAT, 1, impossible, 0},
                                      {"lie slow", DESCRY_ERR_LIMIT, 1, without_end, 0},
                                      {"lie later", DESCRY_ERR_LIMIT, 1, without_end, 0},
                                      {"lie more", DESCRY_ERR_FORMAT, 1, impossible, 0}};
    CHECK_ALL(others);
}

/* Even an answer that is right in itself must be to a question: this one's pixels are what the worker has there. */
static void an_enemy_can_say_what_may_be(void **state)
{
    descry_decoders *d = open_decoders("bad", sandbox(), 1);
    uint8_t rgb[PIXELS];
    descry_facts facts;
    int fault;
    (void)state;
    assert_int_equal(prepare_with(d, whole, "GIF89a lie true", 15, rgb, &facts, &fault, NULL), 0);
    assert_int_equal(facts.height, 8);
    close_decoders(&d);
}

static void a_second_worker_tries_again(void **state)
{
    descry_decoders *d = open_decoders("bad", sandbox(), 1);
    int fault;
    descry_error err;
    (void)state;
    for (int i = 0; i < 3; i++) {
        check_good(d);
        check_rc(ask(d, "tired", &fault, &err), &err); /* it crashes in a worker that has done something */
        assert_int_equal(fault, 0);
    }
    close_decoders(&d);
}

static void a_stranger_has_a_worker_alone(void **state)
{
    descry_decoders *d = open_decoders("bad", sandbox(), 1);
    uint8_t rgb[PIXELS];
    descry_facts facts;
    descry_job job = whole;
    descry_worker w;
    (void)state;
    job.untrusted = 1;
    check_good(d);
    for (int i = 0; i < 2; i++) /* it would crash in one that has done something, and be tried again; so look at what is left */
        assert_int_equal(prepare_with(d, job, "GIF89a tired", 12, rgb, &facts, NULL, NULL), 0);
    assert_int_equal(descry_decoders_lend(d, &w, 0, 0, "x", NULL), 0);
    assert_int_equal(w.jobs, 1); /* the one from before */
    descry_decoders_take_back(d, &w);
    close_decoders(&d);
}

/* ---- the same as in this process ----------------------------------------------------------------------------------- */

static int same_metadata(const descry_metadata *a, const descry_metadata *b)
{
    return a->taken == b->taken && a->taken_offset == b->taken_offset && strcmp(a->camera, b->camera) == 0 &&
           strcmp(a->title, b->title) == 0 && memcmp(&a->latitude, &b->latitude, sizeof a->latitude) == 0 &&
           memcmp(&a->longitude, &b->longitude, sizeof a->longitude) == 0;
}

static void compare(descry_decoders *d, descry_decoders *off, const char *path, descry_job job)
{
    static uint8_t rgb[2][PIXELS];
    descry_facts facts[2];
    descry_error err[2] = {{0}, {0}};
    descry_buf file = whole_file(path);
    memset(rgb, 0, sizeof rgb);
    int a = prepare_with(d, job, file.data, file.size, rgb[0], &facts[0], NULL, &err[0]);
    int b = prepare_with(off, job, file.data, file.size, rgb[1], &facts[1], NULL, &err[1]);
    if (a != b || (a && strcmp(err[0].message, err[1].message) != 0))
        fail_msg("%s: %s / %s", path, err[0].message, err[1].message);
    if (a)
        memset(rgb, 0, sizeof rgb); /* of a picture that fails nothing is promised */
    else if (facts[0].width != facts[1].width || facts[0].height != facts[1].height ||
             facts[0].orientation != facts[1].orientation || facts[0].draft != facts[1].draft ||
             facts[0].has_placeholder != facts[1].has_placeholder ||
             memcmp(facts[0].placeholder, facts[1].placeholder, sizeof facts[0].placeholder) != 0 ||
             !same_metadata(&facts[0].metadata, &facts[1].metadata) || facts[0].packet_size != facts[1].packet_size ||
             (facts[0].packet_size && memcmp(facts[0].packet, facts[1].packet, facts[0].packet_size) != 0) ||
             facts[0].preview_size != facts[1].preview_size || (facts[0].preview_size > 0) != (job.wanted.preview > 0) ||
             (facts[0].preview_size && memcmp(facts[0].preview, facts[1].preview, facts[0].preview_size) != 0) ||
             memcmp(rgb[0], rgb[1], PIXELS) != 0)
        fail_msg("%s: not the same", path);
    descry_facts_free(&facts[0]);
    descry_facts_free(&facts[1]);
    descry_buf_free(&file);
}

static int compare_folder(const char *name)
{
    static const descry_preprocess_options reference = {sizeof reference, 1, 13, &limits};
    const descry_job jobs[] = {whole, {.wanted = {&preprocess, &usual, 1, 1}}, {.wanted = {&preprocess, &reference, 0, 0}},
                               {.wanted = {NULL, &usual, 0, 1}},
                               {.wanted = {&preprocess, &usual, 1, 1, {0.25, 0, 1, 0.5}, 100}}};
    descry_decoders *d = open_decoders(NULL, sandbox(), 1), *off = open_decoders(NULL, DESCRY_SANDBOX_OFF, 1);
    char path[4096];
    int files = 0;
    DIR *folder = opendir(source_path("tests/data/%s", name));
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        snprintf(path, sizeof path, "%s", source_path("tests/data/%s/%s", name, entry->d_name));
        if (entry->d_name[0] == '.' || entry->d_type == DT_DIR)
            continue;
        for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++)
            compare(d, off, path, jobs[i]);
        files++;
    }
    closedir(folder);
    descry_decoders_close(&off);
    close_decoders(&d);
    return files;
}

static void pictures_are_the_same(void **state)
{
    (void)state;
    assert_in_range(compare_folder("formats"), 50, 1000);
    assert_in_range(compare_folder("cases"), 20, 1000);
    assert_in_range(compare_folder("pictures"), 1, 1000);
    assert_in_range(compare_folder("raw"), 1, 1000);
    assert_in_range(compare_folder("jxl"), 1, 1000);
}

static void nothing_is_a_picture(void **state)
{
    descry_decoders *d = open_decoders(NULL, sandbox(), 1);
    descry_facts facts;
    descry_error err;
    uint8_t rgb[PIXELS];
    (void)state;
    assert_int_equal(prepare_with(d, whole, "", 0, rgb, &facts, NULL, &err), DESCRY_ERR_FORMAT);
    assert_string_equal(err.message, "x: the file is empty");
    assert_int_equal(prepare_with(d, whole, "text", 4, rgb, &facts, NULL, &err), DESCRY_ERR_UNSUPPORTED);
    assert_string_equal(err.message, "x: not a picture in a format that is known");
    close_decoders(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_costs_one_picture),
        cmocka_unit_test(nothing_is_inherited),
        cmocka_unit_test(lies_are_caught),
        cmocka_unit_test(an_enemy_can_say_what_may_be),
        cmocka_unit_test(a_second_worker_tries_again),
        cmocka_unit_test(a_stranger_has_a_worker_alone),
        cmocka_unit_test(pictures_are_the_same),
        cmocka_unit_test(nothing_is_a_picture),
    };
    const struct CMUnitTest of_walls[] = { /* which debuggers do without */
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(the_system_is_out_of_reach),
        cmocka_unit_test(files_are_out_of_reach),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return sandbox() == DESCRY_SANDBOX_FULL ? failed + cmocka_run_group_tests(of_walls, NULL, NULL) : failed;
}
