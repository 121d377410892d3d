#!/usr/bin/env bash
# Live on the loopback interface of a network of its own: connections as they open, speak and end, following, pausing, saving,
# -w; tcpdump through a pipe.
# shellcheck source=tests/tui/lib.bash
if [ -z "${WSCOPE_OWN_NETWORK:-}" ]; then
    own_network=
    for try in 'unshare -n' 'unshare -Urn'; do # the first is root's: in the other one tcpdump may refuse
        [ -n "$own_network" ] || ! $try true 2>/dev/null || own_network=$try
    done
    if [ -z "$own_network" ]; then
        echo 'skipped: no network namespaces here, the monitor not tried live'
        exit 0
    fi
    WSCOPE_OWN_NETWORK=1 exec $own_network bash "$0"
fi
. "$(dirname "$0")/lib.bash"

mkfifo "$place/to" "$place/from"
python3 tests/tui/peer.py <"$place/to" >"$place/from" 2>"$place/peer.err" &
peer=$!
exec 7>"$place/to" 8<"$place/from"
read -r -t 20 <&8 || fail "the peer: $(cat "$place/peer.err")"

# peers WHAT NUMBER [TEXT]: has been done when this returns
peers() {
    echo "$*" >&7
    read -r -t 20 <&8 || fail "$*: $(cat "$place/peer.err")"
}

# Each state there is, as it comes
start 100x24 -i lo -w "$place/written.pcapng"
await 'Waiting for WebSocket connections'
await 'live lo'
await 'drops 0/0/0'
peers open 1
await '1 open'
peers say 1 hello
peers answer 1 'hello yourself'
await '2 messages'
peers ask 2
await 'opening'
peers open 3
peers close 1
await '1 closed 1000'
peers reset 3
await '2 lost'
peers open 2
await '3 open'
await_not 'opening'

# Messages are followed, until one goes back; and again at the end
peers say 2 '{"a": [1, 2,  3]}'
keys End Enter
await '#3  2/2'
await 'following'
await '{"a":[1,2,3]}'
for i in 1 2 3; do peers say 2 "number $i"; done
await 'number 3'
await '#3  6/6' # a finding stands among them
keys Up
await_not following
peers say 2 'out of sight'
await '#3  5/7'
keys End
await '#3  7/7'
await following

# A message that is read stays, whatever comes; the list goes on at its end
keys Enter
await 'out of sight'
peers say 2 'while it is read'
await '1  2  3 Detail'
await 'while it is read' # in the list
shown | tail -n 14 | grep -q 'out of sight' || fail "the message has left who reads it: $(shown)"
keys Escape
await '#3  7/8'
await_not following
keys End
await '#3  8/8'

# Pausing holds the screen, not the capture
keys p
await PAUSED
peers say 2 'said meanwhile'
peers ping 2
keys 1
await '1 Connections'
keys 2
await '2 Messages'
shown | grep -q 'said meanwhile' && fail 'it is not paused'
keys p
await_not PAUSED
await 'said meanwhile'
await 'pong'

# A filter with a mistake, then without
keys f
bytes 'ws.opcode == txt'
keys Enter
await "'txt':"
keys C-e C-u
bytes 'payload contains "number"'
keys Enter
await '/3  '
keys f C-u Enter
await_not 'filter:'

# TCP's own events and the round trip of the ping
keys 4
await 'SYN, ACK'
await '101 Switching Protocols'
keys 5
await 'ROUND TRIPS'
peers close 2
keys 1
await '3 closed 1000'

# The capture is ended, and what there is stays
for ((i = 0; i < 40; i++)); do # back through all views that were seen
    if shown | grep -q 'End the capture'; then break; fi
    keys Escape
    sleep 0.1 # between two looks
done
await 'End the capture'
keys y
await 'ended, drops 0/0/0'
await '3 closed 1000'
keys q
await 'exit status 0'

# What was written shows the same, here and in other readers
"$wscope" -o json "$place/written.pcapng" >"$place/again.json" || fail 'what -w wrote cannot be read'
[ "$(grep -c '"type":"message"' "$place/again.json")" = 15 ] || fail "-w: $(grep -c '"type":"message"' "$place/again.json") messages"
[ "$(grep -c '"type":"close"' "$place/again.json")" = 3 ] || fail '-w: other ends'
if command -v tshark >/dev/null; then
    [ "$(tshark -r "$place/written.pcapng" -Y websocket 2>/dev/null | wc -l)" = 15 ] || fail 'tshark reads something else'
else
    echo 'skipped: no tshark, what -w wrote was not read by another program'
fi

# tcpdump -U through a pipe: as through ssh, keys come from the terminal
listens() {
    local i
    for ((i = 0; i < 400; i++)); do
        grep -q 'listening on' "$place/tcpdump.err" 2>/dev/null && return 0
        shown | grep -q 'exit status' && return 1
        sleep 0.05 # between two looks
    done
    return 1
}
environment="tcpdump -Z root -i lo -U -w - 2>$place/tcpdump.err | " start 80x24 -
if ! command -v tcpdump >/dev/null || ! listens; then
    echo "skipped: no tcpdump that may capture here, its pipe not tried"
else
    peers open 5
    peers say 5 'through a pipe'
    await '1 open'
    keys Enter
    await 'through a pipe'
    peers say 5 'and more'
    await 'and more'
    keys q # tcpdump itself ends when it writes next
    await_not 'and more'
fi
kill $peer
done_testing
