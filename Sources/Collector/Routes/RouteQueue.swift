// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Model
import RouteReception
import Synchronization

/// What the sessions of all neighbors tell, until the one thread that applies it gets to it.
///
/// # How it works
///
/// It never turns anything away: it says that it is full, and the sessions stop reading until half
/// of it is empty again. What counts is what was put in and is not applied yet, so that what the
/// thread has taken and works on is part of it. It holds some milliseconds' work: what is longer on
/// its way has left the processor's caches before it is applied.
final class RouteQueue: Sendable {
    /// What is waiting, in the order it happened.
    enum Entry: Sendable {
        case established(RouteSource, EstablishedSession)
        case updates(RouteBatch)
        case ended(RouteSource)
        /// The same, and its routes are gone.
        case reset(RouteSource)
        /// Its routes are withdrawn at that time, if it has any.
        case gone(RouteSource, at: Int64, reason: String)
        /// Called when everything before it is applied.
        case mark(@Sendable () -> Void)
    }

    private struct State: ~Copyable {
        var entries: [Entry] = []
        /// Put in and not applied yet; octets as far as can be told.
        var depth = 0
        var octets = 0
        var deepest = 0
        var timesFull: UInt64 = 0
        var isClosed = false
        /// Whether the thread sleeps.
        var isAwaited = false
    }

    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)
    private let isFull = Atomic(false)
    private let mostEntries: Int
    private let mostOctets: Int

    /// - Parameters:
    ///   - mostEntries: From so many on it is full.
    ///   - mostOctets: Memory of them from which on it is full.
    init(mostEntries: Int, mostOctets: Int = 4 << 20) {
        self.mostEntries = max(1, mostEntries)
        self.mostOctets = mostOctets
    }

    var hasRoom: Bool { !isFull.load(ordering: .acquiring) }

    func put(_ entry: Entry) {
        let (count, octets) = Self.size(of: entry)
        let isAwaited = state.withLock { state in
            guard !state.isClosed else { return false }
            state.entries.append(entry)
            state.depth += count
            state.octets += octets
            state.deepest = max(state.deepest, state.depth)
            let isOver = state.depth >= mostEntries || state.octets >= mostOctets
            if isOver, !isFull.exchange(true, ordering: .acquiringAndReleasing) {
                state.timesFull += 1
            }
            defer { state.isAwaited = false }
            return state.isAwaited
        }
        if isAwaited { wakeUp.signal() }
    }

    /// Everything that waits; empty when nothing has come for so many milliseconds, and nil when
    /// nothing will any more.
    func take(waitingAtMost milliseconds: Int) -> [Entry]? {
        if let entries = takeNow(elseAwaiting: true) { return entries.isEmpty ? nil : entries }
        if wakeUp.wait(timeout: .now() + .milliseconds(milliseconds)) == .timedOut {
            // Whoever found the thread asleep meanwhile has signalled, or will.
            let isSignalled = state.withLock { state in
                defer { state.isAwaited = false }
                return !state.isAwaited
            }
            if isSignalled { wakeUp.wait() }
        }
        guard let entries = takeNow(elseAwaiting: false) else { return [] }
        return entries.isEmpty ? nil : entries
    }

    /// Nil when nothing waits, empty when it is closed besides.
    private func takeNow(elseAwaiting: Bool) -> [Entry]? {
        state.withLock { state in
            guard state.entries.isEmpty else {
                var entries: [Entry] = []
                swap(&entries, &state.entries)
                return entries
            }
            state.isAwaited = elseAwaiting && !state.isClosed
            return state.isClosed ? [] : nil
        }
    }

    /// Some of what was taken is applied.
    ///
    /// - Returns: Whether there is room again where there was none.
    func applied(_ entries: some Sequence<Entry>) -> Bool {
        var count = 0
        var octets = 0
        for entry in entries {
            let size = Self.size(of: entry)
            count += size.count
            octets += size.octets
        }
        return state.withLock { state in
            state.depth -= count
            state.octets -= octets
            guard isFull.load(ordering: .relaxed), state.depth <= mostEntries / 2,
                state.octets <= mostOctets / 2
            else { return false }
            isFull.store(false, ordering: .releasing)
            return true
        }
    }

    /// Ends the thread when it has taken what is there.
    func close() {
        state.withLock { $0.isClosed = true }
        wakeUp.signal()
    }

    func statistics() -> RouteQueueStatistics {
        state.withLock { state in
            RouteQueueStatistics(
                depth: state.depth,
                octets: state.octets,
                deepest: state.deepest,
                timesFull: state.timesFull
            )
        }
    }

    /// What an entry counts for, and its memory in octets, as far as it depends on what a neighbor
    /// says.
    private static func size(of entry: Entry) -> (count: Int, octets: Int) {
        guard case .updates(let batch) = entry else { return (1, 256) }
        return (batch.updates.count, batch.octets)
    }
}

/// How the queue of route updates is doing.
package struct RouteQueueStatistics: Equatable, Sendable {
    /// Updates received and not applied yet.
    package var depth = 0
    /// Their memory, in octets, roughly.
    package var octets = 0
    /// The most there ever were.
    package var deepest = 0
    /// How often all sessions had to stop reading.
    package var timesFull: UInt64 = 0
}
