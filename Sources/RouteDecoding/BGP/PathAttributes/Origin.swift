// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

extension PathAttribute {
    /// ORIGIN: how the route entered BGP (RFC 4271, section 5.1.1).
    static func origin(
        _ value: inout WireReader,
        _ decoded: inout DecodedAttributes,
        _: BGPSessionOptions
    ) throws(WireError) {
        guard let origin = RouteOrigin(rawValue: try value.read()) else {
            throw value.failure(.malformed)  // RFC 7606, section 7.1
        }
        decoded.attributes.origin = origin
    }
}
