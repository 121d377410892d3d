"""dsb.py PCAP KEYLOG before|behind PCAPNG: the capture with its key log as a Decryption Secrets Block."""
import struct
import sys

capture, log, where, to = sys.argv[1:]
data, text = open(capture, 'rb').read(), open(log, 'rb').read()


def block(kind, body):
    body += b'\0' * (-len(body) % 4)
    return struct.pack('<II', kind, len(body) + 12) + body + struct.pack('<I', len(body) + 12)


link_type = struct.unpack_from('<I', data, 20)[0]
head = block(0x0a0d0d0a, struct.pack('<IHHq', 0x1a2b3c4d, 1, 0, -1)) + block(1, struct.pack('<HHI', link_type, 0, 0))
secrets = block(10, struct.pack('<II', 0x544c534b, len(text)) + text)
packets, at = b'', 24
while at < len(data):
    seconds, micro, captured, length = struct.unpack_from('<IIII', data, at)
    time = seconds * 1000000 + micro
    packets += block(6, struct.pack('<IIIII', 0, time >> 32, time & 0xffffffff, captured, length) +
                     data[at + 16:at + 16 + captured])
    at += 16 + captured
open(to, 'wb').write(head + (secrets + packets if where == 'before' else packets + secrets))
