#!/usr/bin/env bash
# --check: 3 when there was an error among the findings; warnings and notes do not count; 1 wins.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

for format in text json summary; do
    run --check -o "$format" captures/close-by-client.pcap
    wants 0 "$format: no finding"
    run --check -o "$format" captures/close-server-reset.pcap
    wants 0 "$format: warnings"
    run --check -o "$format" captures/hybi-8.pcap
    wants 0 "$format: notes"
    run --check -o "$format" captures/bad-server-masks.pcap
    wants 3 "$format: an error"
    run -o "$format" captures/bad-server-masks.pcap
    wants 0 "$format: an error, not asked for"
    run --check -o "$format" captures/bad-server-masks.pcap captures/format-cut.pcap
    wants 1 "$format: an error and a cut file"
    run --check -o "$format" captures/bad-server-masks.pcap "$place/none"
    wants 1 "$format: an error and a missing file"
done
done_testing
