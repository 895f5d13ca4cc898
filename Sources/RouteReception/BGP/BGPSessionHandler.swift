// SPDX-License-Identifier: Apache-2.0

import Model
import NIOCore
import RouteDecoding
import Wire

/// Runs one ``BGPSession`` over one connection: cuts messages out of the octets, keeps the timers,
/// and does what the session says.
final class BGPSessionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let sessions: BGPSessions
    private var session: BGPSession?
    private var wasEstablished = false
    private var context: ChannelHandlerContext?
    /// Octets that are not a whole message yet; less than one message, and what came at once.
    private var unread = ByteBuffer()
    /// When the neighbor was last heard.
    private var lastHeard = NIODeadline.now()
    /// Ends the wait for an established session, and later the wait for the neighbor to close.
    private var deadline: Scheduled<Void>?
    private var holdTimer: Scheduled<Void>?
    private var keepaliveTimer: Scheduled<Void>?

    init(_ sessions: BGPSessions) { self.sessions = sessions }

    var isEstablished: Bool { session?.state == .established }
    var neighbor: BGPNeighbor? { session?.neighbor }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        switch sessions.admit(self, from: context.remoteAddress) {
        case .none: context.close(promise: nil)
        case .refusal(let code):
            let message = ByteBuffer(bytes: BGPNotification(code).message)
            context.writeAndFlush(wrapOutboundOut(message), promise: nil)
            close(context)
        case .session(let session):
            self.session = session
            deadline = schedule(context, in: sessions.timing.handshake) { handler in
                if !handler.isEstablished { handler.run { $0.expireHoldTimer() } }
            }
            run { $0.start() }
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var incoming = unwrapInboundIn(data)
        lastHeard = .now()
        // Taken out of the handler while it is read: what a message leads to may end the session.
        var buffer = ByteBuffer()
        swap(&buffer, &unread)
        if buffer.readableBytes == 0 { buffer = incoming } else { buffer.writeBuffer(&incoming) }
        while let session, session.state != .ended, let length = readMessage(buffer) {
            buffer.moveReaderIndex(forwardBy: length)
        }
        // The receiver may have taken long; that was not the neighbor's silence.
        lastHeard = .now()
        guard let session, session.state != .ended else { return }
        buffer.discardReadBytes()
        unread = buffer
    }

    /// Reads the message at the start of `buffer`; returns its length, nil when there is none yet.
    private func readMessage(_ buffer: ByteBuffer) -> Int? {
        var reader = WireReader(buffer.readableBytesSpan, as: "BGP message")
        do throws(BGPError) {
            guard let header = try BGPMessageHeader(&reader),
                var body = try? reader.read(
                    octets: header.length - BGPMessageHeader.octets,
                    as: "BGP message"
                )
            else { return nil }
            if header.type == .update { sessions.countUpdate() }
            let time = sessions.timing.now()
            let actions = session?.receive(header.type, &body, at: time) ?? []
            perform(actions)
            return header.length
        } catch {
            run { $0.fail(error) }
            return nil
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        run { $0.lose(reason: "connection closed by the neighbor") }
        stopTimers()
        sessions.forget(self)
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        run { $0.lose(reason: "connection lost: \(error)") }
        context.close(promise: nil)
    }

    /// Ends the session, if there is one, for a reason of our own.
    func cease(_ code: BGPErrorCode) { run { $0.cease(code) } }

    private func run(_ event: (inout BGPSession) -> [BGPSession.Action]) {
        guard var session else { return }
        let actions = event(&session)
        self.session = session
        perform(actions)
    }

    private func perform(_ actions: [BGPSession.Action]) {
        guard let context, let session else { return }
        for action in actions {
            switch action {
            case .send(let octets):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: octets)), promise: nil)
            case .startTimers(let hold, let keepalive):
                startTimers(
                    context,
                    hold: .seconds(Int64(hold)),
                    keepalive: .seconds(Int64(keepalive))
                )
            case .enter(let state):
                wasEstablished = wasEstablished || state == .established
                sessions.entered(state, session.source)
            case .deliver(let update): sessions.events.received(update, from: session.source)
            case .note(let errors): sessions.note(errors)
            case .close(let reason, let error):
                let source = session.source
                let was = wasEstablished
                sessions.ended(source, wasEstablished: was, reason: reason, error)
                close(context)
            }
        }
    }

    /// Closes so that a NOTIFICATION on its way arrives: first our direction, then, when the
    /// neighbor has closed or a moment later, all.
    private func close(_ context: ChannelHandlerContext) {
        stopTimers()
        context.close(mode: .output, promise: nil)
        deadline = schedule(context, in: .seconds(2)) { $0.context?.close(promise: nil) }
    }

    private func startTimers(
        _ context: ChannelHandlerContext,
        hold: TimeAmount,
        keepalive: TimeAmount
    ) {
        watchHoldTimer(context, hold)
        sendKeepalive(context, after: keepalive)
    }

    /// Looks when the hold time after the last message is over, instead of once a message.
    private func watchHoldTimer(_ context: ChannelHandlerContext, _ hold: TimeAmount) {
        holdTimer = schedule(context, in: lastHeard + hold - .now()) { handler in
            guard let context = handler.context else { return }
            if handler.lastHeard + hold <= .now() {
                handler.run { $0.expireHoldTimer() }
            } else {
                handler.watchHoldTimer(context, hold)
            }
        }
    }

    private func sendKeepalive(_ context: ChannelHandlerContext, after delay: TimeAmount) {
        keepaliveTimer = schedule(context, in: delay) { handler in
            guard let context = handler.context else { return }
            let message = ByteBuffer(bytes: BGPMessageHeader.keepalive)
            context.writeAndFlush(handler.wrapOutboundOut(message), promise: nil)
            handler.sendKeepalive(context, after: delay)
        }
    }

    private func schedule(
        _ context: ChannelHandlerContext,
        in delay: TimeAmount,
        _ task: @escaping (BGPSessionHandler) -> Void
    ) -> Scheduled<Void> {
        let loop = context.eventLoop.assumeIsolated()
        return loop.scheduleTask(in: delay) { [weak self] in self.map(task) }
    }

    private func stopTimers() {
        for timer in [deadline, holdTimer, keepaliveTimer] { timer?.cancel() }
    }
}
