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
/// The facts of a few exporters are found by slot: those slots in which one of them has a ledger,
/// then the rows of its interfaces by primary key. Nothing else is read.
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
    static func deleteHeld(
        _ exporters: [String],
        before slot: Int64,
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
                try deleteFacts(of: number, before: slot, database)
                dropped.addSaturating(try deleteLedgers(of: number, before: slot, database))
            }
            try deleteState(of: name, before: slot, database)
        }
        return Int(clamping: dropped)
    }

    private static func deleteFacts(
        of exporter: Int64,
        before slot: Int64,
        _ database: Database
    ) throws {
        let slots = try Int64.fetchAll(
            database,
            sql: """
                SELECT start FROM slot
                WHERE start < ?
                    AND EXISTS (SELECT 1 FROM ledger WHERE slot = start AND exporter = ?)
                """,
            arguments: [slot, exporter]
        )
        for start in slots {
            for (carry, delete) in slotStatements {
                try database.cachedStatement(sql: carry).execute(arguments: [start, exporter])
                try database.cachedStatement(sql: delete).execute(arguments: [start, exporter])
            }
        }
        let hours = try Int64.fetchAll(
            database,
            sql: "SELECT start FROM hour WHERE start + 3600 <= ?",
            arguments: [slot]
        )
        for start in hours {
            let arguments: StatementArguments = [start, exporter]
            try database.cachedStatement(sql: carryPrefixes).execute(arguments: arguments)
            try database.cachedStatement(sql: deletePrefixes).execute(arguments: arguments)
        }
    }

    private static func deleteLedgers(
        of exporter: Int64,
        before slot: Int64,
        _ database: Database
    ) throws -> UInt64 {
        var dropped: UInt64 = 0
        let octets = try Int64.fetchCursor(
            database,
            sql: "SELECT received_octets FROM ledger WHERE slot < ? AND exporter = ?",
            arguments: [slot, exporter]
        )
        while let octets = try octets.next() {
            dropped.addSaturating(UInt64(clamping: octets))
        }
        for sql in [
            "DELETE FROM ledger WHERE slot < ? AND exporter = ?",
            "DELETE FROM ledger_reason WHERE slot < ? AND exporter = ?",
        ] {
            try database.execute(sql: sql, arguments: [slot, exporter])
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
