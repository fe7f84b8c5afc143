/* SPDX-License-Identifier: Apache-2.0
 * `descry serve`: a module that only this command opens, so that no other loads an HTTP library. */
#ifndef SERVE_SERVE_H
#define SERVE_SERVE_H

#include "descry.h"

#define SERVE_PORT "8420"
#define SERVE_IMMICH_PORT "3003" /* of the service that it replaces */

typedef struct serve_options {
    const char *library, *model, *captioner; /* as in the commands; captioner NULL: the model, if it can caption */
    descry_precision precision;
    int image_size;
    unsigned threads;               /* of the context */
    const char *const *listen;      /* ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT */
    size_t listen_count;            /* 0: 127.0.0.1:8420, unless there is a socket of another kind */
    const char *unix_socket;        /* path of a Unix socket; NULL: none */
    const char *token;              /* NULL: none */
    int insecure;                   /* 1: addresses of the network without a token */
    const char *const *host_names;  /* besides localhost and its addresses */
    size_t host_name_count;
    const char *cors;               /* the origin of another site whose pages may call; NULL: none */
    const char *const *roots;       /* absolute paths of folders below which new folders may be indexed */
    size_t root_count;
    const char *immich;             /* ADDRESS:PORT of the listener for Immich; NULL: none */
    const char *immich_fallback;    /* URL of another service for what this one cannot do; NULL: none */
    int clip_retrieval;             /* 1: the protocol of clip-retrieval, too */
    int read_only;
    int access_log;
    size_t workers;                 /* requests at work at once */
    size_t max_body;                /* bytes of an uploaded picture */
    size_t max_connections;         /* at each address */
    unsigned timeout;               /* seconds without any progress after which a connection is closed */
    unsigned idle_unload;           /* seconds after which an unused model is closed; 0: never */
    void (*say)(const char *line);  /* prints a line to standard error; any thread */
    void (*log)(void *arg, descry_log_level level, const char *message); /* of the context */
} serve_options;

/* The only symbol of the module: `serve_module`. */
typedef struct serve_module {
    const char *version; /* descry_version() of the module's build */
    /* Serves until a signal: SIGINT, SIGTERM or SIGHUP.  DESCRY_ERR_ARGUMENT: an invalid option. */
    int (*run)(const serve_options *options, descry_error *err);
} serve_module;

#endif
