// SPDX-License-Identifier: Apache-2.0

import Model

extension SettingsChecks {
    mutating func checkInterconnects() {
        let interconnects = inventory.interconnects.enumerated()
        reading.requireUnique(interconnects.map { ($1.id, "interconnects[\($0)].id") })
        let contracts = inventory.contracts.map(\.id)
        for (index, interconnect) in interconnects {
            let path = "interconnects[\(index)]"
            if let contract = interconnect.contract, !contracts.contains(contract) {
                let message = "there is no contract \(contract)"
                reading.reportUnknown(path + ".contract", message, contract, among: contracts)
            }
            guard !reading.hasProblems(below: path + ".kind") else { continue }
            checkExchange(of: interconnect, path)
            checkPeers(of: interconnect, path)
            checkRouting(of: interconnect, path)
        }
    }

    private mutating func checkExchange(of interconnect: Interconnect, _ path: String) {
        let isExchange = interconnect.kind == .exchange
        guard let id = interconnect.exchange else {
            if isExchange, !reading.hasProblems(below: path + ".exchange") {
                reading.report(
                    path + ".exchange",
                    "is missing",
                    expected: "the exchange, for kind exchange"
                )
            }
            return
        }
        if isExchange {
            checkExchange(id, path + ".exchange")
        } else {
            reading.report(
                path + ".exchange",
                "kind \(interconnect.kind.rawValue) has no exchange",
                expected: "kind: exchange"
            )
        }
    }

    private mutating func checkPeers(of interconnect: Interconnect, _ path: String) {
        let kind = interconnect.kind
        let needsPeers = [.private, .transit, .customer, .carrier].contains(kind)
        if needsPeers, interconnect.peers.isEmpty, !reading.hasProblems(below: path + ".peers") {
            reading.report(
                path + ".peers",
                "is missing or empty",
                expected: "the AS numbers on the other side, for kind \(kind.rawValue)"
            )
        }
        if kind == .exchange, !interconnect.peers.isEmpty {
            reading.report(
                path + ".peers",
                "an exchange has no fixed peers",
                expected: "exchanges[].members, where they are to be named"
            )
        }
        for (index, peer) in interconnect.peers.enumerated()
        where inventory.network.asns.contains(peer) {
            reading.report(
                reading.element(index, of: path + ".peers"),
                "\(peer.rawValue) is one of network.asns",
                expected: "AS numbers of the other side"
            )
        }
    }

    private mutating func checkRouting(of interconnect: Interconnect, _ path: String) {
        let isCarrier = interconnect.kind == .carrier
        if isCarrier, interconnect.via == nil, !reading.hasProblems(below: path + ".via") {
            reading.report(path + ".via", "is missing", expected: "the carrier's AS number")
        }
        if !isCarrier, interconnect.via != nil {
            reading.report(
                path + ".via",
                "kind \(interconnect.kind.rawValue) has no carrier in between",
                expected: "kind: carrier"
            )
        }
        let key = path + ".staticPrefixes"
        guard !reading.hasProblems(below: key) else { return }
        switch (interconnect.routing, interconnect.staticPrefixes.isEmpty) {
        case (.static, true):
            reading.report(key, "is missing or empty", expected: "prefixes, for routing static")
        case (.bgp, false):
            reading.report(key, "stands beside routing bgp", expected: "routing: static")
        default: break
        }
    }
}

// MARK: - Use of interfaces

/// One interconnect's use of an interface.
private struct InterfaceUse {
    var interconnect: Interconnect
    var vlan: UInt16?
    var path: String

    /// Whether both can be told apart, by VLAN or by time.
    func excludes(_ other: InterfaceUse) -> Bool {
        if let vlan, let otherVLAN = other.vlan, vlan != otherVLAN { return true }
        return !interconnect.valid.overlaps(other.interconnect.valid)
    }
}

private struct InterfaceKey: Hashable {
    var exporter: String
    var index: UInt32
}

extension SettingsChecks {
    /// A packet belongs to one interconnect: an interface to one, or to one per VLAN and time.
    mutating func checkInterfaceUse() {
        let roles = interfaceRoles()
        var uses: [InterfaceKey: [InterfaceUse]] = [:]
        for (index, interconnect) in inventory.interconnects.enumerated() {
            let path = "interconnects[\(index)].interfaces"
            for (number, reference) in interconnect.interfaces.enumerated() {
                let element = reading.element(number, of: path)
                let key = InterfaceKey(exporter: reference.exporter, index: reference.index)
                let name = "interface \(reference.index) of \(reference.exporter)"
                if let role = roles[key] {
                    reading.report(
                        element,
                        "\(name) has the role \(role.rawValue)",
                        expected: "an interface without a role"
                    )
                }
                let use = InterfaceUse(
                    interconnect: interconnect,
                    vlan: reference.vlan,
                    path: element
                )
                if let other = uses[key]?.first(where: { !use.excludes($0) }) {
                    let place = reading.place(of: other.path)
                    reading.report(
                        element,
                        "\(name) is already used by \(other.interconnect.id) at \(place)",
                        expected: "another interface, or a different vlan on each"
                    )
                }
                uses[key, default: []].append(use)
            }
        }
    }

    private func interfaceRoles() -> [InterfaceKey: InterfaceRole] {
        var roles: [InterfaceKey: InterfaceRole] = [:]
        for exporter in inventory.exporters {
            for interface in exporter.interfaces {
                let key = InterfaceKey(exporter: exporter.name, index: interface.index)
                roles[key] = interface.role
            }
        }
        return roles
    }
}
