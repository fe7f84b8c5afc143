/* SPDX-License-Identifier: Apache-2.0
 * Workers, as they should be and not.  "GIF89a WHAT" is a picture whose decoder, in the folder "bad", does WHAT (misbehave.c). */
#ifndef DESCRY_TESTS_DECODERS_FIXTURE_H
#define DESCRY_TESTS_DECODERS_FIXTURE_H

#include "support/support.h"

#include "decoders/pool.h"

enum { SIDE = 32, PIXELS = SIDE * SIDE * 3 };

extern const descry_preprocess preprocess;
extern const descry_limits limits;
extern const descry_preprocess_options usual;
extern const descry_job whole; /* its pixels, as usual */

extern char warned[1000]; /* the last of what was logged */

/* With the program of the folder `which` below tests/decoders; NULL: the real one. */
descry_decoders *open_decoders(const char *which, descry_sandbox sandbox, unsigned workers);
void close_decoders(descry_decoders **decoders); /* there must be no process left */

/* Debuggers ask for workers without walls, and not every system has all: a test that needs some is not run there. */
descry_sandbox sandbox(void);
uint32_t walls(void);
void need(uint32_t walls);

int prepare_with(descry_decoders *decoders, descry_job job, const void *bytes, size_t size, uint8_t *rgb, descry_facts *facts,
                 int *fault, descry_error *err);

/* What is asked for by words: a picture of 8 x 8 pixels, all of them 99, or not. */
int ask(descry_decoders *decoders, const char *what, int *fault, descry_error *err);
void check_good(descry_decoders *decoders);

int has_children(void);

#endif
