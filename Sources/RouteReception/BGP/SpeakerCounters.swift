// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Counters that the speaker's thread writes and any thread reads.
final class SpeakerCounters: Sendable {
    private let values = Mutex(BGPSpeakerStatistics())
    private let messages = Mutex<[String: MessageCounter]>([:])

    var current: BGPSpeakerStatistics { values.withLock { $0 } }

    func change(_ body: (inout BGPSpeakerStatistics) -> Void) { values.withLock { body(&$0) } }

    /// Begins to count the messages of a neighbor.
    func add(_ neighbor: String) { messages.withLock { $0[neighbor] = MessageCounter() } }

    /// Forgets the neighbors that have other names.
    func keepOnly(_ names: Set<String>) {
        messages.withLock { $0 = $0.filter { names.contains($0.key) } }
    }

    func counter(of neighbor: String) -> MessageCounter {
        messages.withLock { $0[neighbor] ?? MessageCounter() }
    }

    /// Messages received, by the neighbor's name.
    var messagesByNeighbor: [String: Int] { messages.withLock { $0.mapValues(\.value) } }
}

/// Messages that one neighbor has sent; one thread counts, any reads.
final class MessageCounter: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .relaxed) }

    func add(_ messages: Int) { count.add(messages, ordering: .relaxed) }
}
