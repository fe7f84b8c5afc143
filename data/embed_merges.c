/* SPDX-License-Identifier: Apache-2.0
 * Run by the build: writes CLIP's merges as a C table.  Usage: embed_merges bpe_simple_vocab_16e6.txt.gz OUT.c */
#include "text/merges.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    descry_merge *merges;
    size_t count;
    descry_error err;
    if (argc != 3)
        return 2;
    if (descry_merges_read(&merges, &count, argv[1], &err)) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    FILE *out = fopen(argv[2], "w");
    if (!out)
        return 1;
    fprintf(out, "#include \"text/clip_merges.h\"\n\nconst size_t descry_clip_merge_count = %zu;\n"
                 "const descry_merge descry_clip_merges[] = {\n", count);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "{%d,%d},%s", merges[i].left, merges[i].right, i % 8 == 7 ? "\n" : "");
    fprintf(out, "};\n");
    free(merges);
    return fclose(out) == 0 ? 0 : 1;
}
