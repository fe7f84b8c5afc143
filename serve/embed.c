/* SPDX-License-Identifier: Apache-2.0
 * Run by the build: writes the files of the page, compressed, as a C table.  Usage: embed-page OUT.c FILE... */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MOST = 1 << 20 };

static const char *type_of(const char *name)
{
    static const char *const types[][2] = {{".html", "text/html; charset=utf-8"}, {".css", "text/css; charset=utf-8"},
                                           {".js", "text/javascript; charset=utf-8"}, {".svg", "image/svg+xml"}};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strcmp(dot, types[i][0]) == 0)
            return types[i][1];
    return NULL;
}

/* The bytes of one file, as an array; its row of the table into `row`. */
static int embed(const char *path, int number, FILE *out, char *row, size_t room)
{
    static unsigned char plain[MOST], packed[MOST + 1024];
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *type = type_of(name);
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(plain, 1, sizeof plain, file) : 0;
    z_stream z = {0};
    if (file)
        fclose(file);
    if (!file || !type || size == sizeof plain || deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
        fprintf(stderr, "%s: cannot be embedded\n", path);
        return 1;
    }
    z.next_in = plain;
    z.avail_in = (unsigned)size;
    z.next_out = packed;
    z.avail_out = sizeof packed;
    int end = deflate(&z, Z_FINISH);
    deflateEnd(&z);
    fprintf(out, "static const unsigned char file_%d[] = {", number);
    for (unsigned long i = 0; i < z.total_out; i++)
        fprintf(out, "%s%u,", i % 24 ? "" : "\n", packed[i]);
    fprintf(out, "};\n");
    snprintf(row, room, "{\"%s\", \"%s\", \"\\\"%08lx-%zx\\\"\", file_%d, sizeof file_%d, %zu},\n", name, type,
             crc32(0, plain, (unsigned)size), size, number, number, size);
    return end == Z_STREAM_END ? 0 : 1;
}

int main(int argc, char **argv)
{
    enum { ROW = 512 };
    char *rows = calloc((size_t)argc, ROW);
    FILE *out = argc > 2 && rows ? fopen(argv[1], "w") : NULL;
    int rc = out ? 0 : 2;
    if (out)
        fprintf(out, "#include \"page.h\"\n\n");
    for (int i = 2; !rc && i < argc; i++)
        rc = embed(argv[i], i, out, rows + i * ROW, ROW);
    if (out)
        fprintf(out, "const serve_page_file serve_page_files[] = {\n");
    for (int i = 2; !rc && i < argc; i++)
        fputs(rows + i * ROW, out);
    if (out)
        fprintf(out, "{0}};\n");
    free(rows);
    return out && fclose(out) ? 1 : rc;
}
