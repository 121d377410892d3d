"""Random WebSocket connections, and what must be told of them: made from the RFCs and docs/json.md, without a line of the program.

    differential.py PROGRAM FIRST COUNT [--keep FOLDER]

For each of COUNT seeds from FIRST a capture of some connections at once is made: handshakes with every kind of fault, frames of every kind
with every kind of fault, messages in fragments and compressed in every way, every ending; in TCP segments that are reordered, doubled
and overlapping. What the program says of it as JSON, with and without frames, is held against what was put into it. The
first differences are printed, and the exit status is 1.
"""
import argparse
import base64
import hashlib
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
import zlib

CLIENT, SERVER = 0, 1
SIDE = ('client', 'server')
GUID = b'258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
OPCODES = {0: 'continuation', 1: 'text', 2: 'binary', 8: 'close', 9: 'ping', 10: 'pong'}
RSV1, RSV2, RSV3 = 4, 2, 1
TAIL = b'\0\0\xff\xff'
START = 1_700_000_000 * 10**9

SEVERITY = {'handshake-rejected': 'warning', 'handshake-unanswered': 'warning', 'frame-mask-zero': 'warning',
            'frame-mask-repeated': 'warning', 'tcp-overlap-conflict': 'warning', 'close-missing': 'warning', 'close-unanswered': 'warning',
            'tcp-reset': 'warning', 'close-control-after': 'note'}


def opcode_word(opcode):
    return OPCODES.get(opcode, 'reserved-%d' % opcode)


def stamp(ns):
    return time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(ns // 10**9)) + '.%09dZ' % (ns % 10**9)


# ---- what one side sends, and what is to be told of it -----------------------------------------------------------

class Sender:
    """One direction's bytes. Marks are what is told when the byte before an offset has come."""

    def __init__(self, direction):
        self.d = direction
        self.data = bytearray()
        self.marks = []    # (offset, record)
        self.closed = None  # of the first close frame: (first byte, code or None, reason, valid, too long)
        self.last_mask, self.same_masks, self.mask_told, self.zero_told = None, 0, False, False
        self.open = None   # the message that waits for its next fragment
        self.frames = self.wire_bytes = self.messages = self.payload_bytes = 0
        self.lost = False  # nothing behind can be framed
        self.phases = [0]  # offsets over which segments keep their order

    def mark(self, **record):
        self.marks.append((len(self.data), record))

    def finding(self, code, first):
        self.mark(type='finding', code=code, packet_of=first)


class Compressor:
    """permessage-deflate as its sender sees it."""

    def __init__(self, rng, bits, takeover):
        self.rng, self.bits, self.takeover = rng, bits, takeover
        self.object, self.before, self.window, self.known = None, b'', b'', True

    def compress(self, plain):
        rng = self.rng
        if not self.takeover or self.object is None:
            strategy = zlib.Z_HUFFMAN_ONLY if self.bits == 8 else rng.choice([zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED])
            settings = dict(level=rng.choice([0, 1, 6, 9]), wbits=-max(self.bits, 9), strategy=strategy)
            if self.takeover and self.window and self.bits > 8:
                settings['zdict'] = self.window[-(1 << self.bits):]
            self.object = zlib.compressobj(**settings)
        self.before = self.window
        self.window = (self.window + plain)[-32768:] if self.takeover else b''
        if rng.random() < 0.1:  # a last block (RFC 7692 7.2.3.4): what follows begins a new stream over the same window
            wire = self.object.compress(plain) + self.object.flush(zlib.Z_FINISH) + b'\0'
            self.object = None
            return wire
        wire, at = b'', 0
        while at < len(plain):  # several blocks
            n = len(plain) - at if rng.random() < 0.7 else rng.randint(1, len(plain) - at)
            wire += self.object.compress(plain[at:at + n])
            at += n
            if at < len(plain):
                wire += self.object.flush(rng.choice([zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH]))
        wire += self.object.flush(rng.choice([zlib.Z_SYNC_FLUSH, zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH]))
        return wire[:-4] if wire.endswith(TAIL) else b'\0'  # nothing to say: an empty block


# Well-formed UTF-8 (RFC 3629 4): the first bytes, and the ranges of those behind them.
ANY = (0x80, 0xBF)
WELL_FORMED = [(0x00, 0x7F), (0xC2, 0xDF, ANY), (0xE0, 0xE0, (0xA0, 0xBF), ANY), (0xE1, 0xEC, ANY, ANY), (0xED, 0xED, (0x80, 0x9F), ANY),
               (0xEE, 0xEF, ANY, ANY), (0xF0, 0xF0, (0x90, 0xBF), ANY, ANY), (0xF1, 0xF3, ANY, ANY, ANY),
               (0xF4, 0xF4, (0x80, 0x8F), ANY, ANY)]


def impossible_at(data, i=0):
    """Where the first byte stands that makes this no UTF-8; len(data) if only an end is missing; None if it is UTF-8. i: where to begin."""
    while i < len(data):
        form = next((f for f in WELL_FORMED if f[0] <= data[i] <= f[1]), None)
        if form is None:
            return i
        i += 1
        for low, high in form[2:]:
            if i == len(data) or not low <= data[i] <= high:
                return i
            i += 1
    return None


def cut_text(data, most):
    """As much of a text as is shown: whole characters within `most` bytes."""
    return data[:most].decode('utf-8', 'ignore')


class Talk:
    """Makes the frames of one direction."""

    def __init__(self, rng, sender, deflate, keep, faults):
        self.rng, self.s, self.keep, self.faults = rng, sender, keep, faults
        self.deflate = deflate
        self.packer = Compressor(rng, deflate['bits'], deflate['takeover']) if deflate else None
        self.per_frame = bool(deflate and deflate['per_frame'])
        self.small = False

    def fault(self, p=0.05):
        return self.faults and self.rng.random() < p

    # -- one frame

    def mask(self):
        """The masking key, or None."""
        masked = (self.s.d == CLIENT) != self.fault(0.03)
        if not masked:
            return None
        if self.faults and self.rng.random() < 0.15:
            return self.rng.choice([bytes(4), self.s.last_mask or b'same', self.s.last_mask or b'same', self.s.last_mask or b'same'])
        return self.rng.randbytes(4)

    def judge_mask(self, mask, first):
        s = self.s
        if mask == bytes(4) and not s.zero_told:
            s.zero_told = True
            s.finding('frame-mask-zero', first)
        s.same_masks = s.same_masks + 1 if mask == s.last_mask else 1
        s.last_mask = mask
        if mask != bytes(4) and s.same_masks >= 4 and not s.mask_told:
            s.mask_told = True
            s.finding('frame-mask-repeated', first)

    def allowed_rsv(self, opcode):
        if not self.deflate:
            return 0
        return RSV1 if opcode in (TEXT, BINARY) or (self.per_frame and opcode == CONTINUATION) else 0

    def frame(self, fin, rsv, opcode, payload, progress=None, declared=None):
        """Puts a frame into the stream. progress(n): called for each payload byte, may add findings. Returns its first byte."""
        s, rng, first = self.s, self.rng, len(self.s.data)
        mask, n = self.mask(), len(payload) if declared is None else declared
        form = 0 if n < 126 else 126 if n < 65536 else 127
        if self.fault(0.03) and n < 65536:
            form = rng.choice([126, 127])
        head = bytes([fin << 7 | rsv << 4 | opcode, (mask is not None) << 7 | (form or n)])
        head += struct.pack('>H', n) if form == 126 else struct.pack('>Q', n) if form == 127 else b''
        s.data += head + (mask or b'')
        header_length = len(s.data) - first
        if rsv & ~self.allowed_rsv(opcode):
            s.finding('frame-rsv-set', first)
        if opcode & 7 > 2:
            s.finding('frame-opcode-reserved', first)
        if opcode == CONTINUATION and s.open is None:
            s.finding('frame-continuation-without-start', first)
        if opcode in (TEXT, BINARY) and s.open is not None:
            s.finding('frame-data-inside-fragments', first)
        if opcode >= 8 and not fin:
            s.finding('frame-control-fragmented', first)
        if s.closed:
            s.finding('close-control-after' if opcode >= 8 else 'close-data-after', first)
        if (s.d == CLIENT) != (mask is not None):
            s.finding('frame-client-unmasked' if s.d == CLIENT else 'frame-server-masked', first)
        if opcode >= 8 and (form or n) > 125:
            s.finding('frame-control-too-long', first)
        if form > 0 and (n < 126 or (form == 127 and n < 65536)):
            s.finding('frame-length-not-minimal', first)
        if mask is not None:
            self.judge_mask(mask, first)
        if opcode in (TEXT, BINARY) and s.open is not None:
            self.tell_message(s.open, False)
            s.open = None
        for i, byte in enumerate(payload):
            s.data.append(byte ^ mask[i % 4] if mask else byte)
            if progress:
                progress(i)
        s.mark(type='frame', first=first, opcode=opcode_word(opcode), fin=bool(fin), rsv1=bool(rsv & RSV1), rsv2=bool(rsv & RSV2),
               rsv3=bool(rsv & RSV3), masked=mask is not None, mask=mask.hex() if mask else None, length=n,
               header_length=header_length, complete=n == len(payload))
        s.frames += 1
        s.wire_bytes += len(payload)
        return first

    # -- messages

    def tell_message(self, m, whole):
        s, keep = self.s, self.keep
        broken = m.get('failed', False)
        payload = bytes(m['wire'] if broken else m['plain'])
        told = dict(type='message', first=m['first'], opcode=opcode_word(m['opcode']), length=len(payload),
                    wire_length=len(m['wire']), frames=m['frames'], compressed=m['compressed'], complete=whole and not broken)
        most = max(keep, 125) if m['opcode'] >= 8 else keep
        told['truncated'] = len(payload) > most
        if broken:
            told['inflated'] = False
        if m['opcode'] == CLOSE:
            told['code'] = struct.unpack('>H', payload[:2])[0] if len(payload) > 1 else None
            told['reason'] = payload[2:most]
        elif m['opcode'] == TEXT and m['text'] and not broken:
            told['text'] = cut_text(payload, most)
        else:
            told['base64'] = base64.b64encode(payload[:most]).decode()
        if m['opcode'] in (TEXT, BINARY):
            s.messages += 1
            s.payload_bytes += len(payload)
        s.mark(**told)

    def random_text(self):
        rng = self.rng
        words = ['a', 'price', '{"k":1}', 'ä', '€', '𝄞', '\n', '\u2028', '\x7f', ' ', 'the same again ' * 3]
        data = ''.join(rng.choice(words) for _ in range(rng.choice([0, 1, 3, 12, 60]))).encode()
        if self.fault(0.1):
            bad = rng.choice([b'\xff', b'\xc0\x80', b'\xed\xa0\x80', b'\xf4\x90\x80\x80', b'\xe2\x82', b'\x80', b'\xf0\x9d'])
            at = rng.randint(0, len(data)) if rng.random() < 0.6 else len(data)
            data = data[:at] + bad + data[at:]
        return data

    def random_payload(self, opcode):
        rng = self.rng
        if opcode == TEXT:
            return self.random_text()
        size = rng.choice([0, 1, 5, 125, 126, 127, 300]) if rng.random() < 0.95 or self.small else rng.choice([65535, 65536, 70000])
        return rng.randbytes(size) if rng.random() < 0.5 else bytes([rng.randrange(4)]) * size

    def pieces(self, data):
        rng, cuts = self.rng, []
        if rng.random() < 0.45:
            cuts = sorted(rng.randint(0, len(data)) for _ in range(rng.choice([1, 1, 2, 5])))
        return [data[a:b] for a, b in zip([0] + cuts, cuts + [len(data)])]

    def message(self):
        """A data message, whole or in fragments, with control frames between them."""
        rng, s = self.rng, self.s
        opcode = rng.choice([TEXT, TEXT, BINARY])
        plain = self.random_payload(opcode)
        packed = self.packer is not None and self.packer.known and rng.random() < 0.7
        odd = rng.choice([RSV2, RSV3, RSV2 | RSV3] if self.deflate else range(1, 8)) if self.fault(0.04) else 0
        m = dict(opcode=opcode, first=len(s.data), frames=0, wire=bytearray(), plain=bytearray(), text=opcode == TEXT and not odd,
                 compressed=packed)
        if packed and not self.per_frame:
            self.send_packed(m, plain, odd)
        else:
            self.send_frames(m, plain, odd, packed)

    def utf8_watch(self, m, more):
        """Marks the first byte that cannot be; more: new bytes of the text."""
        m['plain'] += more
        if m['text']:
            at = impossible_at(m['plain'], m.get('good', 0))
            if at is None:
                m['good'] = len(m['plain'])
            elif at < len(m['plain']):
                m['text'] = False
                self.s.mark(type='finding', code='message-utf8-invalid', packet_of=len(self.s.data) - 1)

    def finish(self, m):
        if m['text'] and impossible_at(m['plain']) is not None:
            m['text'] = False
            self.s.mark(type='finding', code='message-utf8-invalid', packet_of=len(self.s.data) - 1)
        self.tell_message(m, True)
        self.s.open = None

    def between(self, m):
        """What stands between two fragments. True: the message came to nothing."""
        while self.rng.random() < 0.2:
            self.control()
        if self.fault(0.05):
            self.abandon(m)
            return True
        return False

    def abandon(self, m):
        """The next data frame cuts it off."""
        if m['compressed'] and self.packer and self.packer.takeover:
            self.packer.known = False

    def send_frames(self, m, plain, odd, packed):
        """Uncompressed, or each frame compressed by itself."""
        s, parts = self.s, self.pieces(plain)
        m['compressed'] = False
        for i, part in enumerate(parts):
            pack = packed and self.packer.known and self.rng.random() < 0.8
            wire = self.packer.compress(part) if pack else part
            rsv = (odd if i == 0 else 0) | (RSV1 if pack else 0)
            if i > 0 and not self.per_frame and self.fault(0.03):
                rsv |= RSV1
            m['compressed'] = m['compressed'] or pack
            m['frames'] += 1
            inflater = Inflater(self.packer, wire) if pack else None

            def progress(n):
                m['wire'].append(wire[n])
                self.utf8_watch(m, inflater.feed(n, n == len(wire) - 1)[0] if pack else wire[n:n + 1])
            self.frame(i == len(parts) - 1, rsv, m['opcode'] if i == 0 else CONTINUATION, wire, progress)
            s.open = m
            if i < len(parts) - 1 and self.between(m):
                return
        self.finish(m)

    def send_packed(self, m, plain, odd):
        """Compressed as one, then cut into fragments (RFC 7692 6.1)."""
        s, wire = self.s, self.packer.compress(plain)
        if wire == b'' and not plain:
            wire = self.rng.choice([b'', b'\0'])
        inflater = Inflater(self.packer, wire)
        if self.fault(0.05) and len(wire) > 2:
            wire = inflater.corrupt(self.rng)
        m['frames'], parts = 0, self.pieces(wire)
        position = 0
        for i, part in enumerate(parts):
            rsv = RSV1 | odd if i == 0 else RSV1 if self.fault(0.05) else 0
            m['frames'] += 1
            base_at, last = position, i == len(parts) - 1

            def progress(n):
                m['wire'].append(part[n])
                out, failed = inflater.feed(base_at + n, last and n == len(part) - 1)
                if failed:
                    m['failed'], m['text'] = True, False
                    s.mark(type='finding', code='message-inflate-failed', packet_of=len(s.data) - 1)
                    self.packer.known = self.packer.known and not self.packer.takeover
                elif not m.get('failed'):
                    self.utf8_watch(m, out)
            self.frame(last, rsv, m['opcode'] if i == 0 else CONTINUATION, part, progress)
            position += len(part)
            s.open = m
            if last and not part and len(wire) > 0 and not m.get('failed'):
                out, failed = inflater.feed(position, True)
                if failed:
                    m['failed'], m['text'] = True, False
                    s.mark(type='finding', code='message-inflate-failed', packet_of=len(s.data) - 1)
                    self.packer.known = self.packer.known and not self.packer.takeover
                else:
                    self.utf8_watch(m, out)
            if not last and self.between(m):
                return
        self.finish(m)

    # -- control frames, and frames that are none

    def single(self, opcode, payload, whole=True, fin=1, rsv=0):
        s, first = self.s, len(self.s.data)
        self.frame(fin, rsv, opcode, payload)
        m = dict(opcode=opcode, first=first, frames=1, wire=payload, plain=payload, text=False, compressed=False)
        return m, whole

    def control(self):
        rng, s = self.rng, self.s
        fin = 0 if self.fault(0.03) else 1
        rsv = rng.randrange(1, 8) if self.fault(0.03) else 0
        size = rng.choice([0, 4, 125]) if not self.fault(0.03) or self.small else rng.choice([126, 200, 70000])
        m, whole = self.single(rng.choice([PING, PONG]), rng.randbytes(size), fin=fin, rsv=rsv)
        self.tell_message(m, whole)

    def stray(self):
        """A continuation of nothing, or a frame with an opcode that means nothing."""
        rng, s = self.rng, self.s
        opcode = rng.choice([3, 4, 5, 6, 7, 11, 12, 13, 14, 15] + ([0] * 4 if s.open is None else []))
        m, _ = self.single(opcode, rng.randbytes(rng.choice([0, 3, 125])), fin=rng.randrange(2), rsv=0)
        self.tell_message(m, False)

    def close(self):
        rng, s = self.rng, self.s
        good = [b'', struct.pack('>H', rng.choice([1000, 1001, 1002, 1003, 1007, 1011, 1012, 1014, 3000, 4999])) +
                rng.choice([b'', b'bye', 'für immer'.encode(), b'x' * 123])]
        bad = [b'\3', struct.pack('>H', rng.choice([0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535])) + b'why',
               b'\3\xe8\xff\xfe', b'\3\xe8' + b'y' * 150]
        payload = rng.choice(bad) if self.fault(0.3) else rng.choice(good)
        m, _ = self.single(CLOSE, payload)
        code = struct.unpack('>H', payload[:2])[0] if len(payload) > 1 else None
        valid = True
        last = len(s.data) - 1
        if len(payload) == 1:
            s.finding('close-payload-one-byte', last)
            valid = False
        if code is not None and not (1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999):
            s.finding('close-code-invalid', last)
            valid = False
        if impossible_at(payload[2:]) is not None:
            s.finding('close-reason-utf8', last)
            valid = False
        self.tell_message(m, True)
        if not s.closed:
            s.closed = (m['first'], code, payload[2:125], valid and len(payload) <= 125, len(payload) > 125)

    def all(self):
        rng = self.rng
        for _ in range(rng.choice([0, 1, 3, 6, 12])):
            kind = rng.random()
            if kind < 0.75:
                self.message()
            elif kind < 0.93 or not self.faults:
                self.control()
            else:
                self.stray()
        if rng.random() < 0.7:
            self.close()
            if self.fault(0.2):
                rng.choice([self.message, self.control])()


class Inflater:
    """What comes out of a compressed message byte by byte, by zlib itself."""

    def __init__(self, packer, wire):
        self.window, self.wire = packer.before, wire
        self.restart()
        self.failed = False

    def restart(self):
        self.z = zlib.decompressobj(-15, zdict=self.window) if self.window else zlib.decompressobj(-15)

    def step(self, data):
        out = b''
        while data:
            got = self.z.decompress(data)
            out += got
            self.window = (self.window + got)[-32768:]
            data = b''
            if self.z.eof:
                data = self.z.unused_data
                self.restart()
        return out

    def feed(self, at, last):
        if self.failed:
            return b'', False
        try:
            data = self.wire[at:at + 1]
            out = self.step(data) if data else b''
            if last:
                out += self.step(TAIL)
            return out, False
        except zlib.error:
            self.failed = True
            return b'', True

    def corrupt(self, rng):
        """A block of the reserved type in front: no inflater may go on."""
        self.wire = bytes([self.wire[0] | 6]) + self.wire[1:]
        return self.wire


# ---- handshakes ----------------------------------------------------------------------------------------------------

def chance(rng, faults, p):
    return faults and rng.random() < p


def render(rng, params):
    out = []
    for name, value in params:
        if value is None:
            out.append(name)
        else:
            out.append('%s%s%s' % (name, rng.choice(['=', '=', ' = ']), rng.choice(['%s', '"%s"']) % value))
    return rng.choice(['; ', ';', ' ; ']).join(out)


def good_bits(value):
    return value is not None and value in [str(n) for n in range(8, 16)]


def judge_parameters(params, answer):
    """Whether a list of parameters keeps the rules by itself (RFC 7692 7.1), and what it says."""
    said, valid = {}, True
    for name, value in params:
        if name in said or name not in ('server_no_context_takeover', 'client_no_context_takeover',
                                        'server_max_window_bits', 'client_max_window_bits'):
            valid = False
        if name.endswith('takeover'):
            valid = valid and value is None
        elif name.endswith('bits') and not good_bits(value):
            valid = valid and name[0] == 'c' and value is None and not answer
        said[name] = value
    return valid, said


def random_parameters(rng, faults, answer):
    params = []
    for name in ('server_no_context_takeover', 'client_no_context_takeover'):
        if rng.random() < 0.3:
            params.append((name, None))
    if rng.random() < 0.3:
        params.append(('server_max_window_bits', str(rng.randint(8, 15))))
    if rng.random() < 0.5:
        params.append(('client_max_window_bits', None if not answer and rng.random() < 0.5 else str(rng.randint(8, 15))))
    if chance(rng, faults, 0.1):
        params.append(rng.choice([('unheard_of', None), ('server_max_window_bits', '7'), ('client_max_window_bits', '16'),
                                  ('server_max_window_bits', '09'), ('client_no_context_takeover', '1')]))
    if params and chance(rng, faults, 0.05):
        params.append(params[0])
    rng.shuffle(params)
    return params


def allows(offer, answer):
    """RFC 7692 7.1.1, 7.1.2: whether an answer may follow from an offer."""
    if 'server_no_context_takeover' in offer and 'server_no_context_takeover' not in answer:
        return False
    if 'server_max_window_bits' in offer:
        if int(answer.get('server_max_window_bits') or 99) > int(offer['server_max_window_bits'] or 0):
            return False
    if 'client_max_window_bits' in answer:
        if 'client_max_window_bits' not in offer:
            return False
        limit = offer['client_max_window_bits']
        return limit is None or int(answer['client_max_window_bits']) <= int(limit)
    return True


class Handshake:
    """A request, its answer, and what is to be told of them."""

    def __init__(self, rng, faults, refused):
        self.rng, self.faults, self.refused = rng, faults, refused
        self.found = []  # (direction, code)
        self.per_frame, self.deflate, self.json_deflate, self.extensions = False, None, None, None
        self.make_request()
        self.make_answer()

    def bad(self, p=0.04):
        return chance(self.rng, self.faults, p)

    def find(self, direction, code):
        self.found.append((direction, code))

    def tokens(self, direction, headers):
        """Upgrade and Connection, the same rules for both sides. Returns whether websocket is named."""
        rng, named = self.rng, True
        upgrade = rng.choice(['websocket', 'WebSocket', 'h2c, websocket'])
        if self.bad(0.06):
            upgrade, named = rng.choice(['websockets', 'h2c', None]), False
            self.find(direction, 'handshake-upgrade-invalid')
        connection = rng.choice(['Upgrade', 'upgrade', 'keep-alive, Upgrade'])
        if self.bad(0.06):
            connection = rng.choice(['close', None, 'Upgrades'])
            self.find(direction, 'handshake-connection-invalid')
        headers += [('Upgrade', upgrade)] if upgrade else []
        headers += [('Connection', connection)] if connection else []
        return named

    def make_request(self):
        rng, headers = self.rng, []
        self.method, self.http = 'GET', 'HTTP/1.1'
        if self.bad():
            self.method = 'PUT'
            self.find(CLIENT, 'handshake-method')
        if self.bad():
            self.http = 'HTTP/1.0'
            self.find(CLIENT, 'handshake-http-version')
        self.target = rng.choice(['/', '/feed?x=1', '/ä'.encode().decode('latin-1'), 'http://shop.example/abs'])
        host = rng.choice(['shop.example', '10.0.0.1:8080', '[::1]:80'])
        if self.bad():
            host = None
            self.find(CLIENT, 'handshake-host-missing')
        headers += [('Host', host)] if host else []
        self.url = 'ws://shop.example/abs' if self.target.startswith('http') else 'ws://' + host + self.target if host else None
        named = self.tokens(CLIENT, headers)
        self.key = base64.b64encode(rng.randbytes(16)).decode()
        if named and self.bad():
            self.key = None
            self.find(CLIENT, 'handshake-key-missing')
        elif self.bad():
            self.key = rng.choice([base64.b64encode(rng.randbytes(15)).decode(), 'short', '!' * 24])
            self.find(CLIENT, 'handshake-key-invalid')
        headers += [('Sec-WebSocket-Key', self.key)] if self.key else []
        if self.key and self.bad():
            headers.append(('Sec-WebSocket-Key', self.key))
            self.find(CLIENT, 'handshake-header-repeated')
        version = '13'
        if self.bad():
            version = rng.choice(['14', '25', 'x', None])
            self.find(CLIENT, 'handshake-version-missing' if version is None else 'handshake-version-unsupported')
        self.version = int(version) if version and version.isdigit() else None
        headers += [('Sec-WebSocket-Version', version)] if version else []
        self.protocols = rng.sample(['chat', 'soap', 'v2.chat'], rng.randrange(3))
        if self.protocols:
            headers.append(('Sec-WebSocket-Protocol', ', '.join(self.protocols)))
        self.offer_extensions(headers)
        if rng.random() < 0.3:
            headers.append(('X-Long', 'z' * rng.choice([10, 3000])))
        self.request_headers = headers

    def offer_extensions(self, headers):
        rng = self.rng
        self.offers, lines, self.webkit = [], [], False
        for _ in range(rng.choice([0, 1, 1, 2])):
            params = random_parameters(rng, self.faults, False)
            valid, said = judge_parameters(params, False)
            self.offers.append((valid, said))
            if not valid:
                self.find(CLIENT, 'handshake-deflate-parameter')
            lines.append(render(rng, [('permessage-deflate', None)] + params))
        if rng.random() < 0.15:
            self.webkit = True
            lines.append('x-webkit-deflate-frame')
        if rng.random() < 0.2:
            lines.insert(rng.randint(0, len(lines)), 'x-nothing; level=2')
        if lines and rng.random() < 0.4:
            headers += [('Sec-WebSocket-Extensions', line) for line in lines]
        elif lines:
            headers.append(('Sec-WebSocket-Extensions', ', '.join(lines)))

    def make_answer(self):
        rng, headers = self.rng, []
        self.response_headers, self.subprotocol, self.complete = headers, None, False
        if self.refused:
            self.status, self.reason = rng.choice([(401, 'Unauthorized'), (404, 'Not Found'), (503, 'Busy')])
            headers.append(('Content-Length', '5'))
            self.find(SERVER, 'handshake-rejected')
            return
        self.status, self.reason = 101, 'Switching Protocols'
        named = self.tokens(SERVER, headers)
        accept = base64.b64encode(hashlib.sha1((self.key or '').encode() + GUID).digest()).decode()
        matches = self.key is not None
        if matches and self.bad():
            matches, accept = False, rng.choice([None, 'AAAAAAAAAAAAAAAAAAAAAAAAAAA='])
            self.find(SERVER, 'handshake-accept-mismatch' if accept else 'handshake-accept-missing')
        if accept:
            headers.append(('Sec-WebSocket-Accept', accept))
            if self.bad():
                headers.append(('Sec-WebSocket-Accept', accept))
                self.find(SERVER, 'handshake-header-repeated')
        self.complete = named or matches
        if self.protocols and rng.random() < 0.8:
            self.subprotocol = rng.choice(self.protocols)
        if self.bad():
            self.subprotocol = 'never.heard'
            self.find(SERVER, 'handshake-subprotocol-not-offered')
        if self.subprotocol:
            headers.append(('Sec-WebSocket-Protocol', self.subprotocol))
        self.answer_extensions(headers)

    def answer_extensions(self, headers):
        rng = self.rng
        if self.webkit and rng.random() < 0.7:
            self.per_frame, self.extensions = True, 'x-webkit-deflate-frame'
            self.terms({})
        elif (self.offers and rng.random() < 0.8) or self.bad():
            if not self.offers:
                self.find(SERVER, 'handshake-extension-not-offered')
            params = self.fitting() if self.offers and not self.bad(0.2) else random_parameters(rng, self.faults, True)
            valid, said = judge_parameters(params, True)
            if not valid or (self.offers and not any(allows(offer, said) for offer in self.usable())):
                self.find(SERVER, 'handshake-deflate-parameter')
            self.extensions = render(rng, [('permessage-deflate', None)] + params)
            self.terms(said)
        if self.bad():
            self.extensions = 'x-other' if self.extensions is None else self.extensions + ', x-other'
            self.find(SERVER, 'handshake-extension-not-offered')
        if self.extensions:
            headers.append(('Sec-WebSocket-Extensions', self.extensions))

    def usable(self):
        """What offers say, as far as it can be read: bits that cannot are none."""
        read = [{k: v if good_bits(v) else None for k, v in said.items()} for _, said in self.offers]
        return [{k: v for k, v in said.items() if k != 'server_max_window_bits' or v} for said in read]

    def fitting(self):
        """Parameters that one of the offers allows."""
        rng, offer = self.rng, self.rng.choice(self.usable())
        answer = []
        if 'server_no_context_takeover' in offer or rng.random() < 0.2:
            answer.append(('server_no_context_takeover', None))
        if rng.random() < 0.3:
            answer.append(('client_no_context_takeover', None))
        if offer.get('server_max_window_bits'):
            answer.append(('server_max_window_bits', str(rng.randint(8, int(offer['server_max_window_bits'])))))
        elif rng.random() < 0.2:
            answer.append(('server_max_window_bits', str(rng.randint(8, 15))))
        if 'client_max_window_bits' in offer and rng.random() < 0.6:
            answer.append(('client_max_window_bits', str(rng.randint(8, int(offer['client_max_window_bits'] or 15)))))
        return answer

    def terms(self, said):
        self.deflate, self.json_deflate = [], {}
        for side in SIDE:
            bits = said.get(side + '_max_window_bits')
            bits = int(bits) if good_bits(bits) else 15
            takeover = side + '_no_context_takeover' not in said
            self.deflate.append(dict(bits=bits, takeover=takeover, per_frame=self.per_frame))
            self.json_deflate[side + '_no_context_takeover'] = not takeover
            self.json_deflate[side + '_max_window_bits'] = bits

    def bytes(self, first, headers):
        rng = self.rng
        lines = [first] + ['%s:%s%s' % (n, rng.choice([' ', '', '  ']), v) for n, v in headers]
        return '\r\n'.join(lines + ['', '']).encode('latin-1')

    def request(self):
        return self.bytes('%s %s %s' % (self.method, self.target, self.http), self.request_headers)

    def response(self):
        return self.bytes('HTTP/1.1 %d %s' % (self.status, self.reason), self.response_headers)

    def line(self):
        return dict(type='connection', carrier='tcp', handshake='complete' if self.complete else 'rejected', url=self.url,
                    status=self.status, version=self.version, subprotocol=self.subprotocol, extensions=self.extensions,
                    deflate=self.json_deflate, tls=None, via=None, forwarded_for=None,
                    request=dict(method=self.method, target=self.target, http=self.http, headers=[list(h) for h in self.request_headers]),
                    response=dict(status=self.status, reason=self.reason, http='HTTP/1.1', headers=[list(h) for h in self.response_headers]))


# ---- one connection, as packets and as lines -----------------------------------------------------------------------

class Connection:
    """slots: the segments and flags in the order in which they were sent: [direction, from, to, flags]."""

    def __init__(self, seed, index, keep):
        self.rng = rng = random.Random('%d/%d' % (seed, index))
        self.port = 20000 + index
        self.six = rng.random() < 0.3
        self.faults = rng.random() < 0.6
        self.side = [Sender(CLIENT), Sender(SERVER)]
        self.start = [rng.choice([rng.randrange(2**32), 2**32 - rng.randrange(1, 2000)]) for _ in range(2)]
        self.slots, self.told_close = [], False
        self.opened = None  # what the mark of the answer tells
        self.attempts = []
        self.http_first()
        for _ in range(rng.choice([0, 0, 0, 1])):
            self.upgrade(True, keep)
        self.upgrade(False, keep)
        self.ending()
        self.perturb()

    def send(self, direction, data, mark=None):
        """Sends bytes whose segments stay in order with what came before."""
        s = self.side[direction]
        at = len(s.data)
        s.data += data
        if mark:
            s.mark(**mark)
        self.segments(direction, at)

    def segments(self, direction, at):
        """Everything from `at` on, as segments."""
        rng, end = self.rng, len(self.side[direction].data)
        style = rng.choice([1, 20, 200, 1400, 1400])
        phase = rng.random()
        if end - at > 3000:
            style = 1400
        while at < end:
            n = min(end - at, 1400, style if rng.random() < 0.5 else rng.randint(1, max(1, style)))
            self.slots.append([direction, at, at + n, '', phase])
            at += n

    def http_first(self):
        """Ordinary exchanges before the upgrade."""
        rng = self.rng
        for _ in range(rng.choice([0, 0, 1, 2])):
            kind = rng.randrange(6)
            if kind == 0:
                self.send(CLIENT, b'GET /a HTTP/1.1\r\nHost: h\r\n\r\n')
                self.send(SERVER, b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello\r\n\r\nab')
            elif kind == 1:
                self.send(CLIENT, b'HEAD /b HTTP/1.1\r\nHost: h\r\n\r\n')
                self.send(SERVER, b'HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n')
            elif kind == 2:
                self.send(CLIENT, b'POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nT: 1\r\n\r\n')
                self.send(SERVER, b'HTTP/1.1 204 No Content\r\n\r\n')
            elif kind == 3:
                self.send(CLIENT, b'POST /d HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n')
                self.send(SERVER, b'HTTP/1.1 100 Continue\r\n\r\n')
                self.send(CLIENT, b'data')
                self.send(SERVER, b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n')
            elif kind == 4:  # pipelined
                self.send(CLIENT, b'GET /e HTTP/1.1\r\nHost: h\r\n\r\nGET /f HTTP/1.1\r\nHost: h\r\n\r\n')
                self.send(SERVER, b'HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
            else:
                self.send(CLIENT, b'\r\nGET /g HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc')
                self.send(SERVER, b'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\n-')

    def upgrade(self, refused, keep):
        rng = self.rng
        h = Handshake(rng, self.faults, refused)
        client, server = self.side
        self.send(CLIENT, h.request())
        request_end = len(client.data)
        talk = None
        if not refused:
            talk = [Talk(rng, self.side[d], h.deflate[d] if h.deflate else None, keep, self.faults) for d in range(2)]
        early = not refused and chance(rng, self.faults, 0.06) and h.complete
        if early:
            before = len(client.marks)
            talk[CLIENT].small = True  # below the limit on what is held
            talk[CLIENT].message()
            talk[CLIENT].small = False
            self.early_marks = (before, len(client.marks))
            self.segments(CLIENT, request_end)
        answer = h.response()
        at = len(server.data)
        server.data += answer
        found = [(d, code, request_end - 1 if d == CLIENT else len(server.data) - 1) for d, code in h.found]
        if early:
            found.append((CLIENT, 'handshake-data-before-response', request_end))
        server.mark(type='open', line=h.line(), found=found, request_end=request_end,
                    complete=h.complete, held=self.early_marks if early else None)
        if refused:
            server.data += b'sorry'
            self.segments(SERVER, at)
            return
        self.complete = h.complete
        if not h.complete:
            self.segments(SERVER, at)
            return
        if rng.random() < 0.6:
            self.segments(SERVER, at)
            at = len(server.data)
        order = [CLIENT, SERVER]
        rng.shuffle(order)
        client_at = len(client.data)
        for d in order:
            talk[d].all()
        self.talk = talk
        first = len(self.slots)
        self.segments(SERVER, at)
        middle = len(self.slots)
        self.segments(CLIENT, client_at)
        if at != len(server.data) and answer and self.slots[first][1] < len(server.data) and at >= len(answer):
            self.interleave(first, middle) if self.slots[first - 1][0] == SERVER and at > 0 and self.answered_before(first) else None

    def answered_before(self, first):
        """Whether the answer is wholly in segments before this slot: then both sides may talk at once."""
        end = [o for o, r in self.side[SERVER].marks if r['type'] == 'open'][-1]
        return max([s[2] for s in self.slots[:first] if s[0] == SERVER], default=0) >= end

    def interleave(self, first, middle):
        a, b = self.slots[first:middle], self.slots[middle:]
        merged = []
        while a or b:
            merged.append((a if a and (not b or self.rng.random() < 0.5) else b).pop(0))
        self.slots[first:] = merged

    def ending(self):
        """FIN, reset, or nothing at all."""
        rng, self.ends = self.rng, []
        kind = rng.choice(['fin', 'fin', 'fin', 'reset', 'none', 'half'])
        first = rng.randrange(2)
        if kind == 'fin':
            self.ends = [(first, 'F'), (1 - first, 'F')]
        elif kind == 'half':
            self.ends = [(first, 'F')]
        elif kind == 'reset':
            self.ends = [(first, 'R')] if rng.random() < 0.7 else [(1 - first, 'F'), (first, 'R')]
        for d, flag in self.ends:
            n = len(self.side[d].data)
            self.slots.append([d, n, n, flag, None])

    def perturb(self):
        """Segments out of order, twice, overlapping: none of it changes what was sent."""
        rng, slots = self.rng, self.slots
        level, early = rng.choice([0, 0, 0.05, 0.2]), []
        for i in range(len(slots) - 1):
            for j in (i + 1, i + 2):
                if j < len(slots) and slots[i][0] == slots[j][0] and slots[i][4] is not None and slots[i][4] == slots[j][4] and \
                        rng.random() < level:
                    slots[i], slots[j] = slots[j], slots[i]
                    early.append(slots[i])
        out = []
        for s in slots:
            if s[3] == '' and rng.random() < level:  # new bytes behind some that were sent before
                s = [s[0], max(0, s[1] - rng.randrange(100))] + s[2:]
            out.append(s)
            if self.faults and s in early and rng.random() < 0.3:  # other bytes in their place, while they wait
                out.append(s[:3] + ['c', None])
            if s[3] == '' and rng.random() < level / 2:  # again, with what was before it
                out.append([s[0], max(0, s[1] - rng.randrange(100)), s[2], '', None])
            if s[3] == '' and rng.random() < level / 2:  # a keep-alive: a byte of garbage in front of what is next
                out.append([s[0], None, None, 'k', None])
        self.slots = out

    # -- packets

    def packet(self, direction, sequence, ack, flags, data):
        ports = (self.port, 8080) if direction == CLIENT else (8080, self.port)
        tcp = struct.pack('>HHIIBBHHH', *ports, sequence % 2**32, ack % 2**32, 0x50, flags, 8192, 0, 0)
        if self.six:
            ends = [bytes(15) + b'\1', bytes(15) + b'\2']
            ip = struct.pack('>IHBB', 6 << 28, len(tcp) + len(data), 6, 64) + ends[direction] + ends[1 - direction]
            return bytes(12) + b'\x86\xdd' + ip + tcp + data
        ends = [b'\x0a\0\0\1', b'\x0a\0\0\2']
        ip = struct.pack('>BBHHHBBH', 0x45, 0, 40 + len(data), self.rng.randrange(65536), 0x4000, 64, 6, 0)
        return bytes(12) + b'\x08\0' + ip + ends[direction] + ends[1 - direction] + tcp + data

    def packets(self):
        """[(direction, from, to or None, flag, bytes)] in the order of capture."""
        seq = [(s + 1) % 2**32 for s in self.start]
        out = [(CLIENT, None, None, 'S', self.packet(CLIENT, self.start[0], 0, 2, b'')),
               (SERVER, None, None, 'S', self.packet(SERVER, self.start[1], seq[0], 0x12, b'')),
               (CLIENT, None, None, 'A', self.packet(CLIENT, seq[0], seq[1], 0x10, b''))]
        have = [set(), set()]
        reach, ended = [0, 0], [0, 0]
        for d, a, b, flag, _ in self.slots:
            ack = seq[1 - d] + reach[1 - d] + ended[1 - d]
            if flag == 'k':
                if reach[d] > 0 and not ended[d]:
                    out.append((d, None, None, 'k', self.packet(d, seq[d] + reach[d] - 1, ack, 0x10, b'\xee')))
                continue
            flags = {'': 0x18, 'F': 0x11, 'R': 0x14, 'c': 0x18}[flag]
            data = bytes(byte ^ 0xFF if flag == 'c' else byte for byte in self.side[d].data[a:b])
            out.append((d, a, b, flag, self.packet(d, seq[d] + a, ack, flags, data)))
            if flag == 'c':
                continue
            have[d].add((a, b))
            grown = True
            while grown:
                grown = False
                for x, y in have[d]:
                    if x <= reach[d] < y:
                        reach[d], grown = y, True
            if flag == 'F':
                ended[d] = 1
        return out


EDGE = 8  # bytes at the beginning and end of what was delivered last that are remembered


class Teller:
    """Follows the packets of a connection as they come, and says which lines they must give."""

    def __init__(self, c):
        self.c = c
        self.carried = [{}, {}]     # offset -> (packet, time) of the first copy; by ranges
        self.reach, self.at = [0, 0], [0, 0]
        self.lines, self.how, self.ended = [], [None, None], []
        self.is_open, self.open_at, self.over = False, 0, False
        self.fin = [False, False]

    def of(self, d, offset):
        return self.carried[d][offset]

    def packet(self, number, ns, d, a, b, flag):
        if a is None or self.over:
            return
        if flag == 'c':
            self.conflict(number, ns, d, a, b)
            return
        for o in range(a, b):
            self.carried[d].setdefault(o, (number, ns))
        while self.reach[d] in self.carried[d]:
            self.reach[d] += 1
        self.deliver(d)
        self.fin[d] = self.fin[d] or flag == 'F'
        if flag in ('F', 'R'):
            self.end(d, 'fin' if flag == 'F' else 'reset', number, ns)

    def repeats_last(self, d, start, end):
        """Whether all of it was delivered, and it begins or ends where what was delivered last does."""
        first = last = self.reach[d]
        while first > 0 and self.carried[d][first - 1][0] == self.carried[d][last - 1][0]:
            first -= 1
        return not self.fin[d] and end - start >= EDGE and last - first >= EDGE and (start == first or end == last)

    def conflict(self, number, ns, d, start, end):
        """Other bytes came in the place of some that wait, or of those that were delivered last."""
        if self.is_open and (end > self.reach[d] or self.repeats_last(d, start, end)):
            self.line(d, (number, ns), type='finding', code='tcp-overlap-conflict', severity='warning', packet=number)

    def deliver(self, d):
        marks = self.c.side[d].marks
        while self.at[d] < len(marks) and marks[self.at[d]][0] <= self.reach[d]:
            offset, record = marks[self.at[d]]
            if d == CLIENT and self.waits_for_answer(self.at[d]):
                return
            self.at[d] += 1
            self.tell(d, offset, record)

    def waits_for_answer(self, index):
        return not self.is_open

    def line(self, d, at, **rest):
        self.lines.append(dict(rest, ts=stamp(at[1]), **({} if d is None else {'dir': SIDE[d]})))

    def tell(self, d, offset, r):
        if r['type'] == 'open':
            return self.tell_open(offset, r)
        last = self.of(d, offset - 1)
        if r['type'] == 'finding':
            at = self.of(d, r['packet_of'])
            return self.line(d, at, type='finding', code=r['code'], severity=SEVERITY.get(r['code'], 'error'), packet=at[0])
        r, first = dict(r), self.of(d, r['first'])
        del r['first']
        if r['type'] == 'frame':
            r['packet'] = first[0]
        else:
            r['first_ts'] = stamp(first[1])
        return self.line(d, last, **r)

    def tell_open(self, offset, r):
        at = self.of(SERVER, offset - 1)
        self.line(None, at, **r['line'])
        for d, code, o in r['found']:
            where = self.of(d, o)
            self.line(d, where, type='finding', code=code, severity=SEVERITY.get(code, 'error'), packet=where[0])
        if r['complete']:
            self.is_open, self.open_at = True, at[1]
            self.deliver(CLIENT)
        elif r['line']['status'] == 101:
            self.over = True

    def end(self, d, how, number, ns):
        """A direction has ended; after a reset, or with the capture, both have."""
        if self.how[d] is None:
            self.how[d] = how
            self.ended.append((d, how))
            self.cut_off(d, number, ns)
        if how != 'fin' and self.how[1 - d] is None:
            return self.end(1 - d, how, number, ns)
        if len(self.ended) == 2:
            self.close(number, ns)
        return None

    def cut_off(self, d, number, ns):
        """An open message will never end."""
        side = self.c.side[d]
        if side.open is None or not self.is_open or self.over:
            return
        self.c.talk[d].tell_message(side.open, False)
        r = dict(side.marks.pop()[1])
        first = self.of(d, r.pop('first'))
        self.line(d, (number, ns), first_ts=stamp(first[1]), **r)

    def close(self, number, ns):
        if not self.is_open or self.over:
            return
        self.over = True
        sides = self.c.side
        closes = [(self.of(d, sides[d].closed[0])[0], d) for d in range(2) if sides[d].closed]
        closed = [bool(s.closed) for s in sides]
        first = self.ended[0][0] if self.ended[0][1] != 'capture-end' else None

        def finding(d, code):
            self.line(d, (number, ns), type='finding', code=code, severity='warning', packet=number)
        if first is not None and (self.how[1 - first] is not None):
            if not all(closed):
                if self.ended[0][1] == 'reset':
                    finding(first, 'tcp-reset')
                elif self.how[1 - first] == 'reset':
                    finding(1 - first, 'tcp-reset')
        if first is not None and not any(closed):
            finding(first, 'close-missing')
        elif first is not None and not all(closed):
            finding(closed.index(False), 'close-unanswered')
        by = min(closes)[1] if closes else first
        line = dict(type='close', by=SIDE[by] if by is not None else 'unknown', diagnosis=None)
        if all(closed) and not any(s.closed[4] for s in sides):
            line['how'] = 'handshake'
        elif 'reset' in self.how:
            line['how'] = 'reset'
        else:
            line['how'] = self.ended[0][1]
        line['code'] = sides[by].closed[1] if closes else None
        line['reason'] = sides[by].closed[2] if closes else b''
        server = sides[SERVER].closed
        if server:
            line['reported'] = 1006 if not server[3] else 1005 if server[1] is None else server[1]
        else:
            line['reported'] = 1006 if first is not None else None
        line['duration'] = (ns - self.open_at) / 1e9
        for d in range(2):
            s = sides[d]
            line[SIDE[d]] = dict(messages=s.messages, frames=s.frames, payload_bytes=s.payload_bytes, wire_bytes=s.wire_bytes, gaps=0)
        self.line(None, (number, ns), **line)

    def capture_end(self, number, ns):
        if not self.over:
            self.end(CLIENT, 'capture-end', number, ns)


# ---- capture files -------------------------------------------------------------------------------------------------

def write_capture(rng, path, packets):
    """packets: [(ns, bytes)]. pcap in both byte orders, with microseconds or nanoseconds, or pcapng."""
    order = rng.choice('<>')
    nano = rng.random() < 0.5
    with open(path, 'wb') as f:
        if rng.random() < 0.5:
            f.write(struct.pack(order + 'IHHIIII', 0xa1b23c4d if nano else 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
            for ns, data in packets:
                f.write(struct.pack(order + 'IIII', ns // 10**9, ns % 10**9 // (1 if nano else 1000), len(data), len(data)) + data)
            return

        def block(kind, body):
            body += bytes(-len(body) % 4)
            f.write(struct.pack(order + 'II', kind, len(body) + 12) + body + struct.pack(order + 'I', len(body) + 12))
        block(0x0A0D0D0A, struct.pack(order + 'IHHq', 0x1A2B3C4D, 1, 0, -1))
        resolution = struct.pack(order + 'HHB3x', 9, 1, 9 if nano else 6) if nano else b''
        block(1, struct.pack(order + 'HHI', 1, 0, 0) + resolution)
        for ns, data in packets:
            ticks = ns // (1 if nano else 1000)
            block(6, struct.pack(order + 'IIIII', 0, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data)) + data)


def make(seed, path):
    """Writes the capture of a seed. Returns {port: lines}, the program's options, and the packets."""
    rng = random.Random(seed)
    keep = rng.choice([65536, 65536, 10, 200])
    connections = [Connection(seed, i, keep) for i in range(rng.choice([1, 3, 6]))]
    queues = [c.packets() for c in connections]
    tellers = [Teller(c) for c in connections]
    ns, packets = START, []
    while any(queues):
        i = rng.choice([i for i, q in enumerate(queues) if q])
        for _ in range(min(len(queues[i]), rng.choice([1, 3, 10]))):
            d, a, b, flag, data = queues[i].pop(0)
            ns += rng.choice([0, 1000, 50000, 999000])
            packets.append((ns, data))
            tellers[i].packet(len(packets), ns, d, a, b, flag)
    for t in tellers:
        t.capture_end(len(packets), ns)
    write_capture(rng, path, packets)
    return {c.port: t.lines for c, t in zip(connections, tellers)}, ['--max-payload', str(keep)], packets


# ---- holding one against the other ---------------------------------------------------------------------------------

def normal(line):
    """A line that is expected, as JSON would have it."""
    out = {}
    for key, value in line.items():
        if isinstance(value, bytes):
            text = ''
            rest = value
            while rest:  # U+FFFD for each byte that is no UTF-8
                try:
                    text += rest.decode()
                    rest = b''
                except UnicodeDecodeError as e:
                    text += rest[:e.start].decode() + '\ufffd'
                    rest = rest[e.start + 1:]
            out[key] = text
        else:
            out[key] = value
    return out


def canonical(lines):
    """Findings about the same byte stand in no particular order."""
    out, group = [], []
    for line in lines + [None]:
        if line is not None and line['type'] == 'finding':
            group.append(line)
            continue
        out += sorted(group, key=lambda f: (f['ts'], f['code'], f.get('dir') or ''))
        group = []
        if line is not None:
            out.append(line)
    return out


def by_port(output):
    """{client's port: lines}, without the keys that are not compared; and the summary."""
    ports, found, last, summary = {}, {}, 0, None
    for text in output.splitlines():
        line = json.loads(text)
        if line['type'] == 'summary':
            summary = line
            continue
        if line['type'] == 'connection':
            assert line['conn'] == last + 1, 'connections are not numbered in order'
            last += 1
            ports[line['conn']] = line['client']['port']
        found.setdefault(ports[line['conn']], []).append(line)
    return found, summary


IGNORED = ('conn', 'client', 'server', 'community_id', 'rule', 'detail', 'tls')


def differs(expected, got, frames):
    """What is different, in words; None: nothing."""
    expected = canonical([normal(line) for line in expected if frames or line['type'] != 'frame'])
    got = canonical(got)
    for i in range(max(len(expected), len(got))):
        e = expected[i] if i < len(expected) else None
        g = got[i] if i < len(got) else None
        if e is None or g is None:
            return 'line %d: expected %s\n    got %s' % (i, e, g)
        for key in sorted(set(e) | set(g)):
            if key in IGNORED and (key not in ('client', 'server') or e['type'] != 'close'):
                continue
            if key.endswith('_base64'):
                continue
            a, b = e.get(key, 'absent'), g.get(key, 'absent')
            if key == 'duration' and abs(a - b) < 1e-6:
                continue
            if a != b and not (key in ('url', 'request') and 'ä'.encode().decode('latin-1') in str(a)):
                return 'line %d, %s: expected %r\n    got %r\n    in %s\n    where %s' % (i, key, a, b, g, e)
    return None


def judge_summary(summary, expected, packets):
    lines = [line for lines in expected.values() for line in lines]
    closes = [line for line in lines if line['type'] == 'close']
    opens = [line for line in lines if line['type'] == 'connection']
    wanted = dict(packets=len(packets), bytes=sum(len(data) for _, data in packets), gaps=0, gap_bytes=0,
                  connections=len(closes), rejected=len(opens) - len(closes),
                  frames=sum(line[s]['frames'] for line in closes for s in SIDE),
                  messages=sum(line[s]['messages'] for line in closes for s in SIDE),
                  payload_bytes=sum(line[s]['payload_bytes'] for line in closes for s in SIDE),
                  findings={w: sum(line['type'] == 'finding' and line['severity'] == w for line in lines) for w in ('error', 'warning', 'note')})
    for key, value in wanted.items():
        if summary.get(key) != value:
            return 'summary, %s: expected %r, got %r' % (key, value, summary.get(key))
    return None


def try_seed(program, seed, folder):
    path = os.path.join(folder, 'differential-%d.pcap' % seed)
    expected, options, packets = make(seed, path)
    for frames in (True, False):
        command = [program, '-o', 'json'] + (['--frames'] if frames else []) + options + [path]
        run = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if run.returncode != 0 or run.stderr:
            return ' '.join(command) + ': status %d, %s' % (run.returncode, run.stderr[-2000:])
        found, summary = by_port(run.stdout)
        for port in sorted(set(expected) | set(found)):
            why = differs(expected.get(port, []), found.get(port, []), frames)
            if why:
                return '%s\n  port %d, %s' % (' '.join(command), port, why)
        why = judge_summary(summary, expected, packets)
        if why:
            return '%s\n  %s' % (' '.join(command), why)
    os.unlink(path)
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('first', type=int)
    parser.add_argument('count', type=int)
    parser.add_argument('--keep', help='folder for the captures that differ')
    parser.add_argument('--most', type=int, default=3, help='differences to show')
    arguments = parser.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory() as scratch:
        for seed in range(arguments.first, arguments.first + arguments.count):
            why = try_seed(arguments.program, seed, arguments.keep or scratch)
            if why:
                print('FAIL seed %d: %s' % (seed, why))
                bad += 1
                if bad == arguments.most:
                    break
    print('%d seeds, %d differ' % (seed - arguments.first + 1, bad))
    sys.exit(bad > 0)


if __name__ == '__main__':
    main()
