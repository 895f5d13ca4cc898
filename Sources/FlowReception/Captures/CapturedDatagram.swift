// SPDX-License-Identifier: Apache-2.0

public import Model

/// One UDP datagram of a capture, put together if it was sent in fragments.
public struct CapturedDatagram: Equatable, Sendable {
    public var source: IPAddress
    public var sourcePort: UInt16
    public var destination: IPAddress
    public var destinationPort: UInt16
    /// When it was captured, in nanoseconds since 1970-01-01 00:00 UTC.
    public var arrival: Int64
    /// The payload as far as it was captured.
    public var payload: [UInt8]

    /// Reads the UDP header (RFC 768) of `packet`; nil when it is not whole or its length absurd.
    init?(_ packet: IPPacket, arrival: Int64) {
        var octets = packet.payload
        guard let sourcePort = octets.read(UInt16.self),
            let destinationPort = octets.read(UInt16.self),
            let length = octets.read(UInt16.self),
            octets.skip(2),
            length >= 8
        else { return nil }
        octets.cut(to: Int(length) - 8)
        source = packet.source.unmapped
        destination = packet.destination.unmapped
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.arrival = arrival
        payload = octets.array
    }
}
