/*
 * net_flow_test.c: many connections: who is who, what is remembered for how long, and what gives way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/flow_log.h"
#include "support/random.h"

#define SECOND INT64_C(1000000000)

static struct flow_log h;
static struct talk t, u;

static const struct flow_limits small = {
    .flows = 8,
    .segment_bytes = 2000,
    .segment_total = 5000,
    .memory = UINT64_MAX,
    .idle = {[FLOW_UNDECIDED] = 300 * SECOND, [FLOW_WEBSOCKET] = 86400 * SECOND, [FLOW_IGNORED] = 120 * SECOND}};

static int setup(void **state)
{
    (void)state;
    flow_log_begin(&h, &small, false);
    flow_log_talk(&h, &t, 51022);
    flow_log_talk(&h, &u, 51023);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    flows_free(h.flows);
    return h.upper != 0;
}

#define HEARD(expected) (assert_string_equal(h.text, expected), flow_log_clear(&h))

/* ---- who is the client */

static void client_without_syn(void **state)
{
    (void)state;
    static const struct {
        enum wsd_direction sender, from; /* what the first bytes say; who sent them */
        const char *heard;
    } cases[] = {
        {WSD_CLIENT, WSD_CLIENT, "-> x\n"},  {WSD_SERVER, WSD_CLIENT, "<- x\n"},
        {WSD_NEITHER, WSD_CLIENT, "-> x\n"}, /* the higher port */
        {WSD_CLIENT, WSD_SERVER, "-> x\n"},  {WSD_SERVER, WSD_SERVER, "<- x\n"},
        {WSD_NEITHER, WSD_SERVER, "<- x\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        flow_log_talk(&h, &t, (uint16_t)(51000 + i));
        h.sender = cases[i].sender;
        talk_ack(&t, !cases[i].from); /* says nothing */
        talk_send_text(&t, cases[i].from, "x");
        HEARD(cases[i].heard);
    }
    assert_int_equal(h.asked, sizeof cases / sizeof *cases);
}

static void client_by_syn(void **state)
{
    (void)state;
    h.sender = WSD_SERVER; /* is not asked */
    talk_segment(&t, WSD_CLIENT, UINT32_MAX, TCP_SYN, bytes_text(""));
    talk_send_text(&t, WSD_SERVER, "a");
    u.port[WSD_CLIENT] = 80; /* the lower port; only the answer to its SYN is there */
    talk_segment(&u, WSD_SERVER, UINT32_MAX, TCP_SYN | TCP_ACK, bytes_text(""));
    talk_send_text(&u, WSD_CLIENT, "b");
    HEARD("<- a\n-> b\n");
    assert_int_equal(h.asked, 0);
    assert_int_equal(flow_endpoint(h.flow, WSD_CLIENT).port, 80);
    assert_int_equal(flow_endpoint(h.flow, WSD_SERVER).port, 8080);
    assert_memory_equal(flow_endpoint(h.flow, WSD_CLIENT).address, "\x0A\0\0\7", 4);
    assert_memory_equal(flow_endpoint(h.flow, WSD_SERVER).address, "\x0A\0\0\1", 4);
}

/* Equal addresses: the ports tell the ends apart. IPv4 and IPv6, and every port, are flows of their own. */
static void flows_are_kept_apart(void **state)
{
    (void)state;
    static struct talk many[7];
    for (uint16_t i = 0; i < 7; i++) {
        flow_log_talk(&h, &many[i], (uint16_t)(51000 + i / 2));
        many[i].family = i % 2 ? 6 : 4;
        many[i].port[WSD_SERVER] = i == 6 ? 51003 : 8080; /* the last one: both ports equal */
        talk_open(&many[i]);
    }
    for (int turn = 0; turn < 3; turn++)
        for (int i = 0; i < 7; i++) {
            char text[2] = {(char)('a' + i), 0}, line[8];
            talk_send_text(&many[i], turn == 1, text);
            (void)snprintf(line, sizeof line, turn == 1 ? "<- %s\n" : "-> %s\n", text);
            HEARD(line);
        }
    assert_int_equal(flows_totals(h.flows)->seen, 7);
    assert_int_equal(h.upper, 7);
}

/* Over the loopback interface both addresses are the same: only the ports tell which way a packet goes. */
static void one_address_for_both(void **state)
{
    (void)state;
    static const uint8_t local[16] = {127, 0, 0, 1};
    const struct wsd_moment moment = {.packet = 1};
    for (uint8_t family = 4; family <= 6; family += 2)
        for (int turn = 0; turn < 2; turn++) {
            struct ip_packet ip = {.family = family, .protocol = 6, .address = {local, local}};
            struct tcp_segment s = {.port = {8080, 51022}, .seq = 1, .flags = TCP_ACK};
            s.payload = bytes_text(turn ? "b" : "a");
            s.length = 1;
            s.ack = turn ? 2 : 1;
            if (turn)
                s.port[0] = 51022, s.port[1] = 8080;
            assert_int_equal(flow_log_segment(&h, &ip, &s, &moment), 0);
            HEARD(turn ? "-> b\n" : "<- a\n");
        }
    assert_int_equal(flows_totals(h.flows)->seen, 2);
}

/* https://github.com/corelight/community-id-spec: the published value, whichever way the first packet went. */
static void community_id(void **state)
{
    (void)state;
    for (int turned = 0; turned < 2; turned++) {
        static const uint8_t client[] = {128, 232, 110, 120}, server[] = {66, 35, 250, 204};
        struct ip_packet ip = {.family = 4, .protocol = 6, .address = {client, server}};
        struct tcp_segment s = {
            .port = {34855, 80}, .seq = 1, .flags = TCP_ACK, .payload = bytes_text("x"), .length = 1};
        if (turned) {
            ip.address[0] = server, ip.address[1] = client;
            s.port[0] = 80, s.port[1] = 34855;
        }
        const struct wsd_moment moment = {.packet = 1};
        char id[FLOW_COMMUNITY_ID_SIZE];
        assert_int_equal(flow_log_segment(&h, &ip, &s, &moment), 0);
        assert_int_equal(flow_community_id(h.flow, id), 0);
        assert_string_equal(id, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        assert_int_equal(flows_totals(h.flows)->seen, 1);
    }
}

/* ---- of no interest */

static void ignored_flows_cost_nothing(void **state)
{
    (void)state;
    talk_open(&t);
    talk_segment(&t, WSD_SERVER, 10, TCP_ACK, bytes_text("waits"));
    talk_send_text(&t, WSD_CLIENT, "BYE");
    assert_int_equal(h.flow->kind, FLOW_IGNORED);
    assert_int_equal(h.upper, 0);
    assert_null(h.flow->half[0].held);
    assert_null(h.flow->half[1].held);
    flow_log_clear(&h);
    talk_send_text(&t, WSD_SERVER, "unheard");
    talk_segment(&t, WSD_SERVER, 30, TCP_ACK, bytes_text("unheard"));
    talk_fin(&t, WSD_SERVER);
    talk_fin(&t, WSD_CLIENT);
    talk_reset(&t, WSD_CLIENT);
    flow_log_finish(&h);
    HEARD("");
    assert_int_equal(flows_totals(h.flows)->seen, 1);
    assert_int_equal(flows_totals(h.flows)->ignored, 1);
    assert_int_equal(flows_totals(h.flows)->open, 1);
}

/* ---- how long */

/* Packets of another connection pass; the sweep looks at one flow in some packets. */
static void let_pass(int packets)
{
    for (int i = 0; i < packets; i++)
        talk_ack(&u, WSD_CLIENT);
}

static void idle_flows_end(void **state)
{
    (void)state;
    for (int kind = FLOW_UNDECIDED; kind <= FLOW_IGNORED; kind++) {
        flow_log_talk(&h, &t, (uint16_t)(50000 + kind));
        t.time = u.time;
        talk_open(&t);
        talk_send_text(&t, WSD_CLIENT, kind == FLOW_IGNORED ? "BYE" : "x");
        talk_segment(&t, WSD_CLIENT, 2, TCP_ACK, bytes_text("z"));
        h.flow->kind = (uint8_t)kind;
        flow_log_clear(&h);
        u.step = 0;
        u.time = t.time - t.step; /* of the last packet of t */
        let_pass(1);
        h.flow->kind = FLOW_WEBSOCKET;
        uint64_t open = flows_totals(h.flows)->open;
        u.time += (int64_t)small.idle[kind];
        let_pass(100);
        assert_int_equal(flows_totals(h.flows)->open, open);
        if (kind != FLOW_IGNORED)
            assert_null(strstr(h.text, "end"));
        u.time++;
        let_pass(100);
        assert_int_equal(flows_totals(h.flows)->open, open - 1);
        if (kind != FLOW_IGNORED) {
            assert_non_null(strstr(h.text, "-> gap 1\n-> z\n<- end idle\n-> end idle\n"));
            assert_int_equal(h.ended, t.time - t.step); /* it has been silent since */
        }
        flow_log_clear(&h);
        assert_int_equal(h.upper, 0);
    }
}

/* A connection that has gone quiet behind a hole is told when others' packets pass, also if nothing of it was told yet. */
static void hole_of_a_quiet_flow(void **state)
{
    (void)state;
    talk_open(&t);
    talk_segment(&t, WSD_CLIENT, 3, TCP_ACK, bytes_text("def"));
    t.acked[WSD_CLIENT] = 6;
    talk_ack(&t, WSD_SERVER);
    u.time = t.time;
    u.step = 0;
    let_pass(100);
    HEARD("");
    u.time += REASSEMBLY_LATE_TIME;
    let_pass(100);
    HEARD("-> gap 3\n-> def\n");
}

/* A keep-alive's byte is any byte: it fills no hole. */
static void keep_alive_in_a_hole(void **state)
{
    (void)state;
    talk_open(&t);
    talk_send_text(&t, WSD_CLIENT, "abc");
    t.acked[WSD_CLIENT] = 9; /* "defghi" is not in the capture */
    talk_ack(&t, WSD_SERVER);
    talk_segment(&t, WSD_CLIENT, 8, TCP_ACK, bytes_text("?"));
    talk_segment(&t, WSD_CLIENT, 9, TCP_ACK, bytes_text("jkl"));
    t.acked[WSD_CLIENT] = 12;
    for (int i = 0; i <= REASSEMBLY_LATE_PACKETS; i++)
        talk_ack(&t, WSD_SERVER);
    HEARD("-> abc\n-> gap 6\n-> jkl\n");

    flow_log_talk(&h, &t, 51099); /* and where the other side is not in the capture */
    t.silent = true;
    talk_send_text(&t, WSD_CLIENT, "abc");
    talk_segment(&t, WSD_CLIENT, 8, TCP_ACK, bytes_text("?"));
    talk_segment(&t, WSD_CLIENT, 9, TCP_ACK, bytes_text("jkl"));
    flow_log_finish(&h);
    assert_non_null(strstr(h.text, "-> gap 6\n-> jkl\n"));
}

/* Without a SYN, what the other side has acknowledged says where a direction stood before its first bytes were captured. */
static void begins_where_it_was_acknowledged(void **state)
{
    (void)state;
    t.step = 1;
    t.acked[WSD_CLIENT] = 4;
    talk_send_text(&t, WSD_SERVER, "hello");
    talk_segment(&t, WSD_CLIENT, 7, TCP_ACK, bytes_text("xyz"));
    t.acked[WSD_CLIENT] = 10;
    for (int i = 0; i <= REASSEMBLY_LATE_PACKETS; i++)
        talk_ack(&t, WSD_SERVER);
    assert_non_null(strstr(h.text, "gap 3\n"));
}

/* ---- how many */

/* With the table full, what is known to be of no interest gives way first, then what is undecided, each by age. */
static void eviction(void **state)
{
    (void)state;
    static struct talk many[20];
    static const enum flow_kind kinds[] = {FLOW_WEBSOCKET, FLOW_UNDECIDED, FLOW_IGNORED,   FLOW_WEBSOCKET,
                                           FLOW_UNDECIDED, FLOW_IGNORED,   FLOW_WEBSOCKET, FLOW_UNDECIDED};
    static const int order[] = {2, 5, 1, 4, 7, 0, 3, 6}; /* as they give way */
    struct flow *flow[8];
    int64_t now = 0;
    for (int i = 0; i < 8; i++) {
        flow_log_talk(&h, &many[i], (uint16_t)(50000 + i));
        many[i].time = now++;
        many[i].step = 0;
        char text[] = {(char)('a' + i), 0};
        talk_send_text(&many[i], WSD_CLIENT, kinds[i] == FLOW_IGNORED ? "BYE" : text);
        flow[i] = h.flow;
        flow[i]->kind = (uint8_t)kinds[i];
        flows_hold(h.flows, flow[i], kinds[i] != FLOW_IGNORED);
    }
    flow_log_clear(&h);
    for (int i = 0; i < 8; i++) {
        struct talk *next = &many[8 + i];
        flow_log_talk(&h, next, (uint16_t)(60000 + i));
        next->time = now++;
        next->step = 0;
        talk_open(next);
        assert_ptr_equal(h.flow, flow[order[i]]); /* the new one has the place of the one that went */
        HEARD(kinds[order[i]] == FLOW_IGNORED ? "" : "<- end idle\n-> end idle\n");
        h.flow->kind = FLOW_WEBSOCKET; /* worth more than what is left */
        flows_hold(h.flows, h.flow, 1);
        assert_int_equal(flows_totals(h.flows)->open, 8);
        assert_int_equal(flows_totals(h.flows)->evicted, i + 1);
    }
    talk_send_text(&many[0], WSD_CLIENT, "unknown again");
    assert_int_equal(flows_totals(h.flows)->seen, 17);
}

/* Packets keep a flow from being the longest silent one; a SYN without more gives way before anything that holds bytes. */
static void eviction_by_silence(void **state)
{
    (void)state;
    static struct talk many[16];
    static const int order[] = {1, 2, 3, 0, 6, 7, 4, 5}; /* as they give way */
    struct flow *flow[8];
    for (int i = 0; i < 8; i++) { /* 0 to 3: only a SYN; 4 to 7: hold something */
        flow_log_talk(&h, &many[i], (uint16_t)(50000 + i));
        many[i].time = i;
        many[i].step = 0;
        talk_segment(&many[i], WSD_CLIENT, UINT32_MAX, TCP_SYN, bytes_text(""));
        flow[i] = h.flow;
        if (i >= 4)
            talk_send_text(&many[i], WSD_CLIENT, "x"), flows_hold(h.flows, h.flow, 100);
    }
    many[0].time = many[4].time = many[5].time = 20; /* these say something more */
    talk_segment(&many[0], WSD_CLIENT, UINT32_MAX, TCP_SYN, bytes_text(""));
    talk_send_text(&many[4], WSD_CLIENT, "y");
    talk_send_text(&many[5], WSD_CLIENT, "y");
    for (int i = 0; i < 8; i++) {
        flow_log_talk(&h, &many[8 + i], (uint16_t)(60000 + i));
        many[8 + i].time = 30 + i;
        many[8 + i].step = 0;
        talk_send_text(&many[8 + i], WSD_CLIENT, "z");
        assert_ptr_equal(h.flow, flow[order[i]]);
        h.flow->kind = FLOW_WEBSOCKET; /* worth more than what is left */
        flows_hold(h.flows, h.flow, 1);
        assert_int_equal(flows_totals(h.flows)->evicted, i + 1);
    }
}

/* What is held is given back when it is too much for all together: undecided before WebSocket, whatever holds nothing stays. */
static void memory(void **state)
{
    (void)state;
    struct flow_limits tight = small;
    static struct talk many[9];
    flows_free(h.flows);
    tight.flows = 100;
    tight.memory = 250 * 64;
    flow_log_begin(&h, &tight, false);
    for (int i = 0; i < 5; i++) { /* 0 and 3: WebSocket; 4 holds nothing */
        flow_log_talk(&h, &many[i], (uint16_t)(50000 + i));
        talk_send_text(&many[i], WSD_CLIENT, "x");
        if (i % 3 == 0)
            h.flow->kind = FLOW_WEBSOCKET;
        flows_hold(h.flows, h.flow, i < 4 ? 50 * 64 : 0);
    }
    flow_log_clear(&h);
    for (int i = 0; i < 20; i++)
        talk_ack(&many[4], WSD_CLIENT);
    assert_int_equal(flows_totals(h.flows)->evicted, 0);
    talk_send_text(&many[0], WSD_CLIENT, "y");
    flows_hold(h.flows, h.flow, 170 * 64);
    flow_log_clear(&h);
    for (int i = 0; i < 20; i++)
        talk_ack(&many[4], WSD_CLIENT);
    assert_int_equal(flows_totals(h.flows)->evicted, 2); /* 1 and 2 */
    assert_int_equal(flows_totals(h.flows)->evicted_websockets, 0);
    talk_send_text(&many[3], WSD_CLIENT, "y");
    flows_hold(h.flows, h.flow, 251 * 64);
    for (int i = 0; i < 20; i++)
        talk_ack(&many[4], WSD_CLIENT);
    assert_int_equal(flows_totals(h.flows)->evicted_websockets, 2);
    assert_int_equal(flows_totals(h.flows)->open, 1);
}

/* What only looks like a WebSocket goes behind undecided ones, but before them while those take less than an eighth of what there is:
 * else nothing could open any more when somebody makes up enough. A WebSocket that was seen to be one stays in any case. */
static void room_to_open(void **state)
{
    (void)state;
    struct flow_limits tight = small;
    static struct talk many[40];
    struct flow *flow[40];
    flows_free(h.flows);
    tight.flows = 24;
    flow_log_begin(&h, &tight, false);
    for (int i = 0; i < 28; i++) { /* 0, 10, 20: WebSocket; 1, 11: opening; the others are made up */
        flow_log_talk(&h, &many[i], (uint16_t)(50000 + i));
        many[i].time = i;
        many[i].step = 0;
        talk_send_text(&many[i], WSD_CLIENT, "x");
        flow[i] = h.flow;
        h.flow->guessed = i % 10 != 0;
        h.flow->kind = i == 1 || i == 11 ? FLOW_UNDECIDED : FLOW_WEBSOCKET;
        flows_hold(h.flows, h.flow, 100);
    }
    static const int order[] = {6, 7, 1, 8, 9}; /* 2 to 5 went before; 1: with a third one they are an eighth */
    assert_int_equal(flows_totals(h.flows)->evicted, 4);
    for (int i = 0; i < 5; i++) {
        flow_log_talk(&h, &many[20 + i], (uint16_t)(60000 + i));
        many[20 + i].time = 20 + i;
        many[20 + i].step = 0;
        talk_send_text(&many[20 + i], WSD_CLIENT, "y");
        assert_ptr_equal(h.flow, flow[order[i]]);
        h.flow->guessed = i != 1;
        h.flow->kind = i == 1 ? FLOW_UNDECIDED : FLOW_WEBSOCKET;
        flows_hold(h.flows, h.flow, 100);
    }
}

/* WebSockets that take all memory leave a 64th of it to what may still open. */
static void memory_to_open(void **state)
{
    (void)state;
    struct flow_limits tight = small;
    static struct talk many[4];
    flows_free(h.flows);
    tight.memory = 6400 * FLOW_MEMORY_UNIT;
    flow_log_begin(&h, &tight, false);
    for (int i = 0; i < 4; i++) { /* 0 and 1: undecided; 2 and 3: WebSocket */
        flow_log_talk(&h, &many[i], (uint16_t)(50000 + i));
        talk_send_text(&many[i], WSD_CLIENT, "x");
        h.flow->kind = i < 2 ? FLOW_UNDECIDED : FLOW_WEBSOCKET;
        flows_hold(h.flows, h.flow, (i < 2 ? 51 : 3500) * FLOW_MEMORY_UNIT);
    }
    for (int i = 0; i < 20; i++)
        talk_ack(&many[3], WSD_CLIENT);
    assert_int_equal(flows_totals(h.flows)->evicted, 2); /* 0: two together are more than that; then 2 */
    assert_int_equal(flows_totals(h.flows)->evicted_websockets, 1);
}

/* The limit on what waits holds for all connections together, and for each. */
static void limits_on_what_waits(void **state)
{
    (void)state;
    static struct talk many[8];
    char text[101];
    memset(text, 'x', 100);
    text[100] = 0;
    for (uint16_t i = 0; i < 8; i++) {
        flow_log_talk(&h, &many[i], (uint16_t)(50000 + i));
        talk_open(&many[i]);
        h.flow->kind = FLOW_WEBSOCKET;
    }
    unsigned gaps = 0;
    for (uint32_t at = 100; at < 4000; at += 200)
        for (int i = 0; i < 8; i++) {
            talk_segment(&many[i], WSD_CLIENT, at, TCP_ACK, bytes_text(text));
            gaps += strstr(h.text, "-> gap 100\n-> xxx") != NULL;
            flow_log_clear(&h);
            uint32_t held = 0;
            for (int k = 0; k < 8; k++) {
                talk_ack(&many[k], WSD_CLIENT);
                uint32_t n = h.flow->half[0].held != NULL ? h.flow->half[0].held->bytes : 0;
                n += h.flow->half[1].held != NULL ? h.flow->half[1].held->bytes : 0;
                assert_true(n <= 2000);
                held += n;
            }
            assert_true(held <= 5000);
        }
    assert_true(gaps > 100);
}

/* Ten thousand connections, most of them ended, in a table of eight: places are used again, and no data is mixed up. */
static void many_come_and_go(void **state)
{
    (void)state;
    uint64_t random = 31;
    for (int i = 0; i < 10000; i++) {
        flow_log_talk(&h, &t, (uint16_t)(1024 + random_below(&random, 60000)));
        t.start[WSD_CLIENT] = random_next(&random);
        t.time = i * SECOND;
        talk_open(&t);
        talk_send_text(&t, WSD_CLIENT, "ping");
        assert_memory_equal(h.text + h.length - 8, "-> ping\n", 8);
        flow_log_clear(&h);
        if (random_below(&random, 4) != 0)
            talk_reset(&t, WSD_SERVER);
        assert_true(flows_totals(h.flows)->open <= 8);
        assert_true(h.upper <= 8);
        flow_log_clear(&h);
    }
    assert_int_equal(flows_totals(h.flows)->seen, 10000);
    flow_log_finish(&h);
    assert_int_equal(h.upper, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(client_without_syn),
        TEST(client_by_syn),
        TEST(flows_are_kept_apart),
        TEST(one_address_for_both),
        TEST(community_id),
        TEST(idle_flows_end),
        TEST(hole_of_a_quiet_flow),
        TEST(eviction),
        TEST(eviction_by_silence),
        TEST(keep_alive_in_a_hole),
        TEST(begins_where_it_was_acknowledged),
        TEST(room_to_open),
        TEST(memory_to_open),
        TEST(memory),
        TEST(limits_on_what_waits),
        TEST(many_come_and_go),
        TEST(ignored_flows_cost_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
