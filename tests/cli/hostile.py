"""What must not reach a terminal, in every place of a capture whose bytes are shown; and the check that it does not.

    hostile.py WSCOPE FOLDER

Every C0 and C1 control, DEL, escape sequences, UTF-8 that is none, bidirectional controls, zero-width and other hidden characters stand
in URLs, methods, header names and values, the status reason, subprotocol, extensions, payloads of all kinds, compressed and not, close
reasons, proxies' targets, names and addresses, names of files, arguments, the names in TLS hellos, lines of key logs.
All outputs are read byte by byte: UTF-8, and no control but the line feed. What was hidden must be there, escaped: else
it was not shown at all, and nothing was tested. Of the monitor every view is opened, and what it writes holds no sequence but those that
ncurses makes.
"""
import json
import os
import re
import select
import struct
import subprocess
import sys
import unicodedata
import zlib

from terminal import begin_on_terminal, run_on_terminal

WSCOPE, FOLDER = sys.argv[1:]
KEY = b'dGhlIHNhbXBsZSBub25jZQ=='
ACCEPT = b's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
MASK = b'\x37\xfa\x21\x3d'

CHARACTERS = ([chr(c) for c in range(0x20)] + ['\x7f'] + [chr(c) for c in range(0x80, 0xa0)] +
              list('\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b\u200c\u200d\u2060\ufeff'
                   '\u2028\u2029\u00ad\u034f\u115f\u180e\u2061\u206f\u3164\ufe0f\uffa0\ufff9\ufffb\ufdd0\uffff'
                   '\U0001d173\U000e0001\U000e0041\U000e0100\U0010ffff'))
SEQUENCES = [s.encode('latin-1') for s in (
    '\x1b[2J', '\x1b[41m', '\x1b[6n', '\x1b]0;owned\x07', '\x1b]52;c;cm0gLXJm\x07', '\x1b]52;c;cm0gLXJm\x1b\\', '\x1bP$qm\x1b\\',
    '\x1b^pm\x1b\\', '\x1b_apc\x1b\\', '\x1bXsos\x1b\\', '\x1bc', '\x1b(0', '\x1b%@', '\x9b2J', '\x9d0;t\x9c', '\x90q\x9c', '\x84', '\x8d')]
BROKEN = [b'\xc0\x9b', b'\xc1\xbf', b'\xe0\x80\x9b', b'\xe0\x9f\xbf', b'\xf0\x80\x80\x9b', b'\xed\xa0\x80', b'\xed\xbf\xbf', b'\xf4\x90\x80\x80',
          b'\xf8\x88\x80\x80\x9b', b'\xfc\x80\x80\x80\x80\x9b', b'\xfe', b'\xff', b'\xe2\x80', b'\xf0\x9f\x98', b'\xc2', b'\x80']
BYTES = [bytes([b]) for b in range(0x80, 0xa0)]
TEXT = [c.encode() for c in CHARACTERS]
ALL = TEXT + SEQUENCES + BROKEN + BYTES


# ---- the capture

class Capture:
    def __init__(self):
        self.out = [struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101)]
        self.time = 0
        self.port = 1024

    def packet(self, sender, seq, ack, flags, data):
        ports = (self.port, 80) if sender == 0 else (80, self.port)
        ends = (b'\xc0\x00\x02\x01', b'\xc6\x33\x64\x02')
        tcp = struct.pack('>HHIIBBHHH', *ports, seq, ack, 5 << 4, flags, 65535, 0, 0) + data
        ip = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + ends[sender] + ends[1 - sender]
        self.out.append(struct.pack('<IIII', 1700000000, self.time, len(ip + tcp), len(ip + tcp)) + ip + tcp)
        self.time += 1

    def conversation(self, *turns):
        """Each turn: (sender, bytes), 0 the client."""
        self.port += 1
        seq = [1000, 5000]
        self.packet(0, seq[0], 0, 0x02, b'')
        self.packet(1, seq[1], seq[0] + 1, 0x12, b'')
        seq = [seq[0] + 1, seq[1] + 1]
        for sender, data in turns:
            for at in range(0, len(data), 1400):
                piece = data[at:at + 1400]
                self.packet(sender, seq[sender], seq[1 - sender], 0x18, piece)
                seq[sender] += len(piece)
        self.packet(0, seq[0], seq[1], 0x11, b'')
        self.packet(1, seq[1], seq[0] + 1, 0x11, b'')


def frame(opcode, payload, sender=0, flags=0x80):
    head = bytes([flags | opcode])
    mask = 0x80 if sender == 0 else 0
    length = bytes([mask | len(payload)]) if len(payload) < 126 else bytes([mask | 126]) + struct.pack('>H', len(payload))
    if sender == 0:
        return head + length + MASK + bytes(b ^ MASK[i % 4] for i, b in enumerate(payload))
    return head + length + payload


def deflated(payload):
    squeezer = zlib.compressobj(wbits=-15)
    return (squeezer.compress(payload) + squeezer.flush(zlib.Z_SYNC_FLUSH))[:-4]


def request(method=b'GET', target=b'/', host=b'h', more=b''):
    return (method + b' ' + target + b' HTTP/1.1\r\nHost: ' + host + b'\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
            b'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ' + KEY + b'\r\n' + more + b'\r\n')


def answer(status=b'101 Switching Protocols', more=b''):
    return (b'HTTP/1.1 ' + status + b'\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ' + ACCEPT + b'\r\n' + more +
            b'\r\n')


def groups(items, most, each=6):
    """Joined by six, or as many as fit into `most` bytes."""
    group = b''
    for n, item in enumerate(items):
        if n % each == 0 and group or len(group) + len(item) > most:
            yield group
            group = b''
        group += item
    yield group


def extension(kind, body):
    return struct.pack('>HH', kind, len(body)) + body


def hello(kind, body, *extensions):
    whole = b'\x03\x03' + bytes(32) + body + struct.pack('>H', sum(map(len, extensions))) + b''.join(extensions)
    whole = bytes([kind]) + struct.pack('>I', len(whole))[1:] + whole
    return b'\x16\x03\x03' + struct.pack('>H', len(whole)) + whole


def hellos(h):
    """TLS 1.2: server name and protocols as they are asked for; what is agreed is HTTP, so that the connection is shown."""
    name = struct.pack('>HBH', len(h) + 7, 0, len(h) + 4) + b'name' + h
    protocols = bytes([len(h) + 1]) + b'p' + h
    offer = b'\x08http/1.1' + protocols
    return ((0, hello(1, b'\0\0\x02\xc0\x2f\x01\0', extension(0, name), extension(16, struct.pack('>H', len(offer)) + offer))),
            (1, hello(2, b'\0\xc0\x2f\0', extension(16, b'\0\x09\x08http/1.1'))))


def capture():
    c = Capture()
    close = frame(8, b'\x03\xe8')
    for h in groups([i for i in ALL if not set(i) & set(b'\r\n')], 80):
        word = h.replace(b' ', b'').replace(b'\0', b'')
        fields = b'X-' + word + b': ' + h + b'\r\n'
        c.conversation((0, request(target=b'/url' + word, host=b'host' + word, more=fields + b'Sec-WebSocket-Protocol: sub' + h + b'\r\n'
                                   b'Sec-WebSocket-Extensions: ext' + h + b'; p=' + h + b'\r\nX-Forwarded-For: for' + h + b'\r\n')),
                       (1, answer(b'101 reason' + h, fields + b'Sec-WebSocket-Protocol: sub' + h + b'\r\nSec-WebSocket-Extensions: ext' + h +
                                  b'; p=' + h + b'\r\n')),
                       (1, frame(1, b'x', 1)), (0, close))
        c.conversation((0, request(method=b'G' + word)), (1, answer(b'403 reason' + h, fields)))
        c.conversation((0, b'CONNECT target' + word + b':80 HTTP/1.1\r\nHost: x\r\n\r\n'), (1, b'HTTP/1.1 200 ' + h + b'\r\n\r\n'),
                       (0, request()), (1, answer()), (0, close))
        c.conversation((0, b'\x04\x01\x00\x50\x00\x00\x00\x01user' + word + b'\0target' + word + b'\0'), (1, b'\0\x5a' + bytes(6)),
                       (0, request()), (1, answer()), (0, close))
        name = b'target' + h
        c.conversation((0, b'\x05\x01\x02'), (1, b'\x05\x02'), (0, b'\x01' + bytes([len(h)]) + h + bytes([len(h)]) + h), (1, b'\x01\x00'),
                       (0, b'\x05\x01\x00\x03' + bytes([len(name)]) + name + b'\x00\x50'), (1, b'\x05\x00\x00\x01' + bytes(6)),
                       (0, request()), (1, answer()), (0, close))
        c.conversation((0, b'PROXY TCP4 ' + h + b' 192.0.2.1 1 2\r\n' + request()), (1, answer()), (0, close))
        c.conversation((0, request()), (1, b'HTTP/1.1 101 ' + h + b'\r\n' + h + b'\r\n\r\n' + h))
        c.conversation((0, request()), (1, answer()), (1, b'HTTP/1.1 500 ' + h + b'\r\n\r\n' + h))
        c.conversation(*hellos(h), (0, b'\x17\x03\x03\0\x20' + bytes(32)))
    for h in groups(ALL, 120):
        c.conversation((0, request()), (1, answer()), (0, frame(9, h)), (1, frame(10, h, 1)), (0, frame(8, b'\x0f\xa0' + h)),
                       (1, frame(8, b'\x0f\xa0' + h, 1)))
    turns = []
    for h in ALL:
        turns += [(0, frame(1, b'text' + h)), (1, frame(1, b'text' + h, 1)), (0, frame(2, h * 3)), (0, frame(1, b'text' + h[:1], 0, 0)),
                  (0, frame(0, h[1:] + b'!')), (1, frame(3, h, 1)), (0, frame(11, h))]
    c.conversation((0, request()), (1, answer()), *turns)
    deflate = b'Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; server_no_context_takeover\r\n'
    c.conversation((0, request(more=deflate)), (1, answer(more=deflate)),
                   *[(0, frame(1, deflated(b'text' + h), 0, 0xc0)) for h in ALL], *[(1, frame(1, h, 1, 0xc0)) for h in ALL])
    return b''.join(c.out)


# ---- the check

# Our own colours (src/output/terminal.h), and no others.
OURS = re.compile(r'\x1b\[(0|1|2|32|33|34|36|1;31)m')
failed = False


def fail(*what):
    global failed
    failed = True
    print('FAIL', *what)


def hidden(c):
    # Default ignorable characters of other categories, which draw nothing; noncharacters
    others = '\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0'
    return (unicodedata.category(c) in ('Cc', 'Cf', 'Zl', 'Zp', 'Cs') or c in others or 0xfe00 <= ord(c) <= 0xfe0f or
            0xe0000 <= ord(c) <= 0xe0fff or ord(c) & 0xfffe == 0xfffe or 0xfdd0 <= ord(c) <= 0xfdef)


def check(what, output, colored=False, ascii_only=False, terminal=False):
    try:
        text = output.decode('ascii' if ascii_only else 'utf-8')
    except UnicodeDecodeError as why:
        fail(what, why, output[max(0, why.start - 60):why.end + 20])
        return ''
    if colored:
        text = OURS.sub('', text)
    if terminal:
        text = text.replace('\r\n', '\n')
    for c in set(text) - {'\n'}:
        if hidden(c):
            at = text.index(c)
            fail(what, f'U+{ord(c):04X} in', ascii(text[max(0, at - 60):at + 20]))
    return text


def run(*arguments, locale='C.UTF-8', **environment):
    return subprocess.run([WSCOPE.encode(), *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60,
                          env={**os.environ, 'LC_ALL': locale, 'TZ': 'UTC', **environment})


def on_terminal(*arguments):
    return run_on_terminal(132, WSCOPE, *arguments, LC_ALL='C.UTF-8')


def shown(item):
    """As escape.h says that it is shown."""
    out = ''
    for c in item.decode('utf-8', 'surrogateescape'):
        if c in '\n\r\t':
            out += {'\n': '\\n', '\r': '\\r', '\t': '\\t'}[c]
        elif 0xdc80 <= ord(c) <= 0xdcff:
            out += f'\\x{ord(c) - 0xdc00:02x}'
        elif ord(c) < 0x20 or ord(c) == 0x7f:
            out += f'\\x{ord(c):02x}'
        else:
            out += f'\\u{{{ord(c):x}}}' if hidden(c) else c
    return out


def is_text(item):
    try:
        return item.decode() is not None
    except UnicodeDecodeError:
        return False


def check_outputs(path):
    plain = None
    for arguments in ((), ('-x',), ('-V',), ('--frames',), ('-o', 'json', '--frames'), ('-o', 'summary')):
        for locale in 'C.UTF-8', 'C':
            for color in (), ('--color=always',):
                what = ' '.join((*arguments, *color, locale))
                result = run(*arguments, *color, path, locale=locale)
                if result.returncode != 0:
                    fail(what, 'exit status', result.returncode, result.stderr)
                text = check(what, result.stdout, colored=color, ascii_only=locale == 'C' and arguments[:2] != ('-o', 'json'))
                check(what, result.stderr, ascii_only=locale == 'C')
                if color and arguments[:2] != ('-o', 'json') and b'\x1b[' not in result.stdout:
                    fail(what, 'no colours')
                if color and text != plain:
                    fail(what, 'colours change the text')
                plain = text
    if b'\x1b' in run('--color=auto', path, NO_COLOR='1').stdout:
        fail('NO_COLOR')
    for arguments in (('-o', 'text'), ('-o', 'text', '-V'), ('-o', 'summary')):
        check(f'on a terminal {arguments}', on_terminal(*arguments, path), colored=True, terminal=True)


def check_presence(path):
    """Every item, escaped, and every place that it was put in."""
    text = run(path).stdout.decode()
    for item in ALL:
        for sender in '→', '←':
            # What is not UTF-8 is shown in hexadecimal.
            wanted = f'text{shown(item)}' if is_text(item) else (b'text' + item).hex(' ')
            if not re.search(f'{sender} text +[0-9].*  {re.escape(wanted)}', text):
                fail('not shown in text:', sender, item)
    lines = [json.loads(line) for line in run('-o', 'json', path).stdout.splitlines()]
    told = {line['text'] for line in lines if line['type'] == 'message' and line.get('text')}
    for item in TEXT:
        if 'text' + item.decode() not in told:
            fail('not in JSON:', item)
    places = {}

    def place(name, value):
        if isinstance(value, dict):
            for key in value:
                place(f'{name}.{key}', value[key])
        elif isinstance(value, list):
            for one in value:
                place(name, one)
        elif isinstance(value, str):
            places.setdefault(name, set()).update(value)

    for line in lines:
        place(line['type'], line)
    for name in ('connection.url', 'connection.subprotocol', 'connection.extensions', 'connection.forwarded_for', 'connection.via.target',
                 'connection.request.target', 'connection.request.headers', 'connection.response.reason',
                 'connection.response.headers', 'connection.tls.sni', 'message.text', 'message.reason', 'close.reason'):
        for c in '\x1b\x7f\x9b\u202e\u200d\ufeff\u2028':
            if c not in places.get(name, ()):
                fail(name, f'never had U+{ord(c):04X}')


def check_complaints():
    """Names of files and arguments, in what is said about them."""
    good = open('captures/ws-plain.pcap', 'rb').read()
    for number, h in enumerate(groups([i for i in ALL if not set(i) & set(b'\0/')], 200, 24)):
        folder = os.path.join(FOLDER.encode(), b'%d' % number)
        os.mkdir(folder)
        for name, content in (b'text' + h, b'no capture'), (b'cut' + h, good[:-3]), (b'good' + h, good):
            with open(os.path.join(folder, name), 'wb') as file:
                file.write(content)
        files = [os.path.join(folder, name) for name in os.listdir(folder)]
        for arguments in ((b'none' + h,), (b'-v', *files), (b'-f', h, *files), (b'-f', b'host ' + h, *files), (b'-v', b'-f', b'tcp', *files),
                          (b'-o', h), (b'--max-payload', b'1' + h), (b'--color', h), (b'-c', h), (b'--' + h,), (b'--frames=' + h,),
                          (b'-' + h,), (b'-Z', h, *files)):
            result = run(*arguments, locale='C' if number % 2 else 'C.UTF-8')
            if not result.stderr:
                fail(arguments, 'nothing was said')
            check(arguments, result.stderr, ascii_only=number % 2)
            check(arguments, result.stdout, ascii_only=number % 2)


def check_key_logs(path):
    """Lines of a key log: labels, what stands where a secret should, all of it in one line."""
    for number, h in enumerate(groups([i for i in ALL if not set(i) & set(b'\0\r\n')], 2000, 100)):
        log = os.path.join(FOLDER, f'{number}.keylog')
        with open(log, 'wb') as file:
            file.write(b'CLIENT' + h + b' ' + b'00' * 32 + b' ' + b'11' * 48 + b'\nCLIENT_RANDOM ' + h + b' ' + h + b'\n# ' + h + b'\n' + h + b'\n')
        for arguments in ((), ('-o', 'json')):
            result = run('-v', '-k', log, *arguments, path)
            check(f'key log {arguments}', result.stdout)
            check(f'key log {arguments}', result.stderr)


# What ncurses sends to this terminal, by their ends: cursor, colours, erasing, scrolling, modes, mouse and paste; character sets; keypad.
CURSES = re.compile(r'\x1b\[[0-9;?<>=]*[ABCDGHJKLMPSTXZ@abcdfghlmprtu]|\x1b\(B|\x1b[=>78M]|[\x07\b\r\t\x0e\x0f]')


def check_monitor(path):
    child, terminal = begin_on_terminal(100, WSCOPE, path, LC_ALL='C.UTF-8', TERM='xterm-256color', XDG_CONFIG_HOME=FOLDER, HOME=FOLDER)
    output = b''

    def read_until_quiet():
        nonlocal output
        patience = 1 if output else 20  # some keys change nothing
        while select.select([terminal], [], [], patience)[0]:
            try:
                some = os.read(terminal, 65536)
            except OSError:
                return False
            output += some
            patience = 0.15
        return True

    keys = ['2', 'j', '\r', 'v', 'v', 'v', 'v', '\x1b', 'G', 'k', '\r', 'v', '\x1b', '1', 'j', '\r', '4', '\x1b', '5', '6', '7', '1', 'G', '\r', '3', '?', '\x1b']
    for key in keys:
        if not read_until_quiet():
            fail('monitor: ended before', repr(key))
            break
        os.write(terminal, key.encode())
    read_until_quiet()
    for _ in range(4):
        try:
            os.write(terminal, b'q')
        except OSError:
            break
        if not read_until_quiet():
            break
    os.close(terminal)
    os.waitpid(child, 0)
    text = check('monitor', re.sub(CURSES.pattern.encode(), b'', output))
    if not re.search(r'\\x[01][0-9a-f]', text):
        fail('monitor: nothing of it was shown', text)


capture_path = os.path.join(FOLDER, 'hostile.pcap')
with open(capture_path, 'wb') as capture_file:
    capture_file.write(capture())
check_outputs(capture_path)
check_presence(capture_path)
check_complaints()
check_key_logs(capture_path)
check_monitor(capture_path)
sys.exit(failed)
