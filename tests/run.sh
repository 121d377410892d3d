#!/usr/bin/env bash
# Runs all tests; "make check" calls it after installing what is missing.
#
#   tests/run.sh [GROUP ...]       FUZZ_SECONDS (default 5): how long each fuzz target runs
#
# A group is a function group_NAME below that prints what it likes, then "N passed, N failed" as its last line (its exit status
# alone counts as one test where it does not). Here one line a group is shown, and what failed in it; the whole of it is
# in build/check/GROUP.log. The last line is the sum, and the exit status is 1 when something failed.
set -eu
cd "$(dirname "$0")/.."
# The groups call make themselves; a job server of an outer make does not reach them.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
jobs=$(nproc 2>/dev/null || echo 2)
logs=build/check
mkdir -p "$logs"
sanitized=build/asan/wscope
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1
export FUZZ_SECONDS=${FUZZ_SECONDS:-5}

# Captures of ../shared/captures/lab that the program is not yet expected to get right: shown, not counted.
not_yet=''

build() {
    make --no-print-directory -j"$jobs" "$@"
}

# What a group tests is built first, also when the group runs alone.
need() {
    build -s -k VARIANT=asan "$@"
}

# ---- the groups

group_gcc() { build VARIANT=gcc all; }
group_clang() { build VARIANT=clang all; }
group_asan() { build VARIANT=asan "$sanitized" test-programs; }

# tap PROGRAM ARGUMENT...: runs a cmocka program from the top of the project and counts what it says
tap() {
    local out status=0
    out=$(CMOCKA_MESSAGE_OUTPUT=TAP timeout 300 "$@" 2>&1 </dev/null) || status=$?
    local good bad
    good=$(grep -c '^ok ' <<<"$out" || true)
    bad=$(grep -c '^not ok ' <<<"$out" || true)
    if [ "$status" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
    if [ "$status" = 0 ] && [ "$good" = 0 ] && [ "$bad" = 0 ]; then bad=1; fi
    if [ "$bad" != 0 ]; then
        echo "FAIL $* (exit status $status)"
        grep -v '^ok ' <<<"$out" | head -n 40
    fi
    total_good=$((total_good + good))
    total_bad=$((total_bad + bad))
}

programs() { # FOLDER ARGUMENT...
    local folder=$1 source total_good=0 total_bad=0
    shift
    need test-programs || return 1
    for source in "$folder"/*_test.c; do
        [ -e "$source" ] || continue
        tap "build/asan/${source%.c}" "$@"
    done
    echo "$total_good passed, $total_bad failed"
    [ "$total_bad" = 0 ]
}

group_unit() { programs tests/unit; }
# A vector program gets the folder of the vectors as its argument.
group_vectors() { programs tests/vectors tests/vectors; }
group_golden() { need "$sanitized" && WSCOPE=$sanitized tests/golden.sh; }
group_layers() { build -s VARIANT=gcc build/gcc/libwsdissect.o && tools/layers.sh build/gcc/libwsdissect.o; }
group_banned() { tools/banned.sh; }
group_install() { tests/install.sh; }

# Scripts that drive a program from outside, each a test of its own, as many at once as there are processors: FOLDER/*.sh, with WSCOPE naming
# the program. What each printed is in build/check/FOLDER/.
scripts() { # FOLDER PROGRAM
    local out=$logs/${1##*/} script said good=0 bad=0
    rm -rf "$out"
    mkdir -p "$out"
    printf '%s\n' "$1"/*.sh | WSCOPE=$2 xargs -P "$jobs" -I SCRIPT bash -c \
        'said=$1/$(basename "$2" .sh); timeout 400 bash "$2" >"$said" 2>&1 </dev/null && touch "$said.passed"' _ "$out" SCRIPT || true
    for script in "$1"/*.sh; do
        said=$out/$(basename "$script" .sh)
        if [ -e "$said.passed" ]; then
            good=$((good + 1))
            grep '^skipped:' "$said" || true
        else
            bad=$((bad + 1))
            echo "FAIL $script"
            tail -n 40 "$said"
        fi
    done
    echo "$good passed, $bad failed"
    [ "$bad" = 0 ]
}

group_cli() { need "$sanitized" && scripts tests/cli "$sanitized"; }

# The monitor in a terminal. Without sanitizers, which are slow to start, and so as it is used.
group_tui() {
    if ! command -v tmux >/dev/null; then
        echo 'skipped: tmux is missing'
        return
    fi
    build -s VARIANT=gcc build/gcc/wscope && scripts tests/tui build/gcc/wscope
}

group_fuzz() {
    build VARIANT=fuzz fuzz-programs >"$logs/fuzz-build.log" 2>&1 || {
        tail -n 20 "$logs/fuzz-build.log"
        return 1
    }
    tools/fuzz.sh "$FUZZ_SECONDS" 1 # the same each time: make fuzz looks for what nobody has seen yet
}

# captures SET/FILE.jsonl: known content, outside of the project
captures() {
    local truth=../shared/captures/$1 out name good bad
    if [ ! -e "$truth" ]; then
        echo "skipped: ../shared is absent"
        return
    fi
    need "$sanitized" || return 1
    out=$(../shared/check-captures "$sanitized" "$truth" || true)
    grep -v ' passed, ' <<<"$out" || true
    good=$(tail -n 1 <<<"$out" | sed -n 's/^\([0-9]*\) passed.*/\1/p')
    bad=$(tail -n 1 <<<"$out" | sed -n 's/.*passed, \([0-9]*\) failed$/\1/p')
    if [ -z "$good" ] || [ -z "$bad" ]; then return 1; fi
    case $1 in lab/*)
        for name in $not_yet; do
            if grep -q "^FAIL $name" <<<"$out"; then
                bad=$((bad - 1))
                echo "not counted: $name"
            else
                echo "passes now, take it off the list in tests/run.sh: $name"
            fi
        done
        ;;
    esac
    echo "$good passed, $bad failed"
    [ "$bad" = 0 ]
}

group_public() { captures public/truth.jsonl; }
group_others() { captures public/others.jsonl; }
group_autobahn() { captures autobahn/truth.jsonl; }
group_lab() { captures lab/truth.jsonl; }
group_peers() { captures peers/truth.jsonl; }
group_peers-tls() { captures peers/truth-tls.jsonl; }

# ---- running them

all='gcc clang asan layers banned unit vectors golden cli tui install fuzz public others autobahn lab peers peers-tls'
[ $# -gt 0 ] || eval "set -- $all"
total_passed=0 total_failed=0
for group in "$@"; do
    case " $all " in *" $group "*) ;; *)
        echo "tests/run.sh: no such group: $group (there are: $all)" >&2
        exit 2
        ;;
    esac
    log=$logs/$group.log
    start=$SECONDS status=0
    ("group_$group") >"$log" 2>&1 </dev/null || status=$?
    last=$(tail -n 1 "$log")
    case $last in
    skipped:*)
        printf '%-5s %-9s %s\n' - "$group" "$last"
        continue
        ;;
    *' passed, '*' failed')
        passed=${last%% *}
        failed=${last##* passed, }
        failed=${failed% failed}
        # A group that ends badly without having counted why
        if [ "$status" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
        ;;
    *)
        passed=$((status == 0)) failed=$((status != 0))
        ;;
    esac
    total_passed=$((total_passed + passed))
    total_failed=$((total_failed + failed))
    if [ "$failed" = 0 ]; then word=ok; else word=FAIL; fi
    printf '%-5s %-9s %5d passed, %d failed  %4d s\n' "$word" "$group" "$passed" "$failed" $((SECONDS - start))
    grep -E '^(not counted:|passes now|skipped:)' "$log" | sed 's/^/        /' || true
    [ "$failed" = 0 ] || grep -v ' passed, ' "$log" | tail -n 60 | sed 's/^/        /'
done
echo "$total_passed passed, $total_failed failed"
[ "$total_failed" = 0 ]
