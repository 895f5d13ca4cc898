// SPDX-License-Identifier: Apache-2.0

/// What a sample says of the numbers of its source.
struct SFlowSighting: Sendable {
    /// What the source counts: each kind has numbers of its own.
    enum Kind: UInt64 {
        case flows = 0
        case counters = 1
        case discards = 2
    }

    let kind: Kind
    let source: DataSource
    let sequence: UInt32
    var pool: UInt32 = 0
    var drops: UInt32 = 0

    /// Whether it is of the source and the kind that another is of.
    func isOfSource(_ other: Self) -> Bool { kind == other.kind && source == other.source }

    /// A hash of the source: who seeks two with the same harms itself.
    ///
    /// - Parameter subAgent: A hash of the agent's address and sub-agent.
    /// - Returns: What it is kept under.
    func key(in subAgent: UInt64) -> UInt64 {
        let bits = UInt64(source.type) << 32 | UInt64(source.index)
        let hash = (subAgent ^ bits) &* 0x9e37_79b9_7f4a_7c15
        return (hash ^ hash >> 29 ^ kind.rawValue << 62) &* 0xbf58_476d_1ce4_e5b9
    }
}

/// What the samples of a datagram say, in their order.
///
/// An array that is written by index: appending to one costs as much as all that is appended.
struct SFlowSightings: Sendable {
    private(set) var count = 0
    private var places: [SFlowSighting] = []

    var isEmpty: Bool { count == 0 }

    subscript(index: Int) -> SFlowSighting { places[index] }

    mutating func removeAll() { count = 0 }

    /// Sees to it that `number` more can be added.
    mutating func makeRoom(for number: Int) {
        while places.count < count + number {
            places.append(SFlowSighting(kind: .flows, source: DataSource(compact: 0), sequence: 0))
        }
    }

    mutating func append(_ sighting: SFlowSighting) {
        makeRoom(for: 1)
        add(sighting)
    }

    /// Adds one for which there is room.
    @inline(__always)
    mutating func add(_ sighting: SFlowSighting) {
        places[count] = sighting
        count &+= 1
    }
}
