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
    await 'Save to:'
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
done_testing
