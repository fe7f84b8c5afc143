/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_test.h"

#include "base/cpu.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/pool.h"
#include "base/shared.h"
#include "support/support.h"
#include "support/tables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static void error_messages_stay_one_valid_line(void **state)
{
    (void)state;
    descry_error err;
    assert_int_equal(descry_fail(&err, DESCRY_ERR_FORMAT, "a\nb %d", 7), DESCRY_ERR_FORMAT);
    assert_int_equal(err.code, DESCRY_ERR_FORMAT);
    assert_string_equal(err.message, "a?b 7");

    char longer[3000];
    for (size_t i = 0; i + 2 < sizeof longer; i += 2)
        memcpy(longer + i, "\xC3\xA9", 2);
    longer[sizeof longer - 2] = 0;
    descry_fail(&err, DESCRY_ERR_IO, "x%s", longer);
    assert_int_equal(strlen(err.message), 999);
    assert_int_equal((unsigned char)err.message[998], 0xA9); /* 1 + 2 * 499: no half character */
    descry_fail(&err, DESCRY_ERR_IO, "%s", longer);
    assert_int_equal(strlen(err.message), 998);

    assert_int_equal(descry_fail_errno(&err, ENOENT, "%s", "f"), DESCRY_ERR_NOT_FOUND);
    assert_string_equal(err.message, "f: No such file or directory");
    assert_int_equal(descry_fail(NULL, DESCRY_ERR_LIMIT, "dropped"), DESCRY_ERR_LIMIT);
}

static void sizes_that_overflow_give_no_memory(void **state)
{
    (void)state;
    volatile size_t huge = SIZE_MAX / 2;
    assert_null(descry_alloc(huge, 3));
    assert_null(descry_alloc_aligned(huge, 3));
    descry_arena arena = {0};
    assert_null(descry_arena_alloc(&arena, huge, 3));
    void *a = descry_arena_alloc(&arena, 3, 1), *b = descry_arena_alloc(&arena, 200000, 1);
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal((uintptr_t)a % 64, 0);
    assert_int_equal((uintptr_t)b % 64, 0);
    descry_arena_free(&arena);
}

static void buffer_grows_and_ends_with_nul(void **state)
{
    (void)state;
    descry_buf buf = {0};
    for (int i = 0; i < 1000; i++)
        assert_int_equal(descry_buf_printf(&buf, NULL, "%d,", i), 0);
    assert_int_equal(buf.size, 3890);
    assert_int_equal(buf.data[buf.size], 0);
    assert_int_equal(descry_buf_reserve(&buf, SIZE_MAX - 10, NULL), DESCRY_ERR_MEMORY);
    descry_buf_free(&buf);
}

static void sha256_matches_fips(void **state)
{
    (void)state;
    uint8_t digest[DESCRY_SHA256_SIZE];
    char text[DESCRY_SHA256_HEX];
    assert_int_equal(descry_sha256_of("abc", 3, digest, NULL), 0);
    descry_hex(digest, sizeof digest, text);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void count(void *arg, size_t i, unsigned worker)
{
    (void)worker;
    ((unsigned char *)arg)[i]++;
}

static void pool_runs_each_index_once(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 5; threads += 2) {
        descry_pool *pool;
        assert_int_equal(descry_pool_open(&pool, threads, NULL), 0);
        assert_int_equal(descry_pool_threads(pool), threads);
        for (size_t n = 0; n < 300; n++) {
            unsigned char seen[300] = {0};
            descry_pool_run(pool, n, count, seen);
            for (size_t i = 0; i < 300; i++)
                assert_int_equal(seen[i], i < n);
        }
        descry_pool_close(&pool);
        assert_null(pool);
    }
    descry_error err;
    descry_pool *pool;
    assert_int_equal(descry_pool_open(&pool, 100000, &err), DESCRY_ERR_ARGUMENT);
}

/* On x86 those that Linux lists; others are not asked. */
static void cpu_features_are_those_of_the_machine(void **state)
{
    (void)state;
#if defined(__x86_64__)
    static const struct {
        uint32_t bit;
        const char *name;
    } features[] = {{DESCRY_CPU_AVX2, " avx2 "},         {DESCRY_CPU_FMA, " fma "},           {DESCRY_CPU_F16C, " f16c "},
                    {DESCRY_CPU_AVX512F, " avx512f "},   {DESCRY_CPU_AVX512BW, " avx512bw "}, {DESCRY_CPU_AVX512DQ, " avx512dq "},
                    {DESCRY_CPU_AVX512VL, " avx512vl "}, {DESCRY_CPU_NEON, " none "}};
    char line[8192] = "";
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file && strncmp(line, "flags", 5) != 0 && fgets(line, sizeof line, file))
        ;
    if (file)
        fclose(file);
    if (strncmp(line, "flags", 5) != 0)
        skip();
    line[strcspn(line, "\n")] = ' ';
    for (size_t i = 0; i < sizeof features / sizeof *features; i++)
        if (!(descry_cpu_features() & features[i].bit) != !strstr(line, features[i].name))
            fail_msg("%s", features[i].name);
#elif defined(__aarch64__)
    assert_int_equal(descry_cpu_features(), DESCRY_CPU_NEON);
#else
    assert_int_equal(descry_cpu_features(), 0);
#endif
}

static void cpu_caps_are_names(void **state)
{
    (void)state;
    uint32_t features, all = descry_cpu_features();
    descry_error err;
    assert_int_equal(descry_cpu_choose(&features, NULL, &err), 0);
    assert_int_equal(features, all);
    assert_int_equal(descry_cpu_choose(&features, "portable", &err), 0);
    assert_int_equal(features, 0);
    for (size_t i = 0; table_at(i); i++) { /* each leaves what its kernels need, and nothing that others need */
        descry_kernels table;
        assert_int_equal(descry_cpu_choose(&features, table_at(i)->name, &err), 0);
        assert_int_equal(features & ~all, 0);
        descry_kernels_fill(&table, features);
        assert_string_equal(table.name, table_at(i)->name);
    }
    assert_int_equal(descry_cpu_choose(&features, "sse9", &err), DESCRY_ERR_ARGUMENT);
}

static void files_that_are_not_regular_are_refused(void **state)
{
    (void)state;
    descry_buf buf = {0};
    descry_map map;
    descry_error err;
    assert_int_equal(descry_file_read(&buf, "/", 100, &err), DESCRY_ERR_IO);
    assert_int_equal(descry_file_read(&buf, "/dev/zero", 100, &err), DESCRY_ERR_IO);
    assert_int_equal(descry_map_open(&map, "/nonexistent", &err), DESCRY_ERR_NOT_FOUND);
    const char *self = "/proc/self/status"; /* a regular file that says it is empty */
    assert_int_equal(descry_file_read(&buf, self, 10, &err), DESCRY_ERR_LIMIT);
    assert_int_equal(descry_file_read(&buf, self, 1 << 20, &err), 0);
    assert_true(buf.size > 100);
    descry_buf_free(&buf);
}

static void shared_memory_holds_what_was_read(void **state)
{
    static const size_t sizes[] = {0, 1, 4095, 65535, 65536, 65537, 200000};
    char folder[FOLDER_SIZE], path[FOLDER_SIZE + 2], *bytes = malloc(200000);
    descry_error err;
    (void)state;
    assert_non_null(bytes);
    assert_int_equal(make_folder(folder), 0);
    snprintf(path, sizeof path, "%s/f", folder);
    for (size_t i = 0; i < 200000; i++)
        bytes[i] = (char)(i * 2654435761u >> 13);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        descry_shared file, copy;
        write_file(path, bytes, sizes[i]);
        check_rc(descry_shared_read(&file, path, 200000, &err), &err);
        check_rc(descry_shared_copy(&copy, bytes, sizes[i], "x", &err), &err);
        assert_int_equal(file.size, sizes[i]);
        assert_int_equal(copy.size, sizes[i]);
        if (sizes[i] > 0) {
            assert_memory_equal(file.data, bytes, sizes[i]);
            assert_memory_equal(copy.data, bytes, sizes[i]);
            assert_int_equal(lseek(file.fd, 0, SEEK_END), sizes[i]);
#ifdef __linux__
            assert_int_equal(pwrite(file.fd, "x", 1, 0), -1);
            assert_ptr_equal(mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, copy.fd, 0), MAP_FAILED);
            assert_int_equal(ftruncate(copy.fd, 0), -1);
#endif
        }
        descry_shared_close(&file);
        descry_shared_close(&copy);
    }
    assert_int_equal(descry_shared_read(&(descry_shared){0}, path, 199999, &err), DESCRY_ERR_LIMIT);
    free(bytes);
    assert_int_equal(remove_folder(folder), 0);
}

/* The signal would end this process. */
static void a_limit_of_files_is_no_signal(void **state)
{
    static const char bytes[5000];
    struct rlimit before, low;
    descry_shared copy;
    descry_error err;
    void *data;
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    low = before;
    low.rlim_cur = 4096;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    int rc = descry_shared_copy(&copy, bytes, sizeof bytes, "x", &err), fd = descry_shared_make(sizeof bytes, &data);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(rc, DESCRY_ERR_IO);
    assert_string_equal(err.message, "x: no memory to share: File too large");
    assert_int_equal(fd, -1);
}

/* What is read, and what is said of mistakes, is Jansson's. */
static void json_is_read_as_jansson_reads_it(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"a\": [1, 2.5, \"\\u00e9\\\"\\\\\", null]}", "[]", " {}\n", "", " ", "1", "\"a\"", "{}]", "{}, {}", "{}], [{}", "{} x", "[1",
        "[\"a]", "[\"\\", "{\"a\": 1, \"a\": 2}", "[\n\n01]", "[\"\xff\"]", "[123456789012345678901234567890]", "]", "[\"", "null"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_error_t where = {0}, theirs = {0};
        int code;
        size_t size = strlen(texts[i]);
        json_t *read = descry_json_load(texts[i], size, JSON_REJECT_DUPLICATES, &where, &code);
        json_t *expected = json_loadb(texts[i], size, JSON_REJECT_DUPLICATES, &theirs);
        assert_int_equal(code, expected ? 0 : DESCRY_ERR_FORMAT);
        assert_true(expected ? json_equal(read, expected) : !read);
        if (!expected) {
            assert_string_equal(where.text, theirs.text);
            assert_int_equal(where.line, theirs.line);
        }
        json_decref(read);
        json_decref(expected);
    }
    for (size_t depth = JSON_PARSER_MAX_DEPTH - 1; depth <= JSON_PARSER_MAX_DEPTH + 1; depth++) { /* one level less */
        char text[2 * JSON_PARSER_MAX_DEPTH + 2];
        json_error_t where = {0};
        int code;
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        json_t *read = descry_json_load(text, 2 * depth, 0, &where, &code);
        assert_int_equal(code, depth < JSON_PARSER_MAX_DEPTH ? 0 : DESCRY_ERR_FORMAT);
        assert_true(!read == !!strstr(where.text, "depth"));
        json_decref(read);
    }
    for (size_t n = 0; n < 5000; n += n < 70 ? 1 : 97) { /* strings of any length */
        char text[5100];
        int code;
        snprintf(text, sizeof text, "{\"%0*d\": 1}", (int)n, 7);
        json_t *read = descry_json_load(text, strlen(text), 0, NULL, &code);
        assert_int_equal(json_object_size(read), 1);
        assert_int_equal(strlen(json_object_iter_key(json_object_iter(read))), n ? n : 1);
        json_decref(read);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_messages_stay_one_valid_line),
        cmocka_unit_test(sizes_that_overflow_give_no_memory),
        cmocka_unit_test(buffer_grows_and_ends_with_nul),
        cmocka_unit_test(sha256_matches_fips),
        cmocka_unit_test(pool_runs_each_index_once),
        cmocka_unit_test(cpu_features_are_those_of_the_machine),
        cmocka_unit_test(cpu_caps_are_names),
        cmocka_unit_test(files_that_are_not_regular_are_refused),
        cmocka_unit_test(shared_memory_holds_what_was_read),
        cmocka_unit_test(a_limit_of_files_is_no_signal),
        cmocka_unit_test(json_is_read_as_jansson_reads_it),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
