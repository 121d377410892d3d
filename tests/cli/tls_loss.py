#!/usr/bin/env python3
"""Any one segment with data of a capture inside TLS is missing, or all up to it: what is left of the capture.

usage: tls_loss.py [--start] [--every=N] [--limits=FILE] WSCOPE CAPTURE ARGUMENT ...

Finds out by itself which packets carry which record (Ethernet or raw IP, IPv4, TCP), and with wscope which messages the whole capture has, and in
which records. Then it leaves out each segment in turn (--start: and everything before it), and holds against that what is told:

  invented   messages told as whole that were never sent, or twice, or out of their order: none
  untouched  messages of whose records nothing is missing. They cannot all be told: a compressed message may refer to a lost
             one, the keys of TLS 1.2 are made from the server's hello, and without the HTTP of the upgrade, or a frame's header, the next
             frames have to show themselves. So it is counted for how many segments some are not.
  gap        the loss is told, when it was of content and something was told behind it; with an AEAD it has as many bytes as the lost
             records had content

Prints what was invented or is not so, and a line of sums: by what the segment carried (a hello, other plain records, what comes in
front of the first message, messages) how many of them cost more than themselves, of how many. SHOW=1: each segment that costs more than itself.

--limits: the sums are at most those in that file's line. How well frames are found again without the HTTP of the upgrade, or messages of a
compressed connection behind a loss, is not the matter here: of these a quarter of the segments may cost more than they did.
"""
import collections, json, os, re, struct, subprocess, sys, tempfile

begins, every, limits = False, 1, None
while sys.argv[1].startswith('--'):
    option = sys.argv.pop(1)
    begins = begins or option == '--start'
    every = int(option[8:]) if option.startswith('--every=') else every
    limits = option[9:] if option.startswith('--limits=') else limits
wscope, capture, *arguments = sys.argv[1:]
PLAIN, SEALED, WHATS = (20, 21, 22), 23, ('hello', 'plain', 'opening', 'data')


def read(path):
    data = open(path, 'rb').read()
    at, packets = 24, []
    assert data[:4] == b'\xd4\xc3\xb2\xa1', path
    link = 14 if struct.unpack_from('<I', data, 20)[0] == 1 else 0
    while at < len(data):
        n = struct.unpack_from('<I', data, at + 8)[0]
        p = data[at + 16:at + 16 + n]
        six = p[link] >> 4 == 6
        tcp = link + (40 if six else (p[link] & 15) * 4)
        begin = tcp + (p[tcp + 12] >> 4) * 4
        end = tcp + struct.unpack_from('>H', p, link + 4)[0] if six else link + struct.unpack_from('>H', p, link + 2)[0]
        source, sink = (p[tcp + 2 * i:tcp + 2 * i + 2] for i in (0, 1))
        sec, usec = struct.unpack_from('<II', data, at)
        packets.append((data[at:at + 16 + n], source, sink, struct.unpack_from('>I', p, tcp + 4)[0], p[begin:end],
                        f'{sec}.{usec:06}', p[tcp + 13]))
        at += 16 + n
    return data[:24], packets


def records(packets):
    """Of each direction of each connection: [type, first and last packet]."""
    streams, out = collections.OrderedDict(), {}
    for i, (_, source, sink, number, payload, _, flags) in enumerate(packets):
        if flags & 2:
            streams[source, sink, i] = [(number + 1) & 0xffffffff, b'', []]
        keys = [k for k in streams if k[:2] == (source, sink)]
        if not payload or not keys:
            continue
        stream = streams[keys[-1]]
        skip = (stream[0] - number) & 0xffffffff
        if skip < 1 << 31 and skip < len(payload):  # not before what is next, and not all of it known
            assert skip == 0 or skip < len(payload)
            stream[1] += payload[skip:]
            stream[2] += [i] * (len(payload) - skip)
            stream[0] = (number + len(payload)) & 0xffffffff
    for key, (_, data, where) in streams.items():
        at, out[key] = 0, []
        if data[:5] == b'PROXY':
            at = data.index(b'\n') + 1
        while at + 5 <= len(data):
            n = 5 + int.from_bytes(data[at + 3:at + 5], 'big')
            out[key].append((data[at], where[at], where[min(at + n, len(data)) - 1], data[at:at + n]))
            at += n
    return out


def tell(path):
    run = subprocess.run([wscope, '-q', '-o', 'json', '--frames', '--max-payload', '0', *arguments, path], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE)
    assert run.returncode == 0 and not run.stderr, (run.returncode, run.stderr[-2000:])
    return [json.loads(line) for line in run.stdout.decode().splitlines()]


class Told:
    """The messages of each direction of each connection, in order."""

    def __init__(self, events):
        self.ends, self.messages, self.gaps, self.frames, self.ts = {}, collections.defaultdict(list), 0, {}, {}
        self.gap_bytes = 0
        self.findings = collections.Counter()
        for e in events:
            kind = e['type']
            if kind == 'connection':
                self.ends[e['conn']] = e
                name = (e['client']['port'], e['server']['port'])
            elif kind == 'frame':
                self.frames.setdefault((e['conn'], e['dir']), []).append(e['packet'] - 1)
            elif kind == 'gap':
                self.gaps += 1
                self.gap_bytes += e['bytes']
            elif kind == 'finding':
                self.findings[e['code']] += 1
            elif kind == 'message':
                c = self.ends[e['conn']]
                if c['carrier'] != 'tls':
                    continue
                sender = c['client'] if e['dir'] == 'client' else c['server']
                content = (e['opcode'], e.get('text'), e.get('base64'), e.get('code'), e.get('reason'))
                self.messages[c['client']['port'], c['server']['port'], sender['port']].append((content, e))


def stamp(text):
    import calendar, time
    whole, frac = text[:-1].split('.')
    return f"{calendar.timegm(time.strptime(whole, '%Y-%m-%dT%H:%M:%S'))}.{frac[:6]}"


header, packets = read(capture)
number_of = {}
for i, p in enumerate(packets):
    number_of.setdefault(p[5], []).append(i)
all_records = records(packets)
whole = Told(tell(capture))
compressed = any(e.get('deflate') for e in whole.ends.values())
assert whole.messages, 'no messages'

# Which records a message is in: those of its direction from the one that its first byte came with to that of its last.
touches = {}
for key, list_ in whole.messages.items():
    sender = key[2]
    stream = [r for k, rs in all_records.items() if struct.unpack('>H', k[0])[0] == sender for r in rs]
    for i, (content, e) in enumerate(list_):
        first, last = (min(number_of[stamp(e[t])]) for t in ('first_ts', 'ts'))
        last = max(number_of[stamp(e['ts'])])
        touches[key, i] = {p for kind, a, b, _ in stream if first <= b <= last for p in range(a, b + 1)}

problems, counts = 0, collections.Counter()


def problem(text):
    global problems
    problems += 1
    print(f'{os.path.basename(capture)}: {text}')


def phase(i):
    """What the segment carries: "hello", "handshake" (plain or sealed, up to the first message or HTTP), "http", "data"."""
    kinds = set()
    for key, stream in all_records.items():
        seen_sealed = 0
        for kind, a, b, raw in stream:
            if a <= i <= b:
                kinds.add('hello' if kind == 22 and raw[5] in (1, 2) else 'plain' if kind != 23 else 'sealed')
    return kinds


def around(cipher):
    """Bytes of a record that are no content; None: it varies."""
    if 'CBC' in cipher:
        return None
    tag = 8 if 'CCM_8' in cipher else 16
    if '_WITH_' not in cipher:
        return tag + 1  # TLS 1.3: the content's type
    return tag if 'CHACHA' in cipher else tag + 8


def content_of(i):
    """Of the records that lie in this segment, when they are whole there, and can only be data: how much content they have."""
    content, more = 0, {around(e['tls']['cipher']) for e in whole.ends.values() if e['carrier'] == 'tls'}
    for stream in all_records.values():
        for kind, a, b, raw in stream:
            if a <= i <= b:
                length = len(raw) - 5 - (next(iter(more)) or 0)
                if a != b or kind != SEALED or len(more) != 1 or None in more or length <= 5 or 'padded' in capture:
                    return None  # an alert has 2 bytes, a KeyUpdate 5
                content += length
    return content


first_message = {key: min(min(touches[key, i], default=1 << 30) for i in range(len(list_))) for key, list_ in whole.messages.items()}
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, 'left.pcap')
    for i, p in enumerate(packets):
        if not p[4] or i % every:
            continue
        kinds = phase(i)
        if not kinds:
            continue  # not TLS: a leg behind it
        open(path, 'wb').write(header + b''.join(q[0] for j, q in enumerate(packets) if (j > i if begins else j != i)))
        told = Told(tell(path))
        before = any(i < first_message[key] for key in whole.messages if {key[0], key[1]} == {struct.unpack('>H', e)[0] for e in p[1:3]})
        what = 'hello' if 'hello' in kinds else 'plain' if 'plain' in kinds and before else 'opening' if before else 'data'
        counts[what] += 1
        missing = 0
        for key, list_ in whole.messages.items():
            left = [content for content, e in told.messages.get(key, []) if e['complete']]
            sent = [content for content, e in list_]
            at = 0
            for content in left:
                if content not in sent[at:]:
                    problem(f'segment {i + 1} ({what}): invented: {str(content)[:80]}')
                    break
                at = sent.index(content, at) + 1
            missing += sum(1 for n, content in enumerate(sent) if left.count(content) < sent.count(content) and
                           (i < min(touches[key, n]) if begins else i not in touches[key, n]))
        counts[what, 'missing'] += missing > 0
        lost = content_of(i) if what == 'data' and not begins and told.gaps and any(told.messages.values()) else None
        if lost is not None and told.gap_bytes != lost:
            problem(f'segment {i + 1}: {lost} bytes of content are missing, told are {told.gap_bytes}')
        quiet = what == 'data' and not begins and not told.gaps and any(told.messages.values())
        counts['not told'] += quiet and any(i in touched and max(touched) > i for touched in touches.values())
        if os.environ.get('SHOW') and missing:
            print(f'  {os.path.basename(capture)} segment {i + 1} ({what}): {missing} missing, gaps {told.gaps}',
                  [(e['handshake'], e['tls'] and e['tls']['reason']) for e in told.ends.values()], dict(told.findings))
if counts['not told']:
    problem(f"{counts['not told']} losses are not told")
def check(wanted):
    for k in WHATS:
        found = re.search(rf' {k} (\d+)/(\d+)', wanted)
        most, of = (int(n) for n in found.groups()) if found else (0, 0)
        slack = of // 4 if k == 'opening' or (k == 'data' and (compressed or begins)) else 0
        if counts[k] != of or counts[k, 'missing'] > most + slack:
            problem(f'{k}: {counts[k, "missing"]} of {counts[k]} segments cost more than themselves, at most {most + slack} of {of} may')


name = f'{os.path.basename(capture)} {"begun" if begins else "without"}'
if limits:
    lines = [line for line in open(limits) if line.startswith(name + ' ')]
    check(lines[0] if lines else '')
else:
    print(name, *(f'{k} {counts[k, "missing"]}/{counts[k]}' for k in WHATS if counts[k]))
sys.exit(problems > 0)
