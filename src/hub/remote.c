/* SPDX-License-Identifier: Apache-2.0
 * The addresses and headers are those of huggingface_hub: file_download.py, constants.py. */
#include "hub/remote.h"

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/paths.h"
#include "hub/cache.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { TRIES = 5, SECONDS = 10, MAX_LISTING = 1 << 24, MOST_WAIT = 300 };

/* ---- the environment ------------------------------------------------------------------------------------------- */

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

static int is_set(const char *name)
{
    static const char *const yes[] = {"1", "on", "yes", "true"};
    const char *value = variable(name);
    for (size_t i = 0; value && i < sizeof yes / sizeof *yes; i++)
        if (strcasecmp(value, yes[i]) == 0)
            return 1;
    return 0;
}

int descry_hub_offline(void)
{
    return is_set("HF_HUB_OFFLINE") || is_set("TRANSFORMERS_OFFLINE");
}

static unsigned seconds_of(const char *name)
{
    const char *value = variable(name);
    long seconds = value ? strtol(value, NULL, 10) : 0;
    return seconds > 0 && seconds < 86400 ? (unsigned)seconds : SECONDS;
}

/* A token is one word of visible characters: anything else could be another header. */
static void tidy_token(descry_buf *token)
{
    while (token->size > 0 && strchr(" \t\r\n", token->data[token->size - 1]))
        token->data[--token->size] = 0;
    for (size_t i = 0; i < token->size; i++)
        if (token->data[i] <= ' ' || token->data[i] > '~')
            token->size = 0;
}

static int read_token(descry_buf *token, descry_error *err)
{
    const char *given = variable("HF_TOKEN"), *file = variable("HF_TOKEN_PATH"), *home = variable("HF_HOME");
    descry_buf path = {0};
    int rc = 0;
    if (!given)
        given = variable("HUGGING_FACE_HUB_TOKEN");
    if (given) {
        rc = descry_buf_printf(token, err, "%s", given);
    } else if (!is_set("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
        rc = file   ? descry_buf_printf(&path, err, "%s", file)
             : home ? descry_buf_printf(&path, err, "%s/token", home)
                    : descry_path_xdg(&path, "XDG_CACHE_HOME", ".cache", err);
        if (!rc && !file && !home)
            rc = descry_buf_printf(&path, err, "/huggingface/token");
        if (!rc && descry_file_read(token, path.data, 4096, NULL) != 0)
            token->size = 0;
        rc = rc == DESCRY_ERR_NOT_FOUND ? 0 : rc;
    }
    tidy_token(token);
    descry_buf_free(&path);
    return rc;
}

/* A proxy connects in our stead, often from a private address of its own. */
static int has_proxy(void)
{
    static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (variable(names[i]))
            return 1;
    return 0;
}

int descry_hub_open(descry_hub *hub, descry_watching *watching, const char *source, descry_error *err)
{
    const char *endpoint = variable("HF_ENDPOINT");
    *hub = (descry_hub){.watching = watching, .etag_seconds = seconds_of("HF_HUB_ETAG_TIMEOUT"),
                        .download_seconds = seconds_of("HF_HUB_DOWNLOAD_TIMEOUT")};
    /* who names a hub of their own means it, wherever it is and keeps its files */
    hub->may_connect = endpoint || has_proxy() ? NULL : descry_address_is_public;
    if (descry_hub_offline())
        return descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: nothing is fetched, as HF_HUB_OFFLINE asks", source);
    int rc = descry_net_open(&hub->net, source, err);
    if (!rc)
        rc = descry_buf_printf(&hub->endpoint, err, "%s", endpoint ? endpoint : "https://huggingface.co");
    while (!rc && hub->endpoint.size > 0 && hub->endpoint.data[hub->endpoint.size - 1] == '/')
        hub->endpoint.data[--hub->endpoint.size] = 0;
    if (!rc && strncasecmp(hub->endpoint.data, "https://", 8) != 0 && strncasecmp(hub->endpoint.data, "http://", 7) != 0)
        rc = descry_fail(err, DESCRY_ERR_ARGUMENT, "HF_ENDPOINT: %s is not a URL", hub->endpoint.data);
    if (!rc)
        rc = read_token(&hub->token, err);
    if (rc)
        descry_hub_close(hub);
    return rc;
}

void descry_hub_close(descry_hub *hub)
{
    descry_buf_free(&hub->endpoint);
    descry_buf_free(&hub->token);
}

/* ---- asking ---------------------------------------------------------------------------------------------------- */

int descry_hub_url(descry_buf *url, const descry_hub *hub, const char *source, const char *commit, const char *file, descry_error *err)
{
    url->size = 0;
    return descry_buf_printf(url, err, "%s/%s/resolve/%s/%s", hub->endpoint.data, descry_hub_name(source), commit, file);
}

int descry_hub_wait(descry_hub *hub, int tries, unsigned seconds, descry_error *err)
{
    double left = seconds ? seconds : 0.25 * (1 << tries);
    int rc = 0;
    for (left = left < MOST_WAIT ? left : MOST_WAIT; left > 0 && !rc; left -= 0.1) {
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
        rc = descry_watch_check(hub->watching, err);
    }
    return rc;
}

static int tick(void *arg, descry_error *err)
{
    return descry_watch_check(((descry_hub *)arg)->watching, err);
}

/* 401 is what the hub says of a repository that is not there, too. */
static int refuse(const descry_hub *hub, const descry_reply *reply, const char *source, descry_error *err)
{
    const char *name = descry_hub_name(source), *why = reply->reason[0] ? reply->reason : "without a reason";
    if (strcmp(reply->reason, "GatedRepo") == 0 || reply->status == 403)
        return descry_fail(err, DESCRY_ERR_IO, "%s: its owner wants conditions to be agreed to first, at %s/%s; then HF_TOKEN must "
                           "have a token of yours (the hub answers %ld, %s)", source, hub->endpoint.data, name, reply->status, why);
    return descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: no such repository, or a private one; for that HF_TOKEN must have a token "
                       "which may read it (the hub answers %ld, %s)", source, reply->status, why);
}

int descry_hub_ask(descry_hub *hub, descry_reply *reply, const descry_request *request, const char *source, descry_error *err)
{
    int rc;
    for (int tries = 1;; tries++) {
        rc = hub->net->ask(reply, request, err);
        if (!rc || !reply->again || tries == TRIES)
            break;
        rc = descry_hub_wait(hub, tries, reply->retry_after, err);
        if (rc)
            return rc;
    }
    return rc && !reply->elsewhere && (reply->status == 401 || reply->status == 403) ? refuse(hub, reply, source, err) : rc;
}

/* ---- what there is --------------------------------------------------------------------------------------------- */

static int is_hex(const char *text, size_t size)
{
    return strlen(text) == size && strspn(text, "0123456789abcdef") == size;
}

typedef struct reading {
    descry_hub *hub;
    descry_buf text;
    const char *url;
} reading;

static int read_more(void *arg, const descry_reply *reply, const void *data, size_t size, descry_error *err)
{
    reading *r = arg;
    (void)reply;
    if (size > MAX_LISTING - r->text.size)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: larger than %d bytes", r->url, MAX_LISTING);
    return descry_buf_append(&r->text, data, size, err);
}

static int read_tick(void *arg, descry_error *err)
{
    return tick(((reading *)arg)->hub, err);
}

static int take_listing(descry_hub_listing *listing, const descry_buf *text, const char *url, descry_error *err)
{
    static const char licence[] = "license:";
    json_error_t where;
    int code = 0;
    size_t i;
    json_t *root = text->size ? descry_json_load(text->data, text->size, 0, &where, &code) : NULL, *tag;
    const char *commit = json_string_value(json_object_get(root, "sha"));
    json_t *files = json_object_get(root, "siblings");
    if (code == DESCRY_ERR_MEMORY)
        return descry_fail_memory(err);
    if (!commit || !is_hex(commit, DESCRY_COMMIT - 1) || !json_is_array(files)) {
        json_decref(root);
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: not what a hub answers", url);
    }
    memcpy(listing->commit, commit, DESCRY_COMMIT);
    listing->files = json_incref(files);
    json_array_foreach(json_object_get(root, "tags"), i, tag)
    {
        const char *text_of = json_string_value(tag);
        if (text_of && strncmp(text_of, licence, sizeof licence - 1) == 0 && strlen(text_of) - sizeof licence + 1 < sizeof listing->licence)
            strcpy(listing->licence, text_of + sizeof licence - 1);
    }
    json_decref(root);
    return 0;
}

int descry_hub_list(descry_hub *hub, descry_hub_listing *listing, const char *source, descry_error *err)
{
    descry_buf url = {0};
    reading r = {.hub = hub};
    descry_reply reply;
    *listing = (descry_hub_listing){0};
    int rc = descry_buf_printf(&url, err, "%s/api/models/%s/revision/main", hub->endpoint.data, descry_hub_name(source));
    r.url = url.data;
    descry_request request = {.url = url.data, .token = hub->token.size ? hub->token.data : NULL, .seconds = hub->etag_seconds,
                              .may_connect = hub->may_connect, .receive = read_more, .tick = read_tick, .arg = &r};
    for (int tries = 1; !rc; tries++) { /* an answer that broke off is begun anew */
        r.text.size = 0;
        rc = hub->net->ask(&reply, &request, err);
        if (!rc || !reply.again || tries == TRIES)
            break;
        rc = descry_hub_wait(hub, tries, reply.retry_after, err);
    }
    if (rc && url.data && !reply.elsewhere && (reply.status == 401 || reply.status == 403))
        rc = refuse(hub, &reply, source, err);
    else if (rc == DESCRY_ERR_NOT_FOUND)
        rc = descry_fail(err, rc, "%s: %s has no such repository", source, hub->endpoint.data);
    if (!rc)
        rc = take_listing(listing, &r.text, url.data, err);
    descry_buf_free(&url);
    descry_buf_free(&r.text);
    return rc;
}

void descry_hub_listing_free(descry_hub_listing *listing)
{
    json_decref(listing->files);
    listing->files = NULL;
}

int descry_hub_has(const descry_hub_listing *listing, const char *file)
{
    json_t *entry;
    size_t i;
    json_array_foreach(listing->files, i, entry)
    {
        const char *name = json_string_value(json_object_get(entry, "rfilename"));
        if (name && strcmp(name, file) == 0)
            return 1;
    }
    return 0;
}

int descry_hub_head(descry_hub *hub, descry_hub_file *file, const char *source, const char *commit, descry_error *err)
{
    descry_buf url = {0};
    descry_reply reply;
    int rc = descry_hub_url(&url, hub, source, commit, file->name, err);
    descry_request request = {.url = url.data, .token = hub->token.size ? hub->token.data : NULL, .head = 1,
                              .seconds = hub->etag_seconds, .may_connect = hub->may_connect, .tick = tick, .arg = hub};
    if (!rc)
        rc = descry_hub_ask(hub, &reply, &request, source, err);
    if (!rc) {
        const char *etag = reply.linked_etag[0] ? reply.linked_etag : reply.etag;
        file->size = reply.linked_etag[0] ? reply.linked_length : reply.length;
        if (strcmp(reply.commit, commit) != 0)
            rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: the hub answers for another commit, or for none", url.data);
        else if ((!is_hex(etag, 64) && !is_hex(etag, 40)) || file->size > INT64_MAX)
            rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: the hub gives no digest and size to tell what is right by", url.data);
        else
            strcpy(file->etag, etag);
    }
    descry_buf_free(&url);
    return rc;
}
