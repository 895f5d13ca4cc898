// SPDX-License-Identifier: Apache-2.0

/// What the network is: its ASes and addresses, its routers, and the places it exchanges traffic.
public struct Inventory: Equatable, Sendable {
    public var network = Network()
    public var exporters: [Exporter] = []
    public var exchanges: [Exchange] = []
    public var interconnects: [Interconnect] = []
    public var contracts: [Contract] = []
    /// ASes that count as one.
    public var groups: [Group] = []

    public init() {}

    /// The network that is accounted for.
    public struct Network: Equatable, Sendable {
        public var asns: [ASN] = []
        /// Other ASes of the same organization.
        public var siblings: [ASN] = []
        /// The confederation that ``asns`` are a part of; nil for none.
        public var confederation: Confederation?
        public var prefixes: [IPPrefix] = []
        /// IANA name of the zone in which months begin.
        public var timezone = "UTC"
        /// ISO 4217 code.
        public var currency = "EUR"

        public init() {}
    }

    /// ASes of one organization, counted as the first of them.
    public struct Group: Equatable, Sendable {
        public var id: String
        public var asns: [ASN]

        public init(id: String, asns: [ASN]) {
            self.id = id
            self.asns = asns
        }
    }

    /// The exporter of that name.
    public func exporter(named name: String) -> Exporter? { exporters.first { $0.name == name } }

    /// The contract of that identifier.
    public func contract(_ id: String) -> Contract? { contracts.first { $0.id == id } }
}

extension Inventory {
    /// The static prefixes of all interconnects, in order; evidence names one by its place here.
    public var staticPrefixes: [IPPrefix] { interconnects.flatMap(\.staticPrefixes) }
}
