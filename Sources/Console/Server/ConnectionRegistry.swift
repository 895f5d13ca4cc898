// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// The connections of one server, of which there are never more than so many.
///
/// # How it works
/// A server that stops accepting at its limit is kept shut by whoever holds that many connections
/// open. So every connection is accepted, and beyond the limit the one that has gone longest
/// without a request is closed: someone who asks at once is answered, however many others only
/// hold the line. Connections whose answer is being worked out are never closed for another.
final class ConnectionRegistry: Sendable {
    private struct Entry {
        var channel: any Channel
        /// Grows with each sign of life, so that the smallest is the longest idle.
        var turn: UInt64
        var isAnswering = false
        /// Whether that may take as long as it takes.
        var isUnhurried = false
        /// When its request began, or the answer to it that took its time was there.
        var since = NIODeadline.now()
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var turn: UInt64 = 0
        var answering = 0
    }

    private let state = Mutex(State())
    private let mostConnections: Int
    private let mostAnswers: Int

    init(_ limits: ConsoleLimits) {
        mostConnections = max(1, limits.connections)
        mostAnswers = max(1, limits.answers)
    }

    /// Takes note of a new connection; closes another when there are too many.
    func admit(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        let victim = state.withLock { state -> (any Channel)? in
            state.turn += 1
            state.entries[key] = Entry(channel: channel, turn: state.turn)
            guard state.entries.count > mostConnections else { return nil }
            let idle = state.entries.filter { !$0.value.isAnswering }
            guard let longest = idle.min(by: { $0.value.turn < $1.value.turn }) else { return nil }
            state.entries[longest.key] = nil
            return longest.value.channel
        }
        victim?.close(promise: nil)
        channel.closeFuture.whenComplete { [self] _ in forget(key) }
    }

    /// A request is coming.
    func beginExchange(on channel: any Channel) {
        state.withLock { $0.entries[ObjectIdentifier(channel)]?.since = .now() }
    }

    /// Whether that is longer ago than `limit`, without the time of an answer that takes its own.
    func isOverdue(_ channel: any Channel, after limit: TimeAmount) -> Bool {
        state.withLock { state in
            guard let entry = state.entries[ObjectIdentifier(channel)] else { return true }
            return !entry.isUnhurried && .now() - entry.since >= limit
        }
    }

    /// Whether another answer may be worked out; true has to be followed by ``endAnswer(on:)``, and
    /// by ``endWork()`` when nothing is done for it any more.
    func beginAnswer(on channel: any Channel, isUnhurried: Bool) -> Bool {
        state.withLock { state in
            guard state.answering < mostAnswers else { return false }
            state.answering += 1
            let key = ObjectIdentifier(channel)
            state.entries[key]?.isAnswering = true
            state.entries[key]?.isUnhurried = isUnhurried
            return true
        }
    }

    func endAnswer(on channel: any Channel) {
        state.withLock { state in
            state.turn += 1
            let key = ObjectIdentifier(channel)
            if state.entries[key]?.isUnhurried == true { state.entries[key]?.since = .now() }
            state.entries[key]?.isAnswering = false
            state.entries[key]?.isUnhurried = false
            state.entries[key]?.turn = state.turn
        }
    }

    func endWork() { state.withLock { $0.answering -= 1 } }

    private func forget(_ key: ObjectIdentifier) {
        state.withLock { $0.entries[key] = nil }
    }
}
