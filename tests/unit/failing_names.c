/* SPDX-License-Identifier: Apache-2.0
 * Names of functions: most of those of the program are in no table that the dynamic linker knows, but in its file. */
#define _GNU_SOURCE /* dladdr */
#include "failing.h"

#include "support/support.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

typedef ElfW(Sym) symbol;

static const descry_buf *program(void)
{
    static descry_buf file;
    if (!file.data)
        file = whole_file("/proc/self/exe");
    return &file;
}

/* The function of the program's own file that has an offset in it. */
static const char *name_at(uintptr_t offset)
{
    const char *file = program()->data;
    const ElfW(Ehdr) *header = (const void *)file;
    const ElfW(Shdr) *sections = (const void *)(file + header->e_shoff);
    for (size_t i = 0; i < header->e_shnum; i++) {
        if (sections[i].sh_type != SHT_SYMTAB)
            continue;
        const symbol *all = (const void *)(file + sections[i].sh_offset);
        const char *names = file + sections[sections[i].sh_link].sh_offset;
        for (size_t s = 0; s < sections[i].sh_size / sizeof *all; s++)
            if ((all[s].st_info & 0xf) == STT_FUNC && offset - all[s].st_value < all[s].st_size)
                return names + all[s].st_name;
    }
    return "?";
}

const char *failing_name(void *address)
{
    static const char here = 0;
    static char name[200];
    Dl_info own, info;
    if (!dladdr(&here, &own) || !dladdr((char *)address - 1, &info)) /* it is where a call returns to */
        return "?";
    if (info.dli_fbase == own.dli_fbase)
        return name_at((uintptr_t)address - 1 -
                       (((const ElfW(Ehdr) *)info.dli_fbase)->e_type == ET_DYN ? (uintptr_t)info.dli_fbase : 0));
    const char *slash = strrchr(info.dli_fname, '/');
    snprintf(name, sizeof name, "%.90s:%.90s", slash ? slash + 1 : info.dli_fname, info.dli_sname ? info.dli_sname : "");
    return name;
}

int failing_in(const failing_stack *stack, const char *name)
{
    for (int i = 0; stack && i < stack->depth; i++)
        if (strncmp(failing_name(stack->frames[i]), name, strlen(name)) == 0)
            return 1;
    return 0;
}

const char *failing_print(const failing_stack *stack)
{
    static char line[4000];
    size_t n = 0;
    line[0] = 0;
    for (int i = 0; i < stack->depth && n < sizeof line - 202; i++) {
        const char *name = failing_name(stack->frames[i]);
        if (strcmp(name, "refuse") == 0)
            break;
        n += (size_t)snprintf(line + n, 202, "%s%s", i ? " < " : "", name);
    }
    return line;
}
