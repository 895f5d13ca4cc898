// SPDX-License-Identifier: Apache-2.0

package import Model

extension Ledger {
    /// The plain counts, in the order in which back-ends store them.
    ///
    /// To add one: a row here, a column by migration. A test holds that the list is complete.
    package static let counters: [any WritableKeyPath<Ledger, UInt64> & Sendable] = [
        \.datagrams,
        \.decoded,
        \.records,
        \.receivedOctets,
        \.ingressOctets,
        \.originatedOctets,
        \.carriedInOctets,
        \.countedElsewhereInOctets,
        \.egressOctets,
        \.terminatedOctets,
        \.carriedOutOctets,
        \.discardedOctets,
        \.countedElsewhereOutOctets,
        \.unknownNeighborOctets,
        \.clampedOctets,
        \.kernelDrops,
        \.sequenceLost,
        \.duplicates,
        \.lostRecords,
        \.samplesDropped,
        \.samplesLost,
        \.notSentFlows,
        \.notSentPackets,
        \.notSentOctets,
        \.convertedOctets,
    ]

    /// The counts that are divided by reason.
    package enum ReasonKind: String, CaseIterable, Sendable {
        case undecoded, refused, errors, unattributedIn, unattributedOut
    }

    /// The counts of one kind by the word of their reason, in the order of the words.
    package func counts(of kind: ReasonKind) -> [(word: String, count: UInt64)] {
        let counts: [(word: String, count: UInt64)] =
            switch kind {
            case .undecoded: undecoded.map { ($0.key.word, $0.value) }
            case .refused: refused.map { ($0.key.word, $0.value) }
            case .errors: errors.map { ($0.key.word, $0.value) }
            case .unattributedIn: unattributedInOctets.map { ($0.key.word, $0.value) }
            case .unattributedOut: unattributedOutOctets.map { ($0.key.word, $0.value) }
            }
        return counts.sorted { $0.word < $1.word }
    }

    /// Sets the count of one kind and reason; false when no reason has that word.
    package mutating func set(_ kind: ReasonKind, word: String, to count: UInt64) -> Bool {
        switch kind {
        case .undecoded: Self.set(&undecoded, word: word, to: count, words: \.word)
        case .refused: Self.set(&refused, word: word, to: count, words: \.word)
        case .errors: Self.set(&errors, word: word, to: count, words: \.word)
        case .unattributedIn:
            Self.set(&unattributedInOctets, word: word, to: count, words: \.word)
        case .unattributedOut:
            Self.set(&unattributedOutOctets, word: word, to: count, words: \.word)
        }
    }

    private static func set<Reason: CaseIterable & Hashable>(
        _ counts: inout [Reason: UInt64],
        word: String,
        to count: UInt64,
        words: (Reason) -> String
    ) -> Bool {
        guard let reason = Reason.allCases.first(where: { words($0) == word }) else { return false }
        counts[reason] = count
        return true
    }

    /// The largest count of all.
    package var largestCount: UInt64 {
        let plain = Self.counters.map { self[keyPath: $0] }.max() ?? 0
        let divided = ReasonKind.allCases.map { kind in
            counts(of: kind).map(\.count).max() ?? 0
        }
        return max(plain, divided.max() ?? 0)
    }
}
