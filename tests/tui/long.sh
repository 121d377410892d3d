#!/usr/bin/env bash
# Messages of three megabytes: both ends are on the screen at once, as JSON with a string as long, as text, in hex and as on the
# wire; another width keeps the place.
# shellcheck source=tests/tui/lib.bash
. "$(dirname "$0")/lib.bash"
python3 tests/tui/long.py "$place/long.pcap"

start 80x24 --max-payload 0 "$place/long.pcap"
loaded
keys 2 Down Enter
await '"kind": "image",'
keys End
await '"last": ['
await_not 'and more'
screen long-json
keys v End
await '", "last": [1, 2, 3]}'
keys Home /
bytes 'QUJDREVG", "last": \[1, 2' # the width breaks it
keys Enter
await '", "l'
await 'ast": [1, 2, 3]}'
await_not 'no match'
keys N
await 'no match further up'
keys v End
await 'ast": [1, 2, 3]}'
keys v v v Home Space # folded, whole
await '{ 3 members }'

# Text: the line in the middle is still there when the width is another
keys J
await 'line 0 of the log'
keys End
await 'line 130433 of the log'
for _ in 1 2 3 4; do keys PageUp; done
line=$(shown | grep -o 'line [0-9]* of the log' | tail -n 1)
tmux_ resize-window -x 40 -y 24
await "$line"
tmux_ resize-window -x 120 -y 30
await "$line"
await_not 'and more'

# Bytes
keys J
await '00000000  00 01 02'
keys End
await 'f8 f9 fa fb fc fd fe ff'
keys v
await '82 7f 00 00 00 00 00 2d'

# Lines that are found while nothing else happens are told, also those of the last slice
tmux_ resize-window -x 80 -y 24
keys v v J
await ' line 1/900'
keys q
await 'exit status 0'
done_testing
