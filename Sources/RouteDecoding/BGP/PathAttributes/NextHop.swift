// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

extension PathAttribute {
    /// NEXT_HOP: where packets for the IPv4 routes of the NLRI field go (RFC 4271, section 5.1.3).
    static func nextHop(
        _ value: inout WireReader,
        _ decoded: inout DecodedAttributes,
        _: BGPSessionOptions
    ) throws(WireError) {
        decoded.attributes.nextHop = .v4(try value.read())
    }
}
