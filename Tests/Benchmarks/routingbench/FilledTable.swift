// SPDX-License-Identifier: Apache-2.0

import Model
import Routing

/// A routing table with one view that has all of some prefixes.
final class FilledTable {
    let table = RoutingTable()
    let view: ViewID
    /// Which of the prefixes stands at which index of the table, counted from 1.
    let positions: [UInt32]
    private var writer: RoutingTableWriter

    /// Neighbors of a full table announce about as many different attributes.
    private static let attributeSets = 50_000
    private static let prefixesOfUpdate = 20

    init(_ prefixes: [IPPrefix]) {
        var writer = table.makeWriter()
        let view = writer.view(named: "router")
        let source = RouteSource(
            name: "neighbor",
            address: .v4(0xc000_0201),
            asn: ASN(rawValue: 64500),
            routerID: 1,
            isExternal: true
        )
        for (number, start) in stride(from: 0, to: prefixes.count, by: Self.prefixesOfUpdate)
            .enumerated()
        {
            let end = min(start + Self.prefixesOfUpdate, prefixes.count)
            var attributes = PathAttributes()
            attributes.asPath = ASPath(sequence: [
                ASN(rawValue: 64500), ASN(rawValue: UInt32(number % Self.attributeSets) + 1),
            ])
            attributes.nextHop = .v4(0xc000_0201)
            var update = RouteUpdate(time: 1)
            update.attributes = attributes
            update.announced = prefixes[start..<end].map { RouteUpdate.Reachability($0) }
            writer.apply(update, from: source, to: view)
        }
        let reader = table.makeReader()
        var numbers: [IPPrefix: UInt32] = [:]
        for (index, prefix) in prefixes.enumerated() { numbers[prefix] = UInt32(index + 1) }
        positions = (0..<UInt32(prefixes.count + 2)).map { index in
            index < 2 ? 0 : reader.prefix(PrefixID(rawValue: index)).flatMap { numbers[$0] } ?? 0
        }
        self.view = view
        self.writer = writer
    }

    /// Memory of the shared arrays, in octets.
    var octets: Int { table.octets }
}
