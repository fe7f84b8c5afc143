/* SPDX-License-Identifier: Apache-2.0
 * descry search */
#include "ui/common.h"
#include "ui/output.h"
#include "ui/visible.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int run(int argc, char **argv);

#define LITERAL(value) #value
#define TEXT(macro)    LITERAL(macro)

const cmd_command cmd_search = {
    "search", "find pictures by a text or a picture",
    "usage: descry search [OPTIONS] QUERY...\n"
    "\n"
    "Prints the pictures of the library that are nearest to a query, best first: rank, score, strength, path.\n"
    "\n"
    "  a red apple                        the words of QUERY make one text\n"
    "  ./cat.jpg                          a picture begins with ./ ../ / ~/ http:// https:// or file:\n"
    "  '#17'                              the picture with that id in the library\n"
    "  '#17[0,0.5,0.5,1]'                 a part of it: left, top, right, bottom, here the lower left quarter\n"
    "  ./cat.jpg + 1.5 * (\"dog\" - \"cat\")  what is more like the one and less like the other; quotes are needed\n"
    "                                     only for a text with operators or brackets in it\n"
    "  beach NOT people NOT '#17'         leaves out what matches people, instead of only leaning away from it\n"
    "  beach date:2019 camera:nikon       filters, which may also stand alone: all of 2019, newest first; also\n"
    "                                     date:2019-06..2019-08, date:2019.., date:..2018-05-01, near:48.1,11.6,20,\n"
    "                                     in:FOLDER, 'in:\"My Holidays\"', has:caption, has:place, has:date,\n"
    "                                     album:NAME (see 'descry album --help')\n"
    "\n"
    "Operators stand alone between spaces.  A picture named in the query is left out of its results.  A word of the\n"
    "shell that is the path of a file is one term, whatever is in its name.  All of it: docs/query.md.\n"
    "\n"
    "The score is the cosine of the two embeddings; what is a good one depends on the model, and is much less for a\n"
    "text than for a picture.  The strength tells for a text: how many percent of texts that are of nothing here find\n"
    "less.  When the best has less than " TEXT(DESCRY_STRENGTH_GOOD) " %, nothing here matches well.\n"
    "\n"
    "--words looks for words instead, in captions, file names and the titles in pictures: all of them have to be there,\n"
    "endings and accents aside, of Chinese, Japanese, Korean or Thai any part; the score is BM25.  --hybrid finds by\n"
    "both: what is near the query, and what has some of its words; the score is the sum of 1 / (60 + rank) in each of\n"
    "the two rankings.\n",
    "A filter never costs results: the pictures that it lets through are compared, and the best N of them shown.\n"
    "A picture whose file does not say when, where or with what it was taken is never found by that filter.\n"
    "\n"
    "Without --json and -0 a path is always on one line: control characters, bytes that are not UTF-8, and characters\n"
    "that are not seen or turn the direction of text are shown as \\n, \\t, \\r or \\xHH, and a backslash as \\\\.\n"
    "\n"
    "Examples:\n"
    "  descry search a red apple beside a dog\n"
    "  descry search './samples/gallery/0009.jpg + 1.5 * (\"a dog\" - \"a cat\")' --explain\n"
    "  descry search -k 3 --json ./samples/gallery/0007.jpg\n"
    "  descry search two cats NOT a checkered background\n"
    "  descry search '#17' --threshold 0.6\n"
    "  descry search sunset --after 2019-06 --before 2019-09 --camera nikon --near 48.137,11.575,20\n"
    "  descry search sunset date:2019-06..2019-08 camera:nikon near:48.137,11.575,20 in:~/Pictures\n"
    "  descry search --words grandmother garden --under ~/Pictures\n"
    "  descry search --hybrid a red rose\n"
    "  descry search -0 beach | xargs -0 cp -t /tmp/beach --\n",
    run};

typedef struct printer {
    int json, print0, words, hybrid;
    int status;
    uint64_t count;
    float best; /* strength of the first, -1: not known */
} printer;

/* ---- results --------------------------------------------------------------------------------------------------- */

static json_t *json_terms(const descry_match *match)
{
    json_t *terms = json_array();
    for (size_t i = 0; terms && i < match->share_count; i++) {
        const descry_share *share = match->shares[i];
        json_t *term = cmd_json_text(share->term, strlen(share->term));
        json_t *object = json_pack("{s:o, s:f, s:f}", "term", term, "weight", share->weight, "contribution",
                                   (double)share->score);
        if (json_array_append_new(terms, object)) {
            json_decref(terms);
            terms = NULL;
        }
    }
    return terms;
}

static int set_ranks(json_t *object, const descry_match *match)
{
    json_t *near = match->vector_rank ? json_integer((json_int_t)match->vector_rank) : json_null();
    json_t *worded = match->words_rank ? json_integer((json_int_t)match->words_rank) : json_null();
    int rc = json_object_set_new(object, "vector_rank", near);
    return json_object_set_new(object, "words_rank", worded) || rc;
}

static int set_size(json_t *object, const char *key, int pixels)
{
    return json_object_set_new(object, key, pixels ? json_integer(pixels) : json_null());
}

static int print_json(const descry_match *match)
{
    json_t *score = isnan(match->score) ? json_null() : json_real((double)match->score);
    json_t *object = json_pack("{s:I, s:o, s:I}", "rank", (json_int_t)match->rank, "score", score, "id",
                               (json_int_t)match->id);
    json_t *caption = match->caption ? cmd_json_text(match->caption, strlen(match->caption)) : json_null();
    json_t *strength = match->strength < 0 ? json_null() : json_real((double)match->strength);
    if (object && (cmd_json_set_path(object, "path", match->path) || json_object_set(object, "caption", caption) ||
                   json_object_set(object, "strength", strength) || set_size(object, "width", match->width) ||
                   set_size(object, "height", match->height) || cmd_json_set_metadata(object, match->metadata) ||
                   (match->vector_rank + match->words_rank > 0 && set_ranks(object, match)) ||
                   (match->source && json_object_set_new(object, "source", json_true())) ||
                   (match->shares && json_object_set_new(object, "terms", json_terms(match))))) {
        json_decref(object);
        object = NULL;
    }
    json_decref(caption);
    json_decref(strength);
    return cmd_json_line(object);
}

static void print_text(const descry_match *match)
{
    printf("%3" PRIu64 "  ", match->rank);
    if (!isnan(match->score))
        printf("%.4f  ", (double)match->score);
    if (match->strength >= 0)
        printf("%3d %%  ", (int)match->strength);
    cmd_print_path(stdout, match->path);
    putchar('\n');
    if (match->caption) {
        fputs("     ", stdout);
        cmd_print_visible(stdout, match->caption);
        putchar('\n');
    }
    for (size_t i = 0; i < match->share_count; i++) {
        const descry_share *share = match->shares[i];
        printf("    %+.4f  ", (double)share->score);
        if (share->weight != 1)
            printf("%g * ", share->weight);
        cmd_print_visible(stdout, share->term);
        putchar('\n');
    }
}

/* False: stop, standard output has failed. */
static bool print_match(printer *to, const descry_match *match)
{
    if (to->count++ == 0)
        to->best = match->strength;
    if (to->json)
        to->status = print_json(match);
    else if (to->print0)
        fwrite(match->path, 1, strlen(match->path) + 1, stdout);
    else
        print_text(match);
    return to->status == CMD_DONE && !ferror(stdout);
}

/* ---- the query ------------------------------------------------------------------------------------------------- */

/* The folder in a shell word "in:FOLDER" that the query language would not read as one word; NULL: it would, or there is none. */
static const char *needs_inner_quotes(const char *word)
{
    const char *folder = strncmp(word, "in:", 3) == 0 && word[3] != '"' ? word + 3 : NULL;
    return folder && strpbrk(folder, " \t\n\r\f\v()") && access(folder, F_OK) == 0 ? folder : NULL;
}

/* Whether a shell word is the path of a file that the query language would not parse as one term. */
static bool needs_quotes(const char *word)
{
    return cmd_is_picture(word) && strpbrk(word, " \t\n\r\f\v\"()") && access(word, F_OK) == 0;
}

/* Joins the operands with spaces, quoting where needed. */
static char *join_operands(const cmd_operands *operands)
{
    size_t size = 1;
    for (size_t i = 0; i < operands->count; i++)
        size += 2 * strlen(operands->items[i].text) + 3;
    char *query = malloc(size), *to = query;
    if (!query)
        return NULL;
    for (size_t i = 0; i < operands->count; i++) {
        const char *word = operands->items[i].text;
        const char *folder = needs_inner_quotes(word);
        bool quote = folder || needs_quotes(word);
        if (i)
            *to++ = ' ';
        while (folder && word < folder)
            *to++ = *word++;
        if (quote)
            *to++ = '"';
        for (; *word; *to++ = *word++)
            if (quote && (*word == '"' || *word == '\\'))
                *to++ = '\\';
        if (quote)
            *to++ = '"';
    }
    *to = 0;
    return query;
}

static int check_query(const char *query, const descry_search_options *how)
{
    descry_error err;
    size_t position;
    if (!query[strspn(query, " \t\n\r\f\v")])
        return cmd_usage(&cmd_search, "what to look for?");
    if (!descry_query_check(query, how->ranking, how->filter, &position, &err))
        return CMD_DONE;
    int status = cmd_fail(&err);
    cmd_print_caret(query, position);
    return status;
}

/* What the search was narrowed to, on standard error: standard output has the results. */
static int print_filter(const descry_filter *filter)
{
    static const char *const things[] = {"with a caption", "with a place", "with a date"};
    const int64_t times[] = {filter->after, filter->before};
    const char *between = "only pictures ";
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (!to)
        return cmd_fail_memory();
    for (size_t i = 0; i < filter->unders; i++, between = " or ")
        fprintf(to, "%sin %s", between, filter->under[i]);
    between = filter->unders ? ", " : between;
    if (filter->album) {
        fprintf(to, "%sof the album '%s'", between, filter->album);
        between = ", ";
    }
    for (int i = 0; i < 2; i++) {
        char time[DESCRY_TIME_SIZE];
        if (times[i] == DESCRY_NO_TIME)
            continue;
        descry_time_print(time, times[i], DESCRY_NO_OFFSET);
        fputs(between, to);
        fprintf(to, i ? "taken before %s" : "taken at %s or later", time);
        between = ", ";
    }
    if (filter->camera) {
        fprintf(to, "%sby a camera '%s'", between, filter->camera);
        between = ", ";
    }
    if (filter->km >= 0) {
        fprintf(to, "%sat most %g km from %.10g,%.10g", between, filter->km, filter->latitude, filter->longitude);
        between = ", ";
    }
    for (int i = 0; i < 3; i++)
        if (filter->has >> i & 1) {
            fprintf(to, "%s%s", between, things[i]);
            between = ", ";
        }
    int broken = ferror(to);
    if (fclose(to) || broken) {
        free(text);
        return cmd_fail_memory();
    }
    if (size > 0)
        cmd_say("%s", text);
    free(text);
    return CMD_DONE;
}

/* ---- the search ------------------------------------------------------------------------------------------------ */

typedef struct opened_model {
    descry_context *ctx;
    descry_model *model;
    descry_head *head;
} opened_model;

static int open_model(void *arg, const char *name, descry_model **model, descry_error *err)
{
    opened_model *own = arg;
    int rc = descry_model_open(&own->model, own->ctx, name, NULL, err);
    *model = own->model;
    return rc;
}

/* Opens --model, or with --head the library's last model; else the search opens the last model on demand. */
static int choose_model(opened_model *own, descry_library *library, const char *name, const char *head)
{
    descry_error err;
    char *last = NULL;
    int status = name ? CMD_DONE : cmd_last_model(&last, library); /* warns when there are several */
    if (!name && head)
        name = last;
    if (status == CMD_DONE && name && descry_model_open(&own->model, own->ctx, name, NULL, &err))
        status = cmd_fail(&err);
    free(last);
    return status == CMD_DONE && own->model ? cmd_open_head(&own->head, own->ctx, own->model, head) : status;
}

static int search(const cmd_common *common, const char *query, descry_search_options *options, printer *to)
{
    descry_error err;
    opened_model own = {0};
    descry_library *library = NULL;
    descry_results *results = NULL;
    const descry_match *match;
    int rc, status = cmd_open_context(&own.ctx, common->threads);
    if (status == CMD_DONE)
        status = cmd_open_library(&library, own.ctx, common->library);
    if (status == CMD_DONE && !to->words)
        status = choose_model(&own, library, common->model, common->head);
    options->open_model = open_model;
    options->model_arg = &own;
    options->head = own.head;
    if (status == CMD_DONE) {
        rc = descry_search(&results, library, own.model, query, options, &err);
        if (!rc && options->explain)
            status = print_filter(descry_results_filter(results));
        while (!rc && status == CMD_DONE && (rc = descry_results_next(results, &match, &err)) == 1 &&
               print_match(to, match))
            rc = 0;
        if (rc < 0)
            status = cmd_fail(&err);
    }
    descry_results_close(&results);
    descry_library_close(&library);
    descry_head_close(&own.head);
    descry_model_close(&own.model);
    descry_context_close(&own.ctx);
    return status == CMD_DONE ? to->status : status;
}

static int check_options(const printer *to, const descry_search_options *how, const char *head)
{
    if (to->words && to->hybrid)
        return cmd_usage(&cmd_search, "--words and --hybrid do not go together");
    if ((to->words || to->hybrid) &&
        (how->threshold > -2 || how->min_strength > 0 || how->not_threshold > -2 || how->explain))
        return cmd_usage(&cmd_search, "%s knows no --threshold, --min-strength, --not-threshold or --explain",
                         to->words ? "--words" : "--hybrid");
    if (to->words && head)
        return cmd_usage(&cmd_search, "--words and --head do not go together");
    if (to->json && to->print0)
        return cmd_usage(&cmd_search, "--json and --print0 do not go together");
    if (how->explain && to->print0)
        return cmd_usage(&cmd_search, "--explain and --print0 do not go together");
    if (how->min_strength < 0 || how->min_strength > 100)
        return cmd_usage(&cmd_search, "--min-strength: a number from 0 to 100");
    return CMD_DONE;
}

/* Says so if nothing was found, or nothing that matches well. */
static void print_verdict(const printer *to, const descry_search_options *how)
{
    if (to->count == 0 ? how->min_strength > 0 : to->best >= 0 && to->best < DESCRY_STRENGTH_GOOD)
        cmd_say("nothing here matches well");
    else if (to->count == 0)
        cmd_say("no match");
}

static int run(int argc, char **argv)
{
    cmd_common common = {0};
    descry_search_options how = DESCRY_SEARCH_OPTIONS_INIT;
    descry_filter filter = DESCRY_FILTER_INIT;
    descry_net_options net = DESCRY_NET_OPTIONS_INIT;
    printer to = {0};
    const cmd_option options[] = {
        {"k", 'k', CMD_COUNT, &how.k, "N", "at most N pictures (10)", 0},
        {"words", 0, CMD_FLAG, &to.words, NULL,
         "find by the words of captions, file names and embedded titles instead; no model is needed", 0},
        {"hybrid", 0, CMD_FLAG, &to.hybrid, NULL, "find by both, the query and its words", 0},
        {"threshold", 0, CMD_NUMBER, &how.threshold, "S", "only pictures with a score of at least S", 0},
        {"min-strength", 0, CMD_NUMBER, &how.min_strength, "P",
         "only pictures with a strength of at least P percent", 0},
        {"not-threshold", 0, CMD_NUMBER, &how.not_threshold, "S",
         "NOT leaves out pictures with a score above S; without it, a score calibrated when the library was "
         "indexed", 0},
        {"explain", 0, CMD_FLAG, &how.explain, NULL,
         "print what each term of the query adds to each score, and, on standard error, what filters are understood to be", 0},
        {"allow-private-urls", 0, CMD_FLAG, &net.allow_private, NULL,
         "fetch pictures from this machine and local networks, too, and through a proxy", 0},
        {"print0", '0', CMD_FLAG, &to.print0, NULL, "paths only, as they are, each followed by a NUL: for xargs -0", 0},
        CMD_OPTIONS_FILTER(filter),
        CMD_OPTION_MODEL(common, "search what was indexed with this model; without it, the last one indexed with"),
        CMD_OPTION_HEAD(common, "through a learned head of the model: see 'descry adapt'; it reads every vector, so it "
                                "takes longer"),
        CMD_OPTION_LIBRARY(common, "the library"),
        CMD_OPTION_THREADS(common),
        CMD_OPTION_JSON(common,
                        "{\"rank\", \"score\", \"id\", \"path\", \"caption\", \"strength\", \"width\", \"height\"}, the "
                        "score null when the query has filters alone, pixels of the picture as it is seen, null when unknown, then what is known of"
                        " \"taken\", \"camera\", \"title\", \"lat\", \"lon\"; \"source\": true when \"path\" is no file but a"
                        " source, such as a URL; with --explain also \"terms\": [{\"term\", \"weight\", "
                        "\"contribution\"}]; with --hybrid also \"vector_rank\", \"words_rank\": from 1, null when "
                        "not among the first 1000"),
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_search, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    to.json = common.json;
    how.filter = &filter;
    how.net = &net;
    how.ranking = to.words ? DESCRY_RANKING_WORDS : to.hybrid ? DESCRY_RANKING_HYBRID : DESCRY_RANKING_VECTORS;
    const char **folders = NULL;
    status = cmd_filter_under(&filter, &operands, &folders);
    char *query = status == CMD_DONE ? join_operands(&operands) : NULL;
    if (status == CMD_DONE)
        status = query ? check_options(&to, &how, common.head) : cmd_fail_memory();
    if (status == CMD_DONE)
        status = check_query(query, &how);
    if (status == CMD_DONE)
        status = search(&common, query, &how, &to);
    if (status == CMD_DONE)
        print_verdict(&to, &how);
    free(query);
    free(folders);
    cmd_operands_free(&operands);
    return status;
}
