// SPDX-License-Identifier: Apache-2.0

import Model

extension SettingsChecks {
    /// One name, one address, one index: one exporter, one interface.
    mutating func checkExporters() {
        let exporters = inventory.exporters.enumerated()
        reading.requireUnique(exporters.map { ($1.name, "exporters[\($0)].name") })
        var addresses: [(String, String)] = []
        for (index, exporter) in exporters {
            let path = "exporters[\(index)]"
            for (number, address) in exporter.addresses.enumerated() {
                // Behind a relay an agent address is no source address: they may be equal.
                let kind = exporter.identify == .agent ? " of an sFlow agent" : ""
                addresses.append(
                    ("\(address)\(kind)", reading.element(number, of: path + ".addresses"))
                )
            }
            checkInterfaces(of: exporter, path + ".interfaces")
            checkCorrections(of: exporter, path)
        }
        reading.requireUnique(addresses.map { (value: $0.0, path: $0.1) })
    }

    /// What is read otherwise is so by the source address, which agents behind a relay share.
    private mutating func checkCorrections(of exporter: Exporter, _ path: String) {
        guard exporter.identify == .agent else { return }
        for (key, isSet) in [
            ("innerHeaders", !exporter.innerHeaders.isEmpty), ("quirks", !exporter.quirks.isEmpty),
        ] where isSet {
            reading.report(
                "\(path).\(key)",
                "goes by the source address, which the relay's agents share",
                expected: "identify: source"
            )
        }
    }

    private mutating func checkInterfaces(of exporter: Exporter, _ path: String) {
        let interfaces = exporter.interfaces.enumerated()
        reading.requireUnique(
            interfaces.filter { $1.index > 0 }.map { ("\($1.index)", "\(path)[\($0)].index") }
        )
        reading.requireUnique(interfaces.map { ($1.name ?? "", "\(path)[\($0)].name") })
        let names = inventory.exporters.map(\.name)
        for (index, interface) in interfaces {
            guard let far = interface.to else { continue }
            if far == exporter.name {
                reading.report(
                    "\(path)[\(index)].to",
                    "the link leads back to \(far)",
                    expected: "another exporter"
                )
            } else if !names.contains(far) {
                reading.reportUnknown(
                    "\(path)[\(index)].to",
                    "there is no exporter \(far)",
                    far,
                    among: names
                )
            }
        }
    }

    /// What is on an exchange's LAN lies in its prefixes, and belongs to one.
    mutating func checkExchanges() {
        let exchanges = inventory.exchanges.enumerated()
        reading.requireUnique(exchanges.map { ($1.id, "exchanges[\($0)].id") })
        for (index, exchange) in exchanges {
            let path = "exchanges[\(index)]"
            var addresses: [(value: String, path: String)] = []
            var macs: [(value: String, path: String)] = []
            for (number, member) in exchange.members.enumerated() {
                let place = "\(path).members[\(number)]"
                addresses += checkLAN(exchange, member.addresses, place + ".addresses")
                macs += member.macs.enumerated().map {
                    ("\($1)", reading.element($0, of: place + ".macs"))
                }
            }
            reading.requireUnique(addresses)
            reading.requireUnique(macs)
            _ = checkLAN(
                exchange,
                exchange.routeServers?.addresses ?? [],
                path + ".routeServers.addresses"
            )
        }
    }

    /// Reports the addresses at `path` that are not on the LAN; returns all with their paths.
    private mutating func checkLAN(
        _ exchange: Exchange,
        _ addresses: [IPAddress],
        _ path: String
    ) -> [(value: String, path: String)] {
        addresses.enumerated().map { index, address in
            let element = reading.element(index, of: path)
            if !exchange.lan.isEmpty, !exchange.lan.contains(where: { $0.contains(address) }) {
                let lan = exchange.lan.map(\.description).joined(separator: ", ")
                reading.report(
                    element,
                    "\(address) is not on the LAN",
                    expected: "an address in \(lan)"
                )
            }
            return ("\(address)", element)
        }
    }
}
