/* SPDX-License-Identifier: Apache-2.0
 * Makes a JPEG XL of blank layers, which may be larger than the picture, and of extra channels:
 *
 *     cc -o make_jxl_bombs tools/goldens/make_jxl_bombs.c -ljxl
 *     make_jxl_bombs tests/data/cases/bombs/channels.jxl 400 400 200 400 400
 *     make_jxl_bombs tests/data/jxl/bad-layer.jxl 8 8 0 9000 9000
 *     make_jxl_bombs tests/data/jxl/bad-channels.jxl 16 16 9 16 16 */
#include <jxl/encode.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc != 7)
        return 1;
    uint32_t extra = (uint32_t)atoi(argv[4]), width = (uint32_t)atoi(argv[5]), height = (uint32_t)atoi(argv[6]);
    size_t pixels = (size_t)width * height;
    JxlPixelFormat format = {1, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
    JxlEncoder *encoder = JxlEncoderCreate(NULL);
    JxlBasicInfo info;
    JxlColorEncoding colours;
    JxlFrameHeader frame;
    uint8_t *blank = calloc(pixels, 1), *out = malloc(1 << 20);
    FILE *file = fopen(argv[1], "wb");
    if (!encoder || !blank || !out || !file)
        return 1;
    JxlEncoderInitBasicInfo(&info);
    info.xsize = (uint32_t)atoi(argv[2]);
    info.ysize = (uint32_t)atoi(argv[3]);
    info.bits_per_sample = 8;
    info.num_color_channels = 1;
    info.num_extra_channels = extra;
    info.uses_original_profile = JXL_TRUE;
    JxlEncoderSetBasicInfo(encoder, &info);
    for (uint32_t i = 0; i < extra; i++) {
        JxlExtraChannelInfo channel;
        JxlEncoderInitExtraChannelInfo(JXL_CHANNEL_OPTIONAL, &channel);
        channel.bits_per_sample = 8;
        JxlEncoderSetExtraChannelInfo(encoder, i, &channel);
    }
    JxlColorEncodingSetToSRGB(&colours, JXL_TRUE);
    JxlEncoderSetColorEncoding(encoder, &colours);
    JxlEncoderFrameSettings *settings = JxlEncoderFrameSettingsCreate(encoder, NULL);
    JxlEncoderSetFrameLossless(settings, JXL_TRUE);
    JxlEncoderFrameSettingsSetOption(settings, JXL_ENC_FRAME_SETTING_EFFORT, 3);
    JxlEncoderFrameSettingsSetOption(settings, JXL_ENC_FRAME_SETTING_MODULAR_GROUP_SIZE, 3);
    JxlEncoderInitFrameHeader(&frame);
    frame.layer_info.have_crop = width != info.xsize || height != info.ysize;
    frame.layer_info.xsize = width;
    frame.layer_info.ysize = height;
    if (frame.layer_info.have_crop)
        JxlEncoderSetFrameHeader(settings, &frame);
    JxlEncoderAddImageFrame(settings, &format, blank, pixels);
    for (uint32_t i = 0; i < extra; i++)
        JxlEncoderSetExtraChannelBuffer(settings, &format, blank, pixels, i);
    JxlEncoderCloseInput(encoder);
    JxlEncoderStatus status = JXL_ENC_NEED_MORE_OUTPUT;
    while (status == JXL_ENC_NEED_MORE_OUTPUT) {
        uint8_t *next = out;
        size_t room = 1 << 20;
        status = JxlEncoderProcessOutput(encoder, &next, &room);
        fwrite(out, 1, (size_t)(next - out), file);
    }
    free(blank);
    free(out);
    JxlEncoderDestroy(encoder);
    return fclose(file) != 0 || status != JXL_ENC_SUCCESS;
}
