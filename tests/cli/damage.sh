#!/usr/bin/env bash
# Made-up connections, damaged in random ways by fixed seeds: what is told of them is what was sent (tests/damage/damage.py says what
# must hold). Each kind of damage by itself, then several together.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"
python3 tests/damage/damage.py "$wscope" 1 2 --each yes >"$place/told" || fail "each kind of damage: $(cat "$place/told")"
python3 tests/damage/damage.py "$wscope" 1000 25 >"$place/told" || fail "several together: $(cat "$place/told")"
python3 tests/damage/damage.py "$wscope" 300 8 --alike yes >"$place/told" || fail "payloads that look like frames: $(cat "$place/told")"
done_testing
