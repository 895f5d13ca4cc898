// SPDX-License-Identifier: Apache-2.0

/// A commercial place where traffic is exchanged: a port at an exchange, a private link, transit.
public struct Interconnect: Equatable, Sendable {
    public var id: String
    public var kind: Kind
    public var relationship: Relationship
    public var settlement: Settlement
    /// ASes on the other side; empty at an exchange, where evidence decides.
    public var peers: [ASN] = []
    /// The carrier in between, for carrier peering.
    public var via: ASN?
    public var routing: Routing = .bgp
    public var staticPrefixes: [IPPrefix] = []
    /// Identifier of the exchange, when `kind` is ``Kind/exchange``.
    public var exchange: String?
    /// Identifier of the contract that prices it.
    public var contract: String?
    public var interfaces: [InterfaceReference] = []
    /// Addresses of the far routers, as next hops name them.
    public var addresses: [IPAddress] = []
    public var tags: [String] = []
    /// When it counts, in seconds since 1970-01-01 00:00 UTC; `Int64.min ..< Int64.max` for always.
    public var valid: Range<Int64> = Int64.min..<Int64.max

    public init(id: String, kind: Kind) {
        self.id = id
        self.kind = kind
        self.relationship = kind.defaultRelationship
        self.settlement = kind.defaultSettlement
    }

    /// The neighbor when there can be only one.
    ///
    /// A carrier link's neighbor is who is reached through it, when that is one AS.
    public var singlePeer: ASN? {
        kind != .exchange && peers.count == 1 ? peers[0] : nil
    }

    public enum Kind: String, Sendable, CaseIterable {
        case exchange, `private`, transit, customer, carrier, cloudDirect, dedicatedInterconnect
        case partnerInterconnect, cache, scrubbing

        /// INTERFACE section 7: what holds when the configuration does not say.
        public var defaultRelationship: Relationship {
            switch self {
            case .transit: .transit
            case .customer: .customer
            default: .peer
            }
        }

        /// INTERFACE section 7: what holds when the configuration does not say.
        public var defaultSettlement: Settlement {
            switch self {
            case .transit: .paidByUs
            case .customer: .paidToUs
            default: .free
            }
        }
    }

    public enum Relationship: String, Sendable, CaseIterable {
        case transit, peer, customer
    }

    public enum Settlement: String, Sendable, CaseIterable {
        case free, paidByUs, paidToUs
    }

    public enum Routing: String, Sendable, CaseIterable {
        case bgp
        case `static`
    }

    /// An interface that an interconnect uses, by number; names are resolved by then.
    public struct InterfaceReference: Hashable, Sendable {
        public var exporter: String
        public var index: UInt32
        /// Only frames of this VLAN; nil for all.
        public var vlan: UInt16?

        public init(exporter: String, index: UInt32, vlan: UInt16? = nil) {
            self.exporter = exporter
            self.index = index
            self.vlan = vlan
        }
    }
}
