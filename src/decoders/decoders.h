/* SPDX-License-Identifier: Apache-2.0
 * Decoding of pictures in sandboxed worker processes: the interface for the rest of the library. */
#ifndef DESCRY_DECODERS_DECODERS_H
#define DESCRY_DECODERS_DECODERS_H

#include "base/log.h"
#include "base/shared.h"
#include "image/prepare.h"
#include "meta/xmp.h"

typedef struct descry_decoders descry_decoders;

typedef enum descry_sandbox {
    DESCRY_SANDBOX_FULL,
    DESCRY_SANDBOX_PROCESS, /* workers without restrictions, with this process's environment and stderr: for debuggers */
    DESCRY_SANDBOX_OFF      /* no workers: decodes in this process, with the codecs module */
} descry_sandbox;

typedef struct descry_decoders_options {
    const char *folder; /* with descry-decode; NULL: $DESCRY_LIBEXEC, else beside the library, else where it was installed */
    descry_sandbox sandbox;
    unsigned workers;   /* maximum, plus one for urgent jobs; 0: one */
    unsigned seconds;   /* CPU time limit for small pictures (bounds.h); 0: default */
    descry_log log;     /* gets one warning if the system lacks a sandbox feature */
} descry_decoders_options;

/* Workers are started on demand; `options` is copied.  Must not be in use by another thread when closed. */
int descry_decoders_open(descry_decoders **decoders, const descry_decoders_options *options, descry_error *err);
void descry_decoders_close(descry_decoders **decoders);

/* Parses $DESCRY_SANDBOX: "process", "off", or unset for the full sandbox.  DESCRY_ERR_ARGUMENT: another value. */
int descry_sandbox_choose(descry_sandbox *sandbox, descry_error *err);

/* "sandbox (seccomp, Landlock)": the sandbox features of this build that this system has, and those missing; queries the
 * system without starting a worker. */
const char *descry_sandbox_feature(void);

typedef struct descry_job {
    descry_preparation wanted;
    int untrusted; /* 1: from a URL or an upload: decoded by a new worker, which is used for nothing else */
    int urgent;    /* 1: interactive: scheduled before other jobs */
} descry_job;

/* As descry_prepare, in a worker, whose replies are validated; bytes that are not in shared memory are copied.  Any number of
 * threads may call.  *fault (may be NULL): 1 if the decoder crashed, timed out or exceeded its limits twice, so that a retry
 * would fail, too. */
int descry_decoders_prepare(descry_decoders *decoders, const descry_job *job, const descry_shared *bytes, const char *name,
                            uint8_t *rgb, descry_facts *facts, int *fault, descry_error *err);

/* As descry_xmp_put, descry_xmp_take and descry_xmp_has_description (meta/xmp.h), in a worker.  DESCRY_ERR_UNSUPPORTED: this
 * build has no libexempi. */
int descry_decoders_xmp_put(descry_decoders *decoders, descry_buf *out, const char *data, size_t size, const char *name,
                            const descry_xmp_caption *caption, int overwrite, int created, descry_sidecar_outcome *outcome,
                            descry_error *err);
int descry_decoders_xmp_take(descry_decoders *decoders, descry_buf *out, const char *data, size_t size, const char *name,
                             descry_sidecar_outcome *outcome, descry_error *err);
int descry_decoders_xmp_has_description(descry_decoders *decoders, int *found, const char *data, size_t size, const char *name,
                                        descry_error *err);

#endif
