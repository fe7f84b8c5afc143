/* SPDX-License-Identifier: Apache-2.0
 * Embeddings into the library and out of it; pictures without a file. */
#define _GNU_SOURCE
#include "exif_fixture.h"
#include "library_fixture.h"
#include "npz_fixture.h"

#include "library/library.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NPY(descr, shape) "{'descr': '" descr "', 'fortran_order': False, 'shape': (" shape "), }"

static const char *three(fixture *f)
{
    float features[3 * FAKE_DIM];
    uint32_t urls[3 * WIDTH];
    fill_reds(features, urls, 3, "https://example.org/a/%d.jpg");
    const npz_array arrays[] = {{"features", NPY("<f4", "3, 8"), features, sizeof features},
                                {"urls", NPY("<U40", "3,"), urls, sizeof urls}};
    const char *path = at(f, "three.npz");
    npz_write(path, arrays, 2, 0);
    return path;
}

/* ---- what is imported ------------------------------------------------------------------------------------------- */

static int see_source(void *arg, const descry_match *match)
{
    assert_int_equal(match->source, 1);
    assert_string_equal(match->path, arg);
    assert_true(match->metadata->taken == DESCRY_NO_TIME && isnan(match->metadata->latitude));
    return 1;
}

static void rows_without_a_file_are_found(void **state)
{
    fixture *f = *state;
    import_ok(f, three(f), 3, 0, 0, 0);
    search_ok(f, "20 0 0", 3);
    assert_string_equal(f->paths[0], "https://example.org/a/1.jpg");
    assert_true(fabsf(f->scores[0] - 1) < 1e-3f);
    import_ok(f, three(f), 0, 0, 3, 0);
    descry_library_status status = status_of(f);
    assert_int_equal(status.photos, 3);
    assert_int_equal(status.sources, 3);
    assert_int_equal(status.contents, 3);
    assert_int_equal(status.models[0]->vectors, 3);
    char query[32], first[] = "https://example.org/a/1.jpg";
    assert_int_equal(search_each(f->library, &f->model, "20 0 0", NULL, see_source, first, &f->err), 0);
    snprintf(query, sizeof query, "#%lld", (long long)f->ids[0]);
    search_ok(f, query, 2); /* not itself */
    assert_string_equal(f->paths[0], "https://example.org/a/2.jpg");
    /* indexing does not miss them */
    picture(f, "mine.jpg", 0, 0, 255);
    index_ok(f, "");
    assert_counts(f, 1, 0, 0, 0, 0);
    index_ok(f, NULL);
    search_ok(f, "20 0 0", 4);
    assert_int_equal(status_of(f).missing, 0);
    /* a model that has not seen them cannot find them by their id */
    struct descry_clip other;
    fake_clip_init(&other, "other", 'b');
    struct descry_model second = {&f->context, &other};
    assert_int_equal(descry_index(f->library, &second, &(const char *){at(f, "photos")}, 1, NULL, NULL, &f->err), 0);
    assert_int_equal(search_each(f->library, &second, query, NULL, NULL, NULL, &f->err), DESCRY_ERR_NOT_FOUND);
    assert_non_null(strstr(f->err.message, "https://example.org/a/1.jpg: no vector of this model"));
}

static void sources_are_forgotten_by_their_text(void **state)
{
    fixture *f = *state;
    uint64_t removed;
    import_ok(f, three(f), 3, 0, 0, 0);
    assert_int_equal(descry_forget(f->library, "h", &removed, &f->err), 0);
    assert_int_equal(removed, 0);
    assert_int_equal(descry_forget(f->library, "https://example.org/a/1", &removed, &f->err), 0);
    assert_int_equal(removed, 0);
    assert_int_equal(descry_forget(f->library, "https://example.org/a/1.jpg", &removed, &f->err), 0);
    assert_int_equal(removed, 1);
    search_ok(f, "20 0 0", 2);
    assert_int_equal(status_of(f).contents, 2);
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    descry_filter filter = DESCRY_FILTER_INIT;
    options.filter = &filter;
    filter.under = &(const char *){"https://example.org/a/2.jpg"};
    filter.unders = 1;
    assert_int_equal(search_with(f, "20 0 0", &options), 0);
    assert_int_equal(f->matches, 1);
    filter.under = &(const char *){"https://example.org"};
    assert_int_equal(search_with(f, "20 0 0", &options), 0);
    assert_int_equal(f->matches, 2);
    assert_int_equal(descry_forget(f->library, "https://example.org", &removed, &f->err), 0);
    assert_int_equal(removed, 2);
    assert_int_equal(status_of(f).contents, 0);
    import_ok(f, three(f), 3, 0, 0, 0);
}

static void short_sources_are_themselves(void **state)
{
    fixture *f = *state;
    uint64_t removed;
    float features[2 * FAKE_DIM];
    uint32_t urls[2 * WIDTH];
    fill_reds(features, urls, 2, "%d");
    const npz_array arrays[] = {{"features", NPY("<f4", "2, 8"), features, sizeof features},
                                {"urls", NPY("<U40", "2,"), urls, sizeof urls}};
    npz_write(at(f, "short.npz"), arrays, 2, 1);
    import_ok(f, at(f, "short.npz"), 2, 0, 0, 0);
    assert_int_equal(descry_forget(f->library, "1", &removed, &f->err), 0);
    assert_int_equal(removed, 1);
    search_ok(f, "0 0 0", 1);
    assert_string_equal(f->paths[0], "0");
}

/* ---- how it may be written -------------------------------------------------------------------------------------- */

static void put_number(uint8_t *to, double value, int size, int big)
{
    uint8_t bytes[8];
    float single = (float)value;
    uint64_t raw;
    if (size == 8)
        memcpy(bytes, &value, 8);
    else if (size == 4)
        memcpy(bytes, &single, 4);
    else { /* of 0 and numbers with few digits */
        memcpy(&raw, &value, 8);
        uint16_t half = value == 0 ? 0 : (uint16_t)((((raw >> 52) & 0x7FF) - 1023 + 15) << 10 | (raw >> 42 & 0x3FF));
        memcpy(bytes, &half, 2);
    }
    for (int i = 0; i < size; i++)
        to[i] = bytes[big ? size - 1 - i : i];
}

static void every_layout_is_the_same(void **state)
{
    fixture *f = *state;
    static const double rows[3][FAKE_DIM] = {{3, 0, 0, 4}, {0, 0, 1.5}, {0.25, 0, 0, 0, 0, 0, 0, 0.25}};
    static const int sizes[] = {2, 4, 8};
    for (int form = 0; form < 24; form++) {
        int size = sizes[form % 3], big = form / 3 % 2, fortran = form / 6 % 2, bytes = form / 12;
        uint8_t features[3 * FAKE_DIM * 8], urls[3 * 4 * 12] = {0};
        for (int i = 0; i < 3; i++)
            for (int d = 0; d < FAKE_DIM; d++)
                put_number(features + (fortran ? d * 3 + i : i * FAKE_DIM + d) * size, rows[i][d], size, big);
        for (int i = 0; i < 3; i++) {
            char url[12];
            int n = snprintf(url, sizeof url, "u%d-%d", form, i);
            for (int c = 0; c < n; c++)
                urls[bytes ? i * 12 + c : (i * 12 + c) * 4 + (big ? 3 : 0)] = (uint8_t)url[c];
        }
        char header[200], texts[200];
        snprintf(header, sizeof header, "{'descr': '%cf%d', 'fortran_order': %s, 'shape': (3, 8), }", big ? '>' : '<',
                 size, fortran ? "True" : "False");
        snprintf(texts, sizeof texts, "{'descr': '%s', 'fortran_order': False, 'shape': (3,), }",
                 bytes ? "|S12" : big ? ">U12" : "<U12");
        const npz_array arrays[] = {{"urls", texts, urls, bytes ? 36 : 144},
                                    {"more", NPY("|O", "1,"), "x", 1},
                                    {"features", header, features, (size_t)(3 * FAKE_DIM * size)}};
        npz_write(at(f, "form.npz"), arrays, 3, form % 2);
        import_ok(f, at(f, "form.npz"), 3, 0, 0, 0);
        assert_false(f->context.log.fn == NULL);
    }
    search_ok(f, "0 0 0", 10);
    /* each row has one embedding of length 1, whatever it was made of */
    for (int i = 0; i < 3; i++) {
        double square = 0;
        float expected[FAKE_DIM];
        for (int d = 0; d < FAKE_DIM; d++)
            square += rows[i][d] * rows[i][d];
        for (int d = 0; d < FAKE_DIM; d++)
            expected[d] = (float)(rows[i][d] / sqrt(square));
        descry_store *store = f->library->store;
        descry_recipe recipe = {1, FAKE_DIM, 0};
        for (int form = 0; form < 24; form++) {
            char url[12];
            descry_place place;
            float vector[FAKE_DIM];
            int found;
            const char *const paths[] = {url};
            snprintf(url, sizeof url, "u%d-%d", form, i);
            assert_int_equal(store->ops->places(store, paths, 1, 1, &place, &f->err), 0);
            assert_int_equal(store->ops->vectors(store, &recipe, &place.content, 1, vector, &found, &f->err), 0);
            assert_true(found);
            for (int d = 0; d < FAKE_DIM; d++)
                assert_true(fabsf(vector[d] - expected[d]) < 5e-4f);
        }
    }
}

static void keys_can_be_chosen(void **state)
{
    fixture *f = *state;
    float features[FAKE_DIM] = {1};
    const npz_array arrays[] = {{"e", NPY("<f4", "1, 8"), features, sizeof features}, {"n", NPY("|S1", "1,"), "x", 1}};
    npz_write(at(f, "keys.npz"), arrays, 2, 0);
    descry_import_options options = DESCRY_IMPORT_OPTIONS_INIT;
    assert_int_equal(descry_import_npz(f->library, &f->model, at(f, "keys.npz"), &options, NULL, &f->err),
                     DESCRY_ERR_NOT_FOUND);
    assert_non_null(strstr(f->err.message, "keys.npz: there is no array 'features'"));
    options.features = "e";
    options.urls = "n";
    assert_int_equal(descry_import_npz(f->library, &f->model, at(f, "keys.npz"), &options, NULL, &f->err), 0);
    search_ok(f, "0 0 0", 1);
    options.max_bytes = 31;
    assert_int_equal(descry_import_npz(f->library, &f->model, at(f, "keys.npz"), &options, NULL, &f->err),
                     DESCRY_ERR_LIMIT);
    f->matches = 0;
    float none[1];
    const npz_array empty[] = {{"features", NPY("<f4", "0, 8"), none, 0}, {"urls", NPY("<U1", "0,"), none, 0}};
    npz_write(at(f, "empty.npz"), empty, 2, 0);
    import_ok(f, at(f, "empty.npz"), 0, 0, 0, 0);
}

/* ---- what is wrong with it -------------------------------------------------------------------------------------- */

static void bad_rows_are_named_and_the_rest_is_taken(void **state)
{
    fixture *f = *state;
    enum { N = 9 };
    float features[N * FAKE_DIM];
    uint32_t urls[N * WIDTH];
    fill_reds(features, urls, N, "u%d");
    features[FAKE_DIM * 1 + 3] = NAN;
    features[FAKE_DIM * 2] = INFINITY;
    memset(features + FAKE_DIM * 3, 0, FAKE_DIM * sizeof *features);
    memset(urls + WIDTH * 4, 0, WIDTH * sizeof *urls);
    urls[WIDTH * 5] = 0x110000;
    urls[WIDTH * 6 + 5] = 'x'; /* behind a NUL */
    features[FAKE_DIM * 7] = 3e38f; /* their squares are not */
    features[FAKE_DIM * 7 + 1] = -3e38f;
    const npz_array arrays[] = {{"features", NPY("<f4", "9, 8"), features, sizeof features},
                                {"urls", NPY("<U40", "9,"), urls, sizeof urls}};
    npz_write(at(f, "rows.npz"), arrays, 2, 1);
    told t = {0};
    descry_import_counts p = DESCRY_IMPORT_COUNTS_INIT;
    assert_int_equal(import_with(f, at(f, "rows.npz"), &t, &p), 0);
    assert_int_equal(p.added, 3);
    assert_int_equal(t.failures, 6);
    static const char *const reasons[] = {"row 1, u1: its vector is not finite", "row 2, u2: its vector is not finite",
                                          "row 3, u3: its vector has length 0", "row 4: an empty url",
                                          "row 5: a text with the character U+110000",
                                          "row 6: a text with the character U+0000"};
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(t.rows[i], i + 1);
        if (!strstr(t.messages[i], "rows.npz: features: ") || !strstr(t.messages[i], reasons[i]))
            fail_msg("%s", t.messages[i]);
    }
    search_ok(f, "0 0 0", 3);
}

static void archives_that_lie_change_nothing(void **state)
{
    fixture *f = *state;
    float features[4 * FAKE_DIM];
    uint32_t urls[4 * WIDTH];
    fill_reds(features, urls, 4, "u%d");
    static const char U3[] = NPY("<U40", "3,"), F3[] = NPY("<f4", "3, 8");
    const struct {
        const char *features, *urls, *reason;
        int code;
        size_t feature_bytes, url_bytes;
    } cases[] = {
        {NPY("<f4", "4, 8"), U3, "its header says 128 bytes, there are 96", DESCRY_ERR_FORMAT, 96, 480},
        {NPY("<f4", "2, 8"), U3, "its header says 64 bytes, there are 96", DESCRY_ERR_FORMAT, 96, 480},
        {NPY("<f4", "4, 8"), U3, "4 rows, but 3 urls", DESCRY_ERR_FORMAT, 128, 480},
        {NPY("<f4", "3, 6"), U3, "vectors of 6 numbers; the model's have 8", DESCRY_ERR_ARGUMENT, 72, 480},
        {NPY("<f4", "24,"), U3, "not floats of two dimensions", DESCRY_ERR_UNSUPPORTED, 96, 480},
        {NPY("<f4", "3, 8, 1"), U3, "not floats of two dimensions", DESCRY_ERR_UNSUPPORTED, 96, 480},
        {F3, NPY("<U40", "3, 1"), "not texts of one dimension", DESCRY_ERR_UNSUPPORTED, 96, 480},
        {F3, NPY("<f4", "120,"), "not texts of one dimension", DESCRY_ERR_UNSUPPORTED, 96, 480},
        {NPY("<i8", "3, 4"), U3, "an array of type '<i8'", DESCRY_ERR_UNSUPPORTED, 96, 480},
        {F3, NPY("|O", "3,"), "an array of Python objects", DESCRY_ERR_UNSUPPORTED, 96, 480},
        {NPY("<f4", "4611686018427387904, 8"), U3, "its shape is impossible", DESCRY_ERR_FORMAT, 96, 480},
        {NPY("<f4", "0, 8"), U3, "its header says 0 bytes", DESCRY_ERR_FORMAT, 96, 480},
        {F3, NPY("<U40000000", "3,"), "its header says 480000000 bytes, there are 480", DESCRY_ERR_FORMAT, 96, 480},
        {"nonsense", U3, "its header cannot be read", DESCRY_ERR_FORMAT, 96, 480},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const npz_array arrays[] = {{"features", cases[i].features, features, cases[i].feature_bytes},
                                    {"urls", cases[i].urls, urls, cases[i].url_bytes}};
        told t = {0};
        descry_import_counts p = DESCRY_IMPORT_COUNTS_INIT;
        npz_write(at(f, "lie.npz"), arrays, 2, (int)i % 2);
        int rc = import_with(f, at(f, "lie.npz"), &t, &p);
        if (rc != cases[i].code || !strstr(f->err.message, cases[i].reason) || !strstr(f->err.message, "lie.npz: "))
            fail_msg("%d: %s; not %s", rc, f->err.message, cases[i].reason);
        assert_int_equal(p.added + p.completed + p.unchanged + p.failed, 0);
        assert_int_equal(status_of(f).photos, 0);
    }
    told t = {0};
    write_file(at(f, "text.npz"), "not an archive at all, not even nearly", 38);
    assert_int_equal(import_with(f, at(f, "text.npz"), &t, NULL), DESCRY_ERR_FORMAT);
    assert_non_null(strstr(f->err.message, "text.npz: not an .npz file"));
    assert_int_equal(import_with(f, at(f, "none.npz"), &t, NULL), DESCRY_ERR_NOT_FOUND);
    assert_int_equal(import_with(f, at(f, "photos"), &t, NULL), DESCRY_ERR_FORMAT);
}

static void what_inflates_too_much_is_refused(void **state)
{
    fixture *f = *state;
    size_t rows = (66 << 20) / (FAKE_DIM * 4);
    float *features = calloc(rows * FAKE_DIM, sizeof *features);
    char *urls = calloc(rows, 1), header[100], texts[100];
    assert_true(features && urls);
    snprintf(header, sizeof header, "{'descr': '<f4', 'fortran_order': False, 'shape': (%zu, 8), }", rows);
    snprintf(texts, sizeof texts, "{'descr': '|S1', 'fortran_order': False, 'shape': (%zu,), }", rows);
    const npz_array arrays[] = {{"features", header, features, rows * FAKE_DIM * 4}, {"urls", texts, urls, rows}};
    npz_write(at(f, "bomb.npz"), arrays, 2, 1);
    told t = {0};
    assert_int_equal(import_with(f, at(f, "bomb.npz"), &t, NULL), DESCRY_ERR_LIMIT);
    assert_non_null(strstr(f->err.message, "bomb.npz: features: 69206016 bytes made of "));
    free(features);
    free(urls);
}

static void damage_is_survived(void **state)
{
    fixture *f = *state;
    float features[3 * FAKE_DIM];
    uint32_t urls[3 * WIDTH];
    fill_reds(features, urls, 3, "https://example.org/%d");
    const npz_array arrays[] = {{"features", NPY("<f4", "3, 8"), features, sizeof features},
                                {"urls", NPY("<U40", "3,"), urls, sizeof urls}};
    uint8_t good[2000], bytes[2000];
    size_t refused = 0, rounds = 0;
    for (int compressed = 0; compressed < 2; compressed++) {
        npz_write(at(f, "good.npz"), arrays, 2, compressed);
        size_t size = read_file(at(f, "good.npz"), good, sizeof good);
        assert_true(size > 300 && size < sizeof good);
        told t = {0};
        for (size_t cut = 0; cut < size; cut++) {
            write_file(at(f, "cut.npz"), good, cut);
            int rc = import_with(f, at(f, "cut.npz"), &t, NULL);
            assert_true(rc == DESCRY_ERR_FORMAT || rc == DESCRY_ERR_NOT_FOUND);
        }
        assert_int_equal(status_of(f).photos, compressed ? 3 : 0); /* those of the first round */
        for (size_t i = 0; i < size; i++) {
            memcpy(bytes, good, size);
            bytes[i] ^= (uint8_t)(1 << i % 8);
            write_file(at(f, "cut.npz"), bytes, size);
            t.failures = 0;
            rounds++;
            refused += import_with(f, at(f, "cut.npz"), &t, NULL) != 0;
        }
    }
    /* the rest was in what nobody reads, such as times; no number and no url was changed */
    assert_true(refused > rounds / 2);
    assert_int_equal(status_of(f).photos, 3);
    search_ok(f, "20 0 0", 3);
    assert_string_equal(f->paths[0], "https://example.org/1");
}

/* ---- rows of files here ----------------------------------------------------------------------------------------- */

static const char *local_archive(fixture *f, const char *const *paths, size_t n)
{
    float features[4 * FAKE_DIM];
    char urls[4][100] = {{0}};
    uint32_t ignored[4 * WIDTH];
    char header[100], texts[100];
    fill_reds(features, ignored, n, "%d");
    for (size_t i = 0; i < n; i++)
        snprintf(urls[i], sizeof urls[i], "%s", paths[i]);
    snprintf(header, sizeof header, "{'descr': '<f4', 'fortran_order': False, 'shape': (%zu, 8), }", n);
    snprintf(texts, sizeof texts, "{'descr': '|S100', 'fortran_order': False, 'shape': (%zu,), }", n);
    const npz_array arrays[] = {{"features", header, features, n * FAKE_DIM * 4}, {"urls", texts, urls, n * 100}};
    const char *path = at(f, "local.npz");
    npz_write(path, arrays, 2, 0);
    return path;
}

static void files_here_are_as_if_indexed(void **state)
{
    fixture *f = *state;
    exif e;
    char text[EXIF_ROOM + 64];
    exif_full(&e, 0, 1);
    int n = snprintf(text, sizeof text, "PIX 20 0 0\n");
    memcpy(text + n, e.bytes, e.size);
    picture(f, "0.jpg", 0, 0, 0);
    write_file(at(f, "photos/1.jpg"), text, (size_t)n + e.size);
    write_file(at(f, "photos/2.jpg"), "no picture", 10);
    assert_int_equal(symlink("photos", at(f, "link")), 0);
    char paths[4][100];
    snprintf(paths[0], 100, "%s", at(f, "photos/0.jpg"));
    snprintf(paths[1], 100, "%s", at(f, "link/../link/1.jpg"));
    snprintf(paths[2], 100, "%s", at(f, "photos/2.jpg"));
    snprintf(paths[3], 100, "%s", at(f, "photos/3.jpg")); /* not there yet */
    const char *const rows[] = {paths[0], paths[1], paths[2], paths[3]};
    import_ok(f, local_archive(f, rows, 4), 3, 0, 0, 1);
    assert_int_equal(f->clip.embedded, 0);
    assert_int_equal(status_of(f).sources, 1);
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    descry_filter filter = DESCRY_FILTER_INIT;
    options.filter = &filter;
    filter.camera = "nikon";
    assert_int_equal(search_with(f, "20 0 0", &options), 0);
    assert_int_equal(f->matches, 1);
    assert_found(f, 1, "1.jpg");
    import_ok(f, local_archive(f, rows, 4), 0, 0, 3, 1);
    /* indexing finds nothing to do but what failed, and what is there now */
    picture(f, "3.jpg", 60, 0, 0);
    index_ok(f, "");
    assert_counts(f, 1, 2, 0, 1, 0);
    assert_int_equal(status_of(f).sources, 0);
    /* a file that is gone keeps its place; its other vector completes it */
    remove_file(f, "0.jpg");
    index_ok(f, NULL);
    assert_counts(f, 0, 2, 0, 1, 1);
    struct descry_clip other;
    fake_clip_init(&other, "other", 'b');
    struct descry_model first = f->model;
    f->model.clip = &other;
    import_ok(f, local_archive(f, rows, 1), 0, 1, 0, 0);
    f->model = first;
    assert_int_equal(status_of(f).missing, 1);
    /* the library's model is still the first */
    assert_string_equal(status_of(f).models[0]->name, "fake");
}

/* ---- out of it -------------------------------------------------------------------------------------------------- */

typedef struct seen {
    size_t count, vectors, sources, stop;
    char first[PATH_SIZE];
    descry_metadata metadata;
} seen;

static int see(void *arg, const descry_entry *entry)
{
    seen *s = arg;
    if (s->count == 0) {
        snprintf(s->first, sizeof s->first, "%s", entry->path);
        s->metadata = *entry->metadata;
    }
    s->vectors += entry->vector != NULL;
    s->sources += entry->source != 0;
    assert_null(entry->caption);
    return ++s->count == s->stop;
}

static void a_mixed_library(fixture *f)
{
    picture(f, "a.jpg", 0, 0, 0);
    picture(f, "latin-\xE9.jpg", 40, 0, 0);
    picture(f, "gone.jpg", 80, 0, 0);
    index_ok(f, "");
    picture(f, "copy.jpg", 0, 0, 0);
    remove_file(f, "gone.jpg");
    index_ok(f, "");
    import_ok(f, three(f), 3, 0, 0, 0);
}

static void entries_are_listed(void **state)
{
    fixture *f = *state;
    descry_export_options options = DESCRY_EXPORT_OPTIONS_INIT;
    descry_filter filter = DESCRY_FILTER_INIT;
    options.filter = &filter;
    seen s = {0};
    options.vectors = 1;
    assert_int_equal(descry_entries(f->library, &options, see, &s, &f->err), DESCRY_ERR_NOT_FOUND);
    assert_int_equal(descry_entries(f->library, NULL, see, &s, &f->err), 0);
    assert_int_equal(s.count, 0);
    a_mixed_library(f);
    assert_int_equal(descry_entries(f->library, NULL, see, &s, &f->err), 0);
    assert_int_equal(s.count, 5);
    assert_int_equal(s.vectors, 0);
    assert_int_equal(s.sources, 3);
    assert_string_equal(s.first, at(f, "photos/a.jpg"));
    s = (seen){0};
    assert_int_equal(descry_entries(f->library, &options, see, &s, &f->err), 0);
    assert_int_equal(s.vectors, 5);
    options.model = "nobody";
    assert_int_equal(descry_entries(f->library, &options, see, &s, &f->err), DESCRY_ERR_NOT_FOUND);
    assert_non_null(strstr(f->err.message, "nothing is indexed with nobody"));
    options.model = "fake";
    filter.under = &(const char *){at(f, "photos")};
    filter.unders = 1;
    s = (seen){.stop = 2};
    assert_int_equal(descry_entries(f->library, &options, see, &s, &f->err), 0);
    assert_int_equal(s.count, 2);
    search_ok(f, "0 0 0", 5); /* no transaction is left open */
    index_ok(f, "");
}

static void what_was_exported_is_imported(void **state)
{
    fixture *f = *state;
    a_mixed_library(f);
    uint64_t count;
    assert_int_equal(descry_export_npz(f->library, at(f, "out.npz"), NULL, &count, &f->err), 0);
    assert_int_equal(count, 5);
    search_ok(f, "10 0 0", 5);
    float scores[5];
    char paths[5][PATH_SIZE];
    memcpy(scores, f->scores, sizeof scores);
    memcpy(paths, f->paths, sizeof paths);
    import_ok(f, at(f, "out.npz"), 0, 0, 5, 0);
    open_named(f, "second.db", 0);
    size_t embedded = f->clip.embedded;
    import_ok(f, at(f, "out.npz"), 5, 0, 0, 0);
    assert_int_equal(f->clip.embedded, embedded);
    search_ok(f, "10 0 0", 5);
    for (size_t i = 0; i < 5; i++) {
        assert_true(scores[i] == f->scores[i]); /* to the last bit */
        assert_string_equal(paths[i], f->paths[i]);
    }
    /* again, over what is there: the same bytes but for the time */
    assert_int_equal(descry_export_npz(f->library, at(f, "out.npz"), NULL, &count, &f->err), 0);
    assert_int_equal(count, 5);
    /* nothing that passes: an empty archive, which imports */
    descry_export_options none = DESCRY_EXPORT_OPTIONS_INIT;
    descry_filter no_filter = DESCRY_FILTER_INIT;
    none.filter = &no_filter;
    no_filter.camera = "none";
    assert_int_equal(descry_export_npz(f->library, at(f, "none.npz"), &none, &count, &f->err), 0);
    assert_int_equal(count, 0);
    import_ok(f, at(f, "none.npz"), 0, 0, 0, 0);
}

static int stop_at_once(void *arg, const descry_progress *progress)
{
    (void)arg;
    assert_true(progress->done <= progress->total);
    return 1;
}

static void both_can_be_stopped_and_fail(void **state)
{
    fixture *f = *state;
    told t = {.stop_after = 3}; /* after the two arrays were checked */
    descry_import_counts p = DESCRY_IMPORT_COUNTS_INIT;
    assert_int_equal(import_with(f, three(f), &t, &p), DESCRY_ERR_CANCELLED);
    assert_int_equal(t.last.done, 3);
    assert_int_equal(p.added, 3);
    search_ok(f, "0 0 0", 3); /* committed */
    t = (told){.stop_after = 1};
    assert_int_equal(import_with(f, three(f), &t, &p), DESCRY_ERR_CANCELLED);
    descry_export_options options = DESCRY_EXPORT_OPTIONS_INIT;
    descry_watch watch = DESCRY_WATCH_INIT;
    options.watch = &watch;
    watch.progress = stop_at_once;
    write_file(at(f, "out.npz"), "old", 3);
    assert_int_equal(descry_export_npz(f->library, at(f, "out.npz"), &options, NULL, &f->err), DESCRY_ERR_CANCELLED);
    char old[4];
    assert_int_equal(read_file(at(f, "out.npz"), old, sizeof old), 3); /* as it was */
    assert_int_equal(descry_export_npz(f->library, at(f, "no/out.npz"), NULL, NULL, &f->err), DESCRY_ERR_IO);
    assert_non_null(strstr(f->err.message, "no/out.npz: "));
    seen s = {0};
    assert_int_equal(descry_entries(f->library, &options, see, &s, &f->err), DESCRY_ERR_CANCELLED);
    open_named(f, "library.db", 1);
    assert_int_equal(import_with(f, three(f), &(told){0}, &p), DESCRY_ERR_IO);
    assert_int_equal(descry_export_npz(f->library, at(f, "out.npz"), NULL, NULL, &f->err), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH_TEST(rows_without_a_file_are_found),
        BOTH_TEST(sources_are_forgotten_by_their_text),
        BOTH_TEST(short_sources_are_themselves),
        LIBRARY_TEST(every_layout_is_the_same),
        LIBRARY_TEST(keys_can_be_chosen),
        BOTH_TEST(bad_rows_are_named_and_the_rest_is_taken),
        LIBRARY_TEST(archives_that_lie_change_nothing),
        LIBRARY_TEST(what_inflates_too_much_is_refused),
        LIBRARY_TEST(damage_is_survived),
        BOTH_TEST(files_here_are_as_if_indexed),
        BOTH_TEST(entries_are_listed),
        BOTH_TEST(what_was_exported_is_imported),
        BOTH_TEST(both_can_be_stopped_and_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
