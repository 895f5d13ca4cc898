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
