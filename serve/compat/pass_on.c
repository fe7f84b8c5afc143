/* SPDX-License-Identifier: Apache-2.0
 * Requests that another service answers.  Its address is the administrator's, so it may be of a local network. */
#include "compat/compat.h"

#include <stdlib.h>
#include <string.h>

#ifdef SERVE_WITH_CURL
#include <curl/curl.h>

enum { SECONDS = 300, CONNECT_SECONDS = 10, MOST = 64 << 20 };

typedef struct answer {
    const serve_server *server;
    char *body;
    size_t size;
    bool too_large;
} answer;

static size_t take(char *data, size_t one, size_t size, void *arg)
{
    answer *a = arg;
    char *more = size <= MOST - a->size ? realloc(a->body, a->size + size + 1) : NULL;
    (void)one;
    if (!more) {
        a->too_large = true;
        return 0;
    }
    memcpy(more + a->size, data, size);
    a->body = more;
    a->size += size;
    a->body[a->size] = 0;
    return size;
}

static int is_over(void *arg, curl_off_t all, curl_off_t now, curl_off_t up_all, curl_off_t up_now)
{
    const answer *a = arg;
    (void)all, (void)now, (void)up_all, (void)up_now;
    return __atomic_load_n(&a->server->stopping, __ATOMIC_RELAXED);
}

/* The options that may fail, with `type` "Content-Type: ..." */
static bool set_up(CURL *curl, const char *url, const serve_request *request, struct curl_slist *headers)
{
    return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->size) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body ? request->body : "") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_over) == CURLE_OK;
}

static int ask(CURL *curl, const char *url, answer *a, serve_reply *reply, descry_error *err)
{
    long status = 0;
    const char *type = NULL;
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, a);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, a);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)SECONDS);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK)
        return serve_fail(err, DESCRY_ERR_IO, "%s: %s", url, a->too_large ? "the answer is too large" : curl_easy_strerror(code));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
    if (status < 200 || status > 599)
        return serve_fail(err, DESCRY_ERR_IO, "%s: answered with the status %ld", url, status);
    int rc = type ? serve_reply_header(reply, err, "Content-Type", "%s", type) : 0;
    if (rc)
        return rc;
    reply->status = (unsigned)status;
    reply->body = a->body;
    reply->size = a->size;
    a->body = NULL;
    return 0;
}

int serve_pass_on(const serve_server *server, const char *url, const serve_request *request, serve_reply *reply, descry_error *err)
{
    const char *type = request->headers[SERVE_CONTENT_TYPE], name[] = "Content-Type: ";
    size_t room = sizeof name + strlen(type ? type : "");
    char *line = malloc(room);
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:"), *both = NULL;
    answer a = {.server = server};
    int rc;
    if (line && headers) {
        snprintf(line, room, "%s%s", name, type ? type : "");
        both = curl_slist_append(headers, line);
    }
    if (!curl || !both || !set_up(curl, url, request, both))
        rc = serve_fail_memory(err);
    else
        rc = ask(curl, url, &a, reply, err);
    curl_slist_free_all(headers);
    if (curl)
        curl_easy_cleanup(curl);
    free(line);
    free(a.body);
    return rc;
}
#else
int serve_pass_on(const serve_server *server, const char *url, const serve_request *request, serve_reply *reply, descry_error *err)
{
    (void)server, (void)request, (void)reply;
    return serve_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: this build has no libcurl", url);
}
#endif
