#!/usr/bin/env bash
# What the README shows is what the program says. "tests/cli/readme.sh --update" writes it anew.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"
ln -s "$(realpath "$wscope")" "$place/wscope"
export PATH="$place:$PATH" COLUMNS=80
python3 tests/cli/readme.py README.md "$@" || fail 'README.md: outputs differ (tests/cli/readme.sh --update)'
# Its links lead somewhere.
for link in $(grep -oE '\]\([^)#]+\)' README.md docs/*.md captures/README.md | sed 's/:](/ /; s/)$//' | tr ' ' '='); do
    file=${link%%=*} target=${link#*=}
    case $target in http*) continue ;; esac
    [ -e "$(dirname "$file")/$target" ] || fail "$file: no $target"
done
done_testing
