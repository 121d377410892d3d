#!/usr/bin/env bash
# The SYN is in the capture, and neither the request nor its answer: the frames behind them show what it is.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

python3 - captures/ws-plain.pcap "$place/left.pcap" <<'EOF'
import struct, sys
data, out, at, number = open(sys.argv[1], 'rb').read(), b'', 24, 0
while at < len(data):
    end, number = at + 16 + struct.unpack_from('<I', data, at + 8)[0], number + 1
    out += data[at:end] if number not in (4, 6) else b''
    at = end
open(sys.argv[2], 'wb').write(data[:24] + out)
EOF
told() { "$wscope" -q -o json "$1" | grep -o '"type":"message","ts":[^,]*,"conn":1,"dir":"[a-z]*","opcode":"[a-z]*","length":[0-9]*' | cut -d, -f 1,4-; }
told captures/ws-plain.pcap >"$place/all"
told "$place/left.pcap" >"$place/some"
[ -s "$place/all" ] || fail "no messages"
for side in client server; do # what begins behind a frame that shows the others may be hidden, the rest is told in order
    grep "$side" "$place/some" >"$place/side"
    [ "$(wc -l <"$place/side")" -ge 3 ] || fail "$side: $(wc -l <"$place/side") messages"
    [ "$(grep "$side" "$place/all" | tail -n "$(wc -l <"$place/side")")" = "$(cat "$place/side")" ] || fail "$side: $(cat "$place/side")"
done
"$wscope" -q -o json "$place/left.pcap" | grep -q '"handshake":"missing"' || fail "not as a connection joined late"
done_testing
