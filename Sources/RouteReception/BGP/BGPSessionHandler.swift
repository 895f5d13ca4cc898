// SPDX-License-Identifier: Apache-2.0

import Model
import NIOCore
import RouteDecoding
import Wire

/// Runs one ``BGPSession`` over one connection: cuts messages out of the octets, keeps the timers,
/// and does what the session says.
///
/// # How it works
///
/// A neighbor has one session, but it may connect anew while we still believe in the old one: it
/// was switched off, or its connection was forgotten on the way. RFC 4271, section 6.8 keeps the
/// established session until its hold timer expires, that is, nothing is heard for 90 seconds of a
/// router that is back. RFC 4724, section 4.2 takes the new connection as the end of the old one,
/// and a second process under the same address would end the session of the first, forever. So:
///
///     new OPEN is valid -> a KEEPALIVE over the old connection, and wait
///         old connection breaks (its host knows nothing of it)  -> the new one takes over
///         old session is silent for the keepalive interval      -> it ends, the new one takes over
///         old session says something                            -> the new one is refused
///
/// When the receiver of the routes has no room, an established session stops reading: its hold
/// timer stands still and its KEEPALIVEs go on.
final class BGPSessionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let sessions: BGPSessions
    var session: BGPSession?
    var context: ChannelHandlerContext?
    private var counter = MessageCounter()
    private var wasEstablished = false
    /// What messages have changed that is not handed on yet, and how many UPDATEs said so.
    private var updates: [RouteUpdate] = []
    private var updateCount = 0
    /// Octets that are not a whole message yet, or are not to be read yet.
    private var unread = ByteBuffer()
    /// What the OPEN has led to, while the neighbor's other session is watched.
    private var withheld: [BGPSession.Action]?
    private(set) var isPaused = false
    let timers = SessionTimers()

    /// Updates that are handed on together, of one piece of what has come, at most.
    private static let mostUpdates = 64

    init(_ sessions: BGPSessions) { self.sessions = sessions }

    var isEstablished: Bool { session?.state == .established }
    var isWaiting: Bool { withheld != nil }
    var neighbor: BGPNeighbor? { session?.neighbor }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        // Known at once, for this is the channel's own thread.
        SessionSocket.arrivalTTL(of: context.channel).assumeIsolated().whenSuccess { ttl in
            self.begin(ttl: ttl)
        }
    }

    private func begin(ttl: Int?) {
        guard let context else { return }
        let (remote, local) = (context.remoteAddress, context.localAddress)
        switch sessions.admit(self, from: remote, to: local, ttl: ttl) {
        case .none: context.close(promise: nil)
        case .refusal(let code):
            send(BGPNotification(code).message)
            close(context)
        case .session(let session, let counter):
            self.session = session
            self.counter = counter
            awaitSession()
            do {
                if let hops = session.neighbor.ttlHops {
                    let peer = session.neighbor.address
                    try SessionSocket.accept(atMost: hops, on: context.channel, from: peer)
                }
                run { $0.start() }
            } catch {
                run { $0.lose(reason: "no TTL security (RFC 5082) here: \(error)") }
            }
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var incoming = unwrapInboundIn(data)
        if unread.readableBytes == 0 { unread = incoming } else { unread.writeBuffer(&incoming) }
        readMessages()
    }

    /// Reads the messages that have come.
    private func readMessages() {
        // Taken out of the handler while it is read: what a message leads to may end the session.
        var buffer = ByteBuffer()
        swap(&buffer, &unread)
        var count = 0
        let time = sessions.timing.now()
        while canRead, let length = readMessage(buffer, cameAt: time) {
            buffer.moveReaderIndex(forwardBy: length)
            count += 1
        }
        handOnUpdates()
        counter.add(count)
        guard let state = session?.state, state != .ended else { return }
        buffer.discardReadBytes()
        unread = buffer
        // Octets that are no message are no sign of life (RFC 4271, section 4.4).
        if count > 0 { timers.lastHeard = .now() }
        watchUnfinished(isNew: count > 0, isUnfinished: canRead && unread.readableBytes > 0)
    }

    private var canRead: Bool {
        guard let state = session?.state, state != .ended else { return false }
        return !isPaused && !isWaiting
    }

    /// Reads the message at the start of `buffer`; returns its length, nil when there is none yet.
    private func readMessage(_ buffer: ByteBuffer, cameAt time: Int64) -> Int? {
        var reader = WireReader(buffer.readableBytesSpan, as: "BGP message")
        do throws(BGPError) {
            let longest = session?.longestMessage ?? BGPMessageHeader.longestMessage
            guard let header = try BGPMessageHeader(&reader, longest: longest),
                var body = try? reader.read(
                    octets: header.length - BGPMessageHeader.octets,
                    as: "BGP message"
                )
            else { return nil }
            if header.type == .update { updateCount += 1 }
            if header.type == .update, isEstablished {
                let actions = session?.receiveUpdate(&body, at: time, into: &updates) ?? []
                if !actions.isEmpty { perform(actions) }
                pauseIfFull()
                return header.length
            }
            let actions = session?.receive(header.type, &body, at: time) ?? []
            if header.type == .open, session?.state == .openConfirm,
                let rival = sessions.rival(of: self)
            {
                wait(for: rival, withholding: actions)
            } else {
                perform(actions)
            }
            pauseIfFull()
            return header.length
        } catch {
            run { $0.fail(error) }
            return nil
        }
    }

    /// Hands on what has been read, before anything else that happened after it.
    private func handOnUpdates() {
        if updateCount > 0 {
            let count = updateCount
            updateCount = 0
            sessions.statistics.change { $0.updates += count }
        }
        guard !updates.isEmpty, let source = session?.source else { return }
        var next: [RouteUpdate] = []
        // After so many come as many; a single one, as most are, keeps no room for others.
        if updates.count >= Self.mostUpdates { next.reserveCapacity(Self.mostUpdates) }
        swap(&next, &updates)
        sessions.events.received(next, from: source)
    }

    /// Stops reading when what has been read is enough for now.
    private func pauseIfFull() {
        guard updates.count >= Self.mostUpdates || !sessions.events.hasRoom else { return }
        handOnUpdates()
        if isEstablished, !sessions.events.hasRoom { pause() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        run { $0.lose(reason: "connection closed by the neighbor") }
        timers.stop()
        sessions.forget(self)
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        run { $0.lose(reason: "connection lost: \(error)") }
        context.close(promise: nil)
    }

    /// Ends the session, if there is one, for a reason of our own.
    func cease(_ code: BGPErrorCode, data: [UInt8] = []) { run { $0.cease(code, data: data) } }

    func run(_ event: (inout BGPSession) -> [BGPSession.Action]) {
        guard var session else { return }
        let actions = event(&session)
        self.session = session
        perform(actions)
    }

    private func perform(_ actions: [BGPSession.Action]) {
        handOnUpdates()
        guard let context, let session else { return }
        for action in actions {
            switch action {
            case .send(let octets): send(octets)
            case .startTimers(let hold, let keepalive): startTimers(hold: hold, keepalive)
            case .enter(let state): enter(state, session)
            case .deliver(let update): sessions.events.received([update], from: session.source)
            case .note(let errors): sessions.note(errors)
            case .skip(let families): sessions.note(skipped: families)
            case .close(let end):
                withheld = nil
                sessions.ended(self, session.source, wasEstablished: wasEstablished, end)
                close(context)
            }
        }
    }

    private func enter(_ state: BGPSession.State, _ session: BGPSession) {
        // Beside an established session, this one is nobody's state yet.
        guard sessions.rival(of: self) == nil else { return }
        sessions.entered(state, session.source)
        guard state == .established, let agreed = session.agreed else { return }
        wasEstablished = true
        sessions.events.sessionEstablished(session.source, agreed)
        if !sessions.events.hasRoom { pause() }
    }

    func send(_ octets: [UInt8]) {
        context?.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: octets)), promise: nil)
    }

    /// Closes so that a NOTIFICATION on its way arrives: first our direction, then, when the
    /// neighbor has closed or a moment later, all.
    private func close(_ context: ChannelHandlerContext) {
        timers.stop()
        setReading(true)  // to see that the neighbor closes
        context.close(mode: .output, promise: nil)
        closeSoon()
    }

    private func setReading(_ isReading: Bool) {
        try? context?.channel.syncOptions?.setOption(.autoRead, value: isReading)
    }
}

/// Stopping to read, and going on.
extension BGPSessionHandler {
    /// Stops reading until ``resume()``; what the kernel holds tells the neighbor to wait.
    private func pause() {
        guard !isPaused, isEstablished else { return }
        isPaused = true
        sessions.statistics.change { $0.pauses += 1 }
        setReading(false)
    }

    func resume() {
        guard isPaused else { return }
        isPaused = false
        // We did not listen; that was not the neighbor's silence.
        timers.lastHeard = .now()
        readMessages()
        if canRead { setReading(true) }
    }

    /// Waits for what becomes of the neighbor's other session.
    private func wait(for rival: BGPSessionHandler, withholding actions: [BGPSession.Action]) {
        withheld = actions
        setReading(false)
        rival.send(BGPMessageHeader.keepalive)
        watch(rival)
    }

    /// The neighbor's other session is over: goes on where it waited.
    func takeOver() {
        guard let actions = withheld else { return }
        withheld = nil
        awaitSession()
        timers.lastHeard = .now()
        perform(actions)
        readMessages()
        if canRead { setReading(true) }
    }
}
