/* SPDX-License-Identifier: Apache-2.0
 * What the library does for a program, as jobs that can be done again and again. */
#ifndef DESCRY_TESTS_FAILING_JOBS_H
#define DESCRY_TESTS_FAILING_JOBS_H

#include "support/support.h"

#include "descry.h"

enum { SEEN = 1 << 16 };

typedef struct world {
    char folder[FOLDER_SIZE];
    char path[FOLDER_SIZE + 32]; /* of a library that jobs change */
    descry_context *ctx;
    descry_model *model;
    descry_context *open_ctx; /* which decodes in this process */
    descry_model *open_model;
    descry_context *own_ctx; /* a job's own */
    descry_model *own_model;
    descry_library *library;
    char seen[SEEN], expected[SEEN]; /* what came of a job, as text */
    size_t seen_size;
    size_t failures; /* pictures that the job said of that they failed */
    int failure_code;
    char failure[1000];
} world;

int world_open(void **state);
int world_close(void **state);

typedef struct job {
    const char *name;
    void (*set_up)(world *w);
    int (*work)(world *w, descry_error *err);
    int (*see)(world *w, descry_error *err); /* what became of the library; NULL: the job itself says what it found */
    void (*undo)(world *w); /* after work that succeeded, for it to be done again; NULL: it can be */
    void (*tear_down)(world *w);
} job;

/* Jobs of failing_tokenizers.c */
int failing_json_tokenizer(world *w, descry_error *err);
int failing_unigram_tokenizer(world *w, descry_error *err);
int failing_bpe_tokenizer(world *w, descry_error *err);

/* Of failing_albums.c: a selection and a smart album for a library; and jobs with them. */
int failing_make_albums(world *w, descry_error *err);
int failing_see_albums(world *w, descry_error *err);
int failing_change_albums(world *w, descry_error *err);
/* Of failing_listing.c */
int failing_listing(world *w, descry_error *err);
/* Jobs of failing_pictures.c */
int failing_decode_0(world *w, descry_error *err);
int failing_decode_1(world *w, descry_error *err);
int failing_decode_2(world *w, descry_error *err);
int failing_decode_3(world *w, descry_error *err);
int failing_decode_4(world *w, descry_error *err);
int failing_preview(world *w, descry_error *err);
int failing_thumbnail(world *w, descry_error *err);
int failing_contact_sheet(world *w, descry_error *err);
void failing_without_thumbnails(world *w); /* undoes both */

extern const job JOBS[];
extern const size_t JOB_COUNT;

extern const char *const GOES_ON[];

#endif
