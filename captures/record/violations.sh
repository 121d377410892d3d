#!/usr/bin/env bash
# What no library does: each dialogue of peers/dialogues.cjs over a real TCP connection,
# then the same faults against real programs, to see what they answer.
. "$(dirname "$0")/lib.sh"
segments_of 1500

names=$(node -p "Object.keys(require('$peers/dialogues.cjs')).filter(name => !name.startsWith('many-')).join('\n')")
for dialogue in $names; do
    start "$dialogue"
    timeout 20 node "$peers/play.cjs" 8080 "$dialogue"
    finish
done

start bad-refused-by-ws
serve 8080 node "$peers/echo.cjs" 8080 '{"perMessageDeflate": true}'
timeout 60 node "$peers/offend.cjs" 8080
finish

start bad-refused-by-python
serve 8080 /usr/bin/python3 "$peers/python-echo.py" 8080
timeout 60 node "$peers/offend.cjs" 8080
finish
