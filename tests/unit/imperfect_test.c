/*
 * imperfect_test.c: connections of which the capture lacks packets, or has them late, from packets to events.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "net/reassembly.h"
#include "support/packets.h"
#include "support/recorder.h"

#include <stdio.h>

static struct recorder r;
static struct talk t;

static void begin(uint16_t port)
{
    talk_begin(&t, recorder_start(&r, NULL), port);
    assert_non_null(t.dissector);
}

static void told(const char *expected)
{
    assert_int_equal(t.result < 0 ? t.result : 0, 0);
    assert_int_equal(recorder_finish(&r), 0);
    assert_string_equal(r.text, expected);
}

/* The answer itself is lost, the client's acknowledgement of it is not: what the client goes on with was not too early, though the capture
 * has the answer only when it is sent again. */
static void answer_that_comes_late(void **state)
{
    char answer[512];
    (void)state;
    for (int acknowledged = 0; acknowledged < 2; acknowledged++) {
        begin(51022);
        talk_open(&t);
        talk_send_text(&t, WSD_CLIENT, TALK_REQUEST);
        talk_send_text(&t, WSD_CLIENT, "\r\n");
        int n = snprintf(answer, sizeof answer, "%s\r\n", TALK_RESPONSE);
        t.sent[WSD_SERVER] = (uint32_t)n;
        t.acked[WSD_SERVER] = acknowledged ? (uint32_t)n : 0;
        talk_frame(&t, WSD_CLIENT, 0x81, "at once");
        talk_segment(&t, WSD_SERVER, 0, TCP_ACK, bytes_text(answer));
        t.acked[WSD_SERVER] = (uint32_t)n;
        talk_frame(&t, WSD_CLIENT, 0x81, "then");
        told(acknowledged ? "#1 open complete 101 ws://server.example/chat\n"
                            "#1 -> text 7 \"at once\"\n"
                            "#1 -> text 4 \"then\"\n"
                            "#1 close nobody capture-end -1 reported -1\n"
                          : "#1 open complete 101 ws://server.example/chat\n"
                            "#1 finding -> handshake-data-before-response\n"
                            "#1 -> text 7 \"at once\"\n"
                            "#1 -> text 4 \"then\"\n"
                            "#1 close nobody capture-end -1 reported -1\n");
    }
}

static void upgrade_and_speak(const char *text)
{
    talk_upgrade(&t, "");
    talk_frame(&t, WSD_SERVER, 0x81, text);
    talk_ack(&t, WSD_CLIENT);
}

/* The same four-tuple again, and its SYN is lost: another connection, not bytes that are missing in the old one. Also after a minute,
 * in which the old one could have gone on so far. */
static void four_tuple_used_again(void **state)
{
    (void)state;
    for (int n = 0; n < 4; n++) {
        int ended = n & 1;
        begin(51022);
        talk_open(&t);
        upgrade_and_speak("old");
        if (ended) {
            talk_fin(&t, WSD_CLIENT);
            talk_fin(&t, WSD_SERVER);
        }
        t.start[WSD_CLIENT] += 0x30000000;
        t.start[WSD_SERVER] += n & 2 ? 0x30000000 : -0x30000000;
        t.time += n & 2 ? INT64_C(60000000000) : 0;
        t.sent[0] = t.sent[1] = t.acked[0] = t.acked[1] = 0;
        upgrade_and_speak("new");
        told(ended ? "#1 open complete 101 ws://server.example/chat\n"
                     "#1 <- text 3 \"old\"\n"
                     "#1 finding -> close-missing\n"
                     "#1 close client fin -1 reported 1006\n"
                     "#2 open complete 101 ws://server.example/chat\n"
                     "#2 <- text 3 \"new\"\n"
                     "#2 close nobody capture-end -1 reported -1\n"
                   : "#1 open complete 101 ws://server.example/chat\n"
                     "#1 <- text 3 \"old\"\n"
                     "#1 close nobody idle -1 reported -1\n"
                     "#2 open complete 101 ws://server.example/chat\n"
                     "#2 <- text 3 \"new\"\n"
                     "#2 close nobody capture-end -1 reported -1\n");
    }
}

/* What waits behind a hole is released by a packet that the snaplen cut, and was not cut itself: that its frame ends where its segment does
 * is what tells it from chance. */
static void whole_segment_released_by_a_cut_one(void **state)
{
    uint8_t payload[300];
    (void)state;
    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = (uint8_t)('a' + i * 7 % 26);
    begin(51022);
    talk_open(&t);
    upgrade_and_speak("one");
    t.sent[WSD_SERVER] += 100; /* lost, with the beginning of what comes next */
    talk_frame_bytes(&t, WSD_SERVER, 0x82, bytes_of(payload, sizeof payload));
    t.cut = 80; /* from here on */
    t.time += REASSEMBLY_LATE_TIME;
    talk_frame_bytes(&t, WSD_CLIENT, 0x82, bytes_of(payload, 90));
    told("#1 open complete 101 ws://server.example/chat\n"
         "#1 <- text 3 \"one\"\n"
         "#1 gap -> 80\n"
         "#1 -> binary 90 \"ahovcjqxel??????????????????????????????????????????????????...\" incomplete unknown 80\n"
         "#1 gap <- 100\n"
         "#1 finding <- stream-resynchronised [0 bytes skipped]\n"
         "#1 <- binary 300 \"ahovcjqxelszgnubipwdkryfmtahovcjqxelszgnubipwdkryfmtahovcjqx...\"\n"
         "#1 close nobody capture-end -1 reported -1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_segment_released_by_a_cut_one),
        cmocka_unit_test(answer_that_comes_late),
        cmocka_unit_test(four_tuple_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
