#!/usr/bin/env bash
# Runs every fuzz target that was built, as many at once as there are processors.
#
#   tools/fuzz.sh SECONDS [SEED]
#
# With a seed the same inputs are tried each time, as many as there is time for; without one others each time.
# A target NAME starts from tests/fuzz/corpus/NAME/ and from the captures, and keeps what it finds interesting in
# build/fuzz/corpus/NAME/. An input that breaks it is left as build/fuzz/crash-NAME-*, its log in build/fuzz/NAME.log.
# The last line is "N passed, N failed".
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60} random=${2:-0}
dir=build/fuzz

one() {
    local name=$1 corpus=$dir/corpus/$1 log=$dir/$1.log seeds=()
    mkdir -p "$corpus"
    for seed in "tests/fuzz/corpus/$name" captures; do
        [ -d "$seed" ] && seeds+=("$seed")
    done
    if "$dir/tests/fuzz/$name" -seed="$random" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
        -artifact_prefix="$dir/crash-$name-" "$corpus" "${seeds[@]}" >"$log" 2>&1 </dev/null; then
        printf 'ok   %-28s %s runs\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
    else
        printf 'FAIL %s\n' "$name"
        grep -aE 'ERROR|SUMMARY|runtime error|Assertion|Test unit written' "$log" | head -n 8 | sed 's/^/     /'
    fi
}

export -f one
export dir seconds random
shopt -s nullglob
targets=("$dir"/tests/fuzz/*_fuzz)
[ "${#targets[@]}" -gt 0 ] || {
    echo "0 passed, 0 failed"
    exit 0
}
# shellcheck disable=SC2016
out=$(printf '%s\0' "${targets[@]##*/}" | xargs -0 -P "$(nproc)" -I{} bash -c 'one "$1"' _ {})
printf '%s\n' "$out"
failed=$(grep -c '^FAIL' <<<"$out" || true)
echo "$((${#targets[@]} - failed)) passed, $failed failed"
[ "$failed" = 0 ]
