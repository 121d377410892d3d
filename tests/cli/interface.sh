#!/usr/bin/env bash
# Live capture: -i, -a, -c, -f, -s, -D, signals, several interfaces, interfaces that vanish, no permission.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

# A network of one's own needs no root where the system lets users have namespaces.
own_network=
for try in 'unshare -Urn' 'unshare -n'; do
    [ -n "$own_network" ] || ! $try true 2>/dev/null || own_network=$try
done
if [ -z "$own_network" ]; then
    echo 'skipped: no network namespaces here, live capture not tried'
    exit 0
fi
$own_network timeout 100 python3 tests/cli/interface.py "$wscope" || fail 'live capture'

# No permission: one line that names both ways out, the second with the program's own path.
unprivileged() {
    if [ "$(id -u)" = 0 ]; then setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; else "$@"; fi
}
cp "$wscope" "$place/wscope" && chmod 755 "$place" "$place/wscope"
status=0
unprivileged "$place/wscope" -i lo >"$out" 2>"$err" || status=$?
if [ "$status" = 0 ]; then
    echo 'skipped: everybody may capture here, the lack of permission not tried'
else
    wants 1 'no permission'
    one_line 'no permission'
    says "$err" 'wscope: lo: no permission to capture: '
    says "$err" 'sudo'
    says "$err" "setcap cap_net_raw,cap_net_admin+ep $place/wscope"
fi
done_testing
