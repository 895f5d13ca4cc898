// SPDX-License-Identifier: Apache-2.0

/// How many flow records a message of one stream holds on average: what a lost one stood for.
///
/// The mean of the latest messages, those without records among them, for one of these may as well
/// be what was lost.
struct RecordsPerMessage: Sendable {
    /// In 1/65,536 of a record.
    private var mean: Int64 = 0
    private var messages: Int64 = 0
    /// What rounding has left over so far, in the same unit.
    private var rest: Int64 = 0

    /// Over how many messages the mean is taken, once so many have come.
    private static let memory: Int64 = 64
    private static let bits: Int64 = 16

    /// Takes the records of one message, which came.
    mutating func add(_ records: Int) {
        messages = min(messages + 1, Self.memory)
        // No datagram holds more than its octets.
        mean += (Int64(min(records, 65_535)) << Self.bits - mean) / messages
    }

    /// How many records `change` messages more, or fewer, were lost with.
    ///
    /// Rounded so that the sum of all answers is right.
    mutating func records(of change: Int64) -> Int64 {
        guard change != 0 else { return 0 }
        let (product, overflow) = change.multipliedReportingOverflow(by: mean)
        let (sum, isTooMuch) = product.addingReportingOverflow(rest)
        guard !overflow, !isTooMuch else { return 0 }
        rest = sum & (1 << Self.bits - 1)
        return sum >> Self.bits
    }
}
