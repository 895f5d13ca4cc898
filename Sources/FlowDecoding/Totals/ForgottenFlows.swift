// SPDX-License-Identifier: Apache-2.0

/// Traces of the flows a ``TotalsTable`` remembers no more: which were seen before, and about how
/// much of them.
///
/// # How it works
///
/// A trace is 32 bits: 16 of the flow's key, whether it had ended, and its total to 0.2 %, rounded
/// up. Traces lie in an open-addressed table, at most three quarters full, by other bits of it; a
/// key that was never put in seems to be there once in some 4,000 times. When the table is full
/// it becomes the previous generation, and that of before is gone, of which only one thing stays:
/// until when the flows in it were counted that may go on.
struct ForgottenFlows: Sendable {
    struct Trace: Equatable {
        /// Its exporter had said that it ended.
        var isEnded: Bool
        /// What its last total was, or somewhat more.
        var total: UInt64

        /// What there is more of now; all, when there is less by more than the rounding.
        func growth(to now: UInt64) -> UInt64 {
            if now > total { return now - total }
            return total - now <= total / 500 ? 0 : now
        }
    }

    private struct Generation: Sendable {
        /// 0 for none.
        var marks: [UInt32] = []
        var count = 0
        /// Until when the latest of its flows that have not ended is counted; nil when all have.
        var latest: Int64?

        var isFull: Bool { (count + 1) * 4 > marks.count * 3 }

        /// Where the trace of `key` is, or would be; nil when there is no table.
        func place(of key: UInt64) -> Int? {
            guard !marks.isEmpty else { return nil }
            let fingerprint = ForgottenFlows.fingerprint(key)
            var place = Int(truncatingIfNeeded: key) & (marks.count - 1)
            // There is always an empty one, so this ends.
            while marks[place] != 0, marks[place] >> 16 != fingerprint {
                place = (place + 1) & (marks.count - 1)
            }
            return place
        }

        func mark(of key: UInt64) -> UInt32? {
            place(of: key).flatMap { marks[$0] == 0 ? nil : marks[$0] }
        }
    }

    private var current = Generation()
    private var previous = Generation()

    /// Size of the smallest tables.
    private static let smallest = 8_192

    var isEmpty: Bool { current.marks.isEmpty }
    /// Memory it takes, in octets.
    var octets: Int { (current.marks.count + previous.marks.count) * 4 }

    /// What is known of a flow; nil when it was not seen, or so long ago that nothing is.
    func trace(of key: UInt64) -> Trace? {
        (current.mark(of: key) ?? previous.mark(of: key)).map {
            Trace(isEnded: $0 >> 15 & 1 == 1, total: Self.total($0 & 0x7fff))
        }
    }

    /// Remembers a flow.
    ///
    /// - Parameters:
    ///   - key: Its key.
    ///   - trace: What is to be known of it.
    ///   - until: Until when it is counted.
    ///   - size: How large a table may be: a power of two.
    /// - Returns: Until when flows are counted of which nothing is known from now on; nil when
    ///   there are none that may go on.
    mutating func insert(
        _ key: UInt64,
        _ trace: Trace,
        until: Int64,
        size: Int
    ) -> Int64? {
        // What ended is of interest for moments; what was pushed out, for as long as there is room.
        let wanted =
            trace.isEnded ? min(max(current.marks.count * 4, Self.smallest), size) : size
        var gone: Int64?
        if current.isFull || !trace.isEnded && current.marks.count < size {
            gone = rotate(wanted)
        }
        guard let place = current.place(of: key) else { return gone }
        if current.marks[place] == 0 { current.count += 1 }
        current.marks[place] =
            Self.fingerprint(key) << 16 | (trace.isEnded ? 1 << 15 : 0) | Self.code(trace.total)
        if !trace.isEnded { current.latest = max(current.latest ?? until, until) }
        return gone
    }

    /// Gives up what takes more than tables of `size`; returns as ``insert(_:_:until:size:)`` does.
    mutating func shrink(to size: Int) -> Int64? {
        guard max(current.marks.count, previous.marks.count) > size else { return nil }
        let latest = [current.latest, previous.latest].compactMap(\.self).max()
        current = Generation()
        previous = Generation()
        return latest
    }

    private mutating func rotate(_ size: Int) -> Int64? {
        guard !current.marks.isEmpty else {
            current.marks = [UInt32](repeating: 0, count: size)
            return nil
        }
        let gone = previous.latest
        previous = current
        current = Generation(marks: [UInt32](repeating: 0, count: size))
        return gone
    }

    private static func fingerprint(_ key: UInt64) -> UInt32 { max(UInt32(key >> 48), 1) }

    /// A number in 15 bits, rounded up: 6 of exponent, 9 of the digits after the first.
    static func code(_ total: UInt64) -> UInt32 {
        let width = UInt64.bitWidth - total.leadingZeroBitCount
        guard width > 9 else { return UInt32(total) }
        let shift = UInt64(width - 10)
        let digits = total >> shift + (total & (1 << shift - 1) == 0 ? 0 : 1)
        let exponent = digits == 1_024 ? shift + 2 : shift + 1
        return UInt32(exponent << 9 | digits & 511)
    }

    static func total(_ code: UInt32) -> UInt64 {
        let exponent = UInt64(code >> 9)
        return exponent == 0 ? UInt64(code) : UInt64(512 | code & 511) << (exponent - 1)
    }
}
