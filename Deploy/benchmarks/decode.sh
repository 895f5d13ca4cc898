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
# shellcheck source=Deploy/instructions.sh
source "$root/Deploy/instructions.sh"

bench_decode() {
    benchmark=decode binary=${DECODEBENCH:-} few_runs=128 many_runs=1152 # datagrams
    all_cases="ipfix16x23 v9-16x23 v5x30 sflow-raw turns6 mixed6 biflow ipfix16x23-watched"
    bench_instructions "$@"
}
