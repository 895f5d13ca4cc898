# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# What the interop checks share: a working folder, namespaces, a collector, results. To be sourced.
#
# PEERAGE is the binary under test. Results go to standard output and, for Deploy/test, to the file
# that PEERAGE_TEST_RESULTS names.

interop=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
support="$interop/support"
# shellcheck source=Deploy/lib.sh
source "$interop/../../Deploy/lib.sh"

check_name=$(basename "$0")
unique="peerage-$check_name-$$"
work=$(mktemp -d)
started=()
failures=0

# `peerage` from PATH when nothing else is named.
peerage=${PEERAGE:-$(command -v peerage || true)}
[[ -n $peerage && -x $peerage ]] || fail "PEERAGE names no program: set it to the peerage binary"

result() {
    printf '%s %s: %s\n' "$1" "$check_name" "$2"
    if [[ -n ${PEERAGE_TEST_RESULTS:-} ]]; then
        printf '%s %s: %s\n' "$1" "$check_name" "$2" >>"$PEERAGE_TEST_RESULTS"
    fi
}
passed() { result passed "$1"; }
failed() {
    result failed "$1"
    failures=$((failures + 1))
}

# Ends the whole check: it cannot be done here.
skip() {
    result skipped "$1"
    exit 0
}

# expect WHAT EXPECTED FOUND
expect() {
    if [[ $2 == "$3" ]]; then passed "$1: $3"; else failed "$1: expected $2, found $3"; fi
}

cleanup() {
    local status=$? pid
    for pid in "${started[@]}"; do
        kill -INT "$pid" 2>/dev/null || true # pmacct's daemons end by SIGINT, the others by both
        kill "$pid" 2>/dev/null || true
    done
    wait 2>/dev/null || true
    ip netns list 2>/dev/null | awk -v prefix="$unique-" 'index($1, prefix) == 1 { print $1 }' |
        while read -r pid; do ip netns del "$pid"; done
    if [[ $status -ne 0 || $failures -ne 0 ]]; then
        for pid in "$work"/*.log; do
            [[ ! -s $pid ]] || { printf -- '--- %s\n' "${pid##*/}" && tail -n 30 "$pid"; } >&2
        done
    fi
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# start LOG COMMAND...: in the background, to be ended with the check; its pid is ${started[-1]}.
start() {
    local log="$work/$1.log"
    shift
    "$@" >>"$log" 2>&1 &
    started+=($!)
}

# within NAMESPACE COMMAND...
within() {
    local where=$1
    shift
    ip netns exec "$unique-$where" "$@"
}

# await SECONDS COMMAND...: until it succeeds; fails after that time.
await() {
    local limit=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [[ $SECONDS -lt $limit ]] || return 1
        sleep 0.2
    done
}

is_listening() { "${runner[@]}" ss -Hln "$1" "sport = :$2" | grep -q .; }

# start_collector CONFIG KIND PORT [NAMESPACE]: returns once it listens there (KIND -u or -t).
start_collector() {
    runner=()
    [[ $# -lt 4 ]] || runner=(ip netns exec "$unique-$4")
    start collector "${runner[@]}" "$peerage" collect --config "$1"
    collector=${started[-1]}
    await 30 is_listening "$2" "$3" || fail "the collector does not listen on port $3 after 30 s"
}

# Ends the collector as an operator would; it must drain and exit 0.
stop_collector() {
    local status=0
    kill -TERM "$collector"
    wait "$collector" || status=$?
    expect "the collector drains and exits by SIGTERM" 0 "$status"
}

finish() { [[ $failures -eq 0 ]]; }
