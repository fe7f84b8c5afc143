/* SPDX-License-Identifier: Apache-2.0 */
#include "net/fetch.h"

#include "base/error.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { REDIRECTIONS = 5, CONNECT_SECONDS = 10 };

typedef struct transfer {
    const descry_fetch_options *options;
    descry_buf *out;
    size_t start;                   /* of the body, in *out */
    int too_large;                  /* more than max_bytes */
    int memory;                     /* an allocation failed */
    char refused[INET6_ADDRSTRLEN]; /* the address that may_connect refused */
    char reason[CURL_ERROR_SIZE];
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

/* Called with the address that is connected to, after resolving names and following redirections. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    transfer *t = arg;
    (void)purpose;
    if ((to->family != AF_INET && to->family != AF_INET6) ||
        (t->options->may_connect && !t->options->may_connect(&to->addr))) {
        const struct sockaddr *address = &to->addr;
        const void *bytes = to->family == AF_INET
                                ? (const void *)&((const struct sockaddr_in *)(const void *)address)->sin_addr
                                : (const void *)&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        if (!inet_ntop(to->family, bytes, t->refused, sizeof t->refused))
            t->refused[0] = '?';
        return CURL_SOCKET_BAD;
    }
    int fd = socket(to->family, to->socktype, to->protocol);
    if (fd >= 0)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

static CURLcode set_options(CURL *curl, transfer *t, const char *url)
{
    const descry_fetch_options *options = t->options;
    CURLcode code = CURLE_OK;
#define SET(option, value) (code = code ? code : curl_easy_setopt(curl, option, value))
    SET(CURLOPT_URL, url);
    SET(CURLOPT_ERRORBUFFER, t->reason);
    SET(CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
    SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
    SET(CURLOPT_REDIR_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    SET(CURLOPT_FOLLOWLOCATION, 1L);
    SET(CURLOPT_MAXREDIRS, (long)REDIRECTIONS);
    SET(CURLOPT_FAILONERROR, 1L);
    SET(CURLOPT_TIMEOUT, (long)options->seconds);
    SET(CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)(options->max_bytes > INT64_MAX ? INT64_MAX : options->max_bytes));
    SET(CURLOPT_USERAGENT, "descry/" DESCRY_VERSION);
    SET(CURLOPT_WRITEFUNCTION, receive);
    SET(CURLOPT_WRITEDATA, t);
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_OPENSOCKETDATA, t);
    if (options->may_connect)
        SET(CURLOPT_PROXY, "");
#undef SET
    return code;
}

static int report_error(const transfer *t, CURLcode code, long status, const char *url, descry_error *err)
{
    if (t->memory || code == CURLE_OUT_OF_MEMORY)
        return descry_fail_memory(err);
    if (t->refused[0])
        return descry_fail(err, DESCRY_ERR_IO, "%s: leads to %s, which is not a public address", url, t->refused);
    if (t->too_large || code == CURLE_FILESIZE_EXCEEDED)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: larger than %llu bytes", url,
                           (unsigned long long)t->options->max_bytes);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: %s", url, t->reason[0] ? t->reason : "took too long");
    int missing = code == CURLE_HTTP_RETURNED_ERROR && (status == 404 || status == 410);
    return descry_fail(err, missing ? DESCRY_ERR_NOT_FOUND : DESCRY_ERR_IO, "%s: %s", url,
                       t->reason[0] ? t->reason : curl_easy_strerror(code));
}

int descry_fetch(descry_buf *out, const char *url, const descry_fetch_options *options, descry_error *err)
{
    transfer t = {.options = options, .out = out, .start = out->size};
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

DESCRY_MODULE_TABLE const descry_net descry_net_table = {{DESCRY_VERSION}, descry_fetch};
