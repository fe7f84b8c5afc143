/* SPDX-License-Identifier: Apache-2.0
 * Pictures that take long to load: which of them are late, and that then nobody waits for them. */
#include "loader_fixture.h"

/* An hour is never over, and no time at all is said for those who need the order. */
static void in_order_however_long_one_takes(void **state)
{
    (void)state;
    for (size_t n = 1; n < 12; n += 5) {
        descry_loader *loader = open_loader(2, 2, NULL);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(add(loader, i == 0 || i == 4 ? 'n' : 'g'), 0);
        end(loader);
    }
}

/* The threads come to where they wait for the caller, which has the turn.  It takes its time, in hours. */
static void in_order_however_long_the_caller_takes(void **state)
{
    (void)state;
    descry_loader *loader = open_loader(2, 1, count_decisions);
    assert_int_equal(add(loader, 'n'), 0);
    assert_int_equal(add(loader, 'g'), 0);
    for (int i = 0; i < 10; i++)
        nap();
    hours += 2;
    end(loader);
}

/* ---- pictures that are late after 1 ms ------------------------------------------------------------------------- */

/* `lates` of the next n are late, beginning with number `first` of them.  Of others some are bad. */
static void add_with_late_ones(descry_loader *loader, size_t n, size_t first, size_t lates)
{
    t.late_waits_for = t.out + n - lates;
    t.finishing = 0;
    for (size_t i = 0; i < n; i++) {
        size_t turn = (i + n - first) % n;
        assert_int_equal(add(loader, turn % 2 == 0 && turn / 2 < lates ? 'l' : i % 5 == 3 ? 'b' : 'g'), 0);
    }
}

/* Were others to wait for a late one to be delivered, this would not end: neither while there is more to be added, in whole
 * batches then, nor at the end, nor when so few are added that they are no batch. */
static void late_ones_hold_up_nobody(void **state)
{
    static const size_t numbers[] = {7, 8, 40};
    (void)state;
    FOR_SIZES (threads, batch)
        for (size_t lates = 1; lates < threads; lates++)
            for (size_t i = 0; i < 9; i++) {
                size_t n = numbers[i / 3];
                descry_loader *loader = open_loader(threads, batch, i % 2 ? count_decisions : NULL);
                t.encode = encode_all;
                add_with_late_ones(loader, n, n * (i % 3) / 2 % n, lates);
                end(loader);
                assert_int_equal(t.decoded, n);
                for (size_t j = 0; j < n; j++)
                    assert_int_equal(t.widths[j], *t.wrong[j] ? 0 : j);
            }
}

/* Also with slots in disorder, and after it. */
static void more_may_be_added_when_some_were_late(void **state)
{
    (void)state;
    FOR_SIZES (threads, batch) {
        descry_loader *loader = open_loader(threads, batch, count_decisions);
        for (size_t round = 0; round < 6; round++) {
            add_with_late_ones(loader, 10, round, round % 2 ? threads - 1 : 0);
            t.finishing = 1;
            assert_int_equal(descry_loader_finish(loader, NULL), 0);
            assert_int_equal(t.delivered, 10 * (round + 1));
            assert_int_equal(t.dropped, t.added);
        }
        end(loader);
    }
}

/* The late one has not been delivered yet, or just so. */
static void stops_when_one_is_late(void **state)
{
    (void)state;
    for (size_t batch = 1; batch < 5; batch++)
        for (size_t stop_at = 1; stop_at < 6; stop_at++) {
            descry_loader *loader = open_loader(3, batch, count_decisions);
            t.stop_at = stop_at;
            t.late_waits_for = batch;
            int rc = 0;
            while (!rc && t.added < batch * 5 + 2)
                rc = add(loader, t.added == 1 ? 'l' : 'g');
            t.finishing = 1;
            if (!rc)
                rc = descry_loader_finish(loader, NULL);
            assert_int_equal(rc, STOP);
            descry_loader_close(&loader);
            assert_int_equal(t.dropped, t.added);
        }
}

int main(void)
{
    const struct CMUnitTest order[] = {
        cmocka_unit_test(in_order_however_long_one_takes),
        cmocka_unit_test(in_order_however_long_the_caller_takes),
    };
    const struct CMUnitTest late[] = {
        cmocka_unit_test(late_ones_hold_up_nobody),
        cmocka_unit_test(more_may_be_added_when_some_were_late),
        cmocka_unit_test(stops_when_one_is_late),
    };
    int failed = cmocka_run_group_tests_name("in order", order, NULL, NULL);
    late_after = HOUR;
    failed += cmocka_run_group_tests_name("in order, since nobody is late", order, NULL, NULL);
    late_after = 1;
    return failed + cmocka_run_group_tests_name("some are late", late, NULL, NULL);
}
