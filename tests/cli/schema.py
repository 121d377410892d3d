"""Every line of JSON on standard input has the keys that docs/json.md promises, each of its type, and stands where it may."""
import base64
import json
import re
import sys

STAMP = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$')
NONE = type(None)


def is_a(kind):
    """A type, or a tuple of them. bool is no int here."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return lambda v: type(v) in kinds


def one_of(*words):
    return lambda v: v in words and type(v) is not bool


def whole(least, most=None, null=False):
    return lambda v: (null and v is None) or (type(v) is int and v >= least and (most is None or v <= most))


def record(**keys):
    """An object with these keys and no others. Where a text may come with its bytes, KEY_base64 may stand beside KEY."""
    def check(v):
        if type(v) is not dict:
            return 'no object'
        for key in v:
            if key not in keys and not (key.endswith('_base64') and key[:-7] in keys and is_base64(v[key])):
                return 'unexpected key ' + key
        for key, judge in keys.items():
            if key not in v:
                return 'lacks ' + key
            why = judge(v[key])
            if why is not True:
                return '%s: %s' % (key, why if isinstance(why, str) else repr(v[key]))
        return True
    return check


def or_null(judge):
    return lambda v: v is None or judge(v)


def listed(judge):
    def check(v):
        if type(v) is not list:
            return 'no list'
        return next((w for w in map(judge, v) if w is not True), True)
    return check


def is_base64(v):
    try:
        return type(v) is str and base64.b64encode(base64.b64decode(v, validate=True)).decode() == v
    except ValueError:
        return False


def header(v):
    return type(v) is list and len(v) in (2, 3) and type(v[0]) is str and type(v[1]) is str and \
        (len(v) == 2 or (set(v[2]) <= {'name_base64', 'value_base64'} and all(map(is_base64, v[2].values()))))


text, optional, flag = is_a(str), is_a((str, NONE)), is_a(bool)
address = record(ip=text, port=whole(0, 65535))
stamp = lambda v: type(v) is str and STAMP.match(v) is not None
side = one_of('client', 'server')
opcode = one_of('continuation', 'text', 'binary', 'close', 'ping', 'pong', *('reserved-%d' % n for n in [*range(3, 8), *range(11, 16)]))
counts = record(messages=whole(0), frames=whole(0), payload_bytes=whole(0), wire_bytes=whole(0), gaps=whole(0))
seconds = lambda v: type(v) in (int, float) and v >= 0
begin = dict(type=text, ts=stamp, conn=whole(1, null=True))

LINES = {
    'connection': dict(
        begin, client=address, server=address, community_id=lambda v: type(v) is str and v.startswith('1:'),
        carrier=one_of('tcp', 'tls', 'h2', 'h2+tls'),
        via=or_null(listed(record(kind=text, target=optional, user=flag, source=or_null(address), destination=or_null(address)))),
        forwarded_for=optional, handshake=one_of('complete', 'rejected', 'unanswered', 'missing', 'encrypted'), url=optional,
        status=whole(100, 999, null=True), version=whole(0, 255, null=True), subprotocol=optional, extensions=optional,
        deflate=or_null(record(client_no_context_takeover=flag, server_no_context_takeover=flag,
                               client_max_window_bits=whole(8, 15), server_max_window_bits=whole(8, 15))),
        request=or_null(record(method=text, target=text, http=text, headers=listed(header))),
        response=or_null(record(status=whole(100, 999), reason=text, http=text, headers=listed(header)))),
    'frame': dict(begin, dir=side, opcode=opcode, fin=flag, rsv1=flag, rsv2=flag, rsv3=flag, masked=flag,
                  mask=lambda v: v is None or re.fullmatch('[0-9a-f]{8}', v) is not None, length=whole(0), header_length=whole(1, 14),
                  packet=whole(1), complete=flag),
    'message': dict(begin, dir=side, opcode=opcode, length=whole(0), wire_length=whole(0), frames=whole(1), compressed=flag, complete=flag,
                    truncated=flag, first_ts=stamp),
    'gap': dict(begin, dir=side, bytes=whole(1)),
    'finding': dict(begin, dir=lambda v: v is None or side(v), severity=one_of('error', 'warning', 'note'),
                    code=lambda v: re.fullmatch('[a-z0-9-]+', v) is not None, rule=text, detail=text, packet=whole(1)),
    'close': dict(begin, by=one_of('client', 'server', 'unknown'), how=one_of('handshake', 'fin', 'reset', 'idle', 'capture-end'),
                  code=whole(0, 65535, null=True), reported=whole(0, 65535, null=True), reason=text, duration=seconds, diagnosis=is_a((dict, NONE)),
                  client=counts, server=counts),
    'summary': dict(type=text, packets=whole(0), bytes=whole(0), connections=whole(0), rejected=whole(0), frames=whole(0), messages=whole(0),
                    payload_bytes=whole(0), gaps=whole(0), gap_bytes=whole(0), findings=record(error=whole(0), warning=whole(0), note=whole(0)),
                    dropped=record(kernel=whole(0), interface=whole(0, null=True)), flows_ignored=whole(0),
                    evicted=record(flows=whole(0), connections=whole(0)), seconds=seconds),
}


TLS = record(version=optional, cipher=optional, cipher_id=is_a((int, NONE)), sni=optional, alpn=optional, decrypted=flag, reason=optional,
             ja3=optional, ja4=optional)


def keys_of(line):
    if line['type'] == 'message':
        return message_keys(line)
    if line['type'] == 'connection' and line.get('carrier') == 'tls':
        return dict(LINES['connection'], tls=TLS)
    if 'encrypted' in line:
        return dict(LINES['summary'], encrypted=whole(1))
    return LINES[line['type']]


def message_keys(line):
    """What a message has beyond the keys of all: a payload in one of three forms, and what is not known of it."""
    keys = dict(LINES['message'])
    if line.get('opcode') == 'close':
        keys.update(code=whole(0, 65535, null=True), reason=text)
    elif 'text' in line:
        keys.update(text=text)
    else:
        keys.update(base64=is_base64)
    if 'inflated' in line:
        keys.update(inflated=lambda v: v is False and line['compressed'])
    if 'unknown' in line:
        keys.update(unknown_bytes=whole(1), unknown=listed(lambda r: type(r) is list and len(r) == 2 and all(whole(0)(n) for n in r)))
    return keys


def main():
    state, last, seen, ended = {}, 0, set(), False
    for number, raw in enumerate(sys.stdin, 1):
        line, kind = json.loads(raw), None

        def wrong(why):
            print('line %d: %s\n  %s' % (number, why, raw[:400]))
            sys.exit(1)
        kind = line.get('type')
        if kind not in LINES:
            wrong('no such type')
        if ended:
            wrong('behind the summary')
        why = record(**keys_of(line))(line)
        if why is not True:
            wrong(why)
        seen.add(kind)
        ended = kind == 'summary'
        conn = line.get('conn')
        if conn is None:
            if kind not in ('summary', 'finding'):
                wrong('concerns no connection')
        elif kind == 'connection':
            if conn != last + 1:
                wrong('not the next number')
            last, state[conn] = conn, line['handshake']
        elif conn not in state or state[conn] == 'closed':
            wrong('outside of its connection')
        elif kind == 'close':
            if state[conn] in ('rejected', 'unanswered'):
                wrong('an attempt that came to nothing has no close line')
            state[conn] = 'closed'
        elif state[conn] in ('rejected', 'unanswered') and kind != 'finding':
            wrong('an attempt that came to nothing says something')
    if not ended:
        wrong('no summary at the end')
    left = [c for c, s in state.items() if s not in ('closed', 'rejected', 'unanswered')]
    if left:
        wrong('without a close line: %s' % left)
    print(' '.join(sorted(seen)))


main()
