// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Model
import NIOCore
import NIOPosix
import RouteDecoding
import Synchronization

/// Accepts the BMP connections of configured routers and hands on what they report (RFC 7854).
///
/// It is the *monitoring station* of the RFC, on the passive side. It never connects, and never
/// sends anything: BMP has no message for it. All connections live on one thread of their own, so
/// that ``StationEvents`` is called in order.
public final class BMPListener: StationSessions {
    private let group: MultiThreadedEventLoopGroup
    private let connections: NIOLoopBoundBox<BMPConnections?>
    private let listeners: NIOLoopBoundBox<[any Channel]>
    private let configured: NIOLoopBoundBox<[BMPStation]>
    private let timing: BMPConnections.Timing
    private let events: any StationEvents
    private let board = StationBoard()
    private let isStopped = Mutex(false)

    /// Creates a listener that does nothing yet.
    ///
    /// - Parameters:
    ///   - stations: One an address; of several, the first counts. Others are refused.
    ///   - events: Receives what happens, from ``start(on:port:)`` on.
    public convenience init(stations: [BMPStation], events: any StationEvents) {
        self.init(stations: stations, firstSeconds: 30, restSeconds: 60, events: events)
    }

    /// Creates a listener with other times than the usual ones.
    package init(
        stations: [BMPStation],
        firstSeconds: Int64,
        restSeconds: Int64,
        events: any StationEvents
    ) {
        self.events = events
        timing = BMPConnections.Timing(
            first: .seconds(firstSeconds),
            rest: .seconds(restSeconds),
            now: BGPSpeaker.wallClock
        )
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        connections = .makeEmptyBox(valueType: BMPConnections.self, eventLoop: loop)
        listeners = .makeBoxSendingValue([], eventLoop: loop)
        configured = .makeBoxSendingValue(stations, eventLoop: loop)
    }

    /// Listens for stations; may be called for several addresses.
    ///
    /// - Parameters:
    ///   - address: Where to listen; "::" takes IPv4 as well.
    ///   - port: TCP port; 0 takes any free one.
    /// - Returns: The port taken.
    /// - Throws: When the address cannot be listened on.
    @discardableResult
    public func start(on address: IPAddress, port: UInt16) async throws -> UInt16 {
        let loop = group.next()
        let (connections, listeners) = (connections, listeners)
        try await loop.submit { self.prepare() }.get()
        let server = try await ServerBootstrap(group: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard address.family == .ipv6 else { return }
                    // "::" takes IPv4 as well, whatever net.ipv6.bindv6only says.
                    try channel.syncOptions?.setOption(
                        Self.option(.ipv6, IPV6_V6ONLY),
                        value: 0
                    )
                }
            }
            // A router that has gone without a word says nothing for two minutes.
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(Self.option(.tcp, TCP_KEEPIDLE), value: 60)
            .childChannelOption(Self.option(.tcp, TCP_KEEPINTVL), value: 15)
            .childChannelOption(Self.option(.tcp, TCP_KEEPCNT), value: 4)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let connections = connections.value else { return }
                    let handler = BMPConnectionHandler(connections)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(to: SocketAddress(ipAddress: address.description, port: Int(port)))
            .get()
        try await loop.submit { listeners.value.append(server) }.get()
        return UInt16(clamping: server.localAddress?.port ?? 0)
    }

    private func prepare() {
        guard connections.value == nil else { return }
        let connections = BMPConnections(timing, board, events)
        self.connections.value = connections
        events.begin(self)
        connections.configure(configured.value)
    }

    /// Takes another list of stations, in place of all before, while connections last.
    ///
    /// Those of stations that are gone, or are configured otherwise, end; all others are not
    /// touched. Of several stations with one address the first counts.
    public func update(stations: [BMPStation]) async throws {
        try await group.next().submit {
            self.configured.value = stations
            self.connections.value?.configure(stations)
        }.get()
    }

    /// Stops listening and ends all connections; for good.
    public func stop() async {
        let isFirst = isStopped.withLock { isStopped in
            defer { isStopped = true }
            return !isStopped
        }
        guard isFirst else { return }
        let (connections, listeners) = (connections, listeners)
        let stopped = group.next().submit {
            for listener in listeners.value { listener.close(promise: nil) }
            listeners.value = []
            connections.value?.shutDown()
            connections.value = nil
        }
        try? await stopped.get()
        try? await group.shutdownGracefully()
    }

    public func resumeReading() {
        guard !isStopped.withLock({ $0 }) else { return }
        group.next().execute { [connections] in connections.value?.resumeReading() }
    }

    /// Does nothing: a router cannot be told, and its other tables go on.
    public func limitReached(
        by neighbor: String,
        _ family: AddressFamily,
        bound: Int,
        refusingFor seconds: Int64
    ) {}

    public var messagesReceived: [String: Int] {
        Dictionary(board.all.map { ($0.name, $0.statistics.messages) }) { first, _ in first }
    }

    public var standings: [StationStanding] { board.all }

    private static func option(
        _ level: NIOBSDSocket.OptionLevel,
        _ name: CInt
    ) -> ChannelOptions.Types.SocketOption {
        .init(level: level, name: NIOBSDSocket.Option(rawValue: name))
    }
}
