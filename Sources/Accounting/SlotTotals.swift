// SPDX-License-Identifier: Apache-2.0

import Model

/// What one worker has counted of one slot since it last handed over.
struct SlotTotals: Sendable {
    var facts = FlatTable<PostingKey, Measure>()
    var prefixes = FlatTable<PrefixPosting, Measure>()
    var ledgers = RecentTable<UInt16, Ledger>()

    /// Changes the ledger row of `exporter`.
    @inline(__always)
    mutating func changeLedger(of exporter: UInt16, _ change: (inout Ledger) -> Void) {
        change(&ledgers[ledgers.place(of: exporter, or: Ledger())])
    }

    /// Counts under `key`, which makes a row if it has none.
    mutating func count(_ measure: Measure, under key: PostingKey) {
        if let row = facts.row(of: key) {
            facts[row] += measure
        } else {
            facts.insert(key, measure)
        }
    }

    /// Counts under `key`, which makes a row if it has none.
    mutating func count(_ measure: Measure, under key: PrefixPosting) {
        if let row = prefixes.row(of: key) {
            prefixes[row] += measure
        } else {
            prefixes.insert(key, measure)
        }
    }

    /// Counts one slot's part of a double entry in its exporter's ledger row; the record itself
    /// counts where it ends.
    mutating func countInLedger(_ posting: borrowing Posting, _ octets: UInt64, isLast: Bool) {
        let place = ledgers.place(of: posting.exporter, or: Ledger())
        ledgers[place].count(posting, octets, isLast: isLast)
    }
}

extension Ledger {
    fileprivate mutating func count(
        _ posting: borrowing Posting,
        _ octets: UInt64,
        isLast: Bool
    ) {
        if isLast { records += 1 }
        receivedOctets += octets
        if posting.isClamped { clampedOctets += octets }
        if posting.isConverted { convertedOctets += octets }
        switch posting.ingress {
        case .posted(let key):
            ingressOctets += octets
            if key.flags.contains(.isUnknownNeighbor) { unknownNeighborOctets += octets }
        case .inside, .discarded: originatedOctets += octets
        case .carried: carriedInOctets += octets
        case .countedElsewhere: countedElsewhereInOctets += octets
        case .unattributed(let reason): unattributedInOctets[reason, default: 0] += octets
        }
        switch posting.egress {
        case .posted(let key):
            egressOctets += octets
            if key.flags.contains(.isUnknownNeighbor) { unknownNeighborOctets += octets }
        case .inside: terminatedOctets += octets
        case .carried: carriedOutOctets += octets
        case .countedElsewhere: countedElsewhereOutOctets += octets
        case .discarded: discardedOctets += octets
        case .unattributed(let reason): unattributedOutOctets[reason, default: 0] += octets
        }
    }
}

/// What transit prefixes are counted under.
struct PrefixPosting: Hashable, Sendable, FlatKey {
    var exporter: UInt16
    var interface: UInt32
    var direction: Direction
    var family: TrafficFamily
    var rate: SamplingRate
    var rateSource: SamplingSource
    var prefix: IPPrefix?

    init(_ key: PostingKey, prefix: IPPrefix?) {
        exporter = key.exporter
        interface = key.interface
        direction = key.direction
        family = key.family
        rate = key.rate
        rateSource = key.rateSource
        self.prefix = prefix
    }

    func hash(seed: UInt64) -> UInt64 {
        var hash = FlatHash(seed: seed)
        let kinds =
            UInt64(direction.rawValue) << 16 | UInt64(family.rawValue) << 8
            | UInt64(rateSource.rawValue)
        hash.combine(UInt64(exporter) << 48 | UInt64(interface), kinds)
        hash.combine(UInt64(rate.numerator), UInt64(rate.denominator))
        if let prefix {
            hash.combine(prefix.address.bits)
            hash.combine(UInt64(prefix.length) + 1, UInt64(prefix.family.rawValue))
        }
        return hash.value
    }
}
