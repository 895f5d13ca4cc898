// SPDX-License-Identifier: Apache-2.0

/// What the flow decoder reads an Information Element as.
///
/// The order within a ``Slot`` is the order of preference: of several fields of a template that
/// fill one slot, the one whose case stands first here is read and the others are skipped. That
/// is settled when the template is learned, so a record costs no comparison.
enum FieldReading: UInt8, Sendable, CaseIterable {
    /// Not read: passed over by its length.
    case skip

    // Volume (INTERFACE, `octets`). Initiator and responder go by the direction of a biflow.
    case octets, initiatorOctets, responderOctets, totalOctets, postOctets, layer2Octets
    case packets, initiatorPackets, responderPackets, totalPackets, postPackets

    // Addresses. Both families may be in one template; see RecordProgram.
    case sourceIPv4, sourceIPv4Prefix, sourceIPv6, sourceIPv6Prefix
    case destinationIPv4, destinationIPv4Prefix, destinationIPv6, destinationIPv6Prefix
    case nextHopIPv4, nextHopIPv6, bgpNextHopIPv4, bgpNextHopIPv6

    case ipProtocol, nextHeader
    case sourcePort, udpSourcePort, tcpSourcePort
    case destinationPort, udpDestinationPort, tcpDestinationPort
    case ingressInterface, ingressPhysicalInterface
    case egressInterface, egressPhysicalInterface
    case sourceMAC, destinationMAC, postSourceMAC, postDestinationMAC
    case dot1qVLAN, vlan, postDot1qVLAN, postVLAN, customerVLAN, postCustomerVLAN
    case etherType, direction, biflowDirection
    case sourceAS, destinationAS, sourcePeerAS, destinationPeerAS
    case routeDistinguisher, forwardingStatus
    /// The exporter's own name for a flow.
    case flowID

    // Times, the finest first.
    case startNanoseconds, startMicroseconds, startMilliseconds, startDelta, startSeconds
    case startUptime
    case endNanoseconds, endMicroseconds, endMilliseconds, endDelta, endSeconds, endUptime
    case durationMicroseconds, durationMilliseconds
    case observedNanoseconds, observedMicroseconds, observedMilliseconds, observedSeconds
    case systemInitTime

    // Sampling (RFC 5476, RFC 5477, and the elements NetFlow v9 had before).
    case selectorID, samplerID, selectionSequenceID, selectorAlgorithm, lineCardID
    case samplingSize, samplingPopulation, samplingPacketInterval, samplingPacketSpace
    case samplingProbability, samplerRandomInterval, samplingInterval

    // A piece of the packet itself (RFC 5477, section 8.5; RFC 7133), and what is said of it.
    case frameSection, layer2Section, packetSection
    case frameSize, frameType, packetOctets, sectionOctets, sectionOffset

    /// What one field of a template can fill once.
    var slot: Slot {
        switch self {
        case .octets, .initiatorOctets, .responderOctets, .totalOctets, .postOctets, .layer2Octets:
            .octets
        case .packets, .initiatorPackets, .responderPackets, .totalPackets, .postPackets: .packets
        case .sourceIPv4, .sourceIPv4Prefix: .sourceIPv4
        case .sourceIPv6, .sourceIPv6Prefix: .sourceIPv6
        case .destinationIPv4, .destinationIPv4Prefix: .destinationIPv4
        case .destinationIPv6, .destinationIPv6Prefix: .destinationIPv6
        case .ipProtocol, .nextHeader: .ipProtocol
        case .sourcePort, .udpSourcePort, .tcpSourcePort: .sourcePort
        case .destinationPort, .udpDestinationPort, .tcpDestinationPort: .destinationPort
        case .ingressInterface, .ingressPhysicalInterface: .ingressInterface
        case .egressInterface, .egressPhysicalInterface: .egressInterface
        case .dot1qVLAN, .vlan: .vlan
        case .postDot1qVLAN, .postVLAN: .postVLAN
        case .startNanoseconds, .startMicroseconds, .startMilliseconds, .startDelta,
            .startSeconds, .startUptime:
            .start
        case .endNanoseconds, .endMicroseconds, .endMilliseconds, .endDelta, .endSeconds,
            .endUptime:
            .end
        case .durationMicroseconds, .durationMilliseconds: .duration
        case .observedNanoseconds, .observedMicroseconds, .observedMilliseconds,
            .observedSeconds:
            .observed
        case .selectorID, .samplerID: .selector
        case .frameSection, .layer2Section, .packetSection: .section
        default: .own(rawValue)
        }
    }

    /// What can be filled once a record, by the best field of the template.
    enum Slot: Hashable {
        case octets, packets, sourceIPv4, sourceIPv6, destinationIPv4, destinationIPv6
        case ipProtocol, sourcePort, destinationPort, ingressInterface, egressInterface
        case vlan, postVLAN, start, end, duration, observed, selector, section
        /// Filled by one element only.
        case own(UInt8)
    }

    /// Whether a value of `octets` octets can be read so.
    func accepts(octets: Int) -> Bool {
        switch self {
        case .skip, .frameSection, .layer2Section, .packetSection: true
        case .routeDistinguisher: octets == 8
        case .sourceIPv4, .sourceIPv4Prefix, .destinationIPv4, .destinationIPv4Prefix,
            .nextHopIPv4, .bgpNextHopIPv4:
            octets == 4
        case .sourceIPv6, .sourceIPv6Prefix, .destinationIPv6, .destinationIPv6Prefix,
            .nextHopIPv6, .bgpNextHopIPv6:
            octets == 16
        case .sourceMAC, .destinationMAC, .postSourceMAC, .postDestinationMAC: octets == 6
        case .startNanoseconds, .startMicroseconds, .endNanoseconds, .endMicroseconds,
            .observedNanoseconds, .observedMicroseconds:
            octets == 8
        case .samplingProbability: octets == 4 || octets == 8
        default: (1...8).contains(octets)  // reduced-size encoding, RFC 7011, section 6.2
        }
    }
}

extension FieldReading {
    /// Whether it says at which rate the packets were sampled, or by which sampler.
    var isOfSampling: Bool {
        switch self {
        case .selectorAlgorithm, .samplingSize, .samplingPopulation, .samplingPacketInterval,
            .samplingPacketSpace, .samplingProbability, .samplerRandomInterval, .samplingInterval:
            true
        default: isReference
        }
    }

    /// Whether it names a sampler, or what a rate may be announced for.
    var isReference: Bool {
        switch self {
        case .selectorID, .samplerID, .selectionSequenceID, .lineCardID: true
        default: false
        }
    }

    /// Whether it is said once of a biflow, so that it has no reverse element (RFC 5103, section
    /// 6.1).
    var isOfBothDirections: Bool {
        isOfSampling || self == .biflowDirection || self == .flowID || self == .systemInitTime
    }

    /// Whether 0 is a value like any other where this is read, so that "none" needs another.
    var isOptional: Bool {
        isReference || self == .startUptime || self == .endUptime || self == .flowID
    }
}
