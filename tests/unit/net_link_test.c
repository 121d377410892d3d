/*
 * net_link_test.c: every link type and every header it may carry, in each other, cut at every length.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "net/link.h"
#include "support/packets.h"
#include "support/random.h"

#include <stdio.h>
#include <stdlib.h>

/* What stands in front of an IPv4 header, in hex; blanks only for the eye. "M" is two MAC addresses. */
static const struct {
    uint32_t link_type;
    const char *prefix;
} ip_follows[] = {
    {LINK_TYPE_ETHERNET, "M 0800"},
    {LINK_TYPE_ETHERNET, "M 86DD"},
    {LINK_TYPE_ETHERNET, "M 8100 0001 0800"},
    {LINK_TYPE_ETHERNET, "M 88A8 0001 8100 0002 86DD"},
    {LINK_TYPE_ETHERNET, "M 9100 0001 9100 0002 8100 0003 0800"},
    {LINK_TYPE_ETHERNET, "M 9200 0001 9300 0002 9100 0003 8100 0004 0800"},
    {LINK_TYPE_ETHERNET, "M 893F 000000000000 0800"},
    {LINK_TYPE_ETHERNET, "M 893F 000000000000 8100 0001 0800"},
    {LINK_TYPE_ETHERNET, "M 8847 00010140"},
    {LINK_TYPE_ETHERNET, "M 8848 00010040 00020040 00030140"},
    {LINK_TYPE_ETHERNET, "M 8847 00010140 00000000 M 8100 0001 0800"}, /* pseudowire with a control word */
    {LINK_TYPE_ETHERNET, "M 8864 1100 0001 0016 0021"},
    {LINK_TYPE_ETHERNET, "M 8864 1100 0001 0016 0057"},
    {LINK_TYPE_ETHERNET, "M 8864 1100 0001 0016 21"}, /* protocol field compressed */
    {LINK_TYPE_ETHERNET, "M 8100 0001 8864 1100 0001 0016 0281 00010140"},
    {LINK_TYPE_ETHERNET, "M 0040 AAAA03 000000 0800"},
    {LINK_TYPE_ETHERNET, "M 05DC AAAA03 000000 8100 0001 0800"},
    {LINK_TYPE_LINUX_SLL, "0000 0001 0006 0001020304050000 0800"},
    {LINK_TYPE_LINUX_SLL, "0000 0001 0006 0001020304050000 8100 0001 86DD"},
    {LINK_TYPE_LINUX_SLL2, "0800 0000 00000003 0001 00 06 0001020304050000"},
    {LINK_TYPE_LINUX_SLL2, "8100 0000 00000003 0001 00 06 0001020304050000 0001 0800"},
    {LINK_TYPE_NULL, "02000000"},
    {LINK_TYPE_NULL, "1E000000"},
    {LINK_TYPE_LOOP, "00000002"},
    {LINK_TYPE_RAW, ""},
    {LINK_TYPE_DLT_RAW_BSD, ""},
    {LINK_TYPE_DLT_RAW_OPENBSD, ""},
    {LINK_TYPE_IPV4, ""},
    {LINK_TYPE_IPV6, ""},
    {LINK_TYPE_PPP, "FF03 0021"},
    {LINK_TYPE_PPP, "0021"},
    {LINK_TYPE_PPP, "21"},
    {LINK_TYPE_PPP, "FF03 57"},
    {LINK_TYPE_PPP_HDLC, "FF03 0281 00010140"},
    {LINK_TYPE_PPP_HDLC, "0F00 0800"}, /* Cisco HDLC */
    {LINK_TYPE_PPP_ETHER, "1100 0001 0016 0021"},
    {LINK_TYPE_CISCO_HDLC, "0F00 0800"},
    {LINK_TYPE_CISCO_HDLC, "8F00 86DD"},
    {LINK_TYPE_CISCO_HDLC, "0F00 8847 00010140"},
};

static const struct {
    uint32_t link_type;
    enum link_result result;
    const char *packet;
} no_ip[] = {
    {LINK_TYPE_ETHERNET, LINK_OTHER, "M 0806 0001 0800"},                   /* ARP */
    {LINK_TYPE_ETHERNET, LINK_OTHER, "M 0026 424203 0000 45"},              /* spanning tree */
    {LINK_TYPE_ETHERNET, LINK_OTHER, "M 0040 AAAA03 000000 0040 45000000"}, /* a length where SNAP has a type */
    {LINK_TYPE_ETHERNET, LINK_OTHER, "M 8863 1109 0000 0000 4500"},         /* PPPoE discovery */
    {LINK_TYPE_ETHERNET, LINK_OTHER, "M 8864 1109 0001 0016 0021 45"},      /* not a session */
    {LINK_TYPE_ETHERNET, LINK_OTHER, "M 8864 1100 0001 0016 C021 45"},      /* LCP */
    {LINK_TYPE_ETHERNET, LINK_OTHER, "M 8847 00010140 15000000"},           /* neither IP nor a control word */
    {LINK_TYPE_ETHERNET, LINK_OTHER, "M 05DD 45000000"},
    {LINK_TYPE_PPP, LINK_OTHER, "FF03 8021 45"},
    {LINK_TYPE_PPP_ETHER, LINK_OTHER, "2100 0001 0016 0021 45"},
    {LINK_TYPE_LINUX_SLL2, LINK_OTHER, "0806 0000 00000003 0001 00 06 0001020304050000 45"},
    {LINK_TYPE_CISCO_HDLC, LINK_OTHER, "8F00 8035 00000002 00000001 00000002 FFFF"}, /* its keep-alive */
    {147, LINK_UNKNOWN, "45000000"},                                                 /* LINKTYPE_USER0 */
    {UINT32_MAX, LINK_UNKNOWN, "45000000"},
};

static void put_hex(struct packet *p, const char *hex)
{
    while (*hex != 0) {
        char pair[3] = {hex[0], hex[1], 0};
        if (*hex == ' ')
            hex++;
        else if (*hex == 'M')
            packet_put(p, "\2\0\0\0\0\1\2\0\0\0\0\2", 12), hex++;
        else
            packet_put_u8(p, (uint8_t)strtoul(pair, NULL, 16)), hex += 2;
    }
}

/* The packet cut at every length, each in memory of its own: IP is found exactly when one byte of it is there. */
static void check(uint32_t link_type, const struct packet *p, size_t prefix)
{
    for (size_t n = 0; n <= p->length; n++) {
        uint8_t *exact = malloc(n + 1);
        assert_non_null(exact);
        memcpy(exact + 1, p->bytes, n);
        struct cursor c = cursor_of(bytes_of(exact + 1, n));
        enum link_result result = link_decode(link_type, &c);
        if (result != (n > prefix ? LINK_IP : LINK_OTHER))
            fail_msg("link type %u, %zu of %zu bytes: %d", link_type, n, p->length, (int)result);
        assert_true(n <= prefix || !c.short_of);
        if (n > prefix)
            assert_ptr_equal(c.at, exact + 1 + prefix);
        assert_ptr_equal(c.end, exact + 1 + n);
        free(exact);
    }
}

static struct packet packet;

static void every_header_cut_everywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ip_follows / sizeof *ip_follows; i++) {
        packet.length = 0;
        put_hex(&packet, ip_follows[i].prefix);
        size_t prefix = packet.length;
        put_hex(&packet, "45000028");
        check(ip_follows[i].link_type, &packet, prefix);
    }
}

static void what_is_no_ip(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof no_ip / sizeof *no_ip; i++) {
        packet.length = 0;
        put_hex(&packet, no_ip[i].packet);
        struct cursor c = cursor_of(bytes_of(packet.bytes, packet.length));
        assert_int_equal(link_decode(no_ip[i].link_type, &c), no_ip[i].result);
        assert_false(c.short_of); /* it is known what it is */
    }
}

/* Headers in each other, any number deep. */
static void random_nesting(void **state)
{
    (void)state;
    static const char *const tags[] = {"8100 0001", "88A8 0002", "9100 0003", "893F 000000000000"};
    static const char *const last[] = {"0800",
                                       "86DD",
                                       "8847 00010140",
                                       "8848 00010040 00020140",
                                       "8864 1100 0001 0016 0021",
                                       "8864 1100 0001 0016 57",
                                       "8864 1100 0001 0016 0281 00010140",
                                       "0040 AAAA03 000000 0800"};
    uint64_t random = 3;
    for (int turn = 0; turn < 500; turn++) {
        packet.length = 0;
        put_hex(&packet, "M");
        for (uint32_t deep = random_below(&random, 3); deep > 0; deep--) {
            for (uint32_t n = random_below(&random, 4); n > 0; n--)
                put_hex(&packet, tags[random_below(&random, 4)]);
            put_hex(&packet, "8847 00010140 00000000 M");
        }
        for (uint32_t n = random_below(&random, 8); n > 0; n--)
            put_hex(&packet, tags[random_below(&random, 4)]);
        put_hex(&packet, last[random_below(&random, 8)]);
        size_t prefix = packet.length;
        put_hex(&packet, "60000000");
        check(LINK_TYPE_ETHERNET, &packet, prefix);
    }
}

/* As many headers in each other as a packet has room for: neither a deep stack nor endless. Labels without a bottom too. */
static void as_deep_as_can_be(void **state)
{
    (void)state;
    static const char *const repeated[] = {"8100 0001", "8847 00010140 00000000 M"};
    for (int i = 0; i < 2; i++) {
        packet.length = 0;
        put_hex(&packet, "M");
        while (packet.length < 65000)
            put_hex(&packet, repeated[i]);
        put_hex(&packet, "0800 45");
        struct cursor c = cursor_of(bytes_of(packet.bytes, packet.length));
        assert_int_equal(link_decode(LINK_TYPE_ETHERNET, &c), LINK_IP);
        assert_int_equal(cursor_left(&c), 1);
    }
    packet.length = 0;
    put_hex(&packet, "M 8847");
    while (packet.length < 65000)
        packet_put_u32(&packet, 0x00010040);
    struct cursor c = cursor_of(bytes_of(packet.bytes, packet.length));
    assert_int_equal(link_decode(LINK_TYPE_ETHERNET, &c), LINK_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_header_cut_everywhere),
        cmocka_unit_test(what_is_no_ip),
        cmocka_unit_test(random_nesting),
        cmocka_unit_test(as_deep_as_can_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
