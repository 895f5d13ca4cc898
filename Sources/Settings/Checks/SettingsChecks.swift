// SPDX-License-Identifier: Apache-2.0

import Model

/// Checks of the whole, when every key has been read: names, references, what goes together.
///
/// Each check says what is wrong at the place of the key that is to be changed.
struct SettingsChecks {
    let settings: Settings
    var reading: Reading

    var inventory: Inventory { settings.inventory }

    /// All checks; returns what was wrong before, and what they found.
    static func problems(of settings: Settings, _ reading: Reading) -> [SettingsProblem] {
        var checks = SettingsChecks(settings: settings, reading: reading)
        checks.checkNetwork()
        checks.checkSockets()
        checks.checkPaths()
        checks.checkLearning()
        checks.checkNeighbors()
        checks.checkStations()
        checks.checkExporters()
        checks.checkExchanges()
        checks.checkContracts()
        checks.checkInterconnects()
        checks.checkInterfaceUse()
        checks.checkPrices()
        checks.checkLimits()
        return checks.reading.problems
    }

    private mutating func checkNetwork() {
        for (index, sibling) in inventory.network.siblings.enumerated()
        where inventory.network.asns.contains(sibling) {
            reading.report(
                reading.element(index, of: "network.siblings"),
                "\(sibling.rawValue) is one of network.asns",
                expected: "other AS numbers of the organization"
            )
        }
        checkGroups()
        if settings.flushSeconds > settings.slotSeconds {
            reading.report("flushSeconds", "is above slotSeconds", expected: "at most a slot")
        }
        // What comes at the end of a slot is flushed once more before the slot is sealed.
        let least = 2 * settings.flushSeconds
        if settings.latenessSeconds < least {
            reading.report(
                "latenessSeconds",
                "\(settings.latenessSeconds) is below twice flushSeconds",
                expected: "at least \(least)"
            )
        }
    }

    /// An AS counts as one other at most, and never as part of somebody else than it is.
    private mutating func checkGroups() {
        let groups = inventory.groups.enumerated()
        reading.requireUnique(groups.map { ($1.id, "groups[\($0)].id") })
        var owners: [ASN: String] = [:]
        for (index, group) in groups {
            for (place, asn) in group.asns.enumerated() {
                if let owner = owners.updateValue(group.id, forKey: asn) {
                    reading.report(
                        reading.element(place, of: "groups[\(index)].asns"),
                        "\(asn.rawValue) is already in group \(owner)",
                        expected: "each AS number in one group"
                    )
                }
            }
        }
    }

    private mutating func checkContracts() {
        let contracts = inventory.contracts.enumerated()
        reading.requireUnique(contracts.map { ($1.id, "contracts[\($0)].id") })
        for (index, contract) in contracts {
            let path = "contracts[\(index)]"
            if !contract.usage.slotSeconds.isMultiple(of: settings.slotSeconds) {
                let key = path + ".usage.slotSeconds"
                reading.report(
                    key,
                    "\(contract.usage.slotSeconds) cannot be made of slots of "
                        + "\(settings.slotSeconds) seconds",
                    expected: "a multiple of slotSeconds"
                )
            }
            checkComponents(of: contract, path + ".components")
        }
    }

    private mutating func checkComponents(of contract: Contract, _ path: String) {
        var seen: [String: String] = [:]
        for (index, component) in contract.components.enumerated() {
            let element = reading.element(index, of: path)
            let word =
                switch component {
                case .commit: "commit"
                case .overage: "overage"
                case .perPort: "perPort"
                }
            if let first = seen[word] {
                let place = reading.place(of: first)
                reading.report(
                    element,
                    "\(word) is already given at \(place)",
                    expected: "each component once"
                )
            } else {
                seen[word] = element
            }
        }
    }

    private mutating func checkPrices() {
        let prices = settings.prices.exchanges.enumerated()
        reading.requireUnique(prices.map { ($1.exchange, "prices.exchanges[\($0)].exchange") })
        for (index, price) in prices where !price.exchange.isEmpty {
            checkExchange(price.exchange, "prices.exchanges[\(index)].exchange")
        }
    }

    /// Reports an exchange that is not defined.
    mutating func checkExchange(_ id: String, _ path: String) {
        let known = inventory.exchanges.map(\.id)
        guard !known.contains(id) else { return }
        reading.reportUnknown(path, "there is no exchange \(id)", id, among: known)
    }
}
