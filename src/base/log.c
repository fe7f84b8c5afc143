/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

void descry_log_write(const descry_log *log, descry_log_level level, const char *format, ...)
{
    if (!log || !log->fn)
        return;
    char message[1000];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    log->fn(log->arg, level, message);
}
