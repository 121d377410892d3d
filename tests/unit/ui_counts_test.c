/*
 * What the model counts for the views of statistics, findings and handshake, and that it stays bounded.
 */
#include "ui/model.h"
#include "ui/selection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/record_block.h"

static const int64_t millisecond = 1000000;
static struct wsd_bytes text(const char *s)
{
    return (struct wsd_bytes){(const uint8_t *)s, strlen(s)};
}

static void give_back(void *user, struct block *b)
{
    (void)user;
    block_free(b);
}

static void add(struct model *m, const struct wsd_event *e)
{
    model_add_take(m, record_block(e));
}

static void say(struct model *m, uint64_t id, int64_t time, uint8_t opcode, enum wsd_direction direction,
                const char *payload)
{
    struct wsd_event e = message_event(id, time, opcode, direction, payload);
    add(m, &e);
}

static void find(struct model *m, uint64_t id, enum wsd_direction direction, enum wsd_finding_code code)
{
    connection.id = id;
    struct wsd_event e = {.type = WSD_EVENT_FINDING,
                          .connection = &connection,
                          .finding = {.direction = direction, .code = code, .detail = ""}};
    add(m, &e);
}

/* Times from message to message are those of a side of a connection, also in the sum of all. */
static void intervals_are_of_one_sender(void **state)
{
    struct model m;
    (void)state;
    model_init(&m, 1 << 24, give_back, NULL);
    say(&m, 1, 10 * millisecond, WSD_OPCODE_TEXT, WSD_CLIENT, "one");
    say(&m, 1, 11 * millisecond, WSD_OPCODE_TEXT, WSD_SERVER, "answer");
    say(&m, 2, 12 * millisecond, WSD_OPCODE_TEXT, WSD_CLIENT, "another's");
    say(&m, 1, 30 * millisecond, WSD_OPCODE_BINARY, WSD_CLIENT, "two");
    model_settle(&m);
    const struct model_connection *c = model_connection(&m, 1);
    assert_non_null(c->statistics);
    assert_int_equal(c->statistics->intervals[WSD_CLIENT].counts[statistics_slot(20000)], 1);
    assert_int_equal(m.statistics.intervals[WSD_CLIENT].counts[statistics_slot(20000)], 1);
    uint64_t all = 0;
    for (unsigned i = 0; i < STATISTICS_POWERS; i++)
        all += m.statistics.intervals[0].counts[i] + m.statistics.intervals[1].counts[i];
    assert_int_equal(all, 1);
    assert_int_equal(m.statistics.opcodes[WSD_OPCODE_TEXT][WSD_CLIENT], 2);
    assert_int_equal(c->statistics->opcodes[WSD_OPCODE_TEXT][WSD_CLIENT], 1);
    assert_int_equal(c->statistics->sizes[WSD_SERVER].counts[statistics_slot(6)], 1);
    model_free(&m);
}

static void round_trips_are_from_ping_to_its_pong(void **state)
{
    struct model m;
    (void)state;
    model_init(&m, 1 << 24, give_back, NULL);
    say(&m, 1, 1 * millisecond, WSD_OPCODE_TEXT, WSD_CLIENT, "hello");
    say(&m, 1, 2 * millisecond, WSD_OPCODE_PING, WSD_SERVER, "beat");
    say(&m, 1, 3 * millisecond, WSD_OPCODE_PONG, WSD_CLIENT, "other");
    assert_int_equal(m.statistics.round_trip_count, 0);
    say(&m, 1, 7 * millisecond, WSD_OPCODE_PONG, WSD_CLIENT, "beat");
    assert_int_equal(m.statistics.round_trip_count, 1);
    assert_int_equal(m.statistics.least_round_trip, 5 * millisecond);
    assert_int_equal(model_connection(&m, 1)->round_trip, 5 * millisecond);
    assert_int_equal(model_connection(&m, 1)->statistics->most_round_trip, 5 * millisecond);
    model_free(&m);
}

static void findings_are_remembered_by_side(void **state)
{
    struct model m;
    (void)state;
    model_init(&m, 1 << 24, give_back, NULL);
    find(&m, 1, WSD_SERVER, WSD_FINDING_HANDSHAKE_UPGRADE_INVALID);
    find(&m, 1, WSD_CLIENT, WSD_FINDING_TCP_RESET);
    const struct model_connection *c = model_connection(&m, 1);
    assert_true(c->found[WSD_SERVER] >> WSD_FINDING_HANDSHAKE_UPGRADE_INVALID & 1);
    assert_false(c->found[WSD_CLIENT] >> WSD_FINDING_HANDSHAKE_UPGRADE_INVALID & 1);
    assert_true(c->found[WSD_CLIENT] >> WSD_FINDING_TCP_RESET & 1);
    assert_int_equal(m.findings[WSD_FINDING_TCP_RESET], 1);
    model_free(&m);
}

/* Connections that never end may have statistics of their own only up to their part of the budget. */
static void statistics_stay_within_the_budget(void **state)
{
    struct model m;
    enum { BUDGET = 1 << 20, CONNECTIONS = 1000 };
    uint64_t with = 0;
    (void)state;
    model_init(&m, BUDGET, give_back, NULL);
    for (uint64_t id = 1; id <= CONNECTIONS; id++)
        say(&m, id, (int64_t)id * millisecond, WSD_OPCODE_TEXT, WSD_CLIENT, "hello");
    for (size_t i = 0; i < m.connection_count; i++)
        with += m.connections[i]->statistics != NULL;
    assert_int_equal(m.connection_count, CONNECTIONS);
    assert_in_range(with, 1, BUDGET / 4 / sizeof(struct statistics));
    assert_int_equal(m.statistics.opcodes[WSD_OPCODE_TEXT][WSD_CLIENT], CONNECTIONS);
    model_free(&m);
}

/* A head of 64 KiB: what is kept of it is its beginning. */
static void heads_are_kept_bounded(void **state)
{
    enum { HEADERS = 200, VALUE = 300 };
    static char raw[64 * 1024], value[VALUE];
    static struct wsd_header headers[HEADERS];
    (void)state;
    memset(raw, 'r', sizeof raw);
    memset(value, 'v', sizeof value);
    for (int i = 0; i < HEADERS; i++)
        headers[i] = (struct wsd_header){text("Cookie"), {(const uint8_t *)value, VALUE}};
    const struct wsd_head request = {.method = text("GET"),
                                     .target = text("/"),
                                     .http = text("HTTP/1.1"),
                                     .headers = headers,
                                     .header_count = HEADERS,
                                     .raw = {(const uint8_t *)raw, sizeof raw}};
    struct wsd_event back,
        e = {.type = WSD_EVENT_CONNECTION, .connection = &connection, .opening = {.request = &request}};
    static struct record_scratch scratch;
    struct model m;
    connection.id = 1;
    assert_true(record_size(&e, true) < 3 * RECORD_HEAD);
    model_init(&m, 1 << 24, give_back, NULL);
    add(&m, &e);
    const struct model_connection *c = model_connection(&m, 1);
    record_event(&c->opening->head, &c->about, &scratch, &back);
    assert_int_equal(back.opening.request->raw.length, RECORD_HEAD);
    assert_in_range(back.opening.request->header_count, 1, RECORD_HEAD / VALUE);
    assert_int_equal(back.opening.request->headers[0].value.length, VALUE);
    model_free(&m);
}

static bool all_pass(void *user, const struct model_row *row, uint64_t number)
{
    (void)user;
    (void)row;
    (void)number;
    return true;
}

static unsigned two_if_binary(void *user, const struct model_row *row)
{
    (void)user;
    return row->opcode == WSD_OPCODE_BINARY ? 2 : 1;
}

static void a_row_may_take_two_positions(void **state)
{
    struct model m;
    struct selection s;
    (void)state;
    model_init(&m, 1 << 24, give_back, NULL);
    selection_init(&s, all_pass, NULL);
    s.positions = two_if_binary;
    for (int i = 0; i < 3000; i++)
        say(&m, 1, i, i % 2 == 0 ? WSD_OPCODE_BINARY : WSD_OPCODE_TEXT, WSD_CLIENT, "");
    while (selection_work(&s, &m, 100))
        ;
    assert_int_equal(s.end, 4500);
    assert_int_equal(selection_row(&s, 0), 0);
    assert_int_equal(selection_row(&s, 1), 0);
    assert_int_equal(selection_row(&s, 2), 1);
    assert_int_equal(selection_row(&s, 4499), 2999);
    assert_int_equal(selection_find(&s, 2), 3);
    selection_free(&s);
    model_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_are_of_one_sender),     cmocka_unit_test(round_trips_are_from_ping_to_its_pong),
        cmocka_unit_test(findings_are_remembered_by_side), cmocka_unit_test(statistics_stay_within_the_budget),
        cmocka_unit_test(heads_are_kept_bounded),          cmocka_unit_test(a_row_may_take_two_positions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
