// SPDX-License-Identifier: Apache-2.0

import Model
import Routing

// The first pass: which sides a record has, and what becomes of each.

/// What becomes of a side, before anybody asks who was beyond it.
enum Crossing: Equatable {
    /// Crossed the edge by the interface of that number: it is posted.
    case edge(UInt32)
    case inside, carried, countedElsewhere, discarded
    case unattributed(UnattributedReason)

    /// The outcome of a posting; for ``edge(_:)`` one that stands until its key is complete.
    fileprivate var outcome: SideOutcome {
        switch self {
        case .edge, .inside: .inside
        case .carried: .carried
        case .countedElsewhere: .countedElsewhere
        case .discarded: .discarded
        case .unattributed(let reason): .unattributed(reason)
        }
    }
}

/// The two interfaces a record names, each looked up once.
struct RecordInterfaces {
    let input: UInt32
    let output: UInt32
    let inputTraits: InterfaceTraits
    let outputTraits: InterfaceTraits

    init(
        _ record: borrowing FlowRecord,
        of exporter: UInt16,
        in directory: borrowing InterfaceDirectory
    ) {
        input = record.ingressInterface
        output = record.egressInterface
        inputTraits = directory.traits(of: input, at: exporter)
        outputTraits = directory.traits(of: output, at: exporter)
    }
}

extension Attributor {
    /// Makes the double entry of `record` without routes, and puts its posted sides in line.
    ///
    /// - Returns: Whether its volume is plausible: otherwise nothing is made.
    mutating func enter(
        _ record: borrowing FlowRecord,
        of exporter: UInt16,
        words: [UInt32],
        into postings: inout [Posting]
    ) -> Bool {
        let traits = directory.exporters[Int(exporter)]
        let (rate, source) = Scaling.rate(of: record, from: traits)
        let counted = Scaling.octets(of: record)
        guard let measure = Scaling.measure(record, counting: counted.count, at: rate) else {
            return false
        }
        let times = RecordTimes(record)
        let interfaces = RecordInterfaces(record, of: exporter, in: directory)
        let orientation = Orientation(
            record,
            observed: observedDirection(of: record, interfaces, exporter: exporter),
            ownPrefixes: ownPrefixes
        )
        let ingress = crossing(orientation, .ingress, interfaces, exporter)
        let egress = crossing(orientation, .egress, interfaces, exporter)
        let place = postings.count
        postings.append(
            Posting(
                exporter: exporter,
                start: times.start,
                end: times.end,
                isClamped: times.isClamped,
                measure: measure,
                ingress: ingress.outcome,
                egress: egress.outcome,
                isConverted: counted.isConverted
            )
        )
        var key = PostingKey(
            exporter: exporter,
            interface: 0,
            direction: .ingress,
            family: record.family
        )
        key.rate = rate
        key.rateSource = source
        if case .edge(let interface) = ingress {
            key.interface = interface
            post(record, key, at: place, end: times.end, orientation.observed, interfaces, words)
        }
        if case .edge(let interface) = egress {
            key.interface = interface
            key.direction = .egress
            post(record, key, at: place, end: times.end, orientation.observed, interfaces, words)
        }
        return true
    }

    /// Where a record was observed: by its own word, else by the configuration.
    func observedDirection(
        of record: borrowing FlowRecord,
        _ interfaces: borrowing RecordInterfaces,
        exporter: UInt16
    ) -> Direction {
        switch record.direction {
        case .ingress: return .ingress
        case .egress: return .egress
        case .unknown: break
        }
        if directory.observes(.ingress, at: interfaces.inputTraits, of: exporter) {
            return .ingress
        }
        let isEgress = directory.observes(.egress, at: interfaces.outputTraits, of: exporter)
        return isEgress ? .egress : .ingress
    }

    /// What becomes of the side in `direction`.
    private func crossing(
        _ orientation: borrowing Orientation,
        _ direction: Direction,
        _ interfaces: borrowing RecordInterfaces,
        _ exporter: UInt16
    ) -> Crossing {
        let interface: UInt32
        switch direction == .ingress ? orientation.ingress : orientation.egress {
        case .inside: return .inside
        case .discarded: return .discarded
        case .unattributed(let reason): return .unattributed(reason)
        case .interface(let index): interface = index
        }
        let traits = traits(of: interface, interfaces, exporter)
        if let observed = orientation.observed {
            let countsOwn = directory.observes(direction, at: traits, of: exporter)
            if countsOwn != (observed == direction) { return .countedElsewhere }
        }
        if traits.isUsed { return .edge(interface) }
        return switch traits.role {
        case .internal: .inside
        case .backbone: .carried
        case .unknown: .edge(interface)
        }
    }

    /// Of an interface that is nearly always one of the two that were looked up.
    private func traits(
        of interface: UInt32,
        _ interfaces: borrowing RecordInterfaces,
        _ exporter: UInt16
    ) -> InterfaceTraits {
        if interface == interfaces.input { return interfaces.inputTraits }
        if interface == interfaces.output { return interfaces.outputTraits }
        return directory.traits(of: interface, at: exporter)
    }

    /// Puts a posted side in line for its route, with the evidence that the record has.
    private mutating func post(
        _ record: borrowing FlowRecord,
        _ key: PostingKey,
        at posting: Int,
        end: Int64,
        _ observed: Direction?,
        _ interfaces: borrowing RecordInterfaces,
        _ words: [UInt32]
    ) {
        let isIngress = key.direction == .ingress
        let wasObservedHere = observed == nil || observed == key.direction
        var key = key
        addLinkEvidence(record, isIngress: isIngress, wasObservedHere, to: &key)
        addExportedEvidence(record, isIngress: isIngress, words, to: &key)
        let farAddress = isIngress ? record.source : record.destination
        let hasFarAddress = record.has(isIngress ? .source : .destination)
        if hasFarAddress, let number = staticPrefixes.longest(around: farAddress) {
            key.staticPrefix = UInt16(clamping: number + 1)
        }
        sides.append(
            PostedSide(
                posting: posting,
                interface: traits(of: key.interface, interfaces, key.exporter),
                key: key
            )
        )
        addresses.append(farAddress)
        times.append(end)
        // The next hop by which the exporter says that the flow left.
        nextHops.append(!isIngress && key.flags.contains(.hasNextHop) ? key.nextHop : nil)
        views.append(hasFarAddress ? viewLists[Int(key.exporter)] : ViewList())
    }
}
