/* SPDX-License-Identifier: Apache-2.0
 * descry serve: the options; the server is a module (serve/). */
#include "serve/serve.h"

#include "descry_dev.h"
#include "ui/common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int run(int argc, char **argv);

const cmd_command cmd_serve = {
    "serve", "a web page and an HTTP API for the library",
    "usage: descry serve [OPTIONS]\n"
    "\n"
    "Shows the library as a web page at http://127.0.0.1:" SERVE_PORT "/, for browsers on this machine, and answers programs\n"
    "(docs/http.md) until it is stopped, by Ctrl-C or a signal.\n"
    "\n"
    "At an address that others reach it wants --token, which the page asks for once and programs send as\n"
    "'Authorization: Bearer TOKEN'; with --insecure whoever reaches it may do all of it.  Only requests for localhost,\n"
    "for the address itself and for what --host-name names are answered.  The connection is not encrypted: for that\n"
    "there are reverse proxies.\n",
    "Examples:\n"
    "  descry serve\n"
    "  descry serve --root ~/Pictures --library holiday.db\n"
    "  descry serve --listen 0.0.0.0 --token-file ~/.config/descry/token --host-name photos.home.arpa\n"
    "  descry serve --immich 0.0.0.0:" SERVE_IMMICH_PORT " --immich-fallback http://immich-ml:3003 --model ViT-B-32/openai\n"
    "  descry serve --unix /run/user/1000/descry.sock\n",
    run};

/* Kinds of options that may be given several times. */
enum { LISTEN = 1, HOST_NAME, ROOT };

static void say(const char *line)
{
    fprintf(stderr, "%s\n", line);
}

static void log_message(void *arg, descry_log_level level, const char *message)
{
    (void)arg;
    if (level == DESCRY_LOG_WARNING)
        cmd_say("warning: %s", message);
}

/* The texts of all operands of one kind: their number. */
static size_t gather(const cmd_operands *operands, int kind, const char **texts)
{
    size_t n = 0;
    for (size_t i = 0; i < operands->count; i++)
        if (operands->items[i].kind == kind)
            texts[n++] = operands->items[i].text;
    return n;
}

/* The first line of a file, to be freed; NULL: after a message. */
static char *read_token(const char *path)
{
    char *line = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "re");
    ssize_t length = file ? getline(&line, &room, file) : -1;
    if (file)
        fclose(file);
    while (length > 0 && strchr("\r\n \t", line[length - 1]))
        line[--length] = 0;
    if (length > 0)
        return line;
    cmd_say("%s: a file with the token in its first line is expected", path);
    free(line);
    return NULL;
}

/* Absolute paths of folders, each to be freed. */
static int find_roots(const char **roots, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *given = roots[i];
        roots[i] = realpath(given, NULL);
        if (!roots[i]) {
            cmd_say("%s: no such folder", given);
            for (size_t done = 0; done < i; done++)
                free((char *)roots[done]);
            return CMD_FAILED;
        }
    }
    return CMD_DONE;
}

/* Runs the server until a signal, by which it is done. */
static int serve(const serve_options *options)
{
    const serve_module *module;
    const void *table;
    descry_error err;
    if (descry_part_open(&table, "descry-serve.so", "serve_module_table", "descry serve", &err))
        return cmd_fail(&err);
    module = table;
    return module->run(options, &err) ? cmd_fail(&err) : CMD_DONE;
}

static int run(int argc, char **argv)
{
    cmd_common common = {0};
    serve_options o = {.workers = 16, .max_body = 256, .max_connections = 12000, .say = say, .log = log_message};
    const char *token_file = NULL, *port = NULL, *compat = NULL;
    size_t timeout = 60, idle = 0;
    const cmd_option options[] = {
        {"listen", 0, CMD_OPERAND, NULL, "ADDRESS[:PORT]", "the address to listen at (127.0.0.1:" SERVE_PORT "); may be given several times", LISTEN},
        {"port", 'p', CMD_TEXT, &port, "PORT", "the same for 127.0.0.1:PORT; 0: any that is free", 0},
        {"unix", 0, CMD_TEXT, &o.unix_socket, "SOCKET", "a Unix socket, for its owner only, instead or in addition; no token is wanted there", 0},
        {"token", 0, CMD_TEXT, &o.token, "TOKEN", "what has to be sent with each request; others on this machine may see it in the list of processes: $DESCRY_TOKEN or --token-file are better", 0},
        {"token-file", 0, CMD_TEXT, &token_file, "FILE", "the token is the first line of this file", 0},
        {"insecure", 0, CMD_FLAG, &o.insecure, NULL, "without a token also at addresses that others reach", 0},
        {"host-name", 0, CMD_OPERAND, NULL, "NAME", "also answer requests for this host; may be given several times", HOST_NAME},
        {"cors", 0, CMD_TEXT, &o.cors, "ORIGIN", "let pages of this other site call the API: https://example.org", 0},
        {"root", 0, CMD_OPERAND, NULL, "FOLDER", "let the page index this folder and those below it; may be given several times", ROOT},
        {"immich", 0, CMD_TEXT, &o.immich, "ADDRESS[:PORT]", "also be Immich's machine learning service (smart search) at this address, port " SERVE_IMMICH_PORT " unless told; Immich sends no token, so whoever reaches it may ask for embeddings, but sees no picture", 0},
        {"immich-fallback", 0, CMD_TEXT, &o.immich_fallback, "URL", "another such service, to which requests for faces and for text in pictures are passed on", 0},
        {"compat", 0, CMD_TEXT, &compat, "clip-retrieval", "also answer the clients and pages of clip-retrieval; any site's page may then search", 0},
        {"read-only", 0, CMD_FLAG, &o.read_only, NULL, "change nothing: no indexing, captions, albums", 0},
        CMD_OPTION_LIBRARY(common, "the library, which is made if there is none"),
        CMD_OPTION_MODEL(common, "the model; else that which the library was last indexed with"),
        CMD_OPTION_IMAGE_SIZE(common),
        {"captioner", 0, CMD_TEXT, &o.captioner, "NAME", "the model for captions; else the other, if it can write them", 0},
        {"idle-unload", 0, CMD_COUNT, &idle, "S", "open a model when it is first needed, and close it when it was not used for S seconds", 0},
        {"workers", 0, CMD_COUNT, &o.workers, "N", "requests to work on at once (16); more wait", 0},
        {"timeout", 0, CMD_COUNT, &timeout, "S", "close connections on which nothing has come or gone for S seconds, or a request has not come in that time, and one more for each 1000 bytes of a body (60)", 0},
        {"max-body", 0, CMD_COUNT, &o.max_body, "MIB", "of an uploaded picture, in MiB (256)", 0},
        {"max-connections", 0, CMD_COUNT, &o.max_connections, "N", "at once, at each address (12000)", 0},
        {"access-log", 0, CMD_FLAG, &o.access_log, NULL, "a line on standard error for each request; no arguments, which say what was looked for", 0},
        CMD_OPTION_THREADS(common),
        CMD_OPTION_PRECISION(common),
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_serve, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    const char **texts = calloc(3 * operands.count + 1, sizeof *texts), **roots = texts + 2 * operands.count + 1;
    char *token = NULL, at[32];
    if (!texts)
        status = cmd_fail_memory();
    for (size_t i = 0; texts && i < operands.count; i++)
        if (operands.items[i].kind == 0)
            status = cmd_usage(&cmd_serve, "'%s' is not expected", operands.items[i].text);
    if (status == CMD_DONE && compat && strcmp(compat, "clip-retrieval") != 0)
        status = cmd_usage(&cmd_serve, "--compat %s: only clip-retrieval is known", compat);
    if (status == CMD_DONE && o.immich_fallback && !o.immich)
        status = cmd_usage(&cmd_serve, "--immich-fallback goes with --immich");
    if (status == CMD_DONE && o.immich_fallback && strncmp(o.immich_fallback, "http://", 7) != 0 &&
        strncmp(o.immich_fallback, "https://", 8) != 0)
        status = cmd_usage(&cmd_serve, "--immich-fallback %s: a URL with http:// or https:// is expected", o.immich_fallback);
    o.clip_retrieval = compat != NULL;
    if (status == CMD_DONE && token_file && !(token = read_token(token_file)))
        status = CMD_FAILED;
    if (status == CMD_DONE && (o.workers > 1024 || o.max_connections > 1000000 || o.max_body > 4096 || timeout > 86400 || idle > UINT32_MAX))
        status = cmd_usage(&cmd_serve, "at most 1024 workers, 1000000 connections, 4096 MiB and a timeout of a day");
    if (status == CMD_DONE) {
        o.listen = texts;
        o.listen_count = gather(&operands, LISTEN, texts);
        if (port && snprintf(at, sizeof at, "127.0.0.1:%s", port) < (int)sizeof at)
            texts[o.listen_count++] = at;
        o.host_names = texts + o.listen_count;
        o.host_name_count = gather(&operands, HOST_NAME, texts + o.listen_count);
        o.roots = roots;
        o.root_count = gather(&operands, ROOT, roots);
        status = find_roots(roots, o.root_count);
    }
    if (status == CMD_DONE) {
        o.library = common.library;
        o.model = common.model;
        o.precision = common.precision;
        o.image_size = (int)common.image_size;
        o.threads = common.threads;
        o.token = token ? token : o.token ? o.token : getenv("DESCRY_TOKEN");
        o.timeout = (unsigned)timeout;
        o.idle_unload = (unsigned)idle;
        o.max_body <<= 20;
        status = serve(&o);
        for (size_t i = 0; i < o.root_count; i++)
            free((char *)roots[i]);
    }
    free(token);
    free(texts);
    cmd_operands_free(&operands);
    return status;
}
