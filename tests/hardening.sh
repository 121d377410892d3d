#!/usr/bin/env bash
# Is a program or shared library compiled with the usual hardening? Says what is missing, and exits with 1 then.
#
#   tests/hardening.sh PROGRAM|LIBRARY ...
set -eu
status=0

missing() { # FILE WHAT
    echo "$1: $2"
    status=1
}

has() { # PATTERN TEXT
    grep -qE -- "$1" <<<"$2"
}

for file in "$@"; do
    segments=$(readelf -lW "$file") dynamic=$(readelf -dW "$file") symbols=$(nm -D --undefined-only "$file")
    has 'Elf file type is DYN' "$segments" || missing "$file" 'not position-independent'
    case $file in *.so*) ;; *) has 'FLAGS_1.*PIE' "$dynamic" || missing "$file" 'not a position-independent executable' ;; esac
    has 'GNU_RELRO' "$segments" || missing "$file" 'no RELRO'
    has 'FLAGS_1.*NOW' "$dynamic" || missing "$file" 'RELRO is not full: symbols are bound late'
    has 'GNU_STACK.* RW ' "$segments" || missing "$file" 'the stack is executable'
    ! has ' RWE ' "$segments" || missing "$file" 'a segment is writable and executable'
    ! has 'TEXTREL' "$dynamic" || missing "$file" 'text relocations'
    ! has 'RPATH|RUNPATH' "$dynamic" || missing "$file" 'looks for libraries in a path of its own'
    has '__stack_chk_fail' "$symbols" || missing "$file" 'no stack protector'
    has '__(memcpy|snprintf|vsnprintf)_chk' "$symbols" || missing "$file" 'no FORTIFY_SOURCE'
    case $(uname -m) in x86_64)
        # A function that may be called through a pointer begins with endbr64 (CET).
        [ "$(objdump -d --no-show-raw-insn "$file" | grep -c endbr64)" -gt 50 ] || missing "$file" 'no CET'
        ;;
    esac
done
exit "$status"
