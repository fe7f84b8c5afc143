/* SPDX-License-Identifier: Apache-2.0 */
#include "decoders_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

const descry_preprocess preprocess = {.width = SIDE, .height = SIDE, .interpolation = DESCRY_BICUBIC};
const descry_limits limits = DESCRY_LIMITS_INIT;
const descry_preprocess_options usual = {sizeof usual, 0, 13, &limits};
const descry_job whole = {.wanted = {&preprocess, &usual, 0, 0}};

char warned[1000];

static void log_to(void *arg, descry_log_level level, const char *message)
{
    (void)arg, (void)level;
    snprintf(warned, sizeof warned, "%s", message);
}

descry_decoders *open_decoders(const char *which, descry_sandbox sandbox, unsigned workers)
{
    static char folder[4096];
    descry_decoders *d;
    const char *root = getenv("DESCRY_BUILD_ROOT");
    assert_non_null(root);
    snprintf(folder, sizeof folder, "%s%s%s", root, which ? "/tests/decoders/" : "", which ? which : "");
    descry_decoders_options how = {.folder = folder, .sandbox = sandbox, .workers = workers, .seconds = 1, .log = {log_to, NULL}};
    assert_int_equal(descry_decoders_open(&d, &how, NULL), 0);
    return d;
}

descry_sandbox sandbox(void)
{
    descry_sandbox chosen;
    assert_int_equal(descry_sandbox_choose(&chosen, NULL), 0);
    return chosen;
}

uint32_t walls(void)
{
    static uint32_t standing = ~0u;
    if (standing != ~0u)
        return standing;
    descry_worker w;
    descry_error err;
    descry_decoders *d = open_decoders(NULL, sandbox(), 1);
    if (descry_decoders_lend(d, &w, 0, 0, "x", &err))
        fail_msg("%s", err.message);
    standing = w.walls;
    descry_decoders_take_back(d, &w);
    descry_decoders_close(&d);
    return standing;
}

void need(uint32_t wanted)
{
    if ((walls() & wanted) == wanted)
        return;
    printf("not run: a test of decoders that needs %s%s%s\n", wanted & DESCRY_WALL_CALLS ? "seccomp " : "",
           wanted & DESCRY_WALL_FILES ? "Landlock " : "", wanted & DESCRY_WALL_LIMITS ? "limits " : "");
    fflush(stdout);
    skip();
}

int prepare_with(descry_decoders *d, descry_job job, const void *bytes, size_t size, uint8_t *rgb, descry_facts *facts,
                        int *fault, descry_error *err)
{
    descry_shared given = descry_shared_none(bytes, size);
    return descry_decoders_prepare(d, &job, &given, "x", rgb, facts, fault, err);
}

int ask(descry_decoders *d, const char *what, int *fault, descry_error *err)
{
    char bytes[64];
    uint8_t rgb[PIXELS];
    descry_facts facts;
    int size = snprintf(bytes, sizeof bytes, "GIF89a %s", what);
    int rc = prepare_with(d, whole, bytes, (size_t)size, rgb, &facts, fault, err);
    for (size_t i = 0; i < PIXELS && !rc; i++)
        assert_int_equal(rgb[i], 99);
    if (!rc)
        assert_int_equal(facts.width, 8);
    descry_facts_free(&facts);
    return rc;
}

void check_good(descry_decoders *d)
{
    int fault;
    descry_error err = {0};
    check_rc(ask(d, "good", &fault, &err), &err);
    assert_int_equal(fault, 0);
}

int has_children(void)
{
    return waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD;
}

void close_decoders(descry_decoders **d)
{
    descry_decoders_close(d);
    assert_false(has_children());
}
