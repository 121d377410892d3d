#!/usr/bin/env bash
# What is opened is what tshark opens with the same secrets: all captures inside TLS in one file, frame by frame. Where tshark is not
# installed there is nothing to compare with.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"
command -v tshark >/dev/null || {
    echo "skipped: tshark is not installed"
    exit 0
}

# One file of all: pcapng, since some are.
: >"$place/keys"
for log in captures/tls-*.keylog; do cat "$log"; echo; done >"$place/keys"
captures=(captures/tls-*.pcap captures/tls-dsb-before.pcapng) # what comes behind the packets it does not see
[ "${#captures[@]}" -ge 35 ] || fail "only ${#captures[@]} captures"
mergecap -a -w "$place/all.pcapng" "${captures[@]}" 2>"$err" || fail "mergecap: $(head -c 300 "$err")"
# Connection, direction, opcode and length of every frame, as both tell them.
"$wscope" -o json --frames -k "$place/keys" --tls-key captures/tls-12-rsa.pem "$place/all.pcapng" 2>"$err" | python3 -c '
import json, sys
words = ["continuation", "text", "binary", "", "", "", "", "", "close", "ping", "pong"]
ports = {}
for line in sys.stdin:
    e = json.loads(line)
    if e["type"] == "connection":
        ports[e["conn"]] = {"client": e["client"]["port"], "server": e["server"]["port"]}
    elif e["type"] == "frame":
        print(ports[e["conn"]][e["dir"]], words.index(e["opcode"]), e["length"])' | sort >"$place/ours"
silent "$err" 'the captures together'
# A client's port is taken for EtherNet/IP otherwise.
tshark --disable-protocol enip -o tcp.reassemble_out_of_order:TRUE -o "tls.keylog_file:$place/keys" \
    -o "uat:rsa_keys:\"$PWD/captures/tls-12-rsa.pem\",\"\"" -r "$place/all.pcapng" -Y websocket -T fields \
    -e tcp.srcport -e websocket.opcode -e websocket.payload_length -e websocket.payload_length_ext_16 2>/dev/null | python3 -c '
import sys
for line in sys.stdin:
    port, opcodes, short, long = (line.rstrip("\n").split("\t") + [""] * 3)[:4]
    long = long.split(",") if long else []
    for opcode, length in zip(opcodes.split(","), short.split(",")):
        print(port, opcode, long.pop(0) if length == "126" else length)' | sort >"$place/theirs"
[ "$(wc -l <"$place/theirs")" -gt 200 ] || fail "tshark opened only $(wc -l <"$place/theirs") frames"
cmp -s "$place/ours" "$place/theirs" || fail "$(diff "$place/theirs" "$place/ours" | head -n 12)"
done_testing
