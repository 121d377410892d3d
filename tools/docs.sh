#!/usr/bin/env bash
# Writes the documents that are made from the program's tables: wscope.1, findings.md and limits.md.
#
#   tools/docs.sh [FOLDER]        default: docs
#
# Where a line of docs/NAME.in reads "@options@" or the like, tools/tables.c prints that table.
set -eu
cd "$(dirname "$0")/.."
folder=${1:-docs}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"${CC:-gcc}" -std=c11 -D_DEFAULT_SOURCE -I. -Isrc -Idissector -o "$work/tables" tools/tables.c src/ui/keys.c
version=$(sed -n 's/^VERSION *:= *//p' Makefile)

fill() { # NAME
    local line
    while IFS= read -r line; do
        case $line in
        '@options@' | '@keys@' | '@settings@' | '@fields@' | '@findings@' | '@findings-markdown@' | '@limits@' | '@limits-markdown@' | '@constants-markdown@') "$work/tables" "$(tr -d @ <<<"$line")" ;;
        *) printf '%s\n' "${line//@version@/$version}" ;;
        esac
    done <"docs/$1.in" >"$work/$1"
    mv "$work/$1" "$folder/$1"
}

fill wscope.1
fill findings.md
fill limits.md
