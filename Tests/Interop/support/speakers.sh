# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# More speakers of BGP that announce prefixes to a collector on 127.0.0.1: OpenBGPD and ExaBGP, both
# in AS64500. To be sourced after routers.sh, whose numbers and groups of prefixes hold here too.

openbgpd_control() { bgpctl -s "$work/r$1.ctl" "${@:2}" >>"$work/r$1.log" 2>&1; }

# Debian has FRR's bgpd elsewhere: this one is OpenBGPD's.
openbgpd=/usr/sbin/bgpd

# announced GROUP-SIZES: the prefixes of both families, one a line: KEPT EXTRA.
announced() {
    prefixes4 kept "$1" && prefixes4 extra "$2"
    prefixes6 kept $(($1 / 2)) && prefixes6 extra $(($2 / 2))
}

# openbgpd_config N PORT OWN-PORT KEPT EXTRA
openbgpd_config() {
    cat <<END
AS 64500
router-id 192.0.2.$1
fib-update no
holdtime 9
holdtime min 3
connect-retry 1
socket "$work/r$1.ctl"
listen on 127.0.0.$1 port $3
neighbor 127.0.0.1 {
    remote-as 64500
    local-address 127.0.0.$1
    port $2
    announce IPv4 unicast
    announce IPv6 unicast
    announce restart yes
    announce refresh yes
    announce enhanced refresh yes
}
allow from any
allow to any
END
    announced "$4" "$5" | awk -v number="$1" '{
        hop = /:/ ? "2001:db8::" number : "192.0.2." number
        printf "network %s set nexthop %s\n", $1, hop }'
}

# Its processes live in a folder that the system's own start would make.
start_openbgpd() {
    as_root install -d -m 0755 /run/openbgpd
    start "r$1" "$openbgpd" -d -f "$work/r$1.conf"
    router[$1]=${started[-1]}
}

# exabgp_config N PORT KEPT EXTRA [CAPABILITY]
exabgp_config() {
    cat <<END
neighbor 127.0.0.1 {
    router-id 192.0.2.$1;
    local-address 127.0.0.$1;
    local-as 64500;
    peer-as 64500;
    hold-time 9;
    connect $2;
    family { ipv4 unicast; ipv6 unicast; }
    capability { route-refresh enable; graceful-restart 60; ${5:-} }
    static {
END
    announced "$3" "$4" | awk -v number="$1" '{
        hop = /:/ ? "2001:db8::" number : "192.0.2." number
        printf "        route %s next-hop %s;\n", $1, hop }'
    printf '    }\n}\n'
}

start_exabgp() {
    start "r$1" env exabgp.daemon.user=root exabgp.daemon.daemonize=false exabgp.api.cli=false \
        exabgp.log.destination=stdout exabgp "$work/r$1.conf"
    router[$1]=${started[-1]}
}
