# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Measures attribution and running totals; to be sourced by Deploy/bench.
#
#     Deploy/bench attribute [CASE...]             nanoseconds a record: a line of JSON each, and
#                                                  allocations a batch, which should be 0
#     Deploy/bench attribute --gate [CASE...]      instructions a record, under callgrind, beside the
#                                                  committed ones: the status is 1 where one is 10 %
#                                                  more
#     Deploy/bench attribute --record [CASE...]    commits to the instructions of this build
#
#     attribute-router  totals-router    IPFIX of eight routers, 12,500 prefixes in two views;
#                                        attribution alone, running totals alone
#     attribute-frames  totals-frames    sampled frames of switches at an exchange
#     worker-router     worker-frames    both, one after the other
#
# The committed figures are in Tests/Benchmarks/attribute.instructions. ATTRIBUTEBENCH names another
# binary than the release build's.
# shellcheck source=Deploy/instructions.sh
source "$root/Deploy/instructions.sh"

bench_attribute() {
    benchmark=attribute binary=${ATTRIBUTEBENCH:-} few_runs=2 many_runs=34 # batches
    all_cases="attribute-router totals-router worker-router"
    all_cases+=" attribute-frames totals-frames worker-frames"
    bench_instructions "$@"
}
