/* SPDX-License-Identifier: Apache-2.0 */
#include "pictures/others.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* The ending of a name, in lower case; 0: too long or unusual to be counted by itself. */
static int read_ending(char ending[DESCRY_OTHERS_ENDING + 1], const char *name)
{
    const char *dot = strrchr(name, '.');
    size_t size = 0;
    for (const char *c = dot && dot > name ? dot + 1 : ""; *c; c++, size++) {
        int upper = *c >= 'A' && *c <= 'Z', letter = upper || (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9');
        if (size == DESCRY_OTHERS_ENDING || (!letter && !strchr("~_-+", *c)))
            return 0;
        ending[size] = (char)(upper ? *c - 'A' + 'a' : *c);
    }
    ending[size] = 0;
    return 1;
}

int descry_others_count(descry_others *others, const char *name, descry_error *err)
{
    char ending[DESCRY_OTHERS_ENDING + 1];
    int regular = read_ending(ending, name);
    if (regular && strcmp(ending, "xmp") == 0)
        return 0;
    if (!others->each && !(others->each = descry_alloc(DESCRY_OTHERS_MAX, sizeof *others->each)))
        return descry_fail_memory(err);
    others->files++;
    size_t i = 0;
    while (regular && i < others->count && strcmp(others->each[i].ending, ending) != 0)
        i++;
    if (!regular || i == DESCRY_OTHERS_MAX) {
        others->rest++;
        return 0;
    }
    if (i == others->count) {
        memcpy(others->each[i].ending, ending, sizeof ending);
        others->each[i].files = 0;
        others->count++;
    }
    others->each[i].files++;
    return 0;
}

void descry_others_report(descry_others *others, void (*each)(void *arg, const char *ending, uint64_t files), void *arg)
{
    for (size_t reported = 0; reported < others->count; reported++) {
        size_t most = 0;
        for (size_t i = 1; i < others->count; i++)
            if (others->each[i].files > others->each[most].files ||
                (others->each[i].files == others->each[most].files &&
                 strcmp(others->each[i].ending, others->each[most].ending) < 0))
                most = i;
        each(arg, others->each[most].ending, others->each[most].files);
        others->each[most].files = 0; /* reported */
    }
    if (others->rest > 0)
        each(arg, NULL, others->rest);
}

void descry_others_free(descry_others *others)
{
    free(others->each);
    *others = (descry_others){0};
}
