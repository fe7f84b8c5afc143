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

/* The module that contains descry_fetch and libcurl with its dependencies. */
typedef struct descry_net {
    descry_module module;
    int (*fetch)(descry_buf *out, const char *url, const descry_fetch_options *options, descry_error *err);
} descry_net;

extern const descry_net descry_net_table; /* in the module */

/* DESCRY_ERR_UNSUPPORTED: this build has no libcurl */
int descry_net_open(const descry_net **net, const char *url, descry_error *err);

/* 1: an address of the public internet; 0: loopback, of a local network, multicast, or reserved. */
int descry_address_is_public(const struct sockaddr *address);

const char *descry_fetch_feature(void); /* "url (libcurl 7.88.1)", NULL: not built in */

#endif
