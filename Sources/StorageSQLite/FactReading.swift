// SPDX-License-Identifier: Apache-2.0

import GRDB
import Model
import Storage

/// Reads facts: integers from the fact table, then each dimension value once, then the order.
struct FactReading {
    private let reader: DimensionReader
    private var interfaces = DimensionValues<InterfaceKey>()
    private var evidence = DimensionValues<Evidence>()
    private var paths = DimensionValues<ASPath>()
    private var prefixes = DimensionValues<OptionalPrefix>()

    private init(_ database: Database) { reader = DimensionReader(database: database) }

    static func interfaces(_ database: Database, _ slots: Range<Int64>) throws -> [InterfaceFact] {
        var reading = FactReading(database)
        var rows = try rows(of: .interface, database, slots)
        for index in rows.indices { try reading.resolveInterface(&rows[index]) }
        order(&rows, [reading.interfaces.ranks])
        return rows.map { row in
            let key = reading.interfaces.values[Int(row.dimensions[0])]
            return InterfaceFact(slot: row.period, key: key, measure: row.measure)
        }
    }

    static func neighbors(_ database: Database, _ slots: Range<Int64>) throws -> [NeighborFact] {
        var reading = FactReading(database)
        var rows = try rows(of: .neighbor, database, slots)
        for index in rows.indices {
            try reading.resolveInterface(&rows[index])
            try reading.resolveEvidence(&rows[index])
        }
        order(&rows, [reading.interfaces.ranks, reading.evidence.ranks])
        return rows.map { row in
            NeighborFact(slot: row.period, key: reading.neighborKey(row), measure: row.measure)
        }
    }

    static func paths(_ database: Database, _ slots: Range<Int64>) throws -> [PathFact] {
        var reading = FactReading(database)
        var rows = try rows(of: .path, database, slots)
        for index in rows.indices {
            try reading.resolveInterface(&rows[index])
            try reading.resolveEvidence(&rows[index])
            try reading.resolvePath(&rows[index])
        }
        order(&rows, [reading.interfaces.ranks, reading.evidence.ranks, reading.paths.ranks])
        return try rows.map { row in
            guard let origin = UInt32(exactly: row.dimensions[3]) else {
                throw VolumeStoreError.corrupt(reason: "path_fact: AS \(row.dimensions[3])")
            }
            let key = PathKey(
                neighbor: reading.neighborKey(row),
                asPath: reading.paths.values[Int(row.dimensions[2])],
                originAS: ASN(rawValue: origin)
            )
            return PathFact(slot: row.period, key: key, measure: row.measure)
        }
    }

    static func prefixes(_ database: Database, _ hours: Range<Int64>) throws -> [PrefixFact] {
        var reading = FactReading(database)
        var rows = try rows(of: .prefix, database, hours)
        for index in rows.indices {
            try reading.resolveInterface(&rows[index])
            try reading.resolvePrefix(&rows[index])
        }
        order(&rows, [reading.interfaces.ranks, reading.prefixes.ranks])
        return rows.map { row in
            let key = PrefixKey(
                interface: reading.interfaces.values[Int(row.dimensions[0])],
                prefix: reading.prefixes.values[Int(row.dimensions[1])].prefix
            )
            return PrefixFact(slot: row.period, key: key, measure: row.measure)
        }
    }

    private func neighborKey(_ row: FactRow) -> NeighborKey {
        NeighborKey(
            interface: interfaces.values[Int(row.dimensions[0])],
            evidence: evidence.values[Int(row.dimensions[1])]
        )
    }

    // Each replaces a number of the store by the index of its value.

    private mutating func resolveInterface(_ row: inout FactRow) throws {
        let index = try interfaces.index(of: row.dimensions[0], load: reader.interfaceKey)
        row.dimensions[0] = Int64(index)
    }

    private mutating func resolveEvidence(_ row: inout FactRow) throws {
        let index = try evidence.index(of: row.dimensions[1], load: reader.evidence)
        row.dimensions[1] = Int64(index)
    }

    private mutating func resolvePath(_ row: inout FactRow) throws {
        let index = try paths.index(of: row.dimensions[2], load: reader.path)
        row.dimensions[2] = Int64(index)
    }

    private mutating func resolvePrefix(_ row: inout FactRow) throws {
        let index = try prefixes.index(of: row.dimensions[1], load: reader.prefix)
        row.dimensions[1] = Int64(index)
    }

    private static func rows(
        of table: FactTable,
        _ database: Database,
        _ periods: Range<Int64>
    ) throws -> [FactRow] {
        let statement = try database.cachedStatement(sql: table.select)
        let cursor = try Row.fetchCursor(
            statement,
            arguments: [periods.lowerBound, periods.upperBound]
        )
        var rows: [FactRow] = []
        while let row = try cursor.next() {
            let stored = StoredRow(row: row, table: "facts")
            let measure = Measure(
                octets: try stored.integer(5),
                packets: try stored.integer(6),
                unscaledOctets: try stored.integer(7),
                unscaledPackets: try stored.integer(8),
                variance: stored.real(9) ?? 0
            )
            var dimensions = SIMD4<Int64>()
            for index in 0..<4 { dimensions[index] = try stored.integer(1 + index) }
            let period: Int64 = try stored.integer(0)
            rows.append(FactRow(period: period, dimensions: dimensions, measure: measure))
        }
        return rows
    }

    /// Sorts by slot, then by the content of each dimension, then by what stands for itself.
    private static func order(_ rows: inout [FactRow], _ ranks: [[Int64]]) {
        let keys = rows.map { row in
            var key = row.dimensions
            for (dimension, ranks) in ranks.enumerated() {
                key[dimension] = ranks[Int(key[dimension])]
            }
            return key
        }
        let order = rows.indices.sorted { a, b in
            if rows[a].period != rows[b].period { return rows[a].period < rows[b].period }
            for dimension in 0..<4 where keys[a][dimension] != keys[b][dimension] {
                return keys[a][dimension] < keys[b][dimension]
            }
            return false
        }
        rows = order.map { rows[$0] }
    }
}
