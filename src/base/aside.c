/* SPDX-License-Identifier: Apache-2.0
 * Sources of the names: the manuals of the systems named beside them; .Trash, .Trash-1000 and .Trashes: freedesktop.org's
 * Trash specification and macOS. */
#include "base/aside.h"

#include <string.h>
#include <strings.h>

static const char *const NAMES[] = {
    "#recycle", "#snapshot", "@eaDir", "@tmp", "@sharebin",   /* Synology; @eaDir: thumbnails */
    "@Recycle", "@Recently-Snapshot", ".@__thumb",            /* QNAP */
    "$RECYCLE.BIN", "RECYCLER", "RECYCLED",                   /* Windows */
    "System Volume Information",
    ".recycle", ".recycle.bin",                               /* Samba, as Unraid and TrueNAS set it up */
    ".snapshot", "~snapshot", ".snapshots", ".snap", ".zfs",  /* NetApp, snapper, FreeBSD, ZFS */
    ".stversions",                                            /* Syncthing */
    "Network Trash Folder",                                   /* netatalk */
    "lost+found",                                             /* ext4 */
    "__MACOSX",                                               /* what macOS puts into archives */
};

static const char *const BEGINNINGS[] = {".Trash", "@GMT-"}; /* the latter: Windows' previous versions, by Samba */

static bool is_listed(const char *name, size_t size)
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

static bool equals(const char *name, size_t size, const char *other)
{
    return size == strlen(other) && memcmp(name, other, size) == 0;
}

bool descry_folder_is_aside(const char *path, size_t size)
{
    static const char parent[] = "share/";
    size_t at = size, before = sizeof parent - 1;
    while (at > 0 && path[at - 1] != '/')
        at--;
    /* the user's own bin, ~/.local/share/Trash: any folder may be named Trash */
    return is_listed(path + at, size - at) ||
           (equals(path + at, size - at, "Trash") && at >= before && equals(path + at - before, before, parent) &&
            (at == before || path[at - before - 1] == '/'));
}

bool descry_path_is_aside(const char *path, size_t size)
{
    static const char bin[] = ".trashed-"; /* Android's has no folder: .trashed-1700000000-photo.jpg */
    size_t at = size;
    while (at > 0 && path[at - 1] != '/')
        at--;
    if (size - at > sizeof bin - 1 && equals(path + at, sizeof bin - 1, bin))
        return true;
    for (; at > 0; at--)
        if (path[at - 1] == '/' && descry_folder_is_aside(path, at - 1))
            return true;
    return false;
}
