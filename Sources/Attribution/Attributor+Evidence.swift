// SPDX-License-Identifier: Apache-2.0

import Model
import Routing

// What is kept of a posted side: the raw evidence of who was beyond it.

extension Attributor {
    mutating func addEvidence(
        _ side: PendingSide,
        match: RouteMatch,
        of batch: FlowBatch,
        to posting: inout Posting
    ) {
        let outcome = side.direction == .ingress ? posting.ingress : posting.egress
        guard case .posted(var key) = outcome else { return }
        let record = batch.records[side.record]
        let isIngress = side.direction == .ingress
        let wasObservedHere = side.observed == nil || side.observed == side.direction
        addLinkEvidence(record, isIngress: isIngress, wasObservedHere, to: &key)
        addExportedEvidence(record, isIngress: isIngress, of: batch, to: &key)

        let hasFarAddress = record.has(isIngress ? .source : .destination)
        let farAddress = isIngress ? record.source : record.destination
        if hasFarAddress, let number = staticPrefixes.longest(around: farAddress) {
            key.staticPrefix = UInt16(clamping: number + 1)
        }
        var prefix: IPPrefix?
        if hasFarAddress, !match.isNone {
            prefix = addRouteEvidence(match, time: posting.end, isIngress: isIngress, to: &key)
        }
        judge(&key, time: posting.end)
        if isIngress {
            posting.ingress = .posted(key)
            posting.ingressPrefix = prefix
        } else {
            posting.egress = .posted(key)
            posting.egressPrefix = prefix
        }
    }

    /// VLAN and MAC address, which belong to the link where the packet was observed.
    private func addLinkEvidence(
        _ record: FlowRecord,
        isIngress: Bool,
        _ wasObservedHere: Bool,
        to key: inout PostingKey
    ) {
        if wasObservedHere, record.has(.vlan) { key.vlan = record.vlan & 0xfff }
        if isIngress {
            if wasObservedHere, record.has(.sourceMAC) { key.remoteMAC = record.sourceMAC }
        } else if record.has(.postDestinationMAC) {
            key.remoteMAC = record.postDestinationMAC
        } else if wasObservedHere, record.has(.destinationMAC) {
            key.remoteMAC = record.destinationMAC
        }
    }

    /// What the exporter says of ASes and next hops.
    private mutating func addExportedEvidence(
        _ record: FlowRecord,
        isIngress: Bool,
        of batch: FlowBatch,
        to key: inout PostingKey
    ) {
        let meaning = directory.inventory.exporters[Int(key.exporter)].asFields
        if record.has(isIngress ? .sourcePeerAS : .destinationPeerAS) {
            key.exportedPeerAS = isIngress ? record.sourcePeerAS : record.destinationPeerAS
        } else if meaning == .peer {
            key.exportedPeerAS = isIngress ? record.sourceAS : record.destinationAS
        }
        if meaning == .origin { key.originAS = isIngress ? record.sourceAS : record.destinationAS }
        guard !isIngress else { return }
        // All zeros is how exporters say that there is none: a connected route, or no BGP route.
        if record.has(.bgpNextHop), record.bgpNextHop.bits != 0 {
            key.nextHop = record.bgpNextHop
            key.flags.insert(.hasNextHop)
        } else if record.has(.nextHop), record.nextHop.bits != 0 {
            key.nextHop = record.nextHop
            key.flags.insert(.hasNextHop)
        }
        if record.has(.asPath), record.asPath.count > 0 {
            key.asPath = exportedPaths.id(of: batch.words[record.asPath.range])
        }
    }

    /// What our table says of the far address, by the route of the record's own time.
    private func addRouteEvidence(
        _ match: RouteMatch,
        time: Int64,
        isIngress: Bool,
        to key: inout PostingKey
    ) -> IPPrefix? {
        let named = key.flags.contains(.hasNextHop) && !isIngress ? key.nextHop : nil
        guard let route = reader.route(of: match, nextHop: named, at: time) else { return nil }
        key.flags.insert(.hasRoute)
        if route.isStale { key.flags.insert(.routeIsStale) }
        key.routeSource = route.source.rawValue
        key.routePeerAS = route.neighborAS
        if route.originAS != .zero { key.originAS = route.originAS }
        key.asPath = route.asPath.rawValue
        if !isIngress, named == nil, let nextHop = route.nextHop {
            key.nextHop = nextHop
            key.flags.formUnion([.hasNextHop, .nextHopIsFromRoute])
        }
        return route.prefix
    }

    /// Marks a key that no rung can name a peer for, and one that is transit, as of now.
    private func judge(_ key: inout PostingKey, time: Int64) {
        let (question, _) = question(about: key, time: time / 1_000_000_000)
        if question.interconnect?.relationship == .transit { key.flags.insert(.isTransit) }
        let ladder = Ladder.of(key.direction)
        if ladder.climb(question).rung == .unknown { key.flags.insert(.isUnknownNeighbor) }
    }

    /// What the rungs are asked of a posted side, and what its interface is.
    ///
    /// Time is in seconds since 1970-01-01 00:00 UTC.
    func question(
        about key: PostingKey,
        time: Int64
    ) -> (LadderQuestion, InterfaceDirectory.Standing) {
        var interconnect: Interconnect?
        let standing = directory.standing(
            of: key.interface,
            at: key.exporter,
            vlan: key.vlan,
            time: time
        )
        if case .interconnect(let index) = standing {
            interconnect = directory.inventory.interconnects[index]
        }
        let question = LadderQuestion(
            interconnect: interconnect,
            exchange: interconnect?.exchange.flatMap { exchanges[$0] },
            remoteMAC: key.remoteMAC,
            nextHop: key.flags.contains(.hasNextHop) ? key.nextHop : nil,
            staticPrefix: key.staticPrefix == 0
                ? nil : staticPrefixList[Int(key.staticPrefix) - 1],
            exportedPeerAS: key.exportedPeerAS,
            routePeerAS: key.routePeerAS
        )
        return (question, standing)
    }
}
