#!/usr/bin/env python3
"""Streams that are no WebSockets, joined late: how many does wscope take for one? None is wanted.

    strangers.py WSCOPE MEBIBYTES SEED      prints the bytes, the streams and the connections found; status 1 if there is one

Each stream is what one protocol sends (KINDS), begun at a random place in it: random bytes, records as TLS, SSH, HTTP/2, MQTT, AMQP,
Kafka, SMB, BitTorrent and DNS over TCP have them, what MySQL, PostgreSQL, MongoDB and Redis answer, gRPC, HTTP with bodies, JSON
lines, RTP in RTSP, MPEG transport, FLV and MP4, compressed files, archives, a git pack in its side band, tables of small and of large
numbers, samples of sound, pixels, text, zeros with a byte here and there, or one pattern again and again. None has a SYN, so each is
judged by its bytes. Half of them begin each record in a segment of its own, as programs that write records do; the others do not. They
go through a pipe; nothing is kept.
"""
import bz2
import hashlib
import json
import lzma
import random
import struct
import subprocess
import sys
import zlib


def records(rng, size, header, lengths):
    out = bytearray()
    while len(out) < size:
        n = rng.choice(lengths)
        out += header(n) + rng.randbytes(n)
    return bytes(out)


def http(rng, size):
    out = bytearray(rng.randbytes(rng.randrange(2000)))
    while len(out) < size:
        n = rng.randrange(100, 5000)
        out += b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % n
        out += rng.choice([rng.randbytes(n), (b"abc " * n)[:n]])
    return bytes(out)


def text(rng, size):
    return "".join(rng.choices("abc {}\":,\u0430\u0431\u0432\u4e00\u4e8c\u00e9", k=size // 2)).encode()


def zeros(rng, size):
    return bytes(rng.randrange(256) if rng.random() < 0.1 else 0 for _ in range(min(size, 150000)))


def pattern(rng, size):
    once = rng.randbytes(rng.randrange(3, 150))
    return once * (size // len(once))


WORDS = "the quick brown fox jumps over a lazy dog while 42 sensors report temperature humidity pressure".split()


def words(rng, size):
    return " ".join(rng.choices(WORDS, k=size // 3)).encode()[:size]


def row(rng):
    return [words(rng, rng.randrange(1, 40)), str(rng.randrange(10**6)).encode(), b"%d.%d" % (rng.randrange(99), rng.randrange(99))]


def frames_of(make):
    """A stream of records, each a piece of its own."""
    def stream(rng, size):
        pieces, made = [], 0
        while made < size:
            pieces.append(make(rng, len(pieces)))
            made += len(pieces[-1])
        return pieces
    return stream


def mysql(rng, i):
    body = b"".join(bytes([len(v)]) + v for v in row(rng))
    return struct.pack("<I", len(body))[:3] + bytes([i & 255]) + body


def postgres(rng, i):
    body = struct.pack(">H", 3) + b"".join(struct.pack(">I", len(v)) + v for v in row(rng))
    return b"D" + struct.pack(">I", len(body) + 4) + body


def mongo(rng, i):
    body = b"".join(b"\x02f%d\0" % k + struct.pack("<I", len(v) + 1) + v + b"\0" for k, v in enumerate(row(rng)))
    document = struct.pack("<I", len(body) + 5) + body + b"\0"
    return struct.pack("<IIII", 21 + len(document), i, i, 2013) + bytes(5) + document


def redis(rng, i):
    return rng.choice([b"+OK\r\n", b":%d\r\n" % i, b"$-1\r\n"] + [b"*3\r\n" + b"".join(b"$%d\r\n%s\r\n" % (len(v), v) for v in row(rng))] * 3)


def grpc(rng, i):
    message = b"".join(bytes([8 * k + 10, len(v)]) + v for k, v in enumerate(row(rng)))
    data = b"\0" + struct.pack(">I", len(message)) + message
    return struct.pack(">I", len(data))[1:] + b"\0\0" + struct.pack(">I", 2 * (i % 50) + 1) + data


def rtp(rng, i):
    body = struct.pack(">BBHII", 0x80, rng.choice([96, 224]), i & 65535, i * 160, 0x11223344) + rng.randbytes(rng.choice([160, 172, 1200]))
    return b"$" + bytes([rng.choice([0, 2])]) + struct.pack(">H", len(body)) + body


def transport_stream(rng, i):
    return b"\x47" + struct.pack(">H", rng.choice([0x100, 0x4100, 0x101])) + bytes([0x10 | i & 15]) + rng.randbytes(184)


def flv(rng, i):
    n = rng.choice([50, 400, 6000])
    return bytes([rng.choice([8, 9])]) + struct.pack(">I", n)[1:] + struct.pack(">I", i * 40)[1:] + bytes(4) + rng.randbytes(n) + struct.pack(">I", n + 11)


def mp4(rng, i):
    n = rng.choice([20, 100, 30000])
    return struct.pack(">I", n + 8) + rng.choice([b"moof", b"mdat", b"traf", b"trun"]) + (rng.randbytes(n) if n > 1000 else bytes(n))


def kafka(rng, i):
    values = b"".join(struct.pack(">QII", i + k, len(v), k) + v for k, v in enumerate(row(rng) * 5))
    return struct.pack(">II", len(values) + 4, i) + values


def amqp(rng, i):
    body = words(rng, rng.randrange(10, 500))
    return bytes([rng.choice([1, 2, 3])]) + struct.pack(">HI", 1, len(body)) + body + b"\xce"


def smb(rng, i):
    n = rng.choice([0, 24, 4096, 65536])
    return struct.pack(">I", 64 + n) + b"\xfeSMB" + struct.pack("<HHIHHIIQ", 64, 1, 0, rng.choice([8, 9]), 1, 1, 0, i) + bytes(28) + rng.randbytes(n)


def bittorrent(rng, i):
    if rng.random() < 0.7:
        return struct.pack(">IBII", 16393, 7, i, (i & 7) << 14) + rng.randbytes(16384)
    return struct.pack(">IB", 5, 4) + struct.pack(">I", i)


def dns(rng, i):
    body = struct.pack(">HHHHHH", rng.randrange(65536), 0x8180, 1, 1, 0, 0) + b"\7example\3com\0\0\1\0\1\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4" + rng.randbytes(4)
    return struct.pack(">H", len(body)) + body


def git_pack(rng, i):
    """pack-objects in the side band: objects of a few bytes of header and a zlib stream, cut into packets of 64 KB at most."""
    objects = b"".join(bytes([rng.randrange(128), 0x21]) + zlib.compress(words(rng, rng.randrange(50, 4000))) for _ in range(rng.randrange(1, 30)))
    return b"%04x\1" % (len(objects[:65515]) + 5) + objects[:65515]


def archive(rng, i):
    data = words(rng, rng.randrange(1000, 9000))
    head = (b"file%d.txt" % i).ljust(100, b"\0") + b"0000644\0" * 3 + b"%011o\0" % len(data)
    return head.ljust(512, b"\0") + data.ljust(-(-len(data) // 512) * 512, b"\0")


def json_lines(rng, i):
    return json.dumps({"seq": i, "ts": 1.5e9 + i, "words": [w.decode() for w in row(rng)]}).encode() + b"\n"


def sound(rng, i):
    return b"".join(struct.pack("<h", int(3000 * ((i * 80 + k) % 200 / 100 - 1)) + rng.randrange(-9, 9)) for k in range(80))


def pixels(rng, i):
    color = rng.choice([b"\xff\xff\xff\0", b"\x81\x81\x81\0", b"\x82\x7e\x10\0", b"\0\0\0\xff"])
    return color * rng.choice([1, 5, 40, 300])


def small_numbers(rng, i):
    return struct.pack(">QIHB", i, rng.randrange(1000), rng.randrange(300), 0x81)


def large_numbers(rng, i):
    return struct.pack("<dqI", rng.random() * 1000, i << 20, rng.randrange(1 << 32))


def compressed(rng, i):
    return [zlib.compress, bz2.compress, lzma.compress][i % 3](words(rng, 20000) + rng.randbytes(500))


def hashes(rng, i):
    return hashlib.sha256(struct.pack("<Q", i)).digest()


KINDS = {
    "random": lambda r, n: r.randbytes(n),
    "tls": lambda r, n: records(r, n, lambda k: b"\x17\x03\x03" + struct.pack(">H", k), [40, 120, 600, 1400, 16000]),
    "ssh": lambda r, n: records(r, n, lambda k: struct.pack(">I", k), [16, 32, 48, 64, 1024]),
    "http/2": lambda r, n: records(
        r, n, lambda k: struct.pack(">I", k)[1:] + bytes([r.choice([0, 1, 4, 6, 8]), r.choice([0, 1, 4, 5])])
        + struct.pack(">I", r.randrange(1, 99)), [0, 4, 5, 8, 20, 1000, 16384]),
    "mqtt": lambda r, n: records(r, n, lambda k: b"\x30" + bytes([k + 5]) + b"\0\3a/b", list(range(5, 120))),
    "http": http,
    "text": text,
    "zeros": zeros,
    "pattern": pattern,
}
KINDS.update({make.__name__: frames_of(make) for make in (
    mysql, postgres, mongo, redis, grpc, rtp, transport_stream, flv, mp4, kafka, amqp, smb, bittorrent, dns, git_pack, archive, json_lines,
    sound, pixels, small_numbers, large_numbers, compressed, hashes)})


def segments(rng, stream, by_record):
    """The stream's segments, from a random place in its first records on."""
    if not by_record or not isinstance(stream, list):
        stream = [stream if isinstance(stream, bytes) else b"".join(stream)]
    begun = False
    for piece in stream:
        at = 0 if begun else rng.randrange(min(len(piece), 3000) or 1)
        begun = True
        while at < len(piece):
            n = 1448 if by_record else rng.choice([1448, 1448, 1448, 700, 100, 60])
            yield piece[at:at + n]
            at += n


def packet(port, seq, data, time):
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40 + len(data), 0, 0, 64, 6, 0, b"\x0a\0\0\1", b"\x0a\0\0\2")
    tcp = struct.pack(">HHIIBBHHH", port, 9999, seq & 0xFFFFFFFF, 1, 0x50, 0x18, 65535, 0, 0)
    whole = bytes(12) + b"\x08\0" + ip + tcp + data
    return struct.pack("<IIII", time // 1000000, time % 1000000, len(whole), len(whole)) + whole


def main():
    wscope, total, rng = sys.argv[1], int(sys.argv[2]) << 20, random.Random(int(sys.argv[3]))
    program = subprocess.Popen([wscope, "-q", "-o", "json", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    program.stdin.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    made = streams = time = 0
    kinds = list(KINDS)
    while made < total:
        stream = KINDS[kinds[streams % len(kinds)]](rng, rng.choice([2000, 20000, 140000, 1000000]))
        at = rng.randrange(1 << 32)
        for segment in segments(rng, stream, rng.random() < 0.5):
            program.stdin.write(packet(10000 + streams, at, segment, time))
            at += len(segment)
            made += len(segment)
            time += 50
        streams += 1
    program.stdin.close()
    taken = [json.loads(line) for line in program.stdout if b'"type":"connection"' in line]
    ports = [max(e[side]["port"] for side in ("client", "server")) for e in taken]
    kinds_taken = ": " + ", ".join(kinds[(p - 10000) % len(kinds)] for p in ports) if ports else ""
    print(f"{made >> 20} MiB, {streams} streams that are no WebSockets: {len(taken)} taken for one{kinds_taken}")
    return len(taken) != 0 or program.wait() != 0


if __name__ == "__main__":
    sys.exit(main())
