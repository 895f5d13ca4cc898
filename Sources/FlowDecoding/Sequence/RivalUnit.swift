// SPDX-License-Identifier: Apache-2.0

/// Whether an exporter counts in the other unit than its protocol says: messages for records, or
/// records for messages.
struct RivalUnit: Sendable {
    private var expected: UInt32?
    private var score = 0
    /// Records of the first message in favor.
    private var step: Int?
    private var hasVaried = false

    /// What the number after `message` is in the other unit.
    mutating func expect(after message: SequenceHeader, countsRecords: Bool) {
        if countsRecords {
            expected = message.sequence &+ 1
        } else {
            expected = message.records.map { message.sequence &+ UInt32(clamping: $0) }
        }
    }

    /// Weighs a message, and says whether the other unit is the right one.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - isExpected: Whether its number is right in the unit in use.
    ///   - last: The one before it.
    /// - Returns: Whether enough speaks for the other unit.
    mutating func isRight(
        _ message: SequenceHeader,
        expected isExpected: Bool,
        after last: SequenceHeader
    ) -> Bool {
        guard let records = last.records, records != 1 else { return false }  // both are the same
        guard !isExpected, message.sequence == expected else {
            (score, step, hasVaried) = (0, nil, false)
            return false
        }
        score += 1
        if let step, step != records { hasVaried = true }
        step = step ?? records
        return score >= 8 && hasVaried
    }
}
