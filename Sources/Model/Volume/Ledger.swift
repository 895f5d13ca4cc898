// SPDX-License-Identifier: Apache-2.0

/// What became of everything received: datagrams, records and octets, each counted once.
///
/// Double entry (DESIGN 3.4): each record has two sides and each side exactly one outcome, so both
/// sides sum to ``receivedOctets`` in exact integers. All octets are scaled.
public struct Ledger: Equatable, Sendable {
    public var datagrams: UInt64 = 0
    public var decoded: UInt64 = 0
    /// Datagrams of which nothing could be read, by reason.
    public var undecoded: [DecodingReason: UInt64] = [:]
    public var refused: [RefusalReason: UInt64] = [:]
    /// Failed parts of datagrams that were otherwise read.
    public var errors: [DecodingReason: UInt64] = [:]

    public var records: UInt64 = 0
    public var receivedOctets: UInt64 = 0

    public var ingressOctets: UInt64 = 0
    public var originatedOctets: UInt64 = 0
    public var carriedInOctets: UInt64 = 0
    public var countedElsewhereInOctets: UInt64 = 0
    public var unattributedInOctets: [UnattributedReason: UInt64] = [:]

    public var egressOctets: UInt64 = 0
    public var terminatedOctets: UInt64 = 0
    public var carriedOutOctets: UInt64 = 0
    public var discardedOctets: UInt64 = 0
    public var countedElsewhereOutOctets: UInt64 = 0
    public var unattributedOutOctets: [UnattributedReason: UInt64] = [:]

    /// Octets inside ingress and egress for which no evidence named a neighbor.
    public var unknownNeighborOctets: UInt64 = 0
    /// Octets whose record gave an impossible time, counted at arrival instead.
    public var clampedOctets: UInt64 = 0
    /// Octets whose record counts layer-2 frames: what is left without their headers.
    public var convertedOctets: UInt64 = 0
    /// Datagrams the kernel dropped because the socket's buffer was full.
    public var kernelDrops: UInt64 = 0
    /// Lost by the exporter's own sequence numbers, in the protocol's unit.
    public var sequenceLost: UInt64 = 0
    /// Datagrams that came twice: of ``refused``, those refused for that.
    public var duplicates: UInt64 = 0
    /// Flow records lost on the way: counted where the protocol numbers them, else estimated.
    public var lostRecords: UInt64 = 0
    /// Samples that sFlow agents say they had to drop.
    public var samplesDropped: UInt64 = 0
    /// Samples missing by the numbers of their sources, in datagrams that were not lost.
    public var samplesLost: UInt64 = 0
    /// Flows that exporters say they could not send, and their packets and octets, unscaled.
    public var notSentFlows: UInt64 = 0
    public var notSentPackets: UInt64 = 0
    public var notSentOctets: UInt64 = 0

    public init() {}

    /// Records that would have been counted, had all of them arrived.
    public var missingRecords: UInt64 {
        var sum = lostRecords
        sum.addSaturating(samplesDropped)
        sum.addSaturating(samplesLost)
        return sum
    }

    /// What the missing records stand for, by estimate, if they are like those of `other`: octets,
    /// scaled.
    public func missingOctets(asIn other: Ledger) -> UInt64 {
        guard other.records > 0 else { return 0 }
        let product = missingRecords.multipliedFullWidth(by: other.receivedOctets)
        guard product.high < other.records else { return .max }
        return other.records.dividingFullWidth(product).quotient
    }

    /// Whether every sum holds exactly.
    public var isBalanced: Bool {
        let undecodedSum = undecoded.values.reduce(0, &+)
        let refusedSum = refused.values.reduce(0, &+)
        let inSum =
            ingressOctets &+ originatedOctets &+ carriedInOctets
            &+ countedElsewhereInOctets &+ unattributedInOctets.values.reduce(0, &+)
        let outSum =
            egressOctets &+ terminatedOctets &+ carriedOutOctets &+ discardedOctets
            &+ countedElsewhereOutOctets &+ unattributedOutOctets.values.reduce(0, &+)
        return datagrams == decoded &+ undecodedSum &+ refusedSum
            && inSum == receivedOctets && outSum == receivedOctets
    }

    public static func += (total: inout Ledger, part: Ledger) {
        total.datagrams.addSaturating(part.datagrams)
        total.decoded.addSaturating(part.decoded)
        total.undecoded.merge(part.undecoded, uniquingKeysWith: saturatingSum)
        total.refused.merge(part.refused, uniquingKeysWith: saturatingSum)
        total.errors.merge(part.errors, uniquingKeysWith: saturatingSum)
        total.records.addSaturating(part.records)
        total.receivedOctets.addSaturating(part.receivedOctets)
        total.ingressOctets.addSaturating(part.ingressOctets)
        total.originatedOctets.addSaturating(part.originatedOctets)
        total.carriedInOctets.addSaturating(part.carriedInOctets)
        total.countedElsewhereInOctets.addSaturating(part.countedElsewhereInOctets)
        total.unattributedInOctets.merge(part.unattributedInOctets, uniquingKeysWith: saturatingSum)
        total.egressOctets.addSaturating(part.egressOctets)
        total.terminatedOctets.addSaturating(part.terminatedOctets)
        total.carriedOutOctets.addSaturating(part.carriedOutOctets)
        total.discardedOctets.addSaturating(part.discardedOctets)
        total.countedElsewhereOutOctets.addSaturating(part.countedElsewhereOutOctets)
        total.unattributedOutOctets.merge(
            part.unattributedOutOctets,
            uniquingKeysWith: saturatingSum
        )
        total.unknownNeighborOctets.addSaturating(part.unknownNeighborOctets)
        total.clampedOctets.addSaturating(part.clampedOctets)
        total.convertedOctets.addSaturating(part.convertedOctets)
        total.kernelDrops.addSaturating(part.kernelDrops)
        total.sequenceLost.addSaturating(part.sequenceLost)
        total.duplicates.addSaturating(part.duplicates)
        total.lostRecords.addSaturating(part.lostRecords)
        total.samplesDropped.addSaturating(part.samplesDropped)
        total.samplesLost.addSaturating(part.samplesLost)
        total.notSentFlows.addSaturating(part.notSentFlows)
        total.notSentPackets.addSaturating(part.notSentPackets)
        total.notSentOctets.addSaturating(part.notSentOctets)
    }

    private static func saturatingSum(_ a: UInt64, _ b: UInt64) -> UInt64 {
        var sum = a
        sum.addSaturating(b)
        return sum
    }
}

/// Why a datagram was refused before decoding; a closed list.
public enum RefusalReason: UInt8, Hashable, Sendable, CaseIterable, Comparable {
    case unknownExporter = 0
    /// Inside the networks of `learn:`, but as many exporters as it allows are held already.
    case learnLimit = 1
    /// Received, and not read any more when the collector had to end.
    case shutdown = 3
    /// Held apart until its exporter is adopted; a report's word, no row's.
    case quarantined = 2
    /// Octet for octet one that came a moment before.
    case duplicate = 4

    /// The word in JSON output and metrics.
    public var word: String {
        switch self {
        case .duplicate: "duplicate"
        case .unknownExporter: "unknownExporter"
        case .learnLimit: "learnLimit"
        case .quarantined: "quarantined"
        case .shutdown: "shutdown"
        }
    }

    public static func < (a: RefusalReason, b: RefusalReason) -> Bool { a.word < b.word }
}

/// Why a side of a record could not be attributed to any interface; a closed list.
public enum UnattributedReason: UInt8, Hashable, Sendable, CaseIterable, Comparable {
    /// Input and output interface are equal or absent, and nothing says which way it went.
    case orientation = 0
    /// The output is several interfaces (sFlow).
    case multiple = 1
    /// The exporter named the interface of the other side only.
    case interfaceAbsent = 2

    /// The word in JSON output and metrics.
    public var word: String {
        switch self {
        case .orientation: "orientation"
        case .multiple: "multiple"
        case .interfaceAbsent: "interfaceAbsent"
        }
    }

    public static func < (a: UnattributedReason, b: UnattributedReason) -> Bool { a.word < b.word }
}
