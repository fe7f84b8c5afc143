/* SPDX-License-Identifier: Apache-2.0
 * Run by the build: writes data as a C table.  Usage: embed merges bpe_simple_vocab_16e6.txt.gz OUT.c
 *                                                     embed configs open_clip_configs.json OUT.c */
#include "text/merges.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int embed_merges(const char *path, FILE *out)
{
    descry_merge *merges;
    size_t count;
    descry_error err;
    if (descry_merges_read(&merges, &count, path, &err)) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    fprintf(out, "#include \"text/clip_merges.h\"\n\nconst size_t descry_clip_merge_count = %zu;\n"
                 "const descry_merge descry_clip_merges[] = {\n", count);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "{%d,%d},%s", merges[i].left, merges[i].right, i % 8 == 7 ? "\n" : "");
    fprintf(out, "};\n");
    free(merges);
    return 0;
}

/* JSON in ASCII as a C string; a ? could begin a trigraph. */
static void put_string(FILE *out, const char *text)
{
    putc('"', out);
    for (; *text; text++)
        fprintf(out, strchr("\"\\?", *text) ? "\\%c" : "%c", *text);
    putc('"', out);
}

/* {"configs": {name: model_cfg, ...}}, in the order of names -> {name, open_clip_config.json} */
static int embed_configs(const char *path, FILE *out)
{
    json_error_t where;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &where), *config;
    const char *name, *last = "";
    int rc = 0;
    if (!root) {
        fprintf(stderr, "%s: line %d: %s\n", path, where.line, where.text);
        return 1;
    }
    fprintf(out, "#include \"model/zoo_configs.h\"\n\nconst size_t descry_zoo_count = %zu;\n"
                 "const descry_zoo_row descry_zoo[] = {\n", json_object_size(json_object_get(root, "configs")));
    json_object_foreach(json_object_get(root, "configs"), name, config)
    {
        json_t *file = json_pack("{s:O}", "model_cfg", config);
        char *text = file ? json_dumps(file, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
        if (!text || strcmp(last, name) >= 0) {
            fprintf(stderr, "%s: %s: %s\n", path, name, text ? "out of order" : "not to be written");
            rc = 1;
        } else {
            fputc('{', out);
            put_string(out, name);
            fputc(',', out);
            put_string(out, text);
            fputs("},\n", out);
        }
        last = name;
        free(text);
        json_decref(file);
    }
    fprintf(out, "};\n");
    json_decref(root);
    return rc;
}

int main(int argc, char **argv)
{
    FILE *out = argc == 4 ? fopen(argv[3], "w") : NULL;
    if (!out)
        return 2;
    int rc = strcmp(argv[1], "merges") == 0 ? embed_merges(argv[2], out)
             : strcmp(argv[1], "configs") == 0 ? embed_configs(argv[2], out) : 2;
    return fclose(out) == 0 ? rc : 1;
}
