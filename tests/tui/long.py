"""Writes a capture with three messages of 3 MB each, JSON with a long string in it, text in lines, bytes; and one of 450 lines.

    long.py FILE
"""
import struct
import sys

LENGTH = 3 * 1000 * 1000
REQUEST = (b'GET /long HTTP/1.1\r\nHost: long.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'
           b'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n')
ANSWER = (b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
          b'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n')
json = b'{"kind": "image", "data": "' + b'QUJDREVG' * (LENGTH // 8) + b'", "last": [1, 2, 3]}'
lines = b''.join(b'line %d of the log\n' % i for i in range(LENGTH // 23))
binary = bytes(range(256)) * (LENGTH // 256)
few = b'%0150d\n' * 450 % tuple(range(450))

with open(sys.argv[1], 'wb') as out:
    out.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101))
    seq, time = [1000, 5000], 0

    def packet(sender, flags, data=b''):
        global time
        ports, ends = ((40000, 80), (80, 40000))[sender], (b'\xc0\x00\x02\x01', b'\xc6\x33\x64\x02')
        tcp = struct.pack('>HHIIBBHHH', *ports, seq[sender], seq[1 - sender], 5 << 4, flags, 65535, 0, 0) + data
        ip = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + ends[sender] + ends[1 - sender]
        out.write(struct.pack('<IIII', 1700000000, time, len(ip + tcp), len(ip + tcp)) + ip + tcp)
        seq[sender] += len(data) + (flags & 2 > 0)
        time += 1

    packet(0, 0x02)
    packet(1, 0x12)
    packet(0, 0x18, REQUEST)
    packet(1, 0x18, ANSWER)
    for opcode, payload in (1, json), (1, lines), (2, binary), (1, few):
        frame = bytes([0x80 | opcode, 127]) + struct.pack('>Q', len(payload)) + payload
        for at in range(0, len(frame), 60000):
            packet(1, 0x10, frame[at:at + 60000])
            packet(0, 0x10)
