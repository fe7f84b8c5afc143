/* SPDX-License-Identifier: Apache-2.0
 * What all requests have in common. */
#ifndef DESCRY_NET_SESSION_H
#define DESCRY_NET_SESSION_H

#include <curl/curl.h>
#include <netinet/in.h>

typedef struct descry_session_guard {
    int (*may_connect)(const struct sockaddr *address);
    char refused[INET6_ADDRSTRLEN]; /* the address to which no connection may be made; "": none was refused */
    char reason[CURL_ERROR_SIZE];
} descry_session_guard;

/* http and https only, to where it may connect.  `guard` must live as long as the transfer. */
CURLcode descry_session_set(CURL *curl, descry_session_guard *guard, const char *url);

#endif
