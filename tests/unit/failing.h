/* SPDX-License-Identifier: Apache-2.0
 * malloc and its kin of this program and of all libraries that it loads, in front of the system's: any one allocation of a
 * thread can be refused, and what is not freed is known.  glibc's allocator is called by the other names that it has; not for
 * builds with sanitizers, which have one of their own. */
#ifndef DESCRY_TESTS_FAILING_H
#define DESCRY_TESTS_FAILING_H

#include <stddef.h>

enum { FAILING_DEPTH = 24, FAILING_DISTINCT = 6 /* of them, by which stacks are told apart */ };

/* Who asked, the caller of malloc first. */
typedef struct failing_stack {
    void *frames[FAILING_DEPTH];
    int depth;
} failing_stack;

/* Counts this thread's allocations from 1 on, and refuses the one of this number; 0: none. */
void failing_arm(size_t number);
size_t failing_disarm(void); /* how many there were */

/* The one that was refused since failing_arm; NULL: there were not so many. */
const failing_stack *failing_refused(void);

/* In place of failing_arm: nothing is refused; `first` and `last` [room] become the numbers of each distinct stack's first and
 * last allocation. */
void failing_survey(size_t *first, size_t *last, size_t room);
size_t failing_surveyed(void); /* distinct stacks; ends it */

/* What this thread allocates from now on is remembered until it is freed; with stacks it takes longer. */
void failing_watch(int with_stacks);
size_t failing_left(const failing_stack **one); /* how much is; ends it.  *one: whose, with stacks, the last that is */

/* Where an address is: the function of this program, or a shared object and the function before it that it exports, as in
 * "libc.so.6:qsort_r". */
const char *failing_name(void *address);
/* Whether a name that begins so is in a stack (NULL: an empty one). */
int failing_in(const failing_stack *stack, const char *name);
const char *failing_print(const failing_stack *stack); /* on one line, up to the function "refuse"; until the next call */

#endif
