/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Keeps the message one line of valid length: control characters become '?', a character cut in two is dropped. */
static void sanitise(char *message, size_t size, int length)
{
    if (length >= (int)size) {
        size_t lead = size - 1; /* where the last character begins */
        while (lead > 0 && ((unsigned char)message[--lead] & 0xC0) == 0x80)
            ;
        unsigned char first = (unsigned char)message[lead];
        size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
        if (lead + bytes > size - 1)
            message[lead] = 0;
    }
    for (unsigned char *p = (unsigned char *)message; *p; p++)
        if (*p < 0x20 || *p == 0x7F)
            *p = '?';
}

static int fail(descry_error *err, int code, const char *reason, const char *format, va_list args)
{
    if (!err)
        return code;
    err->code = code;
    int n = vsnprintf(err->message, sizeof err->message, format, args);
    if (n >= 0 && reason && (size_t)n < sizeof err->message)
        n += snprintf(err->message + n, sizeof err->message - (size_t)n, ": %s", reason);
    sanitise(err->message, sizeof err->message, n);
    return code;
}

int descry_fail(descry_error *err, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail(err, code, NULL, format, args);
    va_end(args);
    return code;
}

int descry_fail_errno(descry_error *err, int error_number, const char *format, ...)
{
    int code = error_number == ENOMEM   ? DESCRY_ERR_MEMORY
               : error_number == ENOENT ? DESCRY_ERR_NOT_FOUND
                                        : DESCRY_ERR_IO;
    char reason[128];
    /* the XSI form of strerror_r: 0 on success */
    if (strerror_r(error_number, reason, sizeof reason) != 0)
        snprintf(reason, sizeof reason, "error %d", error_number);
    va_list args;
    va_start(args, format);
    fail(err, code, reason, format, args);
    va_end(args);
    return code;
}

int descry_fail_memory(descry_error *err)
{
    return descry_fail(err, DESCRY_ERR_MEMORY, "out of memory");
}
