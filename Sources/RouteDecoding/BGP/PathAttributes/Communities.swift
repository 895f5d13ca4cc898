// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

extension PathAttribute {
    /// COMMUNITIES: marks of four octets each (RFC 1997; malformed: RFC 7606, section 7.8).
    static func communities(
        _ value: inout WireReader,
        _ decoded: inout DecodedAttributes,
        _: BGPSessionOptions
    ) throws(WireError) {
        guard !value.isAtEnd, value.remaining % 4 == 0 else { throw value.failure(.malformed) }
        decoded.attributes.communities.reserveCapacity(value.remaining / 4)
        while !value.isAtEnd { decoded.attributes.communities.append(try value.read()) }
    }

    /// EXTENDED COMMUNITIES: marks of eight octets each (RFC 4360, section 2; malformed: RFC 7606,
    /// section 7.14).
    static func extendedCommunities(
        _ value: inout WireReader,
        _ decoded: inout DecodedAttributes,
        _: BGPSessionOptions
    ) throws(WireError) {
        guard !value.isAtEnd, value.remaining % 8 == 0 else { throw value.failure(.malformed) }
        decoded.attributes.extendedCommunities.reserveCapacity(value.remaining / 8)
        while !value.isAtEnd { decoded.attributes.extendedCommunities.append(try value.read()) }
    }

    /// IPv6 Address Specific Extended Community: marks of twenty octets each, which accounting does
    /// not need (RFC 5701, section 2; malformed: RFC 7606, section 7.15).
    static func addressSpecificCommunities(
        _ value: inout WireReader,
        _: inout DecodedAttributes,
        _: BGPSessionOptions
    ) throws(WireError) {
        guard !value.isAtEnd, value.remaining % 20 == 0 else { throw value.failure(.malformed) }
        try value.skip(octets: value.remaining)
    }

    /// LARGE_COMMUNITY: marks of twelve octets each (RFC 8092, sections 2 and 6).
    static func largeCommunities(
        _ value: inout WireReader,
        _ decoded: inout DecodedAttributes,
        _: BGPSessionOptions
    ) throws(WireError) {
        guard !value.isAtEnd, value.remaining % 12 == 0 else { throw value.failure(.malformed) }
        while !value.isAtEnd {
            decoded.attributes.largeCommunities.append(
                LargeCommunity(try value.read(), try value.read(), try value.read())
            )
        }
    }
}
