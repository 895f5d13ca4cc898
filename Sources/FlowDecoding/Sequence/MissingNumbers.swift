// SPDX-License-Identifier: Apache-2.0

/// The latest stretches of sequence numbers that did not come, so that one that comes late is told
/// from one that comes twice.
struct MissingNumbers: Sendable {
    private struct Stretch {
        var start: UInt32
        var count: UInt32
    }

    private var stretches = InlineArray<8, Stretch>(repeating: Stretch(start: 0, count: 0))
    private var next = 0

    /// Notes that `count` numbers from `start` on are missing; the oldest stretch goes for it.
    mutating func insert(_ start: UInt32, count: UInt32) {
        guard count > 0 else { return }
        stretches[next] = Stretch(start: start, count: count)
        next = (next + 1) % stretches.count
    }

    /// Takes out what a late message brought.
    ///
    /// - Parameters:
    ///   - start: Its sequence number.
    ///   - count: How many numbers it stands for.
    /// - Returns: How many of them were missing; nil when `start` was not.
    mutating func take(_ start: UInt32, count: UInt32) -> UInt32? {
        for index in stretches.indices {
            let stretch = stretches[index]
            let before = start &- stretch.start
            guard before < stretch.count else { continue }
            let taken = min(count, stretch.count - before)
            let after = stretch.count - before - taken
            stretches[index].count = before
            if after > 0 {
                let rest = Stretch(start: start &+ taken, count: after)
                if before == 0 {
                    stretches[index] = rest
                } else {
                    insert(rest.start, count: rest.count)
                }
            }
            return taken
        }
        return nil
    }

    mutating func removeAll() { self = MissingNumbers() }
}
