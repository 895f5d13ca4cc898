// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

@testable import FlowDecoding

/// What a record says that is no field of a flow record by itself.
struct RecordScratch {
    var sampling = SamplingFields()
    var vlan: UInt16 = 0
    var customerVLAN: UInt16 = 0
    var postVLAN: UInt16 = 0
    var postCustomerVLAN: UInt16 = 0
    var startUptime: UInt32?
    var endUptime: UInt32?
    /// In nanoseconds.
    var duration: Int64 = 0
    /// In nanoseconds since 1970-01-01 00:00 UTC; 0 when not said.
    var observed: Int64 = 0
    /// When the exporter booted, in milliseconds since 1970-01-01 00:00 UTC; 0 when not said.
    var systemInitTime: UInt64 = 0
    var biflowDirection: UInt64 = 0
    var frameSize: UInt64 = 0
    var sectionOctets: UInt64 = 0
    var frameType: UInt64 = 0
    var packetOctets: UInt64 = 0
    var sectionOffset: UInt64 = 0
    var forwardingStatus: UInt64 = 0
    /// Where a piece of the packet is, in octets from where the reading began.
    var section: (reading: FieldReading, place: Range<Int>)?
}

/// Reads records from left to right, a field at a time: slow, and simple enough to be right.
///
/// What the decoder makes of a set is compared with what this makes of it.
struct RecordReader {
    let context: MessageContext
    /// When the exporter booted, as its options say, in milliseconds; 0 when they do not.
    let systemInitTime: UInt64
    var record: FlowRecord
    var scratch = RecordScratch()
    private let blank: FlowRecord

    init(_ context: MessageContext, systemInitTime: UInt64 = 0) {
        self.context = context
        self.systemInitTime = systemInitTime
        blank = context.record
        record = blank
    }

    /// Makes ready for another record.
    mutating func begin() {
        record = blank
        scratch = RecordScratch()
    }

    /// Reads one record; the cursor is after it when this returns.
    mutating func read(
        _ reader: inout WireReader,
        _ template: Template,
        by readings: [FieldReading]
    ) throws(WireError) {
        for (field, kind) in zip(template.fields, readings) {
            var reading = kind
            var octets = Int(field.length)
            if field.length == Template.Field.variableLength {
                octets = try reader.readVariableLength()
                if !reading.accepts(octets: octets) { reading = .skip }
            }
            if reading == .skip {
                try reader.skip(octets: octets)
            } else if reading.slot == .section {
                try reader.skip(octets: octets)
                scratch.section = (reading, reader.offset - octets..<reader.offset)
            } else if octets == 16 {
                store(.v6(try reader.read(UInt128.self)), as: reading)
            } else {
                store(try reader.readUnsigned(octets: octets), octets, as: reading)
            }
        }
    }

    /// Stores an IPv6 address.
    ///
    /// Templates for both families leave the unused addresses zero, so a zero never displaces an
    /// address that is there.
    private mutating func store(_ address: IPAddress, as reading: FieldReading) {
        switch reading {
        case .sourceIPv4, .sourceIPv4Prefix, .sourceIPv6, .sourceIPv6Prefix:
            record.give(source: address)
        case .destinationIPv4, .destinationIPv4Prefix, .destinationIPv6, .destinationIPv6Prefix:
            record.give(destination: address)
        case .nextHopIPv4, .nextHopIPv6: record.give(nextHop: address)
        case .bgpNextHopIPv4, .bgpNextHopIPv6: record.give(bgpNextHop: address)
        default: break
        }
    }

    private mutating func store(_ value: UInt64, _ octets: Int, as reading: FieldReading) {
        switch reading {
        case .octets, .initiatorOctets, .responderOctets:
            record.octets = value
            record.known.insert(.octets)
        case .totalOctets: set(octets: value, .total)
        case .postOctets: set(octets: value, .post)
        case .layer2Octets: set(octets: value, .layer2)
        case .packets, .initiatorPackets, .responderPackets, .totalPackets, .postPackets:
            record.packets = value
            record.known.insert(.packets)
        case .sourceIPv4, .sourceIPv4Prefix, .destinationIPv4, .destinationIPv4Prefix,
            .nextHopIPv4, .bgpNextHopIPv4:
            store(.v4(UInt32(truncatingIfNeeded: value)), as: reading)
        case .ipProtocol, .nextHeader:
            record.ipProtocol = UInt8(truncatingIfNeeded: value)
            record.known.insert(.ipProtocol)
        case .sourcePort, .udpSourcePort, .tcpSourcePort:
            record.sourcePort = UInt16(truncatingIfNeeded: value)
            record.known.insert(.sourcePort)
        case .destinationPort, .udpDestinationPort, .tcpDestinationPort:
            record.destinationPort = UInt16(truncatingIfNeeded: value)
            record.known.insert(.destinationPort)
        case .ingressInterface, .ingressPhysicalInterface:
            record.ingressInterface = UInt32(truncatingIfNeeded: value)
            if record.ingressInterface != 0 { record.known.insert(.ingressInterface) }
        case .egressInterface, .egressPhysicalInterface:
            record.egressInterface = UInt32(truncatingIfNeeded: value)
            if record.egressInterface != 0 { record.known.insert(.egressInterface) }
        default: storeLink(value, octets, as: reading)
        }
    }

    private mutating func set(octets: UInt64, _ basis: OctetsBasis) {
        record.octets = octets
        record.octetsBasis = basis
        record.known.insert(.octets)
    }

    private mutating func storeLink(_ value: UInt64, _ octets: Int, as reading: FieldReading) {
        switch reading {
        case .sourceAS:
            record.sourceAS = ASN(rawValue: UInt32(truncatingIfNeeded: value))
            record.known.insert(.sourceAS)
        case .destinationAS:
            record.destinationAS = ASN(rawValue: UInt32(truncatingIfNeeded: value))
            record.known.insert(.destinationAS)
        case .sourcePeerAS:
            record.sourcePeerAS = ASN(rawValue: UInt32(truncatingIfNeeded: value))
            record.known.insert(.sourcePeerAS)
        case .destinationPeerAS:
            record.destinationPeerAS = ASN(rawValue: UInt32(truncatingIfNeeded: value))
            record.known.insert(.destinationPeerAS)
        case .sourceMAC:
            record.sourceMAC = MACAddress(rawValue: value)
            record.known.insert(.sourceMAC)
        case .destinationMAC:
            record.destinationMAC = MACAddress(rawValue: value)
            record.known.insert(.destinationMAC)
        case .postSourceMAC:
            record.postSourceMAC = MACAddress(rawValue: value)
            record.known.insert(.postSourceMAC)
        case .postDestinationMAC:
            record.postDestinationMAC = MACAddress(rawValue: value)
            record.known.insert(.postDestinationMAC)
        case .dot1qVLAN, .vlan:
            scratch.vlan = UInt16(truncatingIfNeeded: value) & 0xfff
            record.known.insert(.vlan)
        case .postDot1qVLAN, .postVLAN: scratch.postVLAN = UInt16(truncatingIfNeeded: value) & 0xfff
        case .customerVLAN: scratch.customerVLAN = UInt16(truncatingIfNeeded: value) & 0xfff
        case .postCustomerVLAN:
            scratch.postCustomerVLAN = UInt16(truncatingIfNeeded: value) & 0xfff
        case .etherType:
            record.etherType = UInt16(truncatingIfNeeded: value)
            record.known.insert(.etherType)
        case .direction: record.direction = value == 0 ? .ingress : value == 1 ? .egress : .unknown
        case .biflowDirection: scratch.biflowDirection = value
        case .frameSize: scratch.frameSize = value
        case .sectionOctets: scratch.sectionOctets = value
        case .frameType: scratch.frameType = value
        case .packetOctets: scratch.packetOctets = value
        case .sectionOffset: scratch.sectionOffset = value
        case .forwardingStatus: scratch.forwardingStatus = value
        case .routeDistinguisher:
            record.routeDistinguisher = value
            if value != 0 { record.known.insert(.routeDistinguisher) }
        default: storeTime(value, octets, as: reading)
        }
    }

    private mutating func storeTime(_ value: UInt64, _ octets: Int, as reading: FieldReading) {
        switch reading {
        case .startSeconds: setStart(WireTime.seconds(value))
        case .startMilliseconds: setStart(WireTime.milliseconds(value))
        case .startMicroseconds: setStart(WireTime.ntpMicroseconds(value))
        case .startNanoseconds: setStart(WireTime.ntpNanoseconds(value))
        case .startDelta: setStart(WireTime.before(context.exportTime, value))
        case .startUptime: scratch.startUptime = UInt32(truncatingIfNeeded: value)
        case .endSeconds: setEnd(WireTime.seconds(value))
        case .endMilliseconds: setEnd(WireTime.milliseconds(value))
        case .endMicroseconds: setEnd(WireTime.ntpMicroseconds(value))
        case .endNanoseconds: setEnd(WireTime.ntpNanoseconds(value))
        case .endDelta: setEnd(WireTime.before(context.exportTime, value))
        case .endUptime: scratch.endUptime = UInt32(truncatingIfNeeded: value)
        case .durationMilliseconds: scratch.duration = Int64(value & 0xffff_ffff) * 1_000_000
        case .durationMicroseconds: scratch.duration = Int64(value & 0xffff_ffff) * 1_000
        case .observedSeconds: scratch.observed = WireTime.seconds(value)
        case .observedMilliseconds: scratch.observed = WireTime.milliseconds(value)
        case .observedMicroseconds: scratch.observed = WireTime.ntpMicroseconds(value)
        case .observedNanoseconds: scratch.observed = WireTime.ntpNanoseconds(value)
        case .systemInitTime: scratch.systemInitTime = value
        default: scratch.sampling.store(value, octets, as: reading)
        }
    }

    mutating func setStart(_ time: Int64) {
        guard time > 0 else { return }
        record.start = time
        record.known.insert(.start)
    }

    mutating func setEnd(_ time: Int64) {
        guard time > 0 else { return }
        record.end = time
        record.known.insert(.end)
    }
}

extension MessageContext {
    /// A record with what all records of the message share.
    fileprivate var record: FlowRecord {
        var record = FlowRecord()
        record.flowProtocol = flowProtocol
        record.exporter = exporter
        record.arrival = arrival
        return record
    }
}
