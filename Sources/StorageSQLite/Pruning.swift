// SPDX-License-Identifier: Apache-2.0

import GRDB
import Model
import Storage

/// Takes rows out of the store, and keeps its books while doing so.
///
/// # How it works
///
/// What the manifest says of a collector (the octets its batches brought) must stay what its rows
/// hold, or the check would find a loss. So the octets of ids that are forgotten are added to
/// `manifest_carry`, and those of facts that are deleted are taken off it, in one transaction with
/// the rows themselves.
///
/// The facts of a few exporters are found by slot: those slots in which one of them has a ledger
/// (`ledger_exporter`), then the rows of its interfaces by primary key. Prefixes outlive the
/// ledgers of their hour until that is over; so the hours to look into begin with the one in which
/// the deletion before this one ended. Nothing else is read.
enum Pruning {
    /// The ids of live batches before `time`, but for the latest.
    static func forget(batchesBefore time: Int64, _ database: Database) throws -> Int {
        let bounds: StatementArguments = [time, FlushBatch.replayPrefix + "*"]
        try database.execute(sql: carryBatches, arguments: bounds)
        try database.execute(
            sql: """
                DELETE FROM flush_batch
                WHERE time < MIN(?, (SELECT MAX(time) FROM flush_batch)) AND id NOT GLOB ?
                """,
            arguments: bounds
        )
        return database.changesCount
    }

    /// Rows of `exporters` before `slot`; gives the octets received that their ledgers held.
    ///
    /// - Parameters:
    ///   - exporters: Their names.
    ///   - slot: Start of a slot, in seconds since 1970-01-01 00:00 UTC.
    ///   - done: For each name, before which slot this store has deleted its rows already; without
    ///     it all hours are looked into.
    ///   - database: In a transaction.
    /// - Returns: Octets.
    /// - Throws: What the database throws.
    static func deleteHeld(
        _ exporters: [String],
        before slot: Int64,
        done: [String: Int64],
        _ database: Database
    ) throws -> Int {
        var dropped: UInt64 = 0
        for name in Set(exporters).sorted() {
            let number = try Int64.fetchOne(
                database,
                sql: "SELECT id FROM exporter WHERE name = ?",
                arguments: [name]
            )
            if let number {
                let slots = try Int64.fetchAll(
                    database,
                    sql: slotsOfExporter,
                    arguments: [number, slot]
                )
                try deleteFacts(of: number, in: slots, database)
                let first = done[name].map { min($0, slots.min() ?? $0) }
                try deletePrefixes(of: number, from: first ?? .min, before: slot, database)
                dropped.addSaturating(try deleteLedgers(of: number, in: slots, database))
            }
            try deleteState(of: name, before: slot, database)
        }
        return Int(clamping: dropped)
    }

    private static func deleteFacts(
        of exporter: Int64,
        in slots: [Int64],
        _ database: Database
    ) throws {
        for start in slots {
            for (carry, delete) in slotStatements {
                try database.cachedStatement(sql: carry).execute(arguments: [start, exporter])
                try database.cachedStatement(sql: delete).execute(arguments: [start, exporter])
            }
        }
    }

    /// Of the hours that are over before `slot`, from the one that holds `first` on.
    private static func deletePrefixes(
        of exporter: Int64,
        from first: Int64,
        before slot: Int64,
        _ database: Database
    ) throws {
        let hours = try Int64.fetchAll(
            database,
            sql: "SELECT start FROM hour WHERE start > ? - 3600 AND start <= ? - 3600",
            arguments: [max(first, .min + 3600), max(slot, .min + 3600)]
        )
        for start in hours {
            let arguments: StatementArguments = [start, exporter]
            try database.cachedStatement(sql: carryPrefixes).execute(arguments: arguments)
            try database.cachedStatement(sql: deletePrefixes).execute(arguments: arguments)
        }
    }

    private static func deleteLedgers(
        of exporter: Int64,
        in slots: [Int64],
        _ database: Database
    ) throws -> UInt64 {
        var dropped: UInt64 = 0
        for start in slots {
            let arguments: StatementArguments = [start, exporter]
            let octets = try Int64.fetchCursor(
                try database.cachedStatement(
                    sql: "SELECT received_octets FROM ledger WHERE slot = ? AND exporter = ?"
                ),
                arguments: arguments
            )
            while let octets = try octets.next() {
                dropped.addSaturating(UInt64(clamping: octets))
            }
            for sql in [
                "DELETE FROM ledger WHERE slot = ? AND exporter = ?",
                "DELETE FROM ledger_reason WHERE slot = ? AND exporter = ?",
            ] {
                try database.cachedStatement(sql: sql).execute(arguments: arguments)
            }
        }
        return dropped
    }

    private static func deleteState(
        of name: String,
        before slot: Int64,
        _ database: Database
    ) throws {
        try database.execute(
            sql: """
                DELETE FROM interface_note WHERE exporter IN (
                    SELECT name FROM exporter_state WHERE name = ? AND last_seen < ?
                )
                """,
            arguments: [name, slot]
        )
        try database.execute(
            sql: "DELETE FROM exporter_state WHERE name = ? AND last_seen < ?",
            arguments: [name, slot]
        )
    }
}

extension Pruning {
    /// In which slots an exporter has a ledger.
    static let slotsOfExporter = "SELECT DISTINCT slot FROM ledger WHERE exporter = ? AND slot < ?"

    private static let carryBatches = """
        INSERT INTO manifest_carry
        SELECT collector,
            SUM(interface_octets >> 32), SUM(interface_octets & 4294967295),
            SUM(neighbor_octets >> 32), SUM(neighbor_octets & 4294967295),
            SUM(path_octets >> 32), SUM(path_octets & 4294967295),
            SUM(prefix_octets >> 32), SUM(prefix_octets & 4294967295)
        FROM flush_batch
        WHERE time < MIN(?, (SELECT MAX(time) FROM flush_batch)) AND id NOT GLOB ?
        GROUP BY collector
        ON CONFLICT DO UPDATE SET
            interface_upper = interface_upper + excluded.interface_upper,
            interface_lower = interface_lower + excluded.interface_lower,
            neighbor_upper = neighbor_upper + excluded.neighbor_upper,
            neighbor_lower = neighbor_lower + excluded.neighbor_lower,
            path_upper = path_upper + excluded.path_upper,
            path_lower = path_lower + excluded.path_lower,
            prefix_upper = prefix_upper + excluded.prefix_upper,
            prefix_lower = prefix_lower + excluded.prefix_lower
        """

    /// For each table by slot: what takes its octets off the manifest, and what deletes its rows.
    private static let slotStatements = [
        (
            """
            INSERT INTO manifest_carry (collector, interface_upper, interface_lower)
            SELECT collector, -SUM(octets >> 32), -SUM(octets & 4294967295)
            FROM interface_fact
            WHERE slot = ?
                AND interface_key IN (SELECT id FROM interface_key WHERE exporter = ?)
            GROUP BY collector
            ON CONFLICT DO UPDATE SET
                interface_upper = interface_upper + excluded.interface_upper,
                interface_lower = interface_lower + excluded.interface_lower
            """,
            """
            DELETE FROM interface_fact
            WHERE slot = ? AND interface_key IN (SELECT id FROM interface_key WHERE exporter = ?)
            """
        ),
        (
            """
            INSERT INTO manifest_carry (collector, neighbor_upper, neighbor_lower)
            SELECT collector, -SUM(octets >> 32), -SUM(octets & 4294967295)
            FROM neighbor_fact
            WHERE slot = ?
                AND interface_key IN (SELECT id FROM interface_key WHERE exporter = ?)
            GROUP BY collector
            ON CONFLICT DO UPDATE SET
                neighbor_upper = neighbor_upper + excluded.neighbor_upper,
                neighbor_lower = neighbor_lower + excluded.neighbor_lower
            """,
            """
            DELETE FROM neighbor_fact
            WHERE slot = ? AND interface_key IN (SELECT id FROM interface_key WHERE exporter = ?)
            """
        ),
        (
            """
            INSERT INTO manifest_carry (collector, path_upper, path_lower)
            SELECT collector, -SUM(octets >> 32), -SUM(octets & 4294967295)
            FROM path_fact
            WHERE slot = ?
                AND interface_key IN (SELECT id FROM interface_key WHERE exporter = ?)
            GROUP BY collector
            ON CONFLICT DO UPDATE SET
                path_upper = path_upper + excluded.path_upper,
                path_lower = path_lower + excluded.path_lower
            """,
            """
            DELETE FROM path_fact
            WHERE slot = ? AND interface_key IN (SELECT id FROM interface_key WHERE exporter = ?)
            """
        ),
    ]

    private static let carryPrefixes = """
        INSERT INTO manifest_carry (collector, prefix_upper, prefix_lower)
        SELECT collector, -SUM(octets >> 32), -SUM(octets & 4294967295)
        FROM prefix_fact
        WHERE hour = ? AND interface_key IN (SELECT id FROM interface_key WHERE exporter = ?)
        GROUP BY collector
        ON CONFLICT DO UPDATE SET
            prefix_upper = prefix_upper + excluded.prefix_upper,
            prefix_lower = prefix_lower + excluded.prefix_lower
        """

    private static let deletePrefixes = """
        DELETE FROM prefix_fact
        WHERE hour = ? AND interface_key IN (SELECT id FROM interface_key WHERE exporter = ?)
        """
}
