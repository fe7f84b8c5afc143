/* SPDX-License-Identifier: Apache-2.0
 * Sources of the names: the manuals of the systems named beside them; .Trash, .Trash-1000 and .Trashes: freedesktop.org's
 * Trash specification and macOS. */
#include "base/aside.h"

#include <string.h>
#include <strings.h>

static const char *const NAMES[] = {
    "#recycle", "#snapshot", "@eaDir", "@tmp",                /* Synology; @eaDir: pictures in small */
    "@Recycle", "@Recently-Snapshot", ".@__thumb",            /* QNAP */
    "$RECYCLE.BIN", "RECYCLER", "System Volume Information",  /* Windows */
    ".recycle", ".recycle.bin",                               /* Samba, as Unraid and TrueNAS set it up */
    ".snapshot", "~snapshot", ".snapshots", ".snap", ".zfs",  /* NetApp, snapper, FreeBSD, ZFS */
    "lost+found",                                             /* ext4 */
    "__MACOSX",                                               /* what macOS puts into archives */
};

static const char *const BEGINNINGS[] = {".Trash", "@GMT-"}; /* the latter: Windows' earlier versions, by Samba */

bool descry_name_is_aside(const char *name, size_t size)
{
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (strlen(NAMES[i]) == size && strncasecmp(name, NAMES[i], size) == 0)
            return true;
    for (size_t i = 0; i < sizeof BEGINNINGS / sizeof *BEGINNINGS; i++) {
        size_t length = strlen(BEGINNINGS[i]);
        if (size >= length && strncasecmp(name, BEGINNINGS[i], length) == 0)
            return true;
    }
    return false;
}

static bool is(const char *name, size_t size, const char *what)
{
    return size == strlen(what) && memcmp(name, what, size) == 0;
}

bool descry_path_is_aside(const char *path, size_t size)
{
    const char *before = path;
    size_t before_size = 0;
    for (const char *slash; size > 0 && (slash = memchr(path, '/', size)); path = slash + 1) {
        size_t length = (size_t)(slash - path);
        /* the user's own bin has a name that others have, too: ~/.local/share/Trash */
        if (descry_name_is_aside(path, length) || (is(path, length, "Trash") && is(before, before_size, "share")))
            return true;
        before = path;
        before_size = length;
        size -= length + 1;
    }
    return false;
}
