#!/usr/bin/env python3
"""What is left of a capture when segments are missing, out of order or doubled.

usage: loss.py WSCOPE CAPTURE [SEED]

Takes a capture made by generate.c (Ethernet, IPv4, TCP, time stamps that differ), changes it with a seeded generator, and
compares what wscope tells of both. Prints one row of Markdown for each change:
  whole    messages of which no byte was removed: how many of them were told whole and exactly once
  foreign  messages that were told whole but were never sent so: must be 0
  gap      gap_bytes of the summary, and the bytes that were removed
  payload  the share of the sent payload bytes that was told
"""
import collections, json, random, struct, subprocess, sys, tempfile


def read(path):
    data = open(path, "rb").read()
    at, packets = 24, []
    while at < len(data):
        sec, frac, n, _ = struct.unpack_from("<IIII", data, at)
        packets.append((data[at : at + 16], data[at + 16 : at + 16 + n], (sec, frac)))
        at += 16 + n
    return data[:24], packets


def payload(packet):
    ip = 14
    total = struct.unpack_from(">H", packet, ip + 2)[0]
    tcp = ip + (packet[ip] & 15) * 4
    return ip + total - tcp - (packet[tcp + 12] >> 4) * 4


def key(packet):
    return packet[26:38]  # addresses and ports: one direction


def write(header, packets):
    f = tempfile.NamedTemporaryFile(suffix=".pcap")
    f.write(header + b"".join(h + p for h, p, _ in packets))
    f.flush()
    return f


def tell(wscope, path):
    run = subprocess.run([wscope, "-o", "json", "--max-payload", "0", path], stdout=subprocess.PIPE, check=True)
    ports, messages, told, summary = {}, collections.Counter(), 0, None
    spans = {}
    for line in run.stdout.decode().splitlines():
        e = json.loads(line)
        if e["type"] == "connection":
            ports[e["conn"]] = (e["client"]["ip"], e["client"]["port"])
        elif e["type"] == "message" and e["opcode"] in ("text", "binary"):
            told += e["length"] - e.get("unknown_bytes", 0) if e["complete"] or e.get("unknown_bytes") else 0
            if e["complete"]:
                m = (ports[e["conn"]], e["dir"], e["first_ts"], e["ts"], e.get("text", e.get("base64")))
                messages[m] += 1
        elif e["type"] == "summary":
            summary = e
    return messages, told, summary


def stamp(text):
    clock = text[11:-1].split(":")
    return int(clock[0]) * 3600 + int(clock[1]) * 60 + float(clock[2])


def lost(packets, share, rng):
    """Removes a share of the data segments behind each direction's handshake. Returns what is left and what went."""
    seen, left, gone = collections.Counter(), [], []
    for p in packets:
        n = payload(p[1])
        seen[key(p[1])] += n > 0
        if n > 0 and seen[key(p[1])] > 1 and rng.random() < share:
            gone.append(p)
        else:
            left.append(p)
    return left, gone


def reordered(packets, share, rng):
    left = list(packets)
    for i in range(len(left) - 4):
        if rng.random() < share:
            left.insert(i + rng.randrange(1, 4), left.pop(i))
    return left, []


def doubled(packets, share, rng):
    left = []
    for p in packets:
        left += [p, p] if rng.random() < share else [p]
    return left, []


def untouched(messages, gone):
    """The messages with no removed segment of their direction between their first and last packet."""
    holes = collections.defaultdict(list)
    for _, p, (sec, frac) in gone:
        src, dst = (p[26:30], p[34:36]), (p[30:34], p[36:38])
        holes[src].append(sec % 86400 + frac / 1e6)
        del dst
    keep = []
    for m in messages:
        (ip, port), direction, first, last, _ = m
        if direction == "client":
            at = holes.get((bytes(map(int, ip.split("."))), struct.pack(">H", port)), [])
            if any(stamp(first) - 5e-7 <= t <= stamp(last) + 5e-7 for t in at):
                continue
        keep.append(m)
    return keep, holes


def server_holes(gone):
    """By the client's end, for what the server sent."""
    holes = collections.defaultdict(list)
    for _, p, (sec, frac) in gone:
        holes[(p[30:34], p[36:38])].append(sec % 86400 + frac / 1e6)
    return holes


def compare(name, wscope, header, packets, change, share, rng, sent, sent_bytes):
    left, gone = change(packets, share, rng)
    with write(header, left) as f:
        told, told_bytes, summary = tell(wscope, f.name)
    clear, _ = untouched(sent, gone)
    by_server = server_holes(gone)
    whole = []
    for m in clear:
        (ip, port), direction, first, last, _ = m
        at = by_server.get((bytes(map(int, ip.split("."))), struct.pack(">H", port)), []) if direction == "server" else []
        if not any(stamp(first) - 5e-7 <= t <= stamp(last) + 5e-7 for t in at):
            whole.append(m)
    if change is lost:
        good, foreign = sum(told[m] == 1 for m in whole), sum((told - sent).values())
    else:  # packets are numbered and timed anew: only who said what counts
        plain = lambda c: collections.Counter({}) + collections.Counter([(m[0], m[1], m[4]) for m in c.elements()])
        good, foreign = sum((plain(told) & plain(sent)).values()), sum((plain(told) - plain(sent)).values())
    removed = sum(payload(p[1]) for p in gone)
    print(f"| {name} | {len(gone)} | {good} of {len(whole)} | {foreign} | {summary['gap_bytes']} of {removed} |"
          f" {100 * told_bytes / max(1, sent_bytes):.2f} % |", flush=True)


def main():
    wscope, path = sys.argv[1:3]
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    header, packets = read(path)
    sent, sent_bytes, _ = tell(wscope, path)
    print("| change | segments removed | whole messages told | foreign | gap bytes | payload told |")
    print("|---|---|---|---|---|---|")
    for name, change, share in (("0.1 % lost", lost, 0.001), ("1 % lost", lost, 0.01), ("5 % lost", lost, 0.05),
                                ("10 % reordered", reordered, 0.1), ("10 % doubled", doubled, 0.1)):
        compare(name, wscope, header, packets, change, share, random.Random(seed), sent, sent_bytes)


main()
