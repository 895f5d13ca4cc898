// SPDX-License-Identifier: Apache-2.0

import NIOCore
import RouteDecoding

/// The timers of one connection, in real monotonic time.
final class SessionTimers {
    /// When the neighbor's last message came.
    var lastHeard = NIODeadline.now()
    /// Silence that ends the session; nil for any.
    var hold: TimeAmount?
    /// How often a neighbor that has agreed to timers says something.
    var keepalive: TimeAmount?
    /// Ends the wait for an established session, and later the wait for the neighbor to close.
    var deadline: Scheduled<Void>?
    var holdTimer: Scheduled<Void>?
    var keepaliveTimer: Scheduled<Void>?
    /// Looks after the neighbor's other session.
    var rivalTimer: Scheduled<Void>?
    /// Ends the wait for the rest of a message.
    var restTimer: Scheduled<Void>?

    func stop() {
        for timer in [deadline, holdTimer, keepaliveTimer, rivalTimer, restTimer] {
            timer?.cancel()
        }
    }
}

extension BGPSessionHandler {
    /// Ends the connection when it is no session in time.
    func awaitSession() {
        timers.deadline?.cancel()
        timers.deadline = schedule(in: sessions.timing.handshake) { handler in
            if !handler.isEstablished { handler.run { $0.expireHoldTimer() } }
        }
    }

    /// Closes the connection a moment later, if the neighbor has not.
    func closeSoon() {
        timers.deadline = schedule(in: .seconds(2)) { $0.context?.close(promise: nil) }
    }

    func startTimers(hold: Int, _ keepalive: Int) {
        timers.hold = .seconds(Int64(hold))
        timers.keepalive = .seconds(Int64(keepalive))
        if let channel = context?.channel {
            // Without it a neighbor that takes nothing is kept as long as it is heard.
            try? SessionSocket.giveUpSending(after: hold, on: channel)
        }
        watchHoldTimer(.seconds(Int64(hold)))
        sendKeepalive(every: .seconds(Int64(keepalive)))
    }

    /// Looks when the hold time after the last message is over, instead of once a message.
    private func watchHoldTimer(_ hold: TimeAmount) {
        // While we do not read, nobody can be heard.
        let due = isPaused ? hold : timers.lastHeard + hold - .now()
        timers.holdTimer = schedule(in: due) { handler in
            if !handler.isPaused, handler.timers.lastHeard + hold <= .now() {
                handler.run { $0.expireHoldTimer() }
            } else {
                handler.watchHoldTimer(hold)
            }
        }
    }

    private func sendKeepalive(every interval: TimeAmount) {
        timers.keepaliveTimer = schedule(in: interval) { handler in
            handler.send(BGPMessageHeader.keepalive)
            handler.sendKeepalive(every: interval)
        }
    }

    /// Ends the session when a message that has begun is not completed in time: a neighbor without
    /// hold timer may be silent, but not in the middle of a word.
    func watchUnfinished(isNew: Bool, isUnfinished: Bool) {
        guard isNew || !isUnfinished || timers.restTimer == nil else { return }
        timers.restTimer?.cancel()
        timers.restTimer = nil
        guard isUnfinished else { return }
        timers.restTimer = schedule(in: sessions.timing.handshake) { handler in
            guard !handler.isPaused else { return }
            handler.run { $0.expireHoldTimer("a message was begun and not completed in time") }
        }
    }

    /// Watches the neighbor's other session while this one waits.
    func watch(_ rival: BGPSessionHandler) {
        let begun = NIODeadline.now()
        timers.deadline?.cancel()
        // Without timers, silence means nothing: the time for a handshake must do.
        let silence = rival.timers.keepalive ?? sessions.timing.handshake
        look(after: rival, since: begun, silence: silence)
    }

    private func look(after rival: BGPSessionHandler, since begun: NIODeadline, silence: TimeAmount)
    {
        let due = rival.timers.lastHeard + silence - .now()
        let soon = max(.milliseconds(50), min(due, .milliseconds(500)))
        timers.rivalTimer = schedule(in: soon) { handler in
            guard handler.isWaiting else { return }
            if rival.timers.lastHeard > begun {
                handler.cease(.connectionCollisionResolution)
            } else if !rival.isPaused, rival.timers.lastHeard + silence <= .now() {
                rival.cease(.connectionCollisionResolution)
            } else {
                handler.look(after: rival, since: begun, silence: silence)
            }
        }
    }

    private func schedule(
        in delay: TimeAmount,
        _ task: @escaping (BGPSessionHandler) -> Void
    ) -> Scheduled<Void>? {
        guard let loop = context?.eventLoop.assumeIsolated() else { return nil }
        return loop.scheduleTask(in: delay) { [weak self] in self.map(task) }
    }
}
