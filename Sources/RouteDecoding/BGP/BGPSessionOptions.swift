// SPDX-License-Identifier: Apache-2.0

package import Model

/// What decides how a neighbor's messages are read: what both sides agreed on in their OPENs, and
/// where its AS stands.
package struct BGPSessionOptions: Equatable, Sendable {
    /// Whether AS numbers in AS_PATH and AGGREGATOR have four octets (RFC 6793), not two.
    package var hasFourOctetASNs = true
    /// Whether the neighbor is in another AS: then it has no say in our LOCAL_PREF.
    package var isExternal = false
    /// The families with a path identifier before each prefix (RFC 7911, section 3).
    package var addPathFamilies: [AddressFamily] = []
    /// Whether MP_REACH_NLRI may hold the next hop alone, as in a table dump (RFC 6396, section
    /// 4.3.4).
    package var allowsBareNextHop = false
    /// Whether a confederation segment in AS_PATH is an error: the neighbor is not in ours (RFC
    /// 5065, section 5).
    package var refusesConfederations = false

    package init(hasFourOctetASNs: Bool = true, isExternal: Bool = false) {
        self.hasFourOctetASNs = hasFourOctetASNs
        self.isExternal = isExternal
    }
}
