// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
public import Model

/// A bound UDP socket.
///
/// There is one owner, and the socket is closed when that owner is gone.
public struct UDPSocket: ~Copyable, Sendable {
    private let descriptor: Descriptor
    private var drops = WrappingCounter()

    private init(owning descriptor: consuming Descriptor) { self.descriptor = descriptor }

    /// Opens a socket that receives what is sent to `port` of `address`.
    ///
    /// A socket on `::` takes IPv4 as well, unmapped; one on any other IPv6 address takes IPv6
    /// only.
    ///
    /// - Parameters:
    ///   - address: One of this host's addresses, or `0.0.0.0` or `::` for all of them.
    ///   - port: UDP port, in host byte order; 0 lets the kernel choose.
    ///   - receiveBuffer: How much the kernel may queue, in octets. Granted in full to a process
    ///     with CAP_NET_ADMIN, up to `net.core.rmem_max` to others: see ``grantedReceiveBuffer()``.
    /// - Returns: A socket ready to receive.
    /// - Throws: The first call that failed; no descriptor is left open then.
    public static func bound(
        to address: IPAddress,
        port: UInt16,
        receiveBuffer: Int
    ) throws(SystemError) -> UDPSocket {
        try bound(to: address, port: port, receiveBuffer: receiveBuffer, isShared: false)
    }

    /// As ``bound(to:port:receiveBuffer:)``; a shared port may be bound again by this user, if all
    /// its sockets are shared (SO_REUSEPORT).
    ///
    /// It takes nothing until ``takeDatagrams()``: what comes before all who share the port are
    /// there would come to the wrong one.
    static func bound(
        to address: IPAddress,
        port: UInt16,
        receiveBuffer: Int,
        isShared: Bool
    ) throws(SystemError) -> UDPSocket {
        // Owned from here on: a throw below drops it, which closes it.
        let descriptor = try Descriptor.datagramSocket(address.family)
        if isShared {
            try descriptor.set(SO_REUSEPORT, to: 1, name: "SO_REUSEPORT")
            try takeNothing(descriptor)
        }
        let size = CInt(clamping: max(receiveBuffer, 0))
        do {
            try descriptor.set(SO_RCVBUFFORCE, to: size, name: "SO_RCVBUFFORCE")
        } catch {
            guard error.code == EPERM else { throw error }
            try descriptor.set(SO_RCVBUF, to: size, name: "SO_RCVBUF")
        }
        try descriptor.set(CLinux_SO_TIMESTAMPNS, to: 1, name: "SO_TIMESTAMPNS")
        if address.family == .ipv6 {
            try descriptor.set(
                IPV6_V6ONLY,
                of: CInt(IPPROTO_IPV6),
                to: address == .v6(0) ? 0 : 1,
                name: "IPV6_V6ONLY"
            )
        }
        try descriptor.bind(to: SocketAddress(address, port: port))
        return UDPSocket(owning: descriptor)
    }

    /// Port the kernel bound, in host byte order.
    public borrowing func localPort() throws(SystemError) -> UInt16 {
        try descriptor.localAddress().port
    }

    /// How much the kernel may queue, in octets, in the terms of what was asked for.
    ///
    /// Half of what SO_RCVBUF reads: the kernel doubles what it is asked, for its own overhead
    /// (socket(7)).
    public borrowing func grantedReceiveBuffer() throws(SystemError) -> Int {
        Int(try descriptor.get(SO_RCVBUF, name: "SO_RCVBUF")) / 2
    }

    /// Datagrams for this socket that the kernel has thrown away since it was opened.
    ///
    /// Asked of the kernel (SO_MEMINFO), so that it is exact also when no datagram follows the
    /// lost ones, as the SO_RXQ_OVFL beside a datagram is not. Holds what did not fit the receive
    /// buffer, and what failed its checksum. The kernel counts in 32 bits; asking at least once
    /// in 2^32 drops keeps this count whole.
    public mutating func kernelDrops() throws(SystemError) -> UInt64 {
        drops.advance(to: try dropReading())
    }

    /// The kernel's own counter behind ``kernelDrops()``, which starts again at 2^32.
    borrowing func dropReading() throws(SystemError) -> UInt32 {
        try descriptor.memoryInformation()[Int(CLinux_memoryDrops)]
    }

    /// Makes the kernel choose among the sockets that share this one's port by `program`.
    borrowing func chooseSocket(by program: [CLinux_instruction]) throws(SystemError) {
        let (number, length) = (descriptor.number, UInt16(program.count))
        // Safe: the kernel reads `length` instructions of the array it is lent.
        guard unsafe CLinux_chooseSocketBy(number, program, length) == 0 else {
            throw SystemError(call: "setsockopt(SO_ATTACH_REUSEPORT_CBPF)")
        }
    }

    private static func takeNothing(_ descriptor: borrowing Descriptor) throws(SystemError) {
        let (number, program) = (descriptor.number, WorkerShare.nothing)
        // Safe: the kernel reads as many instructions of the array it is lent as it has.
        guard unsafe CLinux_acceptBy(number, program, UInt16(program.count)) == 0 else {
            throw SystemError(call: "setsockopt(SO_ATTACH_FILTER)")
        }
    }

    /// Makes a socket of a shared port receive.
    borrowing func takeDatagrams() throws(SystemError) {
        try descriptor.set(CLinux_SO_DETACH_FILTER, to: 0, name: "SO_DETACH_FILTER")
    }

    /// What to ask poll(2) of this socket.
    borrowing func pollRequest() -> pollfd {
        pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
    }

    /// Takes what has queued, up to `batch.capacity` datagrams, in one system call (recvmmsg(2)).
    ///
    /// - Parameters:
    ///   - batch: Filled anew; what it held is gone also when nothing has come.
    ///   - timeoutMilliseconds: How long to wait when nothing has queued; 0 does not wait.
    /// - Returns: The number of datagrams; 0 when none came in time or a signal ended the wait.
    /// - Throws: The call that failed.
    public borrowing func receive(
        into batch: inout DatagramBatch,
        timeoutMilliseconds: Int
    ) throws(SystemError) -> Int {
        // Under load there is always something: then one call does, and poll is never reached.
        let queued = try takeQueued(into: &batch)
        guard queued == 0, timeoutMilliseconds > 0 else { return queued }
        guard try waitForDatagram(milliseconds: timeoutMilliseconds) else { return 0 }
        return try takeQueued(into: &batch)
    }

    private borrowing func waitForDatagram(milliseconds: Int) throws(SystemError) -> Bool {
        var request = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        // Safe: poll(2) reads and writes the one structure it is lent.
        let ready = unsafe poll(&request, 1, CInt(clamping: milliseconds))
        if ready < 0 {
            guard errno == EINTR else { throw SystemError(call: "poll") }
        }
        return ready > 0
    }

    borrowing func takeQueued(into batch: inout DatagramBatch) throws(SystemError) -> Int {
        let number = descriptor.number
        // Safe: the headers that the batch lends point into its own memory, with true lengths.
        return try unsafe batch.fill { (headers, count) throws(SystemError) in
            while true {
                let flags = CInt(MSG_DONTWAIT)
                let received = unsafe CLinux_recvmmsg(number, headers, UInt32(count), flags)
                if received >= 0 { return Int(received) }
                if errno == EAGAIN { return 0 }
                guard errno == EINTR else { throw SystemError(call: "recvmmsg") }
            }
        }
    }
}

/// A count of any size, followed through a counter of 32 bits that starts again at zero.
struct WrappingCounter: Sendable {
    private var last: UInt32
    private var total: UInt64 = 0

    /// Counts from what the counter reads at first.
    init(at first: UInt32 = 0) { last = first }

    /// The count, now that the counter reads `reading`.
    mutating func advance(to reading: UInt32) -> UInt64 {
        total &+= UInt64(reading &- last)
        last = reading
        return total
    }
}
