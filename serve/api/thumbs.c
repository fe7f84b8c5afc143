/* SPDX-License-Identifier: Apache-2.0
 * Small forms of pictures, made by the decoding workers, whatever the format. */
#include "api/api.h"

#include <string.h>

static int send_jpeg(serve_reply *reply, uint8_t *jpeg, size_t size, const char *etag, descry_error *err)
{
    reply->type = "image/jpeg";
    reply->body = (char *)jpeg; /* descry_free is free */
    reply->size = size;
    int rc = etag ? serve_reply_header(reply, err, "ETag", "%s", etag) : 0;
    return rc ? rc : serve_reply_header(reply, err, "Cache-Control", "private, max-age=%d", etag ? 3600 : 60);
}

int serve_api_thumbnail(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    const char *seen = request->headers[SERVE_IF_NONE_MATCH];
    char etag[DESCRY_ETAG_SIZE];
    uint8_t *jpeg;
    size_t size;
    long side;
    int rc = serve_number_of(request, "side", 16, 1024, 320, &side, err);
    rc = rc ? rc : descry_thumbnail(worker->library, request->id, (int)side, NULL, NULL, etag, err);
    if (!rc && seen && strcmp(seen, etag) == 0) {
        reply->status = 304;
        rc = serve_reply_header(reply, err, "ETag", "%s", etag);
        return rc ? rc : serve_reply_header(reply, err, "Cache-Control", "private, max-age=3600");
    }
    rc = rc ? rc : descry_thumbnail(worker->library, request->id, (int)side, &jpeg, &size, etag, err);
    return rc ? rc : send_jpeg(reply, jpeg, size, etag, err);
}

int serve_api_preview(serve_worker *worker, const serve_request *request, serve_reply *reply, descry_error *err)
{
    const descry_entry *entry;
    uint8_t *jpeg;
    size_t size;
    long side;
    int rc = serve_number_of(request, "side", 16, 4096, 2048, &side, err);
    rc = rc ? rc : descry_entry_at(worker->library, request->id, NULL, &entry, err);
    if (!rc && entry->source)
        rc = serve_fail(err, DESCRY_ERR_NOT_FOUND, "picture %lld has no file", (long long)request->id);
    rc = rc ? rc : descry_preview_file(worker->server->ctx, entry->path, (int)side, NULL, &jpeg, &size, NULL, NULL, err);
    return rc ? rc : send_jpeg(reply, jpeg, size, NULL, err);
}
