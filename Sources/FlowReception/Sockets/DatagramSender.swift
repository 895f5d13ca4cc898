// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Model

/// A UDP socket that sends to one place, for the demo and for tests.
///
/// With a source address of its own each, several of them play several exporters: all of
/// 127.0.0.0/8 is this host.
public struct DatagramSender: ~Copyable, Sendable {
    private let descriptor: Descriptor

    private init(owning descriptor: consuming Descriptor) { self.descriptor = descriptor }

    /// Opens a socket that sends to `port` of `address`.
    ///
    /// - Parameters:
    ///   - address: Where to send.
    ///   - port: UDP port to send to, in host byte order.
    ///   - source: The address to send from, of the same family; nil lets the kernel choose.
    /// - Returns: A socket ready to send.
    /// - Throws: The first call that failed; no descriptor is left open then.
    public static func connected(
        to address: IPAddress,
        port: UInt16,
        from source: IPAddress? = nil
    ) throws(SystemError) -> DatagramSender {
        let descriptor = try Descriptor.datagramSocket(address.family)
        if let source { try descriptor.bind(to: SocketAddress(source, port: 0)) }
        try descriptor.connect(to: SocketAddress(address, port: port))
        return DatagramSender(owning: descriptor)
    }

    /// Port the datagrams come from, in host byte order.
    public borrowing func localPort() throws(SystemError) -> UInt16 {
        try descriptor.localAddress().port
    }

    /// Sends one datagram; waits while the send buffer is full.
    ///
    /// That nobody listens shows at a later datagram, as ECONNREFUSED.
    public borrowing func send(_ octets: [UInt8]) throws(SystemError) {
        while true {
            // Safe: send(2) reads `octets.count` octets of the array it is lent.
            let sent = unsafe Glibc.send(descriptor.number, octets, octets.count, 0)
            if sent >= 0 { return }
            guard errno == EINTR else { throw SystemError(call: "send") }
        }
    }
}
