/* SPDX-License-Identifier: Apache-2.0
 * descry mcp: the options, and the streams. */
#include "mcp/calls.h"
#include "mcp/work.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int run(int argc, char **argv);

const cmd_command cmd_mcp = {
    "mcp", "the library as tools for an assistant, by the Model Context Protocol",
    "usage: descry mcp [OPTIONS]\n"
    "\n"
    "Speaks the Model Context Protocol on standard input and output, for a program with a language model in it that starts\n"
    "this command: its model can then search the library, look at pictures and contact sheets of them, and read what is\n"
    "known of them.  With --write it can also write captions, and index what is below the --root folders.\n"
    "\n"
    "How to tell such programs of it: docs/mcp.md.  Versions 2024-11-05 to 2026-07-28 of the protocol are spoken.  The\n"
    "model is opened when it is first needed.  Queries find pictures by text and by #ID, but read no other files and fetch\n"
    "no URLs: what they say may come from a stranger.\n",
    "It ends at the end of its input.\n"
    "\n"
    "Examples:\n"
    "  descry mcp\n"
    "  descry mcp --library holiday.db --model ~/models/ViT-B-32\n"
    "  descry mcp --write --root ~/Pictures --root /media/photos\n",
    run};

/* What comes and goes between the streams and the tools. */
typedef struct streams {
    mcp_connection connection;
    mcp_calls *calls;
    mcp_work work;
    pthread_mutex_t writing;
    int broken; /* errno of the write that failed; 0: none has */
} streams;

/* ---- out ----------------------------------------------------------------------------------------------------------- */

static bool is_broken(streams *s)
{
    pthread_mutex_lock(&s->writing);
    bool broken = s->broken != 0;
    pthread_mutex_unlock(&s->writing);
    return broken;
}

static int write_all(const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = write(STDOUT_FILENO, bytes, size);
        struct pollfd room = {.fd = STDOUT_FILENO, .events = POLLOUT};
        if (n < 0 && errno == EAGAIN)
            poll(&room, 1, -1);
        else if (n < 0 && errno != EINTR)
            return errno;
        bytes += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
    return 0;
}

static void send_line(void *arg, const char *line, size_t size)
{
    streams *s = arg;
    pthread_mutex_lock(&s->writing);
    if (!s->broken)
        s->broken = write_all(line, size);
    if (!s->broken)
        s->broken = write_all("\n", 1);
    pthread_mutex_unlock(&s->writing);
}

static void add_call(void *arg, mcp_call *call)
{
    mcp_calls_add(((streams *)arg)->calls, call);
}

static void cancel_call(void *arg, const json_t *id)
{
    mcp_calls_cancel(((streams *)arg)->calls, id);
}

static bool is_cancelled(const mcp_call *call)
{
    return __atomic_load_n(&call->cancel, __ATOMIC_RELAXED) != 0;
}

/* A call that was cancelled has no answer. */
static void do_call(void *arg, mcp_call *call)
{
    streams *s = arg;
    if (is_cancelled(call) || is_broken(s))
        return;
    json_t *result = mcp_do(&s->work, call);
    if (is_cancelled(call))
        json_decref(result);
    else
        mcp_answer(&s->connection, call, result);
}

/* ---- in ------------------------------------------------------------------------------------------------------------ */

typedef struct lines {
    char *bytes; /* [size] of `room`: a line that has begun */
    size_t size, room;
    bool skipping; /* the rest of a line that is too long */
} lines;

/* Handles the lines in the bytes that have come, all of them at the end.  False: out of memory. */
static bool take_bytes(streams *s, lines *l, const char *bytes, size_t size, bool ended)
{
    while (size > 0 || ended) {
        const char *end = memchr(bytes, '\n', size);
        size_t part = end ? (size_t)(end - bytes) : size;
        if (!l->skipping && l->size + part > MCP_LINE_MOST) {
            mcp_refuse_long_line(&s->connection);
            l->skipping = true;
            l->size = 0;
        }
        if (!l->skipping && l->size + part > l->room) {
            size_t room = 2 * (l->size + part);
            char *more = realloc(l->bytes, room);
            if (!more)
                return false;
            l->bytes = more;
            l->room = room;
        }
        if (!l->skipping && part > 0) {
            memcpy(l->bytes + l->size, bytes, part);
            l->size += part;
        }
        if (end || ended) {
            if (!l->skipping && l->size > 0)
                mcp_handle_line(&s->connection, l->bytes, l->size);
            l->skipping = false;
            l->size = 0;
        }
        size -= part + (end ? 1 : 0);
        bytes += part + (end ? 1 : 0);
        ended = ended && size > 0;
    }
    return true;
}

/* Whether whoever reads standard output is still there. */
static bool is_heard(int revents)
{
    return !(revents & (POLLERR | POLLHUP | POLLNVAL));
}

/* Until the end of standard input, or until nobody listens. */
static int read_lines(streams *s)
{
    static char bytes[65536];
    lines l = {0};
    struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = STDOUT_FILENO}};
    int status = CMD_DONE;
    ssize_t n = 1;
    while (n != 0 && status == CMD_DONE && !is_broken(s)) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            break;
        if (!is_heard(fds[1].revents))
            break;
        n = read(STDIN_FILENO, bytes, sizeof bytes);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n < 0) {
            cmd_say("standard input: %s", strerror(errno));
            status = CMD_FAILED;
        } else if (!take_bytes(s, &l, bytes, (size_t)n, n == 0)) {
            status = cmd_fail_memory();
        }
    }
    free(l.bytes);
    while (!mcp_calls_done(s->calls))
        if (status != CMD_DONE || is_broken(s) || (poll(fds + 1, 1, 0) > 0 && !is_heard(fds[1].revents)))
            mcp_calls_cancel(s->calls, NULL);
    if (s->broken && s->broken != EPIPE) {
        cmd_say("standard output: %s", strerror(s->broken));
        status = CMD_FAILED;
    }
    return status;
}

static int serve(streams *s, const cmd_common *common)
{
    signal(SIGPIPE, SIG_IGN);
    pthread_mutex_init(&s->writing, NULL);
    s->connection = (mcp_connection){send_line, add_call, cancel_call, s, mcp_describe_tools(s->work.write ? MCP_TOOLS : MCP_SET_CAPTION), false};
    s->work.common = common;
    s->work.connection = &s->connection;
    int status = cmd_open_context(&s->work.ctx, common->threads);
    if (status == CMD_DONE && (!s->connection.tools || !(s->calls = mcp_calls_open(do_call, s))))
        status = cmd_fail_memory();
    if (status == CMD_DONE)
        status = read_lines(s);
    mcp_calls_close(s->calls);
    mcp_work_close(&s->work);
    json_decref(s->connection.tools);
    pthread_mutex_destroy(&s->writing);
    return status;
}

/* ---- the command --------------------------------------------------------------------------------------------------- */

enum { ROOT = 1 };

/* The real paths of the folders after --root. */
static int find_roots(mcp_work *work, const cmd_operands *operands)
{
    work->roots = calloc(operands->count + 1, sizeof *work->roots);
    if (!work->roots)
        return cmd_fail_memory();
    for (size_t i = 0; i < operands->count; i++) {
        struct stat st;
        const char *text = operands->items[i].text;
        if (operands->items[i].kind != ROOT)
            return cmd_usage(&cmd_mcp, "'%s' is not expected", text);
        char *path = work->roots[work->root_count] = realpath(text, NULL);
        work->root_count += path != NULL;
        if (!path || stat(path, &st) || !S_ISDIR(st.st_mode)) {
            cmd_say("%s: no such folder", text);
            return CMD_FAILED;
        }
    }
    return CMD_DONE;
}

static int run(int argc, char **argv)
{
    cmd_common common = {0};
    streams s = {0};
    int write = 0;
    const cmd_option options[] = {
        CMD_OPTION_LIBRARY(common, "the library"),
        CMD_OPTION_MODEL(common, "the model; else that which the library was last indexed with"),
        {"write", 0, CMD_FLAG, &write, NULL, "also tools that change the library: set_caption, index", 0},
        {"root", 0, CMD_OPERAND, NULL, "FOLDER", "with --write: what index may look through; may be given several times", ROOT},
        CMD_OPTION_THREADS(common),
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_mcp, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    char *model = common.model ? cmd_full_model(common.model) : NULL;
    s.work.write = write;
    status = common.model && !model ? cmd_fail_memory() : find_roots(&s.work, &operands);
    if (status == CMD_DONE && s.work.root_count > 0 && !write)
        status = cmd_usage(&cmd_mcp, "--root goes with --write: nothing is indexed without it");
    common.model = model;
    if (status == CMD_DONE)
        status = serve(&s, &common);
    for (size_t i = 0; i < s.work.root_count; i++)
        free(s.work.roots[i]);
    free(s.work.roots);
    free(model);
    cmd_operands_free(&operands);
    return status;
}
