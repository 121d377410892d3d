"""wrap.py FOLDER: puts conversations that were recorded on lo into other packets.

    encap-*  the same segments inside VLAN tags, PPPoE, MPLS, IPv6 and so on
    twice-*  the same packets seen at two places: a bridge, a router, NAT
    tcp-*    the same bytes as a network may deliver them: reordered, doubled, lost

Everything random comes from one seed, so that the same recording gives the same file.
Addresses are those for documentation (RFC 5737, RFC 3849).
"""
import os
import random
import sys

from scapy.all import (AH, GRE, IP, TCP, UDP, VXLAN, CookedLinuxV2, Dot1AD, Dot1Q, Ether, IPv6, IPv6ExtHdrDestOpt,
                       IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, Loopback, PadN, PPP, PPPoE, Raw,
                       fragment, fragment6, load_contrib, rdpcap, wrpcap)

for name in ('mpls', 'geneve', 'gtp', 'erspan'):
    load_contrib(name)
from scapy.contrib.erspan import ERSPAN_II, ERSPAN_III  # noqa: E402
from scapy.contrib.geneve import GENEVE, GeneveOptions  # noqa: E402
from scapy.contrib.gtp import GTP_U_Header, GTPPDUSessionContainer  # noqa: E402
from scapy.contrib.mpls import MPLS  # noqa: E402  (exists only after load_contrib)

CLIENT, SERVER = 0, 1
MAC = ('02:00:00:00:00:01', '02:00:00:00:00:02')
IP4 = ('192.0.2.1', '198.51.100.2')
IP6 = ('2001:db8::1', '2001:db8:1::2')


class Segment:
    """A TCP segment, when it was seen, and which side sent it."""

    def __init__(self, sender, time, tcp):
        self.sender, self.time, self.tcp = sender, time, tcp

    @property
    def data(self):
        return bytes(self.tcp.payload)

    def copy(self, data=None, seq=None, flags=None):
        """Another segment, with other bytes at another place in the stream."""
        tcp = self.tcp.copy()
        if data is not None:
            tcp.remove_payload()
            if data:
                tcp = tcp / Raw(data)
        if seq is not None:
            tcp.seq = seq % 2**32
        if flags is not None:
            tcp.flags = flags
        return Segment(self.sender, self.time, tcp)


def read(folder, name):
    packets = rdpcap(os.path.join(folder, name + '.pcap'))
    client = packets[0][TCP].sport
    return [Segment(CLIENT if p[TCP].sport == client else SERVER, p.time, p[TCP]) for p in packets]


def write(folder, name, packets, **options):
    path = os.path.join(folder, name + '.pcap')
    wrpcap(path, packets, **options)
    print(f'{name + ".pcap":<32} {os.path.getsize(path):7d} bytes')


# Encapsulations -------------------------------------------------------------------------

def ethernet(sender, **fields):
    return Ether(src=MAC[sender], dst=MAC[1 - sender], **fields)


def ip4(segment):
    tcp = segment.tcp.copy()
    del tcp.chksum
    return IP(src=IP4[segment.sender], dst=IP4[1 - segment.sender], id=1) / tcp


def ip6(segment, *extensions):
    tcp = segment.tcp.copy()
    del tcp.chksum
    packet = IPv6(src=IP6[segment.sender], dst=IP6[1 - segment.sender])
    for extension in extensions:
        packet = packet / extension
    return packet / tcp


def ah4(segment):
    """IPv4 with an authentication header, whose 12 bytes of check value nobody here can check."""
    tcp = segment.tcp.copy()
    del tcp.chksum
    return ethernet(segment.sender) / IP(src=IP4[segment.sender], dst=IP4[1 - segment.sender], id=1) / AH(
        nh=6, payloadlen=4, spi=0x1000 + segment.sender, seq=1, icv=b'\xa5' * 12) / tcp


def padded(segment):
    """A frame without TCP options is shorter than Ethernet's 60 bytes, and is filled up."""
    tcp = segment.tcp.copy()
    tcp.options = []
    tcp.dataofs = None
    frame = bytes(ethernet(segment.sender) / ip4(Segment(segment.sender, segment.time, tcp)))
    return Ether(frame + b'\xaa' * (60 - len(frame)))


def whole(make):
    """A wrapper that makes one packet of each segment."""
    return lambda number, segment: [make(segment)]


def fragments4(number, segment):
    packet = ip4(segment)
    packet.id = number + 1
    pieces = [ethernet(segment.sender) / piece for piece in fragment(packet, 400)]
    return pieces if number % 2 else pieces[::-1]       # every second time the last piece first


def fragments6(number, segment):
    if not segment.data:
        return [ethernet(segment.sender) / ip6(segment)]
    packet = ip6(segment, IPv6ExtHdrFragment(id=number + 1))
    return [ethernet(segment.sender) / piece for piece in fragment6(packet, 500)]


# Tunnels: the addresses of their ends are others than those inside.
ENDS = ('203.0.113.1', '203.0.113.2')


def outer(segment, **fields):
    return ethernet(segment.sender) / IP(src=ENDS[segment.sender], dst=ENDS[1 - segment.sender], id=1, **fields)


def inner(segment):
    return ethernet(segment.sender) / ip4(segment)


def gtp(segment):
    """Client to server: with sequence number and extension header; back: the bare header."""
    tunnel = outer(segment) / UDP(sport=2152, dport=2152)
    if segment.sender == CLIENT:
        return tunnel / GTP_U_Header(teid=7, S=1, seq=9) / GTPPDUSessionContainer(type=1, QFI=3) / ip4(segment)
    return tunnel / GTP_U_Header(teid=8) / ip4(segment)


def erspan(segment):
    """Client to server: type II; back: type III."""
    if segment.sender == CLIENT:
        return outer(segment) / GRE(seqnum_present=1, seqence_number=1, proto=0x88be) / ERSPAN_II(
            ver=1, session_id=5) / inner(segment)
    return outer(segment) / GRE(seqnum_present=1, seqence_number=1, proto=0x22eb) / ERSPAN_III(
        session_id=5) / inner(segment)


def vxlan_fragments(number, segment):
    """Fragments of IP in VXLAN, the VXLAN packet in fragments once more."""
    packet = ip4(segment)
    packet.id = number + 1
    pieces = []
    for i, part in enumerate(fragment(packet, 600)):
        whole = outer(segment) / UDP(sport=50000, dport=4789) / VXLAN(flags=8, vni=42) / ethernet(segment.sender) / part
        whole[IP].id = number * 64 + i + 1
        pieces += [ethernet(segment.sender) / p for p in fragment(whole[IP], 400)]
    return pieces


WRAPPERS = {
    'encap-vlan': whole(lambda s: ethernet(s.sender) / Dot1Q(vlan=100) / ip4(s)),
    'encap-qinq': whole(lambda s: ethernet(s.sender) / Dot1AD(vlan=200) / Dot1Q(vlan=100) / ip4(s)),
    'encap-qinq-old': whole(lambda s: ethernet(s.sender, type=0x9200) / Dot1Q(vlan=200, type=0x9100)
                            / Dot1Q(vlan=100) / ip4(s)),
    'encap-cisco-hdlc': whole(lambda s: Raw(b'\x0f\x00\x08\x00' + bytes(ip4(s)))),
    'encap-ah': whole(ah4),
    'encap-pppoe': whole(lambda s: ethernet(s.sender, type=0x8864) / PPPoE(sessionid=17)
                         / PPP(proto=0x21) / ip4(s)),
    'encap-mpls': whole(lambda s: ethernet(s.sender, type=0x8847) / MPLS(label=1000, s=0, ttl=64)
                        / MPLS(label=2000, s=1, ttl=64) / ip4(s)),
    'encap-ip6-extensions': whole(lambda s: ethernet(s.sender) / ip6(
        s, IPv6ExtHdrHopByHop(options=[PadN(optdata=b'\0' * 4)]),
        IPv6ExtHdrDestOpt(options=[PadN(optdata=b'\0' * 12)]))),
    'encap-ip4-fragments': fragments4,
    'encap-ip6-fragments': fragments6,
    'encap-padding': whole(padded),
    'encap-raw': whole(ip4),
    'encap-null': whole(lambda s: Loopback(type=2) / ip4(s)),
    'encap-gre': whole(lambda s: outer(s) / GRE(chksum_present=1, key_present=1, key=77, seqnum_present=1) / ip4(s)),
    'encap-gre-ethernet': whole(lambda s: outer(s) / GRE(proto=0x6558) / ethernet(s.sender) / Dot1Q(vlan=100) / ip4(s)),
    'encap-ipip': whole(lambda s: outer(s) / ip4(s)),
    'encap-6in4': whole(lambda s: outer(s, proto=41) / ip6(s)),
    'encap-vxlan': whole(lambda s: outer(s) / UDP(sport=50000, dport=4789) / VXLAN(flags=8, vni=42) / inner(s)),
    'encap-vxlan-fragments': vxlan_fragments,
    'encap-geneve': whole(lambda s: outer(s) / UDP(sport=50000, dport=6081) / GENEVE(
        vni=42, proto=0x6558, options=[GeneveOptions(classid=0x0103, type=1, data=b'wscope__')]) / inner(s)),
    'encap-gtpu': whole(gtp),
    'encap-erspan': whole(erspan),
}
LINKTYPE = {'encap-raw': 101, 'encap-null': 0, 'encap-cisco-hdlc': 104}


def wrap(folder, name, source):
    packets = []
    for number, segment in enumerate(read(folder, source)):
        for packet in WRAPPERS[name](number, segment):
            packet.time = segment.time
            packets.append(packet)
    write(folder, name, packets, linktype=LINKTYPE.get(name, 1))


# What a network does to segments ----------------------------------------------------------

def data_segments(segments, sender=None):
    return [s for s in segments if s.data and sender in (None, s.sender)]


def reordered(segments, chance):
    """Every third segment with data comes up to three packets too late."""
    places = [(i + (chance.choice((1.5, 2.5, 3.5)) if s.data and chance.random() < .33 else 0), i)
              for i, s in enumerate(segments)]
    return [segments[i] for _, i in sorted(places)]


def retransmitted(segments, chance):
    """Every third segment with data comes again, up to five packets later."""
    places = [(float(i), s) for i, s in enumerate(segments)]
    places += [(i + chance.randint(1, 5) + .5, s) for i, s in enumerate(segments)
               if s.data and chance.random() < .33]
    return [s for _, s in sorted(places, key=lambda place: place[0])]


def doubled(segments, chance):
    """Each packet twice, as a mirror port that copies both ways gives them."""
    return [s for s in segments for _ in range(2)]


def overlapping(segments, chance):
    """A segment begins with the last half of what its sender said before: old bytes and
    new ones in one packet."""
    out, last = [], [None, None]
    for s in segments:
        before = last[s.sender]
        if s.data:
            last[s.sender] = s
        if s.data and before and s.tcp.seq == before.tcp.seq + len(before.data) and chance.random() < .6:
            half = before.data[len(before.data) // 2:]
            s = s.copy(data=half + s.data, seq=s.tcp.seq - len(half))
        out.append(s)
    return out


def conflicting(segments, chance):
    """After some segments comes a retransmission with other bytes; the first copy counts."""
    out = []
    for s in segments:
        out.append(s)
        if s.data and chance.random() < .3:
            out.append(s.copy(data=bytes(byte ^ 0x20 for byte in s.data)))
    return out


def lost(sender, which):
    """One segment with data of that side was not captured, though it was acknowledged."""
    def lose(segments, chance):
        gone = data_segments(segments, sender)[which]
        return [s for s in segments if s is not gone]
    return lose


def kept_alive(segments, chance):
    """Keep-alive probes: a byte of rubbish just before what is next."""
    out = []
    for i, s in enumerate(segments):
        out.append(s)
        if s.data and i > 4 and chance.random() < .4:
            out.append(s.copy(data=b'\0', seq=s.tcp.seq + len(s.data) - 1, flags='A'))
    return out


def split(segments, chance):
    """Each segment in pieces of one to seven bytes."""
    out = []
    for s in segments:
        at, data = 0, s.data
        if not data:
            out.append(s)
        while at < len(data):
            size = chance.randint(1, 7)
            out.append(s.copy(data=data[at:at + size], seq=s.tcp.seq + at))
            at += size
    return out


def one_way(sender):
    return lambda segments, chance: [s for s in segments if s.sender == sender]


def joined_late(segments, chance):
    """The capture begins after the handshake of WebSocket."""
    return segments[segments.index(data_segments(segments, SERVER)[0]) + 1:]


def joined_later(segments, chance):
    """The capture begins when each side has said some things, to which the later ones refer."""
    return segments[segments.index(data_segments(segments, SERVER)[5]) + 1:]


CHANGES = {
    'tcp-reordered': ('ws-deflate-takeover', reordered),
    'tcp-retransmitted': ('ws-deflate-takeover', retransmitted),
    'tcp-doubled': ('ws-deflate-takeover', doubled),
    'tcp-overlapping': ('ws-deflate-takeover', overlapping),
    'tcp-conflicting': ('ws-deflate-takeover', conflicting),
    'tcp-keep-alive': ('ws-deflate-takeover', kept_alive),
    'tcp-split': ('ws-deflate-fragments', split),
    'tcp-lost-deflate': ('ws-deflate-takeover', lost(SERVER, 4)),
    'tcp-lost-payload': ('ws-plain', lost(CLIENT, 7)),
    'tcp-server-only': ('ws-deflate-takeover', one_way(SERVER)),
    'tcp-client-only': ('ws-deflate-takeover', one_way(CLIENT)),
    'tcp-joined-late': ('ws-plain', joined_late),
    'tcp-joined-late-deflate': ('ws-deflate-takeover', joined_late),
    'tcp-joined-later-deflate': ('ws-deflate-takeover', joined_later),
}


def change(folder, name):
    source, how = CHANGES[name]
    before = read(folder, source)
    after = how(before, random.Random(name))
    # Time goes on evenly, whatever the order of the segments is now.
    first, length = before[0].time, before[-1].time - before[0].time
    packets = []
    for number, segment in enumerate(after):
        packet = ethernet(segment.sender) / ip4(segment)
        packet.time = first + length * number / max(len(after) - 1, 1)
        packets.append(packet)
    write(folder, name, packets, linktype=1)


# Seen at two places ------------------------------------------------------------------------

LATER = 0.00003  # seconds from one place to the other
OUTSIDE = '203.0.113.9'


def numbered(number, segment, **fields):
    """An IP packet with an identification of its own, as real senders number them."""
    packet = ip4(segment)
    packet.id = 1000 + number
    for name, value in fields.items():
        setattr(packet, name, value)
    return packet


def bridge(number, segment):
    """Two interfaces of a bridge, an access port and one with tagged VLANs."""
    return [ethernet(segment.sender) / numbered(number, segment),
            ethernet(segment.sender) / Dot1Q(vlan=7 + segment.sender) / numbered(number, segment)]


def router(number, segment):
    """Before and behind a router: other MAC addresses, the TTL is one less."""
    return [ethernet(segment.sender) / numbered(number, segment, ttl=64),
            Ether(src='02:00:00:00:00:0a', dst='02:00:00:00:00:0b') / numbered(number, segment, ttl=63)]


def device_any(number, segment):
    """Linux's device any: in on one interface, out on the other."""
    return [CookedLinuxV2(proto=0x0800, ifindex=2 + segment.sender, pkttype=0) / numbered(number, segment),
            CookedLinuxV2(proto=0x0800, ifindex=3 - segment.sender, pkttype=4) / numbered(number, segment)]


def nat(number, segment):
    """Inside and outside of a NAT: the client has another address and port."""
    outside = numbered(number, segment, ttl=63)
    port = 'sport' if segment.sender == CLIENT else 'dport'
    setattr(outside, 'src' if segment.sender == CLIENT else 'dst', OUTSIDE)
    setattr(outside[TCP], port, 61000)
    packets = [ethernet(segment.sender) / numbered(number, segment, ttl=64), ethernet(segment.sender) / outside]
    return packets if segment.sender == CLIENT else packets[::-1]


TWICE = {'twice-bridge': bridge, 'twice-router': router, 'twice-any': device_any, 'twice-nat': nat}


def twice(folder, name):
    """What is 30 microseconds apart can come in another order than at one place."""
    packets = []
    for number, segment in enumerate(read(folder, 'ws-fragments')):
        for copy, packet in enumerate(TWICE[name](number, segment)):
            packet.time = float(segment.time) + copy * LATER
            packets.append(packet)
    packets.sort(key=lambda packet: packet.time)
    write(folder, name, packets, linktype=276 if name == 'twice-any' else 1)


def main():
    folder = sys.argv[1]
    for name in WRAPPERS:
        wrap(folder, name, 'ws-plain' if 'fragments' in name else 'ws-fragments')
    for name in TWICE:
        twice(folder, name)
    for name in CHANGES:
        change(folder, name)


main()
