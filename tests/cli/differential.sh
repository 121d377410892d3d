#!/usr/bin/env bash
# Random connections, and what must be told of them (differential.py): some seeds always, more by hand.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"
python3 tests/cli/differential.py "$wscope" 1 30 || fail 'differential.py'
done_testing
