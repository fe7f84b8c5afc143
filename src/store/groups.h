/* SPDX-License-Identifier: Apache-2.0
 * Counts contents by what they have in common, for engines. */
#ifndef DESCRY_STORE_GROUPS_H
#define DESCRY_STORE_GROUPS_H

#include "store/store.h"

/* All zero is none. */
typedef struct descry_groups {
    struct descry_group_member *members;
    size_t count, room;
} descry_groups;

/* Notes that a content has a value, of `size` bytes, which is kept in the arena. */
int descry_groups_add(descry_groups *to, const char *value, size_t size, int64_t content, descry_arena *arena, descry_error *err);

/* The values in order, each content counted once for each; to be freed in any case. */
int descry_groups_count(descry_groups *of, descry_group **groups, size_t *count, descry_arena *arena, descry_error *err);
void descry_groups_free(descry_groups *groups);

/* The size of the path of the folder that the file at `path` is in. */
size_t descry_groups_folder(const char *path, size_t size);

#endif
