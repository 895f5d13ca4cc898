// SPDX-License-Identifier: Apache-2.0

/// What one side of a record is counted under while a slot is open.
///
/// Plain numbers, so that hashing it costs no reference counting; names are put in when totals are
/// handed over.
public struct PostingKey: Hashable, Sendable {
    /// Index into ``Inventory/exporters``.
    public var exporter: UInt16
    public var vlan: UInt16 = 0
    /// ifIndex; 0 when the exporter named none.
    public var interface: UInt32
    public var direction: Direction
    public var family: TrafficFamily
    public var rateSource: SamplingSource = .assumed
    public var flags: Flags = []
    public var rate: SamplingRate = .one
    public var remoteMAC: MACAddress = .zero
    public var nextHop: IPAddress = .v4(0)
    public var exportedPeerAS: ASN = .zero
    public var routePeerAS: ASN = .zero
    public var originAS: ASN = .zero
    /// Which path, in the numbering of whoever made the key; ``noPath`` for none.
    public var asPath: UInt32 = PostingKey.noPath
    /// Which neighbor told the route, in the numbering of the routing table.
    public var routeSource: UInt32 = 0
    /// 1-based index into the static prefixes of the inventory; 0 for none.
    public var staticPrefix: UInt16 = 0

    public static let noPath = UInt32.max

    public init(
        exporter: UInt16,
        interface: UInt32,
        direction: Direction,
        family: TrafficFamily
    ) {
        self.exporter = exporter
        self.interface = interface
        self.direction = direction
        self.family = family
    }

    public struct Flags: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8

        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let hasNextHop = Flags(rawValue: 1)
        public static let nextHopIsFromRoute = Flags(rawValue: 2)
        public static let hasRoute = Flags(rawValue: 4)
        public static let routeIsStale = Flags(rawValue: 8)
        /// The interface belongs to a transit interconnect: its prefixes are kept as well.
        public static let isTransit = Flags(rawValue: 16)
        /// No evidence named a neighbor.
        public static let isUnknownNeighbor = Flags(rawValue: 32)
    }
}

/// One record's double entry: what came of its octets on either side.
public struct Posting: Sendable {
    /// Index into ``Inventory/exporters``.
    public var exporter: UInt16
    /// When the flow began, accounting time, in nanoseconds since 1970-01-01 00:00 UTC.
    public var start: Int64
    /// When the flow ended, accounting time, in nanoseconds since 1970-01-01 00:00 UTC.
    public var end: Int64
    /// Whether the exporter's times were impossible and arrival stands for them.
    public var isClamped: Bool
    /// Whether the record counts layer-2 frames, whose headers were taken off.
    public var isConverted = false
    public var measure: Measure
    public var ingress: SideOutcome
    public var egress: SideOutcome
    /// Prefix of the far address on the way in and out; nil for what is not transit.
    public var ingressPrefix: IPPrefix?
    public var egressPrefix: IPPrefix?

    public init(
        exporter: UInt16,
        start: Int64,
        end: Int64,
        isClamped: Bool,
        measure: Measure,
        ingress: SideOutcome,
        egress: SideOutcome,
        isConverted: Bool = false
    ) {
        self.exporter = exporter
        self.start = start
        self.end = end
        self.isClamped = isClamped
        self.isConverted = isConverted
        self.measure = measure
        self.ingress = ingress
        self.egress = egress
    }
}

/// What became of one side of a record; exactly one of these (DESIGN 3.4).
public enum SideOutcome: Equatable, Sendable {
    /// Crossed the edge here: ingress, or egress.
    case posted(PostingKey)
    /// Began or ended within the network: originated, or terminated.
    case inside
    /// Crossed between our own routers.
    case carried
    /// Another record of the same packets counts.
    case countedElsewhere
    /// Dropped by the router; egress only.
    case discarded
    case unattributed(UnattributedReason)
}
