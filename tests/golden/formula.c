/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include "formula.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

static uint32_t scramble(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x85EBCA6B;
    x ^= x >> 13;
    x *= 0xC2B2AE35;
    return x ^ x >> 16;
}

static uint32_t name_hash(const char *name)
{
    return (uint32_t)crc32(0, (const Bytef *)name, (uInt)strlen(name));
}

double formula_value(const char *name, uint32_t i)
{
    return 2 * (scramble(name_hash(name) ^ i * 0x9E3779B1u) / 4294967296.0) - 1;
}

/* ---- the tensors of a model, listed here independently of the loader --------------------------------------------- */

struct formula_writer {
    FILE *header, *data;
    uint64_t offset;
    descry_dtype dtype;
    formula_fault fault;
    const char *prefix; /* of every name in the header */
    int logit_dims;
    int first;
    size_t rows, columns; /* of the matrix that is being written */
};

static int ends(const char *name, const char *with)
{
    size_t n = strlen(name), m = strlen(with);
    return n >= m && strcmp(name + n - m, with) == 0;
}

/* FORMULA_TALKATIVE: values [start ..] of the projection [W, V] */
static void make_talkative(const formula_writer *w, float *values, size_t n, size_t start, uint32_t hash, double scale)
{
    enum { END = 49407, LIKELY = 2870 };
    float times = (float)sqrt((double)w->columns / (double)w->rows);
    for (size_t j = 0; j < n; j++) {
        values[j] *= times;
        if (w->fault == FORMULA_TALKATIVE_ENDS && (start + j) % w->columns == END) {
            uint32_t from = (uint32_t)(start + j - END + LIKELY);
            values[j] = 1.05f * ((float)(scale * (2 * (scramble(hash ^ from * 0x9E3779B1u) * 0x1p-32) - 1)) * times);
        }
    }
}

static void write_values(formula_writer *w, const char *name, size_t count, double offset, double scale)
{
    enum { CHUNK = 1 << 16 };
    static float values[CHUNK];
    static uint16_t halves[CHUNK];
    uint32_t hash = name_hash(name);
    for (size_t i = 0; i < count; i += CHUNK) {
        size_t n = count - i < CHUNK ? count - i : CHUNK;
        for (size_t j = 0; j < n; j++) {
            double v = 2 * (scramble(hash ^ (uint32_t)(i + j) * 0x9E3779B1u) * 0x1p-32) - 1;
            values[j] = (float)(offset + scale * v);
        }
        if (w->fault >= FORMULA_TALKATIVE && strcmp(name, "text_decoder.text_projection") == 0)
            make_talkative(w, values, n, i, hash, scale);
        if (w->dtype == DESCRY_F32 && w->fault == FAULT_HALF)
            for (size_t j = 0; j < n; j++)
                values[j] = descry_f16_to_f32(descry_f32_to_f16(values[j]));
        for (size_t j = 0; w->dtype != DESCRY_F32 && j < n; j++) {
            uint32_t bits;
            memcpy(&bits, &values[j], 4);
            halves[j] = w->dtype == DESCRY_F16 ? descry_f32_to_f16(values[j])
                                               : (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
        }
        size_t written = w->dtype == DESCRY_F32 ? fwrite(values, 4, n, w->data) : fwrite(halves, 2, n, w->data);
        assert_int_equal(written, n);
    }
}

void formula_tensor(formula_writer *w, const char *prefix, const char *rest, int dims, size_t a, size_t b, size_t c,
                    size_t d)
{
    char name[256];
    snprintf(name, sizeof name, "%s%s", prefix, rest);
    size_t shape[4] = {a, b, c, d}, count = 1;
    for (int i = 0; i < dims; i++)
        count *= shape[i];
    double offset = 0, scale = 0.1;
    if (strcmp(name, "logit_scale") == 0)
        offset = 2.5, scale = 0;
    else if (strcmp(name, "logit_bias") == 0)
        offset = -10, scale = 0;
    else if (dims >= 2)
        scale = sqrt(3.0 / (double)(count / shape[0]));
    else if (ends(name, ".weight") || ends(name, ".running_var"))
        offset = 1, scale = 0.2;
    w->rows = shape[0];
    w->columns = count / shape[0];
    if (w->fault == FAULT_BIAS && ends(name, "resblocks.1.mlp.c_fc.bias"))
        scale = 0;
    size_t bytes = count * descry_dtype_size(w->dtype);
    fprintf(w->header, "%s\"%s%s\":{\"dtype\":\"%s\",\"shape\":[", w->first ? "{" : ",", w->prefix, name,
            w->dtype == DESCRY_F32 ? "F32" : w->dtype == DESCRY_F16 ? "F16" : "BF16");
    for (int i = 0; i < dims; i++)
        fprintf(w->header, "%s%zu", i ? "," : "", shape[i]);
    fprintf(w->header, "],\"data_offsets\":[%llu,%llu]}", (unsigned long long)w->offset,
            (unsigned long long)(w->offset + bytes));
    w->offset += bytes;
    w->first = 0;
    write_values(w, name, count, offset, scale);
}

void formula_pair(formula_writer *w, const char *prefix, const char *rest, int dims, size_t n, size_t k)
{
    char weight[32], bias[32];
    snprintf(weight, sizeof weight, "%.20s.weight", rest);
    snprintf(bias, sizeof bias, "%.20s.bias", rest);
    formula_tensor(w, prefix, weight, dims, n, k, 0, 0);
    formula_tensor(w, prefix, bias, 1, n, 0, 0, 0);
}

static void blocks(formula_writer *w, const descry_block_config *c, const char *prefix, int cross)
{
    size_t width = (size_t)c->width, mlp = (size_t)c->mlp;
    for (int i = 0; i < c->layers; i++) {
        char name[256];
        snprintf(name, sizeof name, "%s.%d.", prefix, i);
        formula_pair(w, name, "ln_1", 1, width, 0);
        if (cross)
            formula_pair(w, name, "ln_1_kv", 1, width, 0);
        formula_tensor(w, name, "attn.in_proj_weight", 2, 3 * width, width, 0, 0);
        formula_tensor(w, name, "attn.in_proj_bias", 1, 3 * width, 0, 0, 0);
        formula_pair(w, name, "attn.out_proj", 2, width, width);
        formula_pair(w, name, "ln_2", 1, width, 0);
        formula_pair(w, name, "mlp.c_fc", 2, mlp, width);
        formula_pair(w, name, "mlp.c_proj", 2, width, mlp);
        if (c->layer_scale) {
            formula_tensor(w, name, "ls_1.gamma", 1, width, 0, 0, 0);
            formula_tensor(w, name, "ls_2.gamma", 1, width, 0, 0, 0);
        }
    }
}

static void vision(formula_writer *w, const descry_image_tower *tower)
{
    const descry_vit *c = (const descry_vit *)tower;
    size_t e = c->tower.dim, width = (size_t)c->block.width, pooled = c->attentional_pool ? e : width;
    formula_tensor(w, "visual.", "class_embedding", 1, width, 0, 0, 0);
    formula_tensor(w, "visual.", "positional_embedding", 2, c->patches + 1, width, 0, 0);
    formula_tensor(w, "visual.", "proj", 2, pooled, e, 0, 0);
    formula_tensor(w, "visual.", "conv1.weight", 4, width, 3, c->conv.height, c->conv.width);
    if (!c->no_ln_pre)
        formula_pair(w, "visual.", "ln_pre", 1, width, 0);
    blocks(w, &c->block, "visual.transformer.resblocks", 0);
    if (c->attentional_pool) {
        const char *pool = "visual.attn_pool.";
        formula_tensor(w, pool, "query", 2, c->pooler.queries, e, 0, 0);
        formula_tensor(w, pool, "attn.in_proj_bias", 1, 3 * e, 0, 0, 0);
        if (width == e) {
            formula_tensor(w, pool, "attn.in_proj_weight", 2, 3 * e, e, 0, 0);
        } else {
            formula_tensor(w, pool, "attn.q_proj_weight", 2, e, e, 0, 0);
            formula_tensor(w, pool, "attn.k_proj_weight", 2, e, width, 0, 0);
            formula_tensor(w, pool, "attn.v_proj_weight", 2, e, width, 0, 0);
        }
        formula_pair(w, pool, "attn.out_proj", 2, e, e);
        formula_pair(w, pool, "ln_q", 1, e, 0);
        formula_pair(w, pool, "ln_k", 1, width, 0);
    }
    formula_pair(w, "visual.", "ln_post", 1, pooled, 0);
}

static void text(formula_writer *w, const descry_native_text *c)
{
    const char *prefix = c->prefix;
    size_t e = c->tower.dim, width = (size_t)c->block.width;
    char name[256];
    formula_tensor(w, prefix, "positional_embedding", 2, c->tower.context_length + c->embed_cls, width, 0, 0);
    if (c->embed_cls)
        formula_tensor(w, prefix, "cls_emb", 1, width, 0, 0, 0);
    if (c->project && c->project_bias)
        formula_pair(w, prefix, "text_projection", 2, e, width);
    else if (c->project)
        formula_tensor(w, prefix, "text_projection", 2, width, e, 0, 0);
    formula_tensor(w, prefix, "token_embedding.weight", 2, c->tower.vocab_size, width, 0, 0);
    snprintf(name, sizeof name, "%stransformer.resblocks", prefix);
    blocks(w, &c->block, name, 0);
    formula_pair(w, prefix, "ln_final", 1, width, 0);
}

static void decoder(formula_writer *w, const descry_coca *c, size_t vocabulary)
{
    if (!c)
        return;
    blocks(w, &c->block, "text_decoder.resblocks", 0);
    blocks(w, &c->block, "text_decoder.cross_attn", 1);
    formula_pair(w, "text_decoder.", "ln_final", 1, (size_t)c->block.width, 0);
    formula_tensor(w, "text_decoder.", "text_projection", 2, (size_t)c->block.width, vocabulary, 0, 0);
}

/* ---- the file: the data is written first, behind room for the header ---------------------------------------------- */

enum { HEADER_ROOM = 1 << 18 };

static char *write_weights(const descry_network *network, descry_dtype dtype, formula_fault fault, const char *prefix,
                           int logit_dims, formula_image *image)
{
    const char *root = getenv("DESCRY_BUILD_ROOT");
    char *path = malloc(4096), *json = NULL;
    size_t size;
    snprintf(path, 4096, "%s/formula-XXXXXX", root ? root : "/tmp");
    int fd = mkstemp(path);
    formula_writer w = {.header = open_memstream(&json, &size), .data = fd < 0 ? NULL : fdopen(fd, "w"), .dtype = dtype,
                .fault = fault, .prefix = prefix, .logit_dims = logit_dims, .first = 1};
    assert_non_null(w.header);
    assert_non_null(w.data);
    assert_int_equal(fseek(w.data, 8 + HEADER_ROOM, SEEK_SET), 0);
    image(&w, network->image);
    if (network->text->family == &descry_native_text_family) /* others' are written with the picture's */
        text(&w, formula_text(network));
    decoder(&w, network->coca, network->text->vocab_size);
    formula_tensor(&w, "", "logit_scale", w.logit_dims, 1, 0, 0, 0);
    if (network->has_logit_bias)
        formula_tensor(&w, "", "logit_bias", w.logit_dims, 1, 0, 0, 0);
    fprintf(w.header, "}");
    assert_int_equal(fclose(w.header), 0);
    assert_true(size <= HEADER_ROOM);
    assert_int_equal(fseek(w.data, 0, SEEK_SET), 0);
    uint64_t room = HEADER_ROOM; /* little-endian, as every machine these tests run on */
    fwrite(&room, 8, 1, w.data);
    fprintf(w.data, "%-*s", HEADER_ROOM, json);
    assert_int_equal(fclose(w.data), 0);
    free(json);
    return path;
}

char *formula_file(const descry_network *network, descry_dtype dtype, formula_fault fault)
{
    return write_weights(network, dtype, fault, "", 0, vision);
}

char *formula_file_as(const descry_network *network, descry_dtype dtype, const char *prefix, int logit_dims)
{
    return write_weights(network, dtype, FAULT_NONE, prefix, logit_dims, vision);
}

void formula_load(descry_network *network, descry_dtype dtype, formula_fault fault)
{
    formula_load_with(network, vision, dtype, fault);
}

char *formula_file_with(const descry_network *network, formula_image *image, descry_dtype dtype, formula_fault fault)
{
    return write_weights(network, dtype, fault, "", 0, image);
}

void formula_load_with(descry_network *network, formula_image *image, descry_dtype dtype, formula_fault fault)
{
    char *path = formula_file_with(network, image, dtype, fault);
    descry_error err;
    int rc = descry_network_load(network, path, NULL, &err);
    unlink(path);
    free(path);
    check_rc(rc, &err);
}

descry_pictures formula_pictures(const descry_network *network, size_t n, formula_fault fault)
{
    size_t w = network->image->width, h = network->image->height;
    float *values = malloc(n * 3 * h * w * sizeof *values);
    assert_non_null(values);
    uint32_t hash = name_hash("image");
    for (size_t i = 0; i < n * 3 * h * w; i++) {
        size_t x = i % w, y = i / w % h, from = i;
        if (fault == FAULT_TRANSPOSE) { /* of square patches in a square grid */
            size_t pw = formula_vit(network)->conv.width;
            from = i - y * w - x + (x / pw * pw + y % pw) * w + y / pw * pw + x % pw;
        }
        double v = 2 * (scramble(hash ^ (uint32_t)from * 0x9E3779B1u) * 0x1p-32) - 1;
        values[i] = (float)(2 * v);
    }
    return (descry_pictures){.n = n, .width = w, .height = h, .values = values};
}

int formula_encode_pictures(const descry_network *network, const descry_engine *engine, const descry_pictures *pictures,
                            float *out, float *tokens, descry_error *err)
{
    return network->image->family->encode(network->image, engine, pictures, out, tokens, err);
}

int formula_encode_ids(const descry_network *network, const descry_engine *engine, const int32_t *ids, size_t n, float *out,
                       descry_error *err)
{
    return network->text->family->encode(network->text, engine, ids, n, out, err);
}
