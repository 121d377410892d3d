#!/usr/bin/env python3
"""Captures of made-up connections, damaged in random ways, and what wscope tells of them held against what was sent.

    damage.py WSCOPE SEED [COUNT] [--keep FOLDER] [--only DAMAGE,... | --each yes] [--alike yes]

COUNT captures, from SEED on (of each kind of damage). The exit status is 1 when something does not hold.

One capture has one to three connections and up to four kinds of damage (DAMAGES). What must hold:

  once      a message none of whose bytes is missing is told whole and exactly once; a compressed one behind a loss, whose window nobody
            saw, exactly once. Where the capture lacks the beginning of a connection: from the first message told of a direction on.
            Behind a loss that took a header one that begins inside a segment, or behind full ones, may be hidden, and one in a few bytes
            between two losses: a header of two bytes there is not to be told from any two bytes of a payload. How many are is printed.
  nothing   is told that was not sent, and no byte told as known is another than the one sent
  gap       gap_bytes is what the capture lacks, where it has the beginning and both directions. A segment of one byte that was acknowledged
            before the capture has it, or whose acknowledgements it does not have, is a keep-alive for all that anybody can say, where
            other bytes in front of it are missing
  one end   every connection ends once, and its last line is its close

--alike: many payloads look like frames (a capture sent over a WebSocket, patterns). Of a client's nothing is seen, since it masks them. A
server's, the header of whose message is lost, are frames for all that anybody can say: how many were told is printed, and what must
hold of that direction is that everything else does.

Only the standard library is needed. What was damaged is printed with what does not hold; --keep leaves such captures in a folder.
"""
import collections
import datetime
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import traffic
from told import payload_of

OTHER = {"client": "server", "server": "client"}
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
SHORT = 150  # bytes in front of a loss
CUT = "cut by the snaplen"
HEADERS = 14 + 20 + 20


class Packet:
    """off: place of its first byte in its direction's stream, None: it has none. ack: how much of the other one it acknowledges."""

    def __init__(self, inst, d, off, data, ack, flags):
        self.inst, self.d, self.off, self.data, self.ack, self.flags = inst, d, off, data, ack, flags
        self.seq_off = off  # of packets without data as well
        self.ttl, self.vlan, self.snap, self.pieces, self.lost_piece = 64, None, None, 1, None
        self.garbage = False

    def copy(self):
        p = Packet(self.inst, self.d, self.off, self.data, self.ack, self.flags)
        p.__dict__.update(self.__dict__)
        return p

    def captured(self):
        """How many of its bytes the capture has."""
        if self.garbage or self.lost_piece is not None:
            return 0
        if self.snap is None:
            return len(self.data)
        return max(0, min(len(self.data), self.snap - HEADERS - (4 if self.vlan else 0)))


class Instance:
    """A connection as it was seen at one place: the same one before and after a NAT is two of them."""

    def __init__(self, rng, conn, client, server, isn=None):
        self.conn, self.client, self.server = conn, client, server
        self.isn = isn or {d: rng.choice([rng.randrange(1 << 32), (1 << 32) - rng.randrange(1, 40000)]) for d in OTHER}
        self.fin = {d: False for d in OTHER}


# ---- a capture without damage

def segment(rng, conn, d, begin, end, cuts):
    """Where the segments of a write begin and end."""
    mss = rng.choice([1448, 1448, 536, 1460, 97]) if conn.style != "large" else 1448
    places = [begin] + sorted(c for c in cuts[d] if begin < c < end)
    out = []
    for a, b in zip(places, places[1:] + [end]):
        while a < b:
            n = min(mss, b - a)
            out.append((a, a + n))
            a += n
    return out


def ideal(rng, inst, cuts, ending):
    conn, out = inst.conn, []
    sent = {"client": 0, "server": 0}
    acked = {"client": 0, "server": 0}

    def say(d, data=b"", flags=ACK, off=None):
        out.append(Packet(inst, d, sent[d] if off is None else off, bytes(data), sent[OTHER[d]], flags))
        out[-1].seq_off = out[-1].off

    out.append(Packet(inst, "client", -1, b"", 0, SYN))
    out.append(Packet(inst, "server", -1, b"", 0, SYN | ACK))
    say("client")
    for d, end in conn.turns:
        pieces = segment(rng, conn, d, sent[d], end, cuts)
        for i, (a, b) in enumerate(pieces):
            say(d, conn.stream[d][a:b], PSH | ACK if i == len(pieces) - 1 else ACK)
            sent[d] = b
            if i % 2 or i == len(pieces) - 1:
                say(OTHER[d])
    if ending == "fin":
        for d in ("client", "server"):
            say(d, flags=FIN | ACK)
            inst.fin[d] = True
            say(OTHER[d])
            out[-1].ack += 1
    elif ending == "rst":
        say("client", flags=RST | ACK)
    return out


# ---- damages: each takes and returns a list of packets; `notes` gathers what the checks must know

def has_data(p):
    return len(p.data) > 0


def behind_head(p):
    return has_data(p) and not p.garbage and p.off >= p.inst.conn.head[p.d]


def lose(share):
    def damage(rng, packets, notes):
        return [p for p in packets if not (behind_head(p) and rng.random() < share)]
    return damage


def lose_header(rng, packets, notes):
    """Segments were cut at bytes of headers (cut_headers): some of these small ones go."""
    places = {(p.inst.conn, p.d, p.off) for p in packets if behind_head(p) and p.off in notes.cuts[p.inst.conn][p.d] and rng.random() < 0.5}
    return [p for p in packets if not (has_data(p) and (p.inst.conn, p.d, p.off) in places)]


def lose_frames(rng, packets, notes):
    """Runs of segments, over several frames; sometimes in both directions at once."""
    out, left, ways = [], 0, ()
    for p in packets:
        if left == 0 and behind_head(p) and rng.random() < 0.02:
            left, ways = rng.randrange(2, 40), rng.choice([("client",), ("server",), ("client", "server")])
        if left > 0 and behind_head(p) and p.d in ways:
            left -= 1
        else:
            out.append(p)
    return out


def lose_head(rng, packets, notes):
    notes.begun = notes.exact_gaps = False
    ways = rng.choice([("client",), ("server",), ("client", "server")])
    if any(inst.conn.style == "large" for inst in notes.instances):
        ways = ("client",)  # while the answer may still come, no more than early_bytes of the client are held
    return [p for p in packets if not (has_data(p) and p.off < p.inst.conn.head[p.d] and p.d in ways and rng.random() < 0.7)]


def lose_tail(rng, packets, notes):
    d, n = rng.choice(list(OTHER)), rng.randrange(1, 12)
    gone = set()
    for inst in notes.instances:
        mine = [id(p) for p in packets if p.inst is inst and p.d == d and (behind_head(p) or p.flags & (FIN | RST))]
        gone.update(mine[-n:])
    return [p for p in packets if id(p) not in gone]


def one_direction(rng, packets, notes):
    notes.begun = notes.exact_gaps = False
    d = rng.choice(list(OTHER))
    return [p for p in packets if p.d == d]


def no_syn(rng, packets, notes):
    notes.begun = notes.exact_gaps = False
    return [p for p in packets if not p.flags & SYN]


def start_late(rng, packets, notes):
    notes.begun = notes.exact_gaps = False
    return packets[rng.randrange(len(packets) * 3 // 4):]


def snaplen(rng, packets, notes):
    """From somewhere behind the handshakes on."""
    at, size = rng.randrange(len(packets)), rng.choice([64, 68, 96, 128, 200])
    for i, p in enumerate(packets):
        if i >= at and behind_head(p) and p.pieces == 1:
            p.snap = size
    return packets


def snaplen_all(rng, packets, notes):
    notes.begun = notes.exact_gaps = False
    for p in packets:
        p.snap = 128 if p.pieces == 1 else None
    return packets


def doubled(rng, packets, notes):
    out, ttl, vlan = [], rng.choice([63, 64]), rng.choice([None, 7])
    for p in packets:
        out.append(p)
        q = p.copy()
        q.ttl, q.vlan = ttl, vlan
        out.insert(len(out) - rng.choice([0, 0, 0, 1]), q)
    return out


def nat(rng, packets, notes):
    other, out = {}, []
    for p in packets:
        if p.inst not in other:
            other[p.inst] = Instance(rng, p.inst.conn, ("192.0.2.%d" % (1 + len(other)), rng.randrange(20000, 60000)), p.inst.server, p.inst.isn)
            other[p.inst].fin = p.inst.fin
            notes.instances.append(other[p.inst])
        q = p.copy()
        q.inst, q.ttl = other[p.inst], 63
        out += [p, q]
    return out


def reordered(rng, packets, notes):
    """By up to 60 packets, not in front of a connection's first ones, which say where it begins."""
    share = rng.choice([0.02, 0.1, 0.3])
    most = rng.choice([3, 20, 60]) if not notes.twice else 20
    firsts, places = collections.Counter(), []
    for i, p in enumerate(packets):
        firsts[p.inst] += 1
        moves = firsts[p.inst] > 8 and not p.flags & (SYN | FIN | RST) and rng.random() < share
        places.append((i + (rng.random() * most if moves else 0), i))
    # Ends stay behind what was sent before them.
    out, late = [packets[i] for _, i in sorted(places)], []
    ends = [p for p in out if p.flags & (FIN | RST)]
    if ends:
        late = [p for p in out if p in ends or out.index(p) > out.index(ends[0])]
        out = [p for p in out if p not in late] + sorted(late, key=lambda p: (p.flags & (FIN | RST) != 0, 0)) if len(out) < 4000 else out
    return out


def without_strange_bytes(packets):
    """A keep-alive in front of the acknowledgement that makes it one, or where that is lost, is a byte like any other."""
    acked, out = collections.Counter(), []
    for p in packets:
        if not p.garbage or acked[p.inst, p.d] in (0, p.off + 1):
            out.append(p)
        acked[p.inst, OTHER[p.d]] = max(acked[p.inst, OTHER[p.d]], p.ack)
    return out


def ack_first(rng, packets, notes):
    """Acknowledgements before what they acknowledge: the capture saw the two directions at different places."""
    out = list(packets)
    for i in range(len(out) - 1):
        a, b = out[i], out[i + 1]
        if behind_head(a) and len(a.data) > 1 and a.inst is b.inst and a.d != b.d and not has_data(b) and b.flags == ACK and rng.random() < 0.3:
            out[i], out[i + 1] = b, a
    return out


def retransmitted(rng, packets, notes):
    """Again, cut at other places, some of them over the border between two segments; some of it new."""
    out = []
    for p in packets:
        out.append(p)
        if not behind_head(p) or rng.random() > 0.15:
            continue
        stream = p.inst.conn.stream[p.d]
        a = max(p.inst.conn.head[p.d], p.off - rng.choice([0, 1, 100]))
        b = min(p.off + len(p.data), a + rng.choice([2, 50, 1448]))
        if b > a + 1:  # one byte that was acknowledged is a keep-alive
            q = p.copy()
            q.off = q.seq_off = a
            q.data = bytes(stream[a:b])
            out.append(q)
    return out


def keep_alives(rng, packets, notes):
    """One byte before what was sent last, of garbage, acknowledged already."""
    out, top = [], collections.Counter()
    for p in packets:
        out.append(p)
        key = p.inst, p.d
        if p.flags & (SYN | FIN | RST):
            continue
        top[key] = max(top[key], p.seq_off + len(p.data))
        if has_data(p) or rng.random() > 0.1 or p.seq_off != top[key] or top[key] <= p.inst.conn.head[p.d]:
            continue
        q = Packet(p.inst, p.d, p.seq_off - 1, b"\x5a", p.ack, ACK)
        q.seq_off, q.garbage = q.off, True
        out.append(q)
        back = Packet(p.inst, OTHER[p.d], p.ack, b"", p.seq_off, ACK)
        back.seq_off = back.off
        out.append(back)
    return out


def fragments(rng, packets, notes):
    """IP fragments; of some a piece is lost."""
    for p in packets:
        if behind_head(p) and len(p.data) > 64 and rng.random() < 0.1 and p.snap is None:
            p.pieces = rng.choice([2, 3])
            p.lost_piece = rng.randrange(p.pieces) if rng.random() < 0.3 else None
    return packets


DAMAGES = {
    "lose 1 %": lose(0.01), "lose 5 %": lose(0.05), "lose headers": lose_header, "lose frames": lose_frames, "lose head": lose_head,
    "lose tail": lose_tail, "one direction": one_direction, "no SYN": no_syn, "start late": start_late, "snaplen": snaplen,
    "snaplen from the start": snaplen_all, "doubled": doubled, "NAT": nat, "reordered": reordered, "ACK first": ack_first,
    "retransmitted": retransmitted, "keep-alives": keep_alives, "fragments": fragments,
}
# In the order in which they can be put on each other.
ORDER = ["keep-alives", "retransmitted", "ACK first", "reordered", "lose 1 %", "lose 5 %", "lose headers", "lose frames", "lose head", "lose tail",
         "fragments", "snaplen", "snaplen from the start", "doubled", "NAT", "one direction", "no SYN", "start late"]


class Notes:
    begun, exact_gaps = True, True

    def __init__(self, instances, cuts, names):
        self.instances, self.cuts = instances, cuts
        self.twice = "doubled" in names or "retransmitted" in names  # which counts for the packets that are waited for


# ---- the file

def ip_of(text):
    return bytes(map(int, text.split(".")))


def wire_of(p, ident):
    """The packet's bytes, from the link layer on: one of them, or its fragments."""
    inst = p.inst
    source, target = (inst.client, inst.server) if p.d == "client" else (inst.server, inst.client)
    seq = (inst.isn[p.d] + 1 + p.seq_off) & 0xFFFFFFFF
    ack = (inst.isn[OTHER[p.d]] + 1 + p.ack) & 0xFFFFFFFF if p.flags & ACK else 0
    tcp = struct.pack(">HHIIBBHHH", source[1], target[1], seq, ack, 0x50, p.flags, 65535, 0, 0) + p.data
    link = bytes(12) + (struct.pack(">HHH", 0x8100, p.vlan, 0x0800) if p.vlan else b"\x08\0")
    size = len(tcp) if p.pieces == 1 else (-(-len(tcp) // p.pieces) + 7) // 8 * 8
    for i in range(p.pieces):
        part = tcp[i * size:(i + 1) * size]
        if i == p.lost_piece or not part:
            continue
        more = 0x2000 if (i + 1) * size < len(tcp) else 0
        yield link + struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(part), ident & 0xFFFF, more | i * size // 8, p.ttl, 6, 0,
                                 ip_of(source[0]), ip_of(target[0])) + part


def write(path, packets):
    """Gives each packet its time. Returns {time: packet}, by microseconds."""
    times, now = {}, 1_600_000_000_000_000
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for i, p in enumerate(packets):
            for data in wire_of(p, i):
                now += 500
                kept = data[:p.snap] if p.snap else data
                f.write(struct.pack("<IIII", now // 1000000, now % 1000000, len(kept), len(data)) + kept)
            p.time = now
            times[now] = p
    return times


# ---- what the capture has of what was sent

class Coverage:
    """Of one instance's direction: which bytes the capture has, and the packet that each came with first."""

    def __init__(self, size):
        self.owner, self.size, self.top, self.acked, self.doubtful = [None] * size, size, 0, 0, 0
        self.begun = False  # its SYN or other bytes were seen: what comes first is where it begins, also if it is one byte

    def add(self, p):
        n, begun = p.captured(), self.begun
        self.begun = begun or len(p.data) > 0 and p.lost_piece is None
        if len(p.data) == 1 and self.acked in ((0, p.off + 1) if begun else (p.off + 1,)) and not all(map(self.has, range(p.off))):
            self.doubtful += 1
            return
        for i in range(p.off, p.off + (len(p.data) if p.snap else n)):  # the first copy counts: what the snaplen cut is not waited for
            if self.owner[i] is None:
                self.owner[i] = p if i < p.off + n else CUT
        if len(p.data) and not p.garbage and p.lost_piece is None:
            self.top = max(self.top, p.off + len(p.data))

    def island(self, at):
        """The bytes around a place that the capture has."""
        a = b = at
        while a > 0 and self.has(a - 1):
            a -= 1
        while b < self.size and self.has(b):
            b += 1
        return a, b

    def hides(self, at, conn, d):
        """Whether nothing tells a frame that begins here from its surroundings, once the framing is lost."""
        a, b = self.island(at)
        begins = self.owner[at].off == at and at in conn.writes[d]
        return a > 0 and (not conn.alone and not begins or b - at < SHORT or self.behind_full(at))

    def behind_full(self, at):
        """Whether the segment that begins here could be the end of a long write."""
        sizes, begin = [len(self.owner[at].data)], at
        while len(sizes) < 3 and begin > 0 and self.has(begin - 1):
            sizes.append(len(self.owner[begin - 1].data))
            begin -= sizes[-1]
        return len(sizes) == 3 and sizes[1] == sizes[2] >= sizes[0]

    def has(self, at):
        return self.owner[at] is not None and self.owner[at] is not CUT

    def whole(self, begin, end):
        return all(map(self.has, range(begin, end)))


def coverage_of(packets, instances):
    cover = {(inst, d): Coverage(len(inst.conn.stream[d])) for inst in instances for d in OTHER}
    for p in packets:
        if p.flags & SYN:
            cover[p.inst, p.d].begun = True
        else:
            cover[p.inst, p.d].add(p)
            other = cover[p.inst, OTHER[p.d]]
            other.acked = max(other.acked, p.ack)
            other.top = max(other.top, min(p.ack, other.size))
            if p.flags & (FIN | RST):
                cover[p.inst, p.d].top = max(cover[p.inst, p.d].top, p.seq_off)
    return cover


# ---- what was told, held against it


def fits(data, known, truth):
    return len(data) <= len(truth) and all(not k or a == b for a, b, k in zip(data, truth, known))


OPCODES = {"text": 1, "binary": 2, "close": 8, "ping": 9, "pong": 10}


def microseconds(text):
    whole, frac = text[:-1].split(".")
    when = datetime.datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.timezone.utc)
    return int(when.timestamp()) * 1000000 + int(frac) // 1000


class Check:
    def __init__(self, notes, packets, times, events):
        self.notes, self.times, self.wrong = notes, times, []
        self.cover = coverage_of(packets, notes.instances)
        self.told = collections.Counter()
        self.carried = 0
        self.whole = set()
        self.first = {}
        self.begins = collections.defaultdict(list)
        self.frames = collections.defaultdict(list)
        for inst in notes.instances:
            for d in OTHER:
                owner = self.cover[inst, d].owner
                for m in inst.conn.messages[d]:
                    self.begins[inst, d, owner[m.begin]].append(m)
                for f in inst.conn.frames[d]:
                    self.frames[inst, d, owner[f.begin]].append(f)
        self.read(events)

    def alike(self, inst, d):
        """Whether what is told of this direction may be what it carries."""
        return inst.conn.looks_alike and d == "server"

    def complain(self, what):
        self.wrong.append(what)

    def read(self, events):
        ends, conns = collections.Counter(), {}
        for e in events:
            kind = e["type"]
            if kind == "connection":
                conns[e["conn"]] = e
            if kind == "summary":
                self.summary = e
                continue
            if e.get("conn") is not None and ends[e["conn"]]:
                self.complain(f"a line behind the close of #{e['conn']}")
            if kind == "close":
                ends[e["conn"]] += 1
            if kind == "message":
                self.message(e, conns[e["conn"]])
        for conn, e in conns.items():
            wanted = 0 if e["handshake"] in ("rejected", "unanswered") else 1
            if ends[conn] != wanted:
                self.complain(f"#{conn} has {ends[conn]} ends")

    def message(self, e, connection):
        p = self.times.get(microseconds(e["first_ts"]))
        place = f"{e['dir']} {e['opcode']} of {e['length']} bytes at {e['first_ts'][-10:]}"
        if p is None:
            self.complain(f"no packet has this time: {place}")
            return
        inst, d = p.inst, e["dir"]
        if (connection["client"]["ip"], connection["client"]["port"]) != inst.client:
            self.complain(f"another connection's: {place}")
            return
        self.first.setdefault((inst, d), e)
        data, known = payload_of(e)
        if e["opcode"] not in OPCODES:
            if self.alike(inst, d):
                self.carried += 1
            elif e["opcode"] != "continuation" or not any(f.first & 15 == 0 and fits(data, known, f.payload) for f in self.frames[inst, d, p]):
                self.complain(f"never sent: {place}")
            return
        for m in self.begins[inst, d, p]:
            if m.opcode == OPCODES[e["opcode"]] and (inst, m) not in self.whole and self.is_it(e, m, data, known):
                self.told[inst, m] += 1
                self.whole.add((inst, m))
                return
        if self.alike(inst, d):
            self.carried += 1
            return
        self.complain(f"never sent, or again: {place} {data[:30]!r}")

    def is_it(self, e, m, data, known):
        if not e.get("inflated", True):
            return fits(data, known, b"".join(f.payload for f in m.frames))
        if e["complete"]:
            return data == m.payload
        return fits(data, known, m.payload)

    def messages(self):
        """Those that had to be told, and were not."""
        due = hidden = 0
        for inst in self.notes.instances:
            for d in OTHER:
                cover, waiting = self.cover[inst, d], not self.notes.begun
                for m in inst.conn.messages[d]:
                    waiting = waiting and not self.told[inst, m]
                    if waiting or not all(cover.whole(a, b) for a, b in m.spans()):
                        continue
                    due += 1
                    if self.told[inst, m] == 1:
                        continue
                    if cover.hides(m.begin, inst.conn, d) or self.alike(inst, d):
                        hidden += 1
                        continue
                    self.complain(f"not told: {inst.client[1]} {d} opcode {m.opcode}, {len(m.payload)} bytes, {'compressed, ' if m.compressed else ''}"
                                  f"[{m.begin}, {m.end}) in {cover.island(m.begin)}, of {cover.size}, with {cover.owner[m.begin].time}")
        return due, hidden

    def gaps(self):
        missing = slack = 0
        for (inst, d), cover in self.cover.items():
            missing += sum(1 for at in range(cover.top) if not cover.has(at))
            # Where the FIN itself is lost, an acknowledgement of it looks like that of one more byte; and one byte more like a FIN.
            slack += (cover.top > 0 and not cover.has(cover.top - 1)) + cover.doubtful
        told = self.summary["gap_bytes"]
        if told > missing + slack or self.notes.exact_gaps and told < missing - slack:
            self.complain(f"gap_bytes is {told}, and {missing} are missing")


def run(wscope, seed, keep, only, alike=False):
    rng = random.Random(seed)
    style = rng.choice(["small", "small", "mixed", "mixed", "large"])
    takeover = {"client": None, "server": None}
    if rng.random() < 0.35:
        takeover = {d: rng.random() < 0.6 for d in takeover}
    cuts, instances, lists = {}, [], []
    names = rng.sample(list(DAMAGES), rng.choice([0, 1, 1, 2, 2, 3, 4]))
    names = sorted(only or names, key=ORDER.index)
    count, alone = rng.choice([1, 1, 2, 3]), rng.random() < 0.5
    for i in range(count):
        conn = traffic.Connection(rng, i, style, takeover, alone, alike)
        conn.talk(rng.choice([5, 30, 80]) if style != "large" else rng.choice([4, 12]))
        ending = rng.choice(["fin", "fin", "rst", "none"])
        if ending == "fin" and rng.random() < 0.8:
            conn.close()
        share = 0.1 if "lose headers" in names else 0
        cuts[conn] = {d: {f.begin + k for f in conn.frames[d] if rng.random() < share for k in range(f.body - f.begin + 1)
                          if rng.random() < 0.6} for d in OTHER}
        again = bool(instances) and rng.random() < 0.15 and not {"reordered", "no SYN", "start late", "NAT"} & set(names)
        client = instances[-1].client if again else ("10.0.0.%d" % (1 + i), rng.randrange(40000, 60000))
        inst = Instance(rng, conn, client, ("10.0.1.1", 8080))
        instances.append(inst)
        packets = ideal(rng, inst, cuts[conn], ending)
        if again:  # the four-tuple is used again, behind the other one
            lists[-1] += packets
        else:
            lists.append(packets)
    packets = []
    lists = [list(reversed(one)) for one in lists]
    while lists:
        one = rng.choice(lists)
        for _ in range(min(rng.choice([1, 1, 4]), len(one))):
            packets.append(one.pop())
        if not one:
            lists.remove(one)
    notes = Notes(instances, cuts, names)
    for name in names:
        packets = DAMAGES[name](rng, packets, notes)
    packets = without_strange_bytes(packets)
    path = os.path.join(keep or tempfile.gettempdir(), f"damage-{os.getpid()}-{seed}.pcap")
    times = write(path, packets)
    out = subprocess.run([wscope, "-q", "-o", "json", "--max-payload", "0", path], stdout=subprocess.PIPE)
    check = Check(notes, packets, times, [json.loads(line) for line in out.stdout.decode().splitlines()])
    due, hidden = check.messages()
    check.gaps()
    if out.returncode != 0:
        check.complain(f"exit status {out.returncode}")
    if check.wrong:
        deflate = "".join({None: "-", True: "t", False: "n"}[takeover[d]] for d in takeover)
        print(f"seed {seed} ({style}{', alone' if alone else ''}, {count} connections, deflate {deflate}; {', '.join(names) or 'no damage'}): {due} messages had to be told")
        for text in check.wrong[:6]:
            print("    " + text)
    if not (keep and check.wrong):
        os.unlink(path)
    return due, hidden, bool(check.wrong), check.carried


def main():
    words, options = [], {}
    arguments = sys.argv[1:]
    while arguments:
        word = arguments.pop(0)
        if word.startswith("--"):
            options[word] = arguments.pop(0)
        else:
            words.append(word)
    wscope, seed, count = words[0], int(words[1]), int(words[2]) if len(words) > 2 else 1
    only = [options["--only"].split(",")] if "--only" in options else [[name] for name in ORDER] if "--each" in options else [None]
    results = [run(wscope, s, options.get("--keep"), names, "--alike" in options) for names in only for s in range(seed, seed + count)]
    count = len(results)
    bad = sum(r[2] for r in results)
    carried = sum(r[3] for r in results)
    print(f"{count} captures: {sum(r[0] for r in results)} messages had to be told, {sum(r[1] for r in results)} are hidden; "
          f"{bad} captures with something wrong" + (f"; {carried} messages told that messages carried" if carried else ""))
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
