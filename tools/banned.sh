#!/usr/bin/env bash
# Fails when a C file calls a function that this project does not use.
#
#   tools/banned.sh [FILE ...]      default: all of dissector/ and src/
#
# Comments, strings and character constants are blanked first. The last line is "N passed, N failed".
set -eu
cd "$(dirname "$0")/.."

# no bound on what they write: use snprintf, memcpy with a checked length, or base/buffer.h
unbounded='strcpy strcat stpcpy sprintf vsprintf gets wcscpy wcscat'
# the bound is there, but the result may lack its end: use memcpy with a checked length
unterminated='strncpy strncat'
# hidden state, shared between callers
stateful='strtok rand srand random srandom strerror_l gmtime localtime ctime asctime tmpnam tempnam mktemp getlogin inet_ntoa inet_addr'
# mistakes cannot be told from results
unchecked='atoi atol atoll atof scanf fscanf sscanf vscanf vfscanf vsscanf'
# the stack is not a heap
stack='alloca'
# a shell between us and what we start
shell='system popen'

banned=$(echo "$unbounded $unterminated $stateful $unchecked $stack $shell" | tr -s ' ' '|')

blank() { # replaces comments, strings and character constants by blanks, keeping the lines
    awk -v RS='\001' '{
        n = length($0); state = ""; out = ""
        for (i = 1; i <= n; i++) {
            c = substr($0, i, 1); two = substr($0, i, 2)
            if (state == "") {
                if (two == "/*" || two == "//") { state = two; out = out "  "; i++ }
                else if (c == "\"" || c == "\047") { state = c; out = out " " }
                else out = out c
            } else if (state == "/*") {
                if (two == "*/") { state = ""; i++ } else out = out (c == "\n" ? c : "")
            } else if (state == "//") {
                if (c == "\n") { state = ""; out = out c }
            } else if (c == "\\") { i++ }
            else if (c == state) state = ""
            else if (c == "\n") { state = ""; out = out c }
        }
        printf "%s", out
    }' "$1"
}

if [ $# -eq 0 ]; then
    mapfile -t files < <(find dissector src -name '*.[ch]' | sort)
    set -- "${files[@]}"
fi
failed=0
for file in "$@"; do
    if found=$(blank "$file" | grep -nE "(^|[^A-Za-z0-9_.>])($banned)[[:space:]]*\("); then
        failed=$((failed + 1))
        while IFS= read -r line; do echo "     $file:$line"; done <<<"$found"
    fi
done
[ "$failed" = 0 ] || echo "FAIL banned functions (tools/banned.sh says which, and what to use)"
echo "$(($# - failed)) passed, $failed failed"
[ "$failed" = 0 ]
