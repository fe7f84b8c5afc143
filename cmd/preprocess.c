/* SPDX-License-Identifier: Apache-2.0
 * descry preprocess */
#include "ui/common.h"
#include "ui/npy.h"
#include "ui/output.h"

#include <stdint.h>
#include <stdlib.h>

static int run(int argc, char **argv);

const cmd_command cmd_preprocess = {
    "preprocess", "the pixels that a model is given",
    "usage: descry preprocess [OPTIONS] --npy OUT FILE\n"
    "\n"
    "Reads a picture, resizes, crops and normalises it as the model wants it, and writes the result as a NumPy\n"
    "array: float32 [3, H, W].\n",
    "Examples:\n"
    "  descry preprocess --model demo --npy cat.npy cat.jpg\n"
    "  descry preprocess --model demo --rgb --reference --npy cat.npy cat.jpg\n",
    run};

static int write_array(const descry_model *model, const uint8_t *rgb, const char *out, int as_rgb,
                       const descry_model_info *info)
{
    size_t h = (size_t)info->image_height, w = (size_t)info->image_width;
    const size_t hwc[] = {h, w, 3}, chw[] = {3, h, w};
    float *tensor = NULL;
    cmd_npy npy = {0};
    int status = CMD_DONE;
    if (!as_rgb && !(tensor = malloc(3 * h * w * sizeof *tensor)))
        return cmd_fail_memory();
    if (tensor)
        descry_preprocess_normalize(model, rgb, tensor);
    status = cmd_npy_open(&npy, out, as_rgb ? "u1" : "f4", as_rgb ? hwc : chw, 3);
    if (status == CMD_DONE)
        status = as_rgb ? cmd_npy_write(&npy, rgb, h) : cmd_npy_write(&npy, tensor, 3);
    int closed = cmd_npy_close(&npy);
    free(tensor);
    return status == CMD_DONE ? closed : status;
}

static int print_json(const char *path, const char *out, int as_rgb, const descry_model_info *info)
{
    int h = info->image_height, w = info->image_width;
    json_t *object = json_object();
    if (object && (cmd_json_set_path(object, "path", path) || cmd_json_set_path(object, "output", out) ||
                   json_object_set_new(object, "dtype", json_string(as_rgb ? "uint8" : "float32")) ||
                   json_object_set_new(object, "shape",
                                       as_rgb ? json_pack("[i, i, i]", h, w, 3) : json_pack("[i, i, i]", 3, h, w)))) {
        json_decref(object);
        object = NULL;
    }
    return cmd_json_line(object);
}

static int preprocess(descry_model *model, const char *path, const char *out, int as_rgb, int json,
                      const descry_preprocess_options *options)
{
    descry_error err;
    const descry_model_info *info = descry_model_get_info(model);
    uint8_t *rgb = malloc((size_t)info->image_width * (size_t)info->image_height * 3);
    if (!rgb)
        return cmd_fail_memory();
    int status = CMD_DONE;
    if (descry_preprocess_file(model, path, options, rgb, &err))
        status = cmd_fail(&err);
    if (status == CMD_DONE)
        status = write_array(model, rgb, out, as_rgb, info);
    if (status == CMD_DONE && json)
        status = print_json(path, out, as_rgb, info);
    free(rgb);
    return status;
}

static int run(int argc, char **argv)
{
    cmd_common common = {0};
    cmd_pixels pixels = CMD_PIXELS_INIT;
    const char *out = NULL;
    int as_rgb = 0;
    const cmd_option options[] = {
        {"npy", 0, CMD_TEXT, &out, "OUT", "the file to write", 0},
        {"rgb", 0, CMD_FLAG, &as_rgb, NULL, "before normalising: uint8 [H, W, 3]", 0},
        CMD_OPTION_REFERENCE(pixels),
        CMD_OPTION_PILLOW(pixels),
        CMD_OPTION_MAX_SIDE(pixels),
        CMD_OPTION_MAX_PIXELS(pixels),
        CMD_OPTION_MAX_PIXELS_PER_BYTE(pixels),
        CMD_OPTION_MODEL(common, "without it, the model that the library was last indexed with"),
        CMD_OPTION_IMAGE_SIZE(common),
        CMD_OPTION_LIBRARY(common, "the library meant by that"),
        CMD_OPTION_THREADS(common),
        CMD_OPTION_JSON(common, "{\"path\", \"output\", \"dtype\", \"shape\": [...]}"),
    };
    cmd_operands operands;
    int status;
    if (!cmd_parse(&cmd_preprocess, argc, argv, options, sizeof options / sizeof *options, &operands, &status))
        return status;
    descry_context *ctx = NULL;
    descry_model *model = NULL;
    if (operands.count != 1)
        status = cmd_usage(&cmd_preprocess, operands.count ? "one picture at a time" : "which picture?");
    else if (!out)
        status = cmd_usage(&cmd_preprocess, "where to? --npy OUT");
    else
        status = cmd_read_pixels(&cmd_preprocess, &pixels);
    if (status == CMD_DONE)
        status = cmd_open_context(&ctx, common.threads);
    if (status == CMD_DONE)
        status = cmd_open_model(&model, ctx, &cmd_preprocess, &common);
    if (status == CMD_DONE)
        status = preprocess(model, operands.items[0].text, out, as_rgb, common.json, &pixels.options);
    descry_model_close(&model);
    descry_context_close(&ctx);
    cmd_operands_free(&operands);
    return status;
}
