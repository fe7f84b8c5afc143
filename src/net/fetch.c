/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "net/fetch.h"
#include "net/session.h"

enum { REDIRECTIONS = 5 };

typedef struct transfer {
    const descry_fetch_options *options;
    descry_buf *out;
    size_t start;                   /* of the body, in *out */
    int too_large;                  /* more than max_bytes */
    int memory;                     /* an allocation failed */
    descry_session_guard guard;
} transfer;

static size_t receive(char *data, size_t size, size_t n, void *arg)
{
    transfer *t = arg;
    if (n == 0 || size == 0)
        return 0;
    /* libcurl always passes size 1 */
    if (n > t->options->max_bytes || t->out->size - t->start > t->options->max_bytes - n) {
        t->too_large = 1;
        return 0;
    }
    if (descry_buf_append(t->out, data, n, NULL)) {
        t->memory = 1;
        return 0;
    }
    return n;
}

static CURLcode set_options(CURL *curl, transfer *t, const char *url)
{
    const descry_fetch_options *options = t->options;
    CURLcode code = descry_session_set(curl, &t->guard, url);
#define SET(option, value) (code = code ? code : curl_easy_setopt(curl, option, value))
    SET(CURLOPT_FOLLOWLOCATION, 1L);
    SET(CURLOPT_MAXREDIRS, (long)REDIRECTIONS);
    SET(CURLOPT_FAILONERROR, 1L);
    SET(CURLOPT_TIMEOUT, (long)options->seconds);
    SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)(options->max_bytes > INT64_MAX ? INT64_MAX : options->max_bytes));
    SET(CURLOPT_WRITEFUNCTION, receive);
    SET(CURLOPT_WRITEDATA, t);
#undef SET
    return code;
}

static int report_error(const transfer *t, CURLcode code, long status, const char *url, descry_error *err)
{
    if (t->memory || code == CURLE_OUT_OF_MEMORY)
        return descry_fail_memory(err);
    if (t->guard.refused[0])
        return descry_fail(err, DESCRY_ERR_IO, "%s: leads to %s, which is not a public address", url, t->guard.refused);
    if (t->too_large || code == CURLE_FILESIZE_EXCEEDED)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: larger than %llu bytes", url,
                           (unsigned long long)t->options->max_bytes);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: %s", url, t->guard.reason[0] ? t->guard.reason : "took too long");
    int missing = code == CURLE_HTTP_RETURNED_ERROR && (status == 404 || status == 410);
    return descry_fail(err, missing ? DESCRY_ERR_NOT_FOUND : DESCRY_ERR_IO, "%s: %s", url,
                       t->guard.reason[0] ? t->guard.reason : curl_easy_strerror(code));
}

int descry_fetch(descry_buf *out, const char *url, const descry_fetch_options *options, descry_error *err)
{
    transfer t = {.options = options, .out = out, .start = out->size, .guard = {.may_connect = options->may_connect}};
    CURL *curl = curl_easy_init();
    if (!curl)
        return descry_fail_memory(err);
    CURLcode code = set_options(curl, &t, url);
    if (!code)
        code = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    int rc = code ? report_error(&t, code, status, url, err) : 0;
    curl_easy_cleanup(curl);
    return rc;
}

DESCRY_MODULE_TABLE const descry_net descry_net_table = {{DESCRY_VERSION}, descry_fetch, descry_ask};
