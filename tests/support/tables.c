/* SPDX-License-Identifier: Apache-2.0 */
#include "tables.h"

#include "kern/tables.h"

#include <pthread.h>

enum { MOST = 16 };

static descry_kernels tables[MOST];
static size_t count;

static void fill(void)
{
    const descry_kernel_set *set;
    for (size_t i = 0; count < MOST && (set = descry_kernel_set_at(i)); i++)
        if ((set->needs & ~descry_cpu_features()) == 0)
            descry_kernels_fill(&tables[count++], set->needs);
}

const descry_kernels *table_at(size_t i)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fill);
    return i < count ? &tables[i] : NULL;
}

const descry_kernels *best_table(void)
{
    size_t i = 0;
    while (table_at(i + 1))
        i++;
    return table_at(i);
}
