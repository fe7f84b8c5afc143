/* SPDX-License-Identifier: Apache-2.0
 * Counts the files that a walk does not treat as pictures, by file name extension (here "ending"). */
#ifndef DESCRY_PICTURES_OTHERS_H
#define DESCRY_PICTURES_OTHERS_H

#include "descry.h"

/* Longer endings, and those beyond the first so many, are counted together. */
enum { DESCRY_OTHERS_MAX = 256, DESCRY_OTHERS_ENDING = 16 };

typedef struct descry_others {
    struct {
        char ending[DESCRY_OTHERS_ENDING + 1]; /* in lower case; "": none */
        uint64_t files;
    } *each; /* [DESCRY_OTHERS_MAX], `count` in use */
    size_t count;
    uint64_t rest, files; /* counted together; in all */
} descry_others;

/* Ignores sidecars, *.xmp. */
int descry_others_count(descry_others *others, const char *name, descry_error *err);

/* Calls `each` by falling count, then by ending; last for the rest, with NULL.  Call it once: it consumes the counts. */
void descry_others_report(descry_others *others, void (*each)(void *arg, const char *ending, uint64_t files), void *arg);

void descry_others_free(descry_others *others);

#endif
