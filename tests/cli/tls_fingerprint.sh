#!/usr/bin/env bash
# JA3 and JA4 of each ClientHello, made here by the words of their definitions, and JA3 as tshark has it.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"
cat captures/tls-*.keylog >"$place/keys"
for capture in captures/tls-*.pcap; do
    "$wscope" -q -o json -k "$place/keys" --tls-key captures/tls-12-rsa.pem "$capture" >"$out"
    python3 - "$capture" "$out" <<'P' || fail "$capture"
import hashlib, json, struct, sys
data, told = open(sys.argv[1], 'rb').read(), [json.loads(line) for line in open(sys.argv[2])]
grease = {0x0a0a + 0x1010 * i for i in range(16)}


def u16s(b):
    return [v for v, in struct.iter_unpack('>H', b) if v not in grease]


def fingerprints(hello):
    version, at = struct.unpack_from('>H', hello)[0], 34
    at += 1 + hello[at]
    n = struct.unpack_from('>H', hello, at)[0]
    suites = u16s(hello[at + 2:at + 2 + n])
    at += 2 + n
    at += 1 + hello[at] + 2
    extensions, groups, formats, signatures, alpn, highest = [], [], [], [], b'', version
    while at < len(hello):
        kind, n = struct.unpack_from('>HH', hello, at)
        body = hello[at + 4:at + 4 + n]
        at += 4 + n
        if kind in grease:
            continue
        extensions.append(kind)
        if kind == 10: groups = u16s(body[2:])
        if kind == 11: formats = list(body[1:])
        if kind == 13: signatures = u16s(body[2:])
        if kind == 16: alpn = body[3:3 + body[2]]
        if kind == 43: highest = max(u16s(body[1:]))
    ja3 = ','.join([str(version)] + ['-'.join(map(str, values)) for values in (suites, extensions, groups, formats)])
    words = lambda values: ','.join('%04x' % v for v in values)
    digest = lambda text: hashlib.sha256(text.encode()).hexdigest()[:12]
    rest = words(sorted(e for e in extensions if e not in (0, 16))) + ('_' + words(signatures) if signatures else '')
    letters = (alpn[:1] + alpn[-1:]).decode() if alpn else '00'
    ja4 = 't%s%s%02d%02d%s_%s_%s' % ({0x304: '13', 0x303: '12', 0x302: '11', 0x301: '10'}[highest], 'd' if 0 in extensions else 'i',
                                    min(len(suites), 99), min(len(extensions), 99), letters, digest(words(sorted(suites))), digest(rest))
    return hashlib.md5(ja3.encode()).hexdigest(), ja4


made, at = set(), 0
while True:  # a hello is looked for by its record's and its own header; those that are spread over segments are left out
    at = data.find(b'\x16\x03\x01', at)
    if at < 0:
        break
    length = struct.unpack_from('>H', data, at + 3)[0]
    hello = data[at + 5:at + 5 + length]
    if len(hello) > 42 and hello[0] == 1 and int.from_bytes(hello[1:4], 'big') == length - 4 and length < 1400:
        made.add(fingerprints(hello[4:]))
    at += 3
ours = {(e['tls']['ja3'], e['tls']['ja4']) for e in told if e['type'] == 'connection' and e.get('tls')}
assert ours, 'no fingerprint'
spread = {'chromium', 'firefox'}
assert ours <= made or any(s in sys.argv[1] for s in spread), (ours - made, made)
P
    grep -o '"ja3":"[0-9a-f]*' "$out" | cut -d'"' -f4 >>"$place/ja3"
done
if command -v tshark >/dev/null; then
    mergecap -a -w "$place/all.pcapng" captures/tls-*.pcap
    tshark -r "$place/all.pcapng" -Y 'tls.handshake.type == 1' -T fields -e tls.handshake.ja3 2>/dev/null | tr ',' '\n' | sort -u >"$place/theirs"
    sort -u "$place/ja3" | comm -23 - "$place/theirs" >"$place/strange"
    [ ! -s "$place/strange" ] || fail "a JA3 that tshark does not have: $(cat "$place/strange")"
else
    echo 'skipped: tshark is not installed, JA3 is not compared with its own'
fi
done_testing
