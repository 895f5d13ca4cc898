// SPDX-License-Identifier: Apache-2.0

import GRDB
import Model
import Storage

/// Re-checks a store from its rows, in one snapshot.
///
/// # How it works
///
/// First SQLite's own check of the file; when that fails nothing else can be believed. Then, an
/// hour of slots at a time so that memory stays small, double entry (`StoreAudit`) over the rows
/// as readers get them. Last the manifest: what the batches of a collector brought must be what
/// its rows hold, which finds a slot that is gone together with its ledger (`Pruning` keeps the
/// manifest true).
struct StoreCheck {
    private let database: Database
    private var audit = StoreAudit()

    private init(database: Database) { self.database = database }

    static func problems(_ database: Database, path: String) throws -> [StoreProblem] {
        var check = StoreCheck(database: database)
        do {
            guard try check.fileIsSound() else { return check.audit.problems }
            try check.checkReferences()
            try check.checkSlots()
            try check.checkManifest()
        } catch {
            guard case .corrupt(let reason) = VolumeStoreError(error, path: path) else {
                throw error
            }
            check.audit.add(StoreProblem(object: "the file", problem: reason))
        }
        return check.audit.problems
    }

    private mutating func fileIsSound() throws -> Bool {
        let answers = try String.fetchAll(database, sql: "PRAGMA integrity_check")
        if answers == ["ok"] { return true }
        for answer in answers { audit.add(StoreProblem(object: "the file", problem: answer)) }
        return false
    }

    private mutating func checkReferences() throws {
        let rows = try Row.fetchCursor(database, sql: "PRAGMA foreign_key_check")
        while let row = try rows.next(), !audit.isFull {
            let stored = StoredRow(row: row, table: "foreign_key_check")
            let (table, parent) = (try stored.text(0), try stored.text(2))
            let problem = "a row refers to a row of \(parent) that is missing"
            audit.add(StoreProblem(object: "table \(table)", problem: problem))
        }
    }

    private mutating func checkSlots() throws {
        guard let span = try StateRows.span(database) else { return }
        var start = span.lowerBound
        while start < span.upperBound, !audit.isFull {
            let next = try Int64.fetchOne(
                database,
                sql: "SELECT MIN(start) FROM slot WHERE start >= ?",
                arguments: [start]
            )
            guard let next else { break }
            let window = next..<next + 3_600
            audit.check(
                interfaces: try FactReading.interfaces(database, window),
                neighbors: try FactReading.neighbors(database, window),
                paths: try FactReading.paths(database, window),
                ledgers: try LedgerRows.read(database, window)
            )
            start = window.upperBound
        }
    }

    private mutating func checkManifest() throws {
        try compare("interface", Self.interfaceBrought, Self.interfaceHeld)
        try compare("neighbor", Self.neighborBrought, Self.neighborHeld)
        try compare("path", Self.pathBrought, Self.pathHeld)
        try compare("prefix", Self.prefixBrought, Self.prefixHeld)
    }

    private mutating func compare(_ table: String, _ brought: String, _ held: String) throws {
        let brought = try octets(brought)
        let held = try octets(held)
        let names = Set(brought.keys).union(held.keys)
        for name in names.sorted() where brought[name] ?? 0 != held[name] ?? 0 {
            let problem =
                "\(table) rows hold \(held[name] ?? 0) octets, its batches brought "
                + "\(brought[name] ?? 0)"
            audit.add(StoreProblem(object: "collector \(name)", problem: problem))
        }
    }

    /// Sums by collector; upper and lower halves apart, for a year's octets may exceed 63 bits.
    private func octets(_ sql: String) throws -> [String: Int128] {
        var octets: [String: Int128] = [:]
        let rows = try Row.fetchCursor(database, sql: sql)
        while let row = try rows.next() {
            let stored = StoredRow(row: row, table: "the manifest")
            let (upper, lower): (Int64, Int64) = (try stored.integer(1), try stored.integer(2))
            octets[try stored.text(0)] = Int128(upper) << 32 + Int128(lower)
        }
        return octets
    }

    private static let interfaceBrought = """
        SELECT name, SUM(upper), SUM(lower) FROM (
            SELECT collector, interface_octets >> 32 AS upper,
                interface_octets & 4294967295 AS lower
            FROM flush_batch
            UNION ALL SELECT collector, interface_upper, interface_lower FROM manifest_carry
        ) JOIN collector ON collector.id = collector GROUP BY collector
        """

    private static let interfaceHeld = """
        SELECT name, SUM(octets >> 32), SUM(octets & 4294967295)
        FROM interface_fact JOIN collector ON collector.id = collector GROUP BY collector
        """

    private static let neighborBrought = """
        SELECT name, SUM(upper), SUM(lower) FROM (
            SELECT collector, neighbor_octets >> 32 AS upper,
                neighbor_octets & 4294967295 AS lower
            FROM flush_batch
            UNION ALL SELECT collector, neighbor_upper, neighbor_lower FROM manifest_carry
        ) JOIN collector ON collector.id = collector GROUP BY collector
        """

    private static let neighborHeld = """
        SELECT name, SUM(octets >> 32), SUM(octets & 4294967295)
        FROM neighbor_fact JOIN collector ON collector.id = collector GROUP BY collector
        """

    private static let pathBrought = """
        SELECT name, SUM(upper), SUM(lower) FROM (
            SELECT collector, path_octets >> 32 AS upper,
                path_octets & 4294967295 AS lower
            FROM flush_batch
            UNION ALL SELECT collector, path_upper, path_lower FROM manifest_carry
        ) JOIN collector ON collector.id = collector GROUP BY collector
        """

    private static let pathHeld = """
        SELECT name, SUM(octets >> 32), SUM(octets & 4294967295)
        FROM path_fact JOIN collector ON collector.id = collector GROUP BY collector
        """

    private static let prefixBrought = """
        SELECT name, SUM(upper), SUM(lower) FROM (
            SELECT collector, prefix_octets >> 32 AS upper,
                prefix_octets & 4294967295 AS lower
            FROM flush_batch
            UNION ALL SELECT collector, prefix_upper, prefix_lower FROM manifest_carry
        ) JOIN collector ON collector.id = collector GROUP BY collector
        """

    private static let prefixHeld = """
        SELECT name, SUM(octets >> 32), SUM(octets & 4294967295)
        FROM prefix_fact JOIN collector ON collector.id = collector GROUP BY collector
        """
}
