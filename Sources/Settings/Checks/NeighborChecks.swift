// SPDX-License-Identifier: Apache-2.0

import Model

/// Whether sessions can come where we listen.
extension SettingsChecks {
    mutating func checkNeighbors() {
        let neighbors = settings.neighbors.enumerated()
        reading.requireUnique(neighbors.map { ($1.name, "neighbors[\($0)].name") })
        reading.requireUnique(
            neighbors.filter { $1.address != .v4(0) }
                .map { ("\($1.address)", "neighbors[\($0)].address") }
        )
        guard !settings.neighbors.isEmpty else { return }
        guard let endpoint = settings.listen.bgp else {
            if !reading.hasProblems(below: "listen.bgp") {
                reading.report(
                    "neighbors",
                    "no neighbor can connect, for listen.bgp is not set",
                    expected: "listen.bgp, or no neighbors"
                )
            }
            return
        }
        for (index, neighbor) in neighbors where neighbor.address != .v4(0) {
            check(neighbor, "neighbors[\(index)]", listeningAt: endpoint.address)
        }
    }

    private mutating func check(
        _ neighbor: Settings.Neighbor,
        _ path: String,
        listeningAt address: IPAddress
    ) {
        guard address.takes(neighbor.address.family) else {
            reading.report(
                path + ".address",
                "\(neighbor.address) cannot connect to listen.bgp, which is \(address)",
                expected: "an address of the same family, or listen.bgp on [::] for both"
            )
            return
        }
        let network = settings.inventory.network
        let members = network.confederation?.members ?? []
        if let role = neighbor.role,
            neighbor.asn == network.asns.first || members.contains(neighbor.asn)
        {
            reading.report(
                path + ".role",
                "\(role.rawValue) to a router of our own network",
                expected: "no role, or a neighbor in another AS (RFC 9234)"
            )
        }
        guard let local = neighbor.localAddress else { return }
        let key = path + ".localAddress"
        if local.family != neighbor.address.family {
            reading.report(
                key,
                "\(neighbor.address) cannot connect to \(local)",
                expected: "an address of the same family"
            )
        } else if address.unmapped != local, address.bits != 0 {
            reading.report(
                key,
                "no session comes to \(local), for listen.bgp is \(address)",
                expected: "\(address), or listen.bgp on all addresses"
            )
        }
    }
}

extension IPAddress {
    /// Whether a socket bound to this address takes connections of `family`; `::` takes both.
    func takes(_ family: AddressFamily) -> Bool {
        unmapped.family == family || bits == 0 && self.family == .ipv6
    }
}
