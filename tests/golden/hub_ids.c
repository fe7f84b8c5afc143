/* SPDX-License-Identifier: Apache-2.0
 * hub_ids FOLDER lower|whitespace|canonicalize KEEP|STRIP LENGTH: the ids of each text on its input, which NULs end, by the
 * tokenizer in the folder; for tools/parity_tokenizers.py. */
#include "base/clock.h"
#include "text/hub.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    static const char *const cleanings[] = {"lower", "whitespace", "canonicalize"};
    descry_hub_use use = {0};
    descry_tokenizer *t = NULL;
    descry_error err = {0};
    size_t capacity = 0;
    char *text = NULL;
    int length = argc == 5 ? atoi(argv[4]) : 0;
    int32_t *ids = length > 0 ? calloc((size_t)length, sizeof *ids) : NULL;
    if (!ids)
        return 2;
    for (size_t i = 0; i < sizeof cleanings / sizeof *cleanings; i++)
        if (strcmp(argv[2], cleanings[i]) == 0)
            use.cleaning = (descry_cleaning)i;
    use.strip_sep = strcmp(argv[3], "STRIP") == 0;
    double start = descry_clock_now(), opened = 0;
    int rc = descry_hub_tokenizer_open(&t, argv[1], use, &err);
    size_t texts = 0;
    opened = descry_clock_now();
    for (ssize_t n; !rc && (n = getdelim(&text, &capacity, 0, stdin)) > 0; texts++) {
        rc = descry_tokenizer_encode_row(t, text, (size_t)n - 1, length, ids, &err);
        for (int i = 0; i < length && !rc; i++)
            printf(i ? " %d" : "%d", (int)ids[i]);
        puts("");
    }
    if (rc)
        fprintf(stderr, "%s\n", err.message);
    else
        fprintf(stderr, "opened in %.3f s, %.1f us a text\n", opened - start, (descry_clock_now() - opened) * 1e6 / (double)(texts ? texts : 1));
    descry_tokenizer_close(&t);
    free(text);
    free(ids);
    return rc ? 1 : 0;
}
