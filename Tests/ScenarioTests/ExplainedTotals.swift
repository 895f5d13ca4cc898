// SPDX-License-Identifier: Apache-2.0

import Accounting
import Attribution
import Collector
import FlowDecoding
import Model
import Routing
import Settings
import Storage
import Wire

/// Adds up what `explain` says of every record, to be compared with what was accounted.
///
/// Octets by outcome ("egress", "unattributedIn orientation"), and of posted sides by interconnect,
/// direction, peer and rung ("transit-1 egress AS64510 interface").
struct ExplainedTotals: ~Copyable {
    private(set) var octets: [String: UInt64] = [:]
    /// Whether the inventory was corrected, so that reports judge by another one.
    private(set) var isCorrected = false
    private var settings: Settings
    private var attributor: Attributor
    private var decoder = FlowDecoder(
        holdsData: true,
        dropsDuplicates: true,
        totals: .increments
    )
    private var batch = FlowBatch()
    private var exporters: [UInt16] = []

    init(_ settings: Settings, _ feed: RouteFeed) {
        self.settings = settings
        attributor = Self.attributor(settings, feed)
    }

    private static func attributor(_ settings: Settings, _ feed: RouteFeed) -> Attributor {
        Attributor(
            inventory: settings.inventory,
            viewLists: CollectorComponents.viewLists(settings.inventory, feed),
            reader: feed.table.makeReader()
        )
    }

    /// Goes on with another inventory, as the pipeline does.
    mutating func correct(_ settings: Settings, _ feed: RouteFeed) {
        self.settings = settings
        attributor = Self.attributor(settings, feed)
        decoder = FlowDecoder(
            holdsData: true,
            dropsDuplicates: true,
            totals: .increments
        )
        isCorrected = true
        octets = octets.filter { !$0.key.contains("AS") }
    }

    /// Takes one datagram, at accounting time in seconds.
    mutating func take(_ octets: [UInt8], from address: IPAddress, at time: Int64) {
        take(
            Datagram(
                exporter: address,
                port: 2055,
                arrival: time * 1_000_000_000,
                octets: WireReader(octets.span, as: "scenario").octets
            )
        )
    }

    mutating func take(_ datagram: borrowing Datagram) {
        let directory = ExporterDirectory(settings.inventory)
        guard let exporter = directory.index(of: datagram) else { return }
        _ = decoder.decode(datagram, into: &batch)
        while exporters.count < batch.records.count { exporters.append(exporter) }
    }

    mutating func finishBatch() {
        let explained = attributor.explain(
            batch,
            exporters: exporters,
            wanted: Set(batch.records.indices),
            slotSeconds: settings.slotSeconds
        )
        for (_, explanation) in explained { add(explanation) }
        batch.removeAll()
        exporters = []
    }

    private mutating func add(_ explanation: RecordExplanation) {
        guard let posting = explanation.posting else { return }
        for side in [explanation.ingress, explanation.egress] {
            let isIn = side.direction == .ingress
            let outcome =
                switch side.outcome {
                case .posted: isIn ? "ingress" : "egress"
                case .inside: isIn ? "originated" : "terminated"
                case .carried: isIn ? "carriedIn" : "carriedOut"
                case .countedElsewhere: isIn ? "countedElsewhereIn" : "countedElsewhereOut"
                case .discarded: "discarded"
                case .unattributed(let reason): "unattributed\(isIn ? "In" : "Out") \(reason.word)"
                case nil: "none"
                }
            count(posting.measure.octets, outcome)
            guard let evidence = side.evidence, !isCorrected else { continue }
            var place = ""
            if case .interconnect(let index) = side.standing {
                place = settings.inventory.interconnects[index].id
            }
            count(
                posting.measure.octets,
                Self.name(place, isIn, evidence.peer, evidence.rung)
            )
        }
    }

    private mutating func count(_ octets: UInt64, _ name: String) {
        Self.count(octets, name, in: &self.octets)
    }

    private static func count(_ octets: UInt64, _ name: String, in all: inout [String: UInt64]) {
        if octets > 0 { all[name, default: 0] += octets }
    }

    private static func name(
        _ interconnect: String,
        _ isIn: Bool,
        _ peer: ASN,
        _ rung: Rung
    ) -> String {
        "\(interconnect) \(isIn ? "ingress" : "egress") \(peer) \(rung.word)"
    }

    /// The same of what a store holds; without an inventory, only by outcome.
    static func accounted(
        _ store: any VolumeStore,
        inventory: Inventory?
    ) async throws -> [String: UInt64] {
        var octets: [String: UInt64] = [:]
        for row in try await store.ledgers(in: Int64.min..<Int64.max) {
            let ledger = row.ledger
            count(ledger.ingressOctets, "ingress", in: &octets)
            count(ledger.originatedOctets, "originated", in: &octets)
            count(ledger.carriedInOctets, "carriedIn", in: &octets)
            count(ledger.countedElsewhereInOctets, "countedElsewhereIn", in: &octets)
            count(ledger.egressOctets, "egress", in: &octets)
            count(ledger.terminatedOctets, "terminated", in: &octets)
            count(ledger.carriedOutOctets, "carriedOut", in: &octets)
            count(ledger.discardedOctets, "discarded", in: &octets)
            count(ledger.countedElsewhereOutOctets, "countedElsewhereOut", in: &octets)
            for (reason, sum) in ledger.unattributedInOctets {
                count(sum, "unattributedIn \(reason.word)", in: &octets)
            }
            for (reason, sum) in ledger.unattributedOutOctets {
                count(sum, "unattributedOut \(reason.word)", in: &octets)
            }
        }
        guard let inventory else { return octets }
        let resolver = FactResolver(inventory: inventory)
        for fact in try await store.neighborFacts(in: Int64.min..<Int64.max) {
            guard let volume = resolver.resolve(fact) else { continue }
            let place = volume.interconnect.map { inventory.interconnects[$0].id } ?? ""
            let isIn = volume.direction == .ingress
            let name = name(place, isIn, volume.peerAS, volume.rung)
            count(volume.measure.octets, name, in: &octets)
        }
        return octets
    }
}
