/* SPDX-License-Identifier: Apache-2.0
 * Captions in XMP sidecars: what descry caption has to do for them. */
#ifndef CMD_XMP_H
#define CMD_XMP_H

#include "ui/common.h"
#include "ui/output.h"

typedef struct cmd_xmp {
    descry_context *ctx;
    int write, undo, overwrite; /* as asked for */
    int include_hidden; /* of folders, for undo */
    int json;
    int lost; /* nobody reads standard output, or memory was short */
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

/* CMD_DONE, or what is wrong with how it was asked for, or with this build. */
int cmd_xmp_check(const cmd_command *command, const cmd_xmp *xmp);

/* After a picture was described; says what is wrong, which it counts.  `object` (may be NULL) is given "xmp", the
 * sidecar's path, and "outcome".  CMD_FAILED: memory was short. */
int cmd_xmp_write(cmd_xmp *xmp, const char *picture, const char *caption, const char *model, json_t *object);

/* --undo-xmp; an exit status. */
int cmd_xmp_undo(cmd_xmp *xmp, const char *const *paths, size_t count);

/* Both for the pictures of a library that a model has described, as it is asked for; an exit status. */
int cmd_xmp_library(cmd_xmp *xmp, descry_library *library);

#endif
