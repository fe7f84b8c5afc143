/* SPDX-License-Identifier: Apache-2.0
 * The sets that a table of kernels is filled from, one for each instruction set. */
#ifndef DESCRY_KERN_TABLES_H
#define DESCRY_KERN_TABLES_H

#include "kern/kernels.h"

typedef struct descry_kernel_set {
    const char *name;
    uint32_t needs;                /* DESCRY_CPU_ bits, all of them */
    const descry_kernels *entries; /* NULL (of a product: its run): what the table has stays */
} descry_kernel_set;

const descry_kernel_set *descry_kernel_set_at(size_t i); /* from the reference upwards; NULL after the last */
void descry_kernels_add(descry_kernels *kernels, const descry_kernel_set *set); /* its entries override */

extern const descry_kernels descry_kernels_portable; /* has every entry */
extern const descry_kernels descry_kernels_avx2;
extern const descry_kernels descry_kernels_avx512;
extern const descry_kernels descry_kernels_neon;

/* The usual packing (descry_pack). */
void descry_pack_panels(const descry_product *product, descry_dtype type, void *packed, const descry_matrix *b,
                        size_t first_panel, size_t end_panel);

#endif
