/*
 * describe_packets.h: packets in hex, link layer to TCP, and what describing them must tell, in order.
 *
 * A line is "layer: name: meaning". A case names the fields that it is about.
 */
#ifndef DESCRIBE_PACKETS_H
#define DESCRIBE_PACKETS_H

#include <stdint.h>

enum { MOST_LINES = 40 };

struct packet {
    const char *name;
    uint32_t link_type;
    const char *hex;
    const char *lines[MOST_LINES];
};

#define ADDRESSES  "0200 0000 0001 ffff ffff ffff "
#define IPV4       "4500 003c 1234 4000 40 06 1481 0a000007 0a000001 "
#define IPV6(next) "6b8 12345 0020 " next " 40 20010db8000000000000000000000001 fe800000000000000000000000000002 "
#define TCP        "c74e 1f90 00000001 00000002 5 018 01f5 abcd 0000"

/* clang-format off */
static const struct packet packets[] = {
    {"Ethernet", 1, ADDRESSES "0800" IPV4 TCP,
     {"Ethernet: destination: 02:00:00:00:00:01", "Ethernet: source: ff:ff:ff:ff:ff:ff (broadcast)",
      "Ethernet: type: IPv4 (0x0800)", "IPv4: version: 4", "IPv4: header length: 20 bytes",
      "IPv4: differentiated services: default (0)", "IPv4: congestion notification: not capable",
      "IPv4: total length: 60", "IPv4: identification: 0x1234", "IPv4: reserved: not set", "IPv4: DF: Don't fragment",
      "IPv4: MF: not set", "IPv4: fragment offset: 0", "IPv4: time to live: 64", "IPv4: protocol: TCP (6)",
      "IPv4: header checksum: 0x1481, correct", "IPv4: source: 10.0.0.7", "IPv4: destination: 10.0.0.1",
      "TCP: source port: 51022", "TCP: destination port: 8080", "TCP: sequence number: 1",
      "TCP: acknowledgment number: 2", "TCP: data offset: 20 bytes", "TCP: reserved: 0", "TCP: AE: not set",
      "TCP: CWR: not set", "TCP: ECE: not set", "TCP: URG: not set", "TCP: ACK: acknowledgment number counts",
      "TCP: PSH: push to the application", "TCP: RST: not set", "TCP: SYN: not set", "TCP: FIN: not set",
      "TCP: window: 501, before scaling", "TCP: checksum: 0xabcd", "TCP: urgent pointer: 0: not in use"}},
    {"tags", 1, ADDRESSES "88a8 b064 893f 1234 1678 9a bc 9100 0001 8100 0000 0800" IPV4 TCP,
     {"Ethernet: type: 802.1ad tag (0x88a8)", "802.1ad: priority: voice (5)",
      "802.1ad: drop eligible: may be dropped first", "802.1ad: VLAN: 100", "802.1ad: type: 802.1BR tag (0x893f)",
      "802.1BR: ingress channel, base: 564", "802.1BR: group: 1", "802.1BR: channel, base: 1656",
      "802.1BR: ingress channel, extension: 154", "802.1BR: channel, extension: 188",
      "802.1BR: type: QinQ tag (0x9100)", "802.1Q: VLAN: 1", "802.1Q: type: 802.1Q tag (0x8100)",
      "802.1Q: VLAN: 0: priority only", "802.1Q: type: IPv4 (0x0800)", "TCP: source port: 51022"}},
    {"SNAP", 1, ADDRESSES "0030 aaaa03 000000 0800" IPV4 TCP,
     {"Ethernet: length: 48", "802.2: destination access point: 0xaa", "802.2: control: 0x03",
      "802.2: organization: 0x000000", "802.2: type: IPv4 (0x0800)", "TCP: source port: 51022"}},
    {"MPLS", 1, ADDRESSES "8847 00064a40 00000140" IPV4 TCP,
     {"Ethernet: type: MPLS (0x8847)", "MPLS: label: 100", "MPLS: traffic class: 5",
      "MPLS: bottom of stack: more labels follow", "MPLS: time to live: 64", "MPLS: label: 0: IPv4 explicit null",
      "MPLS: bottom of stack: the last label", "IPv4: version: 4"}},
    {"pseudowire", 1, ADDRESSES "8848 00064140 0140 0007" ADDRESSES "0800" IPV4 TCP,
     {"MPLS: bottom of stack: the last label", "pseudowire: fragmentation: 1", "pseudowire: sequence number: 7",
      "Ethernet: type: IPv4 (0x0800)", "TCP: source port: 51022"}},
    {"PPPoE", 1, ADDRESSES "8864 11 00 0a0b 0034 0057" IPV6("06") TCP,
     {"Ethernet: type: PPPoE session (0x8864)", "PPPoE: version: 1", "PPPoE: type: 1",
      "PPPoE: code: session data (0x00)", "PPPoE: session: 0x0a0b", "PPPoE: length: 52", "PPP: protocol: IPv6 (0x0057)",
      "IPv6: version: 6", "TCP: source port: 51022"}},
    {"PPPoE by itself", 51, "11 00 0a0b 0034 0281 00064140" IPV4 TCP,
     {"PPP: protocol: MPLS (0x0281)", "MPLS: label: 100", "TCP: source port: 51022"}},
    {"PPP", 9, "0021" IPV4 TCP, {"PPP: protocol: IPv4 (0x0021)", "IPv4: version: 4", "TCP: source port: 51022"}},
    {"PPP in HDLC, compressed", 9, "ff03 21" IPV4 TCP,
     {"PPP: address: all stations (0xff)", "PPP: control: unnumbered information (0x03)", "PPP: protocol: IPv4 (0x21)",
      "TCP: source port: 51022"}},
    {"Cisco HDLC", 50, "0f00 0800" IPV4 TCP,
     {"PPP: address: unicast, Cisco framing (0x0f)", "PPP: protocol: IPv4 (0x0800)", "TCP: source port: 51022"}},
    {"Linux cooked", 113, "0004 0001 0006 020000000001 abcd 86dd" IPV6("06") TCP,
     {"Linux cooked: packet type: sent by this host (4)", "Linux cooked: hardware type: Ethernet (1)",
      "Linux cooked: source length: 6", "Linux cooked: source: 02:00:00:00:00:01", "Linux cooked: source, unused: abcd",
      "Linux cooked: protocol: IPv6 (0x86dd)", "TCP: source port: 51022"}},
    {"Linux cooked v2", 276, "8100 0000 00000003 0001 00 04 0a0000070a000001 0005 0800" IPV4 TCP,
     {"Linux cooked v2: protocol: 802.1Q tag (0x8100)", "Linux cooked v2: reserved: 0x0000",
      "Linux cooked v2: interface: 3", "Linux cooked v2: packet type: to this host (0)",
      "Linux cooked v2: source: 0a000007", "Linux cooked v2: source, unused: 0a000001", "802.1Q: VLAN: 5",
      "TCP: source port: 51022"}},
    {"NULL, little-endian", 0, "1e000000" IPV6("06") TCP, {"loopback: family: IPv6 (30)", "IPv6: version: 6"}},
    {"NULL, big-endian", 0, "00000002" IPV4 TCP, {"loopback: family: IPv4 (2)", "IPv4: version: 4"}},
    {"LOOP", 108, "00000018" IPV6("06") TCP, {"loopback: family: IPv6 (24)", "IPv6: version: 6"}},
    {"raw", 101, IPV4 TCP, {"IPv4: version: 4", "TCP: source port: 51022"}},
    {"raw, BSD", 12, IPV4 TCP, {"IPv4: version: 4", "TCP: source port: 51022"}},
    {"raw, OpenBSD", 14, IPV6("06") TCP, {"IPv6: version: 6", "TCP: source port: 51022"}},
    {"IPv4", 228, IPV4 TCP, {"IPv4: version: 4", "TCP: source port: 51022"}},
    {"IPv6", 229, IPV6("06") TCP,
     {"IPv6: version: 6", "IPv6: differentiated services: expedited forwarding (46)",
      "IPv6: congestion notification: not capable", "IPv6: flow label: 0x12345", "IPv6: payload length: 32",
      "IPv6: next header: TCP (6)", "IPv6: hop limit: 64", "IPv6: source: 2001:db8::1", "IPv6: destination: fe80::2"}},
    {"IPv4 options", 101,
     "4f00 0064 0001 2000 40 06 a951 0a000007 0a000001 94040000 8307040a000009 01 440c05010a00000100000001"
     "88040001 82030b 07070400000000 00 00" TCP,
     {"IPv4: header length: 60 bytes", "IPv4: DF: not set", "IPv4: MF: More fragments follow",
      "IPv4: header checksum: 0xa951, correct", "IPv4: option kind: router alert (148)", "IPv4: option length: 4",
      "IPv4: router alert: 0", "IPv4: option kind: loose source route (131)", "IPv4: pointer: 4",
      "IPv4: route address: 10.0.0.9", "IPv4: option kind: no operation (1)", "IPv4: option kind: timestamps (68)",
      "IPv4: overflow: 0", "IPv4: flag: with addresses (1)", "IPv4: timestamp address: 10.0.0.1",
      "IPv4: timestamp: 1", "IPv4: option kind: stream identifier (136)", "IPv4: stream identifier: 1",
      "IPv4: option kind: security (130)", "IPv4: option data: 0b", "IPv4: option kind: record route (7)",
      "IPv4: route address: 0.0.0.0", "IPv4: option kind: end of options (0)", "IPv4: options padding: 00",
      "TCP: source port: 51022"}},
    {"IPv6 extensions", 101, IPV6("00") "2b 00 05020000 01 00"
     "3c 02 04 01 00 00 0000 20010db8000000000000000000000003" "2c 00 c20400010000" "33 00 0001 00000007"
     "06 04 0000 00000100 00000001 000102030405060708090a0b" TCP,
     {"IPv6: next header: hop-by-hop options (0)", "IPv6 hop-by-hop: next header: routing (43)",
      "IPv6 hop-by-hop: header length: 8 bytes", "IPv6 hop-by-hop: option kind: router alert (5)",
      "IPv6 hop-by-hop: router alert: 0", "IPv6 hop-by-hop: option kind: padding (1)",
      "IPv6 hop-by-hop: option length: 0", "IPv6 routing: routing type: segment routing (4)",
      "IPv6 routing: segments left: 1", "IPv6 routing: last entry: 0", "IPv6 routing: address: 2001:db8::3",
      "IPv6 destination: option kind: jumbo payload (194)", "IPv6 destination: jumbo payload length: 65536",
      "IPv6 fragment: fragment offset: 0", "IPv6 fragment: M: More fragments follow",
      "IPv6 fragment: identification: 0x00000007", "authentication: header length: 24 bytes",
      "authentication: security parameters index: 0x00000100", "authentication: sequence number: 1",
      "authentication: integrity check value: 000102030405060708090a0b", "TCP: source port: 51022"}},
    {"IPv6 home address, mobility", 101, IPV6("3c") "87 02 c910 20010db8000000000000000000000004 00 00 0000"
     "06 00 000102030405" TCP,
     {"IPv6 destination: home address: 2001:db8::4", "IPv6 destination: option kind: one byte of padding (0)",
      "IPv6 mobility: header data: 000102030405", "TCP: source port: 51022"}},
    {"TCP options of a SYN", 101,
     IPV4 "c74e 1f90 00000001 00000000 a002 faf0 abcd 0000 020405b4 0402 080a 0000000100000000 01 030307",
     {"TCP: acknowledgment number: 0: not in use", "TCP: data offset: 40 bytes",
      "TCP: SYN: synchronize sequence numbers", "TCP: window: 64240", "TCP: option kind: maximum segment size (2)",
      "TCP: option length: 4", "TCP: maximum segment size: 1460", "TCP: option kind: SACK permitted (4)",
      "TCP: option length: 2", "TCP: option kind: timestamps (8)", "TCP: timestamp: 1", "TCP: timestamp echo: 0",
      "TCP: option kind: no operation (1)", "TCP: option kind: window scale (3)",
      "TCP: window scale: 7: window times 128"}},
    {"TCP, more options", 101,
     IPV4 "c74e 1f90 00000001 00000002 ffff 01f5 abcd 0001 050a 00000010 00000020 22040102 1e0420ff fd06f9890a0b"
     "1c048005 1d0401 02 45040102 0303 0f 00",
     {"TCP: reserved: 7", "TCP: AE: accurate ECN", "TCP: CWR: congestion window reduced",
      "TCP: ECE: congestion was notified", "TCP: URG: urgent pointer counts", "TCP: RST: reset the connection",
      "TCP: FIN: no more data from the sender", "TCP: urgent pointer: 1", "TCP: option kind: SACK (5)",
      "TCP: SACK left edge: 16", "TCP: SACK right edge: 32", "TCP: option kind: Fast Open (34)",
      "TCP: Fast Open cookie: 0102", "TCP: option kind: Multipath TCP (30)", "TCP: multipath subtype: DSS (2)",
      "TCP: version or flags: 0x0", "TCP: multipath data: ff", "TCP: option kind: experiment (253)",
      "TCP: experiment: Fast Open (0xf989)", "TCP: Fast Open cookie: 0a0b", "TCP: granularity: minutes",
      "TCP: user timeout: 5 min", "TCP: option kind: authentication (29)", "TCP: key: 1", "TCP: next key: 2",
      "TCP: option kind: encryption negotiation (69)", "TCP: option data: 0102",
      "TCP: window scale: 15: too large, counts as 14", "TCP: option kind: end of options (0)"}},
};

/* Packets that lie, or carry something else. */
static const struct packet strange[] = {
    {"unknown link type", 147, "0102030405", {"link: not decoded: a link type that is not known here"}},
    {"ARP", 1, ADDRESSES "0806 0001",
     {"Ethernet: type: ARP (0x0806)", "Ethernet: not decoded: a type that carries no IP"}},
    {"spanning tree", 1, ADDRESSES "0026 424203 0000",
     {"802.2: not decoded: a link control that carries no EtherType"}},
    {"PPP link control", 9, "c021 0101", {"PPP: not decoded: a PPP protocol that carries no IP"}},
    {"no IP", 101, "0102030405", {"IP: not decoded: neither IPv4 nor IPv6"}},
    {"UDP", 101, "4500 001c 1234 4000 40 11 0000 0a000007 0a000001 0035",
     {"IPv4: protocol: UDP (17)", "IPv4: header checksum: 0x0000, should be 0x1496: left to the network card",
      "IPv4: not decoded: a protocol that is not TCP"}},
    {"later fragment", 101, "4500 0034 1234 0010 40 06 5478 0a000007 0a000001 c74e1f90",
     {"IPv4: fragment offset: 128 bytes", "IPv4: header checksum: 0x5478, should be 0x5479",
      "IPv4: not decoded: a later fragment: the TCP header is in the first"}},
    {"later fragment, IPv6", 101, IPV6("2c") "06 00 0081 00000007 c74e",
     {"IPv6 fragment: fragment offset: 128 bytes",
      "IPv6 fragment: not decoded: a later fragment: the TCP header is in the first"}},
    {"more segments than the routing header holds", 101, IPV6("2b") "06 01 04 01 ff 00 0000 0001020304050607" TCP,
     {"IPv6 routing: last entry: 255", "IPv6 routing: routing data: 0001020304050607", "TCP: source port: 51022"}},
    {"no room for IPv4's header", 101, "4400 0000 1234 4000 40 06 1481 0a000007 0a000001" TCP,
     {"IPv4: header length: 16 bytes: impossible", "IPv4: total length: 0: segmentation offload",
      "IPv4: header checksum: 0x1481", "TCP: source port: 51022"}},
    {"no room for TCP's header", 101, IPV4 "c74e 1f90 00000001 00000002 4018 01f5 abcd 0000",
     {"TCP: data offset: 16 bytes: impossible", "TCP: urgent pointer: 0: not in use"}},
    {"option length 0", 101, IPV4 "c74e 1f90 00000001 00000002 6018 01f5 abcd 0000 0300 0000",
     {"TCP: option kind: window scale (3)", "TCP: option length: 0: impossible",
      "TCP: options not decoded: after an impossible option length"}},
    {"option longer than its room", 101, IPV4 "c74e 1f90 00000001 00000002 6018 01f5 abcd 0000 0805 0000",
     {"TCP: option length: 5: impossible"}},
    {"option without a length", 101, IPV4 "c74e 1f90 00000001 00000002 6018 01f5 abcd 0000 01010108",
     {"TCP: option kind: timestamps (8)"}},
    {"options of another size", 101,
     IPV4 "c74e 1f90 00000001 00000002 8018 01f5 abcd 0000 0203 05 1e02 fd0301 1d0301 01",
     {"TCP: option kind: maximum segment size (2)", "TCP: option data: 05", "TCP: option kind: Multipath TCP (30)",
      "TCP: option kind: experiment (253)", "TCP: option data: 01", "TCP: option kind: authentication (29)",
      "TCP: option data: 01"}},
    {"a digest", 101,
     IPV4 "c74e 1f90 00000001 00000002 a018 01f5 abcd 0000 1312 000102030405060708090a0b0c0d0e0f 01 00",
     {"TCP: option kind: MD5 signature (19)", "TCP: MD5 digest: 000102030405060708090a0b0c0d0e0f"}},
    {"unknown options", 101, IPV4 "c74e 1f90 00000001 00000002 6018 01f5 abcd 0000 c804 0102",
     {"TCP: option kind: unknown (200)", "TCP: option data: 0102"}},
};
/* clang-format on */

#endif
