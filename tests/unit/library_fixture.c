/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* setgroups */
#include "library_fixture.h"

#include "library/library.h"
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void on_log(void *arg, descry_log_level level, const char *message)
{
    fixture *f = arg;
    if (level != DESCRY_LOG_WARNING)
        return;
    f->warnings++;
    snprintf(f->warning, sizeof f->warning, "%s", message);
}

static int open_kind(void **state, int in_memory)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    assert_int_equal(make_folder(f->folder), 0);
    assert_int_equal(chmod(f->folder, 0777), 0);
    assert_int_equal(descry_pool_open(&f->context.pool, 2, NULL), 0);
    f->context.log = (descry_log){on_log, f};
    descry_kernels_fill(&f->context.kernels, 0);
    fake_clip_init(&f->clip, "fake", 'a');
    f->model = (struct descry_model){&f->context, &f->clip};
    descry_index_counts_init(&f->counts);
    folder(f, "photos");
    for (int i = 0; i < 2 && in_memory; i++)
        assert_int_equal(memory_open(&f->memories[i], NULL), 0);
    reopen(f);
    *state = f;
    return 0;
}

int fixture_open(void **state)
{
    return open_kind(state, 0);
}

int fixture_open_in_memory(void **state)
{
    return open_kind(state, 1);
}

int fixture_close(void **state)
{
    fixture *f = *state;
    descry_library_close(&f->library);
    memory_close(&f->memories[0]);
    memory_close(&f->memories[1]);
    descry_pool_close(&f->context.pool);
    remove_folder(f->folder);
    free(f);
    return 0;
}

int open_in_memory(fixture *f, descry_library **library, const char *name, int read_only)
{
    const descry_store_options options = {read_only, 1, f->context.pool, &f->context.log, &f->context.kernels};
    descry_store *store;
    int rc = memory_store_open(&store, f->memories[strcmp(name, "library.db") != 0], &options, &f->err);
    return rc ? rc : descry_library_over(library, &f->context, store, at(f, "%s", name), &f->err);
}

void open_named(fixture *f, const char *name, int read_only)
{
    descry_library_options options = DESCRY_LIBRARY_OPTIONS_INIT;
    options.read_only = read_only;
    descry_library_close(&f->library);
    if (f->memories[0] ? open_in_memory(f, &f->library, name, read_only)
                       : descry_library_open(&f->library, &f->context, at(f, "%s", name), &options, &f->err))
        fail_msg("%s", f->err.message);
}

void reopen(fixture *f)
{
    open_named(f, "library.db", 0);
}

/* ---- files ----------------------------------------------------------------------------------------------------- */

const char *at(fixture *f, const char *format, ...)
{
    static char paths[8][PATH_SIZE]; /* a few live at the same time */
    static unsigned next;
    char *path = paths[next++ % 8];
    va_list args;
    va_start(args, format);
    int n = snprintf(path, PATH_SIZE, "%s/", f->folder);
    vsnprintf(path + n, PATH_SIZE - (size_t)n, format, args);
    va_end(args);
    return path;
}

void folder(fixture *f, const char *name)
{
    assert_int_equal(mkdir(at(f, "%s", name), 0777), 0);
    assert_int_equal(chmod(at(f, "%s", name), 0777), 0);
}

void picture(fixture *f, const char *name, int r, int g, int b)
{
    char text[64];
    int n = snprintf(text, sizeof text, "PIX %d %d %d\n", r, g, b);
    write_file(at(f, "photos/%s", name), text, (size_t)n);
}

void remove_file(fixture *f, const char *name)
{
    assert_int_equal(unlink(at(f, "photos/%s", name)), 0);
}

void rename_file(fixture *f, const char *from, const char *to)
{
    assert_int_equal(rename(at(f, "photos/%s", from), at(f, "photos/%s", to)), 0);
}

/* ---- verbs ----------------------------------------------------------------------------------------------------- */

static void on_failure(void *arg, const char *path, const descry_error *err)
{
    fixture *f = arg;
    assert_true(strlen(err->message) > 0);
    if (f->failures < MAX_FAILURES)
        snprintf(f->failed[f->failures], PATH_SIZE, "%s", path);
    f->failures++;
}

static int keep_progress(void *arg, const descry_progress *progress)
{
    ((fixture *)arg)->last = *progress;
    return 0;
}

int index_with(fixture *f, const char *name, const descry_index_options *options)
{
    descry_index_options own = DESCRY_INDEX_OPTIONS_INIT;
    descry_watch watch = DESCRY_WATCH_INIT;
    if (!options) {
        own.failure = on_failure;
        own.arg = f;
        own.watch = &watch;
        watch.progress = keep_progress;
        watch.arg = f;
        options = &own;
    }
    f->failures = f->warnings = 0;
    const char *path = name ? at(f, "photos%s%s", *name ? "/" : "", name) : NULL;
    return descry_index(f->library, &f->model, &path, path != NULL, options, &f->counts, &f->err);
}

void index_ok(fixture *f, const char *name)
{
    if (index_with(f, name, NULL))
        fail_msg("%s", f->err.message);
    assert_int_equal(f->last.done, f->last.total);
    assert_false(exists(at(f, "library.db.lock")));
}

void assert_counts(fixture *f, uint64_t embedded, uint64_t unchanged, uint64_t recognised, uint64_t failed,
                     uint64_t missing)
{
    assert_int_equal(f->counts.embedded, embedded);
    assert_int_equal(f->counts.unchanged, unchanged);
    assert_int_equal(f->counts.recognised, recognised);
    assert_int_equal(f->counts.failed, failed);
    assert_int_equal(f->counts.missing, missing);
    assert_int_equal(f->failures, failed);
}

static int on_match(void *arg, const descry_match *match)
{
    fixture *f = arg;
    assert_int_equal(match->rank, f->matches + 1);
    assert_true(f->matches < MAX_MATCHES);
    f->ids[f->matches] = match->id;
    f->scores[f->matches] = match->score;
    snprintf(f->paths[f->matches++], PATH_SIZE, "%s", match->path);
    return 0;
}

int search_with(fixture *f, const char *query, const descry_search_options *options)
{
    f->matches = f->warnings = 0;
    return search_each(f->library, &f->model, query, options, on_match, f, &f->err);
}

void search_ok(fixture *f, const char *query, size_t matches)
{
    if (search_with(f, query, NULL))
        fail_msg("%s", f->err.message);
    assert_int_equal(f->matches, matches);
}

void assert_found(fixture *f, size_t rank, const char *name)
{
    assert_true(rank <= f->matches);
    assert_string_equal(f->paths[rank - 1], at(f, "photos/%s", name));
}

descry_library_status status_of(fixture *f)
{
    const descry_library_status *status;
    assert_int_equal(descry_status(f->library, &status, &f->err), 0);
    return *status;
}

/* ---- processes ------------------------------------------------------------------------------------------------- */

/* The pool's threads do not live in a child: it gets a pool of its own. */
int in_child(void (*work)(fixture *f), fixture *f, int as_nobody)
{
    descry_library_close(&f->library);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (as_nobody && getuid() == 0 && (setgroups(0, NULL) || setgid(65534) || setuid(65534)))
            _exit(90);
        if (descry_pool_open(&f->context.pool, 2, NULL))
            _exit(91);
        work(f);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}
