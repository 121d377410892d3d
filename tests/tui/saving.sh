#!/usr/bin/env bash
# Saving in each format, overwriting, what is refused; what is copied.
# shellcheck source=tests/tui/lib.bash
. "$(dirname "$0")/lib.bash"
top=$PWD
program=$wscope
mkdir "$place/saved"
printf '#!/bin/sh\ncd %s/saved && exec %s "$@"\n' "$place" "$program" >"$place/run"
chmod +x "$place/run"
wscope=$place/run
capture=$top/captures/ws-deflate-takeover.pcap

# save KEYS NAME: the keys that answer the questions, and a name
save() {
    keys s
    await 'Save:'
    # shellcheck disable=SC2086
    keys $1
    await ' to:'
    keys C-u
    bytes "$2"
    keys Enter
}

start 80x24 "$capture"
await '1/1 connection'
await_not loading
save 'a j' all.json
await 'saved: all.json, 28 events'
save 'a t' all.txt
await 'saved: all.txt, 28 events'
save 'a j' é€😀.json
await 'saved: é€😀.json, 28 events'
save 't p' one.pcapng
await 'saved: one.pcapng, 43 packets'
save 'a j' all.txt
await 'overwrite it?'
keys n
await 'not saved'
save 'a r' "$capture"
await 'in use'
save 'a r' /dev/full
await 'no regular file'
save 'a r' missing/folder
await 'No such file'
keys 2
await 'all connections'
keys Down Space
save 'm r' one.bin
await 'saved: one.bin, 1 payload, 54 B'
save 'm j' one.bin
await 'overwrite it?'
keys y
await 'saved: one.bin, 2 events'
keys s
await 'Save:'
keys Escape
await 'Enter open'
tmux_ set -g set-clipboard on
keys Up y
await 'copied the payload, 54 B'
[ "$(tmux_ show-buffer)" = '{"type":"tick","seq":0,"symbol":"EURUSD","price":1.08}' ] || fail "copied: $(tmux_ show-buffer)"
keys q
await 'exit status 0'
cd "$place/saved" || exit 1
"$program" -o json "$capture" | grep -v '"type":"summary"' | cmp - all.json || fail 'JSON is another'
"$program" -o text "$capture" | cmp - all.txt || fail 'text is another'
cmp <("$program" -o json one.pcapng) <("$program" -o json "$capture") || fail 'packets are others'
[ "$(ls)" = "$(printf 'all.json\nall.txt\none.bin\none.pcapng\né€😀.json')" ] || fail "files: $(ls)"
cd "$top" || exit 1

# What is known of a TLS connection is kept with it
rm -f "$place"/saved/*
start 80x24 -k "$top/captures/tls-13-aes-128.keylog" "$top/captures/tls-13-aes-128.pcap"
loaded
save 'a j' tls.json
await 'saved: tls.json'
keys q
await 'exit status 0'
"$program" -k captures/tls-13-aes-128.keylog -o json captures/tls-13-aes-128.pcap | grep -v '"type":"summary"' | cmp - "$place/saved/tls.json" ||
    fail 'JSON of TLS is another'

# Packets of TLS connections: with what opens them where that was asked for, else without, also where the input had it. Both are said.
secrets() { grep -acE '(_SECRET_0|CLIENT_RANDOM) [0-9a-f]{64}' "$place/saved/$1"; }
messages() { "$program" -q -o json "$place/saved/$1" | grep -c '"type":"message"'; }
frames() { tshark -r "$place/saved/$1" -Y websocket -T fields -e websocket.opcode 2>/dev/null | tr ',' '\n' | grep -c .; }
tls() { # NAME WITH ARGUMENT...: saves all packets
    local name=$1 with=$2
    shift 2
    start 80x24 "$@"
    loaded
    save 'a p' "$name"
    await "saved: $name"
    await "packets $with TLS secrets"
    keys q
    await 'exit status 0'
}
rm -f "$place"/saved/*
: >"$place/saved/kept.pcapng.part" # what is left of another attempt can be read by all
cat "$top"/captures/tls-13.keylog "$top/captures/tls-13-aes-128.keylog" >"$place/all.keylog"
tls kept.pcapng with --with-secrets -k "$place/all.keylog" "$top/captures/tls-13.pcap" "$top/captures/tls-13-aes-128.pcap"
tls none.pcapng without -k "$place/all.keylog" "$top/captures/tls-13.pcap" "$top/captures/tls-13-aes-128.pcap"
tls block.pcapng with --with-secrets "$top/captures/tls-dsb-behind.pcapng"
tls block-none.pcapng without "$top/captures/tls-dsb-before.pcapng"
tls both.pcapng with --with-secrets -w "$place/saved/written.pcapng" -k "$place/all.keylog" "$top/captures/tls-13.pcap"
tls key.pcapng with --with-secrets --tls-key "$top/captures/tls-12-rsa.pem" "$top/captures/tls-12-rsa.pcap"
for name in none block-none; do
    [ "$(secrets $name.pcapng)" = 0 ] || fail "$name: secrets that nobody asked for"
    [ "$(messages $name.pcapng)" = 0 ] || fail "$name: messages"
done
[ "$(messages kept.pcapng)" = "$("$program" -q -o json -k "$place/all.keylog" captures/tls-13.pcap captures/tls-13-aes-128.pcap | grep -c '"type":"message"')" ] ||
    fail "kept: $(messages kept.pcapng) messages"
[ "$(messages block.pcapng)" = "$("$program" -q -o json captures/tls-dsb-behind.pcapng | grep -c '"type":"message"')" ] || fail 'block: messages'
[ "$(messages key.pcapng)" -ge 10 ] || fail 'key: messages'
[ "$(messages both.pcapng)" = "$(messages written.pcapng)" ] || fail 'both: messages'
[ "$(stat -c %a "$place/saved/kept.pcapng")" = 600 ] || fail 'others can read the secrets'
if command -v tshark >/dev/null; then
    for name in kept block both key; do
        [ "$(frames $name.pcapng)" -gt 9 ] || fail "$name: tshark sees $(frames $name.pcapng) frames"
    done
    [ "$(frames none.pcapng)" = 0 ] || fail "none: tshark sees frames"
else
    echo 'skipped: no tshark, what is saved with secrets is read by wscope only'
fi

# Those of one connection are in its file, and no others
start 80x24 --with-secrets -k "$place/all.keylog" "$top/captures/tls-13.pcap" "$top/captures/tls-13-aes-128.pcap"
loaded
save 't p' one.pcapng
await 'with TLS secrets'
keys q
await 'exit status 0'
random=$(awk '/TRAFFIC_SECRET_0/ {print $2; exit}' captures/tls-13.keylog)
grep -aq "$random" "$place/saved/one.pcapng" || fail 'one: not its secrets'
for line in $(awk '/SECRET/ {print $2}' captures/tls-13-aes-128.keylog); do
    if grep -aq "$line" "$place/saved/one.pcapng"; then fail 'one: secrets of another'; fi
done

# Nothing that could be saved: it is wrong usage
"$program" -o json --with-secrets "$capture" >/dev/null 2>"$place/err" && fail 'no output that could have secrets'
grep -q 'with-secrets: only with' "$place/err" || fail "no output that could have secrets: $(cat "$place/err")"
done_testing
