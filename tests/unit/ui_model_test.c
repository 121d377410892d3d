/*
 * Records, the store, selections and lists: what the monitor stands on, without a terminal.
 */
#include "base/bytes.h"
#include "ui/fields.h"
#include "ui/list.h"
#include "ui/selection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/record_block.h"

static struct wsd_bytes text(const char *s)
{
    return (struct wsd_bytes){(const uint8_t *)s, strlen(s)};
}

/* ---- events */

static struct wsd_event opening_event(uint64_t id, const struct wsd_opening *opening)
{
    connection.id = id;
    return (struct wsd_event){
        .type = WSD_EVENT_CONNECTION, .at = {.time = 1, .packet = 1}, .connection = &connection, .opening = *opening};
}

static const struct record *record_in(const struct block *b)
{
    return (const struct record *)b->data;
}

static void give_back(void *user, struct block *b)
{
    if (user != NULL)
        ++*(unsigned *)user;
    block_free(b);
}

/* ---- records */

static void a_message_comes_back(void **state)
{
    const struct wsd_range unknown[] = {{1, 2}, {5, 1}};
    struct wsd_event e = message_event(7, 1234567, WSD_OPCODE_TEXT, WSD_SERVER, "h??lo?"), back;
    struct record_scratch scratch;
    (void)state;
    e.message.unknown = unknown;
    e.message.unknown_count = 2;
    e.message.unknown_bytes = 3;
    e.message.complete = false;
    struct block *b = record_block(&e);
    record_event(record_in(b), &connection, &scratch, &back);
    assert_int_equal(back.type, WSD_EVENT_MESSAGE);
    assert_int_equal(back.at.time, 1234567);
    assert_int_equal(back.message.direction, WSD_SERVER);
    assert_int_equal(back.message.payload.length, 6);
    assert_memory_equal(back.message.payload.data, "h??lo?", 6);
    assert_int_equal(back.message.unknown_count, 2);
    assert_int_equal(back.message.unknown[1].offset, 5);
    assert_false(back.message.complete);
    assert_true(back.message.text);
    block_free(b);
}

/* What it was inflated from stays beside what it inflated to. */
static void a_compressed_message_comes_back(void **state)
{
    struct wsd_event e = message_event(7, 1, WSD_OPCODE_TEXT, WSD_CLIENT, "inflated"), back;
    struct record_scratch scratch;
    (void)state;
    e.message.compressed = e.message.inflated = true;
    e.message.wire = text("wire");
    e.message.wire_length = 4;
    struct block *b = record_block(&e);
    record_event(record_in(b), &connection, &scratch, &back);
    assert_memory_equal(back.message.payload.data, "inflated", 8);
    assert_int_equal(back.message.wire.length, 4);
    assert_memory_equal(back.message.wire.data, "wire", 4);
    block_free(b);
}

/* A frame that came in a TLS record keeps what is known of that. */
static void a_frame_in_tls_comes_back(void **state)
{
    const struct wsd_record tls = {.header = {23, 3, 3, 0, 43},
                                   .content = 23,
                                   .sequence = 9,
                                   .ciphertext = 43,
                                   .plaintext = 26,
                                   .behind = 1,
                                   .sealed = text("ciphertext"),
                                   .opened = text("plain")};
    struct wsd_event e = {.type = WSD_EVENT_FRAME, .connection = &connection}, back;
    struct record_scratch scratch;
    (void)state;
    e.frame = (struct wsd_frame){.opcode = WSD_OPCODE_TEXT,
                                 .fin = true,
                                 .header = text("\x81\x05"),
                                 .first = {.headers = text("packet"), .record = &tls}};
    struct block *b = record_block(&e);
    record_event(record_in(b), &connection, &scratch, &back);
    assert_memory_equal(back.frame.first.headers.data, "packet", 6);
    assert_non_null(back.frame.first.record);
    const struct wsd_record *again = back.frame.first.record;
    assert_memory_equal(again->header, tls.header, sizeof tls.header);
    assert_true(again->content == 23 && again->sequence == 9 && again->ciphertext == 43 && again->plaintext == 26);
    assert_int_equal(again->behind, 1);
    assert_true(bytes_equal(again->sealed, tls.sealed) && again->sealed.data != tls.sealed.data);
    assert_true(bytes_equal(again->opened, tls.opened) && again->opened.data != tls.opened.data);
    block_free(b);
    e.frame.first.record = NULL;
    b = record_block(&e);
    record_event(record_in(b), &connection, &scratch, &back);
    assert_null(back.frame.first.record);
    block_free(b);
}

static void a_payload_is_left_out(void **state)
{
    struct wsd_event e = message_event(7, 1, WSD_OPCODE_TEXT, WSD_CLIENT, "secret"), back;
    struct record_scratch scratch;
    size_t size = record_size(&e, false);
    uint64_t room[64];
    (void)state;
    assert_true(size < record_size(&e, true));
    record_write(room, size, &e, false);
    record_event((struct record *)room, &connection, &scratch, &back);
    assert_int_equal(back.message.length, 6);
    assert_int_equal(back.message.payload.length, 0);
    assert_true(back.message.truncated);
}

static void an_opening_comes_back(void **state)
{
    const struct wsd_header headers[] = {{text("Host"), text("example")}, {text("X"), text("")}};
    const struct wsd_head request = {.method = text("GET"),
                                     .target = text("/feed"),
                                     .http = text("HTTP/1.1"),
                                     .headers = headers,
                                     .header_count = 2,
                                     .raw = text("GET /feed HTTP/1.1\r\n\r\n")};
    const struct wsd_hop hop = {.kind = WSD_HOP_SOCKS5, .target = text("inside:80")};
    const struct wsd_opening opening = {.request = &request,
                                        .community_id = "1:abc=",
                                        .extensions = text("permessage-deflate"),
                                        .via = &hop,
                                        .via_count = 1,
                                        .flow = (uint64_t)7 << 40,
                                        .request_time = -5,
                                        .syn_time = {3, (int64_t)1 << 60},
                                        .forwarded_for = text("10.1.1.1")};
    struct wsd_event e = opening_event(7, &opening), back;
    struct record_scratch scratch;
    struct wsd_connection c;
    struct wsd_tls tls;
    (void)state;
    connection.url = text("ws://example/feed");
    struct block *b = record_block(&e);
    connection.url = (struct wsd_bytes){0};
    record_event(record_in(b), &connection, &scratch, &back);
    assert_null(back.opening.response);
    assert_int_equal(back.opening.request->header_count, 2);
    assert_memory_equal(back.opening.request->headers[0].value.data, "example", 7);
    assert_int_equal(back.opening.request->headers[1].value.length, 0);
    assert_memory_equal(back.opening.request->raw.data, "GET /feed", 9);
    assert_string_equal(back.opening.community_id, "1:abc=");
    assert_true(back.opening.flow == (uint64_t)7 << 40 && back.opening.request_time == -5);
    assert_true(back.opening.syn_time[0] == 3 && back.opening.syn_time[1] == (int64_t)1 << 60);
    assert_int_equal(back.opening.via_count, 1);
    assert_memory_equal(back.opening.via[0].target.data, "inside:80", 9);
    assert_memory_equal(back.opening.forwarded_for.data, "10.1.1.1", 8);
    record_connection((const struct record_connection *)record_in(b), &c, &tls);
    assert_int_equal(c.url.length, 17);
    assert_memory_equal(c.url.data, "ws://example/feed", 17);
    block_free(b);
}

/* An attempt is there from its request on, until that is answered; it has no number before. */
static void an_attempt_is_opening_until_it_is_answered(void **state)
{
    const struct wsd_tls tls = {.version = 0x0304, .sni = text("example"), .ja4 = "t13d"};
    struct wsd_opening opening = {.flow = 9, .request_time = 5};
    struct wsd_event e = opening_event(0, &opening);
    struct model m;
    (void)state;
    model_init(&m, 1 << 20, give_back, NULL);
    connection.tls = &tls;
    e.type = WSD_EVENT_REQUEST;
    model_add_take(&m, record_block(&e));
    assert_int_equal(m.connection_count, 0);
    assert_int_equal(m.end_row, 0);
    assert_int_equal(m.opening_count, 1);
    assert_int_equal(m.opening[0]->state, MODEL_OPENING);
    assert_int_equal(m.opening[0]->about.tls->version, 0x0304);
    assert_memory_equal(m.opening[0]->about.tls->sni.data, "example", 7);
    assert_true(m.opening[0]->about.tls != &tls);
    /* Another one's answer is not its own. */
    opening.flow = 8;
    e = opening_event(1, &opening);
    model_add_take(&m, record_block(&e));
    assert_int_equal(m.opening_count, 1);
    opening.flow = 9;
    e = opening_event(2, &opening);
    model_add_take(&m, record_block(&e));
    assert_int_equal(m.opening_count, 0);
    assert_int_equal(m.connection_count, 2);
    assert_int_equal(m.connections[1]->state, MODEL_OPEN);
    assert_string_equal(m.connections[1]->about.tls->ja4, "t13d");
    /* So many wait at a time, and no more. */
    for (uint64_t i = 0; i < MODEL_OPENING_MOST + 10; i++) {
        opening.flow = 100 + i;
        e = opening_event(0, &opening);
        e.type = WSD_EVENT_REQUEST;
        model_add_take(&m, record_block(&e));
    }
    assert_int_equal(m.opening_count, MODEL_OPENING_MOST);
    connection.tls = NULL;
    model_free(&m);
}

static void a_frame_comes_back(void **state)
{
    static const uint8_t header[] = {0x81, 0x85, 1, 2, 3, 4}, packet[54] = {9};
    struct wsd_event e = {
        .type = WSD_EVENT_FRAME,
        .at = {.time = 3, .packet = 9},
        .connection = &connection,
        .frame = {.direction = WSD_CLIENT,
                  .opcode = WSD_OPCODE_TEXT,
                  .fin = true,
                  .rsv = {false, true, false},
                  .masked = true,
                  .mask = {1, 2, 3, 4},
                  .length = 5,
                  .complete = true,
                  .header = {header, sizeof header},
                  .first = {.time = 2, .packet = 8, .headers = {packet, sizeof packet}, .link_type = 1}}};
    struct wsd_event back;
    struct record_scratch scratch;
    (void)state;
    struct block *b = record_block(&e);
    record_event(record_in(b), &connection, &scratch, &back);
    assert_true(back.frame.fin && back.frame.masked && back.frame.complete);
    assert_false(back.frame.rsv[0]);
    assert_true(back.frame.rsv[1]);
    assert_int_equal(back.frame.header.length, 6);
    assert_memory_equal(back.frame.header.data, header, 6);
    assert_int_equal(back.frame.first.headers.length, 54);
    assert_int_equal(back.frame.first.headers.data[0], 9);
    assert_int_equal(back.frame.first.packet, 8);
    assert_memory_equal(back.frame.mask, "\1\2\3\4", 4);
    block_free(b);
}

/* ---- the fields of a message, and the bytes they stand in */

static const struct field_item *field_named(const struct fields *f, const char *name, size_t number)
{
    for (size_t i = 0; i < f->count; i++)
        if (!f->items[i].heading && strcmp(f->items[i].name, name) == 0 && number-- == 0)
            return &f->items[i];
    fail_msg("no field %s", name);
    return NULL;
}

static void expect_bytes(const struct fields *f, const struct field_item *item, const char *bytes)
{
    assert_int_equal(item->length, strlen(bytes));
    assert_memory_equal(f->bytes + item->offset, bytes, strlen(bytes));
    for (size_t i = 0; i < item->length; i++)
        assert_ptr_equal(&f->items[fields_at(f, item->offset + i)], item);
}

/* Each byte of a TLS record is that of its field, and the field's. */
static void fields_of_a_record_have_their_bytes(void **state)
{
    const struct wsd_record tls = {.header = {23, 3, 3, 1, 44},
                                   .content = 23,
                                   .sequence = 9,
                                   .ciphertext = 300,
                                   .plaintext = 7,
                                   .behind = 293,
                                   .sealed = text("ciphertext"),
                                   .opened = text("\x81\5Hello\x17")};
    struct wsd_event opening = opening_event(1, &(struct wsd_opening){0}), f = {.type = WSD_EVENT_FRAME},
                     message = message_event(1, 3, WSD_OPCODE_TEXT, WSD_CLIENT, "Hello");
    struct model m;
    struct fields fields = {0};
    (void)state;
    f.connection = &connection;
    f.frame = (struct wsd_frame){.opcode = WSD_OPCODE_TEXT,
                                 .fin = true,
                                 .length = 5,
                                 .complete = true,
                                 .header = text("\x81\5"),
                                 .first = {.packet = 8, .record = &tls}};
    model_init(&m, 64 * 1024, give_back, NULL);
    model_add_take(&m, record_block(&opening));
    model_add_take(&m, record_block(&f));
    model_add_take(&m, record_block(&message));
    fields_make(&fields, &m, model_row(&m, m.end_row - 1), true);
    expect_bytes(&fields, field_named(&fields, "ciphertext", 0), "ciphertext");
    expect_bytes(&fields, field_named(&fields, "plaintext", 0), "\x81\5Hello");
    expect_bytes(&fields, field_named(&fields, "content type", 0), "\x17");
    expect_bytes(&fields, field_named(&fields, "content type", 1), "\x17");
    expect_bytes(&fields, field_named(&fields, "payload data", 0), "Hello");
    assert_int_equal(field_named(&fields, "sequence number", 0)->length, 0);
    assert_int_equal(field_named(&fields, "padding", 0)->length, 0);
    fields_free(&fields);
    model_free(&m);
}

/* ---- the store */

static void the_oldest_leave(void **state)
{
    static char payload[4000];
    unsigned gone = 0;
    struct model m;
    (void)state;
    memset(payload, 'x', sizeof payload - 1);
    model_init(&m, 64 * 1024, give_back, &gone);
    for (int i = 0; i < 1000; i++) {
        struct wsd_event e = message_event(1, i + 1, WSD_OPCODE_TEXT, WSD_CLIENT, payload);
        model_add_take(&m, record_block(&e));
        assert_true(m.used <= m.budget + 8192);
    }
    assert_int_equal(m.end_row, 1000);
    assert_true(m.first_row > 900 && m.first_row < 1000);
    assert_int_equal(gone, m.first_row);
    assert_int_equal(m.messages, 1000);
    assert_int_equal(m.messages_left, m.first_row);
    assert_null(model_row(&m, m.first_row - 1));
    assert_null(model_row(&m, 1000));
    assert_int_equal(model_row(&m, 999)->record->time, 1000);
    /* What is counted of a connection is all that passed. */
    assert_int_equal(model_connection(&m, 1)->about.counts[WSD_CLIENT].messages, 1000);
    model_free(&m);
}

/* In blocks that are large and nearly empty, as they come from a pipe: the store fills one of them, and has the others filled again. */
static void small_blocks_are_joined(void **state)
{
    unsigned gone = 0;
    struct model m;
    (void)state;
    model_init(&m, 1 << 20, give_back, &gone);
    for (int i = 0; i < 5000; i++) {
        struct wsd_event e = message_event(1, i + 1, WSD_OPCODE_TEXT, WSD_CLIENT, "few");
        struct block *one = record_block(&e), *b = block_new(64 * 1024);
        assert_non_null(b);
        memcpy(b->data, one->data, one->length);
        b->length = one->length;
        block_free(one);
        model_add_take(&m, b);
        assert_int_equal(gone + m.end_block - m.first_block, i + 1);
        assert_int_equal(model_row(&m, (uint64_t)i)->record->time, i + 1);
    }
    assert_true(m.end_block < 100);
    assert_true(m.used <= m.budget);
    assert_int_equal(m.messages_left, m.first_row);
    for (uint64_t row = m.first_row; row < m.end_row; row++)
        assert_int_equal(model_row(&m, row)->record->time, row + 1);
    model_free(&m);
}

static void ended_connections_are_forgotten(void **state)
{
    struct model m;
    (void)state;
    model_init(&m, 64 * 1024, give_back, NULL);
    for (uint64_t id = 1; id <= 2000; id++) {
        const struct wsd_opening opening = {0};
        struct wsd_event e = opening_event(id, &opening);
        model_add_take(&m, record_block(&e));
        struct wsd_event end = {.type = WSD_EVENT_CLOSE,
                                .at = {.time = (int64_t)id},
                                .connection = &connection,
                                .close = {.by = WSD_CLIENT, .how = WSD_BY_FIN, .code = -1, .reported = 1006}};
        if (id != 3)
            model_add_take(&m, record_block(&end));
    }
    assert_true(m.connections_left > 1000);
    assert_true(m.used <= m.budget + 4096);
    assert_int_equal(m.connections_left + m.connection_count, 2000);
    assert_null(model_connection(&m, 1));
    assert_non_null(model_connection(&m, 3)); /* it is still open */
    assert_non_null(model_connection(&m, 2000));
    assert_int_equal(model_connection(&m, 2000)->state, MODEL_LOST);
    model_free(&m);
}

static void a_ping_is_timed(void **state)
{
    struct model m;
    (void)state;
    model_init(&m, 1 << 20, give_back, NULL);
    struct wsd_event events[] = {message_event(1, 1000, WSD_OPCODE_PING, WSD_SERVER, "a"),
                                 message_event(1, 1500, WSD_OPCODE_PONG, WSD_CLIENT, "b"),
                                 message_event(1, 1700, WSD_OPCODE_PONG, WSD_CLIENT, "a"),
                                 message_event(1, 1900, WSD_OPCODE_PONG, WSD_CLIENT, "a")};
    for (size_t i = 0; i < 4; i++)
        model_add_take(&m, record_block(&events[i]));
    assert_int_equal(model_connection(&m, 1)->round_trip, 700);
    model_free(&m);
}

static void the_last_minute(void **state)
{
    const int64_t second = 1000000000;
    uint32_t counts[MODEL_SECONDS];
    struct model m;
    (void)state;
    model_init(&m, 1 << 20, give_back, NULL);
    static const int64_t at[] = {100, 100, 130, 155, 250, 251, 251};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        struct wsd_event e = message_event(1, at[i] * second, WSD_OPCODE_TEXT, WSD_CLIENT, "x");
        model_add_take(&m, record_block(&e));
    }
    model_settle(&m);
    const struct model_connection *c = model_connection(&m, 1);
    model_history(c, 251 * second, counts, MODEL_SECONDS);
    assert_int_equal(counts[MODEL_SECONDS - 1], 2);
    assert_int_equal(counts[MODEL_SECONDS - 2], 1);
    for (int i = 0; i < MODEL_SECONDS - 2; i++)
        assert_int_equal(counts[i], 0);
    assert_true(model_rate(c, 251 * second, 10) > 0.29 && model_rate(c, 251 * second, 10) < 0.31);
    model_history(c, 400 * second, counts, MODEL_SECONDS);
    assert_int_equal(counts[0], 0);
    model_free(&m);
}

/* ---- selections */

static bool is_text(void *user, const struct model_row *row, uint64_t number)
{
    (void)user, (void)number;
    return row->opcode == WSD_OPCODE_TEXT;
}

static void a_selection_follows(void **state)
{
    static char payload[4000];
    struct model m;
    struct selection s;
    (void)state;
    memset(payload, 'x', sizeof payload - 1);
    model_init(&m, 64 * 1024, give_back, NULL);
    selection_init(&s, is_text, NULL);
    for (int i = 0; i < 300; i++) {
        struct wsd_event e =
            message_event(1, i + 1, i % 3 == 0 ? WSD_OPCODE_TEXT : WSD_OPCODE_BINARY, WSD_CLIENT, payload);
        model_add_take(&m, record_block(&e));
        if (i % 7 == 0)
            while (selection_work(&s, &m, 2))
                ;
    }
    assert_true(selection_work(&s, &m, 1));     /* a slice, */
    assert_true(selection_work(&s, &m, 1000));  /* the last one, which is to be seen as well, */
    assert_false(selection_work(&s, &m, 1000)); /* and nothing */
    assert_int_equal(selection_row(&s, s.end - 1), 297);
    assert_true(selection_row(&s, s.first) >= m.first_row);
    assert_true(selection_row(&s, s.first) < m.first_row + 3);
    for (uint64_t i = s.first; i < s.end; i++)
        assert_int_equal(selection_row(&s, i) % 3, 0);
    assert_int_equal(selection_row(&s, selection_find(&s, 295)), 297);
    selection_free(&s);
    model_free(&m);
}

/* ---- lists */

static void a_list_moves(void **state)
{
    struct list l = {.can_follow = true};
    uint64_t line;
    (void)state;
    list_set(&l, 0, 100, 10);
    list_act(&l, COMMAND_PAGE_DOWN);
    assert_int_equal(l.cursor, 9);
    assert_int_equal(l.top, 9);
    list_act(&l, COMMAND_END);
    assert_int_equal(l.cursor, 99);
    assert_int_equal(l.top, 90);
    assert_true(l.follows);
    list_set(&l, 0, 150, 10);
    assert_int_equal(l.cursor, 149);
    list_act(&l, COMMAND_UP);
    assert_false(l.follows);
    list_set(&l, 0, 200, 10);
    assert_int_equal(l.cursor, 148);
    /* The first lines leave. */
    list_set(&l, 160, 200, 10);
    assert_int_equal(l.cursor, 160);
    assert_int_equal(l.top, 160);
    list_act(&l, COMMAND_HOME);
    assert_int_equal(l.cursor, 160);
    assert_true(list_at(&l, 9, &line));
    assert_int_equal(line, 169);
    assert_false(list_at(&l, 10, &line));
    list_scroll(&l, 3);
    assert_int_equal(l.top, 163);
    assert_int_equal(l.cursor, 163);
    list_set(&l, 0, 0, 10);
    assert_true(list_empty(&l));
    list_act(&l, COMMAND_DOWN);
    assert_false(l.follows);
    list_set(&l, 0, 5, 0); /* a window without lines */
    list_act(&l, COMMAND_END);
    assert_int_equal(l.cursor, 4);
}

static void the_mouse_moves_a_list(void **state)
{
    struct list l = {.can_follow = true};
    (void)state;
    list_set(&l, 0, 100, 10);
    /* Two lines stand above the list. */
    assert_false(list_mouse(&l, &(struct mouse){MOUSE_PRESS, 1, 0}, 2));
    assert_true(list_mouse(&l, &(struct mouse){MOUSE_PRESS, 2 + 9, 0}, 2));
    assert_int_equal(l.cursor, 9);
    assert_false(list_mouse(&l, &(struct mouse){MOUSE_PRESS, 2 + 10, 0}, 2));
    assert_int_equal(l.cursor, 9);
    assert_true(list_mouse(&l, &(struct mouse){MOUSE_WHEEL_DOWN, 0, 0}, 2));
    assert_int_equal(l.top, 3);
    assert_true(list_mouse(&l, &(struct mouse){MOUSE_DOUBLE, 2, 0}, 2));
    assert_int_equal(l.cursor, 3);
    assert_true(list_mouse(&l, &(struct mouse){MOUSE_WHEEL_UP, 0, 0}, 2));
    assert_int_equal(l.top, 0);
    /* A line that is pressed is held. */
    list_act(&l, COMMAND_END);
    assert_true(l.follows);
    list_mouse(&l, &(struct mouse){MOUSE_PRESS, 2, 0}, 2);
    list_set(&l, 0, 200, 10);
    assert_int_equal(l.cursor, 90);
    list_set(&l, 0, 3, 10);
    assert_false(list_mouse(&l, &(struct mouse){MOUSE_PRESS, 2 + 3, 0}, 2)); /* below the last line */
}

/* ---- keys */

/* Of two rows that hold in one view and have one key, one must be narrower, or which of them it is would be chance. */
static void keys_are_told_apart(void **state)
{
    (void)state;
    for (int place = 0; place < PLACE_COUNT; place++)
        for (int a = 1; a < COMMAND_COUNT; a++)
            for (int b = a + 1; b < COMMAND_COUNT; b++) {
                const struct key_row *x = key_row((enum command)a), *y = key_row((enum command)b);
                if ((x->places >> place & 1) == 0 || (y->places >> place & 1) == 0 || x->places != y->places)
                    continue;
                for (int i = 0; i < KEYS_EACH; i++)
                    for (int k = 0; k < KEYS_EACH; k++)
                        assert_true(x->keys[i] == 0 || x->keys[i] != y->keys[k]);
            }
    assert_int_equal(key_command('q', PLACE_CONNECTIONS), COMMAND_QUIT);
    assert_int_equal(key_command(KEYBOARD_SPACE, PLACE_DETAIL), COMMAND_FOLD);
    assert_int_equal(key_command(KEYBOARD_SPACE, PLACE_MESSAGES), COMMAND_MARK);
    assert_int_equal(key_command('~', PLACE_MESSAGES), COMMAND_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_attempt_is_opening_until_it_is_answered),
        cmocka_unit_test(a_compressed_message_comes_back),
        cmocka_unit_test(a_frame_in_tls_comes_back),
        cmocka_unit_test(a_message_comes_back),
        cmocka_unit_test(a_payload_is_left_out),
        cmocka_unit_test(an_opening_comes_back),
        cmocka_unit_test(a_frame_comes_back),
        cmocka_unit_test(fields_of_a_record_have_their_bytes),
        cmocka_unit_test(the_oldest_leave),
        cmocka_unit_test(small_blocks_are_joined),
        cmocka_unit_test(ended_connections_are_forgotten),
        cmocka_unit_test(a_ping_is_timed),
        cmocka_unit_test(the_last_minute),
        cmocka_unit_test(a_selection_follows),
        cmocka_unit_test(a_list_moves),
        cmocka_unit_test(the_mouse_moves_a_list),
        cmocka_unit_test(keys_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
