/* SPDX-License-Identifier: Apache-2.0
 * How many files a walk did not take for pictures, by the endings of their names. */
#ifndef DESCRY_PICTURES_OTHERS_H
#define DESCRY_PICTURES_OTHERS_H

#include "descry.h"

/* Those with an ending of more bytes, or after that many different ones, are counted together. */
enum { DESCRY_OTHERS_MAX = 256, DESCRY_OTHERS_ENDING = 16 };

typedef struct descry_others {
    struct {
        char ending[DESCRY_OTHERS_ENDING + 1]; /* in lower case; "": none */
        uint64_t files;
    } *each; /* [DESCRY_OTHERS_MAX], `count` in use */
    size_t count;
    uint64_t rest, files; /* those counted together; all */
} descry_others;

/* Sidecars, *.xmp, do not count. */
int descry_others_count(descry_others *others, const char *name, descry_error *err);

/* The most frequent first, then by their endings; the rest last, for which `each` is given NULL. */
void descry_others_tell(descry_others *others, void (*each)(void *arg, const char *ending, uint64_t files), void *arg);

void descry_others_free(descry_others *others);

#endif
