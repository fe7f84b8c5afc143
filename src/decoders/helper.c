/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* dladdr, secure_getenv */
#include "decoders/helper.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/paths.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/seccomp.h>
#include <sys/syscall.h>
#endif

#define PROGRAM "descry-decode"

#ifndef __GLIBC__
#define secure_getenv(name) (geteuid() == getuid() && getegid() == getgid() ? getenv(name) : NULL)
#endif

/* ---- finding it --------------------------------------------------------------------------------------------------- */

typedef struct search_path {
    descry_buf path, tried;
    bool found;
} search_path;

static int try_folder(search_path *p, const char *folder, size_t length, descry_error *err)
{
    if (p->found)
        return 0;
    p->path.size = 0;
    int rc = descry_buf_printf(&p->path, err, "%.*s/" PROGRAM, (int)length, folder);
    if (rc)
        return rc;
    p->found = access(p->path.data, F_OK) == 0;
    return p->found ? 0 : descry_buf_printf(&p->tried, err, "%s%s", p->tried.size ? ", " : "", p->path.data);
}

/* In a build tree it is beside the library, when installed at a path relative to it.  A library that is linked statically has
 * no such folder. */
static int try_beside_library(search_path *p, descry_error *err)
{
    static const char here = 0;
    Dl_info library;
    descry_buf real = {0}, installed = {0};
    if (!dladdr(&here, &library) || !library.dli_fname || !strchr(library.dli_fname, '/'))
        return 0;
    int rc = descry_path_real(&real, library.dli_fname, err);
    size_t folder = rc ? 0 : (size_t)(strrchr(real.data, '/') - real.data);
    if (!rc)
        rc = try_folder(p, real.data, folder, err);
    if (!rc)
        rc = descry_buf_printf(&installed, err, "%.*s/" DESCRY_LIBEXEC_FROM_LIBRARY, (int)folder, real.data);
    if (!rc)
        rc = try_folder(p, installed.data, installed.size, err);
    descry_buf_free(&real);
    descry_buf_free(&installed);
    return rc;
}

static int find_program(search_path *p, const char *folder, const char *name, descry_error *err)
{
    const char *given = folder ? folder : secure_getenv("DESCRY_LIBEXEC"); /* ignored in a setuid program */
    int rc = 0;
    if (given && *given)
        rc = try_folder(p, given, strlen(given), err); /* only there */
    else {
        rc = try_beside_library(p, err);
        if (!rc)
            rc = try_folder(p, DESCRY_LIBEXECDIR, strlen(DESCRY_LIBEXECDIR), err);
    }
    if (!rc && !p->found)
        rc = descry_fail(err, DESCRY_ERR_IO, "%s: needs " PROGRAM ", a part of descry, which is not there: tried %s", name,
                         p->tried.data);
    return rc;
}

int descry_helper_start(descry_worker *worker, const descry_decoders_options *how, const char *name, descry_error *err)
{
    search_path p = {0};
    descry_error why;
    int rc = find_program(&p, how->folder, name, err);
    if (!rc) {
        rc = descry_worker_start(worker, p.path.data, descry_helper_walls(how->sandbox), how->seconds, &why);
        if (rc)
            descry_fail(err, rc, "%s: %s", name, why.message);
    }
    descry_buf_free(&p.path);
    descry_buf_free(&p.tried);
    return rc;
}

/* ---- sandbox features --------------------------------------------------------------------------------------------- */

uint32_t descry_helper_walls(descry_sandbox sandbox)
{
    uint32_t walls = 0;
#ifdef __linux__
    walls = DESCRY_WALL_FILES | DESCRY_WALL_LIMITS;
#ifdef DESCRY_WITH_SECCOMP
    walls |= DESCRY_WALL_CALLS;
#endif
#endif
    return sandbox == DESCRY_SANDBOX_FULL ? walls : 0;
}

#ifdef __linux__

static bool has_seccomp(void)
{
#ifdef DESCRY_WITH_SECCOMP
    const uint32_t action = SECCOMP_RET_KILL_PROCESS;
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
#else
    return false;
#endif
}

static bool has_landlock(void)
{
    enum { CREATE_RULESET = 444, VERSION = 1 }; /* linux/landlock.h, which not all systems have; 444 on all of them */
    return syscall(CREATE_RULESET, NULL, 0, VERSION) > 0;
}

const char *descry_sandbox_feature(void)
{
    static const char *const all[2][2] = {
        {"sandbox (processes, limits; this system allows neither seccomp nor Landlock)",
         "sandbox (processes, limits, Landlock; this system does not allow seccomp)"},
        {"sandbox (processes, limits, seccomp; this system has no Landlock)", "sandbox (processes, limits, seccomp, Landlock)"},
    };
    return all[has_seccomp()][has_landlock()];
}

#else

const char *descry_sandbox_feature(void)
{
    return "sandbox (processes; this system has nothing to shut them in)";
}

#endif

int descry_sandbox_choose(descry_sandbox *sandbox, descry_error *err)
{
    const char *text = secure_getenv("DESCRY_SANDBOX");
    *sandbox = DESCRY_SANDBOX_FULL;
    if (!text || !*text)
        return 0;
    if (strcmp(text, "process") == 0)
        *sandbox = DESCRY_SANDBOX_PROCESS;
    else if (strcmp(text, "off") == 0)
        *sandbox = DESCRY_SANDBOX_OFF;
    else
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "DESCRY_SANDBOX=%s: neither process nor off", text);
    return 0;
}
