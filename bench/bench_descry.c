/* SPDX-License-Identifier: Apache-2.0
 * descry's side of the benchmarks, driven by bench/run.py so that it can take turns with the peer.
 *
 *     bench_descry MODEL THREADS [bf16 | combine]
 *
 * Reads lines from standard input and answers each with one line:
 *     image N REPEATS    seconds for a batch of N pictures, REPEATS times
 *     text TEXT          seconds for one text
 *     askers N REPEATS   seconds for a text by each of N threads at once, REPEATS times one after the other
 *     caption N LENGTH DECODE  seconds for captions of N pictures, LENGTH ids at most, and the ids chosen
 *     memory             bytes/s that THREADS threads read
 *     peak               the processor's f32 multiply-adds, flop/s of THREADS threads */
#define _DEFAULT_SOURCE /* clock_gettime, madvise, MAP_ANONYMOUS */
#include <descry.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void stop(const descry_error *err)
{
    fprintf(stderr, "bench_descry: %s\n", err->message);
    exit(1);
}

/* ---- the peak: independent chains of multiply-adds in registers ---------------------------------------------------- */

enum { CHAINS = 12, ROUNDS = 20000000 };

#if defined(__x86_64__)
#include <immintrin.h>

#define CHAIN(vec, set1, fmadd)                                                                                        \
    vec sum[CHAINS], x = set1(0.999f), y = set1(1e-3f);                                                                \
    for (int i = 0; i < CHAINS; i++)                                                                                   \
        sum[i] = set1((float)i);                                                                                       \
    for (long k = 0; k < ROUNDS; k++)                                                                                  \
        for (int i = 0; i < CHAINS; i++)                                                                               \
            sum[i] = fmadd(sum[i], x, y);                                                                              \
    for (int i = 1; i < CHAINS; i++)                                                                                   \
        sum[0] = fmadd(sum[i], x, sum[0]);                                                                             \
    *(volatile float *)arg = sum[0][0];                                                                                \
    return NULL;

__attribute__((target("avx512f"))) static void *peak512(void *arg)
{
    CHAIN(__m512, _mm512_set1_ps, _mm512_fmadd_ps)
}

__attribute__((target("avx2,fma"))) static void *peak256(void *arg)
{
    CHAIN(__m256, _mm256_set1_ps, _mm256_fmadd_ps)
}
#endif

static double peak(unsigned threads, const char *cpu)
{
#if defined(__x86_64__)
    void *(*run)(void *) = strcmp(cpu, "avx512") == 0 ? peak512 : peak256;
    double flop = 2.0 * CHAINS * ROUNDS * (strcmp(cpu, "avx512") == 0 ? 16 : 8) * threads;
    pthread_t *ids = malloc(threads * sizeof *ids);
    float *results = malloc(threads * sizeof *results);
    double start = now();
    for (unsigned i = 0; i < threads; i++)
        pthread_create(&ids[i], NULL, run, &results[i]);
    for (unsigned i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    double seconds = now() - start;
    free(ids);
    free(results);
    return flop / seconds;
#else
    (void)threads, (void)cpu;
    return 0;
#endif
}

/* ---- memory: sums of more than any cache holds ----------------------------------------------------------------------- */

enum { READ_BYTES = 1 << 29, READ_ROUNDS = 2, STEP = 3 * 64, WAYS = 3 }; /* STEP: of vectors, as the kernels take them */

typedef struct reader {
    const char *from;
    size_t bytes; /* whole steps */
    int way;      /* 0: the processor's own prefetching; 1, 2: with hints some way ahead for one, for all of three lines */
    float sum;
} reader;

#define READ(vec, load, add, lanes)                                                                                    \
    reader *r = arg;                                                                                                   \
    enum { N = STEP / 4 / lanes };                                                                                     \
    vec sums[N] = {{0}};                                                                                               \
    const char *end = r->from + r->bytes;                                                                              \
    for (int round = 0; round < READ_ROUNDS; round++)                                                                  \
        for (const char *p = r->from; p < end; p += STEP) {                                                            \
            for (int l = 0; l < (r->way == 2 ? 3 : r->way); l++)                                                       \
                __builtin_prefetch(p + 16384 + l * 64, 0, 2);                                                          \
            for (int j = 0; j < N; j++)                                                                                \
                sums[j] = add(sums[j], load((const float *)p + j * lanes));                                            \
        }                                                                                                              \
    for (int j = 1; j < N; j++)                                                                                        \
        sums[0] = add(sums[0], sums[j]);                                                                               \
    r->sum = sums[0][0];                                                                                               \
    return NULL;

#if defined(__x86_64__)
__attribute__((target("avx512f"))) static void *read512(void *arg)
{
    READ(__m512, _mm512_load_ps, _mm512_add_ps, 16)
}

__attribute__((target("avx2"))) static void *read256(void *arg)
{
    READ(__m256, _mm256_load_ps, _mm256_add_ps, 8)
}
#endif

typedef float four __attribute__((vector_size(16)));

static four load4(const float *p)
{
    return *(const four *)p;
}

static four add4(four a, four b)
{
    return a + b;
}

static void *read128(void *arg)
{
    READ(four, load4, add4, 4)
}

static double read_speed(reader *readers, pthread_t *ids, unsigned threads, const char *cpu)
{
    void *(*run)(void *) = read128;
#if defined(__x86_64__)
    run = strcmp(cpu, "avx512") == 0 ? read512 : strcmp(cpu, "avx2") == 0 ? read256 : read128;
#endif
    (void)cpu;
    double start = now();
    for (unsigned i = 0; i < threads; i++)
        pthread_create(&ids[i], NULL, run, &readers[i]);
    for (unsigned i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    return (double)readers[0].bytes * READ_ROUNDS * threads / (now() - start);
}

/* The fastest of some ways: a bound should not flatter. */
static double memory_speed(unsigned threads, const char *cpu)
{
    enum { HUGE = 1 << 21 };
    pthread_t *ids = malloc(threads * sizeof *ids);
    reader *readers = calloc(threads, sizeof *readers);
    size_t part = (size_t)READ_BYTES / threads / STEP * STEP;
    double best = 0;
    char *memory = mmap(NULL, READ_BYTES + HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!ids || !readers || memory == MAP_FAILED) {
        fprintf(stderr, "bench_descry: out of memory\n");
        exit(1);
    }
    char *from = memory + (HUGE - (uintptr_t)memory % HUGE) % HUGE;
#ifdef MADV_HUGEPAGE
    madvise(from, READ_BYTES, MADV_HUGEPAGE);
#endif
    memset(from, 1, READ_BYTES);
    for (int way = 0; way < WAYS; way++) {
        for (unsigned i = 0; i < threads; i++)
            readers[i] = (reader){from + i * part, part, way, 0};
        double speed = read_speed(readers, ids, threads, cpu);
        best = speed > best ? speed : best;
    }
    munmap(memory, READ_BYTES + HUGE);
    free(ids);
    free(readers);
    return best;
}

/* ---- captions -------------------------------------------------------------------------------------------------------- */

static int count_ids(void *arg, const char *path, const descry_caption *caption, const descry_error *err)
{
    (void)path, (void)err;
    *(size_t *)arg += caption->count - 1; /* the start token was given */
    return 0;
}

static void run_captions(descry_model *model, const uint8_t *rgb, size_t n, size_t length, const char *decode)
{
    descry_error err;
    descry_generation how = DESCRY_GENERATION_INIT;
    how.max_length = length;
    how.decode = strcmp(decode, "beam") == 0     ? DESCRY_DECODE_BEAM
                 : strcmp(decode, "greedy") == 0 ? DESCRY_DECODE_GREEDY
                                                 : DESCRY_DECODE_GROUP;
    size_t ids = 0;
    double start = now();
    if (descry_caption_pixels(model, rgb, n, &how, NULL, count_ids, &ids, &err))
        stop(&err);
    printf("%.9f %zu", now() - start, ids);
}

/* ---- many callers ---------------------------------------------------------------------------------------------------- */

typedef struct asker {
    descry_model *model;
    int number, repeats;
} asker;

static void *ask(void *arg)
{
    const asker *a = arg;
    descry_error err;
    char text[100];
    float *out = malloc((size_t)descry_model_get_info(a->model)->dim * sizeof *out);
    for (int i = 0; i < a->repeats; i++) {
        const char *texts[] = {text};
        snprintf(text, sizeof text, "photo %d of a red apple beside dog number %d", i, a->number);
        if (descry_embed_texts(a->model, texts, 1, 1, out, &err))
            stop(&err);
    }
    free(out);
    return NULL;
}

static double ask_all(descry_model *model, int n, int repeats)
{
    enum { ASKERS = 64 };
    pthread_t ids[ASKERS];
    asker askers[ASKERS];
    n = n < ASKERS ? n : ASKERS;
    double start = now();
    for (int i = 0; i < n; i++) {
        askers[i] = (asker){model, i, repeats};
        pthread_create(&ids[i], NULL, ask, &askers[i]);
    }
    for (int i = 0; i < n; i++)
        pthread_join(ids[i], NULL);
    return now() - start;
}

/* -------------------------------------------------------------------------------------------------------------------- */

int main(int argc, char **argv)
{
    descry_error err;
    descry_context *ctx;
    descry_model *model;
    descry_context_options options = DESCRY_CONTEXT_OPTIONS_INIT;
    enum { MOST = 64 };
    const char *way = argc == 4 ? argv[3] : "";
    if (argc < 3 || argc > 4 || (argc == 4 && strcmp(way, "bf16") != 0 && strcmp(way, "combine") != 0))
        return 2;
    descry_model_options how = DESCRY_MODEL_OPTIONS_INIT;
    how.precision = strcmp(way, "bf16") == 0 ? DESCRY_PRECISION_BF16 : DESCRY_PRECISION_F32;
    how.combine = strcmp(way, "combine") == 0;
    options.threads = (unsigned)atoi(argv[2]);
    if (descry_context_open(&ctx, &options, &err) || descry_model_open(&model, ctx, argv[1], &how, &err))
        stop(&err);
    const descry_model_info *info = descry_model_get_info(model);
    size_t picture = (size_t)info->image_width * (size_t)info->image_height * 3;
    uint8_t *rgb = malloc(MOST * picture);
    float *out = malloc(MOST * (size_t)info->dim * sizeof *out);
    for (size_t i = 0; i < MOST * picture; i++)
        rgb[i] = (uint8_t)(i * 2654435761u >> 24);

    char line[4096], word[16];
    while (fgets(line, sizeof line, stdin)) {
        size_t n = 0, length = 0;
        int repeats = 0;
        line[strcspn(line, "\n")] = 0;
        if (sscanf(line, "image %zu %d", &n, &repeats) == 2 && n <= MOST) {
            for (int i = 0; i < repeats; i++) {
                double start = now();
                if (descry_embed_pixels(model, rgb, n, 1, out, &err))
                    stop(&err);
                printf("%.9f ", now() - start);
            }
        } else if (strncmp(line, "text ", 5) == 0) {
            const char *text = line + 5;
            double start = now();
            if (descry_embed_texts(model, &text, 1, 1, out, &err))
                stop(&err);
            printf("%.9f", now() - start);
        } else if (sscanf(line, "askers %zu %d", &n, &repeats) == 2) {
            printf("%.9f", ask_all(model, (int)n, repeats));
        } else if (sscanf(line, "caption %zu %zu %15s", &n, &length, word) == 3 && n <= MOST) {
            run_captions(model, rgb, n, length, word);
        } else if (strcmp(line, "memory") == 0) {
            printf("%.6g", memory_speed(descry_context_threads(ctx), descry_context_cpu(ctx)));
        } else if (strcmp(line, "peak") == 0) {
            printf("%.6g", peak(descry_context_threads(ctx), descry_context_cpu(ctx)));
        }
        printf("\n");
        fflush(stdout);
    }
    free(rgb);
    free(out);
    descry_model_close(&model);
    descry_context_close(&ctx);
    return 0;
}
