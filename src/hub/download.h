/* SPDX-License-Identifier: Apache-2.0
 * One file's content, from the hub into the cache: as much as is missing, verified before it has its name. */
#ifndef DESCRY_HUB_DOWNLOAD_H
#define DESCRY_HUB_DOWNLOAD_H

#include "hub/remote.h"

/* Bytes that are still to come; 0: the cache has it, as a blob, or, where there are no links, in the snapshot. */
uint64_t descry_hub_missing(const char *repository, const char *commit, const descry_hub_file *file);

/* blobs/ETAG.incomplete grows, from where it was left, then becomes blobs/ETAG.  Bytes are told to hub->watching.  To be called
 * with the content's lock held.  DESCRY_ERR_FORMAT: twice it was not what its digest says, and nothing of it is left. */
int descry_hub_download(descry_hub *hub, const char *source, const char *repository, const char *commit,
                        const descry_hub_file *file, descry_error *err);

#endif
