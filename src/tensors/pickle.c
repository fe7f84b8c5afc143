/* SPDX-License-Identifier: Apache-2.0
 * The instructions are those of Python's Lib/pickletools.py, with its names. */
#include "tensors/pickle.h"

#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

enum {
    MAX_USED = 1 << 21, /* values ever pushed, kept or made: a model of thousands of tensors needs some hundred thousand */
    MAX_GLOBAL = 256,
    LOWEST_PROTOCOL = 2,
    HIGHEST_PROTOCOL = 5
};

typedef descry_pickle machine;
typedef descry_pickle_value value;
typedef descry_pickle_node node;

int descry_pickle_fail(machine *p, int code, const char *format, ...)
{
    char why[400];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    return descry_fail(p->err, code, "%s: data.pkl, byte %zu: %s", p->path, p->opcode, why);
}

static int bad(machine *p, const char *why)
{
    return descry_pickle_fail(p, DESCRY_ERR_FORMAT, "%s", why);
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

/* So that the memory that a pickle takes is bounded, whatever it does. */
static int count(machine *p)
{
    return ++p->used > MAX_USED ? descry_pickle_fail(p, DESCRY_ERR_LIMIT, "more than %d values", MAX_USED) : 0;
}

static int add(machine *p, node *to, value v)
{
    int rc = count(p);
    if (rc)
        return rc;
    if (to->count == to->room) {
        size_t room = to->room ? 2 * to->room : 4;
        value *items = descry_realloc(to->items, room, sizeof *items);
        if (!items)
            return descry_fail_memory(p->err);
        to->items = items;
        to->room = room;
    }
    to->items[to->count++] = v;
    return 0;
}

int descry_pickle_make(machine *p, int kind, value *out)
{
    int rc = count(p);
    if (rc)
        return rc;
    node *n = calloc(1, sizeof *n);
    if (!n)
        return descry_fail_memory(p->err);
    n->next = p->nodes;
    p->nodes = n;
    *out = (value){.kind = kind, .as.node = n};
    return 0;
}

void descry_pickle_close(machine *p)
{
    for (node *n = p->nodes, *next; n; n = next) {
        next = n->next;
        free(n->items);
        free(n);
    }
    free(p->stack.items);
    free(p->memo.items);
    free(p->marks.items);
    p->nodes = NULL;
    p->stack = p->memo = p->marks = (node){0};
}

/* ---- the stack --------------------------------------------------------------------------------------------------- */

static int push(machine *p, value v)
{
    return add(p, &p->stack, v);
}

/* Where on the stack what may be taken begins: at the last mark. */
static size_t floor_of(const machine *p)
{
    return p->marks.count ? (size_t)p->marks.items[p->marks.count - 1].as.integer : 0;
}

/* The last n values of the stack, which stay there; NULL: there are not so many. */
static value *top(machine *p, size_t n)
{
    return p->stack.count - floor_of(p) < n ? NULL : p->stack.items + p->stack.count - n;
}

static int short_of(machine *p)
{
    return bad(p, "too little on the stack");
}

/* How many values there are after the last mark, which is taken away. */
static int to_mark(machine *p, size_t *n)
{
    if (!p->marks.count)
        return bad(p, "there is no mark on the stack");
    *n = p->stack.count - floor_of(p);
    p->marks.count--;
    return 0;
}

static int op_mark(machine *p, int unused)
{
    (void)unused;
    return add(p, &p->marks, (value){.as.integer = (int64_t)p->stack.count});
}

/* ---- what is read ------------------------------------------------------------------------------------------------ */

static int take(machine *p, size_t n, const uint8_t **at)
{
    if (p->size - p->at < n)
        return bad(p, "the pickle ends too early");
    *at = p->bytes + p->at;
    p->at += n;
    return 0;
}

/* Little-endian, n <= 8. */
static int take_number(machine *p, size_t n, uint64_t *out)
{
    const uint8_t *at = NULL;
    int rc = take(p, n, &at);
    *out = 0;
    for (size_t i = 0; !rc && i < n; i++)
        *out |= (uint64_t)at[i] << (8 * i);
    return rc;
}

static int op_proto(machine *p, int unused)
{
    (void)unused;
    uint64_t protocol;
    int rc = take_number(p, 1, &protocol);
    if (!rc && (protocol < LOWEST_PROTOCOL || protocol > HIGHEST_PROTOCOL))
        return descry_pickle_fail(p, DESCRY_ERR_UNSUPPORTED, "protocol %d", (int)protocol);
    return rc;
}

static int op_frame(machine *p, int unused)
{
    (void)unused;
    uint64_t size;
    int rc = take_number(p, 8, &size);
    return rc ? rc : size > p->size - p->at ? bad(p, "the frame ends beyond the pickle") : 0;
}

static int op_none(machine *p, int unused)
{
    (void)unused;
    return push(p, (value){.kind = DESCRY_PICKLE_NONE});
}

static int op_bool(machine *p, int which)
{
    return push(p, (value){.kind = DESCRY_PICKLE_BOOL, .as.integer = which});
}

static int op_integer(machine *p, int width)
{
    uint64_t number;
    int rc = take_number(p, (size_t)width, &number);
    if (width == 4) /* the only one with a sign */
        number = (uint64_t)(int64_t)(int32_t)(uint32_t)number;
    return rc ? rc : push(p, (value){.kind = DESCRY_PICKLE_INTEGER, .as.integer = (int64_t)number});
}

static int op_long1(machine *p, int unused)
{
    (void)unused;
    uint64_t size, number;
    int rc = take_number(p, 1, &size);
    if (!rc && size > 8)
        return descry_pickle_fail(p, DESCRY_ERR_UNSUPPORTED, "an integer of %d bytes", (int)size);
    if (!rc)
        rc = take_number(p, (size_t)size, &number);
    if (rc)
        return rc;
    if (size > 0 && size < 8 && number >> (8 * size - 1)) /* negative */
        number |= UINT64_MAX << (8 * size);
    return push(p, (value){.kind = DESCRY_PICKLE_INTEGER, .as.integer = (int64_t)number});
}

static int op_binfloat(machine *p, int unused)
{
    (void)unused;
    const uint8_t *bits = NULL;
    int rc = take(p, 8, &bits);
    return rc ? rc : push(p, (value){.kind = DESCRY_PICKLE_FLOAT});
}

/* With its size, a number of `width` bytes, before it. */
static int op_text(machine *p, int width)
{
    uint64_t size;
    const uint8_t *at = NULL;
    int rc = take_number(p, (size_t)width, &size);
    if (!rc && size > UINT32_MAX)
        return bad(p, "the pickle ends too early");
    if (!rc)
        rc = take(p, (size_t)size, &at);
    if (rc)
        return rc;
    if (u8_check(at, (size_t)size) || memchr(at, 0, (size_t)size))
        return bad(p, "a text that is not UTF-8, or has a NUL");
    return push(p, (value){.kind = DESCRY_PICKLE_TEXT, .size = (uint32_t)size, .as.text = (const char *)at});
}

/* ---- containers -------------------------------------------------------------------------------------------------- */

enum { TO_MARK = -1 }; /* as many as there are after the last mark */

static int op_empty(machine *p, int kind)
{
    value made;
    int rc = descry_pickle_make(p, kind, &made);
    return rc ? rc : push(p, made);
}

/* The last n values become a tuple. */
static int op_tuple(machine *p, int n)
{
    size_t size = (size_t)n;
    value made;
    int rc = n == TO_MARK ? to_mark(p, &size) : 0;
    if (rc || size == 0)
        return rc ? rc : op_empty(p, DESCRY_PICKLE_TUPLE);
    const value *items = top(p, size);
    if (!items)
        return short_of(p);
    rc = descry_pickle_make(p, DESCRY_PICKLE_TUPLE, &made);
    for (size_t i = 0; !rc && i < size; i++)
        rc = add(p, made.as.node, items[i]);
    if (rc)
        return rc;
    p->stack.count -= size;
    return push(p, made);
}

/* The last n values go into the container before them. */
static int fill(machine *p, int kind, int n)
{
    size_t size = (size_t)n;
    int rc = n == TO_MARK ? to_mark(p, &size) : 0;
    const value *items = rc ? NULL : top(p, size + 1);
    if (!items)
        return rc ? rc : short_of(p);
    if (items->kind != kind)
        return bad(p, kind == DESCRY_PICKLE_LIST ? "not a list" : "not a dict");
    if (kind == DESCRY_PICKLE_DICT && size % 2)
        return bad(p, "a key without a value");
    for (size_t i = 1; !rc && i <= size; i++)
        rc = add(p, items->as.node, items[i]);
    p->stack.count -= size;
    return rc;
}

static int op_append(machine *p, int n)
{
    return fill(p, DESCRY_PICKLE_LIST, n);
}

static int op_set(machine *p, int n)
{
    return fill(p, DESCRY_PICKLE_DICT, n);
}

/* ---- the memo ---------------------------------------------------------------------------------------------------- */

/* Those that write pickles number what they keep from 0 on. */
static int keep(machine *p, uint64_t index)
{
    const value *last = top(p, 1);
    if (!last)
        return short_of(p);
    if (index > p->memo.count)
        return descry_pickle_fail(p, DESCRY_ERR_FORMAT, "number %llu of the memo before number %zu",
                                  (unsigned long long)index, p->memo.count);
    if (index == p->memo.count)
        return add(p, &p->memo, *last);
    p->memo.items[index] = *last;
    return 0;
}

/* At the next number, or at one of `width` bytes that is read. */
static int op_put(machine *p, int width)
{
    uint64_t index = p->memo.count;
    int rc = width ? take_number(p, (size_t)width, &index) : 0;
    return rc ? rc : keep(p, index);
}

static int op_get(machine *p, int width)
{
    uint64_t index;
    int rc = take_number(p, (size_t)width, &index);
    if (!rc && index >= p->memo.count)
        return descry_pickle_fail(p, DESCRY_ERR_FORMAT, "number %llu of the memo, which has %zu", (unsigned long long)index,
                                  p->memo.count);
    return rc ? rc : push(p, p->memo.items[index]);
}

/* ---- globals and calls ------------------------------------------------------------------------------------------- */

static bool to_name(char name[MAX_GLOBAL], const void *text, size_t size)
{
    if (size == 0 || size >= MAX_GLOBAL)
        return false;
    memcpy(name, text, size);
    name[size] = 0;
    return true;
}

static int push_global(machine *p, const char *module, const char *name)
{
    const descry_pickle_global *global = p->rules->find(module, name);
    if (!global)
        return descry_pickle_fail(p, DESCRY_ERR_UNSUPPORTED, "the global %s.%s, which weights do not need", module, name);
    return push(p, (value){.kind = DESCRY_PICKLE_GLOBAL, .as.global = global});
}

static int take_line(machine *p, char line[MAX_GLOBAL])
{
    const uint8_t *at = p->bytes + p->at, *end = memchr(at, '\n', p->size - p->at);
    if (!end)
        return bad(p, "the pickle ends too early");
    p->at += (size_t)(end - at) + 1;
    if (!to_name(line, at, (size_t)(end - at)) || u8_check(at, (size_t)(end - at)) || strlen(line) != (size_t)(end - at))
        return bad(p, "a global that is not a name");
    return 0;
}

static int op_global(machine *p, int unused)
{
    (void)unused;
    char module[MAX_GLOBAL], name[MAX_GLOBAL];
    int rc = take_line(p, module);
    if (!rc)
        rc = take_line(p, name);
    return rc ? rc : push_global(p, module, name);
}

static int op_stack_global(machine *p, int unused)
{
    (void)unused;
    char module[MAX_GLOBAL], name[MAX_GLOBAL];
    const value *texts = top(p, 2);
    if (!texts)
        return short_of(p);
    if (texts[0].kind != DESCRY_PICKLE_TEXT || !to_name(module, texts[0].as.text, texts[0].size) ||
        texts[1].kind != DESCRY_PICKLE_TEXT || !to_name(name, texts[1].as.text, texts[1].size))
        return bad(p, "a global that is not a name");
    p->stack.count -= 2;
    return push_global(p, module, name);
}

/* A global and a tuple become `made`. */
static int replace_two(machine *p, value made)
{
    p->stack.count -= 2;
    return push(p, made);
}

static int op_reduce(machine *p, int unused)
{
    (void)unused;
    const value *call = top(p, 2);
    value made = {0};
    if (!call)
        return short_of(p);
    if (call[0].kind != DESCRY_PICKLE_GLOBAL || call[1].kind != DESCRY_PICKLE_TUPLE)
        return bad(p, "a call of what is no function, or without a tuple");
    const descry_pickle_global *global = call[0].as.global;
    if (!global->call)
        return descry_pickle_fail(p, DESCRY_ERR_UNSUPPORTED, "a call of %s.%s", global->module, global->name);
    int rc = global->call(p, global, call[1].as.node->items, call[1].as.node->count, &made);
    return rc ? rc : replace_two(p, made);
}

static int op_newobj(machine *p, int unused)
{
    (void)unused;
    const value *call = top(p, 2);
    value made;
    if (!call)
        return short_of(p);
    if (call[0].kind != DESCRY_PICKLE_GLOBAL || !call[0].as.global->is_class || call[1].kind != DESCRY_PICKLE_TUPLE ||
        call[1].as.node->count)
        return bad(p, "an object of what is no class, or with arguments");
    int rc = descry_pickle_make(p, DESCRY_PICKLE_OBJECT, &made);
    return rc ? rc : replace_two(p, made);
}

/* Of an object: its state.  Of a dict: its attributes, as OrderedDict has some, which do not matter. */
static int op_build(machine *p, int unused)
{
    (void)unused;
    const value *built = top(p, 2);
    if (!built)
        return short_of(p);
    if ((built->kind != DESCRY_PICKLE_OBJECT && built->kind != DESCRY_PICKLE_DICT) || built[1].kind != DESCRY_PICKLE_DICT)
        return bad(p, "a state of what has none, or that is no dict");
    int rc = 0;
    if (built->kind == DESCRY_PICKLE_OBJECT) {
        if (built->as.node->count)
            return bad(p, "a second state of an object");
        rc = add(p, built->as.node, built[1]);
    }
    p->stack.count--;
    return rc;
}

static int op_binpersid(machine *p, int unused)
{
    (void)unused;
    const value *id = top(p, 1);
    value made = {0};
    if (!id)
        return short_of(p);
    int rc = p->rules->persistent(p, id, &made);
    if (rc)
        return rc;
    p->stack.count--;
    return push(p, made);
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

enum { STOP = '.', PROTO = 0x80 };

/* All that there are; those without a function are not done here. */
static const struct instruction {
    uint8_t code;
    const char *name;
    int (*run)(machine *p, int n);
    int n;
} instructions[] = {
    {PROTO, "PROTO", op_proto, 0}, {0x95, "FRAME", op_frame, 0}, {'(', "MARK", op_mark, 0}, {'N', "NONE", op_none, 0},
    {0x88, "NEWTRUE", op_bool, 1}, {0x89, "NEWFALSE", op_bool, 0}, {'K', "BININT1", op_integer, 1},
    {'M', "BININT2", op_integer, 2}, {'J', "BININT", op_integer, 4}, {0x8a, "LONG1", op_long1, 0},
    {'G', "BINFLOAT", op_binfloat, 0}, {0x8c, "SHORT_BINUNICODE", op_text, 1}, {'X', "BINUNICODE", op_text, 4},
    {0x8d, "BINUNICODE8", op_text, 8}, {')', "EMPTY_TUPLE", op_tuple, 0}, {0x85, "TUPLE1", op_tuple, 1},
    {0x86, "TUPLE2", op_tuple, 2}, {0x87, "TUPLE3", op_tuple, 3}, {'t', "TUPLE", op_tuple, TO_MARK},
    {']', "EMPTY_LIST", op_empty, DESCRY_PICKLE_LIST}, {'a', "APPEND", op_append, 1}, {'e', "APPENDS", op_append, TO_MARK},
    {'}', "EMPTY_DICT", op_empty, DESCRY_PICKLE_DICT}, {'s', "SETITEM", op_set, 2}, {'u', "SETITEMS", op_set, TO_MARK},
    {0x94, "MEMOIZE", op_put, 0}, {'q', "BINPUT", op_put, 1}, {'r', "LONG_BINPUT", op_put, 4}, {'h', "BINGET", op_get, 1},
    {'j', "LONG_BINGET", op_get, 4}, {'c', "GLOBAL", op_global, 0}, {0x93, "STACK_GLOBAL", op_stack_global, 0},
    {'R', "REDUCE", op_reduce, 0}, {0x81, "NEWOBJ", op_newobj, 0}, {'b', "BUILD", op_build, 0},
    {'Q', "BINPERSID", op_binpersid, 0},

    {'0', "POP", NULL, 0}, {'1', "POP_MARK", NULL, 0}, {'2', "DUP", NULL, 0}, {'F', "FLOAT", NULL, 0},
    {'I', "INT", NULL, 0}, {'L', "LONG", NULL, 0}, {'P', "PERSID", NULL, 0}, {'S', "STRING", NULL, 0},
    {'T', "BINSTRING", NULL, 0}, {'U', "SHORT_BINSTRING", NULL, 0}, {'V', "UNICODE", NULL, 0},
    {'d', "DICT", NULL, 0}, {'g', "GET", NULL, 0}, {'i', "INST", NULL, 0}, {'l', "LIST", NULL, 0},
    {'o', "OBJ", NULL, 0}, {'p', "PUT", NULL, 0}, {'B', "BINBYTES", NULL, 0}, {'C', "SHORT_BINBYTES", NULL, 0},
    {0x82, "EXT1", NULL, 0}, {0x83, "EXT2", NULL, 0}, {0x84, "EXT4", NULL, 0}, {0x8b, "LONG4", NULL, 0},
    {0x8e, "BINBYTES8", NULL, 0}, {0x8f, "EMPTY_SET", NULL, 0}, {0x90, "ADDITEMS", NULL, 0},
    {0x91, "FROZENSET", NULL, 0}, {0x92, "NEWOBJ_EX", NULL, 0}, {0x96, "BYTEARRAY8", NULL, 0},
    {0x97, "NEXT_BUFFER", NULL, 0}, {0x98, "READONLY_BUFFER", NULL, 0},
};

static int step(machine *p, uint8_t code)
{
    for (size_t i = 0; i < sizeof instructions / sizeof *instructions; i++)
        if (instructions[i].code == code)
            return instructions[i].run ? instructions[i].run(p, instructions[i].n)
                                       : descry_pickle_fail(p, DESCRY_ERR_UNSUPPORTED,
                                                            "the instruction %s, which weights do not need",
                                                            instructions[i].name);
    return descry_pickle_fail(p, DESCRY_ERR_FORMAT, "0x%02X is no instruction", code);
}

int descry_pickle_run(machine *p, value *out)
{
    if (p->size < 2 || p->bytes[0] != PROTO)
        return bad(p, "not a pickle");
    for (;;) {
        const uint8_t *code = NULL;
        p->opcode = p->at;
        int rc = take(p, 1, &code);
        if (!rc && *code == STOP)
            break;
        if (!rc)
            rc = step(p, *code);
        if (rc)
            return rc;
    }
    if (p->stack.count != 1 || p->marks.count)
        return bad(p, "it stops with more or less than one value");
    if (p->at != p->size)
        return bad(p, "there is more after its end");
    *out = p->stack.items[0];
    return 0;
}

bool descry_pickle_is_text(const value *v, const char *text)
{
    return v->kind == DESCRY_PICKLE_TEXT && v->size == strlen(text) && memcmp(v->as.text, text, v->size) == 0;
}

const value *descry_pickle_get(const node *dict, const char *key)
{
    for (size_t i = dict->count; i >= 2; i -= 2)
        if (descry_pickle_is_text(&dict->items[i - 2], key))
            return &dict->items[i - 1];
    return NULL;
}
