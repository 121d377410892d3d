#!/usr/bin/env python3
"""What is left of a capture when segments are missing, out of order or doubled, or when it begins anywhere.

usage: loss.py [--start] [--check] WSCOPE CAPTURE [SEED [BEGINNINGS]]

Reads a capture made by generate.c (Ethernet, IPv4, TCP in order, each message in segments of its own), finds out by itself
which messages are in it, changes it by a seeded generator, and holds against that what wscope tells:

  untouched  messages of which no byte was removed: how many of them were told whole and exactly once (compressed ones may have
             unknown bytes: those told exactly once)
  foreign    messages that were told and never sent: must be 0
  wrong      bytes that were told as known, and were others: must be 0
  gap        gap_bytes of the summary, and the bytes that were removed
  known      bytes of payload that were told and known, of all that were sent

Prints rows of Markdown. --start: cut in front of random packets instead. --check: exit with 1 when something does not hold.
"""
import bisect, collections, datetime, json, os, random, struct, subprocess, sys, tempfile, zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from told import payload_of

HEADER = 24


def read(path):
    """The file's header, and its packets: (record, payload's offset and length, direction, time)."""
    data = open(path, "rb").read()
    at, packets = HEADER, []
    while at < len(data):
        sec, frac, n, _ = struct.unpack_from("<IIII", data, at)
        p = data[at + 16 : at + 16 + n]
        tcp = 14 + (p[14] & 15) * 4
        begin = tcp + (p[tcp + 12] >> 4) * 4
        end = 14 + struct.unpack_from(">H", p, 16)[0]
        packets.append((data[at : at + 16] + p, 16 + begin, end - begin, p[26:38], (sec, frac)))
        at += 16 + n
    return data[:HEADER], packets


def flows(packets):
    """The packets with data of each direction, in order."""
    found = collections.defaultdict(list)
    for i, (_, _, n, key, _) in enumerate(packets):
        if n > 0:
            found[key].append(i)
    return found


def unmask(data, key):
    n = len(data)
    return (int.from_bytes(data, "big") ^ int.from_bytes((key * (n // 4 + 1))[:n], "big")).to_bytes(n, "big")


def conversation(packets, indices):
    """The messages of one direction: (index of the first and last packet, payload)."""
    stream, starts = bytearray(), []
    for i in indices:
        record, begin, n, _, _ = packets[i]
        starts.append(len(stream))
        stream += record[begin : begin + n]
    at = stream.index(b"\r\n\r\n") + 4
    inflate = zlib.decompressobj(-15) if b"permessage-deflate" in stream[:at] else None
    while at + 2 <= len(stream):
        first, length, size = stream[at], stream[at + 1] & 127, 2
        if length > 125:
            size = 4 if length == 126 else 10
            length = int.from_bytes(stream[at + 2 : at + size], "big")
        masked = stream[at + 1] & 128
        body = at + size + (4 if masked else 0)
        payload = bytes(stream[body : body + length])
        if masked:
            payload = unmask(payload, bytes(stream[body - 4 : body]))
        if first & 0x40:
            payload = inflate.decompress(payload + b"\0\0\xff\xff")
        where = [indices[bisect.bisect_right(starts, o) - 1] for o in (at, body + length - 1)]
        if first & 15 in (1, 2):
            yield where[0], where[1], payload
        at = body + length


def sent_messages(packets):
    """{(client, dir, time of the first packet): (first and last packet, payload)}"""
    sent = {}
    for key, indices in flows(packets).items():
        d = "server" if struct.unpack(">H", key[8:10])[0] == 8080 else "client"
        client = key[4:8] + key[10:12] if d == "server" else key[0:4] + key[8:10]
        for first, last, payload in conversation(packets, indices):
            sent[client, d, packets[first][4]] = first, last, payload
    return sent


def stamp(text):
    whole, frac = text[:-1].split(".")
    when = datetime.datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.timezone.utc)
    return int(when.timestamp()), int(frac) // 1000


def tell(wscope, header, records):
    with tempfile.NamedTemporaryFile(suffix=".pcap") as f:
        f.write(header + b"".join(records))
        f.flush()
        run = subprocess.run([wscope, "-o", "json", "--max-payload", "0", f.name], stdout=subprocess.PIPE, check=True)
    clients, told, summary = {}, [], None
    for line in run.stdout.decode().split("\n"):
        e = json.loads(line) if line else {"type": None}
        if e["type"] == "connection":
            address = bytes(map(int, e["client"]["ip"].split("."))) + struct.pack(">H", e["client"]["port"])
            clients[e["conn"]] = address
        elif e["type"] == "message" and e["opcode"] != "close":
            told.append(((clients[e["conn"]], e["dir"], stamp(e["first_ts"])), e))
        elif e["type"] == "summary":
            summary = e
    return told, summary


class Result:
    """What was told, held against what was sent."""

    def __init__(self, told, sent):
        self.times, self.whole, self.known, self.wrong, self.foreign = collections.Counter(), set(), 0, 0, 0
        for key, e in told:
            if e["opcode"] == "continuation":  # the end of a message whose beginning is lost
                continue
            if key not in sent:
                self.foreign += 1
                continue
            self.times[key] += 1
            truth = sent[key][2]
            if not e.get("inflated", True):
                continue
            data, known = payload_of(e)
            if e["complete"]:
                self.whole.add(key)
            if e["complete"] and data == truth:
                self.known += len(truth)
                continue
            wrong = sum(1 for a, b, k in zip(data, truth, known) if k and a != b)
            wrong += abs(len(data) - len(truth)) if e["complete"] else max(0, len(data) - len(truth))
            self.wrong += wrong
            self.known += sum(known) - wrong


def lost(packets, share, rng):
    """Removes a share of the data segments behind each direction's handshake."""
    seen, gone = set(), set()
    for i, (_, _, n, key, _) in enumerate(packets):
        if n > 0 and key in seen and rng.random() < share:
            gone.add(i)
        if n > 0:
            seen.add(key)
    return [p[0] for i, p in enumerate(packets) if i not in gone], gone


def reordered(packets, share, rng):
    places = sorted((i + (rng.choice((1.5, 2.5, 3.5)) if rng.random() < share else 0), i) for i in range(len(packets)))
    return [packets[i][0] for _, i in places], set()


def doubled(packets, share, rng):
    return [p[0] for p in packets for _ in range(2 if rng.random() < share else 1)], set()


def is_compressed(packets):
    return any(b"permessage-deflate" in p[0] for p in packets[:64])


def run_changes(wscope, header, packets, sent, seed):
    total = sum(len(m[2]) for m in sent.values())
    holds, compressed = True, is_compressed(packets)
    for name, change, share in (("0.1 % lost", lost, 0.001), ("1 % lost", lost, 0.01), ("5 % lost", lost, 0.05),
                                ("10 % reordered", reordered, 0.1), ("10 % doubled", doubled, 0.1)):
        records, gone = change(packets, share, random.Random(seed))
        told, summary = tell(wscope, header, records)
        r = Result(told, sent)
        holes = collections.defaultdict(list)
        for i in sorted(gone):
            holes[packets[i][3]].append(i)
        clear = []
        for key, (first, last, _) in sent.items():
            h = holes.get(packets[first][3], [])
            if bisect.bisect_left(h, first) == bisect.bisect_right(h, last):
                clear.append(key)
        good = sum(1 for k in clear if r.times[k] == 1 and (k in r.whole or compressed and change is lost))
        removed = sum(packets[i][2] for i in gone)
        print(f"| {name} | {len(gone)} | {good} of {len(clear)} | {r.foreign} | {r.wrong} | {summary['gap_bytes']} of {removed} |"
              f" {100 * r.known / total:.2f} % |", flush=True)
        holds = holds and good == len(clear) and r.foreign == r.wrong == 0 and summary["gap_bytes"] == removed
    return holds


def run_starts(wscope, header, packets, sent, seed, rounds):
    """From a random packet on. A direction's messages count from the first one that was told of it."""
    rng = random.Random(seed)
    compressed = is_compressed(packets)
    order = collections.defaultdict(list)
    for key, m in sorted(sent.items(), key=lambda item: item[1][0]):
        order[key[:2]].append((m[0], key))
    whole = due = after = foreign = wrong = known = total = 0
    for _ in range(rounds):
        start = rng.randrange(len(packets) * 9 // 10)
        told, _ = tell(wscope, header, [p[0] for p in packets[start:]])
        r = Result(told, sent)
        foreign += r.foreign
        wrong += r.wrong
        known += r.known
        begun = {}
        for key, e in told:
            begun[key[:2]] = min(begun.get(key[:2], key[2]), key[2])
        for way, messages in order.items():
            for first, key in messages:
                if first >= start:
                    after += 1
                    total += len(sent[key][2])
                    if way in begun and key[2] >= begun[way]:
                        due += 1
                        whole += r.times[key] == 1 and (key in r.whole or compressed)
    print(f"| {rounds} random packets | {after} | {whole} of {due} | {foreign} | {wrong} | {100 * known / max(1, total):.2f} % |", flush=True)
    return whole == due and foreign == wrong == 0 and due * 4 >= after * 3  # found early enough to be of use


def main():
    words = [a for a in sys.argv[1:] if not a.startswith("--")]
    options = [a for a in sys.argv[1:] if a.startswith("--")]
    wscope, path = words[:2]
    seed = int(words[2]) if len(words) > 2 else 1
    header, packets = read(path)
    sent = sent_messages(packets)
    if "--start" in options:
        holds = run_starts(wscope, header, packets, sent, seed, int(words[3]) if len(words) > 3 else 10)
    else:
        holds = run_changes(wscope, header, packets, sent, seed)
    sys.exit(1 if "--check" in options and not holds else 0)


main()
