/* SPDX-License-Identifier: Apache-2.0
 * The corners of cleaning and tokenizing, and files of merges that are wrong. */
#include "cmocka_test.h"

#include "text/clean.h"
#include "text/merges.h"
#include "text/clip_bpe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <unistr.h>
#include <zlib.h>

enum { LENGTH = 77 };

static descry_tokenizer *clip;

static int load(void **state)
{
    (void)state;
    return descry_clip_bpe_open(&clip, NULL, NULL);
}

static int unload(void **state)
{
    (void)state;
    descry_tokenizer_close(&clip);
    return 0;
}

static void expect_clean_bytes(const char *text, size_t size, const char *expected)
{
    descry_text t = {0};
    descry_error err;
    assert_int_equal(descry_text_decode(&t, text, size, &err), 0);
    assert_int_equal(descry_text_clean(&t, DESCRY_CLEAN_LOWER, &err), 0);
    size_t length;
    char *utf8 = (char *)u32_to_u8(t.data, t.size, NULL, &length);
    if (length != strlen(expected) || memcmp(utf8, expected, length) != 0)
        fail_msg("\"%.*s\", expected \"%s\"", (int)length, utf8, expected);
    free(utf8);
    descry_text_free(&t);
}

static void expect_clean(const char *text, const char *expected)
{
    expect_clean_bytes(text, strlen(text), expected);
}

static void cleaning_follows_the_reference(void **state)
{
    (void)state;
    expect_clean("", "");
    expect_clean("  A\t b \n\n c  ", "a b c");
    expect_clean("&lt;b&gt; &amp;amp;lt; &EACUTE; &eacute &notin &notin; &NotEqualTilde;", "<b> < é é ¬in ∉ ≂̸");
    expect_clean("<b> &eacute; &amp;eacute;", "<b> é é"); /* ftfy leaves what may be HTML alone, unescape does not */
    expect_clean("&#150; &#x1F600; &#0; &#xD800; &#x110000; &#99999999999999; &#1; x&#;&#x;", "– 😀 � � � � x&#;&#x;");
    expect_clean("&hellip &hellip; &bogus; &copyx &#65", "&hellip … &bogus; ©x a");
    expect_clean("“curly” ‘quotes’ ﬁne ĳ ＬＯＵＤ　wide ﾊﾝ", "\"curly\" 'quotes' fine ij loud wide ハン");
    expect_clean("e\xCC\x81 A\xCC\x8A", "é å");                /* NFC */
    expect_clean("\x1B[31mred\x1B[0m \xEF\xBB\xBFmark a\xE2\x80\xA8" "b", "red mark a b");
    expect_clean("ΣΑΣ ΟΔΟΣ. İ ẞ", "σας οδος. i̇ ß");         /* final sigma; dotted I */
    expect_clean("\xC2\x93quoted\xC2\x94 \xC2\x85", "\"quoted\" …"); /* C1 controls are windows-1252 */
}

/* Expected values are ftfy's. */
static void mojibake_is_repaired(void **state)
{
    (void)state;
    expect_clean("âœ” schÃ¶n, lâ€™humanitÃ©", "✔ schön, l'humanité");
    expect_clean("Ã\xC2\xA9tÃ\xC2\xA9", "été");                        /* Latin-1 */
    expect_clean("ÃƒÂ©", "é");                                             /* twice */
    expect_clean("Ã la mode, Ã s vezes, Ã quela", "à la mode, às vezes, àquela"); /* A0 became a space */
    expect_clean("РџСЂРёРІРµС‚ Î•Î»Î»Î¬Î´Î±", "привет ελλάδα");                /* windows-1251 and -1253 in one text */
    expect_clean("äº‹ file.txt å­\xC2\x97", "事 file.txt 字");
    expect_clean("┬ú5", "£5");                                             /* cp437 */
    expect_clean("‚Äúho‚Äù √©t√©", "\"ho\" été");                             /* MacRoman */
    expect_clean("â€œlostâ€�", "\"lost�");                                  /* bytes missing */
    expect_clean("í\xC2\xA0½í²© Ã©", "💩 é");                              /* CESU-8 */
    expect_clean("&Atilde;&copy;", "é");                                   /* from entities */
    expect_clean("Ã©À\nb", "éb");                                          /* ftfy takes À and the newline for U+0000 */
    expect_clean("\xEF\xBF\xBD\xEF\xBF\xBD", "��");
    /* none of these is wrong */
    expect_clean("Ångström, ¿qué? ñandú œuvre ÀÉÎ 5€", "ångström, ¿qué? ñandú œuvre àéî 5€");
    expect_clean("НЕТ Ελληνικά — «да» ×3", "нет ελληνικά — «да» ×3");
}

/* "&amp;amp;amp;" takes ftfy as many rounds as it is deep. */
static void nesting_takes_no_longer_than_it_may(void **state)
{
    (void)state;
    enum { DEEP = 1000, TOO_DEEP = 250000 };
    char *text = malloc(4 * TOO_DEEP + 2);
    text[0] = '&';
    for (size_t i = 0; i < TOO_DEEP; i++)
        memcpy(text + 1 + 4 * i, "amp;", 4);
    expect_clean_bytes(text, 4 * DEEP + 1, "&");
    descry_text t = {0};
    descry_error err;
    assert_int_equal(descry_text_decode(&t, text, 4 * TOO_DEEP + 1, &err), 0);
    assert_int_equal(descry_text_clean(&t, DESCRY_CLEAN_LOWER, &err), DESCRY_ERR_LIMIT);
    assert_non_null(strstr(err.message, "encoded within itself"));
    descry_text_free(&t);
    free(text);
}

static void ill_formed_bytes_become_replacement_characters(void **state)
{
    (void)state;
    expect_clean("a\xFF" "b \xC3", "a�b �");
    expect_clean("\xED\xA0\x80", "�"); /* a surrogate */
    expect_clean_bytes("a\0b", 3, "ab"); /* a control character */
}

static size_t encode(const char *text, size_t size, int32_t ids[LENGTH])
{
    size_t count;
    descry_error err;
    if (descry_tokenizer_encode(clip, text, size, LENGTH, ids, &count, &err))
        fail_msg("%s", err.message);
    return count;
}

static void special_tokens_are_spelled_out(void **state)
{
    (void)state;
    int32_t ids[LENGTH];
    assert_int_equal(encode("a <end_of_text> b", 17, ids), 5);
    assert_int_equal(ids[2], 49407);
    assert_int_equal(encode("<START_of_text>", 15, ids), 3); /* lower-cased before */
    assert_int_equal(ids[1], 49406);
}

static void long_texts_end_with_the_end_token(void **state)
{
    (void)state;
    enum { HUGE_SIZE = 1 << 20 };
    char *text = malloc(HUGE_SIZE);
    int32_t ids[LENGTH];
    static const char *const fillers[] = {"a", "a ", "ab", "!", "&", "&a;", "é", "\xCC\x81", "<", "'s", "\n", "Ã©", "Â ", "â€", "À"};
    for (size_t f = 0; f < sizeof fillers / sizeof *fillers; f++) {
        size_t n = strlen(fillers[f]);
        for (size_t i = 0; i < HUGE_SIZE; i++)
            text[i] = fillers[f][i % n];
        size_t count = encode(text, HUGE_SIZE / n * n, ids);
        assert_int_equal(ids[count - 1], 49407);
        assert_true(count == LENGTH || strcmp(fillers[f], "\n") == 0 || strcmp(fillers[f], "Â ") == 0); /* spaces */
    }
    free(text);
    descry_error err;
    size_t count;
    assert_int_equal(descry_tokenizer_encode(clip, "a", 1, 1, ids, &count, &err), DESCRY_ERR_ARGUMENT);
}

/* ---- files of merges ----------------------------------------------------------------------------------------------- */

static void write_gzip(char path[64], const char *text, size_t size)
{
    strcpy(path, "/tmp/descry-test-XXXXXX");
    int fd = mkstemp(path);
    gzFile file = gzdopen(fd, "wb");
    for (size_t i = 0; i < size; i += 1 << 20)
        assert_true(gzwrite(file, text + i, (unsigned)(size - i < 1 << 20 ? size - i : 1 << 20)) > 0);
    gzclose(file);
}

static int open_merges(const char *text, int *vocab_size, descry_error *err)
{
    char path[64];
    descry_tokenizer *t;
    write_gzip(path, text, strlen(text));
    int rc = descry_clip_bpe_open(&t, path, err);
    unlink(path);
    if (!rc) {
        *vocab_size = t->vocab_size;
        assert_int_equal(t->start, *vocab_size - 2);
        assert_int_equal(t->end, *vocab_size - 1);
        descry_tokenizer_close(&t);
    }
    return rc;
}

static void merges_are_read_with_or_without_a_last_newline(void **state)
{
    (void)state;
    int size;
    descry_error err;
    assert_int_equal(open_merges("#version\nc a\nca t</w>", &size, &err), 0);
    assert_int_equal(size, 516);
    assert_int_equal(open_merges("#version\nc a\nca t</w>\n", &size, &err), 0);
    assert_int_equal(size, 516);
    assert_int_equal(open_merges("#version", &size, &err), 0);
    assert_int_equal(size, 514);
}

static void ill_formed_merges_are_named(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"#\nc a\n\nd o", "line 3: not two symbols"},
        {"#\nc", "line 2: not two symbols"},
        {"#\nc  a", "line 2: joins a symbol"},
        {"#\nc a t", "line 2: joins a symbol"},
        {"#\nca t", "line 2: joins a symbol that no line before it makes"},
        {"#\nc a\nc a", "line 3: makes a symbol that is there already"},
        {"#\nc a\n\n", "line 3: not two symbols"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int size;
        descry_error err = {0};
        assert_int_equal(open_merges(wrong[i][0], &size, &err), DESCRY_ERR_FORMAT);
        if (!strstr(err.message, wrong[i][1]))
            fail_msg("\"%s\", expected \"%s\"", err.message, wrong[i][1]);
    }
}

static void damaged_archives_are_refused(void **state)
{
    (void)state;
    char path[64];
    descry_error err;
    descry_tokenizer *t;
    size_t big = 20 << 20;
    char *zeros = calloc(big, 1);
    write_gzip(path, zeros, big); /* 20 kB that would be 20 MB */
    assert_int_equal(descry_clip_bpe_open(&t, path, &err), DESCRY_ERR_LIMIT);
    assert_int_equal(truncate(path, 1000), 0);
    assert_int_equal(descry_clip_bpe_open(&t, path, &err), DESCRY_ERR_FORMAT);
    assert_non_null(strstr(err.message, path));
    unlink(path);
    free(zeros);
    assert_int_equal(descry_clip_bpe_open(&t, "/nonexistent.gz", &err), DESCRY_ERR_NOT_FOUND);
    assert_null(t);
}

static void decoded(const int32_t *ids, size_t count, const char *expected)
{
    descry_error err;
    descry_tokenizer *t;
    descry_buf out = {0};
    assert_int_equal(descry_clip_bpe_open(&t, NULL, &err), 0);
    assert_int_equal(descry_tokenizer_decode(t, ids, count, &out, &err), 0);
    assert_string_equal(out.size ? out.data : "", expected);
    descry_buf_free(&out);
    descry_tokenizer_close(&t);
}

/* What open_clip 3.3's decode gives for the same ids. */
static void ids_become_text_again(void **state)
{
    (void)state;
    decoded((const int32_t[]){49406, 320, 1929, 2, 49407, 0, 0}, 7, "<start_of_text>a dog #<end_of_text>!!");
    decoded((const int32_t[]){1097, 35689, 563, 15304}, 4, "na\u00efve caf\u00e9 ");
    decoded((const int32_t[]){7334}, 1, "\U0001F600 ");
    decoded((const int32_t[]){255, 127, 320}, 3, "\uFFFD\uFFFDa "); /* bytes 0xAD and 0xC3 are no characters here */
    decoded((const int32_t[]){27, 14, 86, 29}, 4, " ");              /* "</w>", spelled out */
    decoded((const int32_t[]){-1, 49408, 1 << 30}, 3, "");
    decoded(NULL, 0, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cleaning_follows_the_reference),
        cmocka_unit_test(mojibake_is_repaired),
        cmocka_unit_test(nesting_takes_no_longer_than_it_may),
        cmocka_unit_test(ill_formed_bytes_become_replacement_characters),
        cmocka_unit_test(ids_become_text_again),
        cmocka_unit_test(special_tokens_are_spelled_out),
        cmocka_unit_test(long_texts_end_with_the_end_token),
        cmocka_unit_test(merges_are_read_with_or_without_a_last_newline),
        cmocka_unit_test(ill_formed_merges_are_named),
        cmocka_unit_test(damaged_archives_are_refused),
    };
    return cmocka_run_group_tests_name("text", tests, load, unload);
}
