/* SPDX-License-Identifier: Apache-2.0
 * Loading pictures, for whoever tests it.  The room image is stood in for: a picture is a letter and a number, "g7": good;
 * "d7": good, and large; "b7": bad; "s7": slow, it is decoded once all others are that the slots hold; "l7": late, it is decoded
 * once all others are delivered; "n7": it takes a nap. */
#ifndef DESCRY_TESTS_LOADER_FIXTURE_H
#define DESCRY_TESTS_LOADER_FIXTURE_H

#include "cmocka_test.h"

#include "pictures/loader.h"

#include <pthread.h>

enum { W = 2, H = 1, PICTURE = W * H * 3, MOST = 64, STOP = -77, HOUR = 3600 * 1000 };

extern int late_after; /* of loaders: with 1 ms everyone may be late, whatever it is */
extern _Atomic int hours; /* that the clock was put on */

typedef struct item {
    descry_loaded loaded;
    int number;
    char *owned;
} item;

/* What a test says and counts; `lock` over what threads count. */
extern struct loading_test {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t decoded, peeked, slow_waits_for, out, late_waits_for; /* out: delivered */
    size_t decided, dropped, added, slots, delivered, batches;
    size_t stop_at, batch, numeric, encoded; /* stop_at: batches delivered, from 1; numeric: the one that is not finite */
    int finishing, given[MOST], gone[MOST]; /* how often each was delivered, and dropped */
    int (*encode)(void *arg, size_t first, size_t n, descry_error *err);
    int turn; /* without a lock: a sanitizer tells when two have it */
    descry_loaded_batch *now;
    char wrong[MOST][128];
    int levels[MOST], widths[MOST], drafts[MOST];
} t;

typedef void decide_fn(void *arg, descry_loaded *const *pictures, size_t n);

descry_loader *open_loader_for(unsigned threads, size_t batch, decide_fn *decide, int draft, int reference);
descry_loader *open_loader(unsigned threads, size_t batch, decide_fn *decide);
/* The next picture, in memory that is its own. */
int add_as(descry_loader *loader, char kind, descry_want want, const descry_error *wrong, descry_error *err);
int add(descry_loader *loader, char kind);
void end(descry_loader *loader); /* delivers the rest, and closes it */

int encode_all(void *arg, size_t first, size_t n, descry_error *err);
void count_decisions(void *arg, descry_loaded *const *pictures, size_t n); /* and leaves them as they are */
void wait_for(const size_t *counter, size_t value);
void nap(void);

#define FOR_SIZES(threads, batch)                                                                                      \
    for (unsigned threads = 1; threads <= 5; threads += threads)                                                       \
        for (size_t batch = 0; batch < 5; batch++)

#endif
