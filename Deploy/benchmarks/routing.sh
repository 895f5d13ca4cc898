# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Measures the routing table; to be sourced by Deploy/bench.
#
#     Deploy/bench routing [--runs N] [CASE...]      a line of JSON for each figure: the median of N
#                                                    rounds (5), how far the middle half of them is
#                                                    apart, the same of the reference, the ratio;
#                                                    all by processor time, pinned, in turns;
#                                                    lookup where no CASE is named
#
#     lookup   addresses looked up a second: to their longest prefix in batches, to the route of a
#              view, and one by one; random and distributed like traffic; IPv4 and IPv6. The
#              reference is rte_fib and rte_fib6 of DPDK (libdpdk-dev), whose answers are compared
#              first. Each side with pages of 4 KB (4k), and both with pages of 2 MB (2m), which
#              takes root and 4 GB.
#     routes   the same to the route of one of 8 views, each a full table of 50,000 attribute sets,
#              30 % of them others than those of the first: of any view an address (mixed), or of
#              one view 256 addresses (together); and the memory of it all. The reference has a
#              rte_fib and a rte_fib6 for each view, with pages of 4 KB, which takes 8 GB.
#     views    the same 8 views: memory of the first and of each further one, updates a second,
#              lookups beside 50,000 updates a second, and the time to remove a neighbor
#     mrt      a full table from an MRT file, plain and by gzip, beside bgpdump
#
# The table is that of ../shared/data/prefixes where that exists, else one made up with as many
# prefixes of each length. A reference is skipped, and says so, where it cannot be had.
# ROUTINGBENCH names another binary than the release build's.
readonly routing_packages="libdpdk-dev gcc libc6-dev pkg-config util-linux python3"
readonly mrt_packages="bgpdump gzip"
readonly shared_prefixes=$root/../shared/data/prefixes/gaissmai__bart/prefixes.txt.gz

# build_reference FILE: makes rte_fib, or fails.
build_reference() {
    # shellcheck disable=SC2086
    (install_packages $routing_packages >&2) || return 1
    # Not the whole of --libs, which is hundreds of drivers.
    # shellcheck disable=SC2046
    cc -O3 -march=native -Wall -Wextra Tests/Benchmarks/reference/rte_fib.c -o "$1" \
        $(pkg-config --cflags libdpdk) \
        -Wl,--as-needed -lrte_fib -lrte_rib -lrte_mempool -lrte_ring -lrte_eal >&2
}

# small_pages COMMAND...: runs it without pages of 2 MB (PR_SET_THP_DISABLE, prctl(2)).
small_pages() {
    python3 -c 'import ctypes, os, sys
ctypes.CDLL(None).prctl(41, 1, 0, 0, 0)
os.execvp(sys.argv[1], sys.argv[1:])' "$@"
}

readonly reference_megabytes=4096 routes_megabytes=8192
large_pages_before=

# reserve_large_pages: as many as the reference needs; given back at the end, also when it is ended.
reserve_large_pages() {
    local wanted=$((reference_megabytes / 2 + 64))
    large_pages_before=$(</proc/sys/vm/nr_hugepages) || return 1
    as_root sysctl -q "vm.nr_hugepages=$wanted" 2>/dev/null || return 1
    [[ $(</proc/sys/vm/nr_hugepages) -ge $wanted ]]
}

return_large_pages() {
    [[ -z $large_pages_before ]] || as_root sysctl -q "vm.nr_hugepages=$large_pages_before"
    large_pages_before=
}

routing_lookup() {
    local cpu=$(($(nproc) - 1)) status=0
    local ours=(taskset -c "$cpu" "$ROUTINGBENCH" lookup "${common[@]}")
    local eal=(--no-pci --no-shconf --no-telemetry -l "$cpu" -m "$reference_megabytes" --log-level=4)
    if ! build_reference "$work/rte_fib"; then
        say "skipped: no reference, for there is no libdpdk-dev"
        "${ours[@]}"
        return
    fi
    small_pages "${ours[@]}" --label 4k -- \
        "$work/rte_fib" --no-huge "${eal[@]}" -- "$work/prefixes.bin" || status=$?
    if reserve_large_pages; then
        "${ours[@]}" --label 2m -- \
            "$work/rte_fib" --in-memory "${eal[@]}" -- "$work/prefixes.bin" || status=$?
    else
        say "skipped: both with pages of 2 MB, which cannot be had here"
    fi
    return_large_pages
    return "$status"
}

# The reference is made to hold 8 views of its own; that its pages are small costs both sides.
routing_routes() {
    local cpu=$(($(nproc) - 1))
    local ours=(small_pages taskset -c "$cpu" "$ROUTINGBENCH" routes "${common[@]}" --label 4k)
    local eal=(--no-huge --no-pci --no-shconf --no-telemetry -l "$cpu" --log-level=4)
    if ! build_reference "$work/rte_fib"; then
        say "skipped: no reference, for there is no libdpdk-dev"
        "${ours[@]}"
        return
    fi
    "${ours[@]}" -- "$work/rte_fib" "${eal[@]}" -m "$routes_megabytes" -- \
        "$work/prefixes.bin" "$work/routes.bin"
}

# Not pinned to one processor: a reader works beside the writer.
routing_views() {
    "$ROUTINGBENCH" views "${common[@]}"
}

routing_mrt() {
    # shellcheck disable=SC2086
    (install_packages $mrt_packages >&2) || say "skipped: bgpdump, which cannot be had here"
    "$ROUTINGBENCH" mrt "${common[@]}"
}

# bench_routing [--runs N] [CASE...]
bench_routing() {
    local cases=() common=() status=0 one
    while [[ $# -gt 0 ]]; do
        case $1 in
            --runs)
                [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || fail "--runs needs a number"
                common+=(--rounds "$2")
                shift
                ;;
            lookup | routes | views | mrt) cases+=("$1") ;;
            *) fail "there is no case '$1': lookup, routes, views, mrt" ;;
        esac
        shift
    done
    [[ ${#cases[@]} -gt 0 ]] || cases=(lookup)
    [[ -n ${ROUTINGBENCH:-} ]] || ROUTINGBENCH=$(build_benchmark routingbench)
    work=$(mktemp -d)
    trap 'rm -rf "$work"; return_large_pages' EXIT
    if [[ -e $shared_prefixes ]]; then
        gzip -dc "$shared_prefixes" >"$work/prefixes.txt"
        common+=(--prefixes "$work/prefixes.txt")
    fi
    common+=(--work "$work")
    for one in "${cases[@]}"; do
        "routing_$one" || status=$?
    done
    return "$status"
}
