#!/usr/bin/env bash
# A million messages, of which most leave: exact counts of what is kept and what is not, each size of screen while they are loaded,
# the ends of the list, a search and saving that show how far they have come and can be stopped.
# shellcheck source=tests/tui/lib.bash
. "$(dirname "$0")/lib.bash"
all=1024000 # of 32 segments, the half of which is read first
half=$((17 * 64066))
${CC:-gcc} -O1 -std=c11 -D_DEFAULT_SOURCE -o "$place/generate" tests/bench/generate.c -lcrypto -lz || fail 'the generator'
"$place/generate" frames "$place/million.pcap" 32 2>/dev/null
mkfifo "$place/pipe"

# adds_up: what is listed and what has left are all that there was, once all of it was looked at
adds_up() {
    local i status kept left
    for ((i = 0; i < 1600; i++)); do
        status=$(shown | grep 'older .*left')
        kept=$(sed 's/.* [0-9]*\/\([0-9]*\).*/\1/' <<<"$status")
        left=$(sed 's/.* \([0-9]*\) older .*/\1/' <<<"$status")
        [ $((kept + left)) != $all ] || return
        sleep 0.05 # between two looks
    done
    fail "$kept and $left are not $all: $status"
}

# While half of it is read and the rest is still to come, at every size
environment="cat $place/pipe | " start 80x24 --memory 64M -
exec 7>"$place/pipe"
head -c $half "$place/million.pcap" >&7
keys 2 f
keys -l 'ws.opcode == text'
keys Enter
await 'older messages left  filter'
for size in '200 50' '40 10' '10 3' '1 1' '120 30'; do
    tmux_ resize-window -x "${size% *}" -y "${size#* }"
done
await 'older messages left'
await 'reading'
tmux_ resize-window -x 40 -y 10
await ' older'
keys End
shown | grep -q 'reading' || fail "it does not read any more: $(shown)"
tail -c +$((half + 1)) "$place/million.pcap" >&7
for size in '200 50' '40 10' '80 24'; do
    tmux_ resize-window -x "${size% *}" -y "${size#* }"
done
exec 7>&-
loaded
await ' following'
adds_up
keys Home
await '  1/'
adds_up
keys q
await 'exit status 0'

# A search and a filter that take their time say how far they have come, and are stopped: an expression that backtracks as far as it may
"$place/generate" small "$place/some.pcap" 20 2>/dev/null
slow='(.*.*.*)*[~^]$'
start 80x24 "$place/some.pcap"
loaded
keys 2 /
keys -l "$slow"
keys Enter
await '%, Esc stops'
keys Escape
await 'the search was stopped'
keys f
keys -l "payload matches \"$slow\""
keys Enter
await 'filtering '
keys f C-u Enter
await_not 'filter'
keys G
await '/10080' # of 20 connections: 500 messages, opened, two close frames, closed
keys q
await 'exit status 0'

# Saving says how far it has come, is stopped, and leaves nothing
mkdir "$place/saved"
cd "$place/saved" || exit 1
start 80x24 --memory 512M "$place/million.pcap"
loaded
keys s a j C-u
keys -l all.json
keys Enter
await 'saving all.json: '
keys Escape
await 'not saved: stopped'
keys q
await 'exit status 0'
[ -z "$(ls)" ] || fail "left: $(ls)"
done_testing
