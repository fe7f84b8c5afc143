/* SPDX-License-Identifier: Apache-2.0
 * Two workers that index one folder into one library, where the engine can have several. */
#include "library_fixture.h"

#include "store/store.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { PICTURES = 150, FILES = 512, PAGE = 8 };

typedef struct worker {
    fixture *f;
    struct descry_clip clip;
    struct descry_model model;
    descry_library *library;
    descry_index_counts counts;
    int begun;
} worker;

static void index_all(worker *w, const descry_index_options *options)
{
    const char *photos = at(w->f, "photos");
    descry_error err;
    if (descry_index(w->library, &w->model, &photos, 1, options, &w->counts, &err))
        fail_msg("%s", err.message);
}

/* When the first pictures of one are done, the other does all that are not that one's. */
static int have_the_other_index(void *arg, const descry_progress *progress)
{
    worker *other = arg;
    if (progress->stage == DESCRY_STAGE_WORKING && progress->done > 0 && !other->begun) {
        other->begun = 1;
        index_all(other, NULL);
        uint64_t removed;
        descry_error err;
        assert_int_equal(descry_forget(other->library, at(other->f, "photos"), &removed, &err), DESCRY_ERR_BUSY);
    }
    return 0;
}

static void each_picture_is_embedded_once(void **state)
{
    fixture *f = *state;
    worker one = {.f = f, .library = f->library}, other = {.f = f};
    worker *both[] = {&one, &other};
    for (int i = 0; i < 2; i++) {
        fake_clip_init(&both[i]->clip, "fake", 'a');
        descry_index_counts_init(&both[i]->counts);
        both[i]->model = (struct descry_model){&f->context, &both[i]->clip};
    }
    assert_int_equal(open_in_memory(f, &other.library, "library.db", 0), 0);
    for (int i = 0; i < PICTURES; i++) {
        char name[32];
        snprintf(name, sizeof name, "%03d.jpg", i);
        picture(f, name, i, 100, 255 - i);
    }
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    options.batch = 8;
    descry_watch watch = DESCRY_WATCH_INIT;
    watch.progress = have_the_other_index;
    watch.arg = &other;
    options.watch = &watch;
    index_all(&one, &options);
    assert_true(other.begun);
    assert_true(one.counts.embedded > 0 && other.counts.embedded > 0);
    assert_int_equal(one.counts.embedded + other.counts.embedded, PICTURES);
    assert_int_equal(one.clip.embedded + other.clip.embedded, PICTURES);
    assert_int_equal(one.counts.embedded + one.counts.unchanged, PICTURES);
    assert_int_equal(one.counts.recognised + other.counts.recognised, 0);
    assert_int_equal(one.counts.missing + other.counts.missing, 0);
    descry_library_close(&other.library);
    assert_int_equal(status_of(f).contents, PICTURES);
    assert_int_equal(status_of(f).models[0]->vectors, PICTURES);
    index_ok(f, ""); /* nothing is left */
    assert_counts(f, 0, PICTURES, 0, 0, 0);
}

typedef struct claimer {
    descry_store *store;
    const char *const *paths;
    int mine[FILES], rc;
} claimer;

static void *claim_all(void *arg)
{
    claimer *c = arg;
    descry_error err;
    for (size_t i = 0; i < FILES && !c->rc; i += PAGE)
        c->rc = c->store->ops->claim(c->store, c->paths + i, PAGE, INT64_MAX, c->mine + i, &err);
    return NULL;
}

static void a_file_is_claimed_by_one_thread(void **state)
{
    fixture *f = *state;
    static char names[FILES][8];
    static claimer claimers[2];
    const char *paths[FILES];
    pthread_t threads[2];
    descry_buf holder = {0};
    for (int i = 0; i < FILES; i++) {
        snprintf(names[i], sizeof names[i], "/%d", i);
        paths[i] = names[i];
    }
    for (int i = 0; i < 2; i++) {
        const descry_store_options options = {0};
        claimers[i] = (claimer){.paths = paths};
        assert_int_equal(memory_store_open(&claimers[i].store, f->memories[0], &options, &f->err), 0);
        assert_int_equal(claimers[i].store->ops->lock(claimers[i].store, 0, &holder, &f->err), 0);
    }
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, claim_all, &claimers[i]), 0);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(claimers[i].rc, 0);
    }
    for (int i = 0; i < FILES; i++)
        assert_int_equal(claimers[0].mine[i] + claimers[1].mine[i], 1);
    for (int i = 0; i < 2; i++)
        claimers[i].store->ops->close(claimers[i].store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MEMORY_TEST(each_picture_is_embedded_once),
        MEMORY_TEST(a_file_is_claimed_by_one_thread),
    };
    return cmocka_run_group_tests_name("workers", tests, NULL, NULL);
}
