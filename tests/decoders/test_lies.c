/* SPDX-License-Identifier: Apache-2.0
 * Answers and requests with bytes of chance in them, from both sides. */
#define _GNU_SOURCE /* MSG_DONTWAIT */
#include "decoders_fixture.h"

#include "decoders/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistr.h>

enum { ANSWERS = 300000, THROUGH_WORKERS = 40, REQUESTS = 60 };

static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u; /* Numerical Recipes, 7.1 */
    return *state >> 8;
}

static void change(void *bytes, size_t size, unsigned *seed)
{
    for (unsigned n = 1 + next_random(seed) % 8; n > 0; n--)
        ((uint8_t *)bytes)[next_random(seed) % size] = (uint8_t)next_random(seed);
}

static descry_reply good_reply(void)
{
    descry_reply r = {.kind = DESCRY_WIRE_DONE, .form = DESCRY_WIRE_FORM};
    r.facts = (descry_facts){.width = 8, .height = 8, .orientation = 1, .has_placeholder = 1, .packet_size = 100, .preview_size = 100};
    r.facts.metadata = (descry_metadata){.taken = 0, .taken_offset = 60, .camera = "a camera", .latitude = 48, .longitude = 11,
                                         .title = "a title"};
    return r;
}

static void check_line(const char *text, size_t size)
{
    const char *end = memchr(text, 0, size);
    assert_non_null(end);
    assert_null(u8_check((const uint8_t *)text, (size_t)(end - text)));
    for (; text < end; text++)
        assert_in_range((unsigned char)*text, ' ', 255);
}

/* Whatever is taken for sound can be used. */
static void answers_that_are_sound_can_be_used(void **state)
{
    const descry_preparation wanted = {.preprocess = &preprocess, .options = &usual, .packet = 1, .preview = 64};
    const size_t room = descry_wire_room(&wanted), pixels = descry_wire_pixels(&wanted);
    unsigned seed = 1, sound = 0;
    (void)state;
    for (int i = 0; i < ANSWERS; i++) {
        descry_reply r = good_reply();
        change(i % 2 ? (void *)&r.facts : &r, i % 2 ? sizeof r.facts : sizeof r, &seed);
        if (r.code) {
            if (descry_error_is_sound(&r))
                check_line(r.message, sizeof r.message);
            continue;
        }
        if (!descry_reply_is_sound(&r, &wanted, room))
            continue;
        const descry_facts *f = &r.facts;
        sound++;
        assert_true(f->width > 0 && f->height > 0 && f->orientation >= 1 && f->orientation <= 8);
        assert_true((uint64_t)f->width * (uint64_t)f->height <= limits.max_pixels && f->draft == 0);
        assert_true(f->packet_size <= room && f->preview_size <= room && pixels + f->packet_size + f->preview_size <= room);
        assert_true(f->packet == NULL && f->preview == NULL);
        check_line(f->metadata.camera, sizeof f->metadata.camera);
        check_line(f->metadata.title, sizeof f->metadata.title);
        assert_true(isnan(f->metadata.latitude) || (fabs(f->metadata.latitude) <= 90 && fabs(f->metadata.longitude) <= 180));
    }
    assert_in_range(sound, ANSWERS / 10, ANSWERS); /* not all is refused */
}

static void a_worker_may_say_anything(void **state)
{
    descry_decoders *d = open_decoders("bad", sandbox(), 2);
    int refused = 0;
    (void)state;
    for (int i = 0; i < THROUGH_WORKERS; i++) {
        char what[64];
        uint8_t rgb[PIXELS];
        descry_facts facts;
        descry_error err = {0};
        int fault, size = snprintf(what, sizeof what, "GIF89a lie random %d", i);
        int rc = prepare_with(d, whole, what, (size_t)size, rgb, &facts, &fault, &err);
        if (rc)
            check_line(err.message, sizeof err.message);
        refused += rc != 0;
        descry_facts_free(&facts);
    }
    assert_in_range(refused, 1, THROUGH_WORKERS);
    check_good(d);
    close_decoders(&d);
}

/* A worker that is talked nonsense answers or ends; it does neither hang nor go on by half. */
static void a_library_may_say_anything(void **state)
{
    unsigned seed = 7;
    (void)state;
    descry_decoders *d = open_decoders(NULL, sandbox(), 1);
    for (int i = 0; i < REQUESTS; i++) {
        descry_worker w;
        char answer[sizeof(descry_reply)];
        descry_request r = {.kind = DESCRY_WIRE_JOB, .form = DESCRY_WIRE_FORM, .wanted = {.packet = 1}, .options = usual, .limits = limits,
                            .pixels = 100};
        assert_int_equal(descry_decoders_lend(d, &w, 1, 0, "x", NULL), 0);
        change(&r, i % 2 ? sizeof r : 64, &seed);
        assert_int_equal(descry_wire_send(w.socket, &r, sizeof r, NULL, 0), 0);
        shutdown(w.socket, SHUT_WR);
        while (recv(w.socket, answer, sizeof answer, 0) > 0) /* until it ends */
            ;
        descry_decoders_dismiss(d, &w, NULL);
    }
    close_decoders(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_that_are_sound_can_be_used),
        cmocka_unit_test(a_worker_may_say_anything),
        cmocka_unit_test(a_library_may_say_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
