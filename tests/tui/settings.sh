#!/usr/bin/env bash
# Settings are found again the next time; what is wrong in their file is told by its line; the sandbox opens their folder only.
# shellcheck source=tests/tui/lib.bash
. "$(dirname "$0")/lib.bash"
keeps_settings=1
config=$place/wscope/config

# Without a file: as always. What is changed is written when one leaves, and nothing else is.
start 80x24 captures/many-connections.pcap
loaded
keys q
await 'exit status 0'
[ ! -e "$config" ] || fail 'a file was written, though nothing was changed'
start 80x24 captures/many-connections.pcap
loaded
keys S C C 2
await 'all connections'
keys t c f
bytes 'ws.length > 3'
keys Enter
await 'filter: ws.length > 3'
keys q
await 'exit status 0'
diff "$config" - <<'CONFIG' || fail 'what was changed is not what was written'
theme = light
sort = state
time = start
control_frames = hidden
filter_history = ws.length > 3
CONFIG
start 80x24 captures/many-connections.pcap
loaded
await 'STATE▲'
keys 2
await 'SINCE START'
await 'no control frames'
keys f Up
await 'filter: ws.length > 3'
keys Escape q
await 'exit status 0'

# Written by hand: strange lines are told, on the screen and behind it, and stay.
printf '# by hand\nthem = dark\nsplit_size = 5\nfollow = no\n' >"$config"
start 100x24 captures/many-connections.pcap
await 'line 3: split_size: "5" is not one of: 10 to 90'
keys c Space Escape
await_not '▲#'
keys q
await 'exit status 0'
grep -q '^wscope: settings: line 2: there is no setting "them" (' "$place/err" || fail "line 2: $(cat "$place/err")"
[ "$(head -n 4 "$config")" = "$(printf '# by hand\nthem = dark\nsplit_size = 5\nfollow = no')" ] || fail "changed: $(cat "$config")"
grep -q '^columns = state client' "$config" || fail "no columns: $(cat "$config")"

# Columns are moved, stand there, and are found again in their order
rm "$config"
start 100x24 captures/many-connections.pcap
loaded
keys c Down '<' Down Down '<' Escape
await 'STATE         ▲# URL'
keys q
await 'exit status 0'
grep -q '^columns = state client number server url' "$config" || fail "columns: $(cat "$config")"
start 100x24 captures/many-connections.pcap
loaded
await 'STATE         ▲# URL'
keys q
await 'exit status 0'
printf '# by hand\nthem = dark\nsplit_size = 5\nfollow = no\n' >"$config"

# Nothing but the folder is open: what lies beside it is not.
if "$wscope" -v -o summary captures/close-by-client.pcap 2>&1 >/dev/null | grep -q 'sandbox: files: .*not available'; then
    echo 'skipped: no Landlock here, the folders beside the settings not tried'
else
    start 100x24 captures/many-connections.pcap
    loaded
    keys s a j C-u
    bytes "$place/beside.json"
    keys Enter
    await 'only the starting folder is open for it'
    keys s a j C-u
    bytes "$place/wscope/inside.json"
    keys Enter
    await 'saved: '
    keys q
    await 'exit status 0'
    rm "$place/wscope/inside.json"
fi

# A link is read, and left alone.
mv "$config" "$place/elsewhere"
ln -s "$place/elsewhere" "$config"
cp "$place/elsewhere" "$place/before"
start 100x24 captures/many-connections.pcap
await 'line 3: split_size'
keys C q
await 'exit status 0'
grep -q 'not kept: it is a symbolic link' "$place/err" || fail "link: $(cat "$place/err")"
cmp -s "$place/elsewhere" "$place/before" || fail 'what the link leads to was changed'
done_testing
