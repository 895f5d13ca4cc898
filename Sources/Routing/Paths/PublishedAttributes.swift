// SPDX-License-Identifier: Apache-2.0

internal import Model

/// The attributes that paths have in common and the next hops, as readers see them.
///
///     traits    [ AS path | neighbor AS | origin AS | - ]        what a flow is attributed by
///     bodies    [ -> SharedAttributes ]                          all of them, for who asks more
///     next hop  [ family | address, four words | - | - | - ]
///
/// Traits are written before a path that leads to them, and lie as they are until no reader can
/// look at them any more.
final class PublishedAttributes: Sendable {
    static let blockShift: UInt32 = 12
    static let nextHopShift: UInt32 = 8
    private let traits = PublishedWords(segmentShift: blockShift + 2, capacityShift: 28)
    private let bodies = PublishedObjects<SharedAttributes>()
    private let nextHops = PublishedWords(segmentShift: nextHopShift + 3, capacityShift: 26)

    /// What is asked of nearly every flow.
    struct Traits {
        var asPath: ASPathID
        /// Zero when the path names none.
        var neighborAS: ASN
        /// Zero when the path is empty or ends in a set.
        var originAS: ASN
    }

    /// Begins to load the traits at `index`.
    @inline(__always)
    func prefetchTraits(at index: UInt32) { traits.cells.prefetch(index &<< 2) }

    @inline(__always)
    func traits(at index: UInt32) -> Traits {
        Traits(
            asPath: ASPathID(rawValue: traits[index << 2]),
            neighborAS: ASN(rawValue: traits[index << 2 | 1]),
            originAS: ASN(rawValue: traits[index << 2 | 2])
        )
    }

    /// Calls `body` with the attributes at `index`; nil when none are there.
    @inline(__always)
    func read<Result>(_ index: UInt32, _ body: (SharedAttributes) -> Result) -> Result? {
        bodies.read(index, body)
    }

    /// The next hop of `id`; nil for none, or when it is not known any more.
    func nextHop(_ id: NextHopID) -> IPAddress? {
        let position = id.rawValue << 3
        guard id != .none, id.rawValue < 1 << 29 else { return nil }
        let raw = UInt16(truncatingIfNeeded: nextHops[position])
        guard let family = AddressFamily(rawValue: raw) else { return nil }
        var bits: UInt128 = 0
        for word in 1...4 as ClosedRange<UInt32> {
            bits = bits << 32 | UInt128(nextHops[position | word])
        }
        return IPAddress(bits: bits, family: family)
    }

    /// All that `path` was told with; nil when it is not known any more.
    func attributes(of path: Path) -> PathAttributes? {
        bodies.read(path.attributes) { shared in
            var attributes = shared.value
            attributes.nextHop = nextHop(path.nextHop)
            return attributes
        }
    }

    /// Writer only.
    func publish(
        _ shared: SharedAttributes,
        _ new: Traits,
        at index: UInt32,
        retiring retirement: inout Retirement
    ) {
        traits.prepare(index << 2)
        traits.store(new.asPath.rawValue, at: index << 2)
        traits.store(new.neighborAS.rawValue, at: index << 2 | 1)
        traits.store(new.originAS.rawValue, at: index << 2 | 2)
        retirement.add(bodies.publish(shared, at: index))
    }

    /// Writer only: takes the attributes at `index` out of the readers' sight.
    func withdraw(_ index: UInt32) -> SharedAttributes? { bodies.take(index) }

    /// Writer only.
    func dropSegments(holding index: UInt32, retiring retirement: inout Retirement) {
        traits.dropSegment(holding: index << 2)
        bodies.dropSegments(of: Self.blockShift, holding: index, retiring: &retirement)
    }

    /// Writer only.
    func publish(_ nextHop: IPAddress, at index: UInt32) {
        nextHops.prepare(index << 3)
        for word in 0..<4 as Range<UInt32> {
            let bits = nextHop.bits >> UInt128(96 - 32 * word)
            nextHops.store(UInt32(truncatingIfNeeded: bits), at: index << 3 | (word + 1))
        }
        nextHops.store(UInt32(nextHop.family.rawValue), at: index << 3)
    }

    /// Writer only.
    func dropNextHops(holding index: UInt32) {
        nextHops.dropSegment(holding: index << 3)
    }

    var octets: Int { traits.octets + bodies.octets + nextHops.octets }
}
