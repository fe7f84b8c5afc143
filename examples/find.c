/* SPDX-License-Identifier: Apache-2.0
 * Indexes a folder and searches it: the library in one page.
 *
 *     cc find.c $(pkg-config --cflags --libs descry) -o find
 *     ./find demo pictures.db ~/Pictures "a red apple beside a dog" */
#include <descry.h>

#include <stdio.h>

static int show_progress(void *arg, const descry_progress *progress)
{
    (void)arg;
    if (progress->stage == DESCRY_STAGE_WORKING)
        fprintf(stderr, "\r%llu of %llu", (unsigned long long)progress->done, (unsigned long long)progress->total);
    return 0; /* anything else would stop, and keep what is done */
}

static void show_failure(void *arg, const char *path, const descry_error *err)
{
    (void)arg, (void)path; /* the message names the file */
    fprintf(stderr, "\r%s\n", err->message);
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: find MODEL LIBRARY FOLDER QUERY\n");
        return 2;
    }
    descry_error err;
    descry_context *ctx = NULL;
    descry_model *model = NULL;
    descry_library *library = NULL;
    descry_results *results = NULL;
    const descry_match *match;
    const char *folders[] = {argv[3]};
    descry_watch watch = DESCRY_WATCH_INIT;
    watch.progress = show_progress;
    descry_index_options index = DESCRY_INDEX_OPTIONS_INIT;
    index.watch = &watch;
    index.failure = show_failure;
    descry_search_options search = DESCRY_SEARCH_OPTIONS_INIT;
    search.k = 5;

    int rc = descry_context_open(&ctx, NULL, &err);
    if (!rc)
        rc = descry_model_open(&model, ctx, argv[1], NULL, &err);
    if (!rc)
        rc = descry_library_open(&library, ctx, argv[2], NULL, &err);
    if (!rc)
        rc = descry_index(library, model, folders, 1, &index, NULL, &err);
    fputc('\n', stderr);
    if (!rc)
        rc = descry_search(&results, library, model, argv[4], &search, &err);
    while (!rc && (rc = descry_results_next(results, &match, &err)) == 1) {
        printf("%llu  %.4f  %s\n", (unsigned long long)match->rank, match->score, match->path);
        rc = 0;
    }
    if (rc)
        fprintf(stderr, "find: %s\n", err.message);

    descry_results_close(&results); /* closing what was never opened does nothing */
    descry_library_close(&library);
    descry_model_close(&model);
    descry_context_close(&ctx);
    return rc ? 1 : 0;
}
