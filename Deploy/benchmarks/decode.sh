# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Measures the flow decoders; to be sourced by Deploy/bench.
#
#     Deploy/bench decode [CASE...]           nanoseconds a record: a line of JSON each, best and
#                                             median of 9 rounds, beside the goal where there is
#                                             one; and allocations a datagram, which should be 0
#     Deploy/bench decode --gate [CASE...]      instructions a record, under callgrind, beside the
#                                               committed ones: the status is 1 where one is 10 % more
#     Deploy/bench decode --record [CASE...]    commits to the instructions of this build
#
#     ipfix16x23  v9-16x23    23 records of 16 fields, IPFIX and NetFlow version 9
#     turns6                  six templates in turn, 24 records of one in each datagram: reduced sizes,
#                             IPv6, layer 2, two with a value of variable length
#     mixed6                  the same templates, 4 records of each in every datagram
#     v5x30  sflow-raw        NetFlow version 5; seven samples of 128 octets of a packet
#     biflow                  records of two directions (RFC 5103)
#     ipfix16x23-watched      ipfix16x23 with the watch for duplicates, as the collector has it
#
# Times are of this machine at this hour; instructions are of the program, and hardly differ between
# machines: they are what the gate is for. The committed ones are in
# Tests/Benchmarks/decode.instructions. DECODEBENCH names another binary than the release build's.
readonly tolerance=10 # per cent
readonly committed=$root/Tests/Benchmarks/decode.instructions
all_cases="ipfix16x23 v9-16x23 v5x30 sflow-raw turns6 mixed6 biflow ipfix16x23-watched"

# counted CASE DATAGRAMS: instructions of a whole run, and its records.
counted() {
    local log records instructions
    log=$(mktemp)
    records=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        "$DECODEBENCH" --count "$2" "$1" 2>"$log") || {
        cat "$log" >&2
        fail "callgrind could not run $1"
    }
    instructions=$(sed -n 's/.*Collected : *\([0-9]*\).*/\1/p' "$log" | tail -n 1)
    rm -f "$log"
    printf '%s %s\n' "${instructions:?callgrind did not count}" "$records"
}

# per_record CASE: of two runs the difference, so that what a run costs once does not count.
per_record() {
    local few few_records many many_records
    read -r few few_records < <(counted "$1" 128)
    read -r many many_records < <(counted "$1" 1152)
    printf '%s\n' $(((many - few) / (many_records - few_records)))
}

decode_gate() {
    local mode=$1 name now then ratio status=0
    shift
    for name in "$@"; do
        now=$(per_record "$name")
        then=$(awk -v name="$name" '$1 == name { print $2 }' "$committed" 2>/dev/null || true)
        if [[ $mode == record ]]; then
            {
                grep -v "^$name " "$committed" 2>/dev/null || true
                printf '%s %s\n' "$name" "$now"
            } | sort >"$committed.new"
            mv "$committed.new" "$committed"
            say "$name: $now instructions a record${then:+, $then before}"
            continue
        fi
        [[ -n $then ]] || fail "there is no committed figure for $name: Deploy/bench decode --record $name"
        ratio=$(awk -v now="$now" -v before="$then" 'BEGIN { printf "%.2f", now / before }')
        printf '{"name":"decode/%s","value":%s,"unit":"instructions/record",' "$name" "$now"
        printf '"reference":"committed","referenceValue":%s,"ratio":%s}\n' "$then" "$ratio"
        if ((now * 100 > then * (100 + tolerance))); then
            say "$name: $now instructions a record, $then committed: more than $tolerance % above"
            status=1
        elif ((now * 100 < then * (100 - tolerance))); then
            say "$name: faster than committed; Deploy/bench decode --record $name holds it"
        fi
    done
    return "$status"
}

# bench_decode [--gate|--record] [CASE...]
bench_decode() {
    local mode=time cases=()
    while [[ $# -gt 0 ]]; do
        case $1 in
            --gate) mode=gate ;;
            --record) mode=record ;;
            *)
                [[ " $all_cases " == *" $1 "* ]] ||
                    fail "there is no case '$1': one of $all_cases"
                cases+=("$1")
                ;;
        esac
        shift
    done
    [[ ${#cases[@]} -gt 0 ]] || read -r -a cases <<<"$all_cases"
    if [[ $mode != time ]] && ! command -v valgrind >/dev/null; then
        # shellcheck disable=SC2086
        install_packages $bench_packages
    fi
    [[ -n ${DECODEBENCH:-} ]] || DECODEBENCH=$(build_benchmark decodebench)
    if [[ $mode == time ]]; then
        "$DECODEBENCH" "${cases[@]}"
    else
        decode_gate "$mode" "${cases[@]}"
    fi
}
