#!/usr/bin/env bash
# A live pipe (tcpdump -U -w - | wscope -): a message is shown when its packet is there, not later; -c and signals end it.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"
exec timeout 110 python3 tests/cli/live.py "$wscope"
