#!/usr/bin/env bash
# Searching, and the filter line with its mistakes, completion and history; pausing.
# shellcheck source=tests/tui/lib.bash
. "$(dirname "$0")/lib.bash"
start 80x24 captures/many-connections.pcap
loaded
keys 2
await 'all connections  1/540'
keys /
keys -l 'user 1[34], m'
keys Enter
await 'all connections  265/540'
keys n
await_not '265/540'
keys N
await '265/540'
screen search
keys /
keys -l '(open'
keys Enter
await 'missing closing parenthesis'
keys Escape
await 'Enter open'
keys f
keys -l 'ws.opc'
keys Tab
await 'of a frame or message'
keys -l ' == tex'
keys Enter
await "'tex'"
screen mistake
keys C-e
keys -l t
keys Enter
await 'filter: ws.opcode == text'
await '/300'
keys f C-u Enter
await_not 'filter: ws'
await '/540'
keys f C-u Up
await 'ws.opcode == text'
keys Escape
keys p
await PAUSED
keys p
await_not PAUSED
# Help can be searched, too.
keys '?'
await Everywhere
keys /
keys -l 'regular expr'
keys Enter
screen help-search
keys q
await 'exit status 0'
done_testing
