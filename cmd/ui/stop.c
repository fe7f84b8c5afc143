/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/stop.h"

#include <signal.h>
#include <stddef.h>

static int stop_signal; /* set by the signal handler, read by other threads: atomically */

static void request_stop(int number)
{
    __atomic_store_n(&stop_signal, number, __ATOMIC_RELAXED);
}

/* Signals that are ignored (nohup, background jobs) stay so. */
void cmd_catch_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction old, new = {.sa_handler = request_stop, .sa_flags = (int)(SA_RESETHAND | SA_RESTART)};
        sigemptyset(&new.sa_mask);
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(numbers[i], &new, NULL);
    }
}

int cmd_stopped(void)
{
    return __atomic_load_n(&stop_signal, __ATOMIC_RELAXED);
}

const int *cmd_cancel(void)
{
    return &stop_signal;
}
