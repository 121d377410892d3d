#!/usr/bin/env bash
# Ladder, statistics, findings and handshake at three sizes, against saved screens; where Enter leads from them.
# shellcheck source=tests/tui/lib.bash
. "$(dirname "$0")/lib.bash"
for size in 80x24 200x50 40x10; do
    start $size captures/python-websockets.pcap captures/bad-accept-wrong.pcap
    await '141 packets'
    keys 4
    await 'CLIENT'
    screen ladder-$size
    keys 5
    await 'MESSAGES A SECOND'
    screen statistics-$size
    keys G
    screen statistics-end-$size
    keys 6
    await 'SEVERITY'
    keys Space
    await 'packet'
    screen findings-$size
    keys 7
    await 'REQUEST'
    screen handshake-$size
    keys q
    await 'exit status 0'
done

# What TCP did stands beside the messages, a gap and a finding in line
start 80x24 captures/tcp-zero-window.pcap
await '87 packets'
keys 4
await 'zero window'
screen ladder-tcp
keys T
await_not 'zero window'
await_not SYN
keys T
await 'retransmission'
keys q
await 'exit status 0'
start 80x24 captures/bad-utf8.pcap captures/tcp-lost-payload.pcap
await_not loading
keys 4
await 'not valid UTF-8'
screen ladder-findings
keys q
await 'exit status 0'

# From a rung to the message, and back
start 80x24 captures/ws-plain.pcap
await '41 packets'
keys 4
await 'how are you?'
keys Down Down Down Down Down Enter
await '3 Detail'
await '#1 → text 12 B'
keys Escape
await '4 Ladder'
keys q
await 'exit status 0'

# Marked connections on one ladder
start 80x24 captures/many-connections.pcap
await '1.1k packets'
keys Space Space 4
await 'CLIENT'
keys a
await 'marked connections'
screen ladder-marked
keys q
await 'exit status 0'

# From a finding to its place, and back
start 80x24 captures/bad-opcodes.pcap
await '30 packets'
keys 6
await 'the opcode is reserved'
keys Enter
await 'opcode 4'
keys Down Down Enter
await '2 Messages'
await '#1  5/'
keys Escape
await '6 Findings'
keys q
await 'exit status 0'

# What is wrong in a handshake stands below its header; the statistics of one connection
start 80x24 captures/bad-accept-wrong.pcap
await '14 packets'
keys 7
await 'does not belong'
screen handshake-wrong
keys 5
await 'MESSAGES A SECOND'
await '#1'
keys a
await 'all connections'
keys q
await 'exit status 0'

# Searching in the ladder and in the handshake
start 80x24 captures/ws-plain.pcap
await '41 packets'
keys 4
await 'how are you?'
keys / b e a t Enter
await '#1  7/'
keys 7
await 'REQUEST'
keys / A c c e p t Enter
await 'belongs to the request'
keys q
await 'exit status 0'

# Where the locale has no block characters
environment=LC_ALL=C start 80x24 captures/ws-plain.pcap
await '41 packets'
keys 4
await 'h\u{e9}llo'
screen ladder-ascii
keys 5
await 'MESSAGES A SECOND'
screen statistics-ascii
done_testing
