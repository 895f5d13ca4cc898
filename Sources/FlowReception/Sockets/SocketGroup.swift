// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Model

/// One worker's sockets: one for each port that is listened on, shared with the other workers.
///
/// All that an exporter sends, to whichever of these ports and from whichever of its own, comes to
/// the group of the same number (``WorkerShare``).
public struct SocketGroup: Sendable {
    /// Where flows are listened for.
    public struct Endpoint: Sendable {
        public var address: IPAddress
        /// UDP port, in host byte order; 0 lets the kernel choose.
        public var port: UInt16

        public init(address: IPAddress, port: UInt16) {
            self.address = address
            self.port = port
        }
    }

    /// A socket that could not be opened, and why.
    public struct BindingError: Error {
        /// Index of its endpoint.
        public let endpoint: Int
        public let reason: SystemError
    }

    /// Closed when the last group that holds it is gone.
    private final class Member: Sendable {
        let socket: UDPSocket

        init(_ socket: consuming UDPSocket) { self.socket = socket }
    }

    private var members: [Member] = []
    private var drops: [WrappingCounter] = []
    private var requests: [pollfd] = []
    /// The sockets that had more when they were last looked at.
    private var isReady: [Bool] = []
    /// When the last datagram taken from each came, while more was left behind; else `.max`.
    private var takenUntil: [Int64] = []
    private var turn = 0

    /// Opens the sockets of `workers` groups.
    ///
    /// - Parameters:
    ///   - endpoints: Where to listen.
    ///   - workers: Number of groups; with one, no port is shared.
    ///   - receiveBuffer: As of ``UDPSocket/bound(to:port:receiveBuffer:)``, for each socket.
    /// - Returns: The groups, in the order of ``WorkerShare``.
    /// - Throws: The first socket that could not be opened; no descriptor is left open then.
    public static func bound(
        to endpoints: [Endpoint],
        workers: Int,
        receiveBuffer: Int
    ) throws(BindingError) -> [SocketGroup] {
        var groups = Array(repeating: SocketGroup(), count: max(1, workers))
        for (index, endpoint) in endpoints.enumerated() {
            do throws(SystemError) {
                try open(endpoint, for: &groups, receiveBuffer)
            } catch {
                throw BindingError(endpoint: index, reason: error)
            }
        }
        return groups
    }

    private static func open(
        _ endpoint: Endpoint,
        for groups: inout [SocketGroup],
        _ receiveBuffer: Int
    ) throws(SystemError) {
        let (address, isShared) = (endpoint.address, groups.count > 1)
        var port = endpoint.port
        if isShared, port != 0 {
            // Another process of ours could share the port, and each would get a part.
            _ = try UDPSocket.bound(to: address, port: port, receiveBuffer: 0)
        }
        for index in groups.indices {
            let socket = try UDPSocket.bound(
                to: address,
                port: port,
                receiveBuffer: receiveBuffer,
                isShared: isShared
            )
            port = try socket.localPort()
            if isShared, index == 0 {
                try socket.chooseSocket(by: WorkerShare.program(count: groups.count))
            }
            groups[index].add(socket)
        }
        guard isShared else { return }
        for index in groups.indices { try groups[index].takeDatagramsOfLast() }
    }

    private mutating func add(_ socket: consuming UDPSocket) {
        requests.append(socket.pollRequest())
        members.append(Member(socket))
        drops.append(WrappingCounter())
        isReady.append(true)
        takenUntil.append(.max)
    }

    /// From here on the socket that was added last receives; what came before is not its own, and
    /// none of its drops.
    private mutating func takeDatagramsOfLast() throws(SystemError) {
        let last = members.count - 1
        try members[last].socket.takeDatagrams()
        drops[last] = WrappingCounter(at: try members[last].socket.dropReading())
    }

    /// Number of sockets, in the order of the endpoints.
    public var count: Int { members.count }

    /// Port that the socket of an endpoint is bound to, in host byte order.
    public func port(of endpoint: Int) throws(SystemError) -> UInt16 {
        try members[endpoint].socket.localPort()
    }

    /// As ``UDPSocket/grantedReceiveBuffer()``, of an endpoint's socket.
    public func grantedReceiveBuffer(of endpoint: Int) throws(SystemError) -> Int {
        try members[endpoint].socket.grantedReceiveBuffer()
    }

    /// As ``UDPSocket/kernelDrops()``, of an endpoint's socket.
    public mutating func kernelDrops(of endpoint: Int) throws(SystemError) -> UInt64 {
        drops[endpoint].advance(to: try members[endpoint].socket.dropReading())
    }

    /// Takes what has queued at one of the sockets, each in its turn.
    ///
    /// - Parameters:
    ///   - batch: Filled anew; what it held is gone also when nothing has come.
    ///   - timeoutMilliseconds: How long to wait when nothing has queued; 0 does not wait.
    /// - Returns: The number of datagrams; 0 when none came in time or a signal ended the wait.
    /// - Throws: The call that failed.
    public mutating func receive(
        into batch: inout DatagramBatch,
        timeoutMilliseconds: Int
    ) throws(SystemError) -> Int {
        let received = try takeFromReady(into: &batch)
        guard received == 0 else { return received }
        guard try wait(milliseconds: timeoutMilliseconds) else { return 0 }
        return try takeFromReady(into: &batch)
    }

    /// Takes what has queued at one of the sockets, without waiting.
    ///
    /// - Parameters:
    ///   - endpoint: Whose socket.
    ///   - batch: Filled anew; what it held is gone also when nothing has come.
    /// - Returns: The number of datagrams.
    /// - Throws: The call that failed.
    public mutating func receive(
        from endpoint: Int,
        into batch: inout DatagramBatch
    ) throws(SystemError) -> Int {
        let received = try members[endpoint].socket.takeQueued(into: &batch)
        // A batch that was not filled has left nothing behind.
        isReady[endpoint] = received == batch.capacity
        takenUntil[endpoint] = isReady[endpoint] ? batch[received - 1].arrival : .max
        return received
    }

    /// When the last datagram was taken of the socket that has waited longest with more, in
    /// nanoseconds since 1970-01-01 00:00 UTC; nil when none has more.
    ///
    /// All that came before has been taken.
    public var allTakenUntil: Int64? {
        takenUntil.min().flatMap { $0 == .max ? nil : $0 }
    }

    private mutating func takeFromReady(
        into batch: inout DatagramBatch
    ) throws(SystemError) -> Int {
        for _ in members.indices {
            turn = (turn + 1) % members.count
            // Else nobody would look after the others while one always has more.
            if turn == 0, isReady.contains(true), isReady.contains(false) {
                _ = try wait(milliseconds: 0)
            }
            guard isReady[turn] else { continue }
            let received = try receive(from: turn, into: &batch)
            if received > 0 { return received }
        }
        batch.removeAll()
        return 0
    }

    /// Whether any socket has something; which ones is kept.
    private mutating func wait(milliseconds: Int) throws(SystemError) -> Bool {
        let number = nfds_t(requests.count)
        // Safe: poll(2) reads and writes the `number` structures of the array it is lent.
        let ready = unsafe poll(&requests, number, CInt(clamping: milliseconds))
        guard ready >= 0 else {
            if errno == EINTR { return false }
            throw SystemError(call: "poll")
        }
        for index in requests.indices {
            isReady[index] = requests[index].revents != 0
            if !isReady[index] { takenUntil[index] = .max }
        }
        return ready > 0
    }
}
