/* SPDX-License-Identifier: Apache-2.0
 * Downloads by URL, http and https. */
#ifndef DESCRY_NET_FETCH_H
#define DESCRY_NET_FETCH_H

#include "base/memory.h"
#include "base/module.h"

struct sockaddr;

typedef struct descry_fetch_options {
    uint64_t max_bytes;
    unsigned seconds; /* timeout of the whole transfer, redirections included */
    /* Called before each connection, so after names are resolved and for redirections, too; NULL: any address is allowed.
     * Proxies are used with NULL only: they would connect to addresses that are not allowed. */
    int (*may_connect)(const struct sockaddr *address);
} descry_fetch_options;

/* Appends the body at `url` to *out.  DESCRY_ERR_NOT_FOUND: HTTP 404 or 410; DESCRY_ERR_LIMIT: too large or too slow;
 * DESCRY_ERR_IO: anything else. */
int descry_fetch(descry_buf *out, const char *url, const descry_fetch_options *options, descry_error *err);

/* ---- requests to one server ------------------------------------------------------------------------------------- */

typedef struct descry_reply {
    long status;            /* of HTTP; 0: no answer came */
    int again;              /* it failed, but may not when it is tried again */
    int elsewhere;          /* a redirection led to another server, whose answer this is */
    unsigned retry_after;   /* seconds; 0: it does not say */
    uint64_t length, start; /* of the body; the byte of the whole that it begins at.  UINT64_MAX: it does not say */
    uint64_t linked_length;
    char etag[160], linked_etag[160], commit[80], reason[80]; /* "": it does not say */
} descry_reply;

typedef struct descry_request {
    const char *url;
    const char *token; /* a secret for this URL's server (scheme, name and port), and for no other; NULL: none */
    int head;          /* headers only, and those of this URL's server: what leads to another is an answer */
    uint64_t from;     /* the first byte that is wanted */
    unsigned seconds;  /* without a byte, after which it is over */
    int (*may_connect)(const struct sockaddr *address); /* as above */
    /* The body of a good answer (2xx), piece by piece.  What it returns, if not 0, ends the request and is returned. */
    int (*receive)(void *arg, const descry_reply *reply, const void *data, size_t size, descry_error *err);
    int (*tick)(void *arg, descry_error *err); /* several times a second; the same */
    void *arg;
} descry_request;

/* Redirections are followed, ten of them, but never from https to http.  0: a good answer, or with `head` any below 400.
 * DESCRY_ERR_IO, _NOT_FOUND, _LIMIT: it failed, and *reply says how. */
int descry_ask(descry_reply *reply, const descry_request *request, descry_error *err);

/* The module that contains descry_fetch, descry_ask and libcurl with its dependencies. */
typedef struct descry_net {
    descry_module module;
    int (*fetch)(descry_buf *out, const char *url, const descry_fetch_options *options, descry_error *err);
    int (*ask)(descry_reply *reply, const descry_request *request, descry_error *err);
} descry_net;

extern const descry_net descry_net_table; /* in the module */

/* DESCRY_ERR_UNSUPPORTED: this build has no libcurl */
int descry_net_open(const descry_net **net, const char *url, descry_error *err);

/* 1: an address of the public internet; 0: loopback, of a local network, multicast, or reserved. */
int descry_address_is_public(const struct sockaddr *address);

const char *descry_fetch_feature(void); /* "url (libcurl 7.88.1)", NULL: not built in */

#endif
