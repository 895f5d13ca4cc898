// SPDX-License-Identifier: Apache-2.0

import Model
import Routing

@testable import Attribution

/// The rules of attribution, as plainly as they can be written: lists are searched from the front,
/// names are compared as names, one record after the other.
///
/// Only sampling rates, times and route lookups are those of the collector, which have tests of
/// their own.
struct PlainAttribution: ~Copyable {
    let inventory: Inventory
    let views: [ViewList]
    let reader: RoutingTableReader
    private var seen: [String: Set<Direction>] = [:]
    private var paths: [[UInt32]] = []
    private(set) var mismatches = 0

    init(_ inventory: Inventory, _ views: [ViewList], _ reader: consuming RoutingTableReader) {
        self.inventory = inventory
        self.views = views
        self.reader = reader
    }

    mutating func postings(of batch: FlowBatch, from exporters: [Int]) -> [Posting?] {
        for (record, exporter) in zip(batch.records, exporters) { note(record, exporter) }
        return zip(batch.records, exporters).map { record, exporter in
            record.has(.octets) ? posting(of: record, exporter, batch) : nil
        }
    }

    // MARK: Sides

    private mutating func posting(
        of record: FlowRecord,
        _ exporter: Int,
        _ batch: FlowBatch
    ) -> Posting? {
        let traits = ExporterTraits(inventory.exporters[exporter])
        let (rate, source) = Scaling.rate(of: record, from: traits)
        guard let measure = Scaling.measure(record, at: rate) else { return nil }
        let times = RecordTimes(record)
        var posting = Posting(
            exporter: UInt16(exporter),
            start: times.start,
            end: times.end,
            isClamped: times.isClamped,
            measure: measure,
            ingress: .inside,
            egress: .inside
        )
        posting.isConverted = Scaling.octets(of: record).isConverted
        let (ingress, egress, observed) = sides(of: record, exporter)
        func key(_ interface: UInt32, _ direction: Direction) -> PostingKey {
            var key = PostingKey(
                exporter: UInt16(exporter),
                interface: interface,
                direction: direction,
                family: record.family
            )
            key.rate = rate
            key.rateSource = source
            return key
        }
        posting.ingress = outcome(ingress, .ingress, observed, exporter)
        if case .posted(let found) = posting.ingress {
            var key = key(found.interface, .ingress)
            posting.ingressPrefix = addEvidence(record, observed, times.end, batch, to: &key)
            posting.ingress = .posted(key)
        }
        posting.egress = outcome(egress, .egress, observed, exporter)
        if case .posted(let found) = posting.egress {
            var key = key(found.interface, .egress)
            posting.egressPrefix = addEvidence(record, observed, times.end, batch, to: &key)
            posting.egress = .posted(key)
        }
        return posting
    }

    private func sides(
        of record: FlowRecord,
        _ exporter: Int
    ) -> (Orientation.Side, Orientation.Side, observed: Direction?) {
        let input = record.has(.ingressInterface) ? record.ingressInterface : 0
        let output = record.has(.egressInterface) ? record.egressInterface : 0
        let isFromUs = record.has(.source) && isOurs(record.source)
        let isToUs = record.has(.destination) && isOurs(record.destination)
        let observed = observedDirection(record, exporter)
        let absent = Orientation.Side.unattributed(.interfaceAbsent)
        let ingress = input != 0 ? .interface(input) : isFromUs ? Orientation.Side.inside : absent
        switch record.egressKind {
        case .local: return (ingress, .inside, observed)
        case .discarded: return (ingress, .discarded, observed)
        case .multiple: return (ingress, .unattributed(.multiple), observed)
        case .interface: break
        }
        if input != output {
            let egress =
                output != 0 ? .interface(output) : isToUs ? Orientation.Side.inside : absent
            return (ingress, egress, input == 0 || output == 0 ? nil : observed)
        }
        if isToUs && !isFromUs { return (.interface(input), .inside, nil) }
        if isFromUs && !isToUs { return (.inside, .interface(input), nil) }
        switch record.direction {
        case .ingress: return (.interface(input), .inside, nil)
        case .egress: return (.inside, .interface(input), nil)
        case .unknown: return (.unattributed(.orientation), .unattributed(.orientation), nil)
        }
    }

    private func isOurs(_ address: IPAddress) -> Bool {
        inventory.network.prefixes.contains { $0.contains(address) }
    }

    private func outcome(
        _ side: Orientation.Side,
        _ direction: Direction,
        _ observed: Direction?,
        _ exporter: Int
    ) -> SideOutcome {
        let interface: UInt32
        switch side {
        case .inside: return .inside
        case .discarded: return .discarded
        case .unattributed(let reason): return .unattributed(reason)
        case .interface(let number): interface = number
        }
        if let observed, observes(direction, interface, exporter) != (observed == direction) {
            return .countedElsewhere
        }
        let posted = SideOutcome.posted(
            PostingKey(exporter: 0, interface: interface, direction: direction, family: .other)
        )
        let name = inventory.exporters[exporter].name
        let isUsed = inventory.interconnects.contains { interconnect in
            interconnect.interfaces.contains { $0.exporter == name && $0.index == interface }
        }
        if isUsed { return posted }
        let role = declared(interface, exporter)?.role
        switch role ?? inventory.exporters[exporter].otherInterfaces {
        case .internal: return .inside
        case .backbone: return .carried
        case .unknown: return posted
        }
    }

    private func declared(_ interface: UInt32, _ exporter: Int) -> Exporter.Interface? {
        inventory.exporters[exporter].interfaces.last { $0.index == interface }
    }

    // MARK: Observation

    private mutating func note(_ record: FlowRecord, _ exporter: Int) {
        switch record.direction {
        case .unknown: return
        case .ingress: note(.ingress, record.ingressInterface, exporter)
        case .egress: note(.egress, record.egressInterface, exporter)
        }
    }

    private mutating func note(_ direction: Direction, _ interface: UInt32, _ exporter: Int) {
        seen["\(exporter)", default: []].insert(direction)
        seen["\(exporter) \(interface)", default: []].insert(direction)
    }

    private func observes(_ direction: Direction, _ interface: UInt32, _ exporter: Int) -> Bool {
        switch declared(interface, exporter)?.observes ?? inventory.exporters[exporter].observes {
        case .both: return true
        case .ingress: return direction == .ingress
        case .egress: return direction == .egress
        case .automatic:
            let usual: Direction = seen["\(exporter)"] == [.egress] ? .egress : .ingress
            return (seen["\(exporter) \(interface)"] ?? [usual]).contains(direction)
        }
    }

    private func observedDirection(_ record: FlowRecord, _ exporter: Int) -> Direction {
        switch record.direction {
        case .ingress: return .ingress
        case .egress: return .egress
        case .unknown: break
        }
        if observes(.ingress, record.ingressInterface, exporter) { return .ingress }
        return observes(.egress, record.egressInterface, exporter) ? .egress : .ingress
    }

    // MARK: Evidence

    private mutating func addEvidence(
        _ record: FlowRecord,
        _ observed: Direction?,
        _ time: Int64,
        _ batch: FlowBatch,
        to key: inout PostingKey
    ) -> IPPrefix? {
        let isIn = key.direction == .ingress
        let isHere = observed == nil || observed == key.direction
        if isHere, record.has(.vlan) { key.vlan = record.vlan & 0xfff }
        let before: MACAddress? =
            isIn
            ? (record.has(.sourceMAC) ? record.sourceMAC : nil)
            : (record.has(.destinationMAC) ? record.destinationMAC : nil)
        let after = !isIn && record.has(.postDestinationMAC) ? record.postDestinationMAC : nil
        key.remoteMAC = after ?? (isHere ? before : nil) ?? .zero

        let meaning = inventory.exporters[Int(key.exporter)].asFields
        let asn = isIn ? record.sourceAS : record.destinationAS
        if record.has(isIn ? .sourcePeerAS : .destinationPeerAS) {
            key.exportedPeerAS = isIn ? record.sourcePeerAS : record.destinationPeerAS
        } else if meaning == .peer {
            key.exportedPeerAS = asn
        }
        if meaning == .origin { key.originAS = asn }
        var named: IPAddress?
        if !isIn {
            let hops = [
                record.has(.bgpNextHop) ? record.bgpNextHop : nil,
                record.has(.nextHop) ? record.nextHop : nil,
            ]
            named = hops.compactMap { $0 }.first { $0.bits != 0 }
            if record.has(.asPath), record.asPath.count > 0 {
                key.asPath = number(of: Array(batch.words[record.asPath.range]))
            }
        }
        if let named {
            key.nextHop = named
            key.flags.insert(.hasNextHop)
        }
        var prefix: IPPrefix?
        if record.has(isIn ? .source : .destination) {
            let address = isIn ? record.source : record.destination
            key.staticPrefix = staticPrefix(around: address)
            prefix = addRoute(to: address, named, time, &key)
        }
        judge(&key, time / 1_000_000_000)
        return key.flags.contains(.isTransit) ? prefix : nil
    }

    private mutating func number(of path: [UInt32]) -> UInt32 {
        let number = paths.firstIndex(of: path) ?? paths.count
        if number == paths.count { paths.append(path) }
        return UInt32(number) | 1 << 31
    }

    private func staticPrefix(around address: IPAddress) -> UInt16 {
        let prefixes = inventory.staticPrefixes
        let around = prefixes.filter { $0.contains(address) }
        guard let longest = around.map(\.length).max(),
            let number = prefixes.firstIndex(where: { $0.contains(address) && $0.length == longest }
            )
        else { return 0 }
        return UInt16(number + 1)
    }

    private mutating func addRoute(
        to address: IPAddress,
        _ named: IPAddress?,
        _ time: Int64,
        _ key: inout PostingKey
    ) -> IPPrefix? {
        let match = reader.route(to: address, views: views[Int(key.exporter)])
        guard let route = reader.route(of: match, nextHop: named, at: time) else { return nil }
        if route.nextHopMismatch { mismatches += 1 }
        key.flags.insert(.hasRoute)
        if route.isStale { key.flags.insert(.routeIsStale) }
        key.routeSource = route.source.rawValue
        key.routePeerAS = peer(of: reader.asPath(route.asPath))
        if route.originAS != .zero { key.originAS = route.originAS }
        key.asPath = route.asPath.rawValue
        if key.direction == .egress, named == nil, let nextHop = route.nextHop {
            key.nextHop = nextHop
            key.flags.formUnion([.hasNextHop, .nextHopIsFromRoute])
        }
        return route.prefix
    }

    private func peer(of path: ASPath) -> ASN {
        let servers = inventory.exchanges.compactMap(\.routeServers?.asn)
        for segment in path.segments {
            switch segment.kind {
            case .confederationSequence, .confederationSet: continue
            case .set: return .zero
            case .sequence:
                let others = segment.members.filter {
                    !servers.contains($0) && !inventory.network.asns.contains($0)
                }
                if let first = others.first { return first }
            }
        }
        return .zero
    }
}
