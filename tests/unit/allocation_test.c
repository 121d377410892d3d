// link: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=aligned_alloc
/*
 * allocation_test.c: the n-th allocation fails, for every n until all is told without a failure.
 *
 * Conversations of every kind are made once, then read again and again. Whatever fails: nothing crashes or leaks, the events
 * keep their invariants, and either everything is told or -ENOMEM was returned; then the connection at hand is given up, and
 * every other one is told as if nothing had happened.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "support/capture_load.h"
#include "support/invariants.h"
#include "support/packets.h"

#include <errno.h>
#include <stdlib.h>

/* ---- allocations that fail */

static bool counting;      /* only inside the library */
static uint64_t allocated; /* since the run began */
static uint64_t fail_at;   /* 0: none */
static bool fail_on;       /* and every one after it */

static bool fails(void)
{
    if (!counting)
        return false;
    allocated++;
    return fail_at != 0 && (allocated == fail_at || (fail_on && allocated > fail_at));
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *old, size_t n);
void *__real_aligned_alloc(size_t alignment, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *old, size_t n);
void *__wrap_aligned_alloc(size_t alignment, size_t n);

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t n)
{
    return fails() ? NULL : __real_calloc(count, n);
}

void *__wrap_realloc(void *old, size_t n)
{
    return fails() ? NULL : __real_realloc(old, n);
}

void *__wrap_aligned_alloc(size_t alignment, size_t n)
{
    return fails() ? NULL : __real_aligned_alloc(alignment, n);
}

/* ---- conversations */

enum { PACKETS_MOST = 3000 };
static struct wsd_packet packets[PACKETS_MOST];
static size_t packet_count;

static void keep(const struct wsd_packet *p, int64_t time)
{
    uint8_t *copy = malloc(p->captured + 1);
    assert_non_null(copy);
    assert_true(packet_count < PACKETS_MOST);
    memcpy(copy, p->data, p->captured);
    packets[packet_count] = *p;
    packets[packet_count].data = copy;
    packets[packet_count++].time = time;
}

static int keep_talk(struct talk *t, const struct wsd_packet *p)
{
    (void)t;
    keep(p, p->time);
    return 0;
}

static struct talk t, u;

static void begin(struct talk *talk, uint16_t port)
{
    int64_t now = packet_count > 0 ? packets[packet_count - 1].time + 1000000 : 0;
    talk_begin(talk, NULL, port);
    talk->packet = keep_talk;
    talk->time = now > talk->time ? now : talk->time;
    talk_open(talk);
}

static void plain_with_fragments(void)
{
    begin(&t, 40001);
    talk_upgrade(&t, "Sec-WebSocket-Protocol: chat\r\n");
    talk_frame(&t, WSD_CLIENT, 0x01, "hel");
    talk_frame(&t, WSD_SERVER, 0x89, "ping");
    talk_frame(&t, WSD_CLIENT, 0x8A, "ping");
    talk_frame(&t, WSD_CLIENT, 0x80, "lo");
    static uint8_t large[3000];
    memset(large, 'x', sizeof large);
    talk_frame_bytes(&t, WSD_SERVER, 0x02, bytes_of(large, sizeof large));
    talk_frame_bytes(&t, WSD_SERVER, 0x80, bytes_of(large, sizeof large));
    talk_frame(&t, WSD_CLIENT, 0x88,
               "\x03\xE8"
               "bye");
    talk_frame(&t, WSD_SERVER, 0x88, "\x03\xE8");
    talk_fin(&t, WSD_SERVER);
    talk_fin(&t, WSD_CLIENT);
}

/* Frames in segments of one byte, in reverse order, behind a hole that is filled last. */
static void out_of_order(void)
{
    uint8_t frame[64];
    begin(&t, 40002);
    talk_upgrade(&t, "");
    size_t n = frame_make(frame, 0x81, true, bytes_text("backwards"));
    for (size_t i = n; i-- > 0;)
        talk_segment(&t, WSD_CLIENT, t.sent[WSD_CLIENT] + (uint32_t)i, TCP_ACK, bytes_of(frame + i, 1));
    talk_reset(&t, WSD_SERVER);
}

static void never_answered(void)
{
    begin(&t, 40003);
    talk_send_text(&t, WSD_CLIENT, TALK_REQUEST);
    talk_send_text(&t, WSD_CLIENT, "\r\n");
    talk_fin(&t, WSD_SERVER);
    talk_fin(&t, WSD_CLIENT);
}

/* Frames in front of the answer, and a head split in the middle. */
static void early_data(void)
{
    begin(&t, 40004);
    talk_send_text(&t, WSD_CLIENT, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    talk_send_text(&t, WSD_SERVER, "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
    talk_send_text(&t, WSD_CLIENT, TALK_REQUEST);
    talk_send_text(&t, WSD_CLIENT, "\r\n");
    talk_frame(&t, WSD_CLIENT, 0x81, "early");
    talk_frame(&t, WSD_CLIENT, 0x81, "bird");
    talk_send_text(&t, WSD_SERVER, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: webso");
    talk_send_text(&t, WSD_SERVER, strstr(TALK_RESPONSE, "cket"));
    talk_send_text(&t, WSD_SERVER, "\r\n");
    talk_frame(&t, WSD_SERVER, 0x81, "late");
}

/* A connection waits behind a hole while another one speaks: the sweep reads its first bytes, and may run out of memory. */
static void quiet_behind_a_hole(void)
{
    begin(&t, 40005);
    talk_segment(&t, WSD_CLIENT, 4, TCP_ACK, bytes_text(TALK_REQUEST));
    talk_segment(&t, WSD_CLIENT, 4 + (uint32_t)strlen(TALK_REQUEST), TCP_ACK, bytes_text("\r\n"));
    t.acked[WSD_CLIENT] = 1000;
    talk_ack(&t, WSD_SERVER);
    begin(&u, 40006);
    talk_upgrade(&u, "");
    u.time += INT64_C(1000000000);
    for (int i = 0; i < 200; i++)
        talk_frame(&u, i % 2, 0x81, "loud");
}

static void captured(const char *path)
{
    struct loaded l;
    capture_load(&l, path);
    int64_t now = packets[packet_count - 1].time + 1000000;
    for (size_t i = 0; i < l.count; i++)
        keep(&l.packets[i], now + (l.packets[i].time - l.packets[0].time));
    capture_unload(&l);
}

static int setup(void **state)
{
    (void)state;
    plain_with_fragments();
    out_of_order();
    never_answered();
    early_data();
    quiet_behind_a_hole();
    captured("captures/ws-deflate-fragments.pcap");
    captured("captures/ws-deflate-no-takeover.pcap");
    captured("captures/encap-ip6-fragments.pcap");
    captured("captures/nginx-401-then-101.pcap");
    captured("captures/bad-utf8.pcap");
    captured("captures/bad-close-codes.pcap");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < packet_count; i++)
        free((void *)(uintptr_t)packets[i].data);
    return 0;
}

/* ---- one run */

struct run {
    struct invariants v;
    int first_error; /* that was returned */
    uint64_t allocated;
    uint64_t told[65536]; /* a hash of the events of each client port */
};

static void mix(uint64_t *h, struct wsd_bytes b)
{
    for (size_t i = 0; i < b.length; i++)
        *h = (*h ^ b.data[i]) * UINT64_C(0x100000001b3);
}

static void on_event(void *user, const struct wsd_event *e)
{
    struct run *r = user;
    bool was = counting;
    counting = false;
    invariants_event(&r->v, e);
    uint64_t *h = &r->told[e->connection != NULL ? e->connection->endpoint[WSD_CLIENT].port : 0];
    const uint64_t numbers[] = {e->type, e->at.packet, e->type == WSD_EVENT_MESSAGE ? e->message.length : 0,
                                e->type == WSD_EVENT_FINDING ? e->finding.code : 0,
                                e->type == WSD_EVENT_GAP ? e->gap.bytes : 0};
    mix(h, bytes_of(numbers, sizeof numbers));
    if (e->type == WSD_EVENT_MESSAGE)
        mix(h, e->message.payload);
    counting = was;
}

static void run(struct run *r, bool detail)
{
    struct wsd_options o;
    wsd_options_init(&o);
    o.event = on_event;
    o.user = r;
    o.detail = o.transport = detail;
    memset(r, 0, sizeof *r);
    invariants_begin(&r->v, &o);
    allocated = 0;
    counting = true;
    struct wsd_dissector *d = wsd_new(&o);
    if (d == NULL)
        r->first_error = -ENOMEM;
    for (size_t i = 0; i < packet_count && d != NULL; i++) {
        r->v.packets++;
        int rc = wsd_packet(d, &packets[i]);
        if (rc < 0 && r->first_error == 0)
            r->first_error = rc;
        r->v.given_up |= rc < 0;
    }
    int rc = d != NULL ? wsd_finish(d) : 0;
    counting = false;
    if (rc < 0 && r->first_error == 0)
        r->first_error = rc;
    r->v.given_up |= rc < 0;
    r->allocated = allocated;
    if (d != NULL)
        invariants_end(&r->v, wsd_totals(d));
    wsd_free(d);
}

static struct run clean, broken;

static void every_allocation_fails(bool detail, bool on)
{
    fail_at = 0;
    run(&clean, detail);
    assert_null(clean.v.broken);
    assert_int_equal(clean.first_error, 0);
    assert_true(clean.v.seen > 10 && clean.v.data_messages > 100);
    assert_true(clean.allocated > 50);
    fail_on = on;
    for (fail_at = 1; fail_at <= clean.allocated; fail_at++) {
        run(&broken, detail);
        if (broken.v.broken != NULL)
            fail_msg("allocation %llu: %s", (unsigned long long)fail_at, broken.v.broken);
        assert_true(broken.first_error == 0 || broken.first_error == -ENOMEM);
        unsigned differ = 0;
        for (size_t port = 0; port < 65536; port++)
            differ += clean.told[port] != broken.told[port];
        if (broken.first_error == 0 && differ > 0)
            fail_msg("allocation %llu failed, and nobody was told", (unsigned long long)fail_at);
        if (!on && broken.v.packets > 0 && differ > 1)
            fail_msg("allocation %llu failed, and %u connections suffered", (unsigned long long)fail_at, differ);
    }
    fail_at = 0;
}

static void each_one_alone(void **state)
{
    (void)state;
    every_allocation_fails(false, false);
}

static void each_one_alone_with_detail(void **state)
{
    (void)state;
    every_allocation_fails(true, false);
}

static void all_from_one_on(void **state)
{
    (void)state;
    every_allocation_fails(false, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_one_alone),
        cmocka_unit_test(each_one_alone_with_detail),
        cmocka_unit_test(all_from_one_on),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
