#!/usr/bin/env bash
# -f "port 8080" loses nothing of what was wrapped: tags, labels, fragments and tunnels.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

for c in captures/encap-*.pcap; do
    run -o json --frames "$c"
    cp "$out" "$place/wanted"
    for e in 'port 8080' 'tcp port 8080 and tcp'; do
        run -o json --frames -f "$e" "$c"
        wants 0 "$c with $e"
        cmp -s "$out" "$place/wanted" || fail "$c: something is lost with -f '$e'"
    done
    case $c in *fragments* | *ip6-extensions* | *-ah.pcap) continue ;; esac
    run -o json -f 'port 8081' "$c"
    says "$out" '"packets":0,'
done

# The words of the link layer, and the outer headers, keep their meaning.
run -o json -f 'vlan and port 8080' captures/encap-gre-ethernet.pcap
says "$out" '"packets":0,'
run -o json -f 'vlan and port 8080' captures/encap-vlan.pcap
says "$out" '"connections":1,'
run -o json -f 'udp port 4789 and host 203.0.113.1' captures/encap-vxlan.pcap
says "$out" '"connections":1,'
run -o json -f 'less 60' captures/encap-gre.pcap
says "$out" '"packets":0,'
done_testing
