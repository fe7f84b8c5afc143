/* SPDX-License-Identifier: Apache-2.0
 * Out of memory, at each allocation of each job. */
#define _GNU_SOURCE
#include "failing.h"
#include "failing_jobs.h"

#include <openssl/crypto.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1 << 15, ALL = 400 };

/* DESCRY_EVERY_ALLOCATION=1: every single one of every job is tried, a quarter of an hour; =NAME: of that job only. */
static int is_wanted(const job *j)
{
    const char *every = getenv("DESCRY_EVERY_ALLOCATION");
    return !every || strcmp(every, "1") == 0 || strcmp(every, j->name) == 0;
}

static size_t all_of_as_many(void)
{
    return getenv("DESCRY_EVERY_ALLOCATION") ? 2 * MOST : ALL;
}

static size_t wrong; /* of all jobs */

static void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* All failures are reported before the test fails. */
static void complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vprint_error(format, args);
    va_end(args);
    print_error("\n");
    wrong++;
}

/* Files and folders that are open: neither what connects this process with decoders, which come and go, nor their memory. */
static int file_descriptors(void)
{
    struct stat st;
    int n = 0;
    for (int fd = 0; fd < 1000; fd++)
        n += fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) && st.st_nlink > 0;
    return n;
}

static void check_library(const char *path)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    if (!exists(path))
        return;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(stmt, 0), "ok");
    sqlite3_finalize(stmt);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA foreign_key_check", -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
    sqlite3_finalize(stmt);
    if (sqlite3_exec(db, "INSERT INTO words (words, rank) VALUES ('integrity-check', 1)", NULL, NULL, NULL)) /* of the full text */
        complain("%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static int work(world *w, const job *j, descry_error *err)
{
    w->failures = 0;
    w->seen_size = 0;
    w->seen[0] = 0;
    *err = (descry_error){0};
    return j->work(w, err);
}

/* What others than the job itself made of it, in w->seen. */
static void see(world *w, const job *j)
{
    descry_error err;
    if (j->see)
        check_rc(j->see(w, &err), &err);
}

static void undisturbed(world *w, const job *j, const char *after)
{
    descry_error err;
    int rc = work(w, j, &err);
    if (rc || w->failures)
        complain("%s, after %s: %d %s", j->name, after, rc, rc ? err.message : w->failure);
    see(w, j);
    if (j->undo)
        j->undo(w);
}

/* Whether what is told is that memory was short.  libzip 1.7 takes what it has no memory for as a file that it cannot write;
 * others do not say what was wrong but in words. */
static int is_told(int code)
{
    return code == DESCRY_ERR_MEMORY || failing_in(failing_refused(), "libzip.so") ||
           failing_in(failing_refused(), "libpng16.so") || failing_in(failing_refused(), "libgif.so");
}

/* OpenSSL 3.0 loses a method that it has no memory to keep, libzip 1.7 what it has made of an archive; glibc keeps the name of
 * the time zone. */
static int is_lost_by_others(const failing_stack *whose)
{
    return failing_in(whose, "libc.so.6:tzset") ||
           (failing_in(whose, "libcrypto.so.3:EVP_MD_fetch") && failing_in(failing_refused(), "libcrypto.so.3:EVP_MD_fetch")) ||
           (failing_in(whose, "libzip.so.4:zip_fopen") && failing_in(failing_refused(), "libzip.so.4:zip_fopen")) ||
           (failing_in(whose, "libzip.so.4:zip_close") && failing_in(failing_refused(), "libzip.so.4:zip_close"));
}

static int goes_on(const failing_stack *stack)
{
    for (size_t i = 0; GOES_ON[i]; i++)
        if (failing_in(stack, GOES_ON[i]))
            return 1;
    return 0;
}

/* One run whose allocation of this number is refused, and one that is not disturbed.  0: there are not so many. */
static int refuse(world *w, const job *j, size_t number, int stacks, size_t *left)
{
    static char expected[SEEN];
    char where[4200] = "anything";
    const failing_stack *one;
    descry_error err;
    int fds = file_descriptors();
    strcpy(expected, w->expected);
    failing_watch(stacks);
    j->set_up(w);
    failing_arm(number);
    int rc = work(w, j, &err);
    failing_disarm();
    if (!failing_refused()) {
        check_rc(rc, &err);
        if (j->undo)
            j->undo(w);
    } else {
        snprintf(where, sizeof where, "allocation %zu, %s", number, failing_print(failing_refused()));
        if (rc == 0 && w->failures == 0) {
            see(w, j);
            if (strcmp(w->seen, expected) != 0)
                complain("%s: silently something else without %s:\n%s\nnot\n%s", j->name, where, w->seen, expected);
            if (!goes_on(failing_refused()))
                complain("%s: no error without %s", j->name, where);
            if (j->undo)
                j->undo(w);
        } else if (rc && !is_told(rc))
            complain("%s: %d %s; without %s", j->name, rc, err.message, where);
        else if (!rc && !is_told(w->failure_code))
            complain("%s: %d %s; without %s", j->name, w->failure_code, w->failure, where);
        undisturbed(w, j, where);
        if (strcmp(w->seen, expected) != 0)
            complain("%s: then something else, after %s:\n%s\nnot\n%s", j->name, where, w->seen, expected);
    }
    if (j->tear_down)
        j->tear_down(w);
    OPENSSL_thread_stop(); /* its queue of errors */
    *left = failing_left(&one);
    check_library(w->path);
    if (*left && stacks && !is_lost_by_others(one))
        complain("%s: %zu left, one of %s, without %s", j->name, *left, failing_print(one), where);
    if (file_descriptors() != fds && !failing_in(failing_refused(), "libc.so.6:fdopen")) /* libzip then does not close it */
        complain("%s: a file stays open, without %s", j->name, where);
    return failing_refused() != NULL;
}

static int ascending(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* Each allocation of a job; where there are more than ALL, the first and the last of each distinct stack of callers, as deep
 * as FAILING_DISTINCT; where there are more than ALL of these, too, the first. */
static size_t choose(world *w, const job *j, size_t *numbers)
{
    static size_t first[MOST], last[MOST];
    descry_error err;
    j->set_up(w);
    failing_survey(first, last, MOST);
    int rc = work(w, j, &err);
    size_t ways = failing_surveyed(), all = failing_disarm(), n = 0;
    check_rc(rc, &err);
    assert_int_equal(w->failures, 0);
    see(w, j);
    strcpy(w->expected, w->seen);
    if (j->undo)
        j->undo(w);
    if (j->tear_down)
        j->tear_down(w);
    assert_in_range(ways, 1, MOST - 1);
    assert_in_range(all, 1, 2 * MOST);
    if (all <= all_of_as_many())
        for (n = 0; n < all; n++)
            numbers[n] = n + 1;
    else {
        for (size_t i = 0; i < ways; i++) {
            numbers[n++] = first[i];
            if (last[i] != first[i] && ways <= ALL)
                numbers[n++] = last[i];
        }
        qsort(numbers, n, sizeof *numbers, ascending);
    }
    print_message("%s: %zu allocations, %zu stacks, %zu tried\n", j->name, all, ways, n);
    return n;
}

static void fail_each(world *w, const job *j)
{
    static size_t numbers[2 * MOST];
    size_t n, left, before = 0;
    clock_t began = clock();
    j->set_up(w); /* what is opened once for the whole process */
    undisturbed(w, j, "nothing");
    if (j->tear_down)
        j->tear_down(w);
    n = choose(w, j, numbers);
    for (size_t i = 0; i < n; i++) {
        if (refuse(w, j, numbers[i], 0, &left) && left)
            if (refuse(w, j, numbers[i], 0, &before) && before) /* not of something that was opened only then */
                refuse(w, j, numbers[i], 1, &left);
    }
    print_message("%.1f s\n", (double)(clock() - began) / CLOCKS_PER_SEC);
}

static void run_jobs(void **state)
{
    world *w = *state;
    size_t tried = 0;
    for (size_t i = 0; i < JOB_COUNT; i++)
        if (is_wanted(&JOBS[i]) && ++tried)
            fail_each(w, &JOBS[i]);
    assert_true(tried > 0);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(run_jobs, world_open, world_close),
    };
    return cmocka_run_group_tests_name("malloc", tests, NULL, NULL);
}
