// SPDX-License-Identifier: Apache-2.0

public import Model

/// What became of everything received in a period, in total, by exporter and, if asked, by slot.
public struct LedgerDocument: Equatable, Sendable {
    public private(set) var total = Part()
    /// By name; an empty name, last, for what belongs to no exporter.
    public let exporters: [(name: String, part: Part)]
    /// By start, in seconds since 1970-01-01 00:00 UTC; nil when not asked for.
    public let slots: [(start: Int64, part: Part)]?
    public let gaps: [Gap]

    /// A ledger, and beside it what is held apart.
    public struct Part: Equatable, Sendable {
        public var ledger = Ledger()
        /// Octets of exporters that are not adopted; in no other sum.
        public var quarantinedOctets: UInt64 = 0
        /// By estimate, what the records that never came stand for; in no other sum.
        public var missingOctets: UInt64 = 0

        /// Adds what counts, of an exporter whose ledger of all slots is `whole`.
        fileprivate mutating func add(_ ledger: Ledger, of whole: Ledger) {
            self.ledger += ledger
            // A slot of which nothing came was like the others.
            let like = ledger.records > 0 ? ledger : whole
            missingOctets.addSaturating(ledger.missingOctets(asIn: like))
        }

        /// Adds what is held apart: its datagrams count as refused.
        fileprivate mutating func hold(_ ledger: Ledger) {
            var refused = Ledger()
            refused.datagrams = ledger.datagrams
            if ledger.datagrams > 0 { refused.refused = [.quarantined: ledger.datagrams] }
            self.ledger += refused
            quarantinedOctets.addSaturating(ledger.receivedOctets)
        }
    }

    /// - Parameters:
    ///   - ledgers: What counts.
    ///   - held: Ledgers of exporters that are held apart until they are adopted.
    ///   - gaps: Times of which nothing is known.
    ///   - withSlots: Whether to tell slots apart.
    public init(
        ledgers: [LedgerFact],
        held: [LedgerFact] = [],
        gaps: [Gap],
        withSlots: Bool = false
    ) {
        var byExporter: [String: Part] = [:]
        var bySlot: [Int64: Part] = [:]
        var whole: [String: Ledger] = [:]
        for fact in ledgers where fact.ledger.missingRecords > 0 { whole[fact.exporter] = Ledger() }
        for fact in ledgers { whole[fact.exporter]? += fact.ledger }
        for fact in ledgers {
            let whole = whole[fact.exporter] ?? Ledger()
            total.add(fact.ledger, of: whole)
            byExporter[fact.exporter, default: Part()].add(fact.ledger, of: whole)
            if withSlots { bySlot[fact.slot, default: Part()].add(fact.ledger, of: whole) }
        }
        for fact in held {
            total.hold(fact.ledger)
            byExporter[fact.exporter, default: Part()].hold(fact.ledger)
            if withSlots { bySlot[fact.slot, default: Part()].hold(fact.ledger) }
        }
        exporters = byExporter.sorted { a, b in
            a.key.isEmpty != b.key.isEmpty ? b.key.isEmpty : a.key < b.key
        }.map { ($0.key, $0.value) }
        slots = withSlots ? bySlot.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } : nil
        self.gaps = gaps.sorted { a, b in (a.from, a.to, a.reason) < (b.from, b.to, b.reason) }
    }

    /// Whether every sum holds exactly, in total and in each part.
    public var isBalanced: Bool {
        total.ledger.isBalanced && exporters.allSatisfy(\.part.ledger.isBalanced)
            && (slots ?? []).allSatisfy(\.part.ledger.isBalanced)
    }

    /// Everything: totals, exporters, slots.
    public var json: JSONValue { .object(members) }

    var members: [JSONValue.Member] {
        var members = totalsMembers
        members.append(
            .init(
                "exporters",
                .array(
                    exporters.map { name, part in
                        let exporter = name.isEmpty ? JSONValue.null : .string(name)
                        return .object([.init("exporter", exporter)] + keys(of: part))
                    }
                )
            )
        )
        if let slots {
            let parts = slots.map { start, part in
                let slot = JSONValue.string(Timestamp.text(seconds: start))
                return JSONValue.object([.init("slot", slot)] + keys(of: part))
            }
            members.append(.init("slots", .array(parts)))
        }
        return members
    }

    /// The totals alone, as they stand in every report.
    var totalsJSON: JSONValue { .object(totalsMembers) }

    private var totalsMembers: [JSONValue.Member] {
        var members = keys(of: total).dropLast()
        let gaps = gaps.map { gap in
            [
                "from": .string(Timestamp.text(seconds: gap.from)),
                "to": .string(Timestamp.text(seconds: gap.to)),
                "reason": .string(gap.reason),
            ] as JSONValue
        }
        members.append(.init("gaps", .array(gaps)))
        members.append(.init("balanced", .bool(isBalanced)))
        return Array(members)
    }

    /// The keys of one ledger, `balanced` last.
    private func keys(of part: Part) -> [JSONValue.Member] {
        let ledger = part.ledger
        var members: [JSONValue.Member] = [
            .init("datagrams", .unsigned(ledger.datagrams)),
            .init("decoded", .unsigned(ledger.decoded)),
            .init("undecoded", Self.reasons(ledger.undecoded, \.word)),
            .init("refusedDatagrams", Self.reasons(ledger.refused, \.word)),
            .init("errors", Self.reasons(ledger.errors, \.word)),
            .init("records", .unsigned(ledger.records)),
            .init("receivedOctets", .unsigned(ledger.receivedOctets)),
        ]
        for line in LedgerLine.ingress + LedgerLine.egress {
            members.append(.init(line.key, line.json(ledger)))
        }
        members += [
            .init("unknownNeighborOctets", .unsigned(ledger.unknownNeighborOctets)),
            .init("clampedOctets", .unsigned(ledger.clampedOctets)),
            .init("convertedOctets", .unsigned(ledger.convertedOctets)),
            .init("quarantinedOctets", .unsigned(part.quarantinedOctets)),
            .init("kernelDrops", .unsigned(ledger.kernelDrops)),
        ]
        members += Self.missing(part)
        members.append(.init("balanced", .bool(ledger.isBalanced)))
        return members
    }

    /// What came twice, and what never came.
    private static func missing(_ part: Part) -> [JSONValue.Member] {
        let ledger = part.ledger
        let notSent: JSONValue = [
            "flows": .unsigned(ledger.notSentFlows),
            "packets": .unsigned(ledger.notSentPackets),
            "octets": .unsigned(ledger.notSentOctets),
        ]
        return [
            .init("sequenceLost", .unsigned(ledger.sequenceLost)),
            .init("duplicates", .unsigned(ledger.duplicates)),
            .init("lostRecords", .unsigned(ledger.lostRecords)),
            .init("samplesDropped", .unsigned(ledger.samplesDropped)),
            .init("samplesLost", .unsigned(ledger.samplesLost)),
            .init("notSent", notSent),
            .init("missingOctets", .unsigned(part.missingOctets)),
        ]
    }

    static func reasons<Reason: Comparable>(
        _ counts: [Reason: UInt64],
        _ word: (Reason) -> String
    ) -> JSONValue {
        let sorted = counts.filter { $0.value > 0 }.sorted { $0.key < $1.key }
        return .object(sorted.map { JSONValue.Member(word($0.key), .unsigned($0.value)) })
    }

    public static func == (a: LedgerDocument, b: LedgerDocument) -> Bool {
        a.json == b.json
    }
}

/// One outcome of a side of a record: its key, and its octets or its reasons.
struct LedgerLine: Sendable {
    var key: String
    /// "egress", as the terminal has it.
    var title: String
    var octets: @Sendable (Ledger) -> UInt64
    var reasons: (@Sendable (Ledger) -> [UnattributedReason: UInt64])?

    /// Sums to the octets received (DESIGN 3.4).
    static let ingress: [LedgerLine] = [
        .init("ingressOctets", "ingress") { $0.ingressOctets },
        .init("originatedOctets", "originated") { $0.originatedOctets },
        .init("carriedInOctets", "carried") { $0.carriedInOctets },
        .init("countedElsewhereInOctets", "counted elsewhere") { $0.countedElsewhereInOctets },
        .init(reasons: "unattributedInOctets") { $0.unattributedInOctets },
    ]

    /// Sums to the octets received, too.
    static let egress: [LedgerLine] = [
        .init("egressOctets", "egress") { $0.egressOctets },
        .init("terminatedOctets", "terminated") { $0.terminatedOctets },
        .init("carriedOutOctets", "carried") { $0.carriedOutOctets },
        .init("discardedOctets", "discarded") { $0.discardedOctets },
        .init("countedElsewhereOutOctets", "counted elsewhere") { $0.countedElsewhereOutOctets },
        .init(reasons: "unattributedOutOctets") { $0.unattributedOutOctets },
    ]

    private init(_ key: String, _ title: String, _ octets: @escaping @Sendable (Ledger) -> UInt64) {
        self.key = key
        self.title = title
        self.octets = octets
    }

    private init(
        reasons key: String,
        _ reasons: @escaping @Sendable (Ledger) -> [UnattributedReason: UInt64]
    ) {
        self.key = key
        title = "unattributed"
        octets = { reasons($0).values.reduce(0, &+) }
        self.reasons = reasons
    }

    func json(_ ledger: Ledger) -> JSONValue {
        guard let reasons else { return .unsigned(octets(ledger)) }
        return LedgerDocument.reasons(reasons(ledger), \.word)
    }
}
