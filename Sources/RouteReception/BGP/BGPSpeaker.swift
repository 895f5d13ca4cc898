// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Model
import NIOCore
import NIOPosix
import Synchronization

/// Accepts BGP sessions from configured neighbors and hands on what they announce (RFC 4271).
///
/// It never connects and never announces anything: to a neighbor it is a router without routes. It
/// offers IPv4 and IPv6 unicast (RFC 4760), four-octet AS numbers (RFC 6793), and what stands in
/// ``BGPSession``.
///
/// All sessions live on one thread of their own, so that ``RouteEvents`` is called in order; it
/// decodes and keeps timers, and waits for nobody.
public final class BGPSpeaker: RouteSessions {
    /// An address that is listened on.
    private struct Listener {
        var channel: any Channel
        var address: IPAddress
    }

    private let group: MultiThreadedEventLoopGroup
    private let sessions: NIOLoopBoundBox<BGPSessions?>
    private let listeners: NIOLoopBoundBox<[Listener]>
    private let configured: NIOLoopBoundBox<[BGPNeighbor]>
    private let local: BGPSession.Local
    private let timing: BGPSessions.Timing
    private let events: any RouteEvents
    private let counters = SpeakerCounters()
    private let isStopped = Mutex(false)

    /// Creates a speaker that does nothing yet.
    ///
    /// - Parameters:
    ///   - localASN: Our AS; neighbors in it are internal.
    ///   - routerID: Our BGP Identifier, not 0.
    ///   - confederation: What our AS is a member of.
    ///   - neighbors: One an address; of several, the first counts.
    ///   - events: Receives what happens, from ``start(on:port:)`` on.
    public convenience init(
        localASN: ASN,
        routerID: UInt32,
        confederation: Confederation? = nil,
        neighbors: [BGPNeighbor],
        events: any RouteEvents
    ) {
        var local = BGPSession.Local(asn: localASN, routerID: routerID)
        local.confederation = confederation
        self.init(
            local,
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
        self.events = events
        timing = BGPSessions.Timing(
            handshake: .seconds(handshakeSeconds),
            now: Self.wallClock
        )
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        sessions = .makeEmptyBox(valueType: BGPSessions.self, eventLoop: loop)
        listeners = .makeBoxSendingValue([], eventLoop: loop)
        configured = .makeBoxSendingValue(neighbors, eventLoop: loop)
    }

    /// Listens for neighbors; may be called for several addresses.
    ///
    /// - Parameters:
    ///   - address: Where to listen; "::" takes IPv4 as well.
    ///   - port: TCP port; 0 takes any free one.
    /// - Returns: The port taken.
    /// - Throws: When the address cannot be listened on, or the kernel has no signatures for a
    ///   neighbor with a key.
    @discardableResult
    public func start(on address: IPAddress, port: UInt16) async throws -> UInt16 {
        let loop = group.next()
        let (sessions, listeners, configured) = (sessions, listeners, configured)
        try await loop.submit { self.prepare() }.get()
        let server = try await ServerBootstrap(group: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try SessionSocket.prepare(channel, on: address)
                }.flatMap {
                    // Before it listens: no connection may be older than its key.
                    let keyed = configured.value.filter { $0.key != nil }
                    return EventLoopFuture.andAllSucceed(
                        keyed.map {
                            SessionSocket.sign($0.key, with: $0.address, on: channel, at: address)
                        },
                        on: channel.eventLoop
                    )
                }
            }
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
        try await loop.submit {
            listeners.value.append(Listener(channel: server, address: address))
        }.get()
        return UInt16(clamping: server.localAddress?.port ?? 0)
    }

    private func prepare() {
        guard sessions.value == nil else { return }
        let sessions = BGPSessions(local, timing, counters, events)
        self.sessions.value = sessions
        events.begin(self)
        sessions.configure(local, configured.value)
    }

    /// Takes another list of neighbors, in place of all before, while sessions run.
    ///
    /// Neighbors that are new may connect. Sessions of those that are gone end with Cease, Peer
    /// De-configured; of those that are configured otherwise, or of all when we are another AS or
    /// router, with Other Configuration Change. All others are not touched.
    ///
    /// - Parameters:
    ///   - neighbors: One an address; of several, the first counts.
    ///   - localASN: Our AS.
    ///   - routerID: Our BGP Identifier, not 0.
    ///   - confederation: What our AS is a member of.
    ///   - names: Neighbors that may come again though they have announced too much; so may those
    ///     that are configured otherwise.
    /// - Throws: `BGPKeyError` when keys could not be set; the list holds nevertheless, but who was
    ///   to have one of them is refused until an update sets it.
    public func update(
        neighbors: [BGPNeighbor],
        localASN: ASN,
        routerID: UInt32,
        confederation: Confederation? = nil,
        readmitting names: Set<String> = []
    ) async throws {
        var local = local
        local.confederation = confederation
        local.asn = localASN
        local.routerID = routerID
        let changed = local
        let failures = try await group.next().flatSubmit {
            self.configured.value = neighbors
            // Keys first: a neighbor that is told to go may be back at once.
            return self.sign(neighbors).map { failures in
                self.sessions.value?.configure(
                    changed,
                    neighbors,
                    withoutKey: Set(failures.keys),
                    readmitting: names
                )
                return failures
            }
        }.get()
        let failed = neighbors.compactMap { neighbor in
            failures[neighbor.address].map { BGPKeyError.Failure(name: neighbor.name, reason: $0) }
        }
        guard failed.isEmpty else { throw BGPKeyError(failures: failed) }
    }

    /// Sets the keys that have changed, or could not be set before, on all that is listened on.
    ///
    /// - Returns: The addresses whose key could not be set, and why.
    private func sign(_ neighbors: [BGPNeighbor]) -> EventLoopFuture<[IPAddress: String]> {
        let loop = group.next()
        let before = sessions.value?.neighbors ?? [:]
        let withoutKey = sessions.value?.withoutKey ?? []
        let now = Dictionary(neighbors.map { ($0.address, $0) }) { first, _ in first }
        var changes: [EventLoopFuture<(IPAddress, String?)>] = []
        for address in Set(now.keys).union(before.keys) {
            let key = now[address]?.key
            guard key != before[address]?.key || withoutKey.contains(address) else { continue }
            let signed = listeners.value.map {
                SessionSocket.sign(key, with: address, on: $0.channel, at: $0.address)
            }
            changes.append(
                EventLoopFuture.andAllSucceed(signed, on: loop)
                    .map { (address, nil) }
                    .recover { (address, "\($0)") }
            )
        }
        return EventLoopFuture.whenAllSucceed(changes, on: loop).map { results in
            results.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    /// Stops listening and ends all sessions with Cease, Administrative Shutdown; for good.
    public func stop() async {
        let isFirst = isStopped.withLock { isStopped in
            defer { isStopped = true }
            return !isStopped
        }
        guard isFirst else { return }
        let (sessions, listeners) = (sessions, listeners)
        let stopped = group.next().submit {
            for listener in listeners.value { listener.channel.close(promise: nil) }
            listeners.value = []
            sessions.value?.shutDown()
            sessions.value = nil
        }
        try? await stopped.get()
        try? await group.shutdownGracefully()
    }

    public func resumeReading() {
        guard !isStopped.withLock({ $0 }) else { return }
        group.next().execute { [sessions] in sessions.value?.resumeReading() }
    }

    public func limitReached(
        by neighbor: String,
        _ family: AddressFamily,
        bound: Int,
        refusingFor seconds: Int64
    ) {
        guard !isStopped.withLock({ $0 }) else { return }
        group.next().execute { [sessions] in
            sessions.value?.limitReached(by: neighbor, family, bound: bound, seconds: seconds)
        }
    }

    /// What has been seen so far.
    public var statistics: BGPSpeakerStatistics { counters.current }

    public var messagesReceived: [String: Int] { counters.messagesByNeighbor }

    /// Now, in nanoseconds since 1970-01-01 00:00 UTC.
    @Sendable
    static func wallClock() -> Int64 {
        var time = timespec()
        // Safe: clock_gettime writes the one structure it is given.
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
