"""big-endian.py FROM TO: writes a little-endian pcap with all its headers in the other
byte order, as a big-endian machine would have written it."""
import struct
import sys

source, target = sys.argv[1:]
with open(source, 'rb') as file:
    data = file.read()

out = [struct.pack('>IHHiIII', *struct.unpack_from('<IHHiIII', data))]
at = 24
while at < len(data):
    header = struct.unpack_from('<IIII', data, at)
    out += [struct.pack('>IIII', *header), data[at + 16:at + 16 + header[2]]]
    at += 16 + header[2]

with open(target, 'wb') as file:
    file.write(b''.join(out))
