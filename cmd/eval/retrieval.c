/* SPDX-License-Identifier: Apache-2.0
 * descry eval retrieval */
#include "eval/eval.h"

#include "ui/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(int argc, char **argv);

const cmd_command cmd_eval_retrieval = {
    "eval retrieval", "pictures found by their captions, and captions by their pictures",
    "usage: descry eval retrieval [OPTIONS] FILE\n"
    "\n"
    "FILE has pictures with captions: JSON lines, or an array, of {\"path\" (or \"file\"), \"caption\" or\n"
    "\"captions\"}; or lines of path, tab, caption, and more captions after further tabs.  Paths are relative to the\n"
    "folder of FILE.  recall@k is the part of the captions whose picture is among the k nearest pictures, and the\n"
    "part of the pictures that have one of their captions among the k nearest captions.\n",
    "A picture that cannot be read is named and left out, with its captions; the exit status is then 3.\n"
    "\n"
    "Examples:\n"
    "  descry eval retrieval samples/facts.json --model demo\n"
    "  descry eval retrieval captions.tsv --model ~/models/ViT-B-32 --json\n",
    run};

typedef struct retrieval {
    cmd_common common;
    cmd_pixels pixels;
    descry_context *ctx;
    descry_model *model;
    descry_head *head;
    descry_captions captions;
    float *images, *texts;
    uint8_t *read;
    size_t pictures, count; /* that could be read; captions of those */
} retrieval;

/* Compacts the rows of pictures that could be read, and of their captions. */
static int drop_unread(retrieval *job, size_t dim)
{
    size_t *place = malloc((job->captions.pictures + 1) * sizeof *place);
    if (!place)
        return cmd_fail_memory();
    for (size_t i = 0; i < job->captions.pictures; i++) {
        place[i] = job->pictures;
        if (job->read[i])
            memmove(job->images + dim * job->pictures++, job->images + dim * i, dim * sizeof *job->images);
    }
    for (size_t j = 0; j < job->captions.count; j++) {
        size_t owner = job->captions.owner[j];
        if (!job->read[owner])
            continue;
        memmove(job->texts + dim * job->count, job->texts + dim * j, dim * sizeof *job->texts);
        job->captions.owner[job->count++] = place[owner];
    }
    free(place);
    if (job->count > 0)
        return CMD_DONE;
    cmd_say("no picture with a caption could be read");
    return CMD_FAILED;
}

static json_t *direction(const double *recall, double median)
{
    return json_pack("{s:f, s:f, s:f, s:f}", "recall@1", recall[0], "recall@5", recall[1], "recall@10", recall[2],
                     "median_rank", median);
}

static int print_results(const retrieval *job, const descry_recall *r)
{
    size_t unreadable = job->captions.pictures - job->pictures;
    if (job->common.json)
        return cmd_json_line(json_pack("{s:I, s:I, s:I, s:o, s:o}", "pictures", (json_int_t)job->pictures, "captions",
                                       (json_int_t)job->count, "unreadable", (json_int_t)unreadable, "text_to_image",
                                       direction(r->text_to_image, r->median_rank[0]), "image_to_text",
                                       direction(r->image_to_text, r->median_rank[1])));
    printf("%zu pictures, %zu captions\n", job->pictures, job->count);
    printf("                       recall@1  recall@5  recall@10  median rank\n");
    printf("  picture by caption     %.4f    %.4f     %.4f  %11.1f\n", r->text_to_image[0], r->text_to_image[1],
           r->text_to_image[2], r->median_rank[0]);
    printf("  caption by picture     %.4f    %.4f     %.4f  %11.1f\n", r->image_to_text[0], r->image_to_text[1],
           r->image_to_text[2], r->median_rank[1]);
    return CMD_DONE;
}

static int evaluate(retrieval *job, const char *path)
{
    descry_error err;
    descry_recall recall;
    if (descry_captions_read(&job->captions, path, &err))
        return cmd_fail(&err);
    int status = eval_open(&cmd_eval_retrieval, &job->common, &job->ctx, &job->model, &job->head);
    if (status != CMD_DONE)
        return status;
    size_t dim = (size_t)descry_model_get_info(job->model)->dim;
    job->read = calloc(job->captions.pictures + 1, 1);
    if (!job->read)
        return cmd_fail_memory();
    status = eval_embed_texts(job->model, job->head, (const char *const *)job->captions.texts, job->captions.count, &job->texts);
    if (status == CMD_DONE)
        status = eval_embed_files(job->model, job->head, (const char *const *)job->captions.paths, job->captions.pictures,
                                  &job->pixels.options, &job->images, job->read);
    if (status == CMD_DONE)
        status = drop_unread(job, dim);
    if (status == CMD_DONE && descry_recall_run(job->ctx, job->images, job->pictures, job->texts, job->captions.owner,
                                                job->count, dim, &recall, &err))
        status = cmd_fail(&err);
    if (status == CMD_DONE)
        status = print_results(job, &recall);
    return status == CMD_DONE && job->pictures < job->captions.pictures ? CMD_PARTLY : status;
}

static int run(int argc, char **argv)
{
    retrieval job = {.pixels = CMD_PIXELS_INIT};
    const cmd_option options[] = {
        CMD_OPTION_REFERENCE(job.pixels),
        CMD_OPTION_PILLOW(job.pixels),
        CMD_OPTION_MAX_SIDE(job.pixels),
        CMD_OPTION_MAX_PIXELS(job.pixels),
        CMD_OPTION_MAX_PIXELS_PER_BYTE(job.pixels),
        CMD_OPTION_MODEL(job.common, "without it, the model that the library was last indexed with"),
        CMD_OPTION_IMAGE_SIZE(job.common),
        CMD_OPTION_HEAD(job.common,
                        "through a learned head of the model: see 'descry adapt'"),
        CMD_OPTION_LIBRARY(job.common, "the library meant by that"),
        CMD_OPTION_THREADS(job.common),
        CMD_OPTION_PRECISION(job.common),
        CMD_OPTION_JSON(job.common,
                        "{\"pictures\", \"captions\", \"unreadable\", \"text_to_image\": {\"recall@1\", "
                        "\"recall@5\", \"recall@10\", \"median_rank\"}, \"image_to_text\": {the same}}"),
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_eval_retrieval, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    status = operands.count == 1 ? cmd_read_pixels(&cmd_eval_retrieval, &job.pixels)
                                 : cmd_usage(&cmd_eval_retrieval, "which file of captions?");
    if (status == CMD_DONE)
        status = evaluate(&job, operands.items[0].text);
    descry_captions_free(&job.captions);
    free(job.images);
    free(job.texts);
    free(job.read);
    descry_head_close(&job.head);
    descry_model_close(&job.model);
    descry_context_close(&job.ctx);
    cmd_operands_free(&operands);
    return status;
}
