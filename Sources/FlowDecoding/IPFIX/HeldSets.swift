// SPDX-License-Identifier: Apache-2.0

import Model

/// A Data Set whose template has not come yet.
struct HeldSet {
    let context: MessageContext
    let id: UInt16
    /// Where the set's records begin, in octets from the start of the UDP payload.
    let offset: Int
    /// The records, after ``padding`` octets.
    let octets: [UInt8]

    /// Octets of zero before the records, as a message header is before those of a datagram: what
    /// reads them reads backwards from their ends.
    static let padding = 16

    /// What it is counted as when the template never comes.
    var problem: DecodingProblem {
        DecodingProblem(.unknownTemplate, subject: "Data Set", offset: offset - 4)
    }

    /// What holding it is charged with, in octets: its own, and those of keeping it.
    var cost: Int { octets.count - Self.padding + 128 }
}

/// The Data Sets of one exporter that wait for their template, oldest first.
struct HeldSets {
    private var sets: [HeldSet] = []
    private(set) var octets = 0

    var count: Int { sets.count }

    /// Whether a set may be here whose identifier modulo 64 is among `ids`.
    func mayHold(_ ids: UInt64) -> Bool { sets.contains { ids >> UInt64($0.id & 63) & 1 == 1 } }

    /// Puts a set aside; returns the older ones that had to go for it.
    mutating func hold(_ set: HeldSet, limit: Int) -> [HeldSet] {
        var kept = 0
        while kept < sets.count, octets + set.cost > limit {
            octets -= sets[kept].cost
            kept += 1
        }
        let dropped = Array(sets[..<kept])
        sets.removeFirst(kept)
        guard octets + set.cost <= limit else { return dropped + [set] }
        octets += set.cost
        sets.append(set)
        return dropped
    }

    /// Takes out the sets that arrived before `time`, in nanoseconds since 1970-01-01 00:00 UTC.
    mutating func expired(before time: Int64) -> [HeldSet] {
        take { $0.context.arrival < time }
    }

    /// Whether the oldest set arrived before `time`.
    func areExpired(before time: Int64) -> Bool {
        !sets.isEmpty && sets[0].context.arrival < time
    }

    /// Takes out the sets that `isWanted`.
    mutating func take(_ isWanted: (HeldSet) -> Bool) -> [HeldSet] {
        var wanted: [HeldSet] = []
        var others: [HeldSet] = []
        for set in sets {
            if isWanted(set) { wanted.append(set) } else { others.append(set) }
        }
        sets = others
        octets = others.reduce(0) { $0 + $1.cost }
        return wanted
    }
}
