/* SPDX-License-Identifier: Apache-2.0
 * Workers in somebody else's process, and whose turn it is to have one. */
#define _GNU_SOURCE /* pipe2 */
#include "decoders_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

/* ---- a guest ------------------------------------------------------------------------------------------------------- */

static void the_host_ignores_sigchld(void **state)
{
    (void)state;
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    sigaction(SIGCHLD, &ignore, &before);
    descry_decoders *d = open_decoders("bad", sandbox(), 1);
    descry_error err = {0};
    int fault = -1;
    check_good(d);
    /* nobody knows how it ended: so it is nobody's fault */
    assert_int_equal(ask(d, "crash", &fault, &err), DESCRY_ERR_IO);
    assert_int_equal(fault, 0);
    check_good(d);
    close_decoders(&d);
    sigaction(SIGCHLD, &before, NULL);
}

static void *reap_all(void *stop)
{
    while (!atomic_load((atomic_int *)stop)) {
        if (waitpid(-1, NULL, WNOHANG) <= 0)
            nanosleep(&(struct timespec){0, 100000}, NULL);
    }
    return NULL;
}

static void the_host_reaps(void **state)
{
    atomic_int stop = 0;
    pthread_t thread;
    (void)state;
    descry_decoders *d = open_decoders("bad", sandbox(), 1);
    assert_int_equal(pthread_create(&thread, NULL, reap_all, &stop), 0);
    for (int i = 0; i < 20; i++) {
        descry_error err = {0};
        int fault = -1;
        check_good(d);
        int rc = ask(d, "crash", &fault, &err); /* who reaps it first knows */
        assert_true((rc == DESCRY_ERR_FORMAT && fault == 1) || (rc == DESCRY_ERR_IO && fault == 0));
    }
    check_good(d);
    descry_decoders_close(&d);
    atomic_store(&stop, 1);
    pthread_join(thread, NULL);
    assert_false(has_children());
}

static void the_host_forks(void **state)
{
    int status;
    descry_worker mine;
    (void)state;
    descry_decoders *d = open_decoders("bad", sandbox(), 1);
    check_good(d);
    pid_t child = fork();
    if (child == 0) { /* cmocka would go on in here */
        descry_worker w;
        int fault, rc = ask(d, "good", &fault, NULL);
        if (!rc)
            rc = descry_decoders_lend(d, &w, 0, 0, "x", NULL);
        if (!rc)
            rc = waitpid(w.pid, NULL, WNOHANG) != 0 || w.jobs != 1; /* a child of its own */
        descry_decoders_take_back(d, &w);
        descry_decoders_close(&d);
        _exit(rc || has_children());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    check_good(d);
    assert_int_equal(descry_decoders_lend(d, &mine, 0, 0, "x", NULL), 0);
    assert_int_equal(mine.jobs, 2); /* the parent's is as it was */
    descry_decoders_take_back(d, &mine);
    close_decoders(&d);
}

static void *many(void *d)
{
    for (int i = 0; i < 30; i++) {
        int fault, bad = i % 5 == 4, rc = ask(d, bad ? "crash" : "good", &fault, NULL);
        if ((rc != 0) != bad)
            return d;
    }
    return NULL;
}

static void eight_threads_share(void **state)
{
    enum { THREADS = 8 };
    pthread_t threads[THREADS];
    void *wrong;
    (void)state;
    descry_decoders *d = open_decoders("bad", sandbox(), 3);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, many, d), 0);
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    close_decoders(&d);
}

static void descriptors_are_not_lost(void **state)
{
    (void)state;
    int before = dup(0), fault;
    close(before);
    descry_decoders *d = open_decoders("bad", sandbox(), 2);
    for (int i = 0; i < 10; i++) {
        ask(d, "crash", &fault, NULL);
        check_good(d);
    }
    int held = dup(0);
    close(held);
    assert_true(held <= before + 2); /* its socket and its process: what there is of memory is mapped */
    close_decoders(&d);
    int after = dup(0);
    close(after);
    assert_int_equal(before, after);
}

/* The system takes idle workers first when memory is short, more of them than a task may lose. */
static void idle_workers_are_killed(void **state)
{
    enum { MANY = 12 };
    descry_worker w[MANY];
    (void)state;
    descry_decoders *d = open_decoders("bad", sandbox(), MANY);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(descry_decoders_lend(d, &w[i], 0, 0, "x", NULL), 0);
    for (size_t i = 0; i < MANY; i++) {
        descry_decoders_take_back(d, &w[i]);
        kill(w[i].pid, SIGKILL);
    }
    check_good(d);
    close_decoders(&d);
}

/* Kills the children of the thread `main`, one after the other. */
static void *kill_all(void *stop)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%ld/children", (long)getpid());
    while (!atomic_load((atomic_int *)stop)) {
        long pid = 0;
        FILE *children = fopen(path, "r");
        if (children && fscanf(children, "%ld", &pid) == 1)
            kill((pid_t)pid, SIGKILL);
        if (children)
            fclose(children);
        nanosleep(&(struct timespec){0, 50000000}, NULL);
    }
    return NULL;
}

static void who_kills_is_to_blame(void **state)
{
    atomic_int stop = 0;
    pthread_t thread;
    descry_error err = {0};
    int fault = -1;
    (void)state;
    if (access("/proc/thread-self/children", R_OK) != 0)
        skip();
    descry_decoders *d = open_decoders("bad", sandbox(), 1);
    assert_int_equal(pthread_create(&thread, NULL, kill_all, &stop), 0);
    assert_int_equal(ask(d, "hang", &fault, &err), DESCRY_ERR_IO);
    atomic_store(&stop, 1);
    pthread_join(thread, NULL);
    assert_int_equal(fault, 0); /* some most likely were killed while they started, too */
    check_good(d);
    close_decoders(&d);
}

static void root_lends_no_power(void **state)
{
    char path[64], line[128] = "";
    unsigned long long effective = 1;
    descry_worker w;
    (void)state;
    need(DESCRY_WALL_LIMITS);
    descry_decoders *d = open_decoders("bad", sandbox(), 1);
    assert_int_equal(descry_decoders_lend(d, &w, 0, 0, "x", NULL), 0);
    snprintf(path, sizeof path, "/proc/%ld/status", (long)w.pid);
    FILE *status = fopen(path, "r");
    assert_non_null(status);
    while (fgets(line, sizeof line, status) && sscanf(line, "CapEff: %llx", &effective) != 1)
        continue;
    fclose(status);
    assert_int_equal(effective, 0);
    descry_decoders_take_back(d, &w);
    close_decoders(&d);
}

/* A worker ends when the library's process does, even if it is busy. */
static void a_worker_does_not_outlive_its_host(void **state)
{
    int ends[2];
    pid_t worker = 0;
    char path[64], text[256] = "";
    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    descry_decoders *d = open_decoders("bad", sandbox(), 1);
    pid_t child = fork();
    if (child == 0) {
        descry_worker w;
        if (descry_decoders_lend(d, &w, 0, 0, "x", NULL) || write(ends[1], &w.pid, sizeof w.pid) < 0)
            _exit(1);
        for (;;)
            pause();
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &worker, sizeof worker), sizeof worker);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)worker);
    for (;;) { /* gone, or a zombie that another process has yet to reap */
        FILE *stat = fopen(path, "r");
        if (!stat)
            break;
        size_t n = fread(text, 1, sizeof text - 1, stat);
        fclose(stat);
        text[n] = 0;
        if (n == 0 || strstr(text, ") Z "))
            break;
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    close(ends[0]);
    descry_decoders_close(&d);
}

static void a_helper_is_missing_or_another(void **state)
{
    int fault;
    descry_error err;
    (void)state;
    descry_decoders *d = open_decoders("nowhere", sandbox(), 1);
    assert_int_equal(ask(d, "good", &fault, &err), DESCRY_ERR_IO);
    assert_int_equal(fault, 0);
    assert_non_null(strstr(err.message, "x: needs descry-decode, a part of descry, which is not there: tried /"));
    assert_non_null(strstr(err.message, "/tests/decoders/nowhere/descry-decode"));
    close_decoders(&d);
    d = open_decoders("old", sandbox(), 1);
    assert_int_equal(ask(d, "good", &fault, &err), DESCRY_ERR_UNSUPPORTED);
    assert_non_null(strstr(err.message, "tests/decoders/old/descry-decode is of descry 0.0.9, the library of descry " DESCRY_VERSION));
    close_decoders(&d);
}

/* ---- whose turn it is ---------------------------------------------------------------------------------------------- */

typedef struct waiting {
    descry_decoders *d;
    bool urgent;
    atomic_int *got;
    int which;
    descry_worker worker;
    pthread_t thread;
} waiting;

static void *wait_for_one(void *arg)
{
    waiting *w = arg;
    if (descry_decoders_lend(w->d, &w->worker, 0, w->urgent, "x", NULL) == 0)
        w->which = atomic_fetch_add(w->got, 1);
    return NULL;
}

static void who_waits_for_one_comes_first(void **state)
{
    atomic_int got = 0;
    (void)state;
    descry_decoders *d = open_decoders("bad", sandbox(), 1);
    waiting usual_one = {d, false, &got, -1, {0}, 0}, another = usual_one, urgent = usual_one, second = usual_one;
    urgent.urgent = second.urgent = true;
    wait_for_one(&usual_one);
    wait_for_one(&urgent); /* has a place of its own */
    assert_int_equal(urgent.which, 1);
    pthread_create(&another.thread, NULL, wait_for_one, &another);
    nanosleep(&(struct timespec){0, 20000000}, NULL); /* it most likely waits now: whether it does changes nothing */
    pthread_create(&second.thread, NULL, wait_for_one, &second);
    nanosleep(&(struct timespec){0, 20000000}, NULL);
    assert_int_equal(atomic_load(&got), 2);
    descry_decoders_take_back(d, &urgent.worker); /* this place is none for the usual one, however long it waits */
    pthread_join(second.thread, NULL);
    assert_int_equal(second.which, 2);
    descry_decoders_take_back(d, &usual_one.worker);
    descry_decoders_take_back(d, &second.worker);
    pthread_join(another.thread, NULL);
    assert_int_equal(another.which, 3);
    descry_decoders_take_back(d, &another.worker);
    close_decoders(&d);
}

static void what_is_missing_is_said(void **state)
{
    (void)state;
    warned[0] = 0;
    descry_decoders *d = open_decoders("bad", DESCRY_SANDBOX_FULL, 1);
    descry_worker w;
    if (sandbox() != DESCRY_SANDBOX_FULL) { /* a debugger could not do with walls */
        descry_decoders_close(&d);
        return;
    }
    assert_int_equal(descry_decoders_lend(d, &w, 0, 0, "x", NULL), 0);
    assert_int_equal(warned[0] == 0, w.walls == (DESCRY_WALL_CALLS | DESCRY_WALL_FILES | DESCRY_WALL_LIMITS));
    descry_decoders_take_back(d, &w);
    close_decoders(&d);
    assert_int_equal(strstr(descry_sandbox_feature(), ", seccomp") != NULL, (walls() & DESCRY_WALL_CALLS) != 0);
    assert_int_equal(strstr(descry_sandbox_feature(), ", Landlock") != NULL, (walls() & DESCRY_WALL_FILES) != 0);
}

#ifdef __linux__

/* Some systems that only look like Linux let no process set another's limits. */
static void limits_that_cannot_be_set_are_said(void **state)
{
    struct sock_filter no_limits[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prlimit64, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])), /* the lower half, on what is tested */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof no_limits / sizeof *no_limits, no_limits};
    int status;
    (void)state;
    need(DESCRY_WALL_LIMITS | DESCRY_WALL_CALLS);
    pid_t child = fork();
    if (child == 0) {
        int fault;
        warned[0] = 0;
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
            _exit(2);
        descry_decoders *d = open_decoders("bad", DESCRY_SANDBOX_FULL, 1);
        int rc = ask(d, "good", &fault, NULL);
        descry_decoders_close(&d);
        _exit(rc || !strstr(warned, " limits"));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_host_ignores_sigchld),
        cmocka_unit_test(the_host_reaps),
        cmocka_unit_test(the_host_forks),
        cmocka_unit_test(eight_threads_share),
        cmocka_unit_test(descriptors_are_not_lost),
        cmocka_unit_test(idle_workers_are_killed),
        cmocka_unit_test(who_kills_is_to_blame),
        cmocka_unit_test(a_worker_does_not_outlive_its_host),
        cmocka_unit_test(a_helper_is_missing_or_another),
        cmocka_unit_test(who_waits_for_one_comes_first),
        cmocka_unit_test(what_is_missing_is_said),
    };
    const struct CMUnitTest of_walls[] = { /* which debuggers do without */
        cmocka_unit_test(root_lends_no_power),
#ifdef __linux__
        cmocka_unit_test(limits_that_cannot_be_set_are_said),
#endif
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return sandbox() == DESCRY_SANDBOX_FULL ? failed + cmocka_run_group_tests(of_walls, NULL, NULL) : failed;
}
