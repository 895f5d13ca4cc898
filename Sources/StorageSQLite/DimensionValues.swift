// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Model
import Storage

/// The values of one dimension that a read met, each decoded once and shared by its rows.
struct DimensionValues<Value: ContentOrdered> {
    private(set) var values: [Value] = []
    private var indexes: [Int64: Int] = [:]

    /// Index into ``values`` of the value that has `number` in the store.
    mutating func index(of number: Int64, load: (Int64) throws -> Value) rethrows -> Int {
        if let index = indexes[number] { return index }
        values.append(try load(number))
        indexes[number] = values.count - 1
        return values.count - 1
    }

    /// For each value its place in the order by content, so that rows sort by integers.
    var ranks: [Int64] {
        var ranks = [Int64](repeating: 0, count: values.count)
        let order = values.indices.sorted { values[$0].precedes(values[$1]) }
        for (rank, index) in order.enumerated() { ranks[index] = Int64(rank) }
        return ranks
    }
}

/// A prefix, or that no route covered the address.
struct OptionalPrefix: ContentOrdered {
    var prefix: IPPrefix?

    func precedes(_ other: OptionalPrefix) -> Bool { isBefore(prefix, other.prefix) }
}

/// Reads single values of dimensions from the store.
struct DimensionReader {
    let database: Database

    func interfaceKey(_ number: Int64) throws -> InterfaceKey {
        let row = try row(
            """
            SELECT exporter.name, interface, direction, family, numerator, denominator, source
            FROM interface_key
            JOIN exporter ON exporter.id = interface_key.exporter
            JOIN sampling_rate ON sampling_rate.id = interface_key.sampling_rate
            WHERE interface_key.id = ?
            """,
            number,
            "interface_key"
        )
        let rate = try row.rate(4)
        guard let direction = Direction(rawValue: try row.integer(2)),
            let family = TrafficFamily(rawValue: try row.integer(3)),
            let source = SamplingSource(rawValue: try row.integer(6))
        else { throw VolumeStoreError.corrupt(reason: "interface_key \(number) is not readable") }
        return InterfaceKey(
            exporter: try row.text(0),
            interface: try row.integer(1),
            direction: direction,
            family: family,
            rate: rate,
            rateSource: source
        )
    }

    func evidence(_ number: Int64) throws -> Evidence {
        let row = try row(
            """
            SELECT vlan, remote_mac, next_hop, next_hop_is_from_route, exported_peer_as,
                route_peer_as, route_source, route_is_stale, static_prefix
            FROM evidence WHERE id = ?
            """,
            number,
            "evidence"
        )
        var evidence = Evidence()
        evidence.vlan = try row.integer(0)
        evidence.remoteMAC = try row.parsed(1, MACAddress.init) ?? .zero
        evidence.nextHop = try row.parsed(2, IPAddress.init)
        evidence.nextHopIsFromRoute = try row.flag(3)
        evidence.exportedPeerAS = ASN(rawValue: try row.integer(4))
        evidence.routePeerAS = ASN(rawValue: try row.integer(5))
        evidence.routeSource = try row.text(6)
        evidence.routeIsStale = try row.flag(7)
        evidence.staticPrefix = try row.parsed(8, IPPrefix.init)
        return evidence
    }

    func path(_ number: Int64) throws -> ASPath {
        let row = try row("SELECT words FROM as_path WHERE id = ?", number, "as_path")
        let octets = try row.octets(0)
        guard octets.count.isMultiple(of: 4) else {
            throw VolumeStoreError.corrupt(reason: "as_path \(number) is not readable")
        }
        var words: [UInt32] = []
        words.reserveCapacity(octets.count / 4)
        var word: UInt32 = 0
        for (index, octet) in octets.enumerated() {
            word = word << 8 | UInt32(octet)
            if index % 4 == 3 { words.append(word) }
        }
        return ASPath(words: words)
    }

    func prefix(_ number: Int64) throws -> OptionalPrefix {
        let row = try row("SELECT prefix FROM prefix WHERE id = ?", number, "prefix")
        return OptionalPrefix(prefix: try row.parsed(0, IPPrefix.init))
    }

    private func row(_ sql: String, _ number: Int64, _ table: String) throws -> StoredRow {
        let statement = try database.cachedStatement(sql: sql)
        guard let row = try Row.fetchOne(statement, arguments: [number]) else {
            throw VolumeStoreError.corrupt(reason: "\(table) \(number) is missing")
        }
        return StoredRow(row: row, table: table)
    }
}
