// SPDX-License-Identifier: Apache-2.0

extension FlowRecord {
    /// The fields of a flow record that an exporter may or may not give.
    ///
    /// Inlinable, as otherwise only ``WireReader``'s methods are: without it the decoders, in
    /// another module, called a function for each constant, twice a field of every record.
    @frozen
    public struct Fields: OptionSet, Hashable, Sendable, BitwiseCopyable {
        public let rawValue: UInt64

        @inlinable
        public init(rawValue: UInt64) { self.rawValue = rawValue }

        @inlinable public static var source: Fields { Fields(rawValue: 1 << 0) }
        @inlinable public static var destination: Fields { Fields(rawValue: 1 << 1) }
        @inlinable public static var ipProtocol: Fields { Fields(rawValue: 1 << 2) }
        @inlinable public static var sourcePort: Fields { Fields(rawValue: 1 << 3) }
        @inlinable public static var destinationPort: Fields { Fields(rawValue: 1 << 4) }
        @inlinable public static var octets: Fields { Fields(rawValue: 1 << 5) }
        @inlinable public static var packets: Fields { Fields(rawValue: 1 << 6) }
        @inlinable public static var ingressInterface: Fields { Fields(rawValue: 1 << 7) }
        @inlinable public static var egressInterface: Fields { Fields(rawValue: 1 << 8) }
        @inlinable public static var sourceMAC: Fields { Fields(rawValue: 1 << 9) }
        @inlinable public static var destinationMAC: Fields { Fields(rawValue: 1 << 10) }
        @inlinable public static var postSourceMAC: Fields { Fields(rawValue: 1 << 11) }
        @inlinable public static var postDestinationMAC: Fields { Fields(rawValue: 1 << 12) }
        @inlinable public static var vlan: Fields { Fields(rawValue: 1 << 13) }
        @inlinable public static var etherType: Fields { Fields(rawValue: 1 << 14) }
        @inlinable public static var nextHop: Fields { Fields(rawValue: 1 << 15) }
        @inlinable public static var bgpNextHop: Fields { Fields(rawValue: 1 << 16) }
        @inlinable public static var sourceAS: Fields { Fields(rawValue: 1 << 17) }
        @inlinable public static var destinationAS: Fields { Fields(rawValue: 1 << 18) }
        @inlinable public static var sourcePeerAS: Fields { Fields(rawValue: 1 << 19) }
        @inlinable public static var destinationPeerAS: Fields { Fields(rawValue: 1 << 20) }
        @inlinable public static var asPath: Fields { Fields(rawValue: 1 << 21) }
        @inlinable public static var communities: Fields { Fields(rawValue: 1 << 22) }
        @inlinable public static var localPreference: Fields { Fields(rawValue: 1 << 23) }
        @inlinable public static var start: Fields { Fields(rawValue: 1 << 24) }
        @inlinable public static var end: Fields { Fields(rawValue: 1 << 25) }
        @inlinable public static var routeDistinguisher: Fields { Fields(rawValue: 1 << 26) }
    }
}
