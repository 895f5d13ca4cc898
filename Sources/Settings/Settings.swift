// SPDX-License-Identifier: Apache-2.0

public import Model

/// What the operator says, typed, with defaults applied and references resolved (INTERFACE 7).
///
/// Paths are absolute: those of the files are relative to the file that names them.
public struct Settings: Equatable, Sendable {
    /// Name of this collector in every stored row; nil for the name of the host.
    public var collector: String?
    public var inventory = Inventory()
    public var store = Store()
    /// Length of an accounting slot, in seconds: 60, 180, 300 or 900.
    ///
    /// All of them divide a quarter of an hour, so that the months of every time zone begin and
    /// end with a slot.
    public var slotSeconds: Int64 = 300
    /// How often running totals are written, in seconds.
    public var flushSeconds: Int64 = 5
    /// How long after its end a slot takes increments, in seconds; at least two flushes.
    public var latenessSeconds: Int64 = 600
    /// Directory of templates, samplers and route snapshots; nil keeps none.
    public var state: String?
    /// Path of the control socket; nil for none.
    public var control: String?
    public var learn = Learn()
    public var limits = Limits()
    public var listen = Listen()
    public var neighbors: [Neighbor] = []
    public var stations: [Station] = []
    public var tables: [Table] = []
    public var prices = Prices()
    public var alerts = Alerts()

    public init() {}

    /// In octets; the kernel holds the path of a socket in 108, the last of them zero (unix(7)).
    public static let longestSocketPath = 107

    /// Where volumes are kept.
    public struct Store: Equatable, Sendable {
        public var sqlite = SQLite()

        public init() {}

        public struct SQLite: Equatable, Sendable {
            /// Path of the database file.
            public var path = "peerage.db"
            /// Copies of it made while it is in use; nil for none.
            public var backup: Backup?

            public init() {}
        }

        /// When and where copies of the database are made.
        public struct Backup: Equatable, Sendable {
            public var directory: String
            /// From one to the next, in seconds.
            public var everySeconds: Int64 = 86_400
            /// How many are kept, the newest.
            public var keep = 7

            public init(directory: String) { self.directory = directory }
        }
    }

    /// Exporters that are not listed, and may be held apart until they are adopted.
    public struct Learn: Equatable, Sendable {
        /// Where they may be; empty for nowhere.
        public var from: [IPPrefix] = []
        /// How long what they report is held, in seconds.
        public var holdSeconds: Int64 = 86_400
        /// How many are held at once.
        public var exporters = 16

        public init() {}
    }

    /// How much the collector remembers at most; each bound has a metric and a ledger reason.
    public struct Limits: Equatable, Sendable {
        /// Templates of one exporter.
        public var templates = 1_024
        /// Observation domains of one exporter.
        public var domains = 64
        /// Rows of one exporter in one slot that name a neighbor or a path; what is beyond goes
        /// to one row an interface.
        public var series = 100_000
        /// Rows that wait in memory for a store that is out of reach.
        public var waitingRows = 4_000_000
        /// Route updates that wait to be applied.
        public var routeUpdates = 65_536

        public init() {}
    }

    /// The sockets the collector opens.
    public struct Listen: Equatable, Sendable {
        /// UDP; each takes every export protocol.
        public var flows: [Endpoint] = Self.customaryFlows
        /// TCP, for BGP sessions that routers open; nil for none.
        public var bgp: Endpoint?
        /// TCP, for BMP connections that routers open; nil for none.
        public var bmp: Endpoint?
        /// TCP, for the API, metrics and health; nil for none.
        public var console: Endpoint?
        /// Threads that receive flows; nil for one a processor, at most 16.
        public var workers: Int?

        public init() {}

        /// NetFlow, IPFIX and sFlow on their customary ports, on loopback.
        ///
        /// Nothing is open to the network until the operator says so.
        private static let customaryFlows = [2055, 4739, 6343].map {
            Endpoint(address: .v4(0x7f00_0001), port: $0)
        }
    }

    /// An address and a port: "127.0.0.1:2055", "[::1]:2055".
    public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
        public var address: IPAddress
        /// 0 lets the system choose.
        public var port: UInt16

        public init(address: IPAddress, port: UInt16) {
            self.address = address
            self.port = port
        }

        public var description: String {
            address.family == .ipv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
        }
    }

    /// A router whose BGP session we accept; we never open one.
    public struct Neighbor: Equatable, Sendable {
        public var name: String
        public var address: IPAddress
        public var asn: ASN
        /// How long its routes stand after the session has dropped, in seconds.
        public var staleSeconds: Int64 = 900
        /// Key of TCP MD5 signatures (RFC 2385); nil for none.
        public var md5: Secret?
        /// Generalized TTL security (RFC 5082): how many hops away it may be; nil for any.
        public var ttlHops: Int?
        /// The one of our addresses that its session comes to; nil for any.
        public var localAddress: IPAddress?
        /// More prefixes than this of one family end the session (RFC 4486, subcode 1).
        public var maxPrefixes = MaxPrefixes()
        /// Whether it may tell several paths to a prefix (RFC 7911).
        public var addPath = false
        /// What we are to it (RFC 9234); nil when that is not said.
        public var role: Role?
        /// How much its routes are believed beside those of other sources; nil for the usual.
        public var weight: UInt16?

        /// What a router is to the other end of its session (RFC 9234, section 4.1).
        public enum Role: String, CaseIterable, Sendable {
            case provider, routeServer, routeServerClient, customer, peer
        }

        /// Bounds of what a neighbor may announce.
        public struct MaxPrefixes: Equatable, Sendable {
            public var ipv4 = 2_000_000
            public var ipv6 = 500_000
            /// How long a session that passed a bound is refused, in seconds.
            public var restartSeconds: Int64 = 900

            public init() {}
        }

        public init(name: String, address: IPAddress, asn: ASN) {
            self.name = name
            self.address = address
            self.asn = asn
        }

        /// The view its routes fill.
        public var view: String { name }
    }

    /// A router that reports to us by BMP; we never connect to one.
    public struct Station: Equatable, Sendable {
        public var name: String
        public var address: IPAddress
        public var use = Use.auto
        /// How long its routes stand after the connection has dropped, in seconds.
        public var staleSeconds: Int64 = 900
        /// More prefixes than this of one family in one table of one peer leave that table out;
        /// the time is of no use.
        public var maxPrefixes = Neighbor.MaxPrefixes()
        /// Of its routes against those of other sources; nil for the customary one of each table.
        public var weight: UInt16?

        /// Which of its tables are kept.
        public enum Use: String, CaseIterable, Sendable {
            /// All that it reports.
            case auto
            case locRIB = "locRib"
            case postPolicy
            case prePolicy
            case adjRIBOut = "adjRibOut"
        }

        public init(name: String, address: IPAddress) {
            self.name = name
            self.address = address
        }

        /// The view its routes fill; those of VPNs fill views of that name and the route
        /// distinguisher.
        public var view: String { name }
    }

    /// An MRT table dump that is loaded at the start.
    public struct Table: Equatable, Sendable {
        /// The view its routes fill.
        public var view: String
        /// Path of the file.
        public var mrt: String
        /// Only the routes of this peer of the dump; nil for all.
        public var peer: IPAddress?

        public init(view: String, mrt: String, peer: IPAddress? = nil) {
            self.view = view
            self.mrt = mrt
            self.peer = peer
        }
    }

    /// What peering would cost, in the network's currency.
    public struct Prices: Equatable, Sendable {
        public var exchanges: [ExchangePrices] = []
        public var crossConnect: CrossConnect?

        public init() {}
    }

    /// What the ports of an exchange cost.
    public struct ExchangePrices: Equatable, Sendable {
        /// Identifier of the exchange.
        public var exchange: String
        /// By speed, slowest first.
        public var ladder: [PortPrice] = []

        public init(exchange: String, ladder: [PortPrice] = []) {
            self.exchange = exchange
            self.ladder = ladder
        }
    }

    public struct PortPrice: Equatable, Sendable {
        /// In bits per second.
        public var speed: UInt64
        public var monthly: Money

        public init(speed: UInt64, monthly: Money) {
            self.speed = speed
            self.monthly = monthly
        }
    }

    /// What a cable between two cages costs.
    public struct CrossConnect: Equatable, Sendable {
        public var monthly: Money
        /// Paid once, when it is built.
        public var once: Money

        public init(monthly: Money, once: Money) {
            self.monthly = monthly
            self.once = once
        }
    }
}
