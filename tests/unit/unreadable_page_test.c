/*
 * unreadable_page_test.c: packets that end where the memory does. Behind each lies a page that cannot be read, in front of another
 * copy too, and when it has been read it is gone: a single byte read too much, or too late, is a fault, with and without
 * sanitizers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/capture_load.h"
#include "support/invariants.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Readable bytes between two pages that are not. */
static uint8_t *room, *room_end;
static size_t page;

static int setup(void **state)
{
    (void)state;
    page = (size_t)sysconf(_SC_PAGESIZE);
    size_t size = (65536 / page + 2) * page;
    uint8_t *map = mmap(NULL, size + 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        return -1;
    room = map + page;
    room_end = room + size;
    return mprotect(map, page, PROT_NONE) != 0 || mprotect(room_end, page, PROT_NONE) != 0;
}

static int teardown(void **state)
{
    (void)state;
    return munmap(room - page, (size_t)(room_end - room) + 2 * page);
}

static struct invariants v;

static struct wsd_dissector *begin(bool detail)
{
    struct wsd_options o;
    wsd_options_init(&o);
    o.detail = detail;
    o.transport = detail;
    o.event = invariants_event;
    o.user = &v;
    invariants_begin(&v, &o);
    struct wsd_dissector *d = wsd_new(&o);
    assert_non_null(d);
    return d;
}

static void end(struct wsd_dissector *d)
{
    assert_int_equal(wsd_finish(d), 0);
    invariants_end(&v, wsd_totals(d));
    wsd_free(d);
    if (v.broken != NULL)
        fail_msg("%s", v.broken);
}

/* Gives the first n bytes of a packet: at the end of the room, or at its start. When it has been read, nothing of it may be
 * looked at any more. */
static void give(struct wsd_dissector *d, const struct wsd_packet *p, uint32_t n, bool at_end)
{
    struct wsd_packet cut = *p;
    uint8_t *place = at_end ? room_end - n : room;
    assert_int_equal(mprotect(room, (size_t)(room_end - room), PROT_READ | PROT_WRITE), 0);
    if (n > 0)
        memcpy(place, p->data, n);
    cut.data = place;
    cut.captured = n;
    v.packets++;
    assert_true(wsd_packet(d, &cut) >= 0);
    assert_int_equal(mprotect(room, (size_t)(room_end - room), PROT_NONE), 0);
}

/* Each packet cut at every length by itself; and the whole capture, every packet cut to the same length: as a snaplen does. */
static void cut_everywhere(const char *path)
{
    struct loaded l;
    capture_load(&l, path);
    struct wsd_dissector *d = begin(true);
    uint32_t longest = 0;
    for (size_t i = 0; i < l.count; i++) {
        uint32_t most = l.packets[i].captured;
        for (uint32_t n = 0; n < most && n < 400; n++)
            give(d, &l.packets[i], n, true);
        give(d, &l.packets[i], most, true);
        longest = most > longest ? most : longest;
    }
    end(d);
    for (uint32_t snaplen = 0; snaplen <= longest && snaplen < 600; snaplen += snaplen < 120 ? 1 : 37) {
        d = begin(snaplen % 2);
        for (size_t i = 0; i < l.count; i++)
            give(d, &l.packets[i], l.packets[i].captured < snaplen ? l.packets[i].captured : snaplen, true);
        end(d);
    }
    capture_unload(&l);
}

#define CAPTURE(function, file)                                                                                        \
    static void function(void **state)                                                                                 \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        cut_everywhere("captures/" file);                                                                              \
    }

CAPTURE(plain, "ws-fragments.pcap")
CAPTURE(ipv6_extensions, "encap-ip6-extensions.pcap")
CAPTURE(ipv4_fragments, "encap-ip4-fragments.pcap")
CAPTURE(ipv6_fragments, "encap-ip6-fragments.pcap")
CAPTURE(mpls, "encap-mpls.pcap")
CAPTURE(pppoe, "encap-pppoe.pcap")
CAPTURE(qinq, "encap-qinq.pcap")
CAPTURE(bsd_null, "encap-null.pcap")
CAPTURE(raw_ip, "encap-raw.pcap")
CAPTURE(cooked, "format-sll.pcap")
CAPTURE(cooked_v2, "format-sll2.pcap")
CAPTURE(deflate, "ws-deflate-fragments.pcap")
CAPTURE(broken_lengths, "bad-lengths.pcap")
CAPTURE(broken_close, "bad-close-codes.pcap")
CAPTURE(broken_escapes, "bad-escapes.pcap")
CAPTURE(http, "nginx-401-then-101.pcap")

/* Every link type there is a number for, with the bytes of other ones behind it. */
static void every_link_type(void **state)
{
    (void)state;
    static const char *const paths[] = {"captures/encap-qinq.pcap", "captures/encap-raw.pcap",
                                        "captures/format-sll2.pcap", "captures/encap-pppoe.pcap"};
    for (size_t k = 0; k < sizeof paths / sizeof *paths; k++) {
        struct loaded l;
        capture_load(&l, paths[k]);
        struct wsd_dissector *d = begin(true);
        for (uint32_t type = 0; type < 300; type++)
            for (uint32_t n = 0; n < 80; n++) {
                struct wsd_packet p = l.packets[l.count / 2];
                p.link_type = type;
                give(d, &p, n < p.captured ? n : p.captured, true);
            }
        end(d);
        capture_unload(&l);
    }
}

/* Nothing is read in front of a packet either. */
static void nothing_in_front(void **state)
{
    (void)state;
    struct loaded l;
    capture_load(&l, "captures/ws-deflate-fragments.pcap");
    struct wsd_dissector *d = begin(true);
    for (size_t i = 0; i < l.count; i++)
        give(d, &l.packets[i], l.packets[i].captured, false);
    end(d);
    capture_unload(&l);
    assert_true(v.data_messages > 0);
}

/* A packet of which nothing was captured may have no bytes at all. */
static void no_bytes(void **state)
{
    (void)state;
    for (uint32_t link = 0; link < 300; link++) {
        struct wsd_options options;
        wsd_options_init(&options);
        struct wsd_dissector *d = wsd_new(&options);
        struct wsd_packet inside[WSD_TUNNELS_MOST + 1];
        const struct wsd_packet packet = {.length = 60, .link_type = link};
        bool later;
        assert_int_equal(wsd_packet(d, &packet), WSD_NOBODY);
        assert_int_equal(wsd_totals(d)->undecoded, 1);
        assert_int_equal(wsd_ip_packets(&packet, inside, &later), 0);
        wsd_free(d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain),
        cmocka_unit_test(ipv6_extensions),
        cmocka_unit_test(ipv4_fragments),
        cmocka_unit_test(ipv6_fragments),
        cmocka_unit_test(mpls),
        cmocka_unit_test(pppoe),
        cmocka_unit_test(qinq),
        cmocka_unit_test(bsd_null),
        cmocka_unit_test(raw_ip),
        cmocka_unit_test(cooked),
        cmocka_unit_test(cooked_v2),
        cmocka_unit_test(deflate),
        cmocka_unit_test(broken_lengths),
        cmocka_unit_test(broken_close),
        cmocka_unit_test(broken_escapes),
        cmocka_unit_test(http),
        cmocka_unit_test(every_link_type),
        cmocka_unit_test(nothing_in_front),
        cmocka_unit_test(no_bytes),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
