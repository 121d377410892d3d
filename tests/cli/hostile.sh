#!/usr/bin/env bash
# No byte of a capture, of a file's name or of an argument reaches a terminal as a control sequence.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"
exec timeout 110 python3 tests/cli/hostile.py "$wscope" "$place"
