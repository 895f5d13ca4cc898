// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Model

/// The numbers of dimension values that this process has met, so that most rows need no look-up.
///
/// Valid as long as no transaction that added to it was rolled back.
struct DimensionNumbers {
    private var collectors: [String: Int64] = [:]
    private var exporters: [String: Int64] = [:]
    private var rates: [RateKey: Int64] = [:]
    private var interfaces: [InterfaceKey: Int64] = [:]
    private var evidence: [Evidence: Int64] = [:]
    private var paths: [ASPath: Int64] = [:]
    private var prefixes: [IPPrefix?: Int64] = [:]

    /// Beyond so many of a kind, it forgets them and looks them up again.
    private let limit: Int

    init(limit: Int = 200_000) { self.limit = limit }

    private struct RateKey: Hashable {
        var rate: SamplingRate
        var source: SamplingSource
    }

    /// Bounds the memory taken; between batches.
    mutating func trim() {
        if collectors.count > limit { collectors.removeAll() }
        if exporters.count > limit { exporters.removeAll() }
        if rates.count > limit { rates.removeAll() }
        if interfaces.count > limit { interfaces.removeAll() }
        if evidence.count > limit { evidence.removeAll() }
        if paths.count > limit { paths.removeAll() }
        if prefixes.count > limit { prefixes.removeAll() }
    }

    /// How many values of all kinds it remembers.
    var count: Int {
        collectors.count + exporters.count + rates.count + interfaces.count + evidence.count
            + paths.count + prefixes.count
    }

    mutating func number(ofCollector name: String, _ database: Database) throws -> Int64 {
        if let number = collectors[name] { return number }
        let number = try Self.number(
            database,
            select: "SELECT id FROM collector WHERE name = ?",
            insert: "INSERT INTO collector (name) VALUES (?)",
            [name.databaseValue]
        )
        collectors[name] = number
        return number
    }

    mutating func number(ofExporter name: String, _ database: Database) throws -> Int64 {
        if let number = exporters[name] { return number }
        let number = try Self.number(
            database,
            select: "SELECT id FROM exporter WHERE name = ?",
            insert: "INSERT INTO exporter (name) VALUES (?)",
            [name.databaseValue]
        )
        exporters[name] = number
        return number
    }

    mutating func number(
        of rate: SamplingRate,
        _ source: SamplingSource,
        _ database: Database
    ) throws -> Int64 {
        let key = RateKey(rate: rate, source: source)
        if let number = rates[key] { return number }
        let number = try Self.number(
            database,
            select: """
                SELECT id FROM sampling_rate
                WHERE numerator = ? AND denominator = ? AND source = ?
                """,
            insert: """
                INSERT INTO sampling_rate (numerator, denominator, source) VALUES (?, ?, ?)
                """,
            [
                Int64(rate.numerator).databaseValue,
                Int64(rate.denominator).databaseValue,
                Int64(source.rawValue).databaseValue,
            ]
        )
        rates[key] = number
        return number
    }

    mutating func number(of key: InterfaceKey, _ database: Database) throws -> Int64 {
        if let number = interfaces[key] { return number }
        let exporter = try number(ofExporter: key.exporter, database)
        let rate = try number(of: key.rate, key.rateSource, database)
        let number = try Self.number(
            database,
            select: """
                SELECT id FROM interface_key
                WHERE exporter = ? AND interface = ? AND direction = ? AND family = ?
                    AND sampling_rate = ?
                """,
            insert: """
                INSERT INTO interface_key (exporter, interface, direction, family, sampling_rate)
                VALUES (?, ?, ?, ?, ?)
                """,
            [
                exporter.databaseValue,
                Int64(key.interface).databaseValue,
                Int64(key.direction.rawValue).databaseValue,
                Int64(key.family.rawValue).databaseValue,
                rate.databaseValue,
            ]
        )
        interfaces[key] = number
        return number
    }

    mutating func number(of value: Evidence, _ database: Database) throws -> Int64 {
        if let number = evidence[value] { return number }
        let number = try Self.number(
            database,
            select: """
                SELECT id FROM evidence
                WHERE vlan = ? AND remote_mac = ? AND next_hop = ? AND next_hop_is_from_route = ?
                    AND exported_peer_as = ? AND route_peer_as = ? AND route_source = ?
                    AND route_is_stale = ? AND static_prefix = ?
                """,
            insert: """
                INSERT INTO evidence (
                    vlan, remote_mac, next_hop, next_hop_is_from_route, exported_peer_as,
                    route_peer_as, route_source, route_is_stale, static_prefix
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            [
                Int64(value.vlan).databaseValue,
                (value.remoteMAC == .zero ? "" : value.remoteMAC.description).databaseValue,
                (value.nextHop?.description ?? "").databaseValue,
                value.nextHopIsFromRoute.databaseValue,
                Int64(value.exportedPeerAS.rawValue).databaseValue,
                Int64(value.routePeerAS.rawValue).databaseValue,
                value.routeSource.databaseValue,
                value.routeIsStale.databaseValue,
                (value.staticPrefix?.description ?? "").databaseValue,
            ]
        )
        evidence[value] = number
        return number
    }

    mutating func number(of path: ASPath, _ database: Database) throws -> Int64 {
        if let number = paths[path] { return number }
        var octets = Data(capacity: path.words.count * 4)
        for word in path.words {
            for shift in [24, 16, 8, 0] as [UInt32] {
                octets.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        let number = try Self.number(
            database,
            select: "SELECT id FROM as_path WHERE words = ?",
            insert: "INSERT INTO as_path (words) VALUES (?)",
            [octets.databaseValue]
        )
        paths[path] = number
        return number
    }

    mutating func number(of prefix: IPPrefix?, _ database: Database) throws -> Int64 {
        if let number = prefixes[prefix] { return number }
        let number = try Self.number(
            database,
            select: "SELECT id FROM prefix WHERE prefix = ?",
            insert: "INSERT INTO prefix (prefix) VALUES (?)",
            [(prefix?.description ?? "").databaseValue]
        )
        prefixes[prefix] = number
        return number
    }

    private static func number(
        _ database: Database,
        select: String,
        insert: String,
        _ values: [DatabaseValue]
    ) throws -> Int64 {
        let arguments = StatementArguments(values)
        let known = try Int64.fetchOne(
            try database.cachedStatement(sql: select),
            arguments: arguments
        )
        if let known { return known }
        try database.cachedStatement(sql: insert).execute(arguments: arguments)
        return database.lastInsertedRowID
    }
}
