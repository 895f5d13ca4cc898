# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Real routers that announce many prefixes to a collector on 127.0.0.1: BIRD, FRR's bgpd, GoBGP,
# OpenBGPD, ExaBGP. To be sourced after interop.sh. They hold for 9 seconds, and are in AS64500, as the collector is, if
# nothing else is said.
#
# Each router has a number N: it lives at 127.0.0.N, has the files "$work/rN.*", and announces two
# groups of prefixes, `kept` and `extra`:
#
#     kept   198.18.x.y/32   2001:db8:i::/48
#     extra  198.19.x.y/32   2001:db9:i::/48

frr_bgpd=/usr/lib/frr/bgpd

# prefixes4 GROUP COUNT, prefixes6 GROUP COUNT: one a line.
prefixes4() {
    local second=18
    [[ $1 == kept ]] || second=19
    awk -v second="$second" -v count="$2" \
        'BEGIN { for (i = 0; i < count; i++) printf "198.%d.%d.%d/32\n", second, i / 250, i % 250 }'
}
prefixes6() {
    local second=db8
    [[ $1 == kept ]] || second=db9
    awk -v second="$second" -v count="$2" \
        'BEGIN { for (i = 1; i <= count; i++) printf "2001:%s:%x::/48\n", second, i }'
}

# bird_static NAME FAMILY: reads prefixes, writes a static protocol.
bird_static() {
    printf 'protocol static %s { %s;\n' "$1" "$2"
    awk '{ printf "route %s blackhole { bgp_path.prepend(%d); };\n", $1, 64601 + NR % 7 }'
    printf '}\n'
}

# bird_config N PORT KEPT EXTRA OPTIONS [ASN NEIGHBOR NEIGHBOR-ASN]: half as many IPv6 prefixes as
# IPv4; EXTRA may be 0.
bird_config() {
    local asn=${6:-64500} neighbor=${7:-127.0.0.1} neighbor_asn=${8:-64500}
    cat <<END
log stderr all;
debug protocols { states };
router id 192.0.2.$1;
protocol device { }
END
    prefixes4 kept "$3" | bird_static kept4 ipv4
    prefixes6 kept $(($3 / 2)) | bird_static kept6 ipv6
    prefixes4 extra "$4" | bird_static extra4 ipv4
    prefixes6 extra $(($4 / 2)) | bird_static extra6 ipv6
    cat <<END
protocol bgp collector {
    local 127.0.0.$1 port 1179 as $asn;
    neighbor $neighbor port $2 as $neighbor_asn;
    strict bind;
    multihop 1;
    connect retry time 1;
    connect delay time 1;
    error wait time 1, 2;
    hold time 9;
    $5
    ipv4 { import none; export all; next hop address 192.0.2.$1; };
    ipv6 { import none; export all; next hop address 2001:db8::$1; };
}
END
}

start_bird() {
    start "r$1" bird -f -c "$work/r$1.conf" -s "$work/r$1.ctl" -P "$work/r$1.pid" "${@:2}"
    router[$1]=${started[-1]}
}
birdc_of() { birdc -s "$work/r$1.ctl" "${@:2}" >>"$work/r$1.log" 2>&1; }

# frr_config N PORT KEPT EXTRA OPTIONS
frr_config() {
    cat <<END
frr defaults traditional
hostname r$1
router bgp 64500
 bgp router-id 192.0.2.$1
 no bgp network import-check
 neighbor 127.0.0.1 remote-as 64500
 neighbor 127.0.0.1 port $2
 neighbor 127.0.0.1 update-source 127.0.0.$1
 neighbor 127.0.0.1 timers 3 9
 neighbor 127.0.0.1 timers connect 1
 neighbor 127.0.0.1 advertisement-interval 0
 $5
 address-family ipv4 unicast
  neighbor 127.0.0.1 prefix-list out4 out
END
    { prefixes4 kept "$3" && prefixes4 extra "$4"; } | sed 's/^/  network /'
    printf ' exit-address-family\n address-family ipv6 unicast\n'
    { prefixes6 kept $(($3 / 2)) && prefixes6 extra $(($4 / 2)); } | sed 's/^/  network /'
    cat <<END
  neighbor 127.0.0.1 activate
  neighbor 127.0.0.1 route-map out6 out
 exit-address-family
ip prefix-list out4 seq 10 permit any
ipv6 prefix-list out6 seq 10 permit any
route-map out6 permit 10
 match ipv6 address prefix-list out6
 set ipv6 next-hop global 2001:db8::$1
END
}

start_frr() {
    mkdir -p "$work/r$1.vty"
    start "r$1" "$frr_bgpd" -S -Z -n -p 0 -P 0 -f "$work/r$1.conf" -i "$work/r$1.pid" \
        --vty_socket "$work/r$1.vty" --log stdout
    router[$1]=${started[-1]}
}
frr_do() {
    local number=$1 line arguments=()
    shift
    for line in "$@"; do arguments+=(-c "$line"); done
    vtysh --vty_socket "$work/r$number.vty" -d bgpd "${arguments[@]}" >>"$work/r$number.log" 2>&1
}

# gobgp_config N PORT FEED-PORT KEY [FEEDER...]: it announces what the routers FEEDER, 8 unless told,
# each in AS64500 + FEEDER, tell it at FEED-PORT, for it has no static routes of its own; in AS64504, to
# pass them on. What several tell it announces as several paths, where that is agreed (RFC 7911).
gobgp_config() {
    local feeder feeders=("${@:5}")
    [[ ${#feeders[@]} -gt 0 ]] || feeders=(8)
    cat <<END
[global.config]
as = 64504
router-id = "192.0.2.$1"
port = $3
local-address-list = ["127.0.0.$1"]
END
    gobgp_neighbor 127.0.0.1 64500
    [[ -z $4 ]] || printf 'auth-password = "%s"\n' "$4"
    cat <<END
[neighbors.transport.config]
local-address = "127.0.0.$1"
remote-port = $2
[neighbors.timers.config]
connect-retry = 1
hold-time = 9
keepalive-interval = 3
idle-hold-time-after-reset = 1
[neighbors.graceful-restart.config]
enabled = true
restart-time = 60
END
    gobgp_families "${#feeders[@]}"
    for feeder in "${feeders[@]}"; do
        gobgp_neighbor "127.0.0.$feeder" $((64500 + feeder))
        printf '[neighbors.transport.config]\npassive-mode = true\n'
        gobgp_families 1
    done
}
gobgp_neighbor() {
    printf '[[neighbors]]\n[neighbors.config]\nneighbor-address = "%s"\npeer-as = %s\n' "$@"
}
# gobgp_families [PATHS]: so many paths to a prefix are sent, 1 unless told.
gobgp_families() {
    local family
    for family in ipv4-unicast ipv6-unicast; do
        cat <<END
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "$family"
[neighbors.afi-safis.mp-graceful-restart.config]
enabled = true
END
        [[ ${1:-1} -lt 2 ]] || printf '[neighbors.afi-safis.add-paths.config]\nsend-max = %s\n' "$1"
    done
}

# start_gobgp N API-PORT
start_gobgp() {
    start "r$1" gobgpd --config-file "$work/r$1.conf" --api-hosts "127.0.0.1:$2" --pprof-disable
    router[$1]=${started[-1]}
}

# sessions_up N: how often it brought its session up, if it is BIRD.
sessions_up() { grep -c 'collector: State changed to up' "$work/r$1.log" || true; }

# kill_router N: as a power cut does, but that its connections are closed.
kill_router() {
    kill -KILL "${router[$1]}"
    wait "${router[$1]}" 2>/dev/null || true
}
