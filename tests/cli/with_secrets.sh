#!/usr/bin/env bash
# --with-secrets: the file that -w writes is enough to see what the capture and its secrets show, for wscope and for tshark; no other
# secrets are in it; each file of a ring has those that it needs.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

# The lines without what depends on the packets that were left out.
shown() { "$wscope" -q -o json --frames "$@" | sed -E 's/,"packet":[0-9]+//' | grep -v '"type":"summary"'; }

cat captures/tls-*.keylog >"$place/all.keylog"
command -v tshark >/dev/null || echo 'skipped: no tshark, what --with-secrets writes is read by wscope only'

same() { # CAPTURE ARGUMENT...: what was written shows the same
    local capture=$1 written=$place/written.pcapng frames
    shift
    rm -f "$written"
    shown "$@" --with-secrets -w "$written" "$capture" >"$place/before"
    shown "$written" >"$place/after"
    grep -q '"decrypted":true' "$place/after" || fail "$capture: nothing is decrypted"
    cmp -s "$place/before" "$place/after" || fail "$capture: $(diff "$place/before" "$place/after" | head -c 600)"
    frames=$(grep -c '"type":"frame"' "$place/after")
    command -v tshark >/dev/null || return 0
    # shellcheck disable=SC2046
    set -- $(tshark -o tcp.reassemble_out_of_order:TRUE -r "$written" -Y websocket -T fields -e websocket.opcode 2>/dev/null | tr ',' '\n' | wc -l)
    case $capture in *resumed*) return 0 ;; esac # it takes a client's port for EtherNet/IP
    [ "$1" = "$frames" ] || fail "$capture: tshark sees $1 frames, not $frames"
}

for log in captures/tls-*.keylog; do
    capture=$(ls "${log%.keylog}".pcap*)
    same "$capture" -k "$place/all.keylog"
done
# A private key is not handed on: what it opened is.
for name in tls-12-rsa tls-12-rsa-session tls-12-rsa-ticket; do
    same captures/$name.pcap --tls-key captures/tls-12-rsa.pem
done
if grep -aq 'PRIVATE KEY' "$place/written.pcapng"; then fail 'the private key was written'; fi

# Only what opens the connections that were written.
run -k "$place/all.keylog" -w "$place/one.pcapng" --with-secrets captures/tls-13.pcap
wants 0 'one connection'
silent "$err" 'one connection'
[ "$(stat -c %a "$place/one.pcapng")" = 600 ] || fail 'others can read the secrets'
grep -aoE '[A-Z_]+(_SECRET|_SECRET_0|RANDOM) [0-9a-f]{64} [0-9a-f]+' "$place/one.pcapng" | sort >"$place/in"
[ "$(wc -l <"$place/in")" = 4 ] || fail "$(wc -l <"$place/in") secrets for one connection"
sort captures/tls-13.keylog | comm -13 - "$place/in" >"$place/strange"
[ ! -s "$place/strange" ] || fail 'secrets of another connection were written'
run -k captures/tls-13.keylog -w "$place/none.pcapng" captures/tls-13.pcap
if grep -aq TRAFFIC_SECRET "$place/none.pcapng"; then fail 'secrets were written, and nobody asked'; fi
run --with-secrets -w "$place/none.pcapng" captures/tls-13.pcap
wants 0 'without any'
if grep -aq TRAFFIC_SECRET "$place/none.pcapng"; then fail 'secrets out of nowhere'; fi
run --with-secrets captures/tls-13.pcap
wants 2 'without -w'
one_line 'without -w'

# A connection in several files: each has its secrets, in front of its first packet.
${CC:-gcc} -O1 -std=c11 -D_DEFAULT_SOURCE -o "$place/generate" tests/bench/generate.c -lcrypto -lz
"$place/generate" tls "$place/long.pcap" 40 2>/dev/null
random=$(printf '11%.0s' {1..32})
{
    echo "CLIENT_TRAFFIC_SECRET_0 $random b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21"
    echo "SERVER_TRAFFIC_SECRET_0 $random b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38"
} >"$place/long.keylog"
run -q -k "$place/long.keylog" -w "$place/ring.pcapng" --rotate 128k --with-secrets "$place/long.pcap"
wants 0 'a ring'
files=("$place"/ring_*.pcapng)
[ "${#files[@]}" -gt 3 ] || fail "a ring of ${#files[@]} files"
for file in "${files[@]}"; do
    [ "$(stat -c %s "$file")" -le 131072 ] || fail "$file is too large"
    [ "$(stat -c %a "$file")" = 600 ] || fail "others can read $file"
    [ "$(grep -ac 'SERVER_TRAFFIC_SECRET_0 1111' "$file")" = 1 ] || fail "$file has not its secrets, once"
done
shown -k "$place/long.keylog" "$place/long.pcap" >"$place/before"
shown "${files[@]}" >"$place/after"
cmp -s "$place/before" "$place/after" || fail 'the files of a ring together'
done_testing
