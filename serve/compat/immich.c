/* SPDX-License-Identifier: Apache-2.0
 * Immich's machine learning service: embeddings for its smart search.  docs/immich.md.
 *
 * POST /predict has the fields "entries", {"clip": {"visual" or "textual": {"modelName", "options"}}}, and "image" or "text". */
#include "compat/compat.h"
#include "compat/multipart.h"

#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <unistr.h>

enum { MOST_PARTS = 16 };

typedef enum task { CLIP, FACES, OCR, TASKS } task;
typedef enum kind { VISUAL, TEXTUAL, DETECTION, RECOGNITION, KINDS } kind;

static const char *const task_names[TASKS] = {"clip", "facial-recognition", "ocr"};
static const char *const kind_names[KINDS] = {"visual", "textual", "detection", "recognition"};

/* What is asked for: a model's name, owned by the JSON; NULL: not that. */
typedef struct wanted {
    json_t *entries;
    const char *models[TASKS][KINDS];
    size_t count;
} wanted;

static int detail(serve_reply *reply, unsigned status, const char *message, descry_error *err)
{
    serve_reply_clear(reply);
    reply->status = status;
    return serve_reply_json(reply, json_pack("{s:o}", "detail", serve_json_text(message)), err);
}

static int index_of(const char *const *names, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

/* {"modelName": text, "options": {}}: its name; NULL: something else.  What is in the options is for the original. */
static const char *model_of(json_t *entry)
{
    json_t *options = json_object_get(entry, "options");
    bool good = json_object_size(entry) == (options ? 2u : 1u) && (!options || json_is_object(options));
    return good ? json_string_value(json_object_get(entry, "modelName")) : NULL;
}

/* False: not of the right shape. */
static bool read_task(wanted *w, int t, json_t *kinds)
{
    const char *key;
    json_t *entry;
    if (!json_is_object(kinds))
        return false;
    json_object_foreach(kinds, key, entry) {
        int k = index_of(kind_names, KINDS, key);
        if (k < 0 || (t == CLIP) != (k == VISUAL || k == TEXTUAL) || !(w->models[t][k] = model_of(entry)))
            return false;
        w->count++;
    }
    return true;
}

static bool read_entries(wanted *w, const serve_part *part)
{
    const char *key;
    json_t *kinds;
    w->entries = json_loadb(part->data, part->size, JSON_REJECT_DUPLICATES, NULL);
    bool good = json_is_object(w->entries);
    if (good)
        json_object_foreach(w->entries, key, kinds) {
            int t = index_of(task_names, TASKS, key);
            good = good && t >= 0 && read_task(w, t, kinds);
        }
    return good;
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

/* As Python's " ".join(text.split()): str.isspace is Unicode's White_Space and the four separators of ASCII. */
static char *join_words(const char *text, size_t size)
{
    char *clean = malloc(size + 1);
    size_t n = 0;
    bool blank = false;
    for (size_t i = 0; clean && i < size;) {
        ucs4_t c;
        int length = u8_mbtoucr(&c, (const uint8_t *)text + i, size - i);
        if (length > 0 && (uc_is_property_white_space(c) || (c >= 0x1C && c <= 0x1F))) {
            blank = n > 0;
        } else {
            length = length > 0 ? length : 1;
            if (blank)
                clean[n++] = ' ';
            blank = false;
            memcpy(clean + n, text + i, (size_t)length);
            n += (size_t)length;
        }
        i += (size_t)length;
    }
    if (clean)
        clean[n] = 0;
    return clean;
}

static int embed_text(descry_model *model, const serve_part *part, float *vector, descry_error *err)
{
    char *clean = join_words(part->data, part->size);
    const char *text = clean;
    int rc = clean ? descry_embed_texts(model, &text, 1, 1, vector, err) : serve_fail_memory(err);
    free(clean);
    return rc;
}

/* ---- pictures ---------------------------------------------------------------------------------------------------- */

static int embed_image(serve_worker *worker, descry_model *model, const serve_part *part, float *vector, int *width, int *height,
                       descry_error *err)
{
    descry_preprocess_options how = DESCRY_PREPROCESS_OPTIONS_INIT;
    how.reference = 2;
    how.pillow = 12;
    int rc = descry_measure_memory(worker->server->ctx, part->data, part->size, "image", &how, width, height, err);
    return rc ? rc : descry_embed_memory(model, part->data, part->size, "image", &how, 1, vector, err);
}

/* ---- the answer -------------------------------------------------------------------------------------------------- */

/* The embedding is a text that holds a JSON array: Immich hands it to its database as it is. */
static int answer(const float *vector, size_t dim, bool has_size, int width, int height, serve_reply *reply, descry_error *err)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    if (!to)
        return serve_fail_memory(err);
    serve_numbers_write(to, vector, dim);
    json_t *object = fclose(to) ? NULL : json_pack("{s:s}", "clip", text);
    free(text);
    if (object && has_size) {
        json_object_set_new(object, "imageHeight", json_integer(height));
        json_object_set_new(object, "imageWidth", json_integer(width));
    }
    return serve_reply_json(reply, object, err);
}

static int hold(serve_worker *worker, const char *name, descry_model **model, descry_error *err)
{
    char *clean = serve_compat_clean(name), *own = NULL;
    descry_error why = {0};
    int rc = clean ? serve_compat_model(worker, clean, &own, &why) : serve_fail_memory(&why);
    rc = rc ? rc : serve_model_hold(worker, own, model, &why);
    if (rc == DESCRY_ERR_NOT_FOUND && own)
        serve_fail(err, rc, "Failed to load model '%s': it is not installed here: descry pull %s", clean, own);
    else if (rc)
        serve_fail(err, rc, "Failed to load model '%s': %.800s", clean ? clean : name, why.message);
    free(clean);
    free(own);
    return rc;
}

static int encode(serve_worker *worker, const char *name, const serve_part *image, const serve_part *text, serve_reply *reply,
                  descry_error *err)
{
    descry_model *model;
    descry_error why = {0};
    int width = 0, height = 0;
    int rc = hold(worker, name, &model, &why);
    if (rc)
        return detail(reply, 500, why.message, err);
    size_t dim = (size_t)descry_model_get_info(model)->dim;
    float *vector = malloc(dim * sizeof *vector);
    if (!vector)
        rc = serve_fail_memory(&why);
    else if (image)
        rc = embed_image(worker, model, image, vector, &width, &height, &why);
    else
        rc = embed_text(model, text, vector, &why);
    serve_model_release(worker->server, &model);
    rc = rc ? detail(reply, rc == DESCRY_ERR_MEMORY ? 503 : 500, why.message, err)
            : answer(vector, dim, image != NULL, width, height, reply, err);
    free(vector);
    return rc;
}

/* ---- tasks of others --------------------------------------------------------------------------------------------- */

static int pass_on(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    const char *base = worker->server->options->immich_fallback, path[] = "/predict";
    descry_error why = {0};
    if (!base)
        return detail(reply, 501, "descry serves smart search only: faces and text in pictures need --immich-fallback", err);
    size_t length = strlen(base);
    char *url = malloc(length + sizeof path);
    if (!url)
        return serve_fail_memory(err);
    while (length > 0 && base[length - 1] == '/')
        length--;
    memcpy(url, base, length);
    memcpy(url + length, path, sizeof path);
    int rc = serve_pass_on(worker->server, url, request, reply, &why);
    free(url);
    return rc ? detail(reply, 502, why.message, err) : 0;
}

/* A request whose entries are right. */
static int predict(serve_worker *worker, const serve_request *request, const wanted *w, const serve_part *image,
                   const serve_part *text, serve_reply *reply, descry_error *err)
{
    bool others = false;
    for (int t = FACES; t < TASKS; t++) {
        if (w->models[t][RECOGNITION] && !w->models[t][DETECTION])
            return detail(reply, 400, "recognition is asked for without detection", err);
        others |= w->models[t][DETECTION] != NULL;
    }
    if (text && text->size == 0) /* an empty field of a form is none */
        text = NULL;
    if (!image && !text)
        return detail(reply, 400, "Either image or text must be provided", err);
    if (others)
        return pass_on(worker, request, reply, err);
    const char *visual = w->models[CLIP][VISUAL], *textual = w->models[CLIP][TEXTUAL];
    if (image ? !visual || textual : visual || !textual)
        return detail(reply, 400, image ? "an image is for the task clip.visual alone" : "a text is for the task clip.textual alone", err);
    if (!image && (memchr(text->data, 0, text->size) || u8_check((const uint8_t *)text->data, text->size)))
        return detail(reply, 400, "the text is not UTF-8", err);
    return encode(worker, image ? visual : textual, image, text, reply, err);
}

static int serve_predict(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    static const char missing[] = "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"entries\"],\"msg\":\"Field required\",\"input\":null}]}";
    serve_part parts[MOST_PARTS];
    wanted w = {0};
    size_t count;
    int rc;
    const char *wrong = serve_multipart(request->headers[SERVE_CONTENT_TYPE], request->body, request->size, parts, MOST_PARTS, &count);
    if (wrong) {
        char message[160];
        snprintf(message, sizeof message, "There was an error parsing the body: %s", wrong);
        return detail(reply, 400, message, err);
    }
    const serve_part *entries = serve_part_of(parts, count, "entries");
    if (!entries) {
        reply->status = 422;
        reply->type = "application/json";
        reply->fixed = missing;
        reply->size = sizeof missing - 1;
        return 0;
    }
    if (!read_entries(&w, entries))
        rc = detail(reply, 422, "Invalid request format.", err);
    else if (w.count == 0)
        rc = detail(reply, 422, "No model task requested.", err);
    else
        rc = predict(worker, request, &w, serve_part_of(parts, count, "image"), serve_part_of(parts, count, "text"), reply, err);
    json_decref(w.entries);
    return rc;
}

static int serve_ping(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    (void)worker, (void)request, (void)err;
    reply->type = "text/plain; charset=utf-8";
    reply->fixed = "pong";
    reply->size = 4;
    return 0;
}

static int serve_hello(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    (void)worker, (void)request, (void)err;
    reply->type = "application/json";
    reply->fixed = "{\"message\":\"Immich ML\"}";
    reply->size = strlen(reply->fixed);
    return 0;
}

/* Nothing else may be here: this listener asks nobody for a token. */
const serve_route serve_immich_routes[] = {
    {"GET", "/", serve_hello, SERVE_OPEN | SERVE_AT_ONCE, 0},
    {"GET", "/ping", serve_ping, SERVE_OPEN | SERVE_AT_ONCE, 0},
    {"POST", "/predict", serve_predict, SERVE_OPEN, SERVE_UPLOAD},
    {NULL, NULL, NULL, 0, 0},
};
