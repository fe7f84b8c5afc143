/* SPDX-License-Identifier: Apache-2.0
 * Files of torch's: what torch itself wrote (tests/data/torch, by tools/goldens/make_torch.py), and what it would not. */
#include "cmocka_test.h"

#include "support/support.h"
#include "torch_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[FOLDER_SIZE], path[FOLDER_SIZE + 16];

static int load(void **state)
{
    (void)state;
    int rc = make_folder(folder);
    snprintf(path, sizeof path, "%s/weights.bin", folder);
    return rc;
}

static int unload(void **state)
{
    (void)state;
    return remove_folder(folder);
}

/* ---- what torch wrote -------------------------------------------------------------------------------------------- */

static void open_data(descry_tensors *f, const char *name)
{
    descry_error err;
    check_rc(descry_tensors_open(f, source_path("tests/data/torch/%s", name), &err), &err);
}

/* `expected`: values in their order, of a tensor of this type and shape. */
static void expect_tensor(const descry_tensors *f, const char *name, int dtype, const char *shape, const char *expected)
{
    const descry_tensor *t = descry_tensors_find(f, name);
    char found[DESCRY_SHAPE_TEXT];
    descry_buf values = {0};
    if (!t)
        fail_msg("%s: no tensor %s", f->path, name);
    assert_int_equal(t->dtype, dtype);
    assert_string_equal(descry_shape_text(found, t->shape, t->dims), shape);
    for (size_t i = 0; dtype >= 0 && i < t->elements; i++) {
        float value;
        size_t size = descry_dtype_size((descry_dtype)dtype);
        descry_to_f32(&value, (const char *)t->data + i * size, (descry_dtype)dtype, 1);
        assert_int_equal(descry_buf_printf(&values, NULL, "%s%g", i ? " " : "", (double)value), 0);
    }
    if (dtype >= 0 && strcmp(values.size ? values.data : "", expected) != 0)
        fail_msg("%s: %s is %s, expected %s", f->path, name, values.data, expected);
    descry_buf_free(&values);
}

static void what_torch_saves_is_read(void **state)
{
    (void)state;
    static const char *const files[] = {"protocol2.bin", "protocol5.bin"};
    static const char whole[] = "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23";
    static const char turned[] = "0 6 12 18 1 7 13 19 2 8 14 20 3 9 15 21 4 10 16 22 5 11 17 23";
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        descry_tensors f;
        open_data(&f, files[i]);
        assert_int_equal(f.count, 14);
        expect_tensor(&f, "f32", DESCRY_F32, "[4, 6]", whole);
        expect_tensor(&f, "same", DESCRY_F32, "[4, 6]", whole);
        expect_tensor(&f, "f16", DESCRY_F16, "[4, 6]", whole);
        expect_tensor(&f, "bf16", DESCRY_BF16, "[4, 6]", whole);
        expect_tensor(&f, "f64", DESCRY_F32, "[4, 6]", whole);
        expect_tensor(&f, "transposed", DESCRY_F32, "[6, 4]", turned);
        expect_tensor(&f, "f64_transposed", DESCRY_F32, "[6, 4]", turned);
        expect_tensor(&f, "part", DESCRY_F32, "[2, 3]", "8 9 10 14 15 16");
        expect_tensor(&f, "repeated", DESCRY_F32, "[2, 3]", "5 6 7 5 6 7");
        expect_tensor(&f, "scalar", DESCRY_F32, "[]", "1.5");
        expect_tensor(&f, "empty", DESCRY_F32, "[0, 3]", "");
        expect_tensor(&f, "parameter", DESCRY_F32, "[3]", "100 101 102");
        expect_tensor(&f, "i64", -1, "[3]", NULL);
        expect_tensor(&f, "bools", -1, "[2]", NULL);
        const char *data = descry_tensors_find(&f, "f32")->data;
        assert_ptr_equal(descry_tensors_find(&f, "same")->data, data); /* in the map, once */
        assert_true((const uint8_t *)data > f.map.data && (const uint8_t *)data < f.map.data + f.map.size);
        descry_tensors_close(&f);
    }
}

/* The names are those of state_dict(); of a module without those that open_clip drops. */
static void checkpoints_and_modules_are_read(void **state)
{
    (void)state;
    static const char *const files[] = {"checkpoint.pt", "model.pt", "script.pt"};
    static const char *const dropped[] = {"input_resolution", "context_length", "vocab_size"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        descry_tensors f;
        open_data(&f, files[i]);
        bool script = strcmp(files[i], "script.pt") == 0;
        assert_int_equal(f.count, script ? 7 : 10);
        expect_tensor(&f, "visual.weight", DESCRY_F16, "[2, 3]", "10 11 12 13 14 15");
        expect_tensor(&f, "blocks.0.weight", DESCRY_F16, "[2, 3]", "20 21 22 23 24 25");
        expect_tensor(&f, "blocks.1.weight", DESCRY_F16, "[2, 3]", "30 31 32 33 34 35");
        expect_tensor(&f, "visual.steps", -1, "[]", NULL);
        expect_tensor(&f, "blocks.1.steps", -1, "[]", NULL);
        expect_tensor(&f, "logit_scale", DESCRY_F32, "[]", "4.5");
        for (size_t k = 0; k < 3; k++)
            assert_true(!descry_tensors_find(&f, dropped[k]) == script);
        descry_tensors_close(&f);
    }
}

/* ---- what it would not ------------------------------------------------------------------------------------------- */

static void expect(int code, const char *message)
{
    descry_tensors f;
    descry_error err = {0};
    int rc = descry_tensors_open(&f, path, &err);
    if (!rc)
        descry_tensors_close(&f);
    if (rc != code || (rc && (!strstr(err.message, message) || !strstr(err.message, path))))
        fail_msg("%d \"%s\", expected %d \"%s\"", rc, err.message, code, message);
}

static const float numbers[6] = {0, 1, 2, 3, 4, 5};

static void write_archive(const torch_entry *entries, size_t count, bool wide)
{
    descry_buf file = {0};
    torch_archive(&file, entries, count, wide);
    write_file(path, file.data, file.size);
    descry_buf_free(&file);
}

/* A file with this pickle, and storages of 24 and 0 bytes. */
static void write_pickle(descry_buf *pickle)
{
    const torch_entry entries[] = {{.name = "a/data.pkl", .bytes = pickle->data, .size = pickle->size},
                                   {.name = "a/data/0", .bytes = numbers, .size = sizeof numbers},
                                   {.name = "a/data/1", .bytes = "", .size = 0}};
    write_archive(entries, 3, false);
    descry_buf_free(pickle);
}

static void expect_pickle(int code, const char *message, const char *bytes, size_t size)
{
    descry_buf pickle = {0};
    TORCH_OP(&pickle, "\x80\x02");
    torch_op(&pickle, bytes, size);
    write_pickle(&pickle);
    expect(code, message);
}
#define EXPECT(code, message, bytes) expect_pickle(DESCRY_ERR_##code, message, bytes, sizeof(bytes) - 1)

static void other_instructions_are_named(void **state)
{
    (void)state;
    static const struct {
        char code;
        const char *name;
    } others[] = { /* of Python's pickletools */
        {'0', "POP"}, {'1', "POP_MARK"}, {'2', "DUP"}, {'F', "FLOAT"}, {'I', "INT"}, {'L', "LONG"}, {'P', "PERSID"},
        {'S', "STRING"}, {'T', "BINSTRING"}, {'U', "SHORT_BINSTRING"}, {'V', "UNICODE"}, {'d', "DICT"}, {'g', "GET"},
        {'i', "INST"}, {'l', "LIST"}, {'o', "OBJ"}, {'p', "PUT"}, {'B', "BINBYTES"}, {'C', "SHORT_BINBYTES"},
        {'\x82', "EXT1"}, {'\x83', "EXT2"}, {'\x84', "EXT4"}, {'\x8b', "LONG4"}, {'\x8e', "BINBYTES8"},
        {'\x8f', "EMPTY_SET"}, {'\x90', "ADDITEMS"}, {'\x91', "FROZENSET"}, {'\x92', "NEWOBJ_EX"}, {'\x96', "BYTEARRAY8"},
        {'\x97', "NEXT_BUFFER"}, {'\x98', "READONLY_BUFFER"}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char expected[64];
        snprintf(expected, sizeof expected, "byte 2: the instruction %s,", others[i].name);
        expect_pickle(DESCRY_ERR_UNSUPPORTED, expected, &others[i].code, 1);
    }
    EXPECT(UNSUPPORTED, "byte 3: the instruction INST,", "(ios\nsystem\n.");
    EXPECT(FORMAT, "byte 2: 0xFF is no instruction", "\xFF.");
    EXPECT(UNSUPPORTED, "protocol 6", "\x80\6).");
    EXPECT(UNSUPPORTED, "an integer of 9 bytes", "\x8a\x09" "123456789.");
}

static void other_globals_are_named(void **state)
{
    (void)state;
    EXPECT(UNSUPPORTED, "byte 2: the global os.system,", "cos\nsystem\nX\2\0\0\0id\x85R.");
    EXPECT(UNSUPPORTED, "the global posix.system,", "\x8c\5posix\x8c\6system\x93\x8c\2id\x85R.");
    /* builtins.getattr(builtins.getattr(torch, "os"), "system")("id"), and the same by names with dots */
    EXPECT(UNSUPPORTED, "byte 2: the global builtins.getattr,",
           "cbuiltins\ngetattr\n(cbuiltins\ngetattr\n(ctorch\n__dict__\nX\2\0\0\0ostRX\6\0\0\0systemtRX\2\0\0\0id\x85R.");
    EXPECT(UNSUPPORTED, "the global torch.os.system,", "\x8c\5torch\x8c\x09os.system\x93\x8c\2id\x85R.");
    EXPECT(UNSUPPORTED, "the global torch._utils._rebuild_tensor_v2.__globals__,",
           "\x8c\x0ctorch._utils\x8c\x1e_rebuild_tensor_v2.__globals__\x93.");
    EXPECT(UNSUPPORTED, "the global builtins.exec,", "\x8c\x08" "builtins\x94\x8c\4exec\x94\x93\x94.");
    EXPECT(UNSUPPORTED, "the global __builtin__.eval,", "c__builtin__\neval\n.");
    EXPECT(UNSUPPORTED, "the global subprocess.Popen,", "csubprocess\nPopen\n)\x81.");
    EXPECT(UNSUPPORTED, "the global operator.attrgetter,", "coperator\nattrgetter\n.");
    EXPECT(UNSUPPORTED, "the global torch.storage._load_from_bytes,", "ctorch.storage\n_load_from_bytes\n.");
    EXPECT(UNSUPPORTED, "the global copyreg._reconstructor,", "ccopyreg\n_reconstructor\n.");
    /* a module of TorchScript is known by its attributes only: nothing of it is called */
    EXPECT(UNSUPPORTED, "the global os.system,", "c__torch__\nM\n)\x81}X\x0c\0\0\0__setstate__cos\nsystem\nsb.");
    EXPECT(UNSUPPORTED, "the global torch.load,", "ctorch\nload\n.");
    EXPECT(UNSUPPORTED, "the global torch._utils._rebuild_sparse_tensor,", "ctorch._utils\n_rebuild_sparse_tensor\n.");
    EXPECT(UNSUPPORTED, "the global __torch__x.M,", "c__torch__x\nM\n.");
    EXPECT(UNSUPPORTED, "a call of torch.FloatStorage", "ctorch\nFloatStorage\n)R.");
    EXPECT(UNSUPPORTED, "a call of __torch__", "c__torch__\nM\n)R.");
    EXPECT(FORMAT, "an object of what is no class", "ccollections\nOrderedDict\n)\x81.");
    EXPECT(FORMAT, "an object of what is no class, or with arguments", "c__torch__\nM\nN\x85\x81.");
    EXPECT(FORMAT, "a call of what is no function", "})R.");
    EXPECT(FORMAT, "a global that is not a name", "NN\x93.");
    EXPECT(FORMAT, "a global that is not a name", "c\n\n.");
    EXPECT(FORMAT, "a global that is not a name", "ctorch\0os\nSize\n.");
    EXPECT(FORMAT, "a global that is not a name", "ctorch\nSize\0d\n.");
    EXPECT(FORMAT, "a global that is not a name", "ctorch\nSiz\xC3\n.");
    EXPECT(FORMAT, "an OrderedDict that is not empty", "ccollections\nOrderedDict\nN\x85R.");
}

static void broken_pickles_are_refused(void **state)
{
    (void)state;
    EXPECT(FORMAT, "ends too early", "");
    EXPECT(FORMAT, "ends too early", "X\xFF\xFF\xFF\xFF");
    EXPECT(FORMAT, "ends too early", "\x8d\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
    EXPECT(FORMAT, "ends too early", "ctorch");
    EXPECT(FORMAT, "ends too early", "K");
    EXPECT(FORMAT, "the frame ends beyond", "\x95\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF).");
    EXPECT(FORMAT, "not UTF-8, or has a NUL", "X\1\0\0\0\xC3.");
    EXPECT(FORMAT, "not UTF-8, or has a NUL", "X\1\0\0\0\0.");
    EXPECT(FORMAT, "more after its end", "}.}");
    EXPECT(FORMAT, "more or less than one value", ".");
    EXPECT(FORMAT, "more or less than one value", "}}.");
    EXPECT(FORMAT, "more or less than one value", "}(.");
    EXPECT(FORMAT, "neither a dict of tensors nor a module", "N.");
    EXPECT(FORMAT, "\"a\" is no tensor", "}X\1\0\0\0aNs.");
    EXPECT(FORMAT, "a name that is no text", "}NNs.");
    EXPECT(FORMAT, "there is no mark", "}u.");
    EXPECT(FORMAT, "too little on the stack", "s.");
    EXPECT(FORMAT, "too little on the stack", "}(Q.");
    EXPECT(FORMAT, "too little on the stack", "N(\x85.");
    EXPECT(FORMAT, "too little on the stack", "(Nu.");
    EXPECT(FORMAT, "not a dict", "](NNu.");
    EXPECT(FORMAT, "not a list", "}Na.");
    EXPECT(FORMAT, "a key without a value", "}(Nu.");
    EXPECT(FORMAT, "a state of what has none", "]}b.");
    EXPECT(FORMAT, "a state of what has none, or that is no dict", "c__torch__\nM\n)\x81Nb.");
    EXPECT(FORMAT, "a second state", "c__torch__\nM\n)\x81}b}b.");
    EXPECT(FORMAT, "number 0 of the memo, which has 0", "h\0.");
    EXPECT(FORMAT, "number 1 of the memo, which has 1", "}q\0h\1.");
    EXPECT(FORMAT, "number 4294967295 of the memo, which has 0", "j\xFF\xFF\xFF\xFF.");
    EXPECT(FORMAT, "number 4294967295 of the memo before number 0", "}r\xFF\xFF\xFF\xFF.");
    EXPECT(FORMAT, "not a storage", "NQ.");
    EXPECT(FORMAT, "not a storage", ")Q.");
    EXPECT(FORMAT, "not a parameter", "ctorch._utils\n_rebuild_parameter\n)R.");
    EXPECT(FORMAT, "not a tensor", "ctorch._utils\n_rebuild_tensor_v2\n)R.");
}

static void nothing_is_without_end(void **state)
{
    (void)state;
    /* a list that is in itself is never looked at */
    EXPECT(FORMAT, "\"l\" is no tensor", "}X\1\0\0\0l]q\0h\0as.");
    /* each module has the next one twice: 2 to the 40th of them */
    descry_buf pickle = {0};
    TORCH_OP(&pickle, "\x80\x02");
    for (int i = 0; i < 40; i++) {
        TORCH_OP(&pickle, "c__torch__\nM\n)\x81}(");
        torch_text(&pickle, "a");
    }
    TORCH_OP(&pickle, "c__torch__\nM\n)\x81}bq\0");
    for (int i = 1; i <= 40; i++) {
        const char again[] = {'h', (char)(i - 1), 'u', 'b', 'q', (char)i};
        torch_text(&pickle, "b");
        torch_op(&pickle, again, sizeof again);
    }
    TORCH_OP(&pickle, ".");
    write_pickle(&pickle);
    expect(DESCRY_ERR_LIMIT, "more than 131072 tensors and modules");
    /* a module in itself, by its state */
    EXPECT(LIMIT, "modules in modules, more than 64", "c__torch__\nM\n)\x81q\0}X\1\0\0\0mh\0sb.");
    /* a memo without end; and one value that is kept again and again */
    TORCH_OP(&pickle, "\x80\x04}");
    for (int i = 0; i < 3000000; i++)
        TORCH_OP(&pickle, "\x94");
    TORCH_OP(&pickle, ".");
    write_pickle(&pickle);
    expect(DESCRY_ERR_LIMIT, "more than 2097152 values");
    TORCH_OP(&pickle, "\x80\x02}");
    for (int i = 0; i < 3000000; i++)
        TORCH_OP(&pickle, "q\0");
    TORCH_OP(&pickle, ".");
    write_pickle(&pickle);
    expect(0, "");
    /* deep, and wide */
    TORCH_OP(&pickle, "\x80\x02");
    for (int i = 0; i < 1000000; i++)
        TORCH_OP(&pickle, "]");
    for (int i = 0; i < 999999; i++)
        TORCH_OP(&pickle, "a");
    TORCH_OP(&pickle, ".");
    write_pickle(&pickle);
    expect(DESCRY_ERR_LIMIT, "more than 2097152 values");
}

/* ---- tensors ----------------------------------------------------------------------------------------------------- */

static void expect_tensors(int code, const char *message, const char *type, const char *key, int64_t elements, int64_t offset,
                           int dims, const int64_t *shape, const int64_t *strides)
{
    descry_buf pickle = {0};
    TORCH_OP(&pickle, "\x80\x02}");
    torch_text(&pickle, "w");
    torch_tensor(&pickle, type, key, elements, offset, dims, shape, strides);
    TORCH_OP(&pickle, "s.");
    write_pickle(&pickle);
    expect(code, message);
}

static void sizes_that_lie_are_noticed(void **state)
{
    (void)state;
    static const int64_t s23[] = {2, 3}, s31[] = {3, 1}, turned[] = {1, 2}, far[] = {4, 1}, minus[] = {-2, 3}, back[] = {-3, 1};
    static const int64_t most[] = {INT64_MAX, INT64_MAX}, zero[] = {0, 0}, one[] = {1, 1}, vast[] = {1 << 20, 1 << 20};
    static const int64_t many[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    const char *beyond = "reaches beyond its storage", *f32 = "FloatStorage";
    expect_tensors(0, "", f32, "0", 6, 0, 2, s23, s31);
    expect_tensors(0, "", f32, "0", 6, 0, 2, s23, turned);
    expect_tensors(0, "", "ByteStorage", "0", 24, 23, 0, NULL, NULL);
    expect_tensors(0, "", f32, "1", 0, 0, 2, zero, s31);
    expect_tensors(DESCRY_ERR_FORMAT, beyond, f32, "1", 0, 0, 0, NULL, NULL);
    expect_tensors(DESCRY_ERR_FORMAT, beyond, f32, "0", 6, 7, 2, zero, s31);
    expect_tensors(DESCRY_ERR_FORMAT, beyond, f32, "0", 6, 1, 2, s23, s31);
    expect_tensors(DESCRY_ERR_FORMAT, beyond, f32, "0", 5, 0, 2, s23, s31);
    expect_tensors(DESCRY_ERR_FORMAT, beyond, f32, "0", 6, 0, 2, s23, far);
    expect_tensors(DESCRY_ERR_FORMAT, beyond, f32, "0", 6, INT64_MAX, 2, one, one);
    expect_tensors(DESCRY_ERR_FORMAT, beyond, f32, "0", 6, 0, 2, s23, most);
    expect_tensors(DESCRY_ERR_FORMAT, "too many elements", f32, "0", 6, 0, 2, most, zero);
    expect_tensors(DESCRY_ERR_LIMIT, "\"w\": its copy would be too large", f32, "0", 6, 0, 2, vast, zero);
    expect_tensors(DESCRY_ERR_FORMAT, "a size of -2", f32, "0", 6, 0, 2, minus, s31);
    expect_tensors(DESCRY_ERR_FORMAT, "a size of -3", f32, "0", 6, 3, 2, s23, back);
    expect_tensors(DESCRY_ERR_FORMAT, "a size of -1", f32, "0", 6, -1, 2, s23, s31);
    expect_tensors(DESCRY_ERR_FORMAT, "9 dimensions", f32, "0", 6, 0, 9, many, many);
    expect_tensors(DESCRY_ERR_FORMAT, "storage data/0: 24 bytes, too few for 7 elements", f32, "0", 7, 0, 2, s23, s31);
    expect_tensors(DESCRY_ERR_FORMAT, "too few for 4 elements", "DoubleStorage", "0", 4, 0, 1, one, one);
    expect_tensors(DESCRY_ERR_FORMAT, "too few", f32, "0", INT64_MAX, 0, 2, s23, s31);
    expect_tensors(DESCRY_ERR_FORMAT, "storage data/2 is not in the archive", f32, "2", 6, 0, 2, s23, s31);
    expect_tensors(DESCRY_ERR_FORMAT, "storage data/../data.pkl is not in the archive", f32, "../data.pkl", 6, 0, 2, s23, s31);
    expect_tensors(DESCRY_ERR_UNSUPPORTED, "the global torch.QInt8Storage", "QInt8Storage", "0", 6, 0, 2, s23, s31);
}

static void two_of_one_name_are_refused(void **state)
{
    (void)state;
    static const int64_t one[] = {1};
    descry_buf pickle = {0};
    TORCH_OP(&pickle, "\x80\x02}(");
    for (int i = 0; i < 2; i++) {
        torch_text(&pickle, "w");
        torch_tensor(&pickle, "FloatStorage", "0", 6, i, 1, one, one);
    }
    TORCH_OP(&pickle, "u.");
    write_pickle(&pickle);
    expect(DESCRY_ERR_FORMAT, "\"w\": there are two of this name");
}

/* ---- archives ---------------------------------------------------------------------------------------------------- */

static void archives_are_checked(void **state)
{
    (void)state;
    static const int64_t shape[] = {2, 3}, strides[] = {3, 1};
    descry_buf pickle = {0}, file = {0};
    TORCH_OP(&pickle, "\x80\x02}");
    torch_text(&pickle, "w");
    torch_tensor(&pickle, "FloatStorage", "0", 6, 0, 2, shape, strides);
    TORCH_OP(&pickle, "s.");
    torch_entry good[] = {{.name = "a/data.pkl", .bytes = pickle.data, .size = pickle.size},
                          {.name = "a/byteorder", .bytes = "little", .size = 6},
                          {.name = "a/data/0", .bytes = numbers, .size = sizeof numbers}},
                bad[3];
#define WITH(member, i, value, code, message)                                                                            \
    do {                                                                                                                 \
        memcpy(bad, good, sizeof good);                                                                                  \
        bad[i].member = value;                                                                                           \
        for (int wide = 0; wide < 2; wide++) {                                                                           \
            write_archive(bad, 3, wide);                                                                                 \
            expect(code, message);                                                                                       \
        }                                                                                                                \
    } while (0)
    WITH(lie, 0, 0, 0, "");
    WITH(method, 2, 8, DESCRY_ERR_UNSUPPORTED, "a/data/0 in it is compressed");
    WITH(method, 0, 8, DESCRY_ERR_UNSUPPORTED, "a/data.pkl in it is compressed");
    WITH(flags, 2, 1, DESCRY_ERR_UNSUPPORTED, "a/data/0 in it is encrypted");
    WITH(bytes, 1, "bigend", DESCRY_ERR_UNSUPPORTED, "not little-endian");
    WITH(name, 1, "a/data/0", DESCRY_ERR_FORMAT, "two files a/data/0");
    WITH(name, 0, "a/other", DESCRY_ERR_FORMAT, "without a data.pkl");
    WITH(name, 0, "data.pkl", DESCRY_ERR_FORMAT, "without a data.pkl");
    WITH(name, 2, "b/data/0", DESCRY_ERR_FORMAT, "storage data/0 is not in the archive");
    WITH(lie, 2, 1, DESCRY_ERR_FORMAT, "a/data/0 in it reaches into what follows");
    WITH(lie, 2, 64, DESCRY_ERR_FORMAT, "a/data/0 in it reaches into what follows");
    WITH(lie, 0, 1, DESCRY_ERR_FORMAT, "a/data.pkl in it reaches into what follows");
    WITH(lie, 0, -1, DESCRY_ERR_FORMAT, "ends too early");
    WITH(lie, 0, INT32_MAX, DESCRY_ERR_FORMAT, "reaches into what follows");
    WITH(shift, 2, 1, DESCRY_ERR_FORMAT, "a/data/0 is not where the directory says");
    WITH(shift, 2, 1 << 20, DESCRY_ERR_FORMAT, "reaches into what follows");
    WITH(shift, 2, -20, DESCRY_ERR_FORMAT, "reaches into what follows");
    WITH(shift, 2, -1000, DESCRY_ERR_FORMAT, "reaches into what follows");
    WITH(size, 2, 23, DESCRY_ERR_FORMAT, "storage data/0: 23 bytes, too few for 6 elements");
#undef WITH
    for (int wide = 0; wide < 2; wide++) { /* cut anywhere */
        file.size = 0;
        torch_archive(&file, good, 3, wide);
        for (size_t size = 5; size < file.size; size++) {
            write_file(path, file.data, size);
            expect(DESCRY_ERR_FORMAT, "damaged");
        }
    }
    descry_buf_free(&pickle);
    descry_buf_free(&file);
}

/* What the archive says of itself, a number of it replaced. */
static void lies_of_the_directory_are_noticed(void **state)
{
    (void)state;
    enum { END, FIRST, LOCAL }; /* offsets count from the end's header, the first file's in the directory, the last one's local one */
    static const struct {
        int where, offset, size;
        uint32_t value;
        const char *message;
    } lies[] = {
        {END, 4, 2, 1, "one of several parts"},
        {END, 8, 2, 1, "one of several parts"},
        {END, 8, 4, 0x00040004, "its directory lies beyond the end"},
        {END, 8, 4, 0xFFFFFFFF, "its directory lies beyond the end"},
        {END, 8, 4, 0x00010001, "storage data/0 is not in the archive"},
        {END, 12, 4, 46, "its directory lies beyond the end"},
        {END, 12, 4, 138, "its directory ends too early"},
        {END, 12, 4, 0xFFFFFFFF, "its directory lies beyond the end"},
        {END, 16, 4, 0, "its directory ends too early"},
        {END, 16, 4, 0xFFFFFFFF, "its directory lies beyond the end"},
        {END, 20, 2, 1, "the archive has no end"},
        {FIRST, 0, 4, 0, "its directory ends too early"},
        {FIRST, 20, 4, 0xFFFFFFFF, "a/data.pkl in it reaches into what follows"},
        {FIRST, 24, 4, 0xFFFFF, "reaches into what follows"},
        {FIRST, 24, 4, 1, "reaches into what follows"},
        {FIRST, 28, 2, 0xFFFF, "its directory ends too early"},
        {FIRST, 30, 2, 0xFFFF, "its directory ends too early"},
        {FIRST, 32, 2, 0xFFFF, "its directory ends too early"},
        {FIRST, 42, 4, 0xFFFFFFFF, "reaches into what follows"},
        {FIRST, 46, 1, 0, "the name of a file in it has a NUL"},
        {FIRST, 55, 1, 0, "the name of a file in it has a NUL"},
        {LOCAL, 0, 4, 0, "is not where the directory says"},
        {LOCAL, 26, 2, 0xFFFF, "reaches into what follows"},
        {LOCAL, 28, 2, 0xFFFF, "reaches into what follows"},
    };
    static const int64_t shape[] = {2, 3}, strides[] = {3, 1};
    descry_buf pickle = {0}, file = {0};
    TORCH_OP(&pickle, "\x80\x02}");
    torch_text(&pickle, "w");
    torch_tensor(&pickle, "FloatStorage", "0", 6, 0, 2, shape, strides);
    TORCH_OP(&pickle, "s.");
    const torch_entry entries[] = {{.name = "a/data.pkl", .bytes = pickle.data, .size = pickle.size},
                                   {.name = "a/other", .bytes = "", .size = 0},
                                   {.name = "a/data/0", .bytes = numbers, .size = sizeof numbers}};
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        file.size = 0;
        torch_archive(&file, entries, 3, false);
        uint32_t directory;
        memcpy(&directory, file.data + file.size - 22 + 16, 4); /* little-endian, as every machine these tests run on */
        size_t places[] = {[END] = file.size - 22, [FIRST] = directory, [LOCAL] = directory - 30 - strlen("a/data/0") - 4 - sizeof numbers};
        memcpy(file.data + places[lies[i].where] + lies[i].offset, &lies[i].value, (size_t)lies[i].size);
        write_file(path, file.data, file.size);
        expect(DESCRY_ERR_FORMAT, lies[i].message);
    }
    descry_buf_free(&pickle);
    descry_buf_free(&file);
}

static void what_is_no_archive_of_torchs_is_named(void **state)
{
    (void)state;
    descry_tensors tensors;
    descry_error err;
    write_file(path, "", 0);
    assert_int_equal(descry_tensors_open_as(&tensors, &descry_torch, path, &err), DESCRY_ERR_FORMAT);
    assert_non_null(strstr(err.message, "damaged"));
    copy_file(source_path("tests/data/torch/legacy.bin"), path);
    expect(DESCRY_ERR_UNSUPPORTED, "as torch saved before 1.6");
    copy_file(source_path("tests/data/torch/set.bin"), path);
    expect(DESCRY_ERR_UNSUPPORTED, "the global __builtin__.set,");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_torch_saves_is_read),
        cmocka_unit_test(checkpoints_and_modules_are_read),
        cmocka_unit_test(other_instructions_are_named),
        cmocka_unit_test(other_globals_are_named),
        cmocka_unit_test(broken_pickles_are_refused),
        cmocka_unit_test(nothing_is_without_end),
        cmocka_unit_test(sizes_that_lie_are_noticed),
        cmocka_unit_test(two_of_one_name_are_refused),
        cmocka_unit_test(archives_are_checked),
        cmocka_unit_test(lies_of_the_directory_are_noticed),
        cmocka_unit_test(what_is_no_archive_of_torchs_is_named),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
