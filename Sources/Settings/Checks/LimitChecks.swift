// SPDX-License-Identifier: Apache-2.0

import Model

/// What the collector has room for; each problem is told at the first element that is too many.
extension SettingsChecks {
    /// Below the 4,096 views of a routing table, with some left for MRT files given by hand.
    static let viewLimit = 4_000
    /// The rungs number their evidence in 16 bits.
    static let staticPrefixLimit = 65_000

    mutating func checkLimits() {
        var views: [(String, Int)] = []
        views += inventory.exporters.indices.map { ("exporters", $0) }
        views += settings.neighbors.indices.map { ("neighbors", $0) }
        views += settings.stations.indices.map { ("stations", $0) }
        var tables: Set<String> = []
        for (index, table) in settings.tables.enumerated()
        where tables.insert(table.view).inserted {
            views.append(("tables", index))
        }
        check(
            views,
            atMost: Self.viewLimit,
            "exporters, neighbors, stations and views of tables",
            "in all"
        )

        var prefixes: [(String, Int)] = []
        for (index, interconnect) in inventory.interconnects.enumerated() {
            let path = "interconnects[\(index)].staticPrefixes"
            prefixes += interconnect.staticPrefixes.indices.map { (path, $0) }
        }
        check(
            prefixes,
            atMost: Self.staticPrefixLimit,
            "static prefixes",
            "over all interconnects"
        )
    }

    private mutating func check(
        _ elements: [(list: String, index: Int)],
        atMost limit: Int,
        _ name: String,
        _ scope: String
    ) {
        guard elements.count > limit else { return }
        let first = elements[limit]
        reading.report(
            reading.element(first.index, of: first.list),
            "there are \(elements.count) \(name) \(scope)",
            expected: "at most \(limit)"
        )
    }
}
