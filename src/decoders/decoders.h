/* SPDX-License-Identifier: Apache-2.0
 * Worker processes that do nothing but decode pictures, from the side of whoever has a picture decoded. */
#ifndef DESCRY_DECODERS_DECODERS_H
#define DESCRY_DECODERS_DECODERS_H

#include "base/log.h"
#include "base/shared.h"
#include "image/prepare.h"
#include "meta/xmp.h"

typedef struct descry_decoders descry_decoders;

typedef enum descry_sandbox {
    DESCRY_SANDBOX_FULL,
    DESCRY_SANDBOX_PROCESS, /* workers without walls, with this process's environment and error output: for debuggers */
    DESCRY_SANDBOX_OFF      /* no workers: all is done in this process, with the module of codecs */
} descry_sandbox;

typedef struct descry_decoders_options {
    const char *folder; /* where the program is; NULL: $DESCRY_LIBEXEC, else beside the library, else where it was installed */
    descry_sandbox sandbox;
    unsigned workers;   /* at most, and one more for somebody who waits; 0: one */
    unsigned seconds;   /* of a processor that a picture may take at least (bounds.h); 0: the usual */
    descry_log log;     /* is told once what the system does not allow */
} descry_decoders_options;

/* No process is started before one is needed; `options` is copied.  Closing is for when nobody uses it any more. */
int descry_decoders_open(descry_decoders **decoders, const descry_decoders_options *options, descry_error *err);
void descry_decoders_close(descry_decoders **decoders);

/* What $DESCRY_SANDBOX says: "process" or "off", else everything.  DESCRY_ERR_ARGUMENT: something else. */
int descry_sandbox_choose(descry_sandbox *sandbox, descry_error *err);

/* "sandbox (seccomp, Landlock)": what this system has for workers, of what this build uses, and what is missing; by asking the
 * system, without a worker. */
const char *descry_sandbox_feature(void);

typedef struct descry_job {
    descry_preparation wanted;
    int stranger; /* 1: from a URL or an upload: a fresh worker does it, and nothing else */
    int urgent;   /* 1: somebody waits for it: it comes before others */
} descry_job;

/* descry_prepare, by a worker, whose every word is checked; the bytes are copied when they are not in shared memory.  Any
 * number of threads may call.  *fault (may be NULL): whether the picture is what is wrong, for its decoder crashed, did not
 * come to an end or went beyond its bounds, twice: the same would happen again. */
int descry_decoders_prepare(descry_decoders *decoders, const descry_job *job, const descry_shared *bytes, const char *name,
                            uint8_t *rgb, descry_facts *facts, int *fault, descry_error *err);

/* What descry_xmp_put, descry_xmp_take and descry_xmp_has_description (meta/xmp.h) do, by a worker.  DESCRY_ERR_UNSUPPORTED: this
 * build has no libexempi. */
int descry_decoders_xmp_put(descry_decoders *decoders, descry_buf *out, const char *data, size_t size, const char *name,
                            const descry_xmp_caption *caption, int overwrite, int created, descry_sidecar_outcome *outcome,
                            descry_error *err);
int descry_decoders_xmp_take(descry_decoders *decoders, descry_buf *out, const char *data, size_t size, const char *name,
                             descry_sidecar_outcome *outcome, descry_error *err);
int descry_decoders_xmp_has_description(descry_decoders *decoders, int *found, const char *data, size_t size, const char *name,
                                        descry_error *err);

#endif
