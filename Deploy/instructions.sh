# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# How benchmarks of one program are run: their times, or their instructions a record under callgrind
# beside committed ones; to be sourced by those of Deploy/benchmarks that do so.
readonly tolerance=10 # per cent

# counted CASE COUNT: instructions of a whole run, and its records.
counted() {
    local log records instructions
    log=$(mktemp)
    records=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        "$binary" --count "$2" "$1" 2>"$log") || {
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
    read -r few few_records < <(counted "$1" "$few_runs")
    read -r many many_records < <(counted "$1" "$many_runs")
    printf '%s\n' $(((many - few) / (many_records - few_records)))
}

# gate MODE CASE...: compares with what is committed, or commits.
gate() {
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
        [[ -n $then ]] || fail "there is no committed figure for $name: Deploy/bench $benchmark --record $name"
        ratio=$(awk -v now="$now" -v before="$then" 'BEGIN { printf "%.2f", now / before }')
        printf '{"name":"%s/%s","value":%s,"unit":"instructions/record",' \
            "$benchmark" "$name" "$now"
        printf '"reference":"committed","referenceValue":%s,"ratio":%s}\n' "$then" "$ratio"
        if ((now * 100 > then * (100 + tolerance))); then
            say "$name: $now instructions a record, $then committed: more than $tolerance % above"
            status=1
        elif ((now * 100 < then * (100 - tolerance))); then
            say "$name: faster than committed; Deploy/bench $benchmark --record $name holds it"
        fi
    done
    return "$status"
}

# bench_instructions [--gate|--record] [CASE...], by what the caller has set: benchmark, all_cases,
# binary (empty for the release build's), few_runs and many_runs, two lengths of a run.
bench_instructions() {
    local mode=time cases=()
    readonly committed=$root/Tests/Benchmarks/$benchmark.instructions
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
    [[ -n $binary ]] || binary=$(build_benchmark "${benchmark}bench")
    if [[ $mode == time ]]; then
        "$binary" "${cases[@]}"
    else
        gate "$mode" "${cases[@]}"
    fi
}
