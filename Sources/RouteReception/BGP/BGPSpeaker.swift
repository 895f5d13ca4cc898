// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Model
import NIOCore
import NIOPosix
import Synchronization

/// Accepts BGP sessions from configured neighbors and hands on what they announce (RFC 4271).
///
/// It never connects and never announces anything: to a neighbor it is a router without routes. It
/// offers IPv4 and IPv6 unicast (RFC 4760) and four-octet AS numbers (RFC 6793).
///
/// All sessions live on one thread of their own, so that ``RouteEvents`` is called in order, and a
/// slow receiver holds back the neighbors and nobody else.
public final class BGPSpeaker: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let sessions: NIOLoopBoundBox<BGPSessions?>
    private let servers: NIOLoopBoundBox<[any Channel]>
    private let local: BGPSession.Local
    private let neighbors: [BGPNeighbor]
    private let timing: BGPSessions.Timing
    private let events: any RouteEvents
    private let counters = SpeakerCounters()
    private let isStopped = Mutex(false)

    /// Creates a speaker that does nothing yet.
    ///
    /// - Parameters:
    ///   - localASN: Our AS; neighbors in it are internal.
    ///   - routerID: Our BGP Identifier, not 0.
    ///   - neighbors: One an address; of several, the first counts.
    ///   - events: Receives what happens, from ``start(on:port:)`` on.
    public convenience init(
        localASN: ASN,
        routerID: UInt32,
        neighbors: [BGPNeighbor],
        events: any RouteEvents
    ) {
        self.init(
            BGPSession.Local(asn: localASN, routerID: routerID),
            neighbors: neighbors,
            handshakeSeconds: 30,
            events: events
        )
    }

    /// Creates a speaker with other times than the usual ones.
    package init(
        _ local: BGPSession.Local,
        neighbors: [BGPNeighbor],
        handshakeSeconds: Int64,
        events: any RouteEvents
    ) {
        self.local = local
        self.neighbors = neighbors
        self.events = events
        timing = BGPSessions.Timing(
            handshake: .seconds(handshakeSeconds),
            now: Self.wallClock
        )
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        sessions = .makeEmptyBox(valueType: BGPSessions.self, eventLoop: loop)
        servers = .makeBoxSendingValue([], eventLoop: loop)
    }

    /// Listens for neighbors; may be called for several addresses.
    ///
    /// - Parameters:
    ///   - address: Where to listen.
    ///   - port: TCP port; 0 takes any free one.
    /// - Returns: The port taken.
    /// - Throws: When the address cannot be listened on.
    @discardableResult
    public func start(on address: IPAddress, port: UInt16) async throws -> UInt16 {
        let loop = group.next()
        let (sessions, servers) = (sessions, servers)
        let (local, neighbors, timing, counters) = (local, neighbors, timing, counters)
        let events = events
        try await loop.submit {
            guard sessions.value == nil else { return }
            sessions.value = BGPSessions(local, neighbors, timing, counters, events)
        }.get()
        let server = try await ServerBootstrap(group: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let sessions = sessions.value else { return }
                    let handler = BGPSessionHandler(sessions)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(to: SocketAddress(ipAddress: address.description, port: Int(port)))
            .get()
        try await loop.submit { servers.value.append(server) }.get()
        return UInt16(clamping: server.localAddress?.port ?? 0)
    }

    /// Stops listening and ends all sessions with Cease, Administrative Shutdown; for good.
    public func stop() async {
        let isFirst = isStopped.withLock { isStopped in
            defer { isStopped = true }
            return !isStopped
        }
        guard isFirst else { return }
        let (sessions, servers) = (sessions, servers)
        let stopped = group.next().submit {
            for server in servers.value { server.close(promise: nil) }
            servers.value = []
            sessions.value?.shutDown()
            sessions.value = nil
        }
        try? await stopped.get()
        try? await group.shutdownGracefully()
    }

    /// What has been seen so far.
    public var statistics: BGPSpeakerStatistics { counters.current }

    /// Now, in nanoseconds since 1970-01-01 00:00 UTC.
    @Sendable
    private static func wallClock() -> Int64 {
        var time = timespec()
        // Safe: clock_gettime writes the one structure it is given.
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
