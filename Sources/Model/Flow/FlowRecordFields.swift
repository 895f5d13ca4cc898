// SPDX-License-Identifier: Apache-2.0

extension FlowRecord {
    /// The fields of a flow record that an exporter may or may not give.
    public struct Fields: OptionSet, Hashable, Sendable {
        public let rawValue: UInt64

        public init(rawValue: UInt64) { self.rawValue = rawValue }

        public static let source = Fields(rawValue: 1 << 0)
        public static let destination = Fields(rawValue: 1 << 1)
        public static let ipProtocol = Fields(rawValue: 1 << 2)
        public static let sourcePort = Fields(rawValue: 1 << 3)
        public static let destinationPort = Fields(rawValue: 1 << 4)
        public static let octets = Fields(rawValue: 1 << 5)
        public static let packets = Fields(rawValue: 1 << 6)
        public static let ingressInterface = Fields(rawValue: 1 << 7)
        public static let egressInterface = Fields(rawValue: 1 << 8)
        public static let sourceMAC = Fields(rawValue: 1 << 9)
        public static let destinationMAC = Fields(rawValue: 1 << 10)
        public static let postSourceMAC = Fields(rawValue: 1 << 11)
        public static let postDestinationMAC = Fields(rawValue: 1 << 12)
        public static let vlan = Fields(rawValue: 1 << 13)
        public static let etherType = Fields(rawValue: 1 << 14)
        public static let nextHop = Fields(rawValue: 1 << 15)
        public static let bgpNextHop = Fields(rawValue: 1 << 16)
        public static let sourceAS = Fields(rawValue: 1 << 17)
        public static let destinationAS = Fields(rawValue: 1 << 18)
        public static let sourcePeerAS = Fields(rawValue: 1 << 19)
        public static let destinationPeerAS = Fields(rawValue: 1 << 20)
        public static let asPath = Fields(rawValue: 1 << 21)
        public static let communities = Fields(rawValue: 1 << 22)
        public static let localPreference = Fields(rawValue: 1 << 23)
        public static let start = Fields(rawValue: 1 << 24)
        public static let end = Fields(rawValue: 1 << 25)
        public static let routeDistinguisher = Fields(rawValue: 1 << 26)
    }
}
