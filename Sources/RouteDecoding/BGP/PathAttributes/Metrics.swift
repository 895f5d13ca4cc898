// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

extension PathAttribute {
    /// MULTI_EXIT_DISC: which of several links a neighbor would rather be reached by (RFC 4271,
    /// section 5.1.4).
    static func multiExitDiscriminator(
        _ value: inout WireReader,
        _ decoded: inout DecodedAttributes,
        _: BGPSessionOptions
    ) throws(WireError) {
        decoded.attributes.multiExitDiscriminator = try value.read(UInt32.self)
    }

    /// LOCAL_PREF: how much our own AS prefers the route (RFC 4271, section 5.1.5).
    static func localPreference(
        _ value: inout WireReader,
        _ decoded: inout DecodedAttributes,
        _: BGPSessionOptions
    ) throws(WireError) {
        decoded.attributes.localPreference = try value.read(UInt32.self)
    }
}
