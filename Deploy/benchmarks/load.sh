# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Measures the load of a full table by BGP; to be sourced by Deploy/bench.
#
#     Deploy/bench load [--runs N] [RECEIVER...]     a line of JSON for each figure: the median of N
#                                                    rounds (5), how far the middle half of them is
#                                                    apart; of peerage also that of BIRD, and the
#                                                    ratio
#
#     RECEIVER     peerage, bird, gobgp, nfacctd: each is started fresh, and pinned, in turns
#
#     processor    user and system time of the receiver from before the first octet of the table
#                  until it says that it has all of both families: what is judged
#     settled      the same, until it does nothing for a second
#     wall         seconds until it has all
#     resident     memory then, in MB; peak: the most until then
#
# The feed is a file of UPDATEs as they go over the wire: the prefixes of ../shared/data/prefixes
# where that exists, else made-up ones, 3.5 an UPDATE, 50,000 sets of attributes, End-of-RIB of both
# families. A speaker on another processor writes it as fast as it is read. nfacctd says nothing of
# what it has: it counts as ready when it does nothing for a second.
#
# What is not installed (bird2, gobgpd, pmacct) is left out, and says so. PEERAGE names another
# binary than the release build's, ROUTINGBENCH another one that writes the feed.
readonly load_prefixes=$root/../shared/data/prefixes/gaissmai__bart/prefixes.txt.gz
readonly load_packages="bird2 gobgpd pmacct procps util-linux python3"

# bench_load [--runs N] [RECEIVER...]
bench_load() {
    local options=() package counts
    while [[ $# -gt 0 ]]; do
        case $1 in
            --runs)
                [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || fail "--runs needs a number"
                options+=(--runs "$2")
                shift
                ;;
            peerage | bird | gobgp | nfacctd) options+=("$1") ;;
            *) fail "there is no receiver '$1': peerage, bird, gobgp, nfacctd" ;;
        esac
        shift
    done
    for package in $load_packages; do
        (install_packages "$package" >&2) || true
    done
    [[ -n ${ROUTINGBENCH:-} ]] || ROUTINGBENCH=$(build_benchmark routingbench)
    if [[ -z ${PEERAGE:-} ]]; then
        say "building Peerage in release mode (the first time takes some minutes)"
        swift build -c release --product peerage >&2
        PEERAGE="$(swift build -c release --show-bin-path)/peerage"
    fi
    export PEERAGE
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    local prefixes=()
    if [[ -e $load_prefixes ]]; then
        gzip -dc "$load_prefixes" >"$work/prefixes.txt"
        prefixes=(--prefixes "$work/prefixes.txt")
    fi
    say "writing the feed"
    counts=$("$ROUTINGBENCH" feed "${prefixes[@]}" --work "$work")
    say "$counts"
    python3 Tests/Benchmarks/load/load.py --feed "$work/feed.bgp" \
        --ipv4 "$(count_of ipv4 "$counts")" --ipv6 "$(count_of ipv6 "$counts")" "${options[@]}"
}

# count_of NAME JSON: the number of that name.
count_of() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" <<<"$2"; }
