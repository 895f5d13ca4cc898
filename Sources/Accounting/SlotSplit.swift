// SPDX-License-Identifier: Apache-2.0

package import Model

/// Divides a flow between the slots it spans, in proportion to its overlap with each.
///
/// # How it works
///
/// A flow of `[start, end)` gets, in each slot, the share of its length that lies there. Whole
/// numbers are divided by *largest remainder*: every slot gets the floor of its share, and what is
/// left over goes, one by one, to the slots with the largest remainders, the earlier first. So the
/// parts always sum to the whole, exactly. A flow without length counts in the slot of its end.
package enum SlotSplit {
    /// One slot's part of a flow.
    package struct Part: Equatable {
        /// Start of the slot, in seconds since 1970-01-01 00:00 UTC.
        package var slot: Int64
        package var measure: Measure

        package init(slot: Int64, measure: Measure) {
            self.slot = slot
            self.measure = measure
        }
    }

    /// The start of the slot that holds `time`, in seconds since 1970-01-01 00:00 UTC.
    ///
    /// - Parameters:
    ///   - time: Nanoseconds since 1970-01-01 00:00 UTC.
    ///   - slotSeconds: Length of a slot.
    /// - Returns: The start, rounded down also before 1970.
    package static func slot(at time: Int64, slotSeconds: Int64) -> Int64 {
        let length = slotSeconds * 1_000_000_000
        let quotient = time / length - (time % length < 0 ? 1 : 0)
        return quotient * slotSeconds
    }

    /// Appends the parts of a flow to `parts`, earliest first.
    package static func split(
        _ measure: Measure,
        from start: Int64,
        to end: Int64,
        slotSeconds: Int64,
        into parts: inout [Part]
    ) {
        let first = slot(at: start, slotSeconds: slotSeconds)
        let last = slot(at: end > start ? end - 1 : end, slotSeconds: slotSeconds)
        guard first < last else {
            parts.append(Part(slot: last, measure: measure))
            return
        }
        let begin = parts.count
        let slotLength = slotSeconds * 1_000_000_000
        var overlaps: [UInt64] = []
        for slot in stride(from: first, through: last, by: Int(slotSeconds)) {
            let from = max(slot * 1_000_000_000, start)
            let to = min(slot * 1_000_000_000 + slotLength, end)
            overlaps.append(UInt64(to - from))
            parts.append(Part(slot: slot, measure: Measure()))
        }
        let length = UInt64(end - start)
        let octets = divide(measure.octets, by: overlaps, of: length)
        let packets = divide(measure.packets, by: overlaps, of: length)
        let unscaledOctets = divide(measure.unscaledOctets, by: overlaps, of: length)
        let unscaledPackets = divide(measure.unscaledPackets, by: overlaps, of: length)
        for index in overlaps.indices {
            parts[begin + index].measure = Measure(
                octets: octets[index],
                packets: packets[index],
                unscaledOctets: unscaledOctets[index],
                unscaledPackets: unscaledPackets[index],
                variance: measure.variance * Double(overlaps[index]) / Double(length)
            )
        }
    }

    /// Divides `whole` in proportion to `shares`, which sum to `sum`, by largest remainder.
    package static func divide(_ whole: UInt64, by shares: [UInt64], of sum: UInt64) -> [UInt64] {
        var parts: [UInt64] = []
        var remainders: [(remainder: UInt64, index: Int)] = []
        var rest = whole
        for (index, share) in shares.enumerated() {
            let (quotient, remainder) = sum.dividingFullWidth(whole.multipliedFullWidth(by: share))
            parts.append(quotient)
            rest -= quotient
            remainders.append((remainder, index))
        }
        remainders.sort { ($1.remainder, $0.index) < ($0.remainder, $1.index) }
        for (_, index) in remainders.prefix(Int(rest)) { parts[index] += 1 }
        return parts
    }
}
