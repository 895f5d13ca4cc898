// SPDX-License-Identifier: Apache-2.0

/// Builds a capture file (pcap, nanoseconds, packets from their IP header on) of UDP datagrams.
package struct CaptureOctets: Sendable {
    package private(set) var octets: [UInt8]

    package init() {
        var header = OctetWriter()
        header.write32(0xa1b2_3c4d)
        header.write16(2)
        header.write16(4)
        header.write64(0)
        header.write32(65535)
        header.write32(101)  // LINKTYPE_RAW
        octets = header.octets
    }

    /// Adds a datagram that arrived at `time`, in nanoseconds since 1970-01-01 00:00 UTC.
    package mutating func add(
        _ payload: [UInt8],
        from source: String = "192.0.2.1",
        to port: Int = 2055,
        at time: Int64 = 1_700_000_001_000_000_000
    ) {
        var packet = OctetWriter()
        packet.write16(0x4500)
        packet.write16(28 + payload.count)
        packet.write32(0)
        packet.write8(64)
        packet.write8(17)
        packet.write16(0)
        packet.write(address(source))
        packet.write(address("198.51.100.9"))
        packet.write16(50_000)
        packet.write16(port)
        packet.write16(8 + payload.count)
        packet.write16(0)
        packet.write(payload)
        add(packet: packet.octets, at: time)
    }

    /// Adds a packet that begins with its IP header.
    package mutating func add(packet: [UInt8], at time: Int64 = 1_700_000_001_000_000_000) {
        var record = OctetWriter()
        record.write32(UInt32(truncatingIfNeeded: time / 1_000_000_000))
        record.write32(UInt32(truncatingIfNeeded: time % 1_000_000_000))
        record.write32(UInt32(packet.count))
        record.write32(UInt32(packet.count))
        record.write(packet)
        octets += record.octets
    }
}
