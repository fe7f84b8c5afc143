/* SPDX-License-Identifier: Apache-2.0 */
#include "page.h"

#include "api/api.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

static const char policy[] = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
                             "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/* For the few clients that do not take gzip. */
static int inflate_file(const serve_page_file *file, serve_reply *reply, descry_error *err)
{
    z_stream z = {0};
    reply->body = malloc(file->plain_size);
    reply->size = file->plain_size;
    if (!reply->body || inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
        return serve_fail_memory(err);
    union { /* zlib does not write there */
        const unsigned char *given;
        unsigned char *wanted;
    } from = {file->gzip};
    z.next_in = from.wanted;
    z.avail_in = (unsigned)file->size;
    z.next_out = (unsigned char *)reply->body;
    z.avail_out = (unsigned)file->plain_size;
    int end = inflate(&z, Z_FINISH);
    inflateEnd(&z);
    return end == Z_STREAM_END ? 0 : serve_fail(err, DESCRY_ERR_FORMAT, "%s is damaged", file->name);
}

int serve_page(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    const char *name = strcmp(request->path, "/") == 0 ? "index.html" : request->path + 1;
    const char *takes = request->headers[SERVE_ACCEPT_ENCODING], *seen = request->headers[SERVE_IF_NONE_MATCH];
    const serve_page_file *file = serve_page_files;
    (void)worker;
    while (file->name && strcmp(file->name, name) != 0)
        file++;
    if (!file->name)
        return serve_fail(err, DESCRY_ERR_NOT_FOUND, "there is no such page");
    int rc = serve_reply_header(reply, err, "ETag", "%s", file->etag);
    rc = rc ? rc : serve_reply_header(reply, err, "Cache-Control", "no-cache");
    rc = rc ? rc : serve_reply_header(reply, err, "Vary", "Accept-Encoding");
    rc = rc ? rc : serve_reply_header(reply, err, "Content-Security-Policy", "%s", policy);
    if (rc)
        return rc;
    if (seen && strcmp(seen, file->etag) == 0) {
        reply->status = 304;
        return 0;
    }
    reply->type = file->type;
    if (!takes || !strstr(takes, "gzip"))
        return inflate_file(file, reply, err);
    reply->fixed = (const char *)file->gzip;
    reply->size = file->size;
    return serve_reply_header(reply, err, "Content-Encoding", "gzip");
}
