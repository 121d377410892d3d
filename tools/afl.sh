#!/usr/bin/env bash
# Fuzzes the whole program with AFL++, from the captures, for SECONDS: one instance that prints every field of every frame, and one
# that writes JSON; they exchange what they find.
#
#   tools/afl.sh SECONDS
#
# Builds on build/afl/wscope (make VARIANT=afl). Findings are in build/afl/out/*/crashes and hangs, where they are named; the exit status
# is 1 then. The sandbox is left out: it has its own test, and would be set up for each of thousands of runs a second.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
dir=build/afl
rm -rf "$dir/seeds" "$dir/out"
mkdir -p "$dir/seeds"
find captures -maxdepth 1 -name '*.pcap*' -size -3k -exec cp {} "$dir/seeds" \;

export AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 AFL_FAST_CAL=1
export ASAN_OPTIONS=abort_on_error=1:symbolize=0:detect_leaks=0 UBSAN_OPTIONS=abort_on_error=1:halt_on_error=1:symbolize=0
export TZ=UTC LC_ALL=C.UTF-8

fuzz() { # -M|-S NAME ARGUMENT...
    local role=$1 name=$2
    shift 2
    nice -n 19 afl-fuzz -i "$dir/seeds" -o "$dir/out" -V "$seconds" -m none -t 2000+ "$role" "$name" -- \
        "$dir/wscope" --no-sandbox "$@" @@ >"$dir/$name.log" 2>&1 </dev/null || {
        tail -n 20 "$dir/$name.log"
        return 1
    }
}

fuzz -M text -x -V --frames &
first=$!
status=0
fuzz -S json -o json --frames || status=1
wait "$first" || status=1
for name in text json; do
    stats=$dir/out/$name/fuzzer_stats
    stat() { sed -n "s/^$1 *: *//p" "$stats"; }
    echo "$name: $(stat execs_done) runs in $(stat run_time) s, $(stat corpus_count) inputs kept, $(stat edges_found) of $(stat total_edges) edges ($(stat bitmap_cvg))," \
        "$(stat saved_crashes) crashes, $(stat saved_hangs) hangs"
done
found=$(find "$dir"/out/*/crashes "$dir"/out/*/hangs -type f ! -name README.txt)
[ -z "$found" ] || {
    echo "$found"
    status=1
}
exit "$status"
