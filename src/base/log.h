/* SPDX-License-Identifier: Apache-2.0
 * Messages for the caller's log callback. */
#ifndef DESCRY_BASE_LOG_H
#define DESCRY_BASE_LOG_H

#include "descry.h"

typedef struct descry_log {
    void (*fn)(void *arg, descry_log_level level, const char *message);
    void *arg;
} descry_log;

void descry_log_write(const descry_log *log, descry_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
