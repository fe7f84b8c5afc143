/* SPDX-License-Identifier: Apache-2.0
 * The handle of a module is kept nowhere: functions that need one, such as those for one picture, have no context, and
 * the dynamic linker already has a list of what is open, behind a lock of its own.  It is asked each time, by the same
 * name, which it compares before it looks at any file. */
#define _GNU_SOURCE /* dladdr */
#include "base/module.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/paths.h"

#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

/* Installed, modules are in a folder beside the library; in the tree that it was built in, beside it.  No variable of
 * the environment is consulted: a program that uses the library may have more rights than its caller. */
static const char *const folders[] = {"descry/", ""};

typedef struct opening {
    const char *file, *symbol, *name;
    descry_buf path, tried;
    void *handle;
} opening;

static int check(const descry_module **table, const opening *o, const char *beside, descry_error *err)
{
    const descry_module *found = dlsym(o->handle, o->symbol);
    if (found && strcmp(found->version, DESCRY_VERSION) == 0) {
        *table = found;
        return 0;
    }
    return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: %s is of descry %s, %s of descry %s: install one of them again",
                       o->name, o->path.data, found ? found->version : "without a version", beside, DESCRY_VERSION);
}

/* Opens the module beside `library`.  0 also when there is none: o->handle is NULL then. */
static int open_beside(opening *o, const char *library, descry_error *err)
{
    const char *slash = strrchr(library, '/');
    int rc = 0;
    if (!slash) /* the loader would take such a name for one to be looked for, by the environment, too */
        return 0;
    for (size_t i = 0; !rc && !o->handle && i < sizeof folders / sizeof *folders; i++) {
        o->path.size = 0;
        rc = descry_buf_printf(&o->path, err, "%.*s%s%s", (int)(slash - library) + 1, library, folders[i], o->file);
        if (rc || (o->handle = dlopen(o->path.data, RTLD_NOW | RTLD_LOCAL)) != NULL)
            break;
        const char *why = dlerror();
        if (access(o->path.data, F_OK) == 0)
            rc = descry_fail(err, DESCRY_ERR_IO, "%s: needs %s: %s", o->name, o->path.data, why ? why : "it cannot be opened");
        else
            rc = descry_buf_printf(&o->tried, err, "%s%s", o->tried.size ? ", " : "", o->path.data);
    }
    return rc;
}

int descry_module_open_beside(const descry_module **table, const char *beside, const char *file, const char *symbol,
                              const char *name, descry_error *err)
{
    opening o = {.file = file, .symbol = symbol, .name = name};
    descry_buf real = {0};
    int rc = open_beside(&o, beside, err);
    if (!rc && !o.handle) { /* the library's name may be a link out of another folder */
        rc = descry_path_real(&real, beside, err);
        if (!rc && strcmp(real.data, beside) != 0)
            rc = open_beside(&o, real.data, err);
        descry_buf_free(&real);
    }
    if (!rc && !o.handle)
        rc = descry_fail(err, DESCRY_ERR_IO, "%s: needs %s, a part of descry, which is not there: tried %s", name, file,
                         o.tried.data);
    if (!rc)
        rc = check(table, &o, beside, err);
    descry_buf_free(&o.path);
    descry_buf_free(&o.tried);
    return rc;
}

int descry_module_open(const descry_module **table, const char *file, const char *symbol, const char *name,
                       descry_error *err)
{
    static const char here = 0; /* in the library, wherever that is */
    Dl_info library;
    if (!dladdr(&here, &library) || !library.dli_fname)
        return descry_fail(err, DESCRY_ERR_IO, "%s: needs %s, but the system does not say where descry is", name, file);
    return descry_module_open_beside(table, library.dli_fname, file, symbol, name, err);
}
