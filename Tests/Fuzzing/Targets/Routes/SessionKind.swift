// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding

/// How the session is that an input is read in: what two OPENs have led to.
struct SessionKind: OptionSet {
    let rawValue: UInt8

    static let twoOctetASNs = SessionKind(rawValue: 1 << 0)
    static let external = SessionKind(rawValue: 1 << 1)
    static let addPathIPv4 = SessionKind(rawValue: 1 << 2)
    static let addPathIPv6 = SessionKind(rawValue: 1 << 3)
    /// As the attributes in a table dump.
    static let bareNextHop = SessionKind(rawValue: 1 << 4)

    /// The neighbor is outside of our confederation.
    static let confederation = SessionKind(rawValue: 1 << 5)

    var options: BGPSessionOptions {
        var options = BGPSessionOptions(
            hasFourOctetASNs: !contains(.twoOctetASNs),
            isExternal: contains(.external)
        )
        if contains(.addPathIPv4) { options.addPathFamilies.append(.ipv4) }
        if contains(.addPathIPv6) { options.addPathFamilies.append(.ipv6) }
        options.allowsBareNextHop = contains(.bareNextHop)
        options.refusesConfederations = contains(.confederation)
        return options
    }
}
