"""Feeds captures to the program packet by packet through a pipe, and waits for what each packet completes.

Nothing here sleeps: a packet is written only when the line that the one before it had to bring has been read. A line that
does not come hangs the test, which the caller's time limit ends.
"""
import json
import os
import signal
import struct
import subprocess
import sys

WSCOPE = sys.argv[1]


def packets(path):
    """The file header, and each packet with its header (little-endian pcap)."""
    data = open(path, 'rb').read()
    assert data[:4] in (b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1')
    at, found = 24, []
    while at < len(data):
        length = struct.unpack_from('<I', data, at + 8)[0]
        found.append(data[at:at + 16 + length])
        at += 16 + length
    return data[:24], found


def is_prompt(line):
    """Told when its last byte was seen; findings and closes may have to wait for what comes, or does not come, next."""
    line = json.loads(line)
    return line['type'] == 'message' and line['complete'] or line.get('handshake') == 'complete'


def lines_by_packet(path):
    """How many prompt lines each prefix of the capture brings, and all lines of the whole capture."""
    head, found = packets(path)
    counts, lines = [], []
    for n in range(len(found) + 1):
        run = subprocess.run([WSCOPE, '-o', 'json', '-'], input=head + b''.join(found[:n]), capture_output=True,
                             check=True)
        lines = run.stdout.splitlines()
        counts.append(sum(map(is_prompt, lines)))
    return counts, lines


class Live:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([WSCOPE, *arguments, '-'], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def line(self):
        return self.process.stdout.readline().rstrip(b'\n')

    def end(self):
        """Closes the pipe: what is still printed, the exit status, standard error."""
        out, err = self.process.communicate()
        return out.splitlines(), self.process.returncode, err


def every_line_at_once(path):
    counts, wanted = lines_by_packet(path)
    head, found = packets(path)
    live = Live('-o', 'json')
    live.write(head)
    got = []
    for n, packet in enumerate(found, 1):
        live.write(packet)
        while sum(map(is_prompt, got)) < counts[n]:
            got.append(live.line())
    rest, status, err = live.end()
    assert got + rest == wanted, (path, got + rest, wanted)
    assert (status, err) == (0, b''), (status, err)


def text_at_once(path):
    """Text as well: the line of a message before the packet behind it."""
    head, found = packets(path)
    live = Live()
    live.write(head)
    for packet in found[:8]:
        live.write(packet)
    assert b'open' in live.line()
    assert b'welcome' in live.line()
    live.end()


def count_stops(path):
    """-c: the program ends by itself, though the pipe is open and silent."""
    head, found = packets(path)
    live = Live('-c', '2')
    live.write(head + b''.join(found[:20]))
    assert live.process.wait() == 0
    out = live.process.stdout.read().splitlines()
    assert sum(b' text ' in line for line in out) == 2 and b'still open' in out[-1], out
    live.process.stdin.close()


def signal_ends(path, number, *arguments):
    """A signal while the pipe is silent: what is open is told, then the end of the output as always, status 0."""
    head, found = packets(path)
    live = Live(*arguments)
    live.write(head + b''.join(found[:8]))
    live.line()
    live.line()  # the message of the last packet: nothing is left to be read
    live.process.send_signal(number)
    assert live.process.wait() == 0, live.process.returncode
    out, err = live.process.stdout.read().splitlines(), live.process.stderr.read()
    assert err == b'', err
    live.process.stdin.close()
    return out


def second_signal_kills():
    """A program that is told twice ends at once, even if it were stuck: the handler is used once."""
    live = Live('-o', 'json')
    head, found = packets('captures/close-by-client.pcap')
    live.write(head + b''.join(found[:8]))
    live.line()
    live.process.send_signal(signal.SIGINT)
    live.process.send_signal(signal.SIGINT)
    assert live.process.wait() in (0, -signal.SIGINT)
    live.process.stdin.close()


def reader_leaves():
    """The reader has gone: the next line ends the program, quietly, though more packets would come."""
    head, found = packets('captures/console.pcap')
    live = Live()
    live.write(head + b''.join(found[:10]))
    live.line()
    live.process.stdout.close()
    try:
        for packet in found[10:]:
            live.write(packet)
    except BrokenPipeError:
        pass
    assert live.process.wait() == 0, live.process.returncode
    assert live.process.stderr.read() == b''


os.environ.update(TZ='UTC', LC_ALL='C.UTF-8')
every_line_at_once('captures/close-by-client.pcap')
every_line_at_once('captures/ws-fragments.pcap')
every_line_at_once('captures/bad-close-codes.pcap')
every_line_at_once('captures/encap-ip4-fragments.pcap')
text_at_once('captures/close-by-client.pcap')
count_stops('captures/console.pcap')
for number in signal.SIGINT, signal.SIGTERM:
    ended = [json.loads(line) for line in signal_ends('captures/close-by-client.pcap', number, '-o', 'json')]
    assert [line['type'] for line in ended] == ['close', 'summary'], ended
    assert ended[0]['how'] == 'capture-end' and ended[1]['packets'] == 8, ended
assert b'still open' in signal_ends('captures/close-by-client.pcap', signal.SIGINT)[-1]
second_signal_kills()
reader_leaves()
