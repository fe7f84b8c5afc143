/* SPDX-License-Identifier: Apache-2.0
 * One request, its redirections followed by ourselves, so that what is for one server is not told another. */
#include "base/error.h"
#include "net/fetch.h"
#include "net/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { REDIRECTIONS = 10, MOST_RETRY_AFTER = 3600 };

typedef struct exchange {
    const descry_request *request;
    descry_reply *reply;
    descry_session_guard guard;
    CURL *curl;
    int rc; /* of a callback */
    descry_error *err;
} exchange;

/* ---- headers --------------------------------------------------------------------------------------------------- */

static void keep(char *out, size_t size, const char *value, size_t length)
{
    if (length < size) { /* what does not fit is nothing that we know */
        memcpy(out, value, length);
        out[length] = 0;
    }
}

/* A decimal number alone; UINT64_MAX: it is none. */
static uint64_t number(const char *value, size_t length)
{
    uint64_t n = 0;
    for (size_t i = 0; i < length; i++) {
        if (value[i] < '0' || value[i] > '9' || n > (UINT64_MAX - 10) / 10)
            return UINT64_MAX;
        n = n * 10 + (uint64_t)(value[i] - '0');
    }
    return length ? n : UINT64_MAX;
}

/* W/"abc" -> abc */
static void keep_etag(char *out, size_t size, const char *value, size_t length)
{
    if (length > 2 && strncmp(value, "W/", 2) == 0)
        value += 2, length -= 2;
    if (length > 1 && value[0] == '"' && value[length - 1] == '"')
        value++, length -= 2;
    keep(out, size, value, length);
}

static void take(descry_reply *r, const char *name, size_t name_size, const char *value, size_t length)
{
#define IS(text) (name_size == sizeof text - 1 && strncasecmp(name, text, name_size) == 0)
    if (IS("content-length")) {
        r->length = number(value, length);
    } else if (IS("x-linked-size")) {
        r->linked_length = number(value, length);
    } else if (IS("content-range") && length > 6 && strncasecmp(value, "bytes ", 6) == 0) {
        r->start = number(value + 6, strcspn(value + 6, "-\r\n")); /* bytes 5-9/10 */
    } else if (IS("retry-after")) {
        uint64_t seconds = number(value, length);
        r->retry_after = seconds > MOST_RETRY_AFTER ? 0 : (unsigned)seconds; /* it may be a date, too */
    } else if (IS("etag")) {
        keep_etag(r->etag, sizeof r->etag, value, length);
    } else if (IS("x-linked-etag")) {
        keep_etag(r->linked_etag, sizeof r->linked_etag, value, length);
    } else if (IS("x-repo-commit")) {
        keep(r->commit, sizeof r->commit, value, length);
    } else if (IS("x-error-code")) {
        keep(r->reason, sizeof r->reason, value, length);
    }
#undef IS
}

static void begin_reply(descry_reply *r, int elsewhere)
{
    *r = (descry_reply){.length = UINT64_MAX, .start = UINT64_MAX, .linked_length = UINT64_MAX, .elsewhere = elsewhere};
}

/* A line with its end; libcurl gives size 1 and the whole line. */
static size_t header(char *line, size_t size, size_t n, void *arg)
{
    exchange *x = arg;
    size_t length = n;
    (void)size;
    if (n > 5 && strncmp(line, "HTTP/", 5) == 0) /* of an answer on the way, such as 100, nothing counts */
        begin_reply(x->reply, x->reply->elsewhere);
    const char *colon = memchr(line, ':', n);
    if (!colon)
        return n;
    const char *value = colon + 1;
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r' || line[length - 1] == ' '))
        length--;
    while (value < line + length && (*value == ' ' || *value == '\t'))
        value++;
    if (value < line + length)
        take(x->reply, line, (size_t)(colon - line), value, (size_t)(line + length - value));
    return n;
}

/* ---- callbacks ------------------------------------------------------------------------------------------------- */

static size_t body(char *data, size_t size, size_t n, void *arg)
{
    exchange *x = arg;
    (void)size;
    curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &x->reply->status);
    if (x->reply->status < 200 || x->reply->status > 299 || !x->request->receive)
        return n; /* of an error, or a redirection: nothing to us */
    x->rc = x->request->receive(x->request->arg, x->reply, data, n, x->err);
    return x->rc ? 0 : n;
}

static int tick(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    exchange *x = arg;
    (void)a, (void)b, (void)c, (void)d;
    if (x->request->tick && !x->rc)
        x->rc = x->request->tick(x->request->arg, x->err);
    return x->rc != 0;
}

/* ---- servers --------------------------------------------------------------------------------------------------- */

/* Appends "scheme host port" of a URL. */
static int server_of(descry_buf *out, const char *url)
{
    static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT};
    CURLU *u = curl_url();
    int rc = u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK ? 0 : -1;
    for (size_t i = 0; i < 3 && !rc; i++) {
        char *part = NULL;
        rc = curl_url_get(u, parts[i], &part, CURLU_DEFAULT_PORT) == CURLUE_OK ? descry_buf_printf(out, NULL, "%s ", part) : -1;
        curl_free(part);
    }
    curl_url_cleanup(u);
    return rc;
}

/* What cannot be understood is another one. */
static int is_same_server(const char *url, const char *other)
{
    descry_buf a = {0}, b = {0};
    int same = server_of(&a, url) == 0 && server_of(&b, other) == 0 && strcasecmp(a.data, b.data) == 0;
    descry_buf_free(&a);
    descry_buf_free(&b);
    return same;
}

/* ---- one request ----------------------------------------------------------------------------------------------- */

static int add_header(struct curl_slist **list, const char *name, const char *value)
{
    descry_buf line = {0};
    struct curl_slist *longer = descry_buf_printf(&line, NULL, "%s%s", name, value) == 0 ? curl_slist_append(*list, line.data) : NULL;
    descry_buf_free(&line);
    if (longer)
        *list = longer;
    return longer ? 0 : -1;
}

static CURLcode set_up(exchange *x, const char *url, struct curl_slist **headers)
{
    const descry_request *request = x->request;
    char range[40];
    CURL *curl = x->curl;
    CURLcode code = descry_session_set(curl, &x->guard, url);
    if (add_header(headers, "Accept-Encoding: ", "identity") ||
        (request->token && !x->reply->elsewhere && add_header(headers, "Authorization: Bearer ", request->token)))
        return CURLE_OUT_OF_MEMORY;
    snprintf(range, sizeof range, "%llu-", (unsigned long long)request->from);
#define SET(option, value) (code = code ? code : curl_easy_setopt(curl, option, value))
    SET(CURLOPT_HTTPHEADER, *headers);
    SET(CURLOPT_NOBODY, (long)request->head);
    if (request->from > 0)
        SET(CURLOPT_RANGE, range);
    SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
    SET(CURLOPT_LOW_SPEED_TIME, (long)request->seconds);
    if (request->head)
        SET(CURLOPT_TIMEOUT, (long)request->seconds * 2);
    SET(CURLOPT_HEADERFUNCTION, header);
    SET(CURLOPT_HEADERDATA, x);
    SET(CURLOPT_WRITEFUNCTION, body);
    SET(CURLOPT_WRITEDATA, x);
    SET(CURLOPT_NOPROGRESS, 0L);
    SET(CURLOPT_XFERINFOFUNCTION, tick);
    SET(CURLOPT_XFERINFODATA, x);
#undef SET
    return code;
}

static int explain(exchange *x, CURLcode code, const char *url, descry_error *err)
{
    descry_reply *reply = x->reply;
    if (x->rc)
        return x->rc;
    if (code == CURLE_OUT_OF_MEMORY)
        return descry_fail_memory(err);
    if (x->guard.refused[0])
        return descry_fail(err, DESCRY_ERR_IO, "%s: leads to %s, which is not a public address", url, x->guard.refused);
    if (code) {
        reply->again = code != CURLE_URL_MALFORMAT && code != CURLE_UNSUPPORTED_PROTOCOL && code != CURLE_PEER_FAILED_VERIFICATION &&
                       code != CURLE_SSL_CACERT_BADFILE;
        return descry_fail(err, code == CURLE_OPERATION_TIMEDOUT ? DESCRY_ERR_LIMIT : DESCRY_ERR_IO, "%s: %s", url,
                           x->guard.reason[0] ? x->guard.reason : curl_easy_strerror(code));
    }
    reply->again = reply->status == 408 || reply->status == 429 || reply->status >= 500;
    return descry_fail(err, reply->status == 404 || reply->status == 410 ? DESCRY_ERR_NOT_FOUND : DESCRY_ERR_IO,
                       "%s: the server answers %ld%s%s", url, reply->status, reply->reason[0] ? ", " : "", reply->reason);
}

/* *next: where the answer leads; NULL: nowhere. */
static int ask_once(exchange *x, const char *url, char **next)
{
    struct curl_slist *headers = NULL;
    const char *location = NULL;
    *next = NULL;
    x->curl = curl_easy_init();
    if (!x->curl)
        return descry_fail_memory(x->err);
    CURLcode code = set_up(x, url, &headers);
    if (!code)
        code = curl_easy_perform(x->curl);
    curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &x->reply->status);
    long status = x->reply->status;
    int rc = 0;
    if (!code && status >= 300 && status < 400 && curl_easy_getinfo(x->curl, CURLINFO_REDIRECT_URL, &location) == CURLE_OK && location) {
        *next = strdup(location);
        rc = *next ? 0 : descry_fail_memory(x->err);
    } else if (code || status < 200 || status > 299) {
        rc = explain(x, code, url, x->err);
    }
    curl_easy_cleanup(x->curl);
    curl_slist_free_all(headers);
    return rc;
}

int descry_ask(descry_reply *reply, const descry_request *request, descry_error *err)
{
    exchange x = {.request = request, .reply = reply, .guard = {.may_connect = request->may_connect}, .err = err};
    char *url = strdup(request->url), *next = NULL;
    begin_reply(reply, 0);
    int rc = url ? 0 : descry_fail_memory(err);
    for (int i = 0; !rc; i++) {
        rc = ask_once(&x, url, &next);
        if (rc || !next)
            break;
        int same = is_same_server(request->url, next);
        if (request->head && !same)
            break;
        if (i == REDIRECTIONS)
            rc = descry_fail(err, DESCRY_ERR_IO, "%s: too many redirections", request->url);
        else if (strncasecmp(url, "https:", 6) == 0 && strncasecmp(next, "https:", 6) != 0)
            rc = descry_fail(err, DESCRY_ERR_IO, "%s: leads from https to something else", request->url);
        begin_reply(reply, reply->elsewhere || !same); /* once away, it stays without what is for the first */
        free(url);
        url = next;
        next = NULL;
    }
    free(url);
    free(next);
    return rc;
}
