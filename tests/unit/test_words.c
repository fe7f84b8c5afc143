/* SPDX-License-Identifier: Apache-2.0
 * Captions that a library gets, and the words by which it finds. */
#define _GNU_SOURCE /* memmem */
#include "exif_fixture.h"
#include "library_fixture.h"

#include "library/library.h"

#include <sqlite3.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REQUIRE(code, condition)                                                                                       \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "line %d: %s (%s)\n", __LINE__, #condition, f->err.message);                               \
            _exit(code);                                                                                               \
        }                                                                                                              \
    } while (0)

/* What another program does to the library. */
static void sql(fixture *f, const char *text)
{
    sqlite3 *db;
    char *why = NULL;
    assert_int_equal(sqlite3_open(at(f, "library.db"), &db), SQLITE_OK);
    if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", text, why);
    sqlite3_close(db);
}

/* As if a person had written it. */
static void caption(fixture *f, const char *name, const char *text)
{
    char statement[500];
    snprintf(statement, sizeof statement,
             "INSERT INTO captions (content, author, text, written) SELECT content, 'person', '%s', 1 FROM places"
             " WHERE path = CAST('%s' AS BLOB)", text, at(f, "photos/%s", name));
    sql(f, statement);
    reopen(f); /* which brings the words up to date */
}

/* ---- captions -------------------------------------------------------------------------------------------------- */

static void name_failure(void *arg, const char *path, const descry_error *err)
{
    fixture *f = arg;
    assert_true(strncmp(err->message, path, strlen(path)) == 0);
    if (f->failures < MAX_FAILURES)
        snprintf(f->failed[f->failures], PATH_SIZE, "%s", path);
    f->failures++;
}

static int index_and_caption(fixture *f, const char *name, descry_model *captioner)
{
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    options.failure = name_failure;
    options.arg = f;
    options.captioner = captioner;
    return index_with(f, name, &options);
}

static int on_caption(void *arg, const char *path, const descry_caption *caption, const descry_error *err)
{
    fixture *f = arg;
    if (caption)
        f->matches++;
    else
        name_failure(f, path, err);
    return 0;
}

static int caption_library(fixture *f)
{
    f->matches = f->failures = 0;
    return descry_caption_library(f->library, &f->model, NULL, on_caption, f, &f->err);
}

static int keep_caption(void *arg, const descry_match *match)
{
    snprintf(arg, 200, "%s", match->caption ? match->caption : "-");
    return 1;
}

static void assert_caption(fixture *f, const char *query, const char *expected)
{
    char caption[200] = "";
    assert_int_equal(search_each(f->library, &f->model, query, NULL, keep_caption, caption, &f->err), 0);
    assert_string_equal(caption, expected);
}

static void pictures(fixture *f, const char *form, int n)
{
    for (int i = 0; i < n; i++) {
        char name[64];
        snprintf(name, sizeof name, form, i);
        picture(f, name, 8 * i, 100, 3 * i);
    }
}

static void kill_child(fixture *f)
{
    f->clip.kill_after_captions = 6;
    REQUIRE(2, !descry_library_open(&f->library, &f->context, at(f, "library.db"), NULL, &f->err));
    caption_library(f);
}

static void a_killed_filling_is_continued(void **state)
{
    fixture *f = *state;
    pictures(f, "%02d.jpg", 10);
    index_ok(f, "");
    assert_int_equal(in_child(kill_child, f, 0), 1000 + 9);
    reopen(f);
    assert_int_equal(status_of(f).captions, 4); /* of one batch; the second was in flight */
    f->clip.captioned = 0;
    assert_int_equal(caption_library(f), 0);
    assert_int_equal(f->matches, 6);
    assert_int_equal(f->clip.captioned, 6);
    assert_int_equal(status_of(f).captions, 10);
}

static int stop_at_once(void *arg, const descry_progress *progress)
{
    (void)arg;
    assert_int_equal(progress->stage, DESCRY_STAGE_CAPTIONS);
    return progress->done > 0;
}

static int stop_after_captions(void *arg, const descry_progress *progress)
{
    *(descry_progress *)arg = *progress;
    return progress->stage == DESCRY_STAGE_CAPTIONS && progress->done >= 4;
}

static void filling_can_be_stopped(void **state)
{
    fixture *f = *state;
    pictures(f, "%02d.jpg", 10);
    index_ok(f, "");
    descry_caption_options options = DESCRY_CAPTION_OPTIONS_INIT;
    descry_watch watch = {sizeof watch, stop_at_once, NULL, NULL};
    options.watch = &watch;
    assert_int_equal(descry_caption_library(f->library, &f->model, &options, NULL, NULL, &f->err),
                     DESCRY_ERR_CANCELLED);
    assert_int_equal(status_of(f).captions, 4);
    assert_false(exists(at(f, "library.db.lock")));
    descry_index_options indexing = DESCRY_INDEX_OPTIONS_INIT;
    descry_progress last;
    indexing.watch = &watch;
    indexing.captioner = &f->model;
    watch = (descry_watch){sizeof watch, stop_after_captions, &last, NULL};
    assert_int_equal(index_with(f, "", &indexing), DESCRY_ERR_CANCELLED);
    assert_int_equal(f->counts.captioned, 4);
    assert_int_equal(last.total, 6);
    assert_int_equal(caption_library(f), 0);
    assert_int_equal(f->matches, 2);
    options.batch = 1 << 20;
    picture(f, "new.jpg", 1, 1, 1);
    index_ok(f, "");
    assert_int_equal(descry_caption_library(f->library, &f->model, &options, NULL, NULL, &f->err), DESCRY_ERR_ARGUMENT);
}

static void a_persons_caption_stays(void **state)
{
    fixture *f = *state;
    pictures(f, "%d.jpg", 3);
    index_ok(f, "");
    caption(f, "1.jpg", "our caravan");
    assert_int_equal(index_and_caption(f, "", &f->model), 0);
    assert_int_equal(f->counts.captioned, 2);
    assert_int_equal(caption_library(f), 0);
    assert_int_equal(f->matches, 0);
    assert_caption(f, "8 100 3", "our caravan");
    assert_caption(f, "16 100 6", "shade 16 of red, 100 of green, 6 of blue");
    descry_store *store = f->library->store;
    descry_put_caption other = {2, "not so", 1};
    assert_int_equal(store->ops->put_captions(store, "x", "y", &other, 1, &f->err), 0);
    assert_int_equal(other.written, 0);
    assert_caption(f, "8 100 3", "our caravan");
}

static void only_what_is_indexed_is_captioned(void **state)
{
    fixture *f = *state;
    folder(f, "photos/sub");
    pictures(f, "%d.jpg", 3);
    pictures(f, "sub/x%d.jpg", 2); /* copies */
    picture(f, "sub/own.jpg", 200, 0, 0);
    index_ok(f, "");
    assert_int_equal(index_and_caption(f, "sub", &f->model), 0);
    assert_int_equal(f->counts.captioned, 3);
    assert_int_equal(index_and_caption(f, "1.jpg", &f->model), 0);
    assert_int_equal(f->counts.captioned, 0); /* its copy was */
    assert_int_equal(index_and_caption(f, "2.jpg", &f->model), 0);
    assert_int_equal(f->counts.captioned, 1);
    assert_int_equal(index_and_caption(f, "nowhere.jpg", &f->model), 0);
    assert_int_equal(f->counts.captioned, 0);
    assert_int_equal(f->failures, 1);
    assert_int_equal(status_of(f).captions, 4);
}

static void bad_pictures_are_named_once(void **state)
{
    fixture *f = *state;
    pictures(f, "%d.jpg", 3);
    picture(f, "nan.jpg", 1, 2, 3);   /* has no vector */
    picture(f, "dumb.jpg", 3, 2, 1);  /* has one, but no caption */
    picture(f, "later.jpg", 90, 0, 0);
    write_file(at(f, "photos/bad.jpg"), "hello, no picture", 17);
    assert_int_equal(index_and_caption(f, "", &f->model), 0);
    assert_int_equal(f->counts.captioned, 4);
    assert_int_equal(f->failures, 3);
    assert_string_equal(f->failed[0], at(f, "photos/bad.jpg"));
    assert_string_equal(f->failed[1], at(f, "photos/nan.jpg"));
    assert_string_equal(f->failed[2], at(f, "photos/dumb.jpg"));
    assert_int_equal(status_of(f).models[0]->vectors, 5);
    /* one that was good is damaged: known by its vector, not captioned, reported once */
    sql(f, "DELETE FROM captions");
    write_file(at(f, "photos/later.jpg"), "damaged", 7);
    assert_int_equal(index_and_caption(f, "", &f->model), 0);
    assert_int_equal(f->failures, 4);
    assert_int_equal(f->counts.captioned, 3);
    assert_int_equal(caption_library(f), 0); /* here it is tried */
    assert_int_equal(f->matches, 0);
    assert_int_equal(f->failures, 2);
}

static void another_model_captions(void **state)
{
    fixture *f = *state;
    struct descry_clip clip;
    fake_clip_init(&clip, "describer", 'c');
    struct descry_model captioner = {&f->context, &clip};
    pictures(f, "%d.jpg", 6);
    f->clip.no_decoder = 1;
    assert_int_equal(index_and_caption(f, "", &f->model), DESCRY_ERR_UNSUPPORTED);
    assert_int_equal(status_of(f).contents, 0); /* reported before anything is done */
    assert_int_equal(index_and_caption(f, "", &captioner), 0);
    assert_int_equal(f->clip.embedded, 6);
    assert_int_equal(f->clip.captioned, 0);
    assert_int_equal(clip.captioned, 6);
    assert_int_equal(f->counts.captioned, 6);
    assert_int_equal(status_of(f).model_count, 1);
    sqlite3 *db;
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_open(at(f, "library.db"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM captions WHERE model = 'describer' AND author = 'model'"
                                            " AND recipe = ?1 AND written > 1000000000", -1, &stmt, NULL), SQLITE_OK);
    sqlite3_bind_text(stmt, 1, clip.recipe, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(stmt, 0), 6);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    assert_int_equal(caption_library(f), DESCRY_ERR_UNSUPPORTED);
}

static void read_only_child(fixture *f)
{
    REQUIRE(2, !descry_library_open(&f->library, &f->context, at(f, "library.db"), NULL, &f->err));
    REQUIRE(3, caption_library(f) == DESCRY_ERR_IO && strstr(f->err.message, "library.db: the library is read-only"));
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    options.ranking = DESCRY_RANKING_WORDS;
    REQUIRE(4, !search_with(f, "jpg", &options) && f->matches == 3);
}

static void a_read_only_library_is_not_captioned(void **state)
{
    fixture *f = *state;
    pictures(f, "%d.jpg", 3);
    index_ok(f, "");
    descry_library_close(&f->library);
    assert_int_equal(chmod(at(f, "library.db"), 0644), 0);
    assert_int_equal(chmod(f->folder, 0555), 0);
    int status = in_child(read_only_child, f, 1);
    assert_int_equal(chmod(f->folder, 0777), 0);
    assert_int_equal(status, 0);
}

/* ---- words ----------------------------------------------------------------------------------------------------- */

static int words_with(fixture *f, const char *query, descry_ranking ranking, descry_search_options options)
{
    options.ranking = ranking;
    return search_with(f, query, &options);
}

/* Files found by words, each by a letter: its name's first. */
static const char *found(fixture *f, const char *query, descry_ranking ranking)
{
    static char letters[MAX_MATCHES + 1];
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    if (words_with(f, query, ranking, options))
        fail_msg("%s: %s", query, f->err.message);
    for (size_t i = 0; i < f->matches; i++)
        letters[i] = strrchr(f->paths[i], '/')[1];
    letters[f->matches] = 0;
    return letters;
}

#define ASSERT_WORDS(query, expected) assert_string_equal(found(f, query, DESCRY_RANKING_WORDS), expected)

static void titled_picture(fixture *f, const char *name, int r, const char *title)
{
    exif e = {0};
    char text[EXIF_ROOM + 64];
    exif_text(&e, EXIF_MAIN, 0x010E, title);
    exif_make(&e, 1);
    int n = snprintf(text, sizeof text, "PIX %d 0 0\n", r);
    memcpy(text + n, e.bytes, e.size);
    write_file(at(f, "photos/%s", name), text, (size_t)n + e.size);
}

static void captioned_pictures(fixture *f)
{
    folder(f, "photos/Sub");
    picture(f, "a beach-house.jpg", 10, 0, 0);
    picture(f, "b_IMG_0042.jpg", 20, 0, 0);
    titled_picture(f, "c.jpg", 30, "Gro\xC3\x9Fmutters Caf\xC3\xA9, 1961");
    picture(f, "Sub/d.jpg", 40, 0, 0);
    picture(f, "Sub/e.jpg", 50, 0, 0);
    index_ok(f, "");
    caption(f, "Sub/d.jpg", "two dogs running on a beach");
    caption(f, "Sub/e.jpg", "a dog on the beach, beside a house by the sea and a road with many cars");
    picture(f, "Sub/f.jpg", 60, 0, 0);
    index_ok(f, "");
}

static void captions_names_and_titles_are_found(void **state)
{
    fixture *f = *state;
    captioned_pictures(f);
    ASSERT_WORDS("dog", "de"); /* the shorter text first, by BM25 */
    assert_true(f->scores[0] > f->scores[1] && f->scores[1] > 0);
    ASSERT_WORDS("DOGS beach", "de");
    ASSERT_WORDS("dog house", "e");
    ASSERT_WORDS("beach house", "ae"); /* a name has few words, too */
    ASSERT_WORDS("beach-house", "a");  /* in a row */
    ASSERT_WORDS("0042", "b");
    ASSERT_WORDS("img 42", "");
    ASSERT_WORDS("cafe 1961", "c");
    ASSERT_WORDS("CAF\xC3\x89", "c");
    ASSERT_WORDS("Sub", ""); /* folders are for filters */
    ASSERT_WORDS("cat", "");
    ASSERT_WORDS("dog - \xE2\x80\x94 & !", "de"); /* nothing to look for is passed over */
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    const char *under = at(f, "photos/Sub");
    const descry_filter filter = {sizeof filter, &under, 1, DESCRY_NO_TIME, DESCRY_NO_TIME, NULL, 0, 0, -1, 0};
    options.filter = &filter;
    assert_int_equal(words_with(f, "beach", DESCRY_RANKING_WORDS, options), 0);
    assert_int_equal(f->matches, 2);
    options.k = 1;
    assert_int_equal(words_with(f, "beach", DESCRY_RANKING_WORDS, options), 0);
    assert_int_equal(f->matches, 1);
    assert_found(f, 1, "Sub/d.jpg");
    /* without a model */
    options.filter = NULL;
    options.ranking = DESCRY_RANKING_WORDS;
    char text[200];
    assert_int_equal(search_each(f->library, NULL, "running", &options, keep_caption, text, &f->err), 0);
    assert_string_equal(text, "two dogs running on a beach");
}

static void words_are_words_whatever_they_look_like(void **state)
{
    fixture *f = *state;
    captioned_pictures(f);
    static const char *const odd[] = {"dog OR cat",  "dog AND",       "NEAR(dog beach)", "\"two dogs\"", "names:beach*",
                                      "^two",        "{names}:dog",   "dog*",            "dog\"",        "(((a)))",
                                      "a\"b\"\"c",   "-a",            "dog\" OR \"cat",  "x\\",          ("\xFF\xFE" "a"),
                                      "' OR 1=1 --", "words MATCH 1", "+dog",            "NEAR",         "AND"};
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        if (words_with(f, odd[i], DESCRY_RANKING_WORDS, options))
            fail_msg("%s: %s", odd[i], f->err.message);
    ASSERT_WORDS("dog OR cat", "");
    ASSERT_WORDS("\"two dogs\"", "d"); /* each a word */
    ASSERT_WORDS("dogs \"two\"", "d");
    ASSERT_WORDS("do*", "");
    static const char *const empty[] = {"-", "\xF0\x9F\x8C\xB9", "\xFF", "\"\""};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        assert_int_equal(words_with(f, empty[i], DESCRY_RANKING_WORDS, options), DESCRY_ERR_ARGUMENT);
        assert_non_null(strstr(f->err.message, "no word to look for"));
    }
    assert_int_equal(words_with(f, "dog NOT cat", DESCRY_RANKING_WORDS, options), DESCRY_ERR_ARGUMENT);
    ASSERT_WORDS("KNOT NOTE not", "");
    char many[65 * 2 + 1] = "";
    for (int i = 0; i < 64; i++)
        strcat(many, "a ");
    found(f, many, DESCRY_RANKING_WORDS); /* 64 are not too many */
    assert_int_equal(f->matches, 3);
    strcat(many, "a");
    assert_int_equal(words_with(f, many, DESCRY_RANKING_WORDS, options), DESCRY_ERR_LIMIT);
}

static void the_index_follows_what_changes(void **state)
{
    fixture *f = *state;
    captioned_pictures(f);
    rename_file(f, "a beach-house.jpg", "x villa.jpg");
    index_ok(f, "");
    ASSERT_WORDS("villa", "x");
    ASSERT_WORDS("beach house", "e"); /* nothing is called so now */
    rename_file(f, "x villa.jpg", "a beach-house.jpg");
    index_ok(f, "");
    ASSERT_WORDS("villa", "");
    ASSERT_WORDS("beach-house", "a");
    remove_file(f, "Sub/d.jpg");
    index_ok(f, "");
    ASSERT_WORDS("dog", "e");
    picture(f, "Sub/d.jpg", 40, 0, 0); /* back again */
    index_ok(f, "");
    ASSERT_WORDS("dog", "de");
    picture(f, "Sub/d.jpg", 41, 0, 0); /* another picture */
    index_ok(f, "");
    ASSERT_WORDS("dog", "e");
    /* another program changes a caption: the next open for writing, or commit, updates the words */
    sql(f, "UPDATE captions SET text = 'a lighthouse' WHERE text LIKE 'a dog%'");
    ASSERT_WORDS("dog", "e");
    reopen(f);
    ASSERT_WORDS("lighthouse", "e");
    ASSERT_WORDS("dog", "");
    sql(f, "DELETE FROM captions");
    uint64_t removed;
    assert_int_equal(descry_forget(f->library, at(f, "photos/none"), &removed, &f->err), 0);
    ASSERT_WORDS("lighthouse", "");
    found(f, "jpg", DESCRY_RANKING_WORDS);
    assert_int_equal(f->matches, 6);
}

static size_t occurrences(fixture *f, const char *word)
{
    static char bytes[1 << 20];
    size_t count = 0, size = read_file(at(f, "library.db"), bytes, sizeof bytes);
    for (char *p = bytes; (p = memmem(p, size - (size_t)(p - bytes), word, strlen(word))); p++)
        count++;
    return count;
}

static void what_is_forgotten_is_gone(void **state)
{
    fixture *f = *state;
    captioned_pictures(f);
    picture(f, "Sub/e.jpg", 55, 0, 0); /* what it was is a former content now */
    index_ok(f, "");
    caption(f, "Sub/e.jpg", "a zeppelin");
    ASSERT_WORDS("zeppelin", "e");
    descry_library_close(&f->library);
    assert_true(occurrences(f, "zeppelin") > 0 && occurrences(f, "runn") > 0 && occurrences(f, "road") > 0);
    reopen(f);
    uint64_t removed;
    assert_int_equal(descry_forget(f->library, at(f, "photos/Sub"), &removed, &f->err), 0);
    assert_int_equal(removed, 3);
    ASSERT_WORDS("zeppelin", "");
    ASSERT_WORDS("jpg", "abc");
    descry_library_close(&f->library);
    assert_int_equal(occurrences(f, "zeppelin"), 0); /* neither in a table nor in the index */
    assert_int_equal(occurrences(f, "runn"), 0);
    assert_int_equal(occurrences(f, "road"), 0); /* of the former one */
}

static void sources_have_names(void **state)
{
    fixture *f = *state;
    descry_store *store = f->library->store;
    descry_content what = {.sha256 = {1}};
    descry_put put = {.path = "https://example.org/album/sunset%20red.jpg?w=1", .kind = DESCRY_PUT_SOURCE, .content = &what};
    assert_int_equal(store->ops->put(store, NULL, &put, 1, &f->err), 0);
    ASSERT_WORDS("sunset", "s");
    ASSERT_WORDS("album", "");
}

/* A trigger of a library that someone else made may not call functions that are not harmless; that of an R-tree is not
 * marked as such. */
static void a_strangers_schema_is_not_trusted(void **state)
{
    fixture *f = *state;
    sqlite3 *db;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    int known = sqlite3_exec(db, "SELECT rtreedepth(X'0001')", NULL, NULL, NULL) == SQLITE_OK;
    sqlite3_close(db);
    if (!known)
        skip();
    picture(f, "a.jpg", 1, 1, 1);
    index_ok(f, "");
    sql(f, "CREATE TRIGGER evil AFTER INSERT ON contents BEGIN SELECT rtreedepth(X'0001'); END");
    picture(f, "b.jpg", 2, 1, 1);
    assert_int_not_equal(index_with(f, "", NULL), 0);
    assert_non_null(strstr(f->err.message, "unsafe use of rtreedepth()"));
    sql(f, "DROP TRIGGER evil");
    index_ok(f, "");
}

/* ---- both ------------------------------------------------------------------------------------------------------ */

static int keep_ranks(void *arg, const descry_match *match)
{
    uint64_t (*ranks)[2] = arg;
    ranks[match->rank - 1][0] = match->vector_rank;
    ranks[match->rank - 1][1] = match->words_rank;
    double expected = (match->vector_rank ? 1.0 / (60 + (double)match->vector_rank) : 0) +
                      (match->words_rank ? 1.0 / (60 + (double)match->words_rank) : 0);
    assert_true(fabs(match->score - expected) < 1e-8);
    assert_true(match->strength == -1);
    return 0;
}

static void both_rankings_are_merged(void **state)
{
    fixture *f = *state;
    captioned_pictures(f); /* a 10, b 20, c 30, d 40, e 50, f 60 of red */
    assert_string_equal(found(f, "0 0 0", DESCRY_RANKING_VECTORS), "abcdef");
    caption(f, "b_IMG_0042.jpg", "0 is a number");
    caption(f, "Sub/f.jpg", "0 0 0 0 0");
    /* f is first among words and last among vectors, b is second among both */
    assert_string_equal(found(f, "0 0 0", DESCRY_RANKING_HYBRID), "bfacde");
    uint64_t ranks[MAX_MATCHES][2];
    static const uint64_t expected[][2] = {{2, 2}, {6, 1}, {1, 0}, {3, 0}, {4, 0}, {5, 0}};
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    options.ranking = DESCRY_RANKING_HYBRID;
    assert_int_equal(search_each(f->library, &f->model, "0 0 0", &options, keep_ranks, ranks, &f->err), 0);
    assert_memory_equal(ranks, expected, sizeof expected);
    options.k = 2;
    assert_int_equal(search_with(f, "0 0 0", &options), 0);
    assert_int_equal(f->matches, 2);
    options.k = 10;
    const char *under = at(f, "photos/Sub");
    const descry_filter filter = {sizeof filter, &under, 1, DESCRY_NO_TIME, DESCRY_NO_TIME, NULL, 0, 0, -1, 0};
    options.filter = &filter;
    assert_int_equal(search_with(f, "0 0 0", &options), 0);
    assert_int_equal(f->matches, 3);
    assert_found(f, 1, "Sub/f.jpg");
    options.filter = NULL;
    /* any word will do, of texts that are added; a picture that is named is left out */
    options.ranking = DESCRY_RANKING_HYBRID;
    char query[100];
    assert_string_equal(found(f, "0042", DESCRY_RANKING_WORDS), "b");
    snprintf(query, sizeof query, "#%d + \"0 0 0\" - \"dogs\"", (int)f->ids[0]);
    assert_int_equal(search_each(f->library, &f->model, query, &options, keep_ranks, ranks, &f->err), 0);
    assert_string_equal(found(f, query, DESCRY_RANKING_HYBRID), "facde");
    assert_int_equal(ranks[0][1], 1);
    assert_int_equal(ranks[3][1] + ranks[4][1], 0); /* dogs are not looked for */
    found(f, "dogs zebras", DESCRY_RANKING_HYBRID);
    assert_int_equal(search_each(f->library, &f->model, "dogs zebras", &options, keep_ranks, ranks, &f->err), 0);
    size_t worded = 0;
    for (size_t i = 0; i < 6; i++)
        worded += ranks[i][1] > 0;
    assert_int_equal(worded, 2);
}

static void what_does_not_go_with_both_is_refused(void **state)
{
    fixture *f = *state;
    captioned_pictures(f);
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    assert_int_equal(words_with(f, "dog NOT cat", DESCRY_RANKING_HYBRID, options), DESCRY_ERR_ARGUMENT);
    assert_non_null(strstr(f->err.message, "NOT and a hybrid search do not go together"));
    assert_int_equal(words_with(f, "#1", DESCRY_RANKING_HYBRID, options), DESCRY_ERR_ARGUMENT);
    assert_non_null(strstr(f->err.message, "no word to look for"));
    for (int i = 0; i < 4; i++)
        for (int ranking = DESCRY_RANKING_WORDS; ranking <= DESCRY_RANKING_HYBRID; ranking++) {
            descry_search_options with = DESCRY_SEARCH_OPTIONS_INIT;
            with.threshold = i == 0 ? 0.5f : with.threshold;
            with.min_strength = i == 1 ? 50 : with.min_strength;
            with.not_threshold = i == 2 ? 0.5f : with.not_threshold;
            with.explain = i == 3;
            assert_int_equal(words_with(f, "dog", (descry_ranking)ranking, with), DESCRY_ERR_ARGUMENT);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIBRARY_TEST(a_killed_filling_is_continued),
        BOTH_TEST(filling_can_be_stopped),
        LIBRARY_TEST(a_persons_caption_stays),
        BOTH_TEST(only_what_is_indexed_is_captioned),
        LIBRARY_TEST(bad_pictures_are_named_once),
        LIBRARY_TEST(another_model_captions),
        LIBRARY_TEST(a_read_only_library_is_not_captioned),
        LIBRARY_TEST(captions_names_and_titles_are_found),
        LIBRARY_TEST(words_are_words_whatever_they_look_like),
        LIBRARY_TEST(the_index_follows_what_changes),
        LIBRARY_TEST(what_is_forgotten_is_gone),
        LIBRARY_TEST(sources_have_names),
        LIBRARY_TEST(a_strangers_schema_is_not_trusted),
        LIBRARY_TEST(both_rankings_are_merged),
        LIBRARY_TEST(what_does_not_go_with_both_is_refused),
    };
    return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
