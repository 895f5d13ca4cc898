// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
public import Model

/// The datagrams of one `recvmmsg` call, in memory allocated once and reused for every call.
///
/// All unsafe memory of the receive path is in this file. Outside it, a datagram is a ``Datagram``
/// that borrows from the batch and cannot outlive the next fill.
@safe
public struct DatagramBatch: ~Copyable {
    /// The longest payload UDP can carry, rounded up, in octets: nothing arrives cut off.
    ///
    /// Memory that no datagram has reached is only reserved, not used.
    public static let longestPayload = 65535

    /// Datagrams taken by one call at most.
    public let capacity: Int
    /// Datagrams here now.
    public private(set) var count = 0

    /// When the batch was filled, for a datagram that the kernel gave no time.
    private var filled: Int64 = 0
    /// Longest payload kept, in octets.
    private let octetsPerDatagram: Int
    /// From the start of one payload to the next, in octets.
    private let stride: Int

    private let payloads: UnsafeMutableRawBufferPointer
    private let controls: UnsafeMutableRawBufferPointer
    private let addresses: UnsafeMutableBufferPointer<sockaddr_storage>
    private let vectors: UnsafeMutableBufferPointer<iovec>
    private let headers: UnsafeMutableBufferPointer<CLinux_mmsghdr>

    /// Allocates the memory of a batch.
    ///
    /// - Parameters:
    ///   - capacity: Datagrams per system call; 64 amortises the call well.
    ///   - octetsPerDatagram: Longest payload kept, in octets; longer ones arrive cut off.
    public init(capacity: Int = 64, octetsPerDatagram: Int = Self.longestPayload) {
        precondition(capacity > 0 && octetsPerDatagram > 0)
        self.capacity = capacity
        self.octetsPerDatagram = octetsPerDatagram
        // Odd cache lines apart: payloads a power of two apart would all fall on the same lines of
        // the processor's caches.
        stride = (octetsPerDatagram + 127) / 128 * 128 + 64
        // Safe: each buffer is as large as the loops below, `fill` and the subscript assume, is
        // initialized in full here, and is freed only by `deinit`.
        unsafe payloads = .allocate(byteCount: capacity * stride, alignment: 64)
        unsafe controls = .allocate(byteCount: capacity * CLinux_timestampSpace, alignment: 16)
        unsafe addresses = .allocate(capacity: capacity)
        unsafe vectors = .allocate(capacity: capacity)
        unsafe headers = .allocate(capacity: capacity)
        unsafe controls.initializeMemory(as: UInt8.self, repeating: 0)
        unsafe addresses.initialize(repeating: sockaddr_storage())
        unsafe vectors.initialize(repeating: iovec())
        unsafe headers.initialize(repeating: CLinux_mmsghdr())
        for index in 0..<capacity {
            // Safe: `index` is below the capacity that the buffers were allocated with.
            unsafe vectors[index].iov_base = payloads.baseAddress.map { unsafe $0 + index * stride }
            unsafe vectors[index].iov_len = octetsPerDatagram
            unsafe headers[index].msg_hdr.msg_name = UnsafeMutableRawPointer(
                addresses.baseAddress.map { unsafe $0 + index }
            )
            unsafe headers[index].msg_hdr.msg_iov = vectors.baseAddress.map { unsafe $0 + index }
            unsafe headers[index].msg_hdr.msg_iovlen = 1
            unsafe headers[index].msg_hdr.msg_control = controls.baseAddress.map {
                unsafe $0 + index * CLinux_timestampSpace
            }
        }
    }

    deinit {
        // Safe: the one owner is gone, and every `Datagram` borrowed from it.
        unsafe payloads.deallocate()
        unsafe controls.deallocate()
        unsafe addresses.deallocate()
        unsafe vectors.deallocate()
        unsafe headers.deallocate()
    }

    /// The datagram at `index`, borrowed until the batch is filled again.
    public subscript(index: Int) -> Datagram {
        @_lifetime(borrow self)
        get {
            precondition(index >= 0 && index < count, "no datagram at \(index)")
            // Safe: `index` is that of a datagram the kernel has written, of `msg_len` octets.
            let length = unsafe min(Int(headers[index].msg_len), octetsPerDatagram)
            let start = index * stride
            let octets = unsafe RawSpan(
                _unsafeBytes: UnsafeRawBufferPointer(rebasing: payloads[start..<start + length])
            )
            let exporter = unsafe SocketAddress(addresses[index])
            let datagram = Datagram(
                exporter: exporter.address,
                port: exporter.port,
                arrival: timestamp(of: index) ?? filled,
                octets: octets
            )
            // Safe: the memory is the batch's own, and filling it again needs it unborrowed.
            return unsafe _overrideLifetime(datagram, borrowing: self)
        }
    }

    /// Forgets what it holds.
    mutating func removeAll() { count = 0 }

    /// Makes the headers ready, lets `body` fill them, and keeps the count it returns.
    @unsafe
    mutating func fill(
        _ body: (UnsafeMutablePointer<CLinux_mmsghdr>, Int) throws(SystemError) -> Int
    ) throws(SystemError) -> Int {
        count = 0
        // Safe: a buffer of at least one element has an address.
        guard let first = unsafe headers.baseAddress else { return 0 }
        for index in 0..<capacity {
            // The kernel has put the lengths it used into those it was given.
            // Safe: `index` is below the capacity that the buffers were allocated with.
            unsafe headers[index].msg_hdr.msg_namelen = socklen_t(
                MemoryLayout<sockaddr_storage>.size
            )
            unsafe headers[index].msg_hdr.msg_controllen = CLinux_timestampSpace
            unsafe headers[index].msg_hdr.msg_flags = 0
        }
        let received = try unsafe body(first, capacity)
        precondition((0...capacity).contains(received))
        if received > 0 { filled = Self.now() }
        count = received
        return received
    }

    /// When the kernel took the datagram at `index`, in nanoseconds since 1970-01-01 00:00 UTC.
    private func timestamp(of index: Int) -> Int64? {
        // Safe: the kernel has set `msg_controllen` to what it wrote of the control buffer, and
        // the macros of cmsg(3) stay inside that.
        var control = unsafe CLinux_firstControl(&headers[index].msg_hdr)
        while let current = unsafe control {
            let isTimestamp =
                unsafe current.pointee.cmsg_level == SOL_SOCKET
                && current.pointee.cmsg_type == CLinux_SO_TIMESTAMPNS
            if isTimestamp, let data = unsafe CLinux_controlData(current) {
                // Safe: a control message of this type holds a timespec (socket(7)).
                return unsafe Self.nanoseconds(data.loadUnaligned(as: timespec.self))
            }
            unsafe control = CLinux_nextControl(&headers[index].msg_hdr, current)
        }
        return nil
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    private static func now() -> Int64 {
        var time = timespec()
        // Safe: the kernel writes the one timespec it is lent.
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return nanoseconds(time)
    }
}
