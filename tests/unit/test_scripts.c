/* SPDX-License-Identifier: Apache-2.0
 * Words in the scripts of the world: what they are taken for, and that they are found whichever way they are typed. */
#include "exif_fixture.h"
#include "library_fixture.h"

#include "library/library.h"
#include "text/words.h"

#include <sqlite3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uninorm.h>

/* ---- what they are taken for ----------------------------------------------------------------------------------- */

static void assert_index(const char *text, size_t size, const char *expected)
{
    descry_buf words = {0};
    descry_error err;
    assert_int_equal(descry_words_index(&words, text, size, &err), 0);
    assert_string_equal(words.data ? words.data : "", expected);
    descry_buf_free(&words);
}

static void assert_phrase(const char *text, const char *expected, int expected_begins)
{
    descry_buf words = {0};
    descry_error err;
    size_t count, blanks = 0;
    int begins;
    assert_int_equal(descry_words_phrase(&words, text, strlen(text), &count, &begins, &err), 0);
    assert_string_equal(words.data ? words.data : "", expected);
    assert_int_equal(begins, expected_begins);
    for (size_t i = 0; i < words.size; i++)
        blanks += words.data[i] == ' ';
    assert_int_equal(count, words.size ? blanks + 1 : 0);
    descry_buf_free(&words);
}

static void words_end_where_scripts_change(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"IMG_1234東京.jpg", "img 1234 東京 京 jpg"},
        {"東京2019", "東京 京 2019"},
        {"2019東京", "2019 東京 京"},
        {"IMG1234", "img1234"},
        {"фотоIMG2", "фото img2"},
        {"東京の夜", "東京 京の の夜 夜"},
        {"コーヒー", "コー ーヒ ヒー ー"},
        {"人々", "人々 々"},
        {"犬", "犬"},
        {"서울 여행", "서울 울 여행 행"},
        {"ตลาด", "ตล ลา าด ด"},
        {"हिन्दी", "हिन्दी"},
        {"beach-house", "beach house"},
        {"don't", "don t"},
        {"🌹.png", "png"},
        {"", ""},
        {" - ", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_index(cases[i][0], strlen(cases[i][0]), cases[i][1]);
    assert_phrase("東京", "東京", 0);
    assert_phrase("京", "京", 1);
    assert_phrase("東京2019", "東京 京 2019", 0);
    assert_phrase("1234東", "1234 東", 1);
    assert_phrase("beach-house", "beach house", 0);
    assert_phrase("🌹", "", 0);
    assert_phrase("", "", 0);
}

static void marks_case_and_widths_do_not_count(void **state)
{
    (void)state;
    static const char *const alike[][2] = {
        {"Großmutter", "GROSSMUTTER"},
        {"İstanbul", "istanbul"},
        {"ISPARTA", "ısparta"},
        {"Σίσυφος", "ΣΙΣΥΦΟΣ"},
        {"τῷ", "τω"},
        {"Ёлка", "елка"},
        {"Café", "CAFE"},
        {"Việt", "viet"},
        {"שָׁלוֹם", "שלום"},
        {"مُحَمَّد", "محمد"},
        {"Đà Nẵng", "da nang"}, /* strokes, which Unicode does not take apart */
        {"Łódź", "LODZ"},
        {"Øresund", "oresund"},
        {"Ħaż-Żebbuġ", "haz zebbug"},
        {"مـحـــمد", "محمد"},
        {"ＩＭＧ１２", "img12"},
        {"ｶﾞｷﾞ", "ガギ"},
        {"می\u200Cخواهم", "میخواهم"},
        {"Schiff\u00ADfahrt", "schifffahrt"},
        {"1\uFE0F\u20E3", "1"},
        {"葛\U000E0100", "葛"},
        {"\uFEFFred", "red"},
    };
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++) {
        descry_buf words = {0};
        assert_int_equal(descry_words_index(&words, alike[i][0], strlen(alike[i][0]), NULL), 0);
        assert_index(alike[i][1], strlen(alike[i][1]), words.data);
        descry_buf_free(&words);
    }
    assert_index("が か", strlen("が か"), "が か"); /* marks that make another letter stay */
    assert_index("か\u3099", strlen("か\u3099"), "が");
    assert_index("パ バ ハ", strlen("パ バ ハ"), "パ バ ハ");
    assert_index("कि", strlen("कि"), "कि");
}

static void anything_is_a_text(void **state)
{
    (void)state;
    assert_index("caf\xE9.jpg", 8, "caf jpg");
    assert_index("a\0b", 3, "a b");
    assert_index("\xED\xA0\x80x\xF5\x80y\xC3", 8, "x y");
    assert_index("\u0301\u3099", 5, "");
    assert_index("\u3164", 3, "");
    enum { MANY = 20000 };
    char *long_name = malloc(3 * MANY + 1);
    assert_non_null(long_name);
    long_name[0] = 'a';
    for (size_t i = 0; i < MANY; i++) /* marks of two classes by turns, to be put in order */
        memcpy(long_name + 1 + 2 * i, i % 2 ? "\xCC\x81" : "\xCC\xA3", 2);
    assert_index(long_name, 1 + 2 * MANY, "a");
    for (size_t i = 0; i < MANY; i++)
        memcpy(long_name + 3 * i, "犬", 3);
    descry_buf words = {0};
    assert_int_equal(descry_words_index(&words, long_name, 3 * MANY, NULL), 0);
    assert_int_equal(words.size, 7 * (MANY - 1) + 3);
    descry_buf_free(&words);
    free(long_name);
    uint32_t seed = 1;
    for (int round = 0; round < 2000; round++) { /* bytes of no text; of characters near each other */
        char noise[48];
        size_t count;
        int begins;
        for (size_t i = 0; i < sizeof noise; i++) {
            seed = seed * 1664525 + 1013904223;
            noise[i] = (char)(round % 2 ? seed >> 24 : (i % 3 ? 0x80 + (seed >> 26) : 0xE0 + (seed >> 29)));
        }
        assert_int_equal(descry_words_index(&words, noise, sizeof noise, NULL), 0);
        assert_int_equal(descry_words_phrase(&words, noise, sizeof noise, &count, &begins, NULL), 0);
        descry_buf_free(&words);
    }
}

/* ---- found ----------------------------------------------------------------------------------------------------- */

static const char *found(fixture *f, const char *query)
{
    static char letters[MAX_MATCHES + 1];
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    options.ranking = DESCRY_RANKING_WORDS;
    if (search_with(f, query, &options))
        fail_msg("%s: %s", query, f->err.message);
    for (size_t i = 0; i < f->matches; i++)
        letters[i] = strrchr(f->paths[i], '/')[1];
    letters[f->matches] = 0;
    return letters;
}

#define ASSERT_FOUND(query, expected)                                                                                  \
    do {                                                                                                               \
        const char *letters = found(f, query);                                                                         \
        if (strcmp(letters, expected) != 0)                                                                            \
            fail_msg("%s: %s, not %s", query, letters, expected);                                                      \
    } while (0)

static void normal(char to[400], const char *text, uninorm_t form)
{
    size_t size = 399;
    assert_ptr_equal(u8_normalize(form, (const uint8_t *)text, strlen(text), (uint8_t *)to, &size), to);
    to[size] = 0;
}

/* Names in one form are found by queries in the other, each by its own words only. */
static void both_forms_of_names_are_found_by_both(void **state)
{
    fixture *f = *state;
    static const char *const texts[] = {
        "한국어 사진", "デジタル写真", "ガラス", "Фотография йода", "Ελληνική ώρα", "Ångström über", "हिन्दी क़लम", "தமிழ் கொடி",
        "สวัสดีน้ำ", "שָׁלוֹם", "مُحَمَّد آب", "Việt Nam phở", "བོད་ཡིག", "ខ្មែរ", "İzmir çağ", "Ёжик",
    };
    enum { COUNT = sizeof texts / sizeof *texts };
    char text[400], name[500], letter[2] = "";
    for (size_t i = 0; i < COUNT; i++)
        for (int form = 0; form < 2; form++) {
            normal(text, texts[i], form ? UNINORM_NFD : UNINORM_NFC);
            snprintf(name, sizeof name, "%c%d-%s.jpg", 'a' + (int)i, form, text);
            picture(f, name, 10 * (int)i, form, 0);
        }
    index_ok(f, "");
    for (size_t i = 0; i < COUNT; i++)
        for (int form = 0; form < 2; form++) {
            normal(text, texts[i], form ? UNINORM_NFD : UNINORM_NFC);
            letter[0] = (char)('a' + i);
            char twice[3] = {letter[0], letter[0], 0};
            ASSERT_FOUND(text, twice);
        }
}

static void parts_of_words_are_found(void **state)
{
    fixture *f = *state;
    picture(f, "a-東京タワー.jpg", 1, 0, 0);
    picture(f, "b-京都の夜 IMG_1234東京.jpg", 2, 0, 0);
    picture(f, "c-강아지와 고양이.jpg", 3, 0, 0);
    picture(f, "d-ตลาดน้ำ.jpg", 4, 0, 0);
    picture(f, "e-東 京.jpg", 5, 0, 0);
    picture(f, "f-京.jpg", 6, 0, 0);
    index_ok(f, "");
    ASSERT_FOUND("東京", "ab");
    ASSERT_FOUND("タワ", "a");
    ASSERT_FOUND("ー", "a");
    ASSERT_FOUND("東", "eab");
    ASSERT_FOUND("都", "b");
    ASSERT_FOUND("東京夜", "");   /* in a row */
    ASSERT_FOUND("東京 夜", "b"); /* anywhere */
    ASSERT_FOUND("東京\u3000夜", "b");
    ASSERT_FOUND("1234東", "b");
    ASSERT_FOUND("img_1234東京", "b");
    ASSERT_FOUND("京東", "");
    ASSERT_FOUND("아지", "c");
    ASSERT_FOUND("강아지", "c");
    ASSERT_FOUND("양", "c");
    ASSERT_FOUND("지와-고양", "c");
    ASSERT_FOUND("ลาด", "d");
    ASSERT_FOUND("น้ำ", "d");
    ASSERT_FOUND("ต", "d");
    assert_int_equal(strlen(found(f, "京")), 4);
    assert_int_equal(found(f, "京")[0], 'f'); /* the shortest first */
    assert_true(f->scores[0] > f->scores[3] && f->scores[3] > 0);
    ASSERT_FOUND("東京 \u3164", "ab"); /* a letter that is not seen says nothing */
    ASSERT_FOUND("\u3164", "");
}

static void long_queries_are_refused(void **state)
{
    fixture *f = *state;
    picture(f, "a-犬.jpg", 1, 0, 0);
    index_ok(f, "");
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    options.ranking = DESCRY_RANKING_WORDS;
    char query[3 * 1200 + 1] = "";
    for (int i = 0; i < 1000; i++)
        memcpy(query + 3 * i, "犬", 4);
    assert_int_equal(search_with(f, query, &options), 0);
    for (int i = 1000; i < 1200; i++)
        memcpy(query + 3 * i, "犬", 4);
    assert_int_equal(search_with(f, query, &options), DESCRY_ERR_LIMIT);
    assert_int_equal(search_with(f, "犬\u3000NOT\u3000猫", &options), DESCRY_ERR_ARGUMENT);
}

static void standing_titles_are_not_words(void **state)
{
    fixture *f = *state;
    exif e = {0};
    char text[EXIF_ROOM + 64];
    exif_text(&e, EXIF_MAIN, 0x010E, "OLYMPUS DIGITAL CAMERA");
    exif_make(&e, 1);
    int n = snprintf(text, sizeof text, "PIX 7 0 0\n");
    memcpy(text + n, e.bytes, e.size);
    write_file(at(f, "photos/%s", "a.jpg"), text, (size_t)n + e.size);
    index_ok(f, "");
    ASSERT_FOUND("olympus", "");
    ASSERT_FOUND("jpg", "a");
    sqlite3 *db; /* as an older descry read it */
    assert_int_equal(sqlite3_open(at(f, "library.db"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "UPDATE contents SET metadata = 2, title = 'OLYMPUS DIGITAL CAMERA'", NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    reopen(f);
    ASSERT_FOUND("olympus", "a");
    index_ok(f, "");
    ASSERT_FOUND("olympus", "");
    assert_counts(f, 0, 1, 0, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_end_where_scripts_change),
        cmocka_unit_test(marks_case_and_widths_do_not_count),
        cmocka_unit_test(anything_is_a_text),
        BOTH_TEST(both_forms_of_names_are_found_by_both),
        BOTH_TEST(parts_of_words_are_found),
        LIBRARY_TEST(long_queries_are_refused),
        LIBRARY_TEST(standing_titles_are_not_words),
    };
    return cmocka_run_group_tests_name("scripts", tests, NULL, NULL);
}
