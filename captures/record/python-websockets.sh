#!/usr/bin/env bash
# Debian's python3-websockets at both ends, four connections.
. "$(dirname "$0")/lib.sh"
segments_of 1500

start python-websockets
timeout 20 /usr/bin/python3 "$peers/echo.py" 2>"$work/log" || cat "$work/log"
finish
