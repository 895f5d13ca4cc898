// SPDX-License-Identifier: Apache-2.0

import RouteDecoding
package import RouteReception
package import Settings

extension BGPNeighbor {
    /// What the speaker has to know of a configured neighbor; its key is read now.
    ///
    /// - Throws: When the key cannot be read, or is longer than the 80 octets that Linux takes.
    package init(_ neighbor: Settings.Neighbor) throws(InputProblem) {
        self.init(
            name: neighbor.name,
            address: neighbor.address,
            asn: neighbor.asn,
            key: try neighbor.md5?.octets("neighbors[\(neighbor.name)].md5"),
            ttlHops: neighbor.ttlHops,
            localAddress: neighbor.localAddress
        )
        takesPaths = neighbor.addPath
        weight = neighbor.weight
        role = neighbor.role.map { role in
            switch role {
            case .provider: .provider
            case .routeServer: .routeServer
            case .routeServerClient: .routeServerClient
            case .customer: .customer
            case .peer: .peer
            }
        }
        guard let key, key.count > Self.longestKey else { return }
        throw InputProblem(
            "neighbors[\(name)].md5: the key of its signatures has \(key.count) octets, "
                + "expected at most \(Self.longestKey)"
        )
    }

    /// TCP_MD5SIG_MAXKEYLEN of linux/tcp.h.
    private static let longestKey = 80
}
