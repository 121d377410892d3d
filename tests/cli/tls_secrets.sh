#!/usr/bin/env bash
# Where secrets come from: key logs that are late, that grow, that are no key logs; blocks in pcapng; private keys.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"
c=captures/tls-13.pcap k=captures/tls-13.keylog

messages() { grep -c '"type":"message"' "$out"; }

run -o json -k "$k" "$c"
wants 0 'with secrets'
all=$(messages)
[ "$all" -gt 10 ] || fail "with secrets there are only $all messages"

# No byte of a secret is told.
secret=$(awk '/TRAFFIC_SECRET_0/ {print $3; exit}' "$k")
run -v -V -o text -k "$k" "$c"
if grep -qi "${secret:0:16}" "$out" "$err"; then fail 'a secret was printed'; fi

SSLKEYLOGFILE=$k timeout 60 "$wscope" -o json "$c" >"$out" 2>"$err" || fail 'the variable: a bad end'
[ "$(messages)" = "$all" ] || fail 'SSLKEYLOGFILE was not read'

run -o json -k "$place/none" "$c"
wants 1 'a key log that is not there'
one_line 'a key log that is not there'
says "$err" "$place/none: No such file"
says "$out" '"reason":"no secrets"'

# Lines that make no sense are named once, and the others count; line ends of other systems; no end of the last line.
{
    echo 'this is no key log'
    echo '# a comment'
    echo 'CLIENT_RANDOM 0011 2233'
    sed 's/$/\r/' "$k"
    echo 'EXPORTER_SECRET 00 11'
} | head -c -1 >"$place/odd"
run -o json -k "$place/odd" "$c"
wants 0 'odd lines'
one_line 'odd lines'
says "$err" 'line 1 is no line of a key log'
[ "$(messages)" = "$all" ] || fail 'odd lines spoil the others'

# A block of secrets, in front of the packets and behind them.
python3 - "$c" "$k" "$place" <<'P'
import struct, sys
capture, log, place = sys.argv[1:]
data, text = open(capture, 'rb').read(), open(log, 'rb').read()
def block(kind, body):
    body += b'\0' * (-len(body) % 4)
    return struct.pack('<II', kind, len(body) + 12) + body + struct.pack('<I', len(body) + 12)
head = block(0x0a0d0d0a, struct.pack('<IHHq', 0x1a2b3c4d, 1, 0, -1)) + block(1, struct.pack('<HHI', struct.unpack_from('<I', data, 20)[0], 0, 0))
secrets = block(10, struct.pack('<II', 0x544c534b, len(text)) + text)
packets, at = b'', 24
while at < len(data):
    seconds, micro, captured, length = struct.unpack_from('<IIII', data, at)
    time = seconds * 1000000 + micro
    packets += block(6, struct.pack('<IIIII', 0, time >> 32, time & 0xffffffff, captured, length) + data[at + 16:at + 16 + captured])
    at += 16 + captured
open(place + '/before.pcapng', 'wb').write(head + secrets + packets)
open(place + '/behind.pcapng', 'wb').write(head + packets + secrets)
P
run -o json -k "$k" "$c"
grep -v '"type":"summary"' "$out" >"$place/wanted"
for where in before behind; do
    run -o json "$place/$where.pcapng"
    wants 0 "secrets $where the packets"
    silent "$err" "secrets $where the packets"
    grep -v '"type":"summary"' "$out" | cmp -s - "$place/wanted" || fail "secrets $where the packets: other lines"
done

# A key log that comes late: the packets are there, and nothing can be opened until its lines are. Then everything is, at once.
mkfifo "$place/pipe"
: >"$place/log"
timeout 60 "$wscope" -o json -k "$place/log" - <"$place/pipe" >"$out" 2>"$err" &
program=$!
exec 7>"$place/pipe"
cat "$c" >&7
# When a plain connection behind it was told, the sealed one has been read, and waits.
tail -c +25 captures/close-by-client.pcap >&7
for ((i = 0; i < 300; i++)); do
    grep -q '"type":"close"' "$out" && break
    sleep .1
done
plain=$(messages)
[ "$plain" -gt 0 ] || fail 'a late key log: the plain connection was not told'
head -n 2 "$k" >>"$place/log"
tail -n +3 "$k" | head -c 100 >>"$place/log" # half a line
tail -n +3 "$k" | tail -c +101 >>"$place/log"
for ((i = 0; i < 300; i++)); do
    [ "$(messages)" = $((all + plain)) ] && break
    sleep .1
done
[ "$(messages)" = $((all + plain)) ] || fail "a late key log: $(messages) messages while the pipe is open, not $((all + plain))"
exec 7>&-
wait "$program" || fail 'a late key log: a bad end'

run -o json --tls-key captures/tls-12-rsa.pem captures/tls-12-rsa.pcap
wants 0 'a private key'
silent "$err" 'a private key'
[ "$(messages)" -ge 10 ] || fail 'the private key opens nothing'
run -o json --tls-key "$k" captures/tls-12-rsa.pcap
wants 1 'a private key that is none'
one_line 'a private key that is none'
done_testing
