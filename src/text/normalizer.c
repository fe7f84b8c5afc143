/* SPDX-License-Identifier: Apache-2.0
 * The normalizers of Hugging Face's tokenizers 0.21 (tokenizers/src/normalizers). */
#include "text/normalizer.h"

#include "base/error.h"
#include "text/bert_tables.h"
#include "text/charsmap.h"
#include "text/classes.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <uninorm.h>
#include <unictype.h>

enum { MOST_STEPS = 64, DEPTH = 8 };

typedef struct descry_normal_step {
    int (*apply)(const struct descry_normal_step *step, descry_text *text, descry_error *err);
    descry_charsmap map;
    descry_text from, to; /* Replace, Prepend */
    uninorm_t form;
    bool left, right;                                /* Strip */
    bool clean, chinese, strip_accents, lowercase;   /* BertNormalizer */
} step;

/* ---- steps --------------------------------------------------------------------------------------------------------- */

static int apply_charsmap(const step *s, descry_text *text, descry_error *err)
{
    return descry_charsmap_apply(&s->map, text, err);
}

static int apply_form(const step *s, descry_text *text, descry_error *err)
{
    size_t size;
    if (text->size == 0)
        return 0;
    uint32_t *data = u32_normalize(s->form, text->data, text->size, NULL, &size);
    if (!data)
        return descry_fail_memory(err);
    free(text->data);
    *text = (descry_text){data, size, size};
    return 0;
}

/* Character by character, so that no sigma is a final one, as Rust's char::to_lowercase. */
static int apply_lowercase(const step *s, descry_text *text, descry_error *err)
{
    (void)s;
    descry_text out = {0};
    int rc = 0;
    for (size_t i = 0; i < text->size && !rc; i++) {
        rc = descry_text_put(&out, text->data[i] == 0x130 ? 'i' : uc_tolower(text->data[i]), err);
        if (!rc && text->data[i] == 0x130) /* the one whose lower case is two */
            rc = descry_text_put(&out, 0x307, err);
    }
    if (!rc)
        descry_text_take(text, &out);
    descry_text_free(&out);
    return rc;
}

static int apply_strip(const step *s, descry_text *text, descry_error *err)
{
    (void)err;
    size_t begin = 0;
    while (s->right && text->size && uc_is_property_white_space(text->data[text->size - 1]))
        text->size--;
    while (s->left && begin < text->size && uc_is_property_white_space(text->data[begin]))
        begin++;
    text->size -= begin;
    if (begin)
        memmove(text->data, text->data + begin, text->size * sizeof *text->data);
    return 0;
}

static int apply_prepend(const step *s, descry_text *text, descry_error *err)
{
    descry_text out = {0};
    int rc = text->size ? descry_text_put_all(&out, s->to.data, s->to.size, err) : 0;
    if (!rc)
        rc = descry_text_put_all(&out, text->data, text->size, err);
    if (!rc)
        descry_text_take(text, &out);
    descry_text_free(&out);
    return rc;
}

static int apply_replace(const step *s, descry_text *text, descry_error *err)
{
    descry_text out = {0};
    size_t n = s->from.size;
    int rc = 0;
    for (size_t i = 0; i < text->size && !rc;) {
        bool here = text->size - i >= n && memcmp(text->data + i, s->from.data, n * sizeof *text->data) == 0;
        rc = here ? descry_text_put_all(&out, s->to.data, s->to.size, err) : descry_text_put(&out, text->data[i], err);
        i += here ? n : 1;
    }
    if (!rc)
        descry_text_take(text, &out);
    descry_text_free(&out);
    return rc;
}

/* " {2,}", which files made from SentencePiece's models have, and the only pattern there is in them. */
static int apply_replace_spaces(const step *s, descry_text *text, descry_error *err)
{
    descry_text out = {0};
    int rc = 0;
    for (size_t i = 0, n; i < text->size && !rc; i += n) {
        n = 0;
        while (i + n < text->size && text->data[i + n] == ' ')
            n++;
        if (n > 1)
            rc = descry_text_put_all(&out, s->to.data, s->to.size, err);
        else
            rc = descry_text_put(&out, text->data[i], err);
        n = n ? n : 1;
    }
    if (!rc)
        descry_text_take(text, &out);
    descry_text_free(&out);
    return rc;
}

static bool is_chinese(uint32_t c)
{
    static const uint32_t ranges[][2] = {{0x4E00, 0x9FFF}, {0x3400, 0x4DBF}, {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F},
                                         {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF}, {0xF900, 0xFAFF}, {0x2F800, 0x2FA1F}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i][0] && c <= ranges[i][1])
            return true;
    return false;
}

static void drop_accents(descry_text *text)
{
    size_t n = 0;
    for (size_t i = 0; i < text->size; i++)
        if (!DESCRY_IN_RANGES(bert_accents, text->data[i]))
            text->data[n++] = text->data[i];
    text->size = n;
}

static int apply_bert(const step *s, descry_text *text, descry_error *err)
{
    descry_text out = {0};
    int rc = 0;
    for (size_t i = 0; i < text->size && !rc; i++) {
        uint32_t c = text->data[i];
        if (s->clean && DESCRY_IN_RANGES(bert_removed, c))
            continue;
        if (s->clean && uc_is_property_white_space(c))
            c = ' ';
        bool apart = s->chinese && is_chinese(c);
        if (apart)
            rc = descry_text_put(&out, ' ', err);
        if (!rc)
            rc = descry_text_put(&out, c, err);
        if (!rc && apart)
            rc = descry_text_put(&out, ' ', err);
    }
    if (!rc)
        descry_text_take(text, &out);
    descry_text_free(&out);
    if (!rc && s->strip_accents) {
        rc = apply_form(s, text, err);
        drop_accents(text);
    }
    return rc || !s->lowercase ? rc : apply_lowercase(s, text, err);
}

/* ---- reading ------------------------------------------------------------------------------------------------------- */

static int read_string(descry_text *text, const json_t *json, const char *what, const char *name, descry_error *err)
{
    return json_is_string(json) ? descry_text_decode(text, json_string_value(json), json_string_length(json), err)
                                : descry_fail(err, DESCRY_ERR_FORMAT, "%s: %s is not a string", name, what);
}

static int read_charsmap(step *s, const json_t *json, const char *name, descry_error *err)
{
    const json_t *map = json_object_get(json, "precompiled_charsmap");
    s->apply = apply_charsmap;
    return json_is_string(map) ? descry_charsmap_read(&s->map, json_string_value(map), json_string_length(map), name, err)
                               : descry_fail(err, DESCRY_ERR_FORMAT, "%s: precompiled_charsmap is not a string", name);
}

static int read_replace(step *s, const json_t *json, const char *name, descry_error *err)
{
    const json_t *pattern = json_object_get(json, "pattern");
    const char *regex = json_string_value(json_object_get(pattern, "Regex"));
    s->apply = regex ? apply_replace_spaces : apply_replace;
    int rc = read_string(&s->to, json_object_get(json, "content"), "normalizer.Replace.content", name, err);
    if (!rc && regex && strcmp(regex, " {2,}") != 0)
        rc = descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: normalizer Replace of the pattern %.80s is not supported", name, regex);
    if (!rc && !regex)
        rc = read_string(&s->from, json_object_get(pattern, "String"), "normalizer.Replace.pattern", name, err);
    if (!rc && !regex && s->from.size == 0)
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: normalizer.Replace.pattern is empty", name);
    return rc;
}

static int read_prepend(step *s, const json_t *json, const char *name, descry_error *err)
{
    s->apply = apply_prepend;
    return read_string(&s->to, json_object_get(json, "prepend"), "normalizer.Prepend.prepend", name, err);
}

static bool flag(const json_t *json, const char *key, bool fallback)
{
    const json_t *value = json_object_get(json, key);
    return json_is_boolean(value) ? json_is_true(value) : fallback;
}

static int read_strip(step *s, const json_t *json, const char *name, descry_error *err)
{
    (void)name, (void)err;
    s->apply = apply_strip;
    s->left = flag(json, "strip_left", true);
    s->right = flag(json, "strip_right", true);
    return 0;
}

static int read_bert(step *s, const json_t *json, const char *name, descry_error *err)
{
    (void)name, (void)err;
    s->apply = apply_bert;
    s->form = UNINORM_NFD;
    s->clean = flag(json, "clean_text", true);
    s->chinese = flag(json, "handle_chinese_chars", true);
    s->lowercase = flag(json, "lowercase", true);
    s->strip_accents = flag(json, "strip_accents", s->lowercase); /* null: as lowercase */
    return 0;
}

static int read_lowercase(step *s, const json_t *json, const char *name, descry_error *err)
{
    (void)json, (void)name, (void)err;
    s->apply = apply_lowercase;
    return 0;
}

static int read_form(step *s, const json_t *json, const char *name, descry_error *err)
{
    (void)name, (void)err;
    const char *type = json_string_value(json_object_get(json, "type"));
    s->apply = apply_form;
    s->form = strcmp(type, "NFC") == 0 ? UNINORM_NFC : strcmp(type, "NFD") == 0 ? UNINORM_NFD
              : strcmp(type, "NFKC") == 0 ? UNINORM_NFKC : UNINORM_NFKD;
    return 0;
}

static const struct {
    const char *type;
    int (*read)(step *s, const json_t *json, const char *name, descry_error *err);
} kinds[] = {
    {"Precompiled", read_charsmap}, {"Replace", read_replace}, {"Prepend", read_prepend}, {"Strip", read_strip},
    {"BertNormalizer", read_bert}, {"Lowercase", read_lowercase},
    {"NFC", read_form}, {"NFD", read_form}, {"NFKC", read_form}, {"NFKD", read_form},
};

static int read_step(descry_normalizer *n, const json_t *json, int depth, const char *name, descry_error *err)
{
    const char *type = json_string_value(json_object_get(json, "type"));
    if (!type || depth == DEPTH || n->count == MOST_STEPS)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: normalizer is %s", name, type ? "too long" : "without a type");
    if (strcmp(type, "Sequence") == 0) {
        const json_t *list = json_object_get(json, "normalizers");
        int rc = 0;
        for (size_t i = 0; i < json_array_size(list) && !rc; i++)
            rc = read_step(n, json_array_get(list, i), depth + 1, name, err);
        return rc;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(type, kinds[i].type) == 0)
            return kinds[i].read(&n->steps[n->count++], json, name, err);
    return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: normalizer %.40s is not supported", name, type);
}

int descry_normalizer_read(descry_normalizer *n, const json_t *json, const char *name, descry_error *err)
{
    *n = (descry_normalizer){0};
    if (!json || json_is_null(json))
        return 0;
    if (!(n->steps = calloc(MOST_STEPS, sizeof *n->steps)))
        return descry_fail_memory(err);
    int rc = read_step(n, json, 0, name, err);
    if (rc)
        descry_normalizer_free(n);
    return rc;
}

int descry_normalizer_apply(const descry_normalizer *n, descry_text *text, descry_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < n->count && !rc; i++)
        rc = n->steps[i].apply(&n->steps[i], text, err);
    return rc;
}

void descry_normalizer_free(descry_normalizer *n)
{
    for (size_t i = 0; i < n->count; i++) {
        descry_charsmap_free(&n->steps[i].map);
        descry_text_free(&n->steps[i].from);
        descry_text_free(&n->steps[i].to);
    }
    free(n->steps);
    *n = (descry_normalizer){0};
}
