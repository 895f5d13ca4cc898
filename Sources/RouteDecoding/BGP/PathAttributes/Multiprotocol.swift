// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

extension PathAttribute {
    /// MP_REACH_NLRI: routes of any family, with their next hop (RFC 4760, section 3).
    ///
    /// Families other than IPv4 and IPv6 unicast are skipped, whatever is in them: nothing there is
    /// ours to judge, and no reason to lose the routes that are.
    static func multiprotocolReachable(
        _ value: inout WireReader,
        _ decoded: inout DecodedAttributes,
        _ options: BGPSessionOptions
    ) throws(WireError) {
        if options.allowsBareNextHop, let nextHop = try value.readBareNextHop() {
            decoded.multiprotocolNextHop = nextHop
            return
        }
        let number = try value.read(UInt16.self)
        let subsequent = try value.read(UInt8.self)
        guard let family = AddressFamily(rawValue: number), subsequent == 1 else {
            decoded.holdsReachable = true
            decoded.skipped.append(BGPFamily(number, subsequent))
            return try value.skip(octets: value.remaining)
        }
        let length = Int(try value.read(UInt8.self))
        var hop = try value.read(octets: length, as: "MP_REACH_NLRI next hop")
        try value.skip(octets: 1)
        decoded.holdsReachable = !value.isAtEnd
        decoded.multiprotocolNextHop = try hop.readNextHop(family)
        try value.readReachability(
            family,
            hasPathIdentifiers: options.addPathFamilies.contains(family),
            into: &decoded.reachable
        )
    }

    /// MP_UNREACH_NLRI: routes of any family that are no longer there (RFC 4760, section 4);
    /// without routes it is the End-of-RIB mark (RFC 4724, section 2).
    static func multiprotocolUnreachable(
        _ value: inout WireReader,
        _ decoded: inout DecodedAttributes,
        _ options: BGPSessionOptions
    ) throws(WireError) {
        let number = try value.read(UInt16.self)
        let subsequent = try value.read(UInt8.self)
        guard let family = AddressFamily(rawValue: number), subsequent == 1 else {
            if !value.isAtEnd { decoded.skipped.append(BGPFamily(number, subsequent)) }
            return try value.skip(octets: value.remaining)
        }
        if value.isAtEnd { decoded.emptyUnreachable = family }
        try value.readReachability(
            family,
            hasPathIdentifiers: options.addPathFamilies.contains(family),
            into: &decoded.unreachable
        )
    }
}

extension WireReader {
    /// Reads a next hop to the end: one IPv4 address; or one IPv6 address, and maybe its link-local
    /// one, which is passed over (RFC 2545, section 3; for IPv4 routes: RFC 8950, section 3).
    mutating func readNextHop(_ family: AddressFamily) throws(WireError) -> IPAddress {
        switch (remaining, family) {
        case (4, .ipv4): return .v4(try read())
        case (16, _): return .v6(try read())
        case (32, _):
            let address = IPAddress.v6(try read())
            try skip(octets: 16)
            return address
        default: throw failure(.malformed)  // RFC 7606, section 7.11
        }
    }

    /// Reads an MP_REACH_NLRI that is only the next hop and its length (RFC 6396, section 4.3.4);
    /// nil, with nothing read, when it is a whole one, as some writers leave it: that begins with
    /// the high octet of the address family, which is 0.
    fileprivate mutating func readBareNextHop() throws(WireError) -> IPAddress? {
        var ahead = self
        let length = Int(try ahead.read(UInt8.self))
        guard length != 0 else { return nil }
        guard length == ahead.remaining else { throw failure(.malformed) }
        let nextHop = try ahead.readNextHop(length == 4 ? .ipv4 : .ipv6)
        self = ahead
        return nextHop
    }
}
