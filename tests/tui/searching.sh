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
# What is not there is explained
keys f
bytes 'ws.length > 1G'
keys Enter
await 'Nothing here passes the filter'
keys 1
await 'None of 60 connections passes the filter'
keys 2 f C-u Enter
await '/540'
keys p
await PAUSED
keys p
await_not PAUSED
# Marks are seen without colours
keys 1
await '1/60'
keys Space
await '1*closed'
keys U
await_not '1*closed'
# Help can be searched, too.
keys '?'
await Everywhere
keys /
keys -l 'regular expr'
keys Enter
screen help-search
keys q
await 'exit status 0'

# On the smallest screen questions, mistakes and what is said take the lines that they need
start 40x10 captures/tls-13.pcap
loaded
keys s
screen question-40x10
keys a p
await 'Save to:'
keys C-u
bytes '/proc/missing/folder/with/a/long/name/file.pcapng'
keys Enter
screen said-40x10
keys 2 f
bytes 'ws.opcode == tex'
keys Enter
screen mistake-40x10
keys Escape q
await 'exit status 0'

# A terminal without a second screen: what follows does not stand on the last line
term=vt100 start 80x24 captures/console.pcap
loaded
keys q
await 'exit status 0'
shown | grep -q '^exit status 0$' || fail "something stands behind it: $(shown | tail -n 2)"
done_testing
