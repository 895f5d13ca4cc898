// SPDX-License-Identifier: Apache-2.0

/// Octets by slot, over the slots that are present.
public struct SlotSeries: Equatable, Sendable {
    /// One number a slot, in the order of ``PresentSlots/starts``.
    public private(set) var octets: [UInt64]

    /// A series of `count` slots without traffic.
    public init(count: Int) { octets = Array(repeating: 0, count: count) }

    public init(octets: [UInt64]) { self.octets = octets }

    public mutating func add(_ amount: UInt64, at position: Int) { octets[position] &+= amount }

    /// Starts over, keeping the memory.
    mutating func clear() {
        for position in octets.indices { octets[position] = 0 }
    }

    public var total: UInt64 { octets.reduce(0, &+) }

    /// The slot with the most octets, the earliest of equals; nil without slots.
    public var peak: (position: Int, octets: UInt64)? {
        var peak: (position: Int, octets: UInt64)?
        for (position, amount) in octets.enumerated() where amount > peak?.octets ?? 0 {
            peak = (position, amount)
        }
        return peak ?? octets.first.map { (0, $0) }
    }

    /// This series less `part`; never below zero.
    public func subtracting(_ part: SlotSeries) -> SlotSeries {
        var octets = octets
        for position in 0..<min(octets.count, part.octets.count) {
            octets[position] -= min(part.octets[position], octets[position])
        }
        return SlotSeries(octets: octets)
    }
}
