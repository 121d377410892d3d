#!/usr/bin/env bash
# Installs what is missing to build, test or measure wscope.
#
#   tools/deps.sh build | check | lint | bench | afl
#
# Each requirement is probed by using it (run the command, compile and link against the library), never by package
# name. On Debian and its children what is missing is installed by apt-get, as root or through sudo; elsewhere, or
# with WSCOPE_NO_INSTALL=1, the packages are named. The exit status is 1 only when something is missing at the end.
set -eu

level=${1:-build}
case $level in
build | check | lint | bench | afl) ;;
*)
    echo "usage: tools/deps.sh build|check|lint|bench|afl" >&2
    exit 2
    ;;
esac

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

has() {
    command -v "$1" >/dev/null 2>&1
}

# links COMPILER SOURCE FLAG...: does that source compile and link?
links() {
    local compiler=$1 source=$2
    shift 2
    has "$compiler" || return 1
    printf '%s\n' "$source" >"$scratch/probe.c"
    "$compiler" -o "$scratch/probe" "$scratch/probe.c" "$@" >/dev/null 2>&1
}

# flags NAME FALLBACK: as the Makefile finds them
flags() {
    pkg-config --cflags --libs "$1" 2>/dev/null || echo "$2"
}

compiler() {
    if [ -n "${CC:-}" ] && has "${CC%% *}"; then echo "${CC%% *}"; elif has gcc; then echo gcc; else echo cc; fi
}

library() { # NAME FALLBACK SOURCE
    # shellcheck disable=SC2046
    links "$(compiler)" "$3" $(flags "$1" "$2")
}

no_linux() {
    [ "$(uname -s)" != Linux ]
}

have() {
    case $1 in
    cc) links "$(compiler)" 'int main(void){return 0;}' ;;
    gcc-sanitizers) links gcc 'int main(void){return 0;}' -fsanitize=address,undefined ;;
    zlib) library zlib -lz $'#include <zlib.h>\nint main(void){return !zlibVersion();}' ;;
    libcrypto)
        library libcrypto -lcrypto $'#include <openssl/evp.h>\n#if OPENSSL_VERSION_NUMBER < 0x30000000L\n#error old\n#endif\nint main(void){return !EVP_sha1();}'
        ;;
    libpcre2-8) library libpcre2-8 -lpcre2-8 $'#define PCRE2_CODE_UNIT_WIDTH 8\n#include <pcre2.h>\nint main(void){return pcre2_config(PCRE2_CONFIG_JIT,(void*)0)<0;}' ;;
    libpcap) library libpcap -lpcap $'#include <pcap/pcap.h>\nint main(void){return !pcap_lib_version();}' ;;
    libseccomp) no_linux || library libseccomp -lseccomp $'#include <seccomp.h>\nint main(void){return !seccomp_version();}' ;;
    libcap-ng) no_linux || library libcap-ng -lcap-ng $'#include <cap-ng.h>\nint main(void){capng_clear(CAPNG_SELECT_BOTH);return 0;}' ;;
    ncursesw)
        library ncursesw -lncursesw $'#define NCURSES_WIDECHAR 1\n#include <curses.h>\nint main(void){wint_t c;return get_wch(&c) != ERR && set_escdelay(1) != ERR;}'
        ;;
    cmocka)
        library cmocka -lcmocka $'#include <stdarg.h>\n#include <stddef.h>\n#include <setjmp.h>\n#include <stdint.h>\n#include <cmocka.h>\nint main(void){return cmocka_run_group_tests_name("", (struct CMUnitTest *)0, 0, 0, 0);}' ||
            library cmocka -lcmocka $'#include <stdarg.h>\n#include <stddef.h>\n#include <setjmp.h>\n#include <stdint.h>\n#include <cmocka.h>\nint main(void){print_message("");return 0;}'
        ;;
    libfuzzer)
        links clang $'#include <stddef.h>\n#include <stdint.h>\nint LLVMFuzzerTestOneInput(const uint8_t *d, size_t n){(void)d;(void)n;return 0;}' -fsanitize=fuzzer,address,undefined
        ;;
    *) has "$1" ;;
    esac
}

# requirement | level | Debian, Ubuntu | Fedora | Arch | Alpine | macOS (brew) | FreeBSD
table='
cc             build gcc,libc6-dev     gcc                gcc      build-base        gcc        gcc
make           build make              make               make     make              make       gmake
pkg-config     build pkg-config        pkgconf            pkgconf  pkgconf           pkgconf    pkgconf
zlib           build zlib1g-dev        zlib-devel         zlib     zlib-dev          zlib       -
libcrypto      build libssl-dev        openssl-devel      openssl  openssl-dev       openssl@3  openssl
ncursesw       build libncurses-dev    ncurses-devel      ncurses  ncurses-dev       ncurses    ncurses
libpcap        build libpcap-dev       libpcap-devel      libpcap  libpcap-dev       libpcap    libpcap
libpcre2-8     build libpcre2-dev      pcre2-devel        pcre2    pcre2-dev         pcre2      pcre2
libseccomp     build libseccomp-dev    libseccomp-devel   libseccomp libseccomp-dev  -          -
libcap-ng      build libcap-ng-dev     libcap-ng-devel    libcap-ng libcap-ng-dev    -          -
gcc-sanitizers check gcc               libasan,libubsan   gcc      gcc               gcc        gcc
clang          check clang             clang              clang    clang             llvm       llvm
libfuzzer      check @libfuzzer        compiler-rt        compiler-rt compiler-rt    llvm       llvm
cmocka         check libcmocka-dev     libcmocka-devel    cmocka   cmocka-dev        cmocka     cmocka
python3        check python3           python3            python   python3           python3    python3
tmux           check tmux              tmux               tmux     tmux              tmux       tmux
clang-tidy     lint  clang-tidy        clang-tools-extra  clang    clang-extra-tools llvm       llvm
clang-format   lint  clang-format      clang-tools-extra  clang    clang-extra-tools llvm       llvm
cppcheck       lint  cppcheck          cppcheck           cppcheck cppcheck          cppcheck   cppcheck
tcpdump        bench tcpdump           tcpdump            tcpdump  tcpdump           tcpdump    tcpdump
afl-clang-fast afl   afl++             american-fuzzy-lop-clang afl++ afl++        afl++      afl++
tshark         bench tshark            wireshark-cli      wireshark-cli tshark       wireshark  tshark
'

wanted() {
    case $level:$1 in
    *:build | check:check | lint:lint | bench:bench | afl:afl) return 0 ;;
    esac
    return 1
}

# missing COLUMN: prints "requirement package" for each requirement of this level that is not there
missing() {
    local name lvl columns
    while read -r name lvl columns; do
        if [ -z "$name" ] || ! wanted "$lvl"; then continue; fi
        have "$name" || echo "$name $(echo "$columns" | awk -v c="$1" '{print $c}')"
    done <<<"$table"
}

packages() {
    missing "$1" | awk '$2 != "-" {print $2}' | tr ',' '\n' | sort -u | tr '\n' ' '
}

# The sanitizers' run-time library of clang is named after the version of clang, installed or to be installed.
libfuzzer_package() {
    local major name
    major=$(clang -dumpversion 2>/dev/null | cut -d. -f1)
    [ -n "$major" ] || major=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p' | head -n 1)
    for name in "libclang-rt-$major-dev" "libclang-common-$major-dev" libclang-rt-dev; do
        if apt-cache show "$name" >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# apt COMMAND ARGUMENT...: quiet, unless it fails
apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -qq --no-install-recommends "$@" </dev/null >"$scratch/apt" 2>&1 || {
        tail -n 20 "$scratch/apt" >&2
        return 1
    }
}

debian_packages() {
    packages 1 | sed "s/@libfuzzer/$(libfuzzer_package)/"
}

install_debian() {
    apt update || echo "apt-get update failed; going on" >&2
    echo "installing: $(debian_packages)" >&2
    # shellcheck disable=SC2046
    apt install $(debian_packages)
}

system() {
    if has apt-get; then
        echo debian
    elif [ "$(uname -s)" = Darwin ]; then
        echo macos
    elif [ "$(uname -s)" = FreeBSD ]; then
        echo freebsd
    elif has dnf || has yum; then
        echo fedora
    elif has pacman; then
        echo arch
    elif has apk; then
        echo alpine
    else
        echo other
    fi
}

suggest() {
    case $(system) in
    debian) echo "  apt-get install $(debian_packages)" ;;
    fedora) echo "  dnf install $(packages 2)" ;;
    arch) echo "  pacman -S $(packages 3)" ;;
    alpine) echo "  apk add $(packages 4)" ;;
    macos) echo "  brew install $(packages 5)" ;;
    freebsd) echo "  pkg install $(packages 6)" ;;
    *) echo "  (packages as Debian names them) $(packages 1)" ;;
    esac
}

[ -n "$(missing 1)" ] || exit 0

if [ "$(system)" = debian ] && [ -z "${WSCOPE_NO_INSTALL:-}" ]; then
    if [ "$(id -u)" = 0 ] || has sudo; then
        install_debian || echo "tools/deps.sh: apt-get failed" >&2
    fi
fi

left=$(missing 1 | awk '{print $1}' | tr '\n' ' ')
[ -n "$left" ] || exit 0
{
    echo "tools/deps.sh: missing: $left"
    echo "install with:"
    suggest
} >&2
# A benchmark goes on without what it compares with, and says so.
[ "$level" = bench ] && [ -z "$(level=build && missing 1)" ] && exit 0
exit 1
