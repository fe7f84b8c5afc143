/* SPDX-License-Identifier: Apache-2.0
 * cmocka, with what it wants before it. */
#ifndef DESCRY_TESTS_CMOCKA_TEST_H
#define DESCRY_TESTS_CMOCKA_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
