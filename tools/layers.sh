#!/usr/bin/env bash
# Checks the layers: who includes whom, and what the library asks of the system.
#
#   tools/layers.sh LIBRARY-OBJECT
#
#   0  dissector/base/          bytes, and the events told to the outside
#   1  dissector/net/           packets to two byte streams
#   2  dissector/stream/        byte streams to a tunnel
#   3  dissector/websocket/     a tunnel to messages
#   4  dissector/subprotocol/   a payload gains a meaning
#   5  dissector/*.[ch]         the public interface, and the wiring, which alone knows all layers
#   6  src/                     the program: dissector/dissector.h and dissector/base/, nothing in between
#
# A file includes only headers of its own layer or of a lower one. Beyond that, pcap.h stays in src/capture/, curses in
# src/ui/ (and out of what its views stand on: model, records, lists, keys ...), threads in the hand-off, the crypto library in dissector/base/crypto.c; and the library, which does no input or output of its own,
# includes only the headers named below, leaves undefined only the symbols of tools/symbols.allow, and has no variables.
# The last line is "N passed, N failed".
set -eu
cd "$(dirname "$0")/.."
library=${1:-build/release/libwsdissect.o}
allow=tools/symbols.allow

# What the library may include of the system.
library_headers='assert errno inttypes limits stdalign stdarg stdbool stddef stdint stdio stdlib stdnoreturn string zlib
arpa/inet emmintrin immintrin smmintrin tmmintrin xmmintrin arm_neon'

problems=$(mktemp)
trap 'rm -f "$problems"' EXIT

layer() { # of a path from the top of the project
    case $1 in
    dissector/base/*) echo 0 ;;
    dissector/net/*) echo 1 ;;
    dissector/stream/*) echo 2 ;;
    dissector/websocket/*) echo 3 ;;
    dissector/subprotocol/*) echo 4 ;;
    dissector/*/*) echo none ;;
    dissector/*) echo 5 ;;
    src/*) echo 6 ;;
    *) echo none ;;
    esac
}

# resolve FILE HEADER: the project's file that this include names, if it is one of ours
resolve() {
    local candidate
    for candidate in "$(dirname "$1")/$2" "dissector/$2" "$2" "src/$2"; do
        case $candidate in "$2" | src/*) [ "${1%%/*}" = src ] || continue ;; esac
        if [ -f "$candidate" ]; then
            echo "$candidate"
            return
        fi
    done
}

ours() { # FILE LINE HEADER
    local from to target
    from=$(layer "$1")
    target=$(resolve "$1" "$3")
    case $3 in *../*)
        echo "$1:$2: \"$3\": name it from dissector/ or src/, not by .."
        return
        ;;
    esac
    if [ -z "$target" ]; then
        echo "$1:$2: \"$3\" is not a file of this project that $1 can see"
        return
    fi
    to=$(layer "$target")
    if [ "$from" = none ] || [ "$to" = none ]; then
        echo "$1:$2: $target or $1 belongs to no layer"
    elif [ "$from" = 6 ]; then
        case $target in
        src/* | dissector/dissector.h | dissector/base/*) ;;
        *) echo "$1:$2: the program includes $target; it may include dissector/dissector.h and dissector/base/" ;;
        esac
    elif [ "$to" -gt "$from" ]; then
        echo "$1:$2: layer $from includes $target of layer $to"
    fi
}

theirs() { # FILE LINE HEADER
    local allowed
    case $3 in
    openssl/* | gnutls/* | nettle/* | gcrypt.h)
        [ "$1" = dissector/base/crypto.c ] || echo "$1:$2: <$3> outside of dissector/base/crypto.c"
        return
        ;;
    esac
    case $1 in
    dissector/*)
        for allowed in $library_headers; do
            case $3 in "$allowed.h") return ;; "$allowed"*) case $allowed in */) return ;; esac ;; esac
        done
        echo "$1:$2: the library includes <$3>"
        ;;
    src/*)
        case $3 in
        pcap.h | pcap/*) case $1 in src/capture/*) ;; *) echo "$1:$2: <$3> outside of src/capture/" ;; esac ;;
        *curses.h | ncurses*/* | panel.h | menu.h | form.h | term.h)
            case $1 in
            src/ui/model* | src/ui/record* | src/ui/selection* | src/ui/document* | src/ui/list* | src/ui/marks* | src/ui/keys* | \
                src/ui/theme* | src/ui/handoff*) echo "$1:$2: <$3> in the model" ;;
            src/ui/*) ;;
            *) echo "$1:$2: <$3> outside of src/ui/" ;;
            esac
            ;;
        pthread.h | threads.h) case $1 in src/ui/handoff*) ;; *) echo "$1:$2: <$3> outside of the hand-off" ;; esac ;;
        esac
        ;;
    esac
}

files=0
while IFS= read -r file; do
    files=$((files + 1))
    while IFS=: read -r line include; do
        header=${include#?}
        case $include in
        '"'*) ours "$file" "$line" "$header" ;;
        '<'*) theirs "$file" "$line" "$header" ;;
        esac
    done < <(sed -n -E '/^[[:space:]]*#[[:space:]]*include/{=;s/^[^<"]*([<"][^>"]*).*/\1/p}' "$file" | paste -d: - -)
done < <(find dissector src -name '*.[ch]' | sort) >"$problems"
# The loop above ran in this shell; its output went to the file.

passed=0 failed=0
verdict() { # TEXT
    if [ -s "$problems" ]; then
        sed 's/^/     /' "$problems"
        echo "FAIL $1"
        failed=$((failed + 1))
    else
        echo "ok   $1"
        passed=$((passed + 1))
    fi
}
verdict "includes of $files files"

# Hardening turns memcpy into __memcpy_chk and adds symbols of its own; they count as what they stand for.
nm -u "$library" | awk '
    NR == FNR { sub(/#.*/, ""); for (i = 1; i <= NF; i++) allowed[$i] = 1; next }
    { name = $NF; sub(/@.*/, "", name); plain = name
      if (plain ~ /^__.*_chk$/) { sub(/^__/, "", plain); sub(/_chk$/, "", plain) }
      sub(/^__isoc(99|23)_/, "", plain)
      if (!(plain in allowed) && !(name in allowed)) print "undefined symbol of the library not in '$allow': " name }
' "$allow" - >"$problems"
verdict "what the library asks of the system"

nm -g --defined-only "$library" | awk '$NF !~ /^wsd_/ {print "the library exports " $NF ", which does not begin with wsd_"}' >"$problems"
verdict "what the library exports"

# Constant tables that hold pointers are written once, by the loader (.data.rel.ro).
objdump -t "$library" | awk '
    $0 ~ / O (\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ && $0 !~ / \.data\.rel\.ro/ {print "the library has a variable: " $NF}' >"$problems"
verdict "no global state"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
