/* SPDX-License-Identifier: Apache-2.0
 * What the hub tells: which files a repository has, and of a file its size and digest.  $HF_ENDPOINT, $HF_TOKEN and the like as
 * Hugging Face's own programs read them. */
#ifndef DESCRY_HUB_REMOTE_H
#define DESCRY_HUB_REMOTE_H

#include "base/watch.h"
#include "net/fetch.h"

#include <jansson.h>

enum { DESCRY_COMMIT = 41, DESCRY_ETAG = 65 }; /* hexadecimal, with the NUL */

typedef struct descry_hub {
    const descry_net *net;
    descry_buf endpoint, token;
    int (*may_connect)(const struct sockaddr *address);
    unsigned etag_seconds, download_seconds;
    descry_watching *watching;
} descry_hub;

int descry_hub_offline(void); /* 1: $HF_HUB_OFFLINE asks for it */

/* `watching` must outlive it. */
int descry_hub_open(descry_hub *hub, descry_watching *watching, const char *source, descry_error *err);
void descry_hub_close(descry_hub *hub);

/* *path = the URL of a file of a commit */
int descry_hub_url(descry_buf *url, const descry_hub *hub, const char *source, const char *commit, const char *file, descry_error *err);

/* Asks, and again after a while when that may help: what is not received twice is the request's business.  A refusal is told
 * in words that say what to do. */
int descry_hub_ask(descry_hub *hub, descry_reply *reply, const descry_request *request, const char *source, descry_error *err);

/* Waits before the try after the `tries`th; DESCRY_ERR_CANCELLED. */
int descry_hub_wait(descry_hub *hub, int tries, unsigned seconds, descry_error *err);

typedef struct descry_hub_listing {
    char commit[DESCRY_COMMIT];
    char licence[64]; /* as the repository says; "": it does not */
    json_t *files;    /* [{"rfilename"}] */
} descry_hub_listing;

int descry_hub_list(descry_hub *hub, descry_hub_listing *listing, const char *source, descry_error *err);
void descry_hub_listing_free(descry_hub_listing *listing);
int descry_hub_has(const descry_hub_listing *listing, const char *file);

typedef struct descry_hub_file {
    const char *name;
    char etag[DESCRY_ETAG]; /* 64 digits: SHA-256 of the content; 40: git's SHA-1 of it */
    uint64_t size;
} descry_hub_file;

/* Fills etag and size of file->name. */
int descry_hub_head(descry_hub *hub, descry_hub_file *file, const char *source, const char *commit, descry_error *err);

#endif
