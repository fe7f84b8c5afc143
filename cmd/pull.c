/* SPDX-License-Identifier: Apache-2.0
 * descry pull */
#include "descry_dev.h"
#include "ui/common.h"
#include "ui/output.h"
#include "ui/progress.h"
#include "ui/stop.h"
#include "ui/visible.h"

#include <ctype.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int run(int argc, char **argv);

const cmd_command cmd_pull = {
    "pull", "fetch a published model",
    "usage: descry pull [OPTIONS] [MODEL...]\n"
    "       descry pull --list\n"
    "       descry pull --remove MODEL...\n"
    "\n"
    "Fetches models from Hugging Face's hub into its cache on this machine, where other programs find them, too.  MODEL is\n"
    "a name as 'descry models' lists them, ViT-B-32/openai, which Immich writes ViT-B-32__openai, or hf-hub:ORG/NAME.\n"
    "Without MODEL it offers four, small, balanced, best, and one that writes captions, with size, published score and\n"
    "speed on this machine.  Size and licence are told first; unless the licence lets anybody use the model for anything it\n"
    "asks, and where nobody can answer it fetches nothing without --yes.  A tokenizer in a repository of its own is fetched\n"
    "with the model that names it; for a model in a directory, when MODEL is that.\n"
    "\n"
    "What was stopped half way goes on where it was, what comes is verified by the digests that the hub tells, and of a\n"
    "model that is there only what has changed is fetched.\n",
    "HF_ENDPOINT names another hub, HF_TOKEN a token, which no other server is told, HF_HOME and HF_HUB_CACHE the place;\n"
    "HF_HUB_OFFLINE=1 fetches nothing; https_proxy, http_proxy and all_proxy name a proxy, no_proxy who is asked without.\n"
    "\n"
    "Examples:\n"
    "  descry pull\n"
    "  descry pull ViT-B-32/laion2b_s34b_b79k\n"
    "  descry index --model ViT-B-32/laion2b_s34b_b79k ~/Pictures\n",
    run};

typedef struct pulling {
    descry_context *ctx;
    int yes, json, list, remove;
    descry_watch watch;
    char name[200];       /* of what is being fetched */
    size_t files;         /* of it, and of its tokenizer; 0: nothing is to be fetched */
    uint64_t bytes, missing;
    char licence[100];
    uint64_t first;       /* bytes done when the first were told of */
    bool began, waits;
} pulling;

/* ---- progress -------------------------------------------------------------------------------------------------- */

static int show(void *arg, const descry_progress *p)
{
    pulling *job = arg;
    char text[300];
    if (p->stage == DESCRY_STAGE_WAITING) {
        if (!job->waits) {
            cmd_progress_hide();
            cmd_say("%s: another program is fetching it: waiting for that", job->name);
        }
        job->waits = true;
        return 0;
    }
    if (!job->began)
        job->first = p->done;
    job->began = true;
    double rate = p->seconds > 0 ? (double)(p->done - job->first) / p->seconds : 0;
    int n = snprintf(text, sizeof text, "%.1f/%.1f MB  %.1f MB/s", (double)p->done / 1e6, (double)p->total / 1e6, rate / 1e6);
    if (rate > 0 && n > 0)
        snprintf(text + n, sizeof text - (size_t)n, "  %.0f s left", (double)(p->total - p->done) / rate);
    if (!cmd_stopped())
        cmd_progress_say(p, text);
    return 0;
}

/* ---- asking ---------------------------------------------------------------------------------------------------- */

static bool can_ask(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* The first character of the answer, small; 0: none. */
static int ask(const char *question)
{
    char line[100];
    fputs(question, stderr);
    fflush(stderr);
    return fgets(line, sizeof line, stdin) ? tolower((unsigned char)line[0]) : 0;
}

static int confirm(void *arg, const descry_pull_plan *plan)
{
    pulling *job = arg;
    const char *of = plan->is_tokenizer ? plan->name : job->name;
    job->files += plan->files;
    job->bytes += plan->bytes;
    job->missing += plan->missing;
    job->began = job->waits = false;
    if (!plan->is_tokenizer)
        snprintf(job->licence, sizeof job->licence, "%s", plan->licence ? plan->licence : "");
    cmd_say("%s%s: %.1f MB in %zu file%s, %.1f MB of it to be fetched; licence: %s",
            plan->is_tokenizer ? "its tokenizer, " : "", of, (double)plan->bytes / 1e6, plan->files,
            plan->files == 1 ? "" : "s", (double)plan->missing / 1e6, plan->licence ? plan->licence : "unknown");
    if (plan->is_free || job->yes)
        return 0;
    cmd_say("%s: %s; its terms: https://huggingface.co/%s", of,
            plan->licence ? "this licence is not one that lets anybody use it for anything" : "nothing is known of what it may be used for",
            plan->name + strlen("hf-hub:"));
    if (!can_ask()) {
        cmd_say("--yes fetches it all the same");
        return 1;
    }
    return ask("Fetch it? [y/N] ") == 'y' ? 0 : 1;
}

/* ---- choices --------------------------------------------------------------------------------------------------- */

/* For each use what is best among what this build can run: the first that it can.  Multiply-adds of the picture's tower, in
 * thousand millions: of each layer tokens * (4 W^2 + 2 W M) + 2 tokens^2 W for a width W and an MLP's M, and of the patches. */
static const struct choice {
    const char *use;
    struct {
        const char *name;
        double gmacs;
    } models[2];
} choices[] = {
    {"small", {{"ViT-B-32-SigLIP2-256/webli", 5.74}, {"ViT-B-32/datacomp_xl_s13b_b90k", 4.41}}},
    {"balanced", {{"ViT-B-16-SigLIP2/webli", 17.7}, {"ViT-L-14/datacomp_xl_s13b_b90k", 81.0}}},
    {"best", {{"ViT-SO400M-16-SigLIP2-384/webli", 259.5}, {"ViT-H-14-378-quickgelu/dfn5b", 503.5}}},
    {"captions", {{"coca_ViT-L-14/mscoco_finetuned_laion2b_s13b_b90k", 81.8}}},
};
enum { CHOICES = sizeof choices / sizeof *choices };

static const descry_pretrained *best_of(const struct choice *choice, double *gmacs)
{
    const descry_pretrained *weights = NULL;
    for (size_t i = 0; i < sizeof choice->models / sizeof *choice->models && choice->models[i].name; i++) {
        weights = descry_pretrained_find(choice->models[i].name);
        *gmacs = choice->models[i].gmacs;
        if (weights && (descry_pretrained_can(weights) & DESCRY_CAN_TEXTS))
            break;
    }
    return weights;
}

/* Of weights in f32, as most are published. */
static void describe(FILE *out, size_t i, double speed)
{
    char size[40] = "", score[60] = "", rate[60] = "";
    double gmacs = 0;
    const descry_pretrained *weights = best_of(&choices[i], &gmacs);
    if (weights->parameters > 0)
        snprintf(size, sizeof size, "about %.1f GB, ", (double)weights->parameters * 4 / 1e9);
    if (weights->coco >= 0)
        snprintf(score, sizeof score, "COCO %.1f, ", weights->coco * 100);
    if (speed > 0) {
        double per_second = speed / (gmacs * 1e9); /* towers run as fast as their products, by and large */
        snprintf(rate, sizeof rate, per_second < 10 ? "about %.2g pictures/s here, " : "about %.0f pictures/s here, ",
                 per_second);
    }
    fprintf(out, "  %zu  %-9s %s\n               %s%s%slicence: %s\n", i + 1, choices[i].use, weights->name, size, score, rate,
            weights->licence ? weights->licence : "unknown");
}

/* Multiply-adds a second on all processors, as an index would use them; 0: unknown. */
static double speed_here(void)
{
    descry_context *ctx = NULL;
    double speed = 0;
    if (cmd_open_context(&ctx, 0) == CMD_DONE && descry_measure_speed(ctx, &speed, NULL))
        speed = 0;
    descry_context_close(&ctx);
    return speed;
}

static int fetch(pulling *job, const char *name);

static int offer(pulling *job)
{
    bool asks = can_ask() && !job->json;
    FILE *out = asks ? stderr : stdout;
    double speed = speed_here(), gmacs;
    for (size_t i = 0; i < CHOICES; i++)
        describe(out, i, speed);
    fputs("COCO: of how many texts in a hundred the picture is found first, as published.  Speed: to index; measured just "
          "now, by\na product of matrices.  Captions take longer.  'descry models' lists all models.\n", out);
    if (!asks)
        return cmd_usage(&cmd_pull, "which model?");
    int answer = ask("Which one? [1-4] ");
    if (answer < '1' || answer >= '1' + CHOICES) {
        cmd_say("none of them: nothing is fetched");
        return CMD_FAILED;
    }
    return fetch(job, best_of(&choices[answer - '1'], &gmacs)->name);
}

/* ---- what is asked for ----------------------------------------------------------------------------------------- */

static int print_fetched(const pulling *job, const descry_pretrained *weights, const char *given)
{
    const char *name = weights ? weights->name : given;
    bool was_there = job->files == 0;
    if (!job->json) {
        fputs(was_there ? "is there and current: " : "fetched: ", stdout);
        cmd_print_visible(stdout, name);
        printf("\nuse it: descry index --model ");
        cmd_print_visible(stdout, name);
        puts(" FOLDER");
        return CMD_DONE;
    }
    return cmd_json_line(json_pack("{s:s, s:b, s:I, s:I, s:o}", "name", name, "fetched", (int)!was_there, "bytes",
                                   (json_int_t)job->bytes, "missing", (json_int_t)job->missing, "licence",
                                   job->licence[0] ? json_string(job->licence) : json_null()));
}

static int fetch(pulling *job, const char *name)
{
    descry_error err;
    const descry_pretrained *weights = descry_pretrained_find(name);
    descry_pull_options options = DESCRY_PULL_OPTIONS_INIT;
    options.confirm = confirm;
    options.arg = job;
    options.watch = &job->watch;
    snprintf(job->name, sizeof job->name, "%s", weights ? weights->name : name);
    job->files = 0;
    job->bytes = job->missing = 0;
    job->licence[0] = 0;
    job->began = job->waits = false;
    if (weights && !descry_pretrained_can(weights))
        cmd_say("warning: %s: this build cannot run it yet; others may", weights->name);
    cmd_progress_restart();
    int rc = descry_pull(job->ctx, name, &options, &err);
    cmd_progress_hide();
    if (rc == DESCRY_ERR_CANCELLED && cmd_stopped()) {
        cmd_say("stopped; what was fetched is kept: the same command goes on");
        return 128 + cmd_stopped();
    }
    return rc ? cmd_fail(&err) : print_fetched(job, weights, name);
}

static int remove_model(pulling *job, const char *name)
{
    descry_error err;
    uint64_t bytes;
    if (descry_pull_remove(job->ctx, name, &bytes, &err))
        return cmd_fail(&err);
    if (job->json)
        return cmd_json_line(json_pack("{s:o, s:I}", "name", cmd_json_text(name, strlen(name)), "removed", (json_int_t)bytes));
    fputs("removed: ", stdout);
    cmd_print_visible(stdout, name);
    printf(", %.1f MB\n", (double)bytes / 1e6);
    return CMD_DONE;
}

static int print_installed(void *arg, const descry_known_model *model)
{
    pulling *job = arg;
    const descry_pretrained *weights;
    bool any = false;
    if (!model->path || strcmp(model->name, "demo") == 0)
        return 0;
    json_t *names = json_array();
    for (size_t i = 0; (weights = descry_pretrained_at(i)) != NULL; i++)
        if (strcmp(weights->source, model->name) == 0 && json_array_append_new(names, json_string(weights->name)) == 0)
            any = true;
    if (job->json) {
        json_t *object = json_pack("{s:o, s:o, s:I}", "name", cmd_json_text(model->name, strlen(model->name)), "names", names, "bytes",
                                   (json_int_t)model->bytes);
        if (object && cmd_json_set_path(object, "path", model->path)) {
            json_decref(object);
            object = NULL;
        }
        return cmd_json_line(object) != CMD_DONE;
    }
    cmd_print_visible(stdout, any ? json_string_value(json_array_get(names, 0)) : model->name);
    printf("  %.1f MB  ", (double)model->bytes / 1e6);
    cmd_print_path(stdout, model->path);
    putchar('\n');
    json_decref(names);
    return ferror(stdout);
}

static int run(int argc, char **argv)
{
    pulling job = {.watch = DESCRY_WATCH_INIT};
    const cmd_option options[] = {
        {"yes", 'y', CMD_FLAG, &job.yes, NULL, "whatever the licence: fetch without asking", 0},
        {"list", 0, CMD_FLAG, &job.list, NULL, "what the cache has", 0},
        {"remove", 0, CMD_FLAG, &job.remove, NULL,
         "delete MODEL from the cache, and its tokenizer unless another model uses it", 0},
        {"json", 0, CMD_FLAG, &job.json, NULL,
         "{\"name\", \"fetched\", \"bytes\", \"missing\", \"licence\"}; of --list {\"name\", \"names\", \"bytes\", \"path\"}, of "
         "--remove {\"name\", \"removed\"}", 0},
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_pull, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    job.watch.progress = show;
    job.watch.arg = &job;
    job.watch.cancel = cmd_cancel();
    if (job.list && (job.remove || operands.count > 0))
        status = cmd_usage(&cmd_pull, "--list goes with nothing else");
    else if (job.remove && operands.count == 0)
        status = cmd_usage(&cmd_pull, "which model is to be removed?");
    else
        status = cmd_open_context(&job.ctx, 1);
    if (status == CMD_DONE && job.list) {
        descry_error err;
        status = descry_models(print_installed, &job, &err) ? cmd_fail(&err) : CMD_DONE;
    } else if (status == CMD_DONE) {
        signal(SIGPIPE, SIG_IGN); /* a server that goes away is an error like others */
        cmd_catch_signals();
        if (operands.count == 0)
            status = offer(&job);
        for (size_t i = 0; i < operands.count && status <= 128; i++) {
            int one = job.remove ? remove_model(&job, operands.items[i].text) : fetch(&job, operands.items[i].text);
            status = one ? one : status;
        }
    }
    descry_context_close(&job.ctx);
    cmd_operands_free(&operands);
    return status;
}
