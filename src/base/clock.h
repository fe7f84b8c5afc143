/* SPDX-License-Identifier: Apache-2.0
 * Times: of a monotonic clock, and of files. */
#ifndef DESCRY_BASE_CLOCK_H
#define DESCRY_BASE_CLOCK_H

#include <stdint.h>
#include <sys/stat.h>

double descry_clock_now(void); /* seconds since some moment */

int64_t descry_clock_changed(const struct stat *st); /* when a file was changed: nanoseconds since 1970 */

#endif
