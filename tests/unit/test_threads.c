/* SPDX-License-Identifier: Apache-2.0
 * Many threads with one pool, one context, one model and one library file: what each gets is to the bit what it would get
 * alone.  Threads report what is wrong as a line; only the main one asserts. */
#define _GNU_SOURCE /* pthread_barrier_t */
#include "cmocka_test.h"

#include "base/error.h"
#include "base/pool.h"
#include "clip/combine.h"
#include "descry.h"
#include "heads/head.h"
#include "support/support.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the pool -------------------------------------------------------------------------------------------------- */

enum { MOST_WORKERS = 5, CALLERS = 70, INDICES = 200 }; /* more callers than the pool has places for their loops */

typedef struct numbered {
    unsigned char seen[INDICES];
    _Atomic int inside[MOST_WORKERS]; /* threads that are `worker` just now */
    _Atomic int bad;
} numbered;

static void number(void *arg, size_t i, unsigned worker)
{
    numbered *loop = arg;
    if (worker >= MOST_WORKERS || atomic_fetch_add(&loop->inside[worker], 1) != 0)
        atomic_store(&loop->bad, 1);
    loop->seen[i]++;
    if (i % 64 == 0)
        sched_yield();
    if (worker < MOST_WORKERS)
        atomic_fetch_sub(&loop->inside[worker], 1);
}

static void *call(void *pool)
{
    for (size_t n = 0; n < INDICES; n++) {
        numbered loop = {0};
        descry_pool_run(pool, n, number, &loop);
        for (size_t i = 0; i < INDICES; i++)
            if (loop.seen[i] != (i < n) || loop.bad)
                return pool; /* anything but NULL */
    }
    return NULL;
}

static void pool_serves_many_callers(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= MOST_WORKERS; threads += 2) {
        descry_pool *pool;
        pthread_t ids[CALLERS];
        void *wrong = NULL;
        int all_wrong = 0;
        assert_int_equal(descry_pool_open(&pool, threads, NULL), 0);
        for (size_t i = 0; i < CALLERS; i++)
            assert_int_equal(pthread_create(&ids[i], NULL, call, pool), 0);
        for (size_t i = 0; i < CALLERS; i++) {
            pthread_join(ids[i], &wrong);
            all_wrong += wrong != NULL;
        }
        descry_pool_close(&pool);
        if (all_wrong)
            fail_msg("%u threads: an index was missed or done twice, or two threads were the same worker", threads);
    }
}

enum { ROUNDS = 100, AT_WORK = 3 };

typedef struct meeting {
    descry_pool *pool;
    pthread_barrier_t callers;
    _Atomic int inside[ROUNDS];
} meeting;

typedef struct meeting_round {
    meeting *of;
    int round;
} meeting_round;

static void meet(void *arg, size_t i, unsigned worker)
{
    (void)i, (void)worker;
    const meeting_round *r = arg;
    _Atomic int *inside = &r->of->inside[r->round];
    atomic_fetch_add(inside, 1);
    while (atomic_load(inside) < AT_WORK) /* nobody leaves before so many have come */
        sched_yield();
}

static void *call_two(void *arg)
{
    meeting_round r = {.of = arg};
    for (; r.round < ROUNDS; r.round++) {
        pthread_barrier_wait(&r.of->callers);
        descry_pool_run(r.of->pool, 2, meet, &r);
    }
    return NULL;
}

/* Two callers with two indices each, and two workers: whoever takes which, three are at work at the same time.  If one
 * caller waited for the other's loop, there would only be two, for ever. */
static void pool_leaves_no_thread_idle(void **state)
{
    (void)state;
    meeting *m = calloc(1, sizeof *m);
    pthread_t ids[2];
    assert_non_null(m);
    assert_int_equal(descry_pool_open(&m->pool, AT_WORK, NULL), 0);
    assert_int_equal(pthread_barrier_init(&m->callers, NULL, 2), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&ids[i], NULL, call_two, m), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(ids[i], NULL);
    pthread_barrier_destroy(&m->callers);
    descry_pool_close(&m->pool);
    free(m);
}

/* ---- calls as batches -------------------------------------------------------------------------------------------- */

enum { TOGETHER = 64, FAULTY = 13, MOST_BATCHES = 2 + CALLERS };

typedef struct batches {
    descry_combiner *combiner;
    int faulty;          /* FAULTY fails */
    _Atomic int started; /* the first batch, which ends when all other calls wait */
    size_t sizes[MOST_BATCHES], count;
} batches;

/* Numbers to their halves. */
static int halve(void *arg, const void *in, size_t n, float *out, descry_error *err)
{
    batches *b = arg;
    const int32_t *numbers = in;
    atomic_store(&b->started, 1);
    while (b->count == 0 && descry_combiner_waiting(b->combiner) < CALLERS - 1)
        sched_yield();
    if (b->count < MOST_BATCHES)
        b->sizes[b->count++] = n;
    for (size_t i = 0; i < n; i++) {
        if (numbers[i] == FAULTY && b->faulty)
            return descry_fail(err, DESCRY_ERR_FORMAT, "faulty");
        out[i] = (float)numbers[i] / 2;
    }
    return 0;
}

typedef struct halving {
    descry_combiner *combiner;
    int32_t number;
    int rc;
    float half;
    descry_error err;
} halving;

static void *ask_half(void *arg)
{
    halving *h = arg;
    h->rc = descry_combiner_call(h->combiner, &h->number, 1, &h->half, &h->err);
    return NULL;
}

/* One goes first; those that come meanwhile are a batch of 64 and one of the other 5.  If a number fails, its batch is repeated
 * call by call. */
static void calls_become_batches(void **state)
{
    (void)state;
    for (int faulty = 0; faulty < 2; faulty++) {
        static halving all[CALLERS];
        batches b = {.faulty = faulty};
        pthread_t ids[CALLERS];
        assert_int_equal(descry_combiner_open(&b.combiner, sizeof(int32_t), 1, TOGETHER, halve, &b, NULL), 0);
        for (int i = 0; i < CALLERS; i++) {
            all[i] = (halving){.combiner = b.combiner, .number = i};
            assert_int_equal(pthread_create(&ids[i], NULL, ask_half, &all[i]), 0);
            while (!atomic_load(&b.started))
                sched_yield();
        }
        for (int i = 0; i < CALLERS; i++)
            pthread_join(ids[i], NULL);
        for (int i = 0; i < CALLERS; i++) {
            const int fails = faulty && i == FAULTY;
            if (all[i].rc != (fails ? DESCRY_ERR_FORMAT : 0) || (!fails && all[i].half != (float)i / 2))
                fail_msg("call %d: %d, %g", i, all[i].rc, (double)all[i].half);
        }
        assert_int_equal(b.sizes[0], 1);
        assert_int_equal(b.sizes[1], TOGETHER);
        if (faulty) {
            assert_string_equal(all[FAULTY].err.message, "faulty");
            assert_true(b.count == 3 + TOGETHER || b.count == 3 + CALLERS - 1 - TOGETHER);
        } else {
            assert_int_equal(b.count, 3);
            assert_int_equal(b.sizes[2], CALLERS - 1 - TOGETHER);
        }
        assert_int_equal(descry_combiner_waiting(b.combiner), 0);
        descry_combiner_close(&b.combiner);
    }
}

/* ---- models and libraries ---------------------------------------------------------------------------------------- */

enum { ASKERS = 4, QUESTIONS = 5, FIRST = 6, SECOND = 22 }; /* pictures in each folder: enough to calibrate */

typedef struct world {
    char folder[FOLDER_SIZE], demo[4096], library[128], alone[128], first[128], second[128], head_path[128];
    descry_context *context;
    descry_model *model;
    descry_head *head;
    uint8_t *rgb; /* [2, H, W, 3] */
    size_t picture;
    int dim;
    const char *path; /* of the library that is searched */
} world;

static void copy_picture(int number, const char *folder)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%04d.jpg", folder, number);
    copy_file(source_path("samples/gallery/%04d.jpg", number), path);
}

/* A head that turns embeddings a little. */
static void write_head(const char *path, size_t dim)
{
    descry_head *head;
    assert_int_equal(descry_head_new(&head, dim, NULL), 0);
    for (int kind = 0; kind < 2; kind++)
        for (size_t i = 0; i < dim; i++) {
            float *weight = head->values + (size_t)kind * (dim * dim + dim);
            weight[i * dim + i] = 1;
            weight[i * dim + (i + 1) % dim] = kind ? 0.25f : -0.5f;
        }
    assert_int_equal(descry_head_write(head, path, NULL, NULL, NULL), 0);
    descry_head_free(&head);
}

static void open_models(world *w, unsigned threads, int combine)
{
    descry_model_options how = DESCRY_MODEL_OPTIONS_INIT;
    how.combine = (uint64_t)combine;
    descry_context_options options = DESCRY_CONTEXT_OPTIONS_INIT;
    descry_error err;
    options.threads = threads;
    if (descry_context_open(&w->context, &options, &err) || descry_model_open(&w->model, w->context, w->demo, &how, &err))
        fail_msg("%s", err.message);
    const descry_model_info *info = descry_model_get_info(w->model);
    w->dim = info->dim;
    w->picture = (size_t)info->image_width * (size_t)info->image_height * 3;
    if (access(w->head_path, F_OK) != 0)
        write_head(w->head_path, (size_t)info->dim);
    if (descry_head_open(&w->head, w->context, w->model, w->head_path, &err))
        fail_msg("%s", err.message);
}

static void close_models(world *w)
{
    descry_head_close(&w->head);
    descry_model_close(&w->model);
    descry_context_close(&w->context);
}

static int load(void **state)
{
    world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    *state = w;
    assert_int_equal(make_folder(w->folder), 0);
    snprintf(w->demo, sizeof w->demo, "%s", source_path("models/demo"));
    snprintf(w->library, sizeof w->library, "%s/library.db", w->folder);
    snprintf(w->alone, sizeof w->alone, "%s/alone.db", w->folder);
    snprintf(w->first, sizeof w->first, "%s/first", w->folder);
    snprintf(w->second, sizeof w->second, "%s/second", w->folder);
    snprintf(w->head_path, sizeof w->head_path, "%s/head.safetensors", w->folder);
    assert_int_equal(mkdir(w->first, 0700) || mkdir(w->second, 0700), 0);
    for (int i = 1; i <= FIRST + SECOND; i++)
        copy_picture(i, i <= FIRST ? w->first : w->second);
    return 0;
}

static int unload(void **state)
{
    world *w = *state;
    remove_folder(w->folder);
    free(w->rgb);
    free(w);
    return 0;
}

/* ---- questions, whose answers are texts that tell any two floats apart ------------------------------------------- */

static int add_match(void *arg, const descry_match *m)
{
    return descry_buf_printf(arg, NULL, "%d %a %s\n", (int)m->rank, (double)m->score, m->path);
}

static int add_caption(void *arg, const char *path, const descry_caption *caption, const descry_error *err)
{
    (void)path;
    return descry_buf_printf(arg, NULL, "%a %s\n", caption ? caption->score : 0, caption ? caption->text : err->message);
}

static int add_floats(descry_buf *out, const float *values, int n, descry_error *err)
{
    int rc = 0;
    for (int i = 0; i < n && !rc; i++)
        rc = descry_buf_printf(out, err, "%a ", (double)values[i]);
    return rc;
}

static int search(const world *w, const char *query, const descry_head *head, descry_buf *out, descry_error *err)
{
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    descry_filter filter = DESCRY_FILTER_INIT;
    options.filter = &filter;
    const descry_library_options reading = {sizeof reading, 1, 0};
    descry_library *library;
    const char *under = w->first; /* what lies elsewhere comes and goes */
    filter.under = &under;
    filter.unders = 1;
    options.head = head;
    int rc = descry_library_open(&library, w->context, w->path, &reading, err);
    if (!rc)
        rc = search_each(library, w->model, query, &options, add_match, out, err);
    descry_library_close(&library);
    return rc;
}

static int embed(const world *w, descry_buf *out, descry_error *err)
{
    const char *texts[] = {"two cats", "a train below a palm on a striped background"};
    float *rows = malloc(2 * (size_t)w->dim * sizeof *rows);
    int32_t *ids = NULL;
    size_t count = 0;
    int rc = rows ? descry_embed_texts(w->model, texts, 2, 1, rows, err) : DESCRY_ERR_MEMORY;
    if (!rc)
        rc = add_floats(out, rows, 2 * w->dim, err);
    if (!rc)
        rc = descry_embed_pixels(w->model, w->rgb, 2, 0, rows, err);
    if (!rc)
        rc = add_floats(out, rows, 2 * w->dim, err);
    if (!rc)
        rc = descry_tokenize(w->context, NULL, texts[1], strlen(texts[1]), &ids, &count, err);
    for (size_t i = 0; i < count && !rc; i++)
        rc = descry_buf_printf(out, err, "%d ", (int)ids[i]);
    descry_free(ids);
    free(rows);
    return rc;
}

static int ask(const world *w, int question, descry_buf *out, descry_error *err)
{
    descry_generation how = DESCRY_GENERATION_INIT;
    out->size = 0;
    switch (question) {
    case 0:
        return search(w, "two cats", NULL, out, err);
    case 1:
        return search(w, "a dog - \"a cat\"", w->head, out, err);
    case 2:
        return descry_caption_pixels(w->model, w->rgb, 2, &how, NULL, add_caption, out, err);
    case 3:
        how.decode = DESCRY_DECODE_BEAM;
        return descry_caption_pixels(w->model, w->rgb, 1, &how, NULL, add_caption, out, err);
    default:
        return embed(w, out, err);
    }
}

static int index_folder(const world *w, const char *library_path, const char *folder, descry_error *err)
{
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    descry_library *library;
    options.batch = 4;
    options.captioner = w->model;
    int rc = descry_library_open(&library, w->context, library_path, NULL, err);
    if (!rc)
        rc = descry_index(library, w->model, &folder, 1, &options, NULL, err);
    descry_library_close(&library);
    return rc;
}

static int add_entry(void *arg, const descry_entry *e)
{
    int rc = descry_buf_printf(arg, NULL, "%s %s ", e->path, e->caption ? e->caption : "-");
    rc = rc ? rc : e->vector ? add_floats(arg, e->vector, e->dim, NULL) : 1;
    return rc ? rc : descry_buf_printf(arg, NULL, "\n");
}

/* All that a library holds. */
static void list(const world *w, const char *path, descry_buf *out)
{
    descry_export_options options = DESCRY_EXPORT_OPTIONS_INIT;
    descry_library *library;
    descry_error err;
    options.vectors = 1;
    if (descry_library_open(&library, w->context, path, NULL, &err) ||
        descry_entries(library, &options, add_entry, out, &err))
        fail_msg("%s", err.message);
    descry_library_close(&library);
}

/* ---- together ---------------------------------------------------------------------------------------------------- */

typedef struct asker {
    const world *world;
    const descry_buf *answers; /* [QUESTIONS] */
    int first;
    char wrong[1200];
} asker;

static void *ask_all(void *arg)
{
    asker *a = arg;
    descry_error err;
    descry_buf out = {0};
    for (int i = 0; i < 2 * QUESTIONS && !a->wrong[0]; i++) {
        int question = (a->first + i) % QUESTIONS;
        if (ask(a->world, question, &out, &err))
            snprintf(a->wrong, sizeof a->wrong, "question %d: %s", question, err.message);
        else if (strcmp(out.data, a->answers[question].data) != 0)
            snprintf(a->wrong, sizeof a->wrong, "question %d: %.500s, not %.500s", question, out.data,
                     a->answers[question].data);
    }
    descry_buf_free(&out);
    return NULL;
}

static void *index_second(void *arg)
{
    asker *a = arg;
    descry_error err;
    if (index_folder(a->world, a->world->library, a->world->second, &err))
        snprintf(a->wrong, sizeof a->wrong, "indexing: %s", err.message);
    return NULL;
}

/* The answers, and two libraries: one with both folders, and one with the first, to be asked while the second comes. */
static void work_alone(world *w, descry_buf *answers)
{
    descry_error err;
    char path[256];
    open_models(w, 1, 0);
    w->rgb = malloc(2 * w->picture);
    assert_non_null(w->rgb);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%04d.jpg", w->first, i + 1);
        if (descry_preprocess_file(w->model, path, NULL, w->rgb + (size_t)i * w->picture, &err))
            fail_msg("%s", err.message);
    }
    w->path = w->alone;
    if (index_folder(w, w->alone, w->first, &err) || index_folder(w, w->alone, w->second, &err) ||
        index_folder(w, w->library, w->first, &err))
        fail_msg("%s", err.message);
    for (int i = 0; i < QUESTIONS; i++)
        if (ask(w, i, &answers[i], &err))
            fail_msg("question %d: %s", i, err.message);
    assert_string_not_equal(answers[0].data, answers[1].data);
    close_models(w);
}

/* While the second folder is indexed, or not. */
static void ask_together(world *w, const descry_buf *answers, int combine, int indexing)
{
    pthread_t ids[ASKERS + 1];
    asker askers[ASKERS + 1] = {{0}};
    const int n = ASKERS + indexing;
    open_models(w, 3, combine); /* the first caller packs its towers */
    w->path = w->library;
    for (int i = 0; i < n; i++) {
        askers[i] = (asker){.world = w, .answers = answers, .first = combine ? 0 : i}; /* the same questions at once */
        assert_int_equal(pthread_create(&ids[i], NULL, i < ASKERS ? ask_all : index_second, &askers[i]), 0);
    }
    for (int i = 0; i < n; i++)
        pthread_join(ids[i], NULL);
    for (int i = 0; i < n; i++)
        if (askers[i].wrong[0])
            fail_msg("thread %d: %s", i, askers[i].wrong);
}

static void threads_share_a_model_and_a_library(void **state)
{
    world *w = *state;
    descry_buf answers[QUESTIONS] = {{0}}, wanted = {0}, got = {0};
    work_alone(w, answers);
    ask_together(w, answers, 1, 0);
    close_models(w);
    ask_together(w, answers, 0, 1);
    list(w, w->alone, &wanted);
    list(w, w->library, &got);
    assert_string_equal(got.data, wanted.data);
    close_models(w);
    for (int i = 0; i < QUESTIONS; i++)
        descry_buf_free(&answers[i]);
    descry_buf_free(&wanted);
    descry_buf_free(&got);
}

/* SQLite's locks are the process's: closing any descriptor of the file but SQLite's own would give them up. */
static void a_handle_leaves_the_locks_of_another(void **state)
{
    world *w = *state;
    descry_library *one, *other;
    const descry_library_status *status;
    descry_error err;
    int result;
    open_models(w, 2, 0);
    if (descry_library_open(&one, w->context, w->library, NULL, &err) || descry_status(one, &status, &err) ||
        descry_library_open(&other, w->context, w->library, NULL, &err))
        fail_msg("%s", err.message);
    descry_library_close(&other);
    pid_t child = fork(); /* no process sees its own locks */
    if (child == 0) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0x40000002, .l_len = 510}; /* SHARED */
        int fd = open(w->library, O_RDWR);
        _exit(fd < 0 || fcntl(fd, F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK);
    }
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_int_equal(result, 0);
    descry_library_close(&one);
    close_models(w);
}

static void heads_of_another_length_are_refused(void **state)
{
    world *w = *state;
    descry_buf out = {0};
    descry_head *head;
    descry_classifier *classifier;
    descry_error err;
    const char *label = "a cat", *template = "{}";
    char path[256];
    open_models(w, 2, 0);
    snprintf(path, sizeof path, "%s/short.safetensors", w->folder);
    write_head(path, 3);
    assert_int_equal(descry_head_open(&head, w->context, NULL, path, &err), 0);
    w->path = w->library;
    assert_int_equal(search(w, "two cats", head, &out, &err), DESCRY_ERR_ARGUMENT);
    assert_int_equal(descry_classifier_open(&classifier, w->model, head, &label, 1, &template, 1, &err),
                     DESCRY_ERR_ARGUMENT);
    assert_null(classifier);
    descry_head_close(&head);
    descry_buf_free(&out);
    close_models(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pool_serves_many_callers),
        cmocka_unit_test(pool_leaves_no_thread_idle),
        cmocka_unit_test(calls_become_batches),
        cmocka_unit_test(threads_share_a_model_and_a_library),
        cmocka_unit_test(a_handle_leaves_the_locks_of_another),
        cmocka_unit_test(heads_of_another_length_are_refused),
    };
    return cmocka_run_group_tests_name("threads", tests, load, unload);
}
