// SPDX-License-Identifier: Apache-2.0

package import Model

/// Builds NetFlow v5 packets.
package struct NetFlow5Packet: Sendable {
    package struct Record: Sendable {
        package var source = address("192.0.2.1")
        package var destination = address("198.51.100.1")
        package var nextHop = address("203.0.113.1")
        package var input = 1
        package var output = 2
        package var packets: UInt32 = 1
        package var octets: UInt32 = 100
        /// Uptimes in milliseconds.
        package var first: UInt32 = 90_000
        package var last: UInt32 = 95_000
        package var sourcePort = 1234
        package var destinationPort = 443
        package var ipProtocol: UInt8 = 6
        package var sourceAS = 64500
        package var destinationAS = 64501

        package init() {}
    }

    package var uptime: UInt32 = 100_000
    package var exportTime: UInt32 = 1_700_000_000
    package var exportNanoseconds: UInt32 = 0
    package var sequence: UInt32 = 1
    package var engine = 0
    /// Mode in the upper 2 bits, rate in the lower 14.
    package var sampling = 0
    package var records: [Record] = []
    /// What the header says; nil for the truth.
    package var claimedCount: Int?

    package init() {}

    /// The UDP payload.
    package var octets: [UInt8] {
        var packet = OctetWriter()
        packet.write16(5)
        packet.write16(claimedCount ?? records.count)
        packet.write32(uptime)
        packet.write32(exportTime)
        packet.write32(exportNanoseconds)
        packet.write32(sequence)
        packet.write16(engine)
        packet.write16(sampling)
        for record in records {
            packet.write(record.source)
            packet.write(record.destination)
            packet.write(record.nextHop)
            packet.write16(record.input)
            packet.write16(record.output)
            packet.write32(record.packets)
            packet.write32(record.octets)
            packet.write32(record.first)
            packet.write32(record.last)
            packet.write16(record.sourcePort)
            packet.write16(record.destinationPort)
            packet.write16(0)  // pad, TCP flags
            packet.write8(record.ipProtocol)
            packet.write8(0)  // type of service
            packet.write16(record.sourceAS)
            packet.write16(record.destinationAS)
            packet.write32(0)  // masks, pad
        }
        return packet.octets
    }
}
