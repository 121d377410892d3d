#!/usr/bin/env python3
"""Streams that are no WebSockets, joined late: how many does wscope take for one? None is wanted.

    strangers.py WSCOPE MEBIBYTES SEED      prints the bytes, the streams and the connections found; status 1 if there is one

Each stream is random bytes, records as TLS, SSH, HTTP/2 and MQTT have them, HTTP with bodies, text, zeros with a byte here and
there, or one pattern again and again. None has a SYN, so each is judged by its bytes. They go through a pipe; nothing is kept.
"""
import json
import random
import struct
import subprocess
import sys


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
        seq = at = rng.randrange(1 << 32)
        while at - seq < len(stream):
            n = rng.choice([1448, 1448, 1448, 700, 100, 60])
            program.stdin.write(packet(10000 + streams % 50000, at, stream[at - seq:at - seq + n], time))
            at += n
            time += 50
        made += len(stream)
        streams += 1
    program.stdin.close()
    found = sum(json.loads(line)["type"] == "connection" for line in program.stdout)
    print(f"{made >> 20} MiB, {streams} streams that are no WebSockets: {found} taken for one")
    return found != 0 or program.wait() != 0


if __name__ == "__main__":
    sys.exit(main())
