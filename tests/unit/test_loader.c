/* SPDX-License-Identifier: Apache-2.0
 * Loading pictures in order. */
#include "loader_fixture.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void in_order_without_gaps(void **state)
{
    static const char *const patterns[] = {"", "g", "b", "bg", "gb", "bgg", "gbg", "ggb", "bbg", "gbbbggbg"};
    (void)state;
    FOR_SIZES (threads, batch)
        for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++) {
            descry_loader *loader = open_loader(threads, batch, NULL);
            size_t n = strlen(patterns[p]) ? 31 : 0;
            for (size_t i = 0; i < n; i++)
                assert_int_equal(add(loader, patterns[p][i % strlen(patterns[p])]), 0);
            end(loader);
            assert_int_equal(t.decoded, n);
            for (size_t i = 0; i < n; i++) {
                char expected[32];
                snprintf(expected, sizeof expected, "p%zu: not a picture", i);
                assert_string_equal(t.wrong[i], patterns[p][i % strlen(patterns[p])] == 'b' ? expected : "");
            }
        }
}

/* Whatever was delivered before, batches are whole ones again and none goes over the end of the ring. */
static void more_may_be_added_when_all_is_delivered(void **state)
{
    (void)state;
    FOR_SIZES (threads, batch) {
        descry_loader *loader = open_loader(threads, batch, NULL);
        for (size_t n = 0; n < 7; n++) {
            for (size_t i = 0; i < n; i++)
                assert_int_equal(add(loader, i % 3 == 1 ? 'b' : 'g'), 0);
            assert_int_equal(descry_loader_finish(loader, NULL), 0);
            assert_int_equal(t.delivered, t.added);
            assert_int_equal(t.dropped, t.added);
        }
        end(loader);
        assert_int_equal(t.decoded, 21);
    }
}

static void what_is_not_to_be_loaded(void **state)
{
    (void)state;
    FOR_SIZES (threads, batch) {
        descry_error wrong;
        descry_loader *loader = open_loader(threads, batch, NULL);
        descry_fail(&wrong, DESCRY_ERR_IO, "was wrong before");
        for (size_t i = 0; i < 10; i++) {
            assert_int_equal(add(loader, 'g'), 0);
            assert_int_equal(add_as(loader, 'g', DESCRY_WANT_PIXELS, &wrong, NULL), 0);
            assert_int_equal(add_as(loader, 'b', DESCRY_WANT_NOTHING, NULL, NULL), 0);
            assert_int_equal(add_as(loader, 'g', DESCRY_WANT_FACTS, NULL, NULL), 0);
        }
        end(loader);
        assert_int_equal(t.decoded, 10);
        assert_int_equal(t.peeked, 10);
        for (size_t i = 0; i < 40; i++)
            assert_string_equal(t.wrong[i], i % 4 == 1 ? "was wrong before" : "");
    }
}

static void files_are_read(void **state)
{
    (void)state;
    char path[] = "/tmp/descry-loader-XXXXXX", missing[64];
    int file = mkstemp(path);
    assert_true(file >= 0 && write(file, "g1", 2) == 2);
    close(file);
    snprintf(missing, sizeof missing, "%s-not", path);
    for (unsigned threads = 1; threads <= 2; threads++) {
        descry_loader *loader = open_loader(threads, 4, NULL);
        const char *const paths[] = {missing, path, "/tmp"};
        for (size_t i = 0; i < 3; i++, t.added++) {
            item it = {.number = (int)i, .loaded = {.path = paths[i], .want = DESCRY_WANT_PIXELS}};
            assert_int_equal(descry_loader_add(loader, &it, NULL), 0);
        }
        end(loader);
        assert_non_null(strstr(t.wrong[0], "-not: No such file"));
        assert_string_equal(t.wrong[1], "");
        assert_non_null(strstr(t.wrong[2], "/tmp: "));
    }
    unlink(path);
}

/* 0: pixels, 1: facts, 2: nothing, 3: fails */
static void decide_one(void *arg, descry_loaded *loaded)
{
    item *it = (item *)loaded;
    uint8_t digest[DESCRY_SHA256_SIZE];
    assert_ptr_equal(arg, &t);
    t.turn++;
    t.decided++;
    assert_int_equal(descry_sha256_of(it->owned, strlen(it->owned), digest, NULL), 0);
    assert_memory_equal(digest, loaded->sha256, sizeof digest);
    if (it->number % 4 == 3)
        descry_fail(&loaded->err, DESCRY_ERR_IO, "refused");
    else if (it->number % 4)
        loaded->want = it->number % 4 == 1 ? DESCRY_WANT_FACTS : DESCRY_WANT_NOTHING;
}

static void decide_by_number(void *arg, descry_loaded *const *pictures, size_t n)
{
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++)
        decide_one(arg, pictures[i]);
}

static void decides_on_what_was_read(void **state)
{
    (void)state;
    FOR_SIZES (threads, batch) {
        descry_loader *loader = open_loader(threads, batch, decide_by_number);
        t.encode = encode_all;
        for (size_t i = 0; i < 40; i++)
            assert_int_equal(add(loader, 'g'), 0);
        end(loader);
        assert_int_equal(t.decided, 40);
        assert_int_equal(t.turn, 40 + 2 * t.batches);
        assert_int_equal(t.decoded, 10);
        assert_int_equal(t.peeked, 10);
        for (size_t i = 0; i < 40; i++) {
            assert_string_equal(t.wrong[i], i % 4 == 3 ? "refused" : "");
            assert_int_equal(t.levels[i], i % 4 == 1 ? DESCRY_WANT_FACTS : i % 4 == 2 ? DESCRY_WANT_NOTHING : DESCRY_WANT_PIXELS);
        }
    }
}

static void stops_in_any_state(void **state)
{
    (void)state;
    FOR_SIZES (threads, batch)
        for (size_t stop_at = 1; stop_at < 6; stop_at++) {
            descry_error err;
            descry_loader *loader = open_loader(threads, batch, decide_by_number);
            t.stop_at = stop_at;
            int rc = 0;
            while (!rc && t.added < t.batch * 5 + 1)
                rc = add_as(loader, 'g', DESCRY_WANT_PIXELS, NULL, &err);
            if (!rc)
                rc = descry_loader_finish(loader, &err);
            assert_int_equal(rc, STOP);
            assert_string_equal(err.message, "stop");
            assert_int_equal(t.batches, stop_at);
            descry_loader_close(&loader);
            assert_int_equal(t.dropped, t.added);
        }
    /* and when nobody asks any more, since the source failed */
    FOR_SIZES (threads, batch)
        for (size_t n = 0; n < 12; n++) {
            descry_loader *loader = open_loader(threads, batch, decide_by_number);
            while (t.added < n)
                assert_int_equal(add(loader, n % 2 ? 'g' : 'b'), 0);
            descry_loader_close(&loader);
            assert_int_equal(t.dropped, n);
        }
}

/* Facts are those of the whole, and a reference has no drafts. */
static void drafts_where_they_are_good_enough(void **state)
{
    (void)state;
    FOR_SIZES (threads, batch)
        for (int how = 0; how < 3; how++) {
            static const int kinds[] = {'g', 'd', 'd'};
            descry_loader *loader = open_loader_for(threads, batch, NULL, how > 0, how > 1);
            while (t.added < 9)
                assert_int_equal(add(loader, (char)kinds[t.added % 3]), 0);
            end(loader);
            for (int i = 0; i < 9; i++) {
                int draft = how == 1 && kinds[i % 3] == 'd' && i > 0;
                assert_int_equal(t.drafts[i], draft);
                assert_int_equal(t.widths[i], draft ? 10 * i : i);
            }
        }
}

/* The slow one is decoded last of all that have a slot; were another to wait for it, this would not end. */
static void one_that_is_slow_holds_up_no_other(void **state)
{
    (void)state;
    for (size_t slow = 0; slow < 6; slow++) {
        descry_loader *loader = open_loader(2, 2, NULL);
        assert_int_equal(t.slots, 6);
        t.slow_waits_for = 5;
        for (size_t i = 0; i < 6; i++)
            assert_int_equal(add(loader, i == slow ? 's' : 'g'), 0);
        end(loader);
        assert_int_equal(t.decoded, 6);
    }
}

static int encode_meanwhile(void *arg, size_t first, size_t n, descry_error *err)
{
    if (t.batches == 0)
        wait_for(&t.decoded, t.slots);
    return encode_all(arg, first, n, err);
}

/* Were the next batches not decided on and decoded while the first is encoded, this would not end. */
static void prepares_while_a_batch_is_encoded(void **state)
{
    (void)state;
    descry_loader *loader = open_loader(2, 3, count_decisions);
    t.encode = encode_meanwhile;
    for (size_t i = 0; i < 20; i++)
        assert_int_equal(add(loader, 'g'), 0);
    end(loader);
    assert_int_equal(t.encoded, 20);
}

static int encode_fails(void *arg, size_t first, size_t n, descry_error *err)
{
    (void)first, (void)n;
    assert_ptr_equal(arg, &t);
    return t.batches == 1 ? descry_fail(err, DESCRY_ERR_LIMIT, "too much") : 0;
}

/* Not finite at first, a real failure when it is looked for. */
static int encode_fails_later(void *arg, size_t first, size_t n, descry_error *err)
{
    (void)arg;
    return n > 1 ? descry_fail(err, DESCRY_ERR_NUMERIC, "not finite")
                 : first == 2 ? descry_fail(err, DESCRY_ERR_MEMORY, "out of it") : 0;
}

static void finds_the_one_that_is_not_finite(void **state)
{
    (void)state;
    for (size_t numeric = 0; numeric < 9; numeric++) {
        descry_loader *loader = open_loader(2, 4, NULL);
        t.encode = encode_all;
        t.numeric = numeric;
        for (size_t i = 0; i < 9; i++)
            assert_int_equal(add(loader, i == 1 ? 'b' : 'g'), 0);
        end(loader);
        assert_int_equal(t.encoded, numeric == 1 ? 8 : 7);
        for (size_t i = 0; i < 9; i++) {
            char expected[32];
            snprintf(expected, sizeof expected, "p%zu: not finite", i);
            assert_string_equal(t.wrong[i], i == 1 ? "p1: not a picture" : i == numeric ? expected : "");
        }
    }
}

static void what_else_a_model_fails_with_is_returned(void **state)
{
    int (*const fails[])(void *, size_t, size_t, descry_error *) = {encode_fails, encode_fails_later};
    (void)state;
    for (int later = 0; later < 2; later++) {
        descry_error err;
        descry_loader *loader = open_loader(1, 4, NULL);
        int rc = 0;
        t.encode = fails[later];
        while (!rc && t.added < 9)
            rc = add_as(loader, 'g', DESCRY_WANT_PIXELS, NULL, &err);
        assert_int_equal(rc, later ? DESCRY_ERR_MEMORY : DESCRY_ERR_LIMIT);
        assert_string_equal(err.message, later ? "out of it" : "too much");
        assert_int_equal(t.added, later ? 4 : 8);
        descry_loader_close(&loader);
        assert_int_equal(t.dropped, t.added);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order_without_gaps),
        cmocka_unit_test(more_may_be_added_when_all_is_delivered),
        cmocka_unit_test(what_is_not_to_be_loaded),
        cmocka_unit_test(files_are_read),
        cmocka_unit_test(drafts_where_they_are_good_enough),
        cmocka_unit_test(decides_on_what_was_read),
        cmocka_unit_test(stops_in_any_state),
        cmocka_unit_test(one_that_is_slow_holds_up_no_other),
        cmocka_unit_test(prepares_while_a_batch_is_encoded),
        cmocka_unit_test(finds_the_one_that_is_not_finite),
        cmocka_unit_test(what_else_a_model_fails_with_is_returned),
    };
    int failed = cmocka_run_group_tests_name("in order", tests, NULL, NULL);
    late_after = HOUR;
    return failed + cmocka_run_group_tests_name("in order, since nobody is late", tests, NULL, NULL);
}
