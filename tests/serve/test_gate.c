/* SPDX-License-Identifier: Apache-2.0
 * Who may ask: hosts that are addresses of IPv6, and those who guess tokens. */
#include "cmocka_test.h"

#include "server.h"

#include <stdlib.h>
#include <string.h>

static bool answers(const char *listen, const char *host)
{
    const serve_options options = {.listen = &listen, .listen_count = 1};
    const serve_server server = {.options = &options};
    const serve_request request = {.method = "GET", .path = "/", .headers = {[SERVE_HOST] = host}};
    serve_reply reply = SERVE_REPLY_INIT;
    unsigned status = serve_gate(&server, &request, NULL, false, &reply);
    serve_reply_clear(&reply);
    return status == 0;
}

static void an_address_is_answered_at(void **state)
{
    (void)state;
    static const char *const spellings[] = {"2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:8420", "2001:DB8:0:0::0:1"};
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        assert_true(answers(spellings[i], "[2001:db8::1]"));
        assert_true(answers(spellings[i], "[2001:db8::1]:8420"));
        assert_true(answers(spellings[i], "[2001:DB8:0::1]:80"));
        assert_true(answers(spellings[i], "localhost:8420"));
        assert_false(answers(spellings[i], "[2001:db8::2]"));
        assert_false(answers(spellings[i], "2001"));
        assert_false(answers(spellings[i], "2001:80"));
        assert_false(answers(spellings[i], "[2001"));
        assert_false(answers(spellings[i], "[2001:db8::1.evil.example]"));
        assert_false(answers(spellings[i], ""));
    }
    assert_true(answers("192.0.2.1:8420", "192.0.2.1"));
    assert_true(answers("photos.home.arpa:8420", "Photos.Home.Arpa:8420"));
    assert_false(answers("192.0.2.1", "192.0.2.10"));
    assert_false(answers(":8420", ":8420"));
    static const char *const any[] = {"::", "[::]:8420", "0:0::0", "0.0.0.0", "0.0.0.0:8420", "0"};
    for (size_t i = 0; i < sizeof any / sizeof *any; i++) {
        assert_false(answers(any[i], "[::]"));
        assert_false(answers(any[i], "[0::0]:8420"));
        assert_false(answers(any[i], "0.0.0.0"));
        assert_false(answers(any[i], "0"));
        assert_true(answers(any[i], "[::1]"));
    }
}

static void ten_wrong_tokens_in_a_minute(void **state)
{
    (void)state;
    serve_logins *logins;
    assert_int_equal(serve_logins_open(&logins, NULL), 0);
    for (int i = 0; i < 10; i++)
        assert_int_equal(serve_logins_wrong(logins, i), 0); /* at 0, 1, ... 9 seconds */
    assert_int_equal(serve_logins_wrong(logins, 9), 51);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(serve_logins_wrong(logins, 20), 40);
    assert_int_equal(serve_logins_wrong(logins, 59), 1);
    assert_int_equal(serve_logins_wrong(logins, 60), 0); /* in place of the first */
    assert_int_equal(serve_logins_wrong(logins, 60), 1);
    assert_int_equal(serve_logins_wrong(logins, 61), 0);
    for (int i = 0; i < 10; i++)
        assert_int_equal(serve_logins_wrong(logins, 1000), 0);
    assert_int_equal(serve_logins_wrong(logins, 1000), 60);
    serve_logins_close(&logins);
    assert_null(logins);
}

static void a_session_ends(void **state)
{
    (void)state;
    serve_logins *logins;
    char first[SERVE_SESSION], again[SERVE_SESSION], next[SERVE_SESSION];
    assert_int_equal(serve_logins_open(&logins, NULL), 0);
    serve_logins_session(logins, first);
    serve_logins_session(logins, again);
    assert_int_equal(serve_logins_end(logins, NULL), 0);
    serve_logins_session(logins, next);
    assert_int_equal(strlen(first), SERVE_SESSION - 1);
    assert_int_equal(strlen(next), SERVE_SESSION - 1);
    assert_string_equal(first, again);
    assert_string_not_equal(first, next);
    serve_logins_close(&logins);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_answered_at),
        cmocka_unit_test(ten_wrong_tokens_in_a_minute),
        cmocka_unit_test(a_session_ends),
    };
    return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
