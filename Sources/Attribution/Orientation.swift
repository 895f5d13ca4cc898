// SPDX-License-Identifier: Apache-2.0

import Model

/// Where the two sides of a record lie, before anyone asks what those places are.
struct Orientation: Equatable {
    var ingress: Side
    var egress: Side
    /// Where the packets were observed; nil when the record stands for the interface as a whole,
    /// as a probe's does that has one number for both directions.
    var observed: Direction?

    enum Side: Equatable {
        case interface(UInt32)
        /// Within our network, at no interface of this exporter.
        case inside
        case discarded
        case unattributed(UnattributedReason)
    }

    /// Finds the sides of `record`.
    ///
    /// Input and output equal, or both absent, say nothing of the way: then it decides which one
    /// end is in our own prefixes, and with both or neither there, IE 61. (softflowd fills IE 61 by
    /// the order of the addresses, so it is the weaker evidence.) When one interface alone is
    /// absent, that side is ours if its address is, and otherwise not known.
    init(
        _ record: borrowing FlowRecord,
        observed: Direction,
        ownPrefixes: borrowing PrefixSet
    ) {
        let input = record.has(.ingressInterface) ? record.ingressInterface : 0
        let output = record.has(.egressInterface) ? record.egressInterface : 0
        if record.egressKind != .interface {
            ingress =
                input == 0
                ? Self.absent(record.sourceIsIn(ownPrefixes)) : .interface(input)
            egress =
                switch record.egressKind {
                case .local, .interface: .inside
                case .discarded: .discarded
                case .multiple: .unattributed(.multiple)
                }
            self.observed = observed
        } else if input != output, input != 0, output != 0 {
            ingress = .interface(input)
            egress = .interface(output)
            self.observed = observed
        } else if input != output {
            ingress =
                input == 0
                ? Self.absent(record.sourceIsIn(ownPrefixes)) : .interface(input)
            egress =
                output == 0
                ? Self.absent(record.destinationIsIn(ownPrefixes)) : .interface(output)
            self.observed = nil
        } else {
            self.observed = nil
            let isInward: Bool
            let sourceIsOurs = record.sourceIsIn(ownPrefixes)
            let destinationIsOurs = record.destinationIsIn(ownPrefixes)
            if sourceIsOurs != destinationIsOurs {
                isInward = destinationIsOurs
            } else if record.direction != .unknown {
                isInward = record.direction == .ingress
            } else {
                ingress = .unattributed(.orientation)
                egress = .unattributed(.orientation)
                return
            }
            ingress = isInward ? .interface(input) : .inside
            egress = isInward ? .inside : .interface(input)
        }
    }

    /// The side of an interface that was not named.
    private static func absent(_ addressIsOurs: Bool) -> Side {
        addressIsOurs ? .inside : .unattributed(.interfaceAbsent)
    }
}

extension FlowRecord {
    fileprivate func sourceIsIn(_ prefixes: borrowing PrefixSet) -> Bool {
        has(.source) && prefixes.contains(source)
    }

    fileprivate func destinationIsIn(_ prefixes: borrowing PrefixSet) -> Bool {
        has(.destination) && prefixes.contains(destination)
    }
}
