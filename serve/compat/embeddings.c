/* SPDX-License-Identifier: Apache-2.0
 * Embeddings by the request of OpenAI, Infinity and Jina at once; docs/serve.md. */
#include "compat/compat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>

enum { MOST_TEXTS = 2048, MOST_PICTURES = 32, LONGEST_TEXT = 122880 * 4, LONGEST_URL = 2083 };

typedef struct element {
    const char *text, *picture; /* of the JSON; one of both is NULL */
    size_t size;
} element;

typedef struct wish {
    const char *model; /* NULL: the server's own */
    bool base64;
    size_t dimensions; /* 0: all */
    int normalize;
    element *elements; /* [count] */
    size_t count, texts;
} wish;

/* {"error": ...} as OpenAI has it. */
static int refuse(serve_reply *reply, unsigned status, const char *code, const char *param, const char *message, descry_error *err)
{
    json_t *error = json_pack("{s:o, s:s, s:s?, s:s?}", "message", serve_json_text(message), "type",
                              status >= 500 ? "server_error" : "invalid_request_error", "param", param, "code", code);
    serve_reply_clear(reply);
    reply->status = status;
    return serve_reply_json(reply, error ? json_pack("{s:o}", "error", error) : NULL, err);
}

/* ---- reading a request ------------------------------------------------------------------------------------------- */

/* One of the inputs; `pictures`: a mere string is a picture.  NULL: it is good; else what is wrong. */
static const char *read_element(json_t *value, bool pictures, element *e)
{
    json_t *text = json_is_object(value) ? json_object_get(value, "text") : pictures ? NULL : value;
    json_t *picture = json_is_object(value) ? json_object_get(value, "image") : pictures ? value : NULL;
    if (json_is_integer(value) || json_is_array(value))
        return "tokens are not accepted, as they belong to another model's vocabulary: send texts";
    if (json_is_string(text) == json_is_string(picture))
        return "each input is a text, {\"text\": ...} or {\"image\": ...}";
    *e = (element){json_string_value(text), json_string_value(picture), json_string_length(text ? text : picture)};
    return e->text && e->size > LONGEST_TEXT ? "a text of more than 122880 characters" : NULL;
}

static const char *read_input(json_t *input, bool pictures, wish *w)
{
    size_t n = json_is_array(input) ? json_array_size(input) : 1;
    const char *wrong = NULL;
    if (!input || n == 0)
        return "one text or picture, or more, is expected";
    if (n > MOST_TEXTS)
        return "more than 2048 inputs";
    w->elements = calloc(n, sizeof *w->elements);
    if (!w->elements)
        return "out of memory";
    for (; !wrong && w->count < n; w->count++) {
        wrong = read_element(json_is_array(input) ? json_array_get(input, w->count) : input, pictures, &w->elements[w->count]);
        w->texts += w->elements[w->count].text != NULL;
    }
    return !wrong && w->count - w->texts > MOST_PICTURES ? "more than 32 pictures" : wrong;
}

/* "float", "base64", or an array of one of them; nothing: float. */
static bool read_encoding(json_t *value, bool *base64)
{
    if (json_is_array(value) && json_array_size(value) == 1)
        value = json_array_get(value, 0);
    const char *name = json_string_value(value);
    *base64 |= name && strcmp(name, "base64") == 0;
    return !value || json_is_null(value) || (name && (strcmp(name, "float") == 0 || strcmp(name, "base64") == 0));
}

/* What is wrong, and of what; NULL: nothing. */
static const char *read_wish(json_t *o, wish *w, const char **param)
{
    json_t *model = json_object_get(o, "model"), *modality = json_object_get(o, "modality");
    json_t *dimensions = json_object_get(o, "dimensions"), *normalized = json_object_get(o, "normalized");
    const char *kind = modality && !json_is_null(modality) ? json_string_value(modality) : "text";
    w->normalize = !json_is_false(normalized);
    w->model = json_string_value(model);
    if (w->model && (!*w->model || strcmp(w->model, "default/not-specified") == 0))
        w->model = NULL;
    *param = "model";
    if (model && !json_is_null(model) && !json_is_string(model))
        return "a text is expected";
    *param = "encoding_format";
    if (!read_encoding(json_object_get(o, "encoding_format"), &w->base64))
        return "float or base64 is expected";
    *param = "embedding_type";
    if (!read_encoding(json_object_get(o, "embedding_type"), &w->base64))
        return "float or base64 is expected; other types are not made";
    *param = "dimensions";
    if (dimensions && !json_is_null(dimensions)) {
        json_int_t n = json_integer_value(dimensions);
        if (!json_is_integer(dimensions) || n < 0 || n > 1 << 20)
            return "a number is expected";
        w->dimensions = (size_t)n;
    }
    *param = "modality";
    if (!kind || (strcmp(kind, "text") != 0 && strcmp(kind, "image") != 0))
        return "text or image is expected";
    *param = "input";
    return read_input(json_object_get(o, "input"), strcmp(kind, "image") == 0, w);
}

/* ---- embeddings -------------------------------------------------------------------------------------------------- */

/* One picture: by http or https, a data URL, or base64 alone. */
static int embed_picture(descry_model *model, const element *e, int normalize, float *vector, descry_error *err)
{
    const char *text = e->picture;
    size_t length = e->size, size = 0;
    if (strncasecmp(text, "http://", 7) == 0 || strncasecmp(text, "https://", 8) == 0)
        return length > LONGEST_URL ? serve_fail(err, DESCRY_ERR_ARGUMENT, "a URL of more than %d characters", LONGEST_URL)
                                    : descry_embed_url(model, text, NULL, NULL, normalize, vector, err);
    if (strncasecmp(text, "data:", 5) == 0) {
        const char *comma = strchr(text, ',');
        if (!comma || comma - text < 7 || strncasecmp(comma - 7, ";base64", 7) != 0)
            return serve_fail(err, DESCRY_ERR_ARGUMENT, "a data URL of a picture ends in ;base64,... ");
        length -= (size_t)(comma + 1 - text);
        text = comma + 1;
    }
    uint8_t *bytes = serve_base64_decode(text, length, &size);
    if (!bytes)
        return serve_fail(err, DESCRY_ERR_ARGUMENT, "a picture is neither a URL nor base64");
    int rc = descry_embed_memory(model, bytes, size, "picture", NULL, normalize, vector, err);
    free(bytes);
    return rc;
}

/* All texts at once, pictures one by one, each to its place of vectors [count, dim]. */
static int embed(const wish *w, descry_model *model, size_t dim, float *vectors, descry_error *err)
{
    const char **texts = calloc(w->texts + 1, sizeof *texts);
    float *of_texts = calloc(w->texts * dim + 1, sizeof *of_texts);
    size_t n = 0;
    int rc = texts && of_texts ? 0 : serve_fail_memory(err);
    for (size_t i = 0; !rc && i < w->count; i++)
        if (w->elements[i].text)
            texts[n++] = w->elements[i].text;
    if (!rc && n)
        rc = descry_embed_texts(model, texts, n, w->normalize, of_texts, err);
    for (size_t i = 0, t = 0; !rc && i < w->count; i++)
        if (w->elements[i].text)
            memcpy(vectors + i * dim, of_texts + t++ * dim, dim * sizeof *vectors);
        else
            rc = embed_picture(model, &w->elements[i], w->normalize, vectors + i * dim, err);
    free(texts);
    free(of_texts);
    return rc;
}

/* The first `kept` of x, of length 1 again. */
static void cut(float *x, size_t kept, int normalize)
{
    double square = 0;
    for (size_t i = 0; i < kept; i++)
        square += (double)x[i] * x[i];
    double length = normalize && square > 0 ? sqrt(square) : 1;
    for (size_t i = 0; i < kept; i++)
        x[i] = (float)(x[i] / length);
}

static int count_tokens(const wish *w, const descry_model *model, size_t *tokens, descry_error *err)
{
    int rc = 0;
    *tokens = 0;
    for (size_t i = 0; !rc && i < w->count; i++) {
        int32_t *ids = NULL;
        size_t n = 0;
        if (w->elements[i].text)
            rc = descry_tokenize(NULL, model, w->elements[i].text, w->elements[i].size, &ids, &n, err);
        descry_free(ids);
        *tokens += n;
    }
    return rc;
}

/* Written without a tree of JSON, as there may be millions of numbers. */
static int write_answer(const wish *w, const char *model, const float *vectors, size_t dim, size_t tokens, serve_reply *reply,
                        descry_error *err)
{
    size_t kept = w->dimensions ? w->dimensions : dim;
    uint64_t number = 0;
    json_t *named = serve_json_text(model);
    char *name = named ? json_dumps(named, JSON_ENCODE_ANY) : NULL;
    FILE *to = name ? open_memstream(&reply->body, &reply->size) : NULL;
    int rc = to && getrandom(&number, sizeof number, 0) == (ssize_t)sizeof number ? 0 : serve_fail_memory(err);
    if (to)
        fprintf(to, "{\"object\":\"list\",\"data\":[");
    for (size_t i = 0; !rc && i < w->count; i++) {
        fprintf(to, "%s{\"object\":\"embedding\",\"index\":%zu,\"embedding\":", i ? "," : "", i);
        if (w->base64) {
            char *text = serve_numbers_base64(vectors + i * dim, kept);
            rc = text ? 0 : serve_fail_memory(err);
            fprintf(to, "\"%s\"", text ? text : "");
            free(text);
        } else {
            serve_numbers_write(to, vectors + i * dim, kept);
        }
        putc('}', to);
    }
    if (to)
        fprintf(to, "],\"model\":%s,\"usage\":{\"prompt_tokens\":%zu,\"total_tokens\":%zu},\"id\":\"descry-%016llx\",\"created\":%lld}", name,
                tokens, tokens, (unsigned long long)number, (long long)time(NULL));
    if (to && fclose(to) && !rc)
        rc = serve_fail_memory(err);
    json_decref(named);
    free(name);
    reply->type = "application/json; charset=utf-8";
    return rc;
}

static int answer(const wish *w, descry_model *model, serve_reply *reply, descry_error *err)
{
    const descry_model_info *info = descry_model_get_info(model);
    descry_error why = {0};
    size_t dim = (size_t)info->dim, tokens = 0;
    if (w->dimensions > dim)
        return refuse(reply, 400, "invalid_dimensions", "dimensions", "the model's embeddings are shorter", err);
    float *vectors = calloc(w->count * dim, sizeof *vectors);
    int rc = vectors ? embed(w, model, dim, vectors, &why) : serve_fail_memory(&why);
    for (size_t i = 0; !rc && w->dimensions && i < w->count; i++)
        cut(vectors + i * dim, w->dimensions, w->normalize);
    rc = rc ? rc : count_tokens(w, model, &tokens, &why);
    if (!rc)
        rc = write_answer(w, info->name, vectors, dim, tokens, reply, &why);
    free(vectors);
    if (!rc)
        return 0;
    return rc == DESCRY_ERR_MEMORY  ? refuse(reply, 503, "overloaded", NULL, why.message, err)
           : rc == DESCRY_ERR_NUMERIC ? refuse(reply, 500, "server_error", NULL, why.message, err)
                                      : refuse(reply, 400, "invalid_input", "input", why.message, err);
}

/* With a model for it. */
static int with_model(serve_worker *worker, const wish *w, serve_reply *reply, descry_error *err)
{
    descry_model *model;
    descry_error why = {0};
    char *own = NULL, message[1100];
    int rc = w->model ? serve_compat_model(worker, w->model, &own, &why) : 0;
    rc = rc ? rc : serve_model_hold(worker, own, &model, &why);
    free(own);
    if (rc) {
        snprintf(message, sizeof message, "Invalid model: %s", why.message);
        bool unknown = rc == DESCRY_ERR_NOT_FOUND;
        return refuse(reply, unknown ? 404 : 500, unknown ? "model_not_found" : "server_error", "model", message, err);
    }
    rc = answer(w, model, reply, err);
    serve_model_release(worker->server, &model);
    return rc;
}

int serve_embeddings(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    wish w = {0};
    json_t *object;
    descry_error why = {0};
    const char *param;
    if (serve_object_of(request, &object, &why))
        return refuse(reply, 400, "invalid_json", NULL, why.message, err);
    const char *wrong = read_wish(object, &w, &param);
    int rc;
    if (wrong) {
        char message[200];
        snprintf(message, sizeof message, "%s: %s", param, wrong);
        rc = refuse(reply, 400, "invalid_value", param, message, err);
    } else {
        rc = with_model(worker, &w, reply, err);
    }
    free(w.elements);
    json_decref(object);
    return rc;
}

/* ---- models ------------------------------------------------------------------------------------------------------ */

typedef struct listing {
    json_t *array;
    const char *own; /* listed already */
} listing;

static int add_model(json_t *array, const char *name)
{
    return json_array_append_new(array, json_pack("{s:o, s:s, s:i, s:s, s:[s, s]}", "id", serve_json_text(name), "object", "model",
                                                  "created", 0, "owned_by", "descry", "capabilities", "embed", "image_embed"));
}

static int add_installed(void *arg, const char *name, const descry_known_model *model)
{
    listing *to = arg;
    (void)model;
    return to->own && strcmp(to->own, name) == 0 ? 0 : add_model(to->array, name);
}

int serve_embedding_models(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    char *own = serve_model_name(worker);
    listing to = {json_array(), own};
    (void)request;
    int rc = to.array && (!own || add_model(to.array, own) == 0) ? 0 : serve_fail_memory(err);
    rc = rc ? rc : serve_compat_installed(add_installed, &to, err);
    free(own);
    if (!rc)
        return serve_reply_json(reply, json_pack("{s:s, s:o}", "object", "list", "data", to.array), err);
    json_decref(to.array);
    return rc;
}
