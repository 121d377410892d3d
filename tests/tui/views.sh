#!/usr/bin/env bash
# Every view at three sizes, against saved screens.
# shellcheck source=tests/tui/lib.bash
. "$(dirname "$0")/lib.bash"
for size in 80x24 200x50 40x10; do
    start $size captures/python-websockets.pcap
    await '127 packets'
    screen connections-$size
    keys Enter
    await '#1  1/'
    screen messages-$size
    keys Down Enter
    await 'JSON'
    screen detail-$size
    keys V
    await 'field'
    screen fields-$size
    keys '?'
    await 'Everywhere'
    screen help-$size
    keys q
    await 'exit status 0'
done

# Several connections: chosen columns, groups with sums, all messages, those of marked connections, two of them compared
for size in 80x24 200x50 40x10; do
    start $size captures/many-connections.pcap
    await '1.1k packets'
    keys c
    await 'Columns:'
    screen columns-$size
    keys Escape b
    await '60 conn.'
    screen group-server-$size
    keys b
    await '9 conn.'
    screen group-url-$size
    keys b Space Down Space 2
    await 'all connections'
    screen messages-all-$size
    keys a
    await 'marked connections'
    screen messages-marked-$size
    keys Down Down Space Space d
    await 'difference'
    screen compare-$size
    keys q
    await 'exit status 0'
done

# JSON with structure, folded and not
start 80x24 captures/graphql.pcap
await '30 packets'
keys Enter
await '#1  1/'
keys Down Enter
await '"connection_init"'
screen json
keys Down Down Space
await '1 member'
screen json-folded
keys q
await 'exit status 0'

# A compressed message: inflated, deflated, as on the wire with its mask, and its fields; inside TLS the record's fields too
start 80x24 captures/ws-deflate-takeover.pcap
loaded
keys 2 Down Down Down Enter v v v
await 'aa 26 5a 73 71 6a 4e 0e  ba 6e 00 00'
keys v
await 'c1 8c'
screen wire
keys q
await 'exit status 0'
start 80x40 -k captures/tls-13-aes-128.keylog captures/tls-13-aes-128.pcap
loaded
keys 2 Down Enter V o o o
await_not ' WHAT ' # the list: the detail has all of the screen
keys / p l a i n Enter
await 'TLS opened'
screen fields-tls
keys q
await 'exit status 0'

# Findings, gaps, refused and lost connections
start 80x24 captures/bad-utf8.pcap captures/close-client-reset.pcap captures/tcp-lost-payload.pcap captures/http-404.pcap
loaded
screen trouble
keys 2
await 'all connections'
screen trouble-messages
keys q
await 'exit status 0'

# Wide characters, emoji, escapes; and where the locale has none of them
start 80x24 captures/ws-plain.pcap
loaded
keys 2
await 'héllo ✓ 🎉'
screen wide
keys q
await 'exit status 0'
environment=LC_ALL=C start 80x24 captures/ws-plain.pcap
loaded
keys 2
await 'h\u{e9}llo'
screen ascii
keys q
await 'exit status 0'
start 80x24 captures/bad-escapes.pcap
loaded
keys 2
await 'all connections'
screen escapes
keys q
await 'exit status 0'

# What is wrong with an input stays in sight
head -c 20000 captures/many-connections.pcap >"$place/cut.pcap"
start 80x24 "$place/cut.pcap"
await 'cut short in the header of packet 204'
keys Down
await '2/12 connections'
await 'cut.pcap: cut'
keys q
await 'exit status 1'
done_testing
