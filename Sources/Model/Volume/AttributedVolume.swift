// SPDX-License-Identifier: Apache-2.0

/// A fact with its meaning: which interconnect it crossed, and with whom.
///
/// Made when a report is asked for, from a stored fact and the inventory (DESIGN 3.1); stored
/// nowhere.
public struct AttributedVolume: Equatable, Sendable {
    /// Start of the slot, in seconds since 1970-01-01 00:00 UTC.
    public var slot: Int64
    public var exporter: String
    public var interface: UInt32
    public var direction: Direction
    public var family: TrafficFamily
    /// Index into ``Inventory/interconnects``; nil for an interface nobody has listed.
    public var interconnect: Int?
    /// The AS on the other side; ``ASN/zero`` when no rung of the ladder knew.
    public var peerAS: ASN
    /// Which rung of the ladder decided.
    public var rung: Rung
    /// AS path to the far end; empty when not known.
    public var asPath: ASPath
    /// The AS of the far address; ``ASN/zero`` when not known.
    public var originAS: ASN
    public var measure: Measure

    public init(
        slot: Int64,
        exporter: String,
        interface: UInt32,
        direction: Direction,
        family: TrafficFamily,
        interconnect: Int?,
        peerAS: ASN,
        rung: Rung,
        asPath: ASPath = ASPath(),
        originAS: ASN = .zero,
        measure: Measure
    ) {
        self.slot = slot
        self.exporter = exporter
        self.interface = interface
        self.direction = direction
        self.family = family
        self.interconnect = interconnect
        self.peerAS = peerAS
        self.rung = rung
        self.asPath = asPath
        self.originAS = originAS
        self.measure = measure
    }
}

/// The evidence that named a peer, surest first (DESIGN 3.6).
public enum Rung: UInt8, Hashable, Sendable, CaseIterable, Comparable {
    /// The interface has one neighbor.
    case interface = 0
    /// The MAC address of a member of the exchange.
    case mac = 1
    case vlan = 2
    /// A static prefix of the interconnect.
    case staticPrefix = 3
    /// The next hop is a member's address on the exchange LAN.
    case nextHop = 4
    /// The exporter named the AS.
    case exportedAS = 5
    /// The best route of the view, on the way out.
    case route = 6
    /// The best route back to the source: how we would send, which need not be how it came.
    case reverseLookup = 7
    case unknown = 8

    /// The word in JSON output.
    public var word: String {
        switch self {
        case .interface: "interface"
        case .mac: "mac"
        case .vlan: "vlan"
        case .staticPrefix: "staticPrefix"
        case .nextHop: "nextHop"
        case .exportedAS: "exportedAS"
        case .route: "route"
        case .reverseLookup: "reverseLookup"
        case .unknown: "unknown"
        }
    }

    public static func < (a: Rung, b: Rung) -> Bool { a.rawValue < b.rawValue }
}
