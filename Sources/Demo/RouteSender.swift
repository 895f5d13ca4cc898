// SPDX-License-Identifier: Apache-2.0

package import Model
import RouteDecoding
import RouteReception

/// A router's side of a BGP session: connects to a collector and announces routes to it.
package struct RouteSender: Sendable {
    package var asn: ASN
    /// BGP Identifier, not 0.
    package var routerID: UInt32
    /// The address to connect from, which tells the collector who we are.
    package var source: IPAddress?
    /// Proposed hold time, in seconds.
    package var holdTime: UInt16 = 90

    package init(asn: ASN, routerID: UInt32, source: IPAddress? = nil) {
        self.asn = asn
        self.routerID = routerID
        self.source = source
    }

    /// Why a session did not come about, or ended.
    package struct Refusal: Error, CustomStringConvertible {
        package let description: String
    }

    /// Opens a session, sends `updates` as they come, and keeps the session up until the task is
    /// cancelled.
    ///
    /// - Parameters:
    ///   - updates: In order; an ``RouteUpdate/endOfRIB`` is sent where it stands. The session
    ///     outlives their end.
    ///   - collector: Its address.
    ///   - port: Its TCP port.
    /// - Throws: ``Refusal`` when the collector ends the session, and errors of the connection.
    package func play(
        _ updates: AsyncStream<RouteUpdate>,
        to collector: IPAddress,
        port: UInt16
    ) async throws {
        try await BGPConnection.open(to: collector, port: port, from: source) { connection in
            let keepalive = try await establish(&connection)
            let writer = connection.writer
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await update in updates {
                        for message in BGPUpdateEncoder.messages(for: update) {
                            try await writer.send(message)
                        }
                    }
                }
                group.addTask {
                    while !Task.isCancelled {
                        try await Task.sleep(for: keepalive)
                        try await writer.send(BGPMessageHeader.keepalive)
                    }
                }
                defer { group.cancelAll() }
                while let message = try await connection.receive() {
                    if case .notification(let notification) = message {
                        throw Refusal(description: "the collector said \(notification)")
                    }
                }
                try Task.checkCancellation()
                throw Refusal(description: "the collector closed the session")
            }
        }
    }

    /// Sends `updates`, then keeps the session up until the task is cancelled.
    package func play(
        _ updates: [RouteUpdate],
        to collector: IPAddress,
        port: UInt16
    ) async throws {
        let stream = AsyncStream { continuation in
            for update in updates { continuation.yield(update) }
            continuation.finish()
        }
        try await play(stream, to: collector, port: port)
    }

    /// Exchanges OPENs and the first KEEPALIVEs; returns how often to send the next.
    private func establish(_ connection: inout BGPConnection) async throws -> Duration {
        let open = BGPOpen(asn: asn, holdTime: holdTime, routerID: routerID)
        try await connection.send(open.message)
        var agreed = holdTime
        while let message = try await connection.receive() {
            switch message {
            case .open(let theirs):
                agreed = min(agreed, theirs.holdTime)
                // If this fails, the collector has closed, and what it said is still to be read.
                try? await connection.send(BGPMessageHeader.keepalive)
            case .keepalive: return .seconds(agreed == 0 ? 3600 : max(1, Int(agreed) / 3))
            case .notification(let notification):
                throw Refusal(description: "the collector said \(notification)")
            case .other: break
            }
        }
        throw Refusal(description: "the collector closed the connection")
    }
}
