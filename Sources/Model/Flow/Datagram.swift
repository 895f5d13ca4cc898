// SPDX-License-Identifier: Apache-2.0

/// One UDP payload from an exporter, lent by the receive buffer it lies in.
public struct Datagram: ~Escapable {
    /// Source address of the packet: the exporter, as RFC 7011 calls the device.
    ///
    /// IPv4-mapped IPv6 addresses are already unmapped.
    public let exporter: IPAddress
    /// Source UDP port of the packet.
    public let port: UInt16
    /// When the kernel took the packet, in nanoseconds since 1970-01-01 00:00 UTC.
    public let arrival: Int64
    /// The payload, exactly as received.
    public let octets: RawSpan

    @_lifetime(copy octets)
    public init(exporter: IPAddress, port: UInt16, arrival: Int64, octets: RawSpan) {
        self.exporter = exporter
        self.port = port
        self.arrival = arrival
        self.octets = octets
    }
}
