#!/usr/bin/env bash
# Installs into a temporary folder and uses what is there as a stranger would: the program runs, docs/example.c
# compiles against the headers and the pkg-config file, with the shared and with the static library, and says of a capture
# what docs/example.out has; uninstall leaves nothing behind. The last line is "N passed, N failed".
set -eu
cd "$(dirname "$0")/.."
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
root=$place/root prefix=/opt/wscope
passed=0 failed=0

try() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@" >"$place/log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $what"
        head -n 20 "$place/log" | sed 's/^/     /'
    fi
}

# The .pc file names $prefix; --define-variable cannot move libdir, so the sysroot does.
flags() {
    PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_PATH=$root$prefix/lib/pkgconfig pkg-config "$@"
}

compile_shared() {
    # shellcheck disable=SC2046
    gcc -std=c11 -Wall -Wextra -Werror -o "$place/shared" docs/example.c $(flags --cflags --libs libwsdissect)
}

compile_static() {
    local others
    others=$(flags --libs --static libwsdissect | sed "s|-L[^ ]*||g; s|-lwsdissect||g")
    # shellcheck disable=SC2046,SC2086
    gcc -std=c11 -Wall -Wextra -Werror -o "$place/static" docs/example.c $(flags --cflags libwsdissect) \
        "$root$prefix/lib/libwsdissect.a" $others
}

# Every installed header compiles alone, and may be included twice.
headers_alone() {
    local header
    (cd "$root$prefix/include" && find wsdissect -name '*.h') | while read -r header; do
        printf '#include <%s>\n#include <%s>\nint main(void) { return 0; }\n' "$header" "$header" >"$place/alone.c"
        # shellcheck disable=SC2046
        gcc -std=c11 -Wall -Wextra -Werror -fsyntax-only $(flags --cflags libwsdissect) "$place/alone.c" || exit 1
    done
}

run_example() { # NAME: with the shared library found where it was installed
    LD_LIBRARY_PATH=$root$prefix/lib "$place/$1" <"$capture" >"$place/$1.out"
    diff -u docs/example.out "$place/$1.out"
}

version() {
    "$root$prefix/bin/wscope" --version | grep -F "$(flags --modversion libwsdissect)"
}

needs_soname() {
    readelf -d "$place/shared" | grep -F '[libwsdissect.so.'
}

nothing_left() {
    [ -z "$(find "$root" ! -type d)" ]
}

capture=captures/close-by-client.pcap
try "make install" make --no-print-directory install DESTDIR="$root" PREFIX="$prefix"
try "the installed program tells its version, the one of the pkg-config file" version
[ "$(uname -s)" != Linux ] || try "the program and the library are hardened" \
    tests/hardening.sh "$root$prefix/bin/wscope" "$root$prefix/lib/libwsdissect.so"
try "the manual is installed" test -s "$root$prefix/share/man/man1/wscope.1"
try "the headers compile alone" headers_alone
try "docs/example.c compiles with the shared library" compile_shared
try "docs/example.c compiles with the static library" compile_static
try "the program needs the library by its soname" needs_soname
try "it runs with the shared library" run_example shared
try "it runs with the static library" run_example static
try "make uninstall" make --no-print-directory uninstall DESTDIR="$root" PREFIX="$prefix"
try "nothing is left" nothing_left
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
