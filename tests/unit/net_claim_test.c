/*
 * net_claim_test.c: RST and SYN that anybody could have sent on a live connection: which are believed, and when.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/flow_log.h"

static struct flow_log h;
static struct talk t, u;

static int setup(void **state)
{
    (void)state;
    flow_log_begin(&h, NULL, true);
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

/* Both have said something: "abc" and "XYZ". */
static void live(uint16_t port)
{
    flow_log_talk(&h, &t, port);
    talk_open(&t);
    talk_send_text(&t, WSD_CLIENT, "abc");
    talk_send_text(&t, WSD_SERVER, "XYZ");
    talk_ack(&t, WSD_CLIENT);
    flow_log_clear(&h);
}

static void reset_at(enum wsd_direction from, uint32_t at)
{
    talk_segment(&t, from, at, TCP_RST | TCP_ACK, bytes_text(""));
}

/* ---- RST */

static void where_a_reset_counts(void **state)
{
    (void)state;
    static const struct {
        uint32_t at; /* of the server, that has sent 3 bytes, and lost 2 more on the way to the capture */
        bool certain, end;
    } cases[] = {
        {3, true, true},
        {5, true, true}, /* what is waited for, what was acknowledged */
        {4, false, false},
        {2, false, false}, /* acknowledged already: no peer takes it */
        {6, false, true},
        {5 + CLAIM_NEAR, false, true}, /* in doubt, and nothing follows */
        {6 + CLAIM_NEAR, false, false},
        {0x80000000, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        live((uint16_t)(51000 + i));
        t.acked[WSD_SERVER] = 5;
        talk_ack(&t, WSD_CLIENT);
        reset_at(WSD_SERVER, cases[i].at);
        assert_memory_equal(h.text, "<- rst\n", 7);
        assert_int_equal(strstr(h.text, "end reset") != NULL, cases[i].certain);
        flow_log_finish(&h);
        assert_int_equal(strstr(h.text, "<- end reset") != NULL, cases[i].end);
        assert_int_equal(strstr(h.text, "end capture") != NULL, !cases[i].end);
        flow_log_clear(&h);
        flows_free(h.flows);
        flow_log_begin(&h, NULL, true);
    }
}

/* Bytes in flight, bytes that wait for others, and a FIN move what its sender may use. */
static void certain_resets(void **state)
{
    (void)state;
    for (uint32_t at = 3; at <= 6; at++) {
        live((uint16_t)(51000 + at));
        t.silent = true;
        talk_send_text(&t, WSD_SERVER, "ijk");
        reset_at(WSD_SERVER, at);
        HEARD("<- ijk\n<- rst\n<- end reset\n-> end reset\n");
    }
    live(51010);
    talk_segment(&t, WSD_SERVER, 10, TCP_ACK, bytes_text("late"));
    reset_at(WSD_SERVER, 14);
    HEARD("<- rst\n<- gap 7\n<- late\n<- end reset\n-> end reset\n");
    for (uint32_t at = 3; at <= 4; at++) {
        live((uint16_t)(51010 + at));
        talk_fin(&t, WSD_SERVER);
        talk_ack(&t, WSD_CLIENT);
        flow_log_clear(&h);
        reset_at(WSD_SERVER, at);
        HEARD("<- rst\n<- end reset\n-> end reset\n"); /* the sender first, also after its FIN */
    }
}

/* In doubt: what follows within the time that packets may be late by is no answer, what follows later is. */
static void doubtful_resets(void **state)
{
    (void)state;
    live(51000);
    reset_at(WSD_SERVER, 10);
    talk_send_text(&t, WSD_CLIENT, "d");
    HEARD("<- rst\n-> d\n");
    t.time += REASSEMBLY_LATE_TIME;
    talk_send_text(&t, WSD_CLIENT, "e");
    flow_log_finish(&h);
    HEARD("-> e\n<- end capture\n-> end capture\n");

    live(51001); /* the bytes before it come late */
    reset_at(WSD_SERVER, 5);
    talk_send_text(&t, WSD_SERVER, "de");
    talk_ack(&t, WSD_CLIENT);
    HEARD("<- rst\n<- de\n<- end reset\n-> end reset\n");

    live(51002); /* they never do */
    reset_at(WSD_SERVER, 10);
    t.time += REASSEMBLY_LATE_TIME;
    reset_at(WSD_SERVER, 10);
    HEARD("<- rst\n<- rst\n");
    talk_open(&u);
    flow_log_clear(&h);
    u.time = t.time + CLAIM_PATIENCE + 1000000000;
    for (int i = 0; i < 100; i++)
        talk_ack(&u, WSD_CLIENT);
    HEARD("<- gap 7\n<- end reset\n-> end reset\n");
}

/* Of a side that was only heard to be acknowledged, or not at all. */
static void resets_of_the_unheard(void **state)
{
    (void)state;
    talk_send_text(&t, WSD_CLIENT, "abc"); /* acknowledges byte 0 of the server */
    reset_at(WSD_SERVER, 0);
    HEARD("-> abc\n<- rst\n<- end reset\n-> end reset\n");
    flow_log_talk(&h, &t, 51001);
    talk_send_text(&t, WSD_CLIENT, "abc");
    flow_log_clear(&h);
    reset_at(WSD_SERVER, 0x40000000);
    HEARD("<- rst\n");
    flow_log_talk(&h, &t, 51002);
    t.silent = true;
    talk_send_text(&t, WSD_CLIENT, "abc");
    flow_log_clear(&h);
    reset_at(WSD_CLIENT, 1); /* the server's acknowledgements are not in the capture */
    flow_log_finish(&h);
    assert_non_null(strstr(h.text, "end reset"));
}

/* It was believed, but its sender goes on: what it says is told. */
static void data_after_a_reset(void **state)
{
    (void)state;
    live(51000);
    h.flow->attempted = true;
    reset_at(WSD_SERVER, 3);
    HEARD("<- rst\n<- end reset\n-> end reset\n");
    t.silent = true;
    talk_send_text(&t, WSD_CLIENT, "was on its way");
    HEARD("");
    talk_segment(&t, WSD_SERVER, 0, TCP_ACK, bytes_text("XYZ"));
    HEARD(""); /* sent again */
    talk_send_text(&t, WSD_SERVER, "more");
    HEARD("<- more\n");
    reset_at(WSD_SERVER, 7);
    HEARD("<- rst\n<- end reset\n-> end reset\n");
    t.silent = false;
    t.acked[WSD_CLIENT] = 17;
    talk_ack(&t, WSD_SERVER); /* it says nothing, but goes on listening */
    talk_send_text(&t, WSD_CLIENT, "more");
    HEARD("-> more\n");
}

/* What the other side of a WebSocket connection had sent before it heard of the RST is told, and then its end. */
static void on_its_way(void **state)
{
    (void)state;
    live(51000);
    h.flow->kind = FLOW_WEBSOCKET;
    reset_at(WSD_SERVER, 3);
    HEARD("<- rst\n<- end reset\n");
    t.silent = true;
    talk_send_text(&t, WSD_CLIENT, "was on");
    reset_at(WSD_SERVER, 3); /* the answer to it */
    t.time += CLAIM_FLIGHT / 2;
    talk_send_text(&t, WSD_CLIENT, "its way");
    HEARD("-> was on\n-> its way\n");
    t.time += CLAIM_FLIGHT;
    talk_send_text(&t, WSD_CLIENT, "too late");
    HEARD("-> end reset\n");
}

static void sent_before_a_reset(enum wsd_direction from)
{
    live(51000);
    h.flow->kind = FLOW_WEBSOCKET;
    h.flow->attempted = true;
    reset_at(from, 3);
    flow_log_clear(&h);
    t.silent = true;
}

static void nothing_more_on_its_way(void **state)
{
    (void)state;
    sent_before_a_reset(WSD_SERVER);
    reset_at(WSD_CLIENT, 3);
    HEARD("-> end reset\n");
    sent_before_a_reset(WSD_SERVER);
    talk_fin(&t, WSD_CLIENT);
    HEARD("-> fin\n-> end fin\n");
    sent_before_a_reset(WSD_CLIENT);
    talk_send_text(&t, WSD_CLIENT, "goes on");
    HEARD("<- end reset\n-> goes on\n");
    sent_before_a_reset(WSD_CLIENT);
    talk_open(&t);
    assert_non_null(strstr(h.text, "<- end reset\n")); /* the four-tuple is used again */
    live(51001);
    h.flow->kind = FLOW_WEBSOCKET;
    talk_fin(&t, WSD_SERVER);
    reset_at(WSD_CLIENT, 3);
    HEARD("<- fin\n<- end fin\n-> rst\n-> end reset\n");
    sent_before_a_reset(WSD_SERVER);
    flow_log_finish(&h);
    HEARD("-> end reset\n");
}

/* Also when only others go on. */
static void silence_behind_a_reset(void **state)
{
    (void)state;
    sent_before_a_reset(WSD_SERVER);
    talk_open(&u);
    flow_log_clear(&h);
    u.time = t.time + CLAIM_FLIGHT + 1000000;
    for (int i = 0; i < 100; i++)
        talk_ack(&u, WSD_CLIENT);
    HEARD("-> end reset\n");
}

/* ---- SYN */

static void new_start(void)
{
    t.start[WSD_CLIENT] += 0x10000000;
    t.start[WSD_SERVER] -= 0x10000000;
    t.sent[0] = t.sent[1] = t.acked[0] = t.acked[1] = 0;
}

static void old_start(uint32_t client, uint32_t server)
{
    t.start[WSD_CLIENT] -= 0x10000000;
    t.start[WSD_SERVER] += 0x10000000;
    t.sent[WSD_CLIENT] = t.acked[WSD_CLIENT] = client;
    t.sent[WSD_SERVER] = t.acked[WSD_SERVER] = server;
}

/* Nobody answers it but with an acknowledgement of the old numbers: the connection goes on. */
static void syn_without_an_answer(void **state)
{
    (void)state;
    for (enum wsd_direction from = WSD_CLIENT; from <= WSD_SERVER; from++) {
        live((uint16_t)(51000 + from));
        new_start();
        talk_segment(&t, from, UINT32_MAX, TCP_SYN | (from == WSD_SERVER ? TCP_ACK : 0), bytes_text("injected"));
        HEARD(from == WSD_CLIENT ? "-> syn\n" : "<- syn\n");
        old_start(3, 3);
        talk_ack(&t, WSD_SERVER);
        talk_ack(&t, WSD_CLIENT);
        talk_send_text(&t, WSD_CLIENT, "d");
        talk_send_text(&t, WSD_SERVER, "e");
        HEARD("-> d\n<- e\n");
    }
    assert_int_equal(flows_totals(h.flows)->seen, 2);
}

/* Near the numbers in use an acknowledgement or data could be of the old connection. */
static void syn_near_the_numbers_in_use(void **state)
{
    (void)state;
    live(51000);
    talk_segment(&t, WSD_CLIENT, 5, TCP_SYN, bytes_text(""));
    talk_send_text(&t, WSD_CLIENT, "def");
    talk_ack(&t, WSD_SERVER);
    talk_send_text(&t, WSD_CLIENT, "ghi");
    talk_ack(&t, WSD_SERVER);
    HEARD("-> syn\n-> def\n-> ghi\n");
    assert_int_equal(flows_totals(h.flows)->seen, 1);
}

/* Near them it needs more: the sender's FIN before it, or an acknowledgement of what the old connection never said behind it. */
static void syn_near_them_of_another(void **state)
{
    (void)state;
    live(51000);
    talk_fin(&t, WSD_CLIENT);
    flow_log_clear(&h);
    t.start[WSD_CLIENT] -= 1000;
    talk_segment(&t, WSD_CLIENT, UINT32_MAX, TCP_SYN, bytes_text(""));
    talk_segment(&t, WSD_CLIENT, 0, TCP_ACK, bytes_text("new"));
    HEARD("-> syn\n<- end idle\n-> syn\n-> new\n");

    live(51001);
    t.start[WSD_CLIENT] += 5;
    talk_segment(&t, WSD_CLIENT, UINT32_MAX, TCP_SYN, bytes_text(""));
    t.start[WSD_SERVER] -= 0x10000000;
    talk_segment(&t, WSD_CLIENT, 0, TCP_ACK, bytes_text("new"));
    HEARD("-> syn\n<- end idle\n-> end idle\n-> syn\n-> new\n");
}

static void syn_with_an_answer(void **state)
{
    (void)state;
    static const struct {
        enum wsd_direction from;
        uint32_t at;
        uint8_t flags;
        const char *text, *heard;
    } answers[] = {
        {WSD_SERVER, UINT32_MAX, TCP_SYN | TCP_ACK, "", "-> first\n<- syn\n"},
        {WSD_CLIENT, 0, TCP_ACK, "first",
         "-> first\n"}, /* the server is not in the capture, and did not take the data */
        {WSD_CLIENT, 5, TCP_ACK, "more", "-> first\n-> more\n"},
        {WSD_SERVER, 0, TCP_ACK, "hello", "-> first\n<- hello\n"},                                /* its SYN was lost */
        {WSD_SERVER, 0, TCP_RST | TCP_ACK, "", "-> first\n<- rst\n<- end reset\n-> end reset\n"}, /* refused */
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        char expected[200];
        live((uint16_t)(51000 + i));
        new_start();
        talk_segment(&t, WSD_CLIENT, UINT32_MAX, TCP_SYN, bytes_text("first"));
        HEARD("-> syn\n");
        t.acked[WSD_CLIENT] = 5;
        talk_segment(&t, answers[i].from, answers[i].at, answers[i].flags, bytes_text(answers[i].text));
        (void)snprintf(expected, sizeof expected, "<- end idle\n-> end idle\n-> syn\n%s", answers[i].heard);
        if (strstr(answers[i].text, "first") != NULL)
            (void)snprintf(expected, sizeof expected,
                           "<- end idle\n-> end idle\n-> syn\n-> first\n-> retransmission\n");
        HEARD(expected);
        assert_int_equal(flows_totals(h.flows)->seen, 2 * (i + 1));
    }
}

/* The SYN is not in the capture, only its answer is, and what acknowledges that. */
static void answer_without_a_syn(void **state)
{
    (void)state;
    live(51000);
    new_start();
    talk_segment(&t, WSD_SERVER, UINT32_MAX, TCP_SYN | TCP_ACK, bytes_text(""));
    HEARD("<- syn\n");
    talk_send_text(&t, WSD_CLIENT, "new");
    HEARD("<- end idle\n-> end idle\n<- syn\n-> new\n");
}

/* After an end that was seen, or believed, a SYN needs no answer. */
static void syn_after_the_end(void **state)
{
    (void)state;
    for (int how = 0; how < 2; how++) {
        live((uint16_t)(51000 + how));
        if (how == 0) {
            talk_fin(&t, WSD_CLIENT);
            talk_fin(&t, WSD_SERVER);
        } else {
            reset_at(WSD_SERVER, 3);
        }
        flow_log_clear(&h);
        new_start();
        talk_segment(&t, WSD_CLIENT, UINT32_MAX, TCP_SYN, bytes_text("at once"));
        HEARD("-> syn\n-> at once\n");
    }
}

/* A SYN of one whose numbers are not known yet: far from what the other side acknowledged it begins a new connection. */
static void syn_of_the_unheard(void **state)
{
    (void)state;
    talk_send_text(&t, WSD_SERVER, "old");
    HEARD("<- old\n");
    new_start();
    talk_open(&t);
    talk_send_text(&t, WSD_CLIENT, "new");
    HEARD("-> syn\n<- end idle\n-> end idle\n-> syn\n<- syn\n-> new\n");
}

/* ---- other numbers, without a SYN */

static void bytes_far_away(void **state)
{
    (void)state;
    for (enum wsd_direction from = WSD_CLIENT; from <= WSD_SERVER; from++) {
        enum wsd_direction other = (enum wsd_direction) !from;
        live((uint16_t)(51000 + from));
        h.sender = WSD_CLIENT;
        new_start();
        talk_send_text(&t, WSD_CLIENT, "GET ");
        talk_send_text(&t, WSD_CLIENT, "/chat");
        HEARD("<- end idle\n-> end idle\n-> GET \n-> /chat\n");
        live((uint16_t)(51010 + from));
        h.sender = WSD_NEITHER;
        new_start();
        talk_send_text(&t, from, "new");
        HEARD("");
        talk_send_text(&t, other, "answer"); /* whoever goes on there */
        HEARD(from == WSD_CLIENT ? "<- end idle\n-> end idle\n-> new\n<- answer\n"
                                 : "<- end idle\n-> end idle\n<- new\n-> answer\n");
    }
}

/* What goes on at the old numbers says that these were another's; the same once more says nothing. */
static void bytes_far_away_injected(void **state)
{
    (void)state;
    live(51000);
    for (int i = 0; i < 3; i++) {
        new_start();
        talk_segment(&t, WSD_CLIENT, 0, TCP_ACK, bytes_text("injected"));
        talk_segment(&t, WSD_CLIENT, 0, TCP_ACK, bytes_text("injected"));
        old_start((uint32_t)(3 + i), 3);
        HEARD("");
        talk_send_text(&t, WSD_CLIENT, "d");
        HEARD("-> d\n");
    }
    assert_int_equal(flows_totals(h.flows)->seen, 1);
}

/* Only one of both numbers is far, or as much may have passed in that time: bytes are missing. */
static void bytes_far_away_of_the_same(void **state)
{
    (void)state;
    live(51000);
    t.sent[WSD_CLIENT] += 100000000;
    talk_send_text(&t, WSD_CLIENT, "on");
    t.acked[WSD_CLIENT] = t.sent[WSD_CLIENT];
    talk_ack(&t, WSD_SERVER);
    flow_log_finish(&h);
    HEARD("-> gap 100000000\n-> on\n<- end capture\n-> end capture\n");

    live(51001);
    t.time += INT64_C(10000000000);
    t.sent[WSD_CLIENT] += 500000000;
    t.sent[WSD_SERVER] += 500000000;
    t.acked[WSD_SERVER] = t.sent[WSD_SERVER];
    talk_send_text(&t, WSD_CLIENT, "on");
    talk_send_text(&t, WSD_SERVER, "on");
    flow_log_finish(&h);
    assert_non_null(strstr(h.text, "-> gap 500000000\n-> on\n"));
    assert_non_null(strstr(h.text, "<- gap 500000000\n<- on\n"));
    assert_int_equal(flows_totals(h.flows)->seen, 2);
}

/* After an end that was seen nothing has to bear it out. */
static void bytes_far_away_after_the_end(void **state)
{
    (void)state;
    for (int how = 0; how < 2; how++) {
        live((uint16_t)(51000 + how));
        h.flow->attempted = true;
        if (how == 0) {
            talk_fin(&t, WSD_CLIENT);
            talk_fin(&t, WSD_SERVER);
        } else {
            reset_at(WSD_SERVER, 3);
        }
        flow_log_clear(&h);
        talk_segment(&t, WSD_CLIENT, 0, TCP_ACK, bytes_text("abc")); /* late */
        HEARD("");
        new_start();
        talk_send_text(&t, WSD_SERVER, "new");
        HEARD("<- new\n");
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(where_a_reset_counts),
        TEST(certain_resets),
        TEST(doubtful_resets),
        TEST(resets_of_the_unheard),
        TEST(data_after_a_reset),
        TEST(on_its_way),
        TEST(nothing_more_on_its_way),
        TEST(silence_behind_a_reset),
        TEST(syn_without_an_answer),
        TEST(syn_near_the_numbers_in_use),
        TEST(syn_with_an_answer),
        TEST(answer_without_a_syn),
        TEST(syn_after_the_end),
        TEST(syn_of_the_unheard),
        TEST(syn_near_them_of_another),
        TEST(bytes_far_away),
        TEST(bytes_far_away_injected),
        TEST(bytes_far_away_of_the_same),
        TEST(bytes_far_away_after_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
