"""What tests of live capture put on a network: a WebSocket conversation over TCP, and packets through a tap device.

Both live in a network namespace of their own, so nothing else is on it, and no root is needed.
"""
import fcntl
import os
import socket
import struct

KEY, ACCEPT = b'dGhlIHNhbXBsZSBub25jZQ==', b's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
REQUEST = (b'GET /chat HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
           b'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ' + KEY + b'\r\n\r\n')
ANSWER = (b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
          b'Sec-WebSocket-Accept: ' + ACCEPT + b'\r\n\r\n')
TEXT, CLOSE = 1, 8


def frame(opcode, payload, mask=None):
    """A final frame (RFC 6455 5.2); mask: four bytes, or none."""
    head = bytes([0x80 | opcode])
    bit = 0x80 if mask else 0
    if len(payload) < 126:
        head += bytes([bit | len(payload)])
    else:
        head += bytes([bit | 126]) + struct.pack('>H', len(payload))
    if not mask:
        return head + payload
    return head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


def set_up(name):
    """ip link set NAME up"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        asked = fcntl.ioctl(s, 0x8913, struct.pack('16sH14x', name.encode(), 0))
        flags = struct.unpack('16sH', asked[:18])[1]
        fcntl.ioctl(s, 0x8914, struct.pack('16sH14x', name.encode(), flags | 1))


def set_down(name):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, 0x8914, struct.pack('16sH14x', name.encode(), 0))


class Conversation:
    """Two ends of one WebSocket connection over the loopback interface, in one thread: every byte that is sent is also
    received before anything else happens."""

    def __init__(self, address='127.0.0.1'):
        family = socket.AF_INET6 if ':' in address else socket.AF_INET
        with socket.socket(family) as listening:
            listening.bind((address, 0))
            listening.listen()
            self.port = listening.getsockname()[1]
            self.client = socket.create_connection(listening.getsockname()[:2])
            self.server, _ = listening.accept()

    def _move(self, sender, receiver, data):
        sender.sendall(data)
        left = len(data)
        while left > 0:
            left -= len(receiver.recv(left))

    def open(self):
        self._move(self.client, self.server, REQUEST)
        self._move(self.server, self.client, ANSWER)
        return self

    def say(self, text):
        self._move(self.client, self.server, frame(TEXT, text.encode(), b'\x01\x02\x03\x04'))

    def answer(self, text):
        self._move(self.server, self.client, frame(TEXT, text.encode()))

    def close(self):
        self._move(self.client, self.server, frame(CLOSE, b'\x03\xe8', b'\x05\x06\x07\x08'))
        self._move(self.server, self.client, frame(CLOSE, b'\x03\xe8'))
        self.leave()

    def leave(self):
        """Without a close frame."""
        self.server.close()
        self.client.close()


class Tap:
    """An Ethernet interface whose cable we hold: what is written to it, the kernel receives. It vanishes when closed."""

    def __init__(self, name):
        self.name = name
        self.fd = os.open('/dev/net/tun', os.O_RDWR)
        fcntl.ioctl(self.fd, 0x400454ca, struct.pack('16sH22x', name.encode(), 0x0002 | 0x1000))
        set_up(name)

    def receive(self, packet):
        os.write(self.fd, packet)

    def vanish(self):
        os.close(self.fd)


def packets(path):
    """The packets of a little-endian pcap file, each from the link layer on."""
    data = open(path, 'rb').read()
    at, found = 24, []
    while at < len(data):
        length = struct.unpack_from('<I', data, at + 8)[0]
        found.append(data[at + 16:at + 16 + length])
        at += 16 + length
    return found
