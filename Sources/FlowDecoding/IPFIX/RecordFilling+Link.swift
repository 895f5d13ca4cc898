// SPDX-License-Identifier: Apache-2.0

import Model

/// What becomes of a field, continued: AS numbers, the link layer, times; and the columns.
extension RecordRows {
    @inline(__always)
    mutating func fillLink(
        _ records: inout MutableSpan<FlowRecord>,
        _ rows: Range<Int>,
        _ load: RecordProgram.Load,
        _ octets: RawSpan,
        _ context: MessageContext
    ) {
        switch load.reading {
        case .sourceAS:
            self.load(load, rows, from: octets, into: &records) {
                $0.sourceAS = ASN(rawValue: UInt32(truncatingIfNeeded: $1))
            }
        case .destinationAS:
            self.load(load, rows, from: octets, into: &records) {
                $0.destinationAS = ASN(rawValue: UInt32(truncatingIfNeeded: $1))
            }
        case .sourcePeerAS:
            self.load(load, rows, from: octets, into: &records) {
                $0.sourcePeerAS = ASN(rawValue: UInt32(truncatingIfNeeded: $1))
            }
        case .destinationPeerAS:
            self.load(load, rows, from: octets, into: &records) {
                $0.destinationPeerAS = ASN(rawValue: UInt32(truncatingIfNeeded: $1))
            }
        case .sourceMAC:
            self.load(load, rows, from: octets, into: &records) {
                $0.sourceMAC = MACAddress(rawValue: $1)
            }
        case .destinationMAC:
            self.load(load, rows, from: octets, into: &records) {
                $0.destinationMAC = MACAddress(rawValue: $1)
            }
        case .postSourceMAC:
            self.load(load, rows, from: octets, into: &records) {
                $0.postSourceMAC = MACAddress(rawValue: $1)
            }
        case .postDestinationMAC:
            self.load(load, rows, from: octets, into: &records) {
                $0.postDestinationMAC = MACAddress(rawValue: $1)
            }
        case .etherType:
            self.load(load, rows, from: octets, into: &records) {
                $0.etherType = UInt16(truncatingIfNeeded: $1)
            }
        case .routeDistinguisher:
            self.load(load, rows, from: octets, into: &records) {
                $0.routeDistinguisher = $1
                if $1 != 0 { $0.known.insert(.routeDistinguisher) }  // zero is no VPN
            }
        case .direction:
            self.load(load, rows, from: octets, into: &records) {
                $0.direction = $1 == 0 ? .ingress : $1 == 1 ? .egress : .unknown
            }
        default: fillTime(&records, rows, load, octets, context)
        }
    }

    @inline(__always)
    private mutating func fillTime(
        _ records: inout MutableSpan<FlowRecord>,
        _ rows: Range<Int>,
        _ load: RecordProgram.Load,
        _ octets: RawSpan,
        _ context: MessageContext
    ) {
        let export = context.exportTime
        switch load.reading {
        case .startSeconds:
            self.load(load, rows, from: octets, into: &records) {
                $0.give(start: WireTime.seconds($1))
            }
        case .startMilliseconds:
            self.load(load, rows, from: octets, into: &records) {
                $0.give(start: WireTime.milliseconds($1))
            }
        case .startMicroseconds:
            self.load(load, rows, from: octets, into: &records) {
                $0.give(start: WireTime.ntpMicroseconds($1))
            }
        case .startNanoseconds:
            self.load(load, rows, from: octets, into: &records) {
                $0.give(start: WireTime.ntpNanoseconds($1))
            }
        case .startDelta:
            self.load(load, rows, from: octets, into: &records) {
                $0.give(start: WireTime.before(export, $1))
            }
        case .endSeconds:
            self.load(load, rows, from: octets, into: &records) {
                $0.give(end: WireTime.seconds($1))
            }
        case .endMilliseconds:
            self.load(load, rows, from: octets, into: &records) {
                $0.give(end: WireTime.milliseconds($1))
            }
        case .endMicroseconds:
            self.load(load, rows, from: octets, into: &records) {
                $0.give(end: WireTime.ntpMicroseconds($1))
            }
        case .endNanoseconds:
            self.load(load, rows, from: octets, into: &records) {
                $0.give(end: WireTime.ntpNanoseconds($1))
            }
        case .endDelta:
            self.load(load, rows, from: octets, into: &records) {
                $0.give(end: WireTime.before(export, $1))
            }
        default: fillColumn(rows, load, octets)
        }
    }

    /// Keeps a field for the end of the record; what was to be kept must be ``isInColumn``.
    @inline(__always)
    private mutating func fillColumn(
        _ rows: Range<Int>,
        _ load: RecordProgram.Load,
        _ octets: RawSpan
    ) {
        switch load.reading {
        case .dot1qVLAN, .vlan, .postDot1qVLAN, .postVLAN, .customerVLAN, .postCustomerVLAN:
            loadColumn(load, rows, from: octets) { $0 & 0xfff }
        case .startUptime, .endUptime, .durationMicroseconds, .durationMilliseconds:
            loadColumn(load, rows, from: octets) { $0 & 0xffff_ffff }
        case .samplingProbability where load.width == 4:
            loadColumn(load, rows, from: octets) {
                Double(Float(bitPattern: UInt32(truncatingIfNeeded: $0))).bitPattern
            }
        default: loadColumn(load, rows, from: octets) { $0 }
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

    /// Whether 0 is a value like any other where this is read, so that "none" needs another.
    var isOptional: Bool {
        isReference || self == .startUptime || self == .endUptime || self == .flowID
    }
}
