/*
 * net_stream_test.c: one TCP connection, packet by packet: what the layer above hears of it, and in which order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/doubled.h"
#include "support/flow_log.h"

static struct flow_log h;
static struct talk t;

static int setup(void **state)
{
    (void)state;
    flow_log_begin(&h, NULL, false);
    flow_log_talk(&h, &t, 51022);
    return 0;
}

/* Whatever happened, nothing is left behind. */
static int teardown(void **state)
{
    (void)state;
    flows_free(h.flows);
    return h.upper != 0;
}

/* This was heard since the last time. */
#define HEARD(expected) (assert_string_equal(h.text, expected), flow_log_clear(&h))

static void send_at(enum wsd_direction from, uint32_t at, const char *text)
{
    talk_segment(&t, from, at, TCP_ACK, bytes_text(text));
}

static void plain_conversation(void **state)
{
    (void)state;
    talk_open(&t);
    HEARD("");
    talk_send_text(&t, WSD_CLIENT, "hello");
    talk_send_text(&t, WSD_SERVER, "welcome");
    talk_ack(&t, WSD_CLIENT);
    HEARD("-> hello\n<- welcome\n");
    talk_fin(&t, WSD_SERVER);
    HEARD("<- end fin\n");
    talk_send_text(&t, WSD_CLIENT, "half-closed");
    HEARD("-> half-closed\n");
    talk_fin(&t, WSD_CLIENT);
    HEARD("-> end fin\n");
    assert_int_equal(h.upper, 0); /* nothing is kept of a connection that has ended */
    assert_int_equal(h.flow->kind, FLOW_IGNORED);
    talk_ack(&t, WSD_SERVER);
    flow_log_finish(&h);
    HEARD("");
    assert_int_equal(h.asked, 0);
}

static void ipv6(void **state)
{
    (void)state;
    t.family = 6;
    talk_open(&t);
    talk_send_text(&t, WSD_CLIENT, "six");
    HEARD("-> six\n");
    struct wsd_endpoint end = flow_endpoint(h.flow, WSD_CLIENT);
    assert_true(end.family == 6 && end.port == 51022 && end.address[0] == 0x20 && end.address[15] == 7);
}

static void wrap_of_sequence_numbers(void **state)
{
    (void)state;
    t.start[WSD_CLIENT] = UINT32_MAX - 2;
    t.start[WSD_SERVER] = 0; /* its SYN has the largest number */
    talk_open(&t);
    send_at(WSD_CLIENT, 3, "def"); /* behind the wrap, and waits for what lies in front of it */
    HEARD("");
    send_at(WSD_CLIENT, 0, "abc");
    t.sent[WSD_CLIENT] = t.acked[WSD_CLIENT] = 6;
    talk_send_text(&t, WSD_SERVER, "x");
    send_at(WSD_CLIENT, 9, "jkl");
    send_at(WSD_CLIENT, 6, "ghi");
    HEARD("-> abc\n-> def\n<- x\n-> ghi\n-> jkl\n");
}

static void out_of_order_and_again(void **state)
{
    (void)state;
    talk_open(&t);
    send_at(WSD_CLIENT, 3, "def");
    send_at(WSD_CLIENT, 6, "ghi");
    HEARD("");
    send_at(WSD_CLIENT, 0, "abc");
    HEARD("-> abc\n-> def\n-> ghi\n");
    send_at(WSD_CLIENT, 0, "abcdefghi");
    HEARD("");
    send_at(WSD_CLIENT, 3, "defghijk"); /* again, with new bytes behind */
    HEARD("-> jk\n");
    send_at(WSD_CLIENT, 12, "mn");
    send_at(WSD_CLIENT, 12, "??");
    HEARD("-> conflict\n");
    send_at(WSD_CLIENT, 11, "lmno");
    HEARD("-> l\n-> mn\n-> o\n");
}

/* Of the segment that was delivered last the first and last bytes are remembered: a forged answer, behind which the right one comes. */
static void other_bytes_again(void **state)
{
    (void)state;
    talk_open(&t);
    send_at(WSD_CLIENT, 0, "the first words");
    send_at(WSD_CLIENT, 0, "the first words");
    HEARD("-> the first words\n");
    send_at(WSD_CLIENT, 0, "The first words"); /* of the same length: */
    HEARD("-> conflict\n");
    send_at(WSD_CLIENT, 0, "the first wordS");
    HEARD("-> conflict\n");
    send_at(WSD_CLIENT, 0, "The first words, and more"); /* a longer one, */
    HEARD("-> conflict\n-> , and more\n");
    send_at(WSD_CLIENT, 0, "the first words, and more"); /* one that agrees; */
    send_at(WSD_CLIENT, 0, "???? ????? ?????");          /* what was delivered before that is not known any more */
    send_at(WSD_CLIENT, 17, "??? mor?");                 /* of another beginning, */
    HEARD("-> conflict\n");
    send_at(WSD_CLIENT, 24, "?"); /* and a keep-alive */
    HEARD("");
    send_at(WSD_CLIENT, 25, "short");
    send_at(WSD_CLIENT, 25, "SHORT"); /* too few to remember */
    HEARD("-> short\n");
    send_at(WSD_CLIENT, 40, "held and then told");
    send_at(WSD_CLIENT, 30, "as a whole");
    send_at(WSD_CLIENT, 40, "held and then tolD");
    HEARD("-> as a whole\n-> held and then told\n-> conflict\n");
    t.sent[WSD_CLIENT] = 58;
    talk_fin(&t, WSD_CLIENT);
    send_at(WSD_CLIENT, 40, "held and then tolD"); /* all of it was acknowledged: nothing takes it */
    HEARD("-> end fin\n");
}

static void keep_alive_and_probes(void **state)
{
    (void)state;
    talk_open(&t);
    talk_send_text(&t, WSD_CLIENT, "abc");
    send_at(WSD_CLIENT, 2, "\x7F"); /* a keep-alive's garbage */
    send_at(WSD_CLIENT, 2, "");
    talk_ack(&t, WSD_SERVER);
    t.window = 0;
    talk_ack(&t, WSD_SERVER);
    t.window = 65535;
    send_at(WSD_CLIENT, 3, "d");   /* a zero-window probe carries the next byte; it is not accepted ... */
    send_at(WSD_CLIENT, 3, "def"); /* ... and comes again */
    HEARD("-> abc\n-> d\n-> ef\n");
}

/* A keep-alive repeats the byte that was acknowledged last with any value. Where the capture lacks that one and others before it,
 * it fills no hole; a byte that is not acknowledged yet does. */
static void keep_alive_behind_a_hole(void **state)
{
    static const struct {
        uint32_t acknowledged;
        const char *heard;
    } cases[] = {
        {13, "-> abc\n-> gap 10\n-> next\n<- end capture\n-> end capture\n"},
        {3, "-> abc\n-> gap 9\n-> Z\n-> next\n<- end capture\n-> end capture\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        flow_log_talk(&h, &t, (uint16_t)(52000 + i));
        talk_open(&t);
        talk_send_text(&t, WSD_CLIENT, "abc"); /* 10 bytes more are lost */
        t.acked[WSD_CLIENT] = cases[i].acknowledged;
        talk_ack(&t, WSD_SERVER);
        send_at(WSD_CLIENT, 12, "Z");
        send_at(WSD_CLIENT, 13, "next");
        flow_log_finish(&h);
        HEARD(cases[i].heard);
    }
}

/* Nothing may follow the end: not even the garbage byte of a keep-alive on a connection that is half closed. */
static void nothing_after_the_end(void **state)
{
    (void)state;
    talk_open(&t);
    talk_send_text(&t, WSD_CLIENT, "abc");
    talk_fin(&t, WSD_CLIENT);
    HEARD("-> abc\n-> end fin\n");
    send_at(WSD_CLIENT, 3, "\x7F");
    send_at(WSD_CLIENT, 4, "after");
    send_at(WSD_CLIENT, 40, "after");
    talk_fin(&t, WSD_CLIENT);
    talk_send_text(&t, WSD_SERVER, "late");
    flow_log_finish(&h);
    HEARD("<- late\n<- end capture\n");
}

/* What is told of the client, or the same of the server. */
static const char *by(enum wsd_direction from, const char *client)
{
    static char text[256];
    (void)snprintf(text, sizeof text, "%s", client);
    for (char *c = text; from == WSD_SERVER && *c != 0; c++)
        if (c[0] == '-' && c[1] == '>')
            c[0] = '<', c[1] = '-';
    return text;
}

static void fin_before_data(void **state)
{
    (void)state;
    for (enum wsd_direction from = WSD_CLIENT; from <= WSD_SERVER; from++) {
        flow_log_talk(&h, &t, (uint16_t)(51000 + from));
        talk_open(&t);
        talk_segment(&t, from, 3, TCP_ACK | TCP_FIN, bytes_text("def"));
        HEARD("");
        send_at(from, 0, "abc");
        HEARD(by(from, "-> abc\n-> def\n-> end fin\n"));
        talk_segment(&t, from, 10, TCP_ACK | TCP_FIN, bytes_text("")); /* only the first one counts */
        talk_segment(&t, !from, 4, TCP_ACK | TCP_FIN, bytes_text(""));
        HEARD("");
        send_at(!from, 0, "1234");
        HEARD(by(!from, "-> 1234\n-> end fin\n"));
        flow_log_talk(&h, &t, (uint16_t)(52000 + from)); /* a FIN alone overtakes the data */
        talk_open(&t);
        talk_segment(&t, from, 3, TCP_ACK | TCP_FIN, bytes_text(""));
        HEARD("");
        send_at(from, 0, "abc");
        HEARD(by(from, "-> abc\n-> end fin\n"));
    }
}

static void data_on_the_syn(void **state)
{
    (void)state;
    talk_segment(&t, WSD_CLIENT, UINT32_MAX, TCP_SYN, bytes_text("early"));
    talk_segment(&t, WSD_SERVER, UINT32_MAX, TCP_SYN | TCP_ACK, bytes_text("too"));
    talk_segment(&t, WSD_CLIENT, UINT32_MAX, TCP_SYN, bytes_text("early")); /* again */
    send_at(WSD_CLIENT, 5, " bird");
    HEARD("-> early\n<- too\n->  bird\n");
}

/* A whole half of a connection in one segment. */
static void data_and_fin_on_the_syn(void **state)
{
    (void)state;
    talk_segment(&t, WSD_CLIENT, UINT32_MAX, TCP_SYN | TCP_FIN, bytes_text("all"));
    talk_segment(&t, WSD_SERVER, UINT32_MAX, TCP_SYN | TCP_ACK, bytes_text(""));
    talk_send_text(&t, WSD_SERVER, "fine");
    HEARD("-> all\n-> end fin\n<- fine\n");
}

static void resets(void **state)
{
    (void)state;
    talk_open(&t);
    talk_send_text(&t, WSD_CLIENT, "abc");
    talk_segment(&t, WSD_SERVER, 1u << 30, TCP_RST, bytes_text("")); /* from nobody that knows the numbers */
    HEARD("-> abc\n");
    send_at(WSD_CLIENT, 6, "ghi");
    talk_segment(&t, WSD_CLIENT, 9, TCP_RST, bytes_text(""));
    /* What waited is told; who reset comes first. */
    flow_log_finish(&h);
    assert_memory_equal(h.text, "-> gap 3\n-> ghi\n-> end reset\n<- end reset\n", 43);
    assert_int_equal(h.upper, 0);
    flow_log_clear(&h);
    send_at(WSD_CLIENT, 9, "more");
    HEARD("");
}

static void refused(void **state)
{
    (void)state;
    talk_segment(&t, WSD_CLIENT, UINT32_MAX, TCP_SYN, bytes_text(""));
    t.start[WSD_SERVER] = 0;
    talk_segment(&t, WSD_SERVER, 0, TCP_RST | TCP_ACK, bytes_text(""));
    assert_int_equal(h.flow->kind, FLOW_IGNORED);
    HEARD("");
}

/* All state is new, also where the old connection had not ended, or nobody cared for it any more. */
static void four_tuple_is_used_again(void **state)
{
    (void)state;
    for (int how = 0; how < 3; how++) {
        t.start[WSD_CLIENT] += 100000;
        t.start[WSD_SERVER] -= 100000;
        t.sent[0] = t.sent[1] = t.acked[0] = t.acked[1] = 0;
        talk_open(&t);
        talk_open(&t); /* a SYN sent again is no new connection */
        talk_send_text(&t, WSD_CLIENT, how == 1 ? "BYE" : "one");
        talk_send_text(&t, WSD_SERVER, "two");
        if (how == 0) {
            send_at(WSD_CLIENT, 10, "waits");
            HEARD("-> one\n<- two\n");
        } else if (how == 1) {
            assert_memory_equal(h.text, "-> gap 7\n-> waits\n", 18); /* of the old one */
            assert_non_null(strstr(h.text, "end idle\n-> BYE\n"));
            assert_null(strstr(h.text, "two"));
            flow_log_clear(&h);
        } else {
            HEARD("-> one\n<- two\n");
        }
    }
    assert_int_equal(flows_totals(h.flows)->seen, 3);
    assert_int_equal(flows_totals(h.flows)->open, 1);
}

static void cut_by_the_snaplen(void **state)
{
    (void)state;
    talk_open(&t);
    t.cut = 4;
    talk_send_text(&t, WSD_CLIENT, "abcdefgh");
    send_at(WSD_CLIENT, 12, "mnopqrst");
    send_at(WSD_CLIENT, 8, "ijkl");
    t.cut = 0;
    send_at(WSD_CLIENT, 20, "u");
    HEARD("-> abcd\n-> gap 4\n-> gap 4\n-> mnop\n-> gap 4\n-> u\n");
}

/* Nobody acknowledges: in order there is nothing to wait for, and at the end there is nothing more to miss. */
static void never_acknowledged(void **state)
{
    (void)state;
    t.silent = true;
    talk_segment(&t, WSD_CLIENT, UINT32_MAX, TCP_SYN, bytes_text(""));
    talk_send_text(&t, WSD_CLIENT, "abc");
    talk_send_text(&t, WSD_CLIENT, "def");
    HEARD("-> abc\n-> def\n");
    send_at(WSD_CLIENT, 9, "jkl");
    t.time += REASSEMBLY_SILENT_TIME;
    send_at(WSD_CLIENT, 12, "mno");
    HEARD("-> gap 3\n-> jkl\n-> mno\n");
    flow_log_finish(&h);
    HEARD("<- end capture\n-> end capture\n"); /* by address, when nobody began the ending */
}

/* What was acknowledged before it was seen is no gap yet; what was, and is never seen, is one. */
static void acknowledged_before_seen(void **state)
{
    (void)state;
    for (enum wsd_direction from = WSD_CLIENT; from <= WSD_SERVER; from++) {
        flow_log_talk(&h, &t, (uint16_t)(51000 + from));
        talk_open(&t);
        t.acked[from] = 6;
        for (int i = 0; i < 10; i++)
            talk_ack(&t, !from);
        send_at(from, 3, "def");
        send_at(from, 0, "abc");
        HEARD(by(from, "-> abc\n-> def\n"));
        t.acked[from] = 20;
        talk_ack(&t, !from);
        send_at(from, 10, "klm");
        for (int i = 0; i < REASSEMBLY_LATE_PACKETS + 2; i++)
            talk_ack(&t, !from);
        HEARD(by(from, "-> gap 4\n-> klm\n"));
    }
    flow_log_finish(&h); /* each connection's ends by address: the server's is the smaller one */
    HEARD("-> gap 7\n<- end capture\n-> end capture\n<- gap 7\n<- end capture\n-> end capture\n");
}

/* The first segment of all is missing: it is a gap, and what follows is told. */
static void first_segment_is_lost(void **state)
{
    (void)state;
    talk_open(&t);
    send_at(WSD_CLIENT, 3, "def");
    flow_log_finish(&h);
    HEARD("-> gap 3\n-> def\n<- end capture\n-> end capture\n");
}

static void transport_is_told(void **state)
{
    (void)state;
    flows_free(h.flows);
    flow_log_begin(&h, NULL, true);
    talk_open(&t);
    HEARD("-> syn\n<- syn\n");
    talk_send_text(&t, WSD_CLIENT, "abc");
    t.time += DOUBLED_TIME;
    send_at(WSD_CLIENT, 0, "abc");
    send_at(WSD_CLIENT, 2, "c"); /* a keep-alive is no retransmission */
    HEARD("-> abc\n-> retransmission\n");
    t.window = 0;
    talk_ack(&t, WSD_SERVER);
    talk_ack(&t, WSD_SERVER);
    HEARD("<- window-closed\n");
    t.window = 1;
    talk_ack(&t, WSD_SERVER);
    HEARD("<- window-opened\n");
    talk_fin(&t, WSD_CLIENT);
    talk_fin(&t, WSD_CLIENT);
    HEARD("-> fin\n-> end fin\n");
    talk_reset(&t, WSD_SERVER);
    HEARD("<- rst\n<- end reset\n");
}

/* The packet made last, seen again, from a router on: the TTL is one less, and so is the checksum. */
static void see_again(int64_t later, uint8_t identification)
{
    const struct wsd_packet packet = {.time = t.time - t.step + later,
                                      .data = t.made.bytes,
                                      .captured = (uint32_t)t.made.length,
                                      .length = (uint32_t)t.made.length,
                                      .link_type = 1};
    t.made.bytes[14 + 5] = identification;
    t.made.bytes[14 + 8]--;
    assert_int_equal(t.packet(&t, &packet), 0);
}

/* A packet that was captured twice is no retransmission. */
static void doubled_packets_tell_nothing(void **state)
{
    (void)state;
    flows_free(h.flows);
    flow_log_begin(&h, NULL, true);
    talk_open(&t);
    HEARD("-> syn\n<- syn\n");
    talk_send_text(&t, WSD_CLIENT, "abc");
    see_again(30000, 1);
    HEARD("-> abc\n");
    see_again(30000, 2); /* the sender made another packet of it */
    HEARD("-> retransmission\n");
    see_again(30001 + DOUBLED_TIME, 2); /* or it came too late to be the same */
    HEARD("-> retransmission\n");
    talk_fin(&t, WSD_CLIENT);
    see_again(30000, 1);
    HEARD("-> fin\n-> end fin\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(plain_conversation),
        TEST(ipv6),
        TEST(wrap_of_sequence_numbers),
        TEST(out_of_order_and_again),
        TEST(keep_alive_and_probes),
        TEST(keep_alive_behind_a_hole),
        TEST(other_bytes_again),
        TEST(nothing_after_the_end),
        TEST(fin_before_data),
        TEST(data_on_the_syn),
        TEST(data_and_fin_on_the_syn),
        TEST(resets),
        TEST(refused),
        TEST(four_tuple_is_used_again),
        TEST(cut_by_the_snaplen),
        TEST(never_acknowledged),
        TEST(acknowledged_before_seen),
        TEST(first_segment_is_lost),
        TEST(transport_is_told),
        TEST(doubled_packets_tell_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
