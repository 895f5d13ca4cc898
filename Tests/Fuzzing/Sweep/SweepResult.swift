// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What a sweep found: how many cases, and the worst of them.
struct SweepResult {
    /// What was changed of which datagram.
    struct Case: CustomStringConvertible {
        var seed: UInt64 = 0
        var change = Change.none

        var description: String { "seed \(seed), \(change)" }
    }

    enum Change: CustomStringConvertible {
        case none
        case bit(Int)
        case cut(Int)
        case word(Int, UInt16)

        var description: String {
            switch self {
            case .none: "unchanged"
            case .bit(let bit): "bit \(bit % 8) of octet \(bit / 8)"
            case .cut(let length): "cut to \(length) octets"
            case .word(let place, let value): "octets \(place), \(place + 1) set to \(value)"
            }
        }
    }

    var cases = 0
    var failures = 0
    /// Cases that were over the time limit when measured first, and not when measured again.
    var disturbed = 0
    private(set) var slowest: (nanoseconds: UInt64, what: Case) = (0, Case())
    private(set) var largest: (octets: UInt64, what: Case) = (0, Case())

    mutating func add(_ nanoseconds: UInt64, _ octets: UInt64, _ what: Case) {
        cases += 1
        if nanoseconds > slowest.nanoseconds { slowest = (nanoseconds, what) }
        if octets > largest.octets { largest = (octets, what) }
        guard nanoseconds > Sweep.timeLimit || octets > Sweep.memoryLimit else { return }
        failures += 1
        if failures <= 20 { print("over the limit: \(what): \(nanoseconds) ns, \(octets) octets") }
    }

    mutating func add(_ other: SweepResult) {
        cases += other.cases
        failures += other.failures
        disturbed += other.disturbed
        if other.slowest.nanoseconds > slowest.nanoseconds { slowest = other.slowest }
        if other.largest.octets > largest.octets { largest = other.largest }
    }

    func show(_ name: String) {
        print(
            """
            \(name): \(cases) cases; slowest \(slowest.nanoseconds / 1_000) us (\(slowest.what)); \
            most memory \(largest.octets) octets (\(largest.what)); measured again \(disturbed)
            """
        )
        fflush(nil)
    }
}
