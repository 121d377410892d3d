#!/usr/bin/env bash
# A hello that is not in the capture: what can be opened without it is opened, and of what cannot the reason is told.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

# without CAPTURE PACKET...: the capture without these packets, counted from 1, into $place/left.pcap
without() {
    python3 - "captures/$1.pcap" "$place/left.pcap" "${@:2}" <<'EOF'
import struct, sys
data, out, at, number = open(sys.argv[1], 'rb').read(), b'', 24, 0
left_out = set(map(int, sys.argv[3:]))
while at < len(data):
    end, number = at + 16 + struct.unpack_from('<I', data, at + 8)[0], number + 1
    out += data[at:end] if number not in left_out else b''
    at = end
open(sys.argv[2], 'wb').write(data[:24] + out)
EOF
}

# reordered CAPTURE A B: the capture with packet B in front of packet A, into $place/left.pcap
reordered() {
    python3 - "captures/$1.pcap" "$place/left.pcap" "$2" "$3" <<'EOF'
import struct, sys
data, packets, at = open(sys.argv[1], 'rb').read(), [], 24
while at < len(data):
    end = at + 16 + struct.unpack_from('<I', data, at + 8)[0]
    packets.append(data[at:end])
    at = end
a, b = (int(n) - 1 for n in sys.argv[3:])
packets.insert(a, packets.pop(b))
open(sys.argv[2], 'wb').write(data[:24] + b''.join(packets))
EOF
}

# told EXPRESSION CAPTURE: of each line of the JSON, e, what is not None, sorted; with the secrets of the moment
told() {
    "$wscope" -q -o json "${secrets[@]}" "${2:-$place/left.pcap}" | python3 -c '
import json, sys
lines = (eval(sys.argv[1], {"e": json.loads(line)}) for line in sys.stdin)
print(*sorted(json.dumps(x, separators=(",", ":")) for x in lines if x is not None), sep="\n")' "$1"
}
rows() { told '[e["handshake"], e["tls"]["reason"]] if e["type"] == "connection" else None'; }
findings() { told 'e["code"] if e["type"] == "finding" and e["code"][:3] == "tls" else None' | sort -u | tr '\n' ' '; }
messages() { told '[e["conn"], e["dir"], e.get("text", e.get("code"))] if e["type"] == "message" and e["complete"] else None' "$@"; }
all_of() { messages "captures/$1.pcap"; }
is() { # WHAT GOT WANTED
    [ "$2" = "$3" ] || fail "$1: $2"
}

# TLS 1.2 cannot be opened without its ServerHello, TLS 1.3 can
secrets=(-k captures/tls-12-gcm-ecdsa.keylog)
without tls-12-gcm-ecdsa 6
is 'without ServerHello, 1.2' "$(rows)" '["encrypted","ServerHello not captured"]'
secrets=()
is 'and without secrets' "$(rows)" '["encrypted","no secrets"]'
is 'which is a finding' "$(findings)" '"tls-no-secrets" '
secrets=(-k captures/tls-13-aes-128.keylog)
without tls-13-aes-128 6
is 'without ServerHello, 1.3' "$(messages)" "$(all_of tls-13-aes-128)"

# Nor does it matter that both are missing, though the SYN is there
without tls-13-aes-128 4 6
is 'without either hello' "$(messages)" "$(all_of tls-13-aes-128)"

# Captured the wrong way round, the hellos are those of a handshake all the same
for capture in tls-10-cbc tls-12-cbc tls-12-gcm tls-12-session tls-13; do
    secrets=(-k "captures/$capture.keylog")
    reordered "$capture" 4 6
    is "ServerHello first, $capture" "$(messages)" "$(all_of "$capture")"
done

# Nor does 0-RTT data stand in the way, accepted or not: none is lost, and none told twice
secrets=(-k captures/tls-13-early.keylog)
without tls-13-early 25
is '0-RTT' "$(messages)" "$(all_of tls-13-early)"
is '0-RTT, rows' "$(rows | tr '\n' ' ')" '["complete",null] ["complete",null] '
is '0-RTT, URL' "$(told 'e["url"] if e["type"] == "connection" and e["conn"] == 2 else None')" '"wss://localhost/early"'
secrets=(-k captures/tls-13-early-rejected.keylog)
without tls-13-early-rejected 28
is '0-RTT that was rejected' "$(messages)" "$(all_of tls-13-early-rejected)"
is '0-RTT that was rejected, rows' "$(rows | tr '\n' ' ')" '["complete",null] ["complete",null] '

# What becomes of 0-RTT data is not to be known where bytes are missing behind it: that is told. Where nothing follows it, it is shown
secrets=(-k captures/tls-13-early.keylog)
for left_out in '25 27' '25 27 31 33 37'; do
    # shellcheck disable=SC2086
    without tls-13-early $left_out
    is "0-RTT, fate unknown, without $left_out" "$(told 'e["detail"] if e.get("code") == "tls-early-unknown" else None')" \
        '"153 bytes left out"'
done
# shellcheck disable=SC2046
without tls-13-early $(seq 25 38)
is '0-RTT alone' "$(told '[e["handshake"], e["url"]] if e["type"] == "connection" and e["conn"] == 2 else None')" \
    '["unanswered","wss://localhost/early"]'

# Where the first record that can be tried begins inside a segment, and lies in twelve
grep CLIENT_TRAFFIC_SECRET_0 captures/tls-13-large.keylog >"$place/client.keylog"
secrets=(-k "$place/client.keylog")
without tls-13-large 4 8 10 11 13
is 'a record anywhere' "$(messages | tr -d '\n' | cut -c -41)" '[1,"client","abcdefghijabcdefghij"][1,"cl'
is 'a record anywhere, messages' "$(messages | wc -l)" 5
is 'a record anywhere, the server' "$(told '[e["dir"], e["detail"]] if e.get("code") == "tls-keys-unknown" else None')" \
    '["server","no secret of this direction"]'

# Without the answer to the upgrade, the URL is that of its request
secrets=(-k captures/tls-12-chacha.keylog)
without tls-12-chacha 14
is 'without the answer' "$(told '[e["handshake"], e["url"]] if e["type"] == "connection" else None')" \
    '["missing","wss://localhost/feed"]'

# Behind the PROXY protocol, either hello
secrets=(-k captures/tls-13-proxy-protocol.keylog)
for packet in 5 7; do
    without tls-13-proxy-protocol "$packet"
    is "PROXY, without packet $packet" "$(messages)" "$(all_of tls-13-proxy-protocol)"
    is "PROXY, nobody is accused" "$(told 'e["code"] if e.get("severity") == "error" else None')" ''
    is "PROXY, its URL" "$(told 'e["url"] if e["type"] == "connection" else None')" '"wss://localhost/feed"'
    is "PROXY, its hop" "$(told 'e["via"][0]["kind"] if e["type"] == "connection" else None')" '"proxy-v1"'
done
secrets=()
is 'PROXY, without secrets' "$(rows)" '["encrypted","no secrets"]'

# A renegotiation: the client's hello can be found by trying, the server's cannot, and then that is told
secrets=(-k captures/tls-12-renegotiated.keylog)
for packet in 4 8 10 15 17 18 20 21; do # 15, 17: messages in front of it
    without tls-12-renegotiated "$packet"
    lost=0
    case $packet in 15 | 17) lost=1 ;; esac
    is "renegotiation, without packet $packet" "$(messages | wc -l)" $(($(all_of tls-12-renegotiated | wc -l) - lost))
    case $(findings) in *decrypt-failed* | *keys-unknown*) fail "renegotiation, without packet $packet: $(findings)" ;; esac
done
without tls-12-renegotiated 19
is 'renegotiation without ServerHello' "$(findings)" '"tls-keys-unknown" "tls-resynchronised" "tls-truncated" '
is 'its messages' "$(messages | tr '\n' ' ')" '[1,"client","0: before"] [1,"server","0: before"] '
without tls-12-renegotiated 18 19
is 'renegotiation without either hello' "$(findings)" '"tls-keys-unknown" "tls-resynchronised" "tls-truncated" '
# The log knows nothing of the new session
head -n 2 captures/tls-12-renegotiated.keylog >"$place/first.keylog"
cp captures/tls-12-renegotiated.pcap "$place/left.pcap"
secrets=(-k "$place/first.keylog")
is 'renegotiation without secrets' "$(findings)" '"tls-keys-unknown" "tls-truncated" '
is 'its detail' "$(told 'e["detail"] if e.get("code") == "tls-keys-unknown" else None')" '"no secrets of the renegotiated session"'
is 'its messages' "$(messages | tr '\n' ' ')" '[1,"client","0: before"] [1,"server","0: before"] '
done_testing
