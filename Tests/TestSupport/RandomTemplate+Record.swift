// SPDX-License-Identifier: Apache-2.0

import Model

/// What the fields of a drawn record are: everything a value of its column can be.
extension RandomTemplate {
    /// Draws the value of one column into the record.
    func draw(
        _ column: FlowEncoder.Column,
        _ isIPv4: (source: Bool, destination: Bool),
        _ drawn: inout Record,
        _ random: inout SeededRandom
    ) {
        let octets = column.octets
        switch column.field.id {
        case 1, 23, 85, 231, 352:
            drawn.record.octets = Self.count(octets, &random)
            drawn.record.octetsBasis = Self.basis(column.field.id)
            drawn.record.known.insert(.octets)
        case 2, 24, 86, 298:
            drawn.record.packets = Self.count(octets, &random)
            drawn.record.known.insert(.packets)
        case 8, 44, 27, 170:
            guard !drawn.record.has(.source) else { return }
            drawn.record.source = Self.address(isIPv4.source, &random)
            drawn.record.known.insert(.source)
        case 12, 45, 28, 169:
            guard !drawn.record.has(.destination) else { return }
            drawn.record.destination = Self.address(isIPv4.destination, &random)
            drawn.record.known.insert(.destination)
        case 15, 62:
            drawn.record.nextHop = Self.address(column.field.id == 15, &random)
            drawn.record.known.insert(.nextHop)
        case 18, 63:
            drawn.record.bgpNextHop = Self.address(column.field.id == 18, &random)
            drawn.record.known.insert(.bgpNextHop)
        case 58, 243:
            drawn.vlans = [UInt32(random.number(below: 4094) + 1)]
            if has([245]) { drawn.vlans.append(UInt32(random.number(below: 4094) + 1)) }
            drawn.record.vlan = UInt16(drawn.vlans[0])
            drawn.record.known.insert(.vlan)
        case 61: drawn.record.direction = random.isTrue() ? .ingress : .egress
        case 34, 50, 305, 309: drawRate(column, &drawn, &random)
        default:
            drawNumber(column.field.id, octets, &drawn.record, &random)
            drawTime(column.field.id, &drawn.record, &random)
        }
    }

    private func drawNumber(
        _ id: Int,
        _ octets: Int,
        _ record: inout FlowRecord,
        _ random: inout SeededRandom
    ) {
        func word() -> UInt32 { UInt32(truncatingIfNeeded: random.number(octets: min(octets, 4))) }
        func half() -> UInt16 { UInt16(truncatingIfNeeded: random.number(octets: min(octets, 2))) }
        func address() -> MACAddress { MACAddress(rawValue: random.number(octets: 6)) }
        switch id {
        case 4, 193: record.ipProtocol = UInt8(truncatingIfNeeded: half())
        case 7, 180, 182: record.sourcePort = half()
        case 11, 181, 183: record.destinationPort = half()
        case 256: record.etherType = half()
        case 10, 252: record.ingressInterface = max(word(), 1)
        case 14, 253: record.egressInterface = max(word(), 1)
        case 16: record.sourceAS = ASN(rawValue: word())
        case 17: record.destinationAS = ASN(rawValue: word())
        case 128: record.destinationPeerAS = ASN(rawValue: word())
        case 129: record.sourcePeerAS = ASN(rawValue: word())
        case 56: record.sourceMAC = address()
        case 57: record.postDestinationMAC = address()
        case 80: record.destinationMAC = address()
        case 81: record.postSourceMAC = address()
        case 90: record.routeDistinguisher = random.next() | 1  // zero is no VPN
        default: break
        }
        record.known.formUnion(Self.field(id))
    }

    private static func field(_ id: Int) -> FlowRecord.Fields {
        switch id {
        case 4, 193: .ipProtocol
        case 7, 180, 182: .sourcePort
        case 11, 181, 183: .destinationPort
        case 256: .etherType
        case 10, 252: .ingressInterface
        case 14, 253: .egressInterface
        case 16: .sourceAS
        case 17: .destinationAS
        case 128: .destinationPeerAS
        case 129: .sourcePeerAS
        case 56: .sourceMAC
        case 57: .postDestinationMAC
        case 80: .destinationMAC
        case 81: .postSourceMAC
        case 90: .routeDistinguisher
        default: []
        }
    }

    private static func basis(_ id: Int) -> OctetsBasis {
        switch id {
        case 85: .total
        case 23: .post
        case 352: .layer2
        default: .ip
        }
    }

    static func address(_ isIPv4: Bool, _ random: inout SeededRandom) -> IPAddress {
        isIPv4
            ? .v4(UInt32(truncatingIfNeeded: random.next()) | 1)
            : .v6(UInt128(random.next()) << 64 | UInt128(random.next()) | 1)
    }

    private func drawRate(
        _ column: FlowEncoder.Column,
        _ drawn: inout Record,
        _ random: inout SeededRandom
    ) {
        let isFraction = column.field.id == 305 || column.field.id == 309
        let denominator = isFraction ? UInt64(random.number(below: 9) + 1) : 1
        let more = UInt64(random.number(below: 100_000) + 1)
        // Every period of so many packets has the rate once: lowest terms are what is exported.
        let rate = SamplingRate(denominator * more + (isFraction ? 1 : 0), per: denominator)
        guard let rate else { return }
        drawn.record.samplingRate = rate
        drawn.record.samplingSource = .record
    }

    /// Draws start and end within the hour before the message, as exact as the form can say.
    private func drawTime(_ id: Int, _ record: inout FlowRecord, _ random: inout SeededRandom) {
        let unit: Int64 =
            switch id {
            case 150: 1_000_000_000
            case 22, 152, 323: 1_000_000
            case 154, 158: 1_000
            case 156, 325: 1
            default: 0
            }
        guard unit > 0 else { return }
        let sent = Int64(encoder.exportTime) * 1_000_000_000
        let last = sent - Int64(random.number(below: 1_800_000_000)) * 1_000
        let length = 1_000_000_000 + Int64(random.number(below: 1_700_000_000)) * 1_000
        record.end = last / unit * unit
        record.start = (last - length) / unit * unit
        if has([323, 325]) { record.end = record.start }
        record.known.formUnion([.start, .end])
    }
}
