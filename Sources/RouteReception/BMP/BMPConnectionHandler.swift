// SPDX-License-Identifier: Apache-2.0

import Model
import NIOCore
import RouteDecoding
import Wire

/// Reads one connection of a station: cuts messages out of the octets and hands on what they say.
///
/// When the receiver of the routes has no room it stops reading; what the kernel holds tells the
/// router to wait. A router may be silent as long as it likes, but not in the middle of a message;
/// one that has gone without a word is found by TCP keepalives.
final class BMPConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connections: BMPConnections
    private var context: ChannelHandlerContext?
    private var station: BMPStation?
    /// nil before the first message.
    private var state: BMPStationState?
    /// Of the state, as far as that has been noted.
    private var noted = BMPStatistics()
    /// Octets that are not a whole message yet, or are not to be read yet.
    private var unread = ByteBuffer()
    private var isPaused = false
    private var deadline: Scheduled<Void>?

    init(_ connections: BMPConnections) { self.connections = connections }

    var remotePort: Int? { context?.remoteAddress?.port }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        station = connections.admit(self, from: context.remoteAddress)
        guard station != nil else { return context.close(promise: nil) }
        expect(in: connections.timing.first, "no message came in time")
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var incoming = unwrapInboundIn(data)
        if unread.readableBytes == 0 { unread = incoming } else { unread.writeBuffer(&incoming) }
        readMessages()
    }

    /// Reads the messages that have come.
    private func readMessages() {
        // Taken out of the handler while it is read: what a message leads to may end it.
        var buffer = ByteBuffer()
        swap(&buffer, &unread)
        var count = 0
        while station != nil, !isPaused, let length = readMessage(buffer) {
            buffer.moveReaderIndex(forwardBy: length)
            count += 1
        }
        guard let station else { return }
        buffer.discardReadBytes()
        unread = buffer
        if count > 0, let state { note(station, state) }
        watchRest(isNew: count > 0)
    }

    /// Reads the message at the start of `buffer`; returns its length, nil when there is none yet.
    private func readMessage(_ buffer: ByteBuffer) -> Int? {
        guard let station else { return nil }
        var reader = WireReader(buffer.readableBytesSpan, as: "BMP message")
        do throws(BMPFramingError) {
            guard let header = try BMPMessageHeader(&reader),
                var body = try? reader.read(
                    octets: header.length - BMPMessageHeader.octets,
                    as: "BMP message"
                )
            else { return nil }
            if state == nil {
                state = BMPStationState(
                    .init(name: station.name, ribs: station.ribs, weight: station.weight)
                )
                connections.begin(self, station)
            }
            let events = connections.events
            state?.receive(header.type, &body, at: connections.timing.now()) { event in
                switch event {
                case .began(let source, let families): events.tableBegan(source, families)
                case .update(let update, let source): events.received(update, from: source)
                case .ended(let source, let time, let reason),
                    .absent(let source, let time, let reason):
                    events.tableEnded(source, at: time, reason: reason)
                case .lost(let source, let reason): events.tableLost(source, reason: reason)
                }
            }
            if let reason = state?.termination {
                end(reason: "the router ended it: \(reason)")
            } else if !events.hasRoom {
                pause()
            }
            return header.length
        } catch {
            end(reason: "\(error)")
            return nil
        }
    }

    private func note(_ station: BMPStation, _ state: BMPStationState) {
        connections.note(station, state, state.statistics.since(noted))
        noted = state.statistics
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(reason: "the router closed the connection")
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(reason: "connection lost: \(error)")
    }

    /// Ends the connection, once.
    func end(reason: String) {
        guard let station else { return }
        self.station = nil
        deadline?.cancel()
        if var state {
            note(station, state)
            state.end(reason: reason) { event in
                guard case .lost(let source, let reason) = event else { return }
                connections.events.tableLost(source, reason: reason)
            }
        }
        connections.forget(self, station, reason: reason)
        context?.close(promise: nil)
    }

    private func pause() {
        isPaused = true
        try? context?.channel.syncOptions?.setOption(.autoRead, value: false)
    }

    func resume() {
        guard isPaused, station != nil else { return }
        isPaused = false
        readMessages()
        guard !isPaused, station != nil else { return }
        try? context?.channel.syncOptions?.setOption(.autoRead, value: true)
    }

    /// Ends the connection when a message that has begun is not completed in time.
    private func watchRest(isNew: Bool) {
        // Before the first message that deadline holds.
        guard state != nil else { return }
        let isUnfinished = !isPaused && unread.readableBytes > 0
        guard isNew || !isUnfinished || deadline == nil else { return }
        deadline?.cancel()
        deadline = nil
        guard isUnfinished else { return }
        expect(in: connections.timing.rest, "a message was begun and not completed in time")
    }

    private func expect(in time: TimeAmount, _ reason: String) {
        deadline?.cancel()
        guard let loop = context?.eventLoop.assumeIsolated() else { return }
        deadline = loop.scheduleTask(in: time) { [weak self] in
            guard let self, !isPaused else { return }
            end(reason: reason)
        }
    }
}
