/* SPDX-License-Identifier: Apache-2.0
 * Versioned structs and cancellation, with the demo model: structs of other sizes, and a flag that another thread sets.
 * Only the public headers are used. */
#include "support/support.h"

#include "descry_dev.h"

#include <ftw.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PICTURES = 4, PATH_SIZE = 600, BEYOND = 16, GARBAGE = 0xa5 };

typedef struct world {
    char folder[64], paths[PICTURES][PATH_SIZE], library_path[PATH_SIZE], archive[PATH_SIZE], demo[PATH_SIZE];
    const char *list[PICTURES];
    float vectors[PICTURES * 512]; /* [PICTURES, dim], one after the other */
    size_t dim;
    descry_context *ctx;
    descry_model *model;
    descry_library *library;
    descry_error err;
} world;

static world the_world;

#define GOOD(call)                                                                                                     \
    do                                                                                                                 \
        if (call)                                                                                                      \
            fail_msg("%s: %s", #call, the_world.err.message);                                                          \
    while (0)

static int open_world(void **state)
{
    world *w = &the_world;
    const char *root = getenv("DESCRY_SOURCE_ROOT");
    snprintf(w->folder, sizeof w->folder, "/tmp/descry-test-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    snprintf(w->library_path, PATH_SIZE, "%.63s/library.db", w->folder);
    snprintf(w->archive, PATH_SIZE, "%.63s/out.npz", w->folder);
    snprintf(w->demo, PATH_SIZE, "%s/models/demo", root);
    for (int i = 0; i < PICTURES; i++) {
        snprintf(w->paths[i], PATH_SIZE, "%s/samples/gallery/%04d.jpg", root, i + 1);
        w->list[i] = w->paths[i];
    }
    GOOD(descry_context_open(&w->ctx, NULL, &w->err));
    GOOD(descry_model_open(&w->model, w->ctx, w->demo, NULL, &w->err));
    GOOD(descry_library_open(&w->library, w->ctx, w->library_path, NULL, &w->err));
    GOOD(descry_index(w->library, w->model, w->list, PICTURES, NULL, NULL, &w->err));
    GOOD(descry_export_npz(w->library, w->archive, NULL, NULL, &w->err));
    w->dim = (size_t)descry_model_get_info(w->model)->dim;
    assert_true(w->dim <= 512);
    for (size_t i = 0; i < PICTURES; i++)
        GOOD(descry_embed_file(w->model, w->list[i], NULL, 1, w->vectors + i * w->dim, &w->err));
    *state = w;
    return 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static int close_world(void **state)
{
    world *w = *state;
    descry_library_close(&w->library);
    descry_model_close(&w->model);
    descry_context_close(&w->ctx);
    nftw(w->folder, remove_entry, 32, FTW_DEPTH | FTW_PHYS);
    return 0;
}

/* ---- a call with each struct --------------------------------------------------------------------------------------- */

static int see_match(void *arg, const descry_match *match)
{
    *(uint64_t *)arg = match->rank;
    return 0;
}

static int see_entry(void *arg, const descry_entry *entry)
{
    (void)entry;
    ++*(size_t *)arg;
    return 0;
}

static int see_caption(void *arg, const char *path, const descry_caption *caption, const descry_error *err)
{
    (void)arg, (void)path;
    return caption == NULL || err != NULL;
}

static int see_file(void *arg, size_t i, const float *vector, const descry_error *err)
{
    (void)arg, (void)i;
    return vector == NULL || err != NULL;
}

static int with_context(world *w, void *options)
{
    descry_context *ctx;
    int rc = descry_context_open(&ctx, options, &w->err);
    descry_context_close(&ctx);
    return rc;
}

static int with_model(world *w, void *options)
{
    descry_model *model;
    int rc = descry_model_open(&model, w->ctx, w->demo, options, &w->err);
    descry_model_close(&model);
    return rc;
}

static int with_preprocess(world *w, void *options)
{
    float out[512];
    int rc = descry_embed_file(w->model, w->list[0], options, 1, out, &w->err);
    if (!rc)
        assert_memory_equal(out, w->vectors, w->dim * sizeof *out); /* as by default */
    return rc;
}

static int with_limits(world *w, void *limits)
{
    descry_preprocess_options options = DESCRY_PREPROCESS_OPTIONS_INIT;
    options.limits = limits;
    return with_preprocess(w, &options);
}

static int with_index(world *w, void *options)
{
    descry_index_counts counts = DESCRY_INDEX_COUNTS_INIT;
    int rc = descry_index(w->library, w->model, w->list, PICTURES, options, &counts, &w->err);
    if (!rc)
        assert_int_equal(counts.unchanged, PICTURES);
    return rc;
}

static int with_index_counts(world *w, void *counts)
{
    return descry_index(w->library, w->model, w->list, PICTURES, NULL, counts, &w->err);
}

static int with_folders(world *w, void *folders)
{
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    options.folders = folders;
    int rc = descry_caption_files(w->model, w->list, 1, folders, NULL, see_caption, NULL, &w->err);
    assert_int_equal(rc, with_index(w, &options));
    return rc;
}

static int with_watch(world *w, void *watch)
{
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    options.watch = watch;
    return with_index(w, &options);
}

static int with_generation(world *w, void *how)
{
    uint8_t *rgb = calloc(3, 512 * 512);
    assert_non_null(rgb);
    assert_int_equal(descry_preprocess_file(w->model, w->list[0], NULL, rgb, &w->err), 0);
    int rc = descry_caption_pixels(w->model, rgb, 1, how, NULL, see_caption, NULL, &w->err);
    free(rgb);
    return rc;
}

static int with_caption(world *w, void *options)
{
    return descry_caption_files(w->model, w->list, 1, NULL, options, see_caption, NULL, &w->err);
}

static int with_sidecar(world *w, void *options)
{
    return descry_sidecar_undo(w->ctx, w->folder, options, NULL, NULL, &w->err);
}

static int with_library(world *w, void *options)
{
    descry_library *library;
    int rc = descry_library_open(&library, w->ctx, w->library_path, options, &w->err);
    descry_library_close(&library);
    return rc;
}

static int with_search(world *w, void *options)
{
    uint64_t found = 0;
    int rc = search_each(w->library, w->model, "a red apple", options, see_match, &found, &w->err);
    if (!rc)
        assert_int_equal(found, PICTURES);
    return rc;
}

static int with_net(world *w, void *net)
{
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    options.net = net;
    return with_search(w, &options);
}

static int with_pull(world *w, void *options)
{
    return setenv("HF_HUB_OFFLINE", "1", 1) || descry_pull(w->ctx, "ViT-B-32/openai", options, &w->err) == DESCRY_ERR_NOT_FOUND ? 0 : w->err.code;
}

static int with_export(world *w, void *options)
{
    size_t count = 0;
    int rc = descry_entries(w->library, options, see_entry, &count, &w->err);
    assert_int_equal(count, rc ? 0 : PICTURES);
    return rc;
}

static int with_filter(world *w, void *filter)
{
    descry_search_options search = DESCRY_SEARCH_OPTIONS_INIT;
    descry_export_options options = DESCRY_EXPORT_OPTIONS_INIT;
    search.filter = options.filter = filter;
    int rc = with_export(w, &options);
    assert_int_equal(rc, with_search(w, &search));
    return rc;
}

static int with_import(world *w, void *options)
{
    return descry_import_npz(w->library, w->model, w->archive, options, NULL, &w->err);
}

static int with_import_counts(world *w, void *counts)
{
    return descry_import_npz(w->library, w->model, w->archive, NULL, counts, &w->err);
}

static int with_files(world *w, void *options)
{
    return descry_embed_files(w->model, w->list, 1, options, see_file, NULL, &w->err);
}

static int adapt(world *w, const descry_adapt_options *options, descry_adapt_state *state)
{
    descry_head *head;
    int rc = descry_adapt(w->ctx, w->vectors, w->vectors, PICTURES, w->dim, options, &head, state, &w->err);
    descry_head_close(&head);
    return rc;
}

static int with_adapt(world *w, void *options)
{
    return adapt(w, options, NULL);
}

static int with_adapt_state(world *w, void *state)
{
    descry_adapt_options options = DESCRY_ADAPT_OPTIONS_INIT;
    options.epochs = 1;
    return adapt(w, &options, state);
}

typedef struct kind {
    const char *name;
    size_t size;
    const void *initial;              /* by the macro */
    int (*call)(world *w, void *one); /* with it */
    void (*init)(void *one);          /* the function of the header; NULL: it has none */
    int is_result;                    /* filled by the library */
} kind;

#define KINDS(X)                                                                                                       \
    X(descry_context_options, DESCRY_CONTEXT_OPTIONS_INIT, with_context, 0)                                            \
    X(descry_model_options, DESCRY_MODEL_OPTIONS_INIT, with_model, 0)                                                  \
    X(descry_preprocess_options, DESCRY_PREPROCESS_OPTIONS_INIT, with_preprocess, 0)                                   \
    X(descry_limits, DESCRY_LIMITS_INIT, with_limits, 0)                                                               \
    X(descry_index_options, DESCRY_INDEX_OPTIONS_INIT, with_index, 0)                                                  \
    X(descry_index_counts, DESCRY_INDEX_COUNTS_INIT, with_index_counts, 1)                                             \
    X(descry_folder_options, DESCRY_FOLDER_OPTIONS_INIT, with_folders, 0)                                              \
    X(descry_watch, DESCRY_WATCH_INIT, with_watch, 0)                                                                  \
    X(descry_generation, DESCRY_GENERATION_INIT, with_generation, 0)                                                   \
    X(descry_caption_options, DESCRY_CAPTION_OPTIONS_INIT, with_caption, 0)                                            \
    X(descry_sidecar_options, DESCRY_SIDECAR_OPTIONS_INIT, with_sidecar, 0)                                            \
    X(descry_library_options, DESCRY_LIBRARY_OPTIONS_INIT, with_library, 0)                                            \
    X(descry_search_options, DESCRY_SEARCH_OPTIONS_INIT, with_search, 0)                                               \
    X(descry_net_options, DESCRY_NET_OPTIONS_INIT, with_net, 0)                                                        \
    X(descry_pull_options, DESCRY_PULL_OPTIONS_INIT, with_pull, 0)                                                     \
    X(descry_export_options, DESCRY_EXPORT_OPTIONS_INIT, with_export, 0)                                               \
    X(descry_filter, DESCRY_FILTER_INIT, with_filter, 0)                                                               \
    X(descry_import_options, DESCRY_IMPORT_OPTIONS_INIT, with_import, 0)                                               \
    X(descry_import_counts, DESCRY_IMPORT_COUNTS_INIT, with_import_counts, 1)

#define INITIAL(type, value, call, is_result)                                                                          \
    static const type initial_##type = value;                                                                          \
    static void init_##type(void *one)                                                                                 \
    {                                                                                                                  \
        type##_init(one);                                                                                              \
    }
KINDS(INITIAL)
static const descry_files_options files_options = DESCRY_FILES_OPTIONS_INIT;
static const descry_adapt_options adapt_options = DESCRY_ADAPT_OPTIONS_INIT;
static const descry_adapt_state adapt_state = DESCRY_ADAPT_STATE_INIT;

#define KIND(type, value, call, is_result) {#type, sizeof(type), &initial_##type, call, init_##type, is_result},
static const kind kinds[] = {
    KINDS(KIND)
    {"descry_files_options", sizeof files_options, &files_options, with_files, NULL, 0},
    {"descry_adapt_options", sizeof adapt_options, &adapt_options, with_adapt, NULL, 0},
    {"descry_adapt_state", sizeof adapt_state, &adapt_state, with_adapt_state, NULL, 1},
};

enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

/* One with its defaults and zeros beyond, of which it says that it has `size` bytes; to be released with free. */
static unsigned char *make(const kind *k, size_t size)
{
    unsigned char *one = calloc(1, k->size + BEYOND);
    assert_non_null(one);
    memcpy(one, k->initial, k->size);
    memcpy(one, &size, sizeof size);
    return one;
}

static void expect(world *w, const kind *k, void *one, int wanted, const char *what)
{
    w->err.message[0] = 0;
    int rc = k->call(w, one);
    if (rc != wanted)
        fail_msg("%s, %s: %d, not %d: %s", k->name, what, rc, wanted, w->err.message);
}

/* ---- sizes ------------------------------------------------------------------------------------------------------- */

static void functions_fill_what_macros_have(void **state)
{
    (void)state;
    for (const kind *k = kinds; k < kinds + KIND_COUNT; k++) {
        size_t size;
        memcpy(&size, k->initial, sizeof size);
        assert_int_equal(size, k->size);
        unsigned char *one = calloc(1, k->size);
        assert_non_null(one);
        if (k->init) {
            k->init(one);
            assert_memory_equal(one, k->initial, k->size);
        }
        free(one);
    }
}

static void nothing_is_the_defaults(void **state)
{
    for (const kind *k = kinds; k < kinds + KIND_COUNT; k++) {
        unsigned char *one = make(k, k->size);
        expect(*state, k, NULL, 0, "NULL");
        expect(*state, k, one, 0, "the defaults");
        free(one);
    }
}

/* What an older caller does not have is whatever lies behind its struct: never read, never written. */
static void an_older_caller_has_less(void **state)
{
    enum { OLDER = 2 * sizeof(size_t) };
    for (const kind *k = kinds; k < kinds + KIND_COUNT; k++) {
        unsigned char *one = make(k, OLDER);
        memset(one + OLDER, GARBAGE, k->size + BEYOND - OLDER);
        expect(*state, k, one, 0, "an older caller's");
        for (size_t i = OLDER; i < k->size + BEYOND; i++)
            assert_int_equal(one[i], GARBAGE);
        free(one);
    }
}

static void a_newer_caller_may_not_use_what_is_new(void **state)
{
    for (const kind *k = kinds; k < kinds + KIND_COUNT; k++) {
        unsigned char *one = make(k, k->size + BEYOND);
        expect(*state, k, one, 0, "zeros beyond");
        for (size_t i = 0; i < BEYOND; i++)
            assert_int_equal(one[k->size + i], 0);
        one[k->size + BEYOND - 1] = 1;
        if (!k->is_result)
            expect(*state, k, one, DESCRY_ERR_ARGUMENT, "something beyond");
        free(one);
    }
}

static void odd_sizes_are_refused(void **state)
{
    static const size_t odd[] = {0, 1, sizeof(size_t), 1 << 20, SIZE_MAX};
    for (const kind *k = kinds; k < kinds + KIND_COUNT; k++)
        for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
            unsigned char *one = make(k, odd[i]);
            expect(*state, k, one, DESCRY_ERR_ARGUMENT, "an odd size");
            assert_memory_equal(one + sizeof(size_t), (const unsigned char *)k->initial + sizeof(size_t),
                                k->size - sizeof(size_t));
            free(one);
        }
}

/* What an older caller has is used. */
static void an_older_caller_is_heard(void **state)
{
    world *w = *state;
    uint64_t found = 0;
    descry_search_options search = DESCRY_SEARCH_OPTIONS_INIT;
    memset(&search, GARBAGE, sizeof search);
    search.size = offsetof(descry_search_options, offset);
    search.k = 2;
    GOOD(search_each(w->library, w->model, "a red apple", &search, see_match, &found, &w->err));
    assert_int_equal(found, 2);
    descry_limits limits;
    memset(&limits, GARBAGE, sizeof limits);
    limits.size = offsetof(descry_limits, max_pixels);
    limits.max_side = 1;
    assert_int_equal(with_limits(w, &limits), DESCRY_ERR_LIMIT);
    descry_index_counts counts;
    memset(&counts, GARBAGE, sizeof counts);
    counts.size = offsetof(descry_index_counts, recognised);
    GOOD(descry_index(w->library, w->model, w->list, PICTURES, NULL, &counts, &w->err));
    assert_true(counts.found == PICTURES && counts.embedded == 0 && counts.unchanged == PICTURES);
    assert_int_equal(counts.size, offsetof(descry_index_counts, recognised));
}

/* ---- stopping ------------------------------------------------------------------------------------------------------ */

/* Another thread sets the flag when it is asked to, at the first progress in a stage. */
typedef struct stopper {
    descry_watch watch;
    descry_stage stage;
    sem_t asked, done;
    pthread_t thread;
    int flag, told, has_asked;
} stopper;

static void *set_flag(void *arg)
{
    stopper *s = arg;
    sem_wait(&s->asked);
    __atomic_store_n(&s->flag, 1, __ATOMIC_RELAXED);
    sem_post(&s->done);
    return NULL;
}

static int ask_to_stop(void *arg, const descry_progress *progress)
{
    stopper *s = arg;
    s->told++;
    if (progress->stage == s->stage && !s->has_asked) {
        s->has_asked = 1;
        sem_post(&s->asked);
        sem_wait(&s->done);
    }
    return 0;
}

static const descry_watch *stopper_open(stopper *s, descry_stage stage)
{
    *s = (stopper){.watch = DESCRY_WATCH_INIT, .stage = stage};
    s->watch.progress = ask_to_stop;
    s->watch.arg = s;
    s->watch.cancel = &s->flag;
    assert_int_equal(sem_init(&s->asked, 0, 0), 0);
    assert_int_equal(sem_init(&s->done, 0, 0), 0);
    assert_int_equal(pthread_create(&s->thread, NULL, set_flag, s), 0);
    return &s->watch;
}

/* The call has ended, with no further callback. */
static void stopper_close(stopper *s, int told)
{
    sem_post(&s->asked); /* if nothing did */
    pthread_join(s->thread, NULL);
    sem_destroy(&s->asked);
    sem_destroy(&s->done);
    assert_true(s->has_asked);
    if (told)
        assert_int_equal(s->told, told);
}

static descry_library *another_library(world *w, const char *name)
{
    char path[PATH_SIZE];
    descry_library *library;
    snprintf(path, sizeof path, "%s/%s", w->folder, name);
    GOOD(descry_library_open(&library, w->ctx, path, NULL, &w->err));
    return library;
}

static void indexing_is_stopped(void **state)
{
    world *w = *state;
    stopper s;
    descry_library *library = another_library(w, "stopped.db");
    descry_index_counts counts = DESCRY_INDEX_COUNTS_INIT;
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    options.batch = 1;
    options.captioner = w->model;
    options.watch = stopper_open(&s, DESCRY_STAGE_LOOKING);
    assert_int_equal(descry_index(library, w->model, w->list, PICTURES, &options, &counts, &w->err), DESCRY_ERR_CANCELLED);
    stopper_close(&s, 1);
    assert_int_equal(counts.embedded, 0);
    options.watch = stopper_open(&s, DESCRY_STAGE_WORKING);
    assert_int_equal(descry_index(library, w->model, w->list, PICTURES, &options, &counts, &w->err), DESCRY_ERR_CANCELLED);
    stopper_close(&s, 0);
    assert_int_equal(counts.embedded, 1); /* and kept */
    const descry_library_status *held;
    GOOD(descry_status(library, &held, &w->err));
    assert_int_equal(held->photos, 1);
    options.watch = NULL;
    GOOD(descry_index(library, w->model, w->list, PICTURES, &options, &counts, &w->err));
    assert_int_equal(counts.embedded, PICTURES - 1);
    descry_library_close(&library);
}

static void captions_are_stopped(void **state)
{
    world *w = *state;
    stopper s;
    descry_caption_options options = DESCRY_CAPTION_OPTIONS_INIT;
    descry_library *library = another_library(w, "captions.db");
    options.batch = 1;
    options.watch = stopper_open(&s, DESCRY_STAGE_WORKING);
    assert_int_equal(descry_caption_files(w->model, w->list, PICTURES, NULL, &options, see_caption, NULL, &w->err),
                     DESCRY_ERR_CANCELLED);
    stopper_close(&s, 1);
    GOOD(descry_index(library, w->model, w->list, PICTURES, NULL, NULL, &w->err));
    options.watch = stopper_open(&s, DESCRY_STAGE_CAPTIONS);
    assert_int_equal(descry_caption_library(library, w->model, &options, see_caption, NULL, &w->err), DESCRY_ERR_CANCELLED);
    stopper_close(&s, 1);
    descry_library_close(&library);
}

static void exchange_is_stopped(void **state)
{
    world *w = *state;
    stopper s;
    size_t count = 0;
    char path[PATH_SIZE];
    descry_export_options options = DESCRY_EXPORT_OPTIONS_INIT;
    snprintf(path, sizeof path, "%s/stopped.npz", w->folder);
    options.watch = stopper_open(&s, DESCRY_STAGE_WORKING);
    assert_int_equal(descry_export_npz(w->library, path, &options, NULL, &w->err), DESCRY_ERR_CANCELLED);
    stopper_close(&s, 0);
    assert_int_not_equal(access(path, F_OK), 0);
    options.watch = stopper_open(&s, DESCRY_STAGE_WORKING);
    assert_int_equal(descry_entries(w->library, &options, see_entry, &count, &w->err), DESCRY_ERR_CANCELLED);
    stopper_close(&s, 0);

    descry_library *library = another_library(w, "imported.db");
    descry_import_options how = DESCRY_IMPORT_OPTIONS_INIT;
    descry_import_counts counts = DESCRY_IMPORT_COUNTS_INIT;
    how.watch = stopper_open(&s, DESCRY_STAGE_CHECKING);
    assert_int_equal(descry_import_npz(library, w->model, w->archive, &how, &counts, &w->err), DESCRY_ERR_CANCELLED);
    stopper_close(&s, 1);
    assert_true(counts.rows == PICTURES && counts.added == 0);
    descry_library_close(&library);
}

static void work_of_developers_is_stopped(void **state)
{
    world *w = *state;
    stopper s;
    descry_files_options files = DESCRY_FILES_OPTIONS_INIT;
    files.watch = stopper_open(&s, DESCRY_STAGE_WORKING);
    assert_int_equal(descry_embed_files(w->model, w->list, PICTURES, &files, see_file, NULL, &w->err), DESCRY_ERR_CANCELLED);
    stopper_close(&s, 1);
    descry_adapt_options options = DESCRY_ADAPT_OPTIONS_INIT;
    descry_adapt_state result = DESCRY_ADAPT_STATE_INIT;
    options.watch = stopper_open(&s, DESCRY_STAGE_WORKING);
    GOOD(adapt(w, &options, &result)); /* the best so far */
    stopper_close(&s, 1);
    assert_int_equal(result.stopped, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_fill_what_macros_have),
        cmocka_unit_test(nothing_is_the_defaults),
        cmocka_unit_test(an_older_caller_has_less),
        cmocka_unit_test(a_newer_caller_may_not_use_what_is_new),
        cmocka_unit_test(odd_sizes_are_refused),
        cmocka_unit_test(an_older_caller_is_heard),
        cmocka_unit_test(indexing_is_stopped),
        cmocka_unit_test(captions_are_stopped),
        cmocka_unit_test(exchange_is_stopped),
        cmocka_unit_test(work_of_developers_is_stopped),
    };
    return cmocka_run_group_tests_name("api", tests, open_world, close_world);
}
