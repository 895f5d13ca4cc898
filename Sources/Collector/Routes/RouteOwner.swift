// SPDX-License-Identifier: Apache-2.0

import Model

/// Whose routes are counted, kept and swept apart from all others: a neighbor's, or those of one
/// table of one peer of a station.
///
/// A neighbor stays the same whatever router identifier its sessions have.
struct RouteOwner: Hashable {
    let name: String
    /// ``RIBKind/session`` for a neighbor.
    let rib: RIBKind
    private let address: IPAddress
    private let distinguisher: UInt64
    private let routerID: UInt32

    /// What an owner is named by in the configuration; a router may be both.
    enum Configured: Hashable {
        case neighbor(String)
        case station(String)
    }

    init(of source: RouteSource) {
        name = source.name
        let isReported = source.rib.isReported
        rib = isReported ? source.rib : .session
        address = isReported ? source.address : .v4(0)
        distinguisher = isReported ? source.distinguisher : 0
        routerID = isReported ? source.routerID : 0
    }

    init(neighbor name: String) {
        self.init(of: RouteSource(name: name, address: .v4(0), asn: .zero))
    }

    /// Whether a station reports it.
    var isReported: Bool { rib.isReported }

    var configured: Configured { isReported ? .station(name) : .neighbor(name) }

    /// Name of the view that the routes of `source` fill.
    ///
    /// A station's own name, with the route distinguisher of a VPN behind it; what the router tells
    /// others, and does not forward by, stands apart.
    static func view(of source: RouteSource) -> String {
        var name = source.name
        if source.distinguisher != 0 {
            name += " " + RouteDistinguisherText.text(source.distinguisher)
        }
        if source.rib == .adjRIBOut { name += " adj-rib-out" }
        return name
    }
}

extension RIBKind {
    /// Whether it is a table that a router reports by BMP.
    var isReported: Bool {
        switch self {
        case .prePolicy, .postPolicy, .locRIB, .adjRIBOut: true
        case .session, .file: false
        }
    }
}
