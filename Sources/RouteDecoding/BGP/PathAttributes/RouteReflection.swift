// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

extension PathAttribute {
    /// ORIGINATOR_ID: the router of our AS that the route entered by (RFC 4456, section 8).
    static func originatorID(
        _ value: inout WireReader,
        _ decoded: inout DecodedAttributes,
        _: BGPSessionOptions
    ) throws(WireError) {
        decoded.attributes.originatorID = try value.read(UInt32.self)
    }

    /// CLUSTER_LIST: the reflectors the route came by; how many is compared (RFC 4456, sections 8
    /// and 9; malformed: RFC 7606, section 7.10).
    static func clusterList(
        _ value: inout WireReader,
        _ decoded: inout DecodedAttributes,
        _: BGPSessionOptions
    ) throws(WireError) {
        guard !value.isAtEnd, value.remaining % 4 == 0 else { throw value.failure(.malformed) }
        decoded.attributes.clusterCount = UInt8(clamping: value.remaining / 4)
        try value.skip(octets: value.remaining)
    }
}
