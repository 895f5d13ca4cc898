// SPDX-License-Identifier: Apache-2.0

package import Model
import NIOCore
import NIOPosix
package import RouteDecoding
import Wire

/// The other end of a session: connects to a ``BGPSpeaker``, sends octets, and reads messages.
///
/// It knows no states and no timers. It is what the demonstration and the tests play routers with;
/// the collector itself never connects.
package struct BGPConnection {
    /// A message that came.
    package enum Message: Equatable, Sendable {
        case open(BGPOpen)
        case keepalive
        case notification(BGPNotification)
        /// An UPDATE or ROUTE-REFRESH, its header included.
        case other([UInt8])
    }

    /// How a router protects its connection.
    package struct Protection: Sendable {
        /// Key of TCP MD5 signatures (RFC 2385); nil for none.
        package var key: [UInt8]?
        /// Time to live of what it sends (RFC 5082 needs 255); nil for the system's.
        package var ttl: Int?

        package init(key: [UInt8]? = nil, ttl: Int? = nil) {
            self.key = key
            self.ttl = ttl
        }
    }

    /// Sends; may be used from several tasks at once, each message whole.
    package struct Writer: Sendable {
        fileprivate let channel: any Channel

        package func send(_ octets: [UInt8]) async throws {
            try await channel.writeAndFlush(ByteBuffer(bytes: octets)).get()
        }

        /// Sends what follows with another time to live.
        package func changeTTL(to ttl: Int) async throws {
            let channel = channel
            try await channel.eventLoop.submit {
                guard let address = channel.remoteAddress?.ipAddress.flatMap({ IPAddress($0) })
                else { return }
                try SessionSocket.send(withTTL: ttl, on: channel, to: address)
            }.get()
        }
    }

    package let writer: Writer
    private var incoming: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var unread = ByteBuffer()

    private init(
        writer: Writer,
        incoming: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    ) {
        self.writer = writer
        self.incoming = incoming
    }

    /// Connects, runs `body`, and closes the connection.
    ///
    /// - Parameters:
    ///   - address: Of the speaker.
    ///   - port: Its TCP port.
    ///   - source: Our own address, when it matters which.
    ///   - protection: What the speaker requires of us.
    ///   - body: Uses the connection, which does not outlive it.
    /// - Returns: What `body` returns.
    /// - Throws: When connecting fails, and what `body` throws.
    package static func open<Value: Sendable>(
        to address: IPAddress,
        port: UInt16,
        from source: IPAddress? = nil,
        protection: Protection = Protection(),
        _ body: (inout BGPConnection) async throws -> Value
    ) async throws -> Value {
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let ttl = protection.ttl {
                        try SessionSocket.send(withTTL: ttl, on: channel, to: address)
                    }
                }.flatMap {
                    guard let key = protection.key else {
                        return channel.eventLoop.makeSucceededVoidFuture()
                    }
                    return SessionSocket.sign(key, with: address, on: channel, at: address)
                }
            }
        if let source {
            let local = try SocketAddress(ipAddress: source.description, port: 0)
            bootstrap = bootstrap.bind(to: local)
        }
        let remote = try SocketAddress(ipAddress: address.description, port: Int(port))
        let channel = try await bootstrap.connect(to: remote) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
        return try await channel.executeThenClose { inbound, _ in
            var connection = BGPConnection(
                writer: Writer(channel: channel.channel),
                incoming: inbound.makeAsyncIterator()
            )
            return try await body(&connection)
        }
    }

    package func send(_ octets: [UInt8]) async throws { try await writer.send(octets) }

    /// The next message; nil when the other side has closed.
    package mutating func receive() async throws -> Message? {
        while true {
            if let message = try nextMessage() { return message }
            guard var octets = try await incoming.next(isolation: #isolation) else { return nil }
            unread.writeBuffer(&octets)
        }
    }

    private mutating func nextMessage() throws(BGPError) -> Message? {
        let octets = [UInt8](unread.readableBytesView)
        var reader = WireReader(octets.span, as: "BGP message")
        guard let header = try BGPMessageHeader(&reader), octets.count >= header.length,
            var body = try? reader.read(
                octets: header.length - BGPMessageHeader.octets,
                as: "BGP message"
            )
        else { return nil }
        unread.moveReaderIndex(forwardBy: header.length)
        switch header.type {
        case .open: return .open(try BGPOpen(&body))
        case .keepalive: return .keepalive
        case .notification:
            return (try? BGPNotification(&body)).map { .notification($0) }
        case .update, .routeRefresh: return .other(Array(octets[..<header.length]))
        }
    }
}
