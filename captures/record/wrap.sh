#!/usr/bin/env bash
# The encapsulations and the accidents of TCP, made from the captures of ws.sh.
. "$(dirname "$0")/lib.sh"
/usr/bin/python3 "$here/wrap.py" "$OUT" 2>"$work/log" || cat "$work/log"
