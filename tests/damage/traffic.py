"""WebSocket connections made up by a seeded generator: the bytes that both sides send, and every message and frame in them.

A Connection has stream[d] for d in "client", "server": the whole bytes of a direction, and frames[d] with the places of each frame;
messages[d] with the frames that carry them. Nothing here knows packets.
"""
import base64
import hashlib
import struct
import zlib

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT = "abcdefghijklmnopqrstuvwxyz {}[]\":,0123456789\u00e9\u0431\u4e2d\U0001F600"


class Frame:
    def __init__(self, begin, header, end, first, payload):
        self.begin, self.body, self.end, self.first, self.payload = begin, begin + header, end, first, payload


class Message:
    """payload: what the application sent. compressed: what the wire has is another."""

    def __init__(self, opcode, payload, compressed):
        self.opcode, self.payload, self.compressed, self.frames = opcode, payload, compressed, []

    begin = property(lambda self: self.frames[0].begin)
    end = property(lambda self: self.frames[-1].end)

    def spans(self):
        return [(f.begin, f.end) for f in self.frames]


class Connection:
    """style: how large messages are, what is in them; takeover[d]: None, True or False (no deflate, with, without). alone: the
    application writes each message by itself, as most do; else some go together, and in fragments with pings between them. looks_alike:
    payloads look like frames."""

    def __init__(self, rng, number, style, takeover, alone, looks_alike=False):
        self.rng, self.number, self.style, self.takeover, self.alone, self.looks_alike = rng, number, style, takeover, alone, looks_alike
        self.stream = {"client": bytearray(), "server": bytearray()}
        self.frames = {"client": [], "server": []}
        self.messages = {"client": [], "server": []}
        self.writes = {"client": [0], "server": [0]}  # where the application's writes end
        self.turns = []  # (direction, end of the write), in the order of time
        self.deflater = {d: zlib.compressobj(9, zlib.DEFLATED, -15) for d in self.stream}
        self.open()

    def write(self, d, data):
        self.stream[d] += data
        self.writes[d].append(len(self.stream[d]))
        self.turns.append((d, len(self.stream[d])))

    def open(self):
        key = base64.b64encode(self.rng.randbytes(16))
        accept = base64.b64encode(hashlib.sha1(key + MAGIC).digest())
        extension = b""
        if self.takeover["client"] is not None:
            names = [d for d in ("client", "server") if not self.takeover[d]]
            extension = b"Sec-WebSocket-Extensions: permessage-deflate" + b"".join(b"; %s_no_context_takeover" % n.encode() for n in names) + b"\r\n"
        self.write("client", b"GET /%d HTTP/1.1\r\nHost: example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: %s\r\n"
                   b"Sec-WebSocket-Version: 13\r\n%s\r\n" % (self.number, key, extension))
        self.write("server", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s\r\n"
                   % (accept, extension))
        self.head = {d: len(self.stream[d]) for d in self.stream}

    # ---- frames

    def frame(self, d, opcode, fin, payload, rsv1=False):
        first = (0x80 if fin else 0) | (0x40 if rsv1 else 0) | opcode
        n, mask = len(payload), 0x80 if d == "client" else 0
        length = bytes([mask | n]) if n < 126 else bytes([mask | 126]) + struct.pack(">H", n) if n < 65536 else bytes([mask | 127]) + struct.pack(">Q", n)
        header = bytes([first]) + length
        wire = payload
        if mask:
            key = self.rng.randbytes(4)
            header += key
            wire = (int.from_bytes(payload, "big") ^ int.from_bytes((key * (n // 4 + 1))[:n], "big")).to_bytes(n, "big")
        begin = len(self.stream[d]) + len(self.pending)
        self.pending += header + wire
        f = Frame(begin, len(header), begin + len(header) + n, first, payload)
        self.frames[d].append(f)
        return f

    def control(self, d, opcode, payload):
        m = Message(opcode, payload, False)
        m.frames.append(self.frame(d, opcode, True, payload))
        self.messages[d].append(m)

    def send(self, d, opcode, payload):
        """One message, perhaps in fragments with a ping between them."""
        wire, rsv1 = payload, False
        if self.takeover[d] is not None and self.rng.random() < 0.95:
            if not self.takeover[d]:
                self.deflater[d] = zlib.compressobj(9, zlib.DEFLATED, -15)
            wire, rsv1 = (self.deflater[d].compress(payload) + self.deflater[d].flush(zlib.Z_SYNC_FLUSH))[:-4], True
        m = Message(opcode, payload, rsv1)
        pieces = [wire]
        if len(wire) > 3 and self.rng.random() < 0.15 and not self.alone:
            cuts = sorted(self.rng.sample(range(1, len(wire)), min(3, len(wire) - 1)))
            pieces = [wire[a:b] for a, b in zip([0] + cuts, cuts + [len(wire)])]
        for i, piece in enumerate(pieces):
            m.frames.append(self.frame(d, opcode if i == 0 else 0, i == len(pieces) - 1, piece, rsv1 and i == 0))
            if i < len(pieces) - 1 and self.rng.random() < 0.3:
                self.control(d, 9, b"between")
        self.messages[d].append(m)

    # ---- what applications say

    def hostile(self):
        """Payloads that look like frames: frames inside a message (a capture of a WebSocket that is sent over one), masked as this side's
        or not, headers alone, and short patterns again and again."""
        r = self.rng
        n, kind = r.choice([40, 300, 1500, 4000]), r.choice(["frames", "frames", "headers", "pattern", "pattern"])
        out = bytearray()
        if kind == "pattern":
            unit = r.choice([b"\x81\x05hello", b"\x82\x7e\x00\x10" + bytes(range(16)), b"\x89\x00", b"\x82\x02\x82\x02", b"\x81\x85abcdefghi",
                             b"\x00\x01", b"\x01\x03abc\x80\x01d", r.randbytes(r.choice([1, 2, 3, 4, 8, 84]))])
            return 2, (unit * (n // len(unit) + 1))[:n]
        while len(out) < n:
            m = r.choice([0, 3, 20, 125, 126, 400])
            masked, opcode = r.choice([0, 0x80]), r.choice([0x81, 0x82, 0x82, 0x89, 0x01, 0x80, 0xc1])
            out += bytes([opcode, masked | m]) if m < 126 else bytes([opcode, masked | 126]) + struct.pack(">H", m)
            out += r.randbytes(4 if masked else 0)
            if kind == "frames":
                out += "".join(r.choices(TEXT[:26], k=m)).encode() if r.random() < 0.5 else r.randbytes(m)
        return 2, bytes(out[:n] if r.random() < 0.5 else out)

    def payload(self):
        r = self.rng
        if self.looks_alike and r.random() < 0.4:
            return self.hostile()
        if self.style == "small":
            n = r.choice([0, 1, 2, 5, 20, 60, 100, 125, 126, 127, 200, 400])
        elif self.style == "large":
            n = r.choice([20, 1500, 4000, 20000, 65535, 65536, 90000])
        else:
            n = r.choice([0, 3, 30, 125, 126, 500, 1500, 3000, 9000])
        if r.random() < 0.6:
            return 1, "".join(r.choices(TEXT, k=n // 2 + n % 2)).encode()
        if self.style == "mixed" and r.random() < 0.3:
            return 2, bytes(n)
        return 2, r.randbytes(n)

    def talk(self, messages):
        for i in range(messages):
            d = self.rng.choice(["client", "server", "server"])
            self.pending = bytearray()
            for _ in range(1 if self.alone else self.rng.choice([1, 1, 1, 1, 2, 6])):
                if self.rng.random() < 0.08:
                    self.control(d, self.rng.choice([9, 10]), self.rng.randbytes(self.rng.choice([0, 4, 125])))
                else:
                    self.send(d, *self.payload())
            self.write(d, self.pending)

    def close(self):
        for d in ("client", "server"):
            self.pending = bytearray()
            self.control(d, 8, struct.pack(">H", 1000) + b"done")
            self.write(d, self.pending)
