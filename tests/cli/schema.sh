#!/usr/bin/env bash
# Every line of JSON that the bundled captures give has the keys that docs/json.md promises, each of its type (schema.py).
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"
secrets=()
for file in captures/*.keylog; do secrets+=(-k "$file"); done
for options in '' '--max-payload 3'; do
    # shellcheck disable=SC2086
    run -q -o json --frames $options "${secrets[@]}" captures/*.pcap captures/*.pcapng captures/*.gz captures/lab/*.pcap
    python3 tests/cli/schema.py <"$out" >"$place/seen" || fail "$(cat "$place/seen")"
    [ "$(cat "$place/seen")" = 'close connection finding frame gap message summary' ] || fail "only $(cat "$place/seen")"
done
run -q -o json captures/tls-*.pcap
python3 tests/cli/schema.py <"$out" >"$place/seen" || fail "without secrets: $(cat "$place/seen")"
done_testing
