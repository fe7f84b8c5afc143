/* SPDX-License-Identifier: Apache-2.0
 * Run by the build: writes data as a C table.  Usage: embed merges bpe_simple_vocab_16e6.txt.gz OUT.c
 *                                                     embed configs open_clip_configs.json OUT.c
 *                                                     embed weights open_clip_pretrained.json OUT.c */
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

static void put_optional(FILE *out, const json_t *row, const char *key, const char *before)
{
    const char *text = json_string_value(json_object_get(row, key));
    if (!text) {
        fputs("NULL,", out);
        return;
    }
    fputs(before, out);
    put_string(out, text);
    fputc(',', out);
}

/* A number of the row; `without`: it has none. */
static void put_number(FILE *out, const json_t *row, const char *key, double without)
{
    const json_t *value = json_object_get(row, key);
    fprintf(out, "%.9g,", value ? json_number_value(value) : without);
}

/* {"weights": [{"name", "repository", ...}, ...]}, in the order of names -> descry_pretrained */
static int embed_weights(const char *path, FILE *out)
{
    json_error_t where;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &where), *row;
    const char *last = "";
    size_t i;
    int rc = 0;
    if (!root) {
        fprintf(stderr, "%s: line %d: %s\n", path, where.line, where.text);
        return 1;
    }
    fprintf(out, "#include \"model/zoo_configs.h\"\n\nconst size_t descry_zoo_weights_count = %zu;\n"
                 "const descry_zoo_weights descry_zoo_published[] = {\n", json_array_size(json_object_get(root, "weights")));
    json_array_foreach(json_object_get(root, "weights"), i, row)
    {
        const json_t *preprocess = json_object_get(row, "preprocess");
        const char *name = json_string_value(json_object_get(row, "name"));
        char *text = preprocess ? json_dumps(preprocess, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(9)) : NULL;
        if (!name || strcmp(last, name) >= 0 || !json_object_get(row, "repository") || (preprocess && !text)) {
            fprintf(stderr, "%s: row %zu: without a name, or out of order\n", path, i);
            rc = 1;
            break;
        }
        last = name;
        fputs("{{", out);
        put_optional(out, row, "name", "");
        put_optional(out, row, "repository", "\"hf-hub:\"");
        put_optional(out, row, "file", "");
        put_optional(out, row, "url", "");
        put_optional(out, row, "licence", "");
        fprintf(out, "%d,", (int)json_is_true(json_object_get(row, "quick_gelu")));
        fprintf(out, "%lld,", (long long)json_integer_value(json_object_get(row, "parameters")));
        put_number(out, row, "coco", -1);
        put_number(out, row, "flickr", -1);
        put_number(out, row, "imagenet", -1);
        fputs("},", out);
        if (text)
            put_string(out, text);
        else
            fputs("NULL", out);
        fputs("},\n", out);
        free(text);
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
             : strcmp(argv[1], "configs") == 0 ? embed_configs(argv[2], out)
             : strcmp(argv[1], "weights") == 0 ? embed_weights(argv[2], out) : 2;
    return fclose(out) == 0 ? rc : 1;
}
