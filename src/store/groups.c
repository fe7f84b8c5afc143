/* SPDX-License-Identifier: Apache-2.0 */
#include "store/groups.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

typedef struct descry_group_member {
    const char *value;
    size_t size;
    int64_t content;
} member;

int descry_groups_add(descry_groups *to, const char *value, size_t size, int64_t content, descry_arena *arena, descry_error *err)
{
    if (to->count == to->room) {
        size_t room = to->room ? 2 * to->room : 256;
        member *members = descry_realloc(to->members, room, sizeof *members);
        if (!members)
            return descry_fail_memory(err);
        to->members = members;
        to->room = room;
    }
    const member *last = to->count > 0 ? &to->members[to->count - 1] : NULL;
    const char *kept = last && last->size == size && memcmp(last->value, value, size) == 0 ? last->value : NULL;
    char *copy = kept ? NULL : descry_arena_alloc(arena, size + 1, 1); /* neighbours mostly have the same */
    if (!kept && !copy)
        return descry_fail_memory(err);
    if (copy) {
        memcpy(copy, value, size);
        copy[size] = 0;
    }
    to->members[to->count++] = (member){copy ? copy : kept, size, content};
    return 0;
}

static int compare_values(const member *x, const member *y)
{
    return x->value == y->value ? 0 : strcmp(x->value, y->value);
}

static int compare(const void *a, const void *b)
{
    const member *x = a, *y = b;
    int order = compare_values(x, y);
    return order ? order : (x->content > y->content) - (x->content < y->content);
}

int descry_groups_count(descry_groups *of, descry_group **groups, size_t *count, descry_arena *arena, descry_error *err)
{
    size_t values = 0;
    *count = 0;
    if (of->count > 1)
        qsort(of->members, of->count, sizeof *of->members, compare);
    for (size_t i = 0; i < of->count; i++)
        values += i == 0 || compare_values(&of->members[i - 1], &of->members[i]) != 0;
    *groups = descry_arena_alloc(arena, values, sizeof **groups);
    if (!*groups)
        return descry_fail_memory(err);
    for (size_t i = 0; i < of->count; i++) {
        const member *now = &of->members[i], *before = i > 0 ? now - 1 : NULL;
        if (!before || compare_values(before, now) != 0)
            (*groups)[(*count)++] = (descry_group){now->value, 1};
        else
            (*groups)[*count - 1].count += before->content != now->content;
    }
    return 0;
}

void descry_groups_free(descry_groups *groups)
{
    free(groups->members);
    *groups = (descry_groups){0};
}

size_t descry_groups_folder(const char *path, size_t size)
{
    while (size > 0 && path[size - 1] != '/')
        size--;
    return size > 1 ? size - 1 : size;
}
