// SPDX-License-Identifier: Apache-2.0

import Model
import Routing

// What is kept of a posted side: the raw evidence of who was beyond it.

extension Attributor {
    /// VLAN and MAC address, which belong to the link where the packet was observed.
    func addLinkEvidence(
        _ record: borrowing FlowRecord,
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
    mutating func addExportedEvidence(
        _ record: borrowing FlowRecord,
        isIngress: Bool,
        _ words: [UInt32],
        to key: inout PostingKey
    ) {
        let meaning = directory.exporters[Int(key.exporter)].asFields
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
            key.asPath = exportedPaths.id(of: words, in: record.asPath.range)
        }
    }
}

// MARK: - Routes

extension Attributor {
    /// What our table says of the far addresses of all sides, by the routes of the records' own
    /// times.
    mutating func findRoutes() {
        reader.routes(to: addresses, views: views, into: &matches)
        reader.paths(of: matches, nextHops: nextHops, times: times, into: &paths)
    }

    /// Completes the side of that index, and its posting with it.
    mutating func finish(_ index: Int, in postings: inout [Posting]) {
        var key = sides[index].key
        let path = paths[index]
        if !path.isNone {
            if path.nextHopMismatch { mismatches[Int(key.exporter)] &+= 1 }
            add(path, to: &key)
        }
        judge(&key, at: sides[index].interface, time: times[index])
        // Only what goes by transit is counted by prefix.
        let prefix =
            key.flags.contains(.isTransit) ? reader.prefix(of: path, at: times[index]) : nil
        let posting = sides[index].posting
        switch key.direction {
        case .ingress:
            postings[posting].ingress = .posted(key)
            postings[posting].ingressPrefix = prefix
        case .egress:
            postings[posting].egress = .posted(key)
            postings[posting].egressPrefix = prefix
        }
    }

    private func add(_ path: RoutePath, to key: inout PostingKey) {
        let namesNextHop = key.direction == .egress && key.flags.contains(.hasNextHop)
        key.flags.insert(.hasRoute)
        if path.isStale { key.flags.insert(.routeIsStale) }
        key.routeSource = path.source.rawValue
        key.routePeerAS = peer(by: path)
        if path.originAS != .zero { key.originAS = path.originAS }
        key.asPath = path.asPath.rawValue
        if key.direction == .egress, !namesNextHop, let nextHop = reader.nextHop(path.nextHop) {
            key.nextHop = nextHop
            key.flags.formUnion([.hasNextHop, .nextHopIsFromRoute])
        }
    }

    /// The AS that traffic by `path` is handed to: the first of its AS path that is neither ours
    /// nor a route server's, for those stand in a path and carry nothing.
    private func peer(by path: RoutePath) -> ASN {
        guard passedOver.contains(path.neighborAS) else { return path.neighborAS }
        return passedOver.peer(of: reader.asPath(path.asPath))
    }

    /// Marks a key that no rung can name a peer for, and one that is transit, as of now.
    private func judge(_ key: inout PostingKey, at interface: InterfaceTraits, time: Int64) {
        let interconnect = directory.interconnect(
            of: interface,
            vlan: key.vlan,
            time: time / 1_000_000_000
        )
        if let interconnect, tables.interconnects[interconnect].isTransit {
            key.flags.insert(.isTransit)
        }
        let question = question(about: key, beyond: interconnect)
        if Ladder.of(key.direction).climb(question, tables).rung == .unknown {
            key.flags.insert(.isUnknownNeighbor)
        }
    }

    /// What the rungs are asked of a side whose interface belongs to `interconnect`.
    func question(about key: PostingKey, beyond interconnect: Int?) -> LadderQuestion {
        LadderQuestion(
            interconnect: interconnect,
            remoteMAC: key.remoteMAC,
            nextHop: key.flags.contains(.hasNextHop) ? key.nextHop : nil,
            staticPrefix: key.staticPrefix == 0
                ? nil : staticPrefixList[Int(key.staticPrefix) - 1],
            exportedPeerAS: key.exportedPeerAS,
            routePeerAS: key.routePeerAS
        )
    }
}
