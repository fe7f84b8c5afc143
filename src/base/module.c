/* SPDX-License-Identifier: Apache-2.0
 * The handle of a module is kept nowhere: functions that need one, such as those for one picture, have no context, and
 * the dynamic linker already has a list of what is open, behind a lock of its own.  dlopen is called each time with
 * the same name, which it compares before it touches any file. */
#define _GNU_SOURCE /* dladdr */
#include "base/module.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/paths.h"
#include "descry_dev.h"

#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

/* Installed, modules are in a folder beside the library; in the tree that it was built in, beside it.  No variable of
 * the environment is consulted: a program that uses the library may have more rights than its caller. */
static const char *const folders[] = {"descry/", ""};

typedef struct module_search {
    const char *file, *symbol, *name;
    descry_buf path, tried;
    void *handle;
} module_search;

static int check_version(const descry_module **table, const module_search *m, const char *beside, descry_error *err)
{
    const descry_module *found = dlsym(m->handle, m->symbol);
    if (found && strcmp(found->version, DESCRY_VERSION) == 0) {
        *table = found;
        return 0;
    }
    return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: %s is of descry %s, %s of descry %s: install one of them again",
                       m->name, m->path.data, found ? found->version : "without a version", beside, DESCRY_VERSION);
}

/* Opens the module beside `library`.  0 also when there is none: o->handle is NULL then. */
static int open_beside(module_search *m, const char *library, descry_error *err)
{
    const char *slash = strrchr(library, '/');
    int rc = 0;
    if (!slash) /* dlopen searches for a name without a slash, also in LD_LIBRARY_PATH */
        return 0;
    for (size_t i = 0; !rc && !m->handle && i < sizeof folders / sizeof *folders; i++) {
        m->path.size = 0;
        rc = descry_buf_printf(&m->path, err, "%.*s%s%s", (int)(slash - library) + 1, library, folders[i], m->file);
        if (rc || (m->handle = dlopen(m->path.data, RTLD_NOW | RTLD_LOCAL)) != NULL)
            break;
        const char *why = dlerror();
        if (access(m->path.data, F_OK) == 0)
            rc = descry_fail(err, DESCRY_ERR_IO, "%s: needs %s: %s", m->name, m->path.data, why ? why : "it cannot be opened");
        else
            rc = descry_buf_printf(&m->tried, err, "%s%s", m->tried.size ? ", " : "", m->path.data);
    }
    return rc;
}

int descry_module_open_beside(const descry_module **table, const char *beside, const char *file, const char *symbol,
                              const char *name, descry_error *err)
{
    module_search m = {.file = file, .symbol = symbol, .name = name};
    descry_buf real = {0};
    int rc = open_beside(&m, beside, err);
    if (!rc && !m.handle) { /* `beside` may be a symbolic link from another folder */
        rc = descry_path_real(&real, beside, err);
        if (!rc && strcmp(real.data, beside) != 0)
            rc = open_beside(&m, real.data, err);
        descry_buf_free(&real);
    }
    if (!rc && !m.handle)
        rc = descry_fail(err, DESCRY_ERR_IO, "%s: needs %s, a part of descry, which is not there: tried %s", name, file,
                         m.tried.data);
    if (!rc)
        rc = check_version(table, &m, beside, err);
    descry_buf_free(&m.path);
    descry_buf_free(&m.tried);
    return rc;
}

int descry_module_open(const descry_module **table, const char *file, const char *symbol, const char *name,
                       descry_error *err)
{
    static const char here = 0; /* an address inside this library */
    Dl_info library;
    if (!dladdr(&here, &library) || !library.dli_fname)
        return descry_fail(err, DESCRY_ERR_IO, "%s: needs %s, but the system does not say where descry is", name, file);
    return descry_module_open_beside(table, library.dli_fname, file, symbol, name, err);
}

int descry_part_open(const void **table, const char *file, const char *symbol, const char *name, descry_error *err)
{
    const descry_module *module = NULL;
    int rc = descry_module_open(&module, file, symbol, name, err);
    *table = module;
    return rc;
}
