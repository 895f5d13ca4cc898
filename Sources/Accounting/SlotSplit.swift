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
///
/// One is kept and used again and again, so that it asks for memory only once.
package struct SlotSplit: Sendable {
    /// How long the flow is in each slot, in nanoseconds.
    private var overlaps: [UInt64] = []
    private var remainders: [UInt64] = []
    private var quotas: [UInt64] = []

    package init() {}

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
    package mutating func split(
        _ measure: Measure,
        from start: Int64,
        to end: Int64,
        slotSeconds: Int64,
        into parts: inout [Part]
    ) {
        let first = Self.slot(at: start, slotSeconds: slotSeconds)
        let last = Self.slot(at: end > start ? end - 1 : end, slotSeconds: slotSeconds)
        guard first < last else {
            parts.append(Part(slot: last, measure: measure))
            return
        }
        let begin = parts.count
        let slotLength = slotSeconds * 1_000_000_000
        overlaps.removeAll(keepingCapacity: true)
        var slot = first
        while slot <= last {
            let from = max(slot * 1_000_000_000, start)
            let to = min(slot * 1_000_000_000 + slotLength, end)
            overlaps.append(UInt64(to - from))
            parts.append(Part(slot: slot, measure: Measure()))
            slot += slotSeconds
        }
        let length = UInt64(end - start)
        divide(measure.octets, of: length)
        for index in quotas.indices { parts[begin + index].measure.octets = quotas[index] }
        divide(measure.packets, of: length)
        for index in quotas.indices { parts[begin + index].measure.packets = quotas[index] }
        divide(measure.unscaledOctets, of: length)
        for index in quotas.indices { parts[begin + index].measure.unscaledOctets = quotas[index] }
        divide(measure.unscaledPackets, of: length)
        for index in quotas.indices {
            parts[begin + index].measure.unscaledPackets = quotas[index]
            parts[begin + index].measure.variance =
                measure.variance * Double(overlaps[index]) / Double(length)
        }
    }

    /// Divides `whole` in proportion to `shares`, which sum to `sum`, by largest remainder.
    package static func divide(_ whole: UInt64, by shares: [UInt64], of sum: UInt64) -> [UInt64] {
        var split = SlotSplit()
        split.overlaps = shares
        split.divide(whole, of: sum)
        return split.quotas
    }

    /// Divides `whole` in proportion to the overlaps, which sum to `sum`, into the quotas.
    private mutating func divide(_ whole: UInt64, of sum: UInt64) {
        quotas.removeAll(keepingCapacity: true)
        remainders.removeAll(keepingCapacity: true)
        var rest = whole
        for overlap in overlaps {
            let (quotient, remainder) = sum.dividingFullWidth(
                whole.multipliedFullWidth(by: overlap)
            )
            quotas.append(quotient)
            rest -= quotient
            remainders.append(remainder)
        }
        // The remainders sum to `rest` times `sum`, and none is as large as `sum`: so more of them
        // than `rest` are above zero, and none is taken twice.
        for _ in 0..<rest {
            var largest = 0
            for index in remainders.indices where remainders[index] > remainders[largest] {
                largest = index
            }
            quotas[largest] += 1
            remainders[largest] = 0
        }
    }
}
