// SPDX-License-Identifier: Apache-2.0

/// What crossed one interface in one slot: the key of the smallest table, kept longest.
public struct InterfaceKey: Hashable, Sendable {
    /// Name of the exporter in the configuration.
    public var exporter: String
    /// ifIndex; 0 when the exporter named none.
    public var interface: UInt32
    public var direction: Direction
    public var family: TrafficFamily
    public var rate: SamplingRate
    public var rateSource: SamplingSource

    public init(
        exporter: String,
        interface: UInt32,
        direction: Direction,
        family: TrafficFamily,
        rate: SamplingRate = .one,
        rateSource: SamplingSource = .assumed
    ) {
        self.exporter = exporter
        self.interface = interface
        self.direction = direction
        self.family = family
        self.rate = rate
        self.rateSource = rateSource
    }
}

/// The same, divided by the evidence of who was on the other side.
public struct NeighborKey: Hashable, Sendable {
    public var interface: InterfaceKey
    public var evidence: Evidence

    public init(interface: InterfaceKey, evidence: Evidence) {
        self.interface = interface
        self.evidence = evidence
    }
}

/// The same, divided by the path to the far end: the largest table.
public struct PathKey: Hashable, Sendable {
    public var neighbor: NeighborKey
    /// AS path of the route to the far address, as received; empty without a route.
    public var asPath: ASPath
    /// AS of the far address: the path's origin, else what the exporter said; zero when unknown.
    public var originAS: ASN

    public init(neighbor: NeighborKey, asPath: ASPath, originAS: ASN) {
        self.neighbor = neighbor
        self.asPath = asPath
        self.originAS = originAS
    }
}

/// For transit, and by the hour: the longest-match prefix of the far address.
public struct PrefixKey: Hashable, Sendable {
    public var interface: InterfaceKey
    /// nil when no route covered the address.
    public var prefix: IPPrefix?

    public init(interface: InterfaceKey, prefix: IPPrefix?) {
        self.interface = interface
        self.prefix = prefix
    }
}

/// A stored row: what was counted under `key` in the slot that began at `slot`.
public struct Fact<Key: Hashable & Sendable>: Sendable {
    /// Start of the slot, in seconds since 1970-01-01 00:00 UTC.
    public var slot: Int64
    public var key: Key
    public var measure: Measure

    public init(slot: Int64, key: Key, measure: Measure) {
        self.slot = slot
        self.key = key
        self.measure = measure
    }
}

extension Fact: Equatable where Key: Equatable {}

public typealias InterfaceFact = Fact<InterfaceKey>
public typealias NeighborFact = Fact<NeighborKey>
public typealias PathFact = Fact<PathKey>
public typealias PrefixFact = Fact<PrefixKey>
