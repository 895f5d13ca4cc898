// SPDX-License-Identifier: Apache-2.0

import Wire

extension PathAttribute {
    /// Only to Customer (OTC): the AS from which on the route may only go down to customers (RFC
    /// 9234, section 5).
    ///
    /// Nothing is sent on here, and a leak is what the reports are there to show: it is checked,
    /// and not kept.
    static func onlyToCustomer(
        _ value: inout WireReader,
        _: inout DecodedAttributes,
        _: BGPSessionOptions
    ) throws(WireError) {
        try value.skip(octets: 4)
    }
}
