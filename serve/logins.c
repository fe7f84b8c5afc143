/* SPDX-License-Identifier: Apache-2.0
 * Who has logged in, and who tries.  All logins share one session, so that nothing grows with them. */
#include "server.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_WRONG = 10, SECONDS = 60 };

struct serve_logins {
    pthread_mutex_t mutex;
    char session[SERVE_SESSION];
    int64_t wrong[MOST_WRONG]; /* when the last wrong tokens came; the n-th is at n % MOST_WRONG */
    uint64_t count;
};

int serve_logins_open(serve_logins **logins, descry_error *err)
{
    *logins = calloc(1, sizeof **logins);
    if (!*logins)
        return serve_fail_memory(err);
    pthread_mutex_init(&(*logins)->mutex, NULL);
    int rc = serve_logins_end(*logins, err);
    if (rc)
        serve_logins_close(logins);
    return rc;
}

void serve_logins_close(serve_logins **logins)
{
    if (*logins)
        pthread_mutex_destroy(&(*logins)->mutex);
    free(*logins);
    *logins = NULL;
}

int serve_logins_end(serve_logins *logins, descry_error *err)
{
    char fresh[SERVE_SESSION];
    int rc = serve_random_name(fresh, err);
    if (rc)
        return rc;
    pthread_mutex_lock(&logins->mutex);
    memcpy(logins->session, fresh, sizeof fresh);
    pthread_mutex_unlock(&logins->mutex);
    return 0;
}

void serve_logins_session(serve_logins *logins, char session[SERVE_SESSION])
{
    pthread_mutex_lock(&logins->mutex);
    memcpy(session, logins->session, SERVE_SESSION);
    pthread_mutex_unlock(&logins->mutex);
}

unsigned serve_logins_wrong(serve_logins *logins, int64_t now)
{
    pthread_mutex_lock(&logins->mutex);
    int64_t *oldest = &logins->wrong[logins->count % MOST_WRONG];
    bool many = logins->count >= MOST_WRONG && now - *oldest < SECONDS;
    unsigned wait = many ? (unsigned)(SECONDS - (now - *oldest)) : 0;
    if (!many) {
        *oldest = now;
        logins->count++;
    }
    pthread_mutex_unlock(&logins->mutex);
    return wait;
}
