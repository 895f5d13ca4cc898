// SPDX-License-Identifier: Apache-2.0

package import Model

/// Writes flow records as exporters do: the way back from what the flow decoders read.
///
/// # How it works
///
/// Whatever an element is, its value is a number, written in as many octets as the template says:
/// an address, a MAC address, a count in reduced size, a time in any of its forms. So an encoder
/// is one function from element and record to number; ``Column`` says the width, and for a
/// variable length how that is written.
package struct FlowEncoder: Sendable {
    /// A field of a template, and how its values are written.
    package struct Column: Sendable {
        package var field: TemplateMessage.Field
        /// Length of the value, in octets; that of the field unless it is variable.
        package var octets: Int
        /// Writes a variable length in three octets also where one would do (RFC 7011, section 7).
        package var hasLongLength = false
        /// What is written where no flow record has the value.
        package var filler: [UInt8]?

        package init(_ id: Int, _ octets: Int, enterprise: UInt32? = nil, filler: [UInt8]? = nil) {
            field = TemplateMessage.Field(id, octets, enterprise: enterprise)
            self.octets = octets
            self.filler = filler
        }

        package var isVariable: Bool {
            get { field.length == 65535 }
            set { field.length = newValue ? 65535 : octets }
        }
    }

    package let isIPFIX: Bool
    /// In seconds since 1970-01-01 00:00 UTC.
    package var exportTime: UInt32 = 1_700_000_000
    /// Of the exporter when the message left, in milliseconds.
    package var uptime: UInt32 = 500_000_000

    package init(isIPFIX: Bool) { self.isIPFIX = isIPFIX }

    /// When the exporter booted, in milliseconds since 1970-01-01 00:00 UTC.
    package var booted: Int64 { Int64(exportTime) * 1_000 - Int64(uptime) }

    /// Writes one record.
    ///
    /// - Parameters:
    ///   - record: What is written.
    ///   - vlans: Its VLAN stack, outermost first.
    ///   - reverse: The counters of the reverse direction, for the columns of RFC 5103.
    ///   - columns: How the template has it.
    ///   - writer: Where it is written to.
    package func write(
        _ record: FlowRecord,
        vlans: [UInt32] = [],
        reverse: FlowRecord? = nil,
        as columns: [Column],
        to writer: inout OctetWriter
    ) {
        for column in columns {
            if column.isVariable { Self.writeLength(column, to: &writer) }
            if let filler = column.filler {
                writer.write(filler)
                continue
            }
            let source = column.field.enterprise == nil ? record : reverse ?? record
            write(value(of: column.field.id, source, vlans), octets: column.octets, to: &writer)
        }
    }

    private static func writeLength(_ column: Column, to writer: inout OctetWriter) {
        if column.hasLongLength || column.octets >= 255 {
            writer.write8(255)
            writer.write16(column.octets)
        } else {
            writer.write8(UInt8(column.octets))
        }
    }

    private func write(_ value: UInt128, octets count: Int, to writer: inout OctetWriter) {
        for index in (0..<count).reversed() {
            writer.write8(UInt8(truncatingIfNeeded: value >> UInt128(8 * index)))
        }
    }

    /// The number an element has for `record`, by IANA's registry.
    private func value(of id: Int, _ record: FlowRecord, _ vlans: [UInt32]) -> UInt128 {
        switch id {
        case 1, 23, 85, 231, 352: UInt128(record.octets)
        case 2, 24, 86, 298: UInt128(record.packets)
        case 4, 193: UInt128(record.ipProtocol)
        case 7, 180, 182: UInt128(record.sourcePort)
        case 11, 181, 183: UInt128(record.destinationPort)
        case 8, 44: Self.address(record.source, .ipv4)
        case 27, 170: Self.address(record.source, .ipv6)
        case 12, 45: Self.address(record.destination, .ipv4)
        case 28, 169: Self.address(record.destination, .ipv6)
        case 15: Self.address(record.nextHop, .ipv4)
        case 62: Self.address(record.nextHop, .ipv6)
        case 18: Self.address(record.bgpNextHop, .ipv4)
        case 63: Self.address(record.bgpNextHop, .ipv6)
        case 10, 252: UInt128(record.ingressInterface)
        case 14, 253: UInt128(record.egressInterface)
        case 16: UInt128(record.sourceAS.rawValue)
        case 17: UInt128(record.destinationAS.rawValue)
        case 128: UInt128(record.destinationPeerAS.rawValue)
        case 129: UInt128(record.sourcePeerAS.rawValue)
        case 56: UInt128(record.sourceMAC.rawValue)
        case 57: UInt128(record.postDestinationMAC.rawValue)
        case 80: UInt128(record.destinationMAC.rawValue)
        case 81: UInt128(record.postSourceMAC.rawValue)
        case 58, 243: UInt128(vlans.first ?? 0)
        case 245: UInt128(vlans.count > 1 ? vlans[1] : 0)
        case 90: UInt128(record.routeDistinguisher)
        case 256: UInt128(record.etherType)
        case 61: record.direction == .egress ? 1 : 0
        default: time(id, record) ?? rate(id, record)
        }
    }

    /// The address as a number of its family; 0 when it is of the other one.
    private static func address(_ address: IPAddress, _ family: AddressFamily) -> UInt128 {
        guard address.family == family else { return 0 }
        return family == .ipv4 ? address.bits >> 96 : address.bits
    }

    private func rate(_ id: Int, _ record: FlowRecord) -> UInt128 {
        switch id {
        case 34, 50, 310: UInt128(record.samplingRate.numerator)
        case 305, 309: UInt128(record.samplingRate.denominator)
        case 306: UInt128(record.samplingRate.numerator - record.samplingRate.denominator)
        default: 0
        }
    }

    /// Start and end in every form; nil for what is no time.
    private func time(_ id: Int, _ record: FlowRecord) -> UInt128? {
        switch id {
        case 22, 150, 152, 154, 156, 158: time(id, record.start)
        case 21, 151, 153, 155, 157, 159: time(id, record.end)
        case 160: UInt128(UInt64(booted))
        case 161: UInt128(UInt64((record.end - record.start) / 1_000_000))
        case 162: UInt128(UInt64((record.end - record.start) / 1_000))
        case 322: time(150, record.start)
        case 323: time(152, record.start)
        case 324: time(154, record.start)
        case 325: time(156, record.start)
        default: nil
        }
    }

    private func time(_ id: Int, _ nanoseconds: Int64) -> UInt128 {
        let value: Int64 =
            switch id {
            case 150, 151: nanoseconds / 1_000_000_000
            case 152, 153: nanoseconds / 1_000_000
            case 154, 155: Self.ntp(nanoseconds, unit: 1_000)
            case 156, 157: Self.ntp(nanoseconds, unit: 1)
            case 158, 159: (Int64(exportTime) * 1_000_000_000 - nanoseconds) / 1_000
            default: nanoseconds / 1_000_000 - booted
            }
        return UInt128(UInt64(bitPattern: value))
    }

    /// The NTP format (RFC 5905, section 6), the fraction rounded to the nearest.
    private static func ntp(_ nanoseconds: Int64, unit: Int64) -> Int64 {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let units = 1_000_000_000 / unit
        let fraction = ((rest / unit) << 32 + units / 2) / units
        return (seconds + 2_208_988_800) << 32 | fraction
    }

    /// The record of NetFlow v5 that says the same.
    package func netFlow5(_ record: FlowRecord) -> NetFlow5Packet.Record {
        var written = NetFlow5Packet.Record()
        written.source = record.source
        written.destination = record.destination
        written.nextHop = record.nextHop
        written.input = Int(record.ingressInterface)
        written.output = Int(record.egressInterface)
        written.packets = UInt32(truncatingIfNeeded: record.packets)
        written.octets = UInt32(truncatingIfNeeded: record.octets)
        written.first = UInt32(truncatingIfNeeded: record.start / 1_000_000 - booted)
        written.last = UInt32(truncatingIfNeeded: record.end / 1_000_000 - booted)
        written.sourcePort = Int(record.sourcePort)
        written.destinationPort = Int(record.destinationPort)
        written.ipProtocol = record.ipProtocol
        written.sourceAS = Int(record.sourceAS.rawValue)
        written.destinationAS = Int(record.destinationAS.rawValue)
        return written
    }
}
