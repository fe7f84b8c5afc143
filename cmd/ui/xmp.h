/* SPDX-License-Identifier: Apache-2.0
 * XMP sidecars: --write-xmp and --undo-xmp of descry caption. */
#ifndef CMD_XMP_H
#define CMD_XMP_H

#include "ui/common.h"
#include "ui/output.h"

typedef struct cmd_xmp {
    descry_context *ctx;
    int write, undo, overwrite; /* the options */
    int include_hidden;         /* for undo of folders */
    int json;
    int lost; /* standard output has failed, or out of memory */
    size_t failed, changed;
} cmd_xmp;

#define CMD_OPTIONS_XMP(xmp)                                                                                           \
    {"write-xmp",                                                                                                      \
     0,                                                                                                                \
     CMD_FLAG,                                                                                                         \
     &(xmp).write,                                                                                                     \
     NULL,                                                                                                             \
     "put each caption into the picture's XMP sidecar, photo.jpg.xmp, as its description; one that a person has "      \
     "written there, or in the picture, stays",                                                                        \
     0},                                                                                                               \
        {"overwrite",                                                                                                  \
         0,                                                                                                            \
         CMD_FLAG,                                                                                                     \
         &(xmp).overwrite,                                                                                             \
         NULL,                                                                                                         \
         "with --write-xmp: also where a person has written a description; --undo-xmp puts it back",                   \
         0},                                                                                                           \
    {                                                                                                                  \
        "undo-xmp", 0, CMD_FLAG, &(xmp).undo, NULL,                                                                    \
            "take out of sidecars what --write-xmp put there, and nothing else; needs no model", 0                     \
    }

/* Checks the options, and that this build supports XMP. */
int cmd_xmp_check(const cmd_command *command, const cmd_xmp *xmp);

/* Writes a picture's caption to its sidecar; prints and counts errors.  Adds "xmp", the sidecar's path, and "outcome" to `object`
 * (may be NULL).  CMD_FAILED: out of memory. */
int cmd_xmp_write(cmd_xmp *xmp, const char *picture, const char *caption, const char *model, json_t *object);

/* --undo-xmp; an exit status. */
int cmd_xmp_undo(cmd_xmp *xmp, const char *const *paths, size_t count);

/* Either of them, by the options, for all pictures of a library with a model's caption; an exit status. */
int cmd_xmp_library(cmd_xmp *xmp, descry_library *library);

#endif
