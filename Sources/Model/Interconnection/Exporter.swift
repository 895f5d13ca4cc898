// SPDX-License-Identifier: Apache-2.0

/// A router, or a probe, that reports flows.
public struct Exporter: Equatable, Sendable {
    public var name: String
    public var site: String?
    public var tags: [String] = []
    /// Where its datagrams come from.
    public var addresses: [IPAddress] = []
    /// Its loopbacks and next-hop-self addresses.
    public var routerAddresses: [IPAddress] = []
    public var identify: Identification = .source
    public var observes: Observation = .automatic
    /// Counts where the exporter says nothing; nil for 1, flagged `assumed`.
    public var defaultRate: SamplingRate?
    /// Counts whatever the exporter says.
    public var overrideRate: SamplingRate?
    public var asFields: ASFields = .origin
    /// Tunnels that are looked into, in sampled packets.
    public var innerHeaders: InnerHeaders = []
    /// Corrections that are switched on for it.
    public var quirks: [Quirk] = []
    /// Views to route by, in order of preference.
    public var views: [String] = []
    public var otherInterfaces: InterfaceRole = .unknown
    public var interfaces: [Interface] = []

    public init(name: String) { self.name = name }

    public enum Identification: String, Sendable, CaseIterable {
        case source, agent
    }

    /// Where records are observed when they do not say so themselves.
    public enum Observation: String, Sendable, CaseIterable {
        case ingress, egress, both
        /// By what the exporter's own records say; ingress until one says otherwise.
        case automatic = "auto"
    }

    /// What IE 16 and 17 mean.
    public enum ASFields: String, Sendable, CaseIterable {
        case origin, peer, ignore
    }

    /// What it does differently from the standard, by the word of the configuration.
    ///
    /// What is put right, and by whose fault, stands in FlowDecoding's table.
    public enum Quirk: String, Sendable, CaseIterable {
        case octetsIncludeEthernetHeader = "octets-include-ethernet-header"
        case interfaceZeroIsDiscarded = "interface-zero-is-discarded"
    }

    public struct Interface: Equatable, Sendable {
        public var index: UInt32
        public var name: String?
        /// In bits per second.
        public var speed: UInt64?
        /// nil: an interconnect uses it, or it is unknown.
        public var role: InterfaceRole?
        /// The exporter at the other end of a backbone link.
        public var to: String?
        public var observes: Observation?

        public init(index: UInt32) { self.index = index }
    }
}

/// What an interface is that no interconnect uses.
public enum InterfaceRole: String, Sendable, CaseIterable {
    /// Inside the network: its traffic begins or ends with us.
    case `internal`
    /// Between our routers: carried, never posted.
    case backbone
    /// Nobody has said: posted, reported, alerted.
    case unknown
}
