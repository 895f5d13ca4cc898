// SPDX-License-Identifier: Apache-2.0

/// An Internet exchange: a LAN that many peers share.
public struct Exchange: Equatable, Sendable {
    public var id: String
    /// Identifier of the exchange in PeeringDB.
    public var peeringDB: Int?
    public var lan: [IPPrefix] = []
    public var members: [Member] = []
    public var routeServers: RouteServers?

    public init(id: String) { self.id = id }

    /// Who is on the LAN, as the inventory or an IX-F export names it.
    public struct Member: Equatable, Sendable {
        public var asn: ASN
        public var addresses: [IPAddress]
        public var macs: [MACAddress]

        public init(asn: ASN, addresses: [IPAddress] = [], macs: [MACAddress] = []) {
            self.asn = asn
            self.addresses = addresses
            self.macs = macs
        }
    }

    /// The exchange's route servers: never the peer.
    public struct RouteServers: Equatable, Sendable {
        public var asn: ASN
        public var requiredPerFamily: Int
        public var addresses: [IPAddress]

        public init(asn: ASN, requiredPerFamily: Int = 2, addresses: [IPAddress] = []) {
            self.asn = asn
            self.requiredPerFamily = requiredPerFamily
            self.addresses = addresses
        }
    }
}
