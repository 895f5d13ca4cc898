// SPDX-License-Identifier: Apache-2.0

import GRDB
import Storage

extension StoreStatistics {
    /// Counts the rows of every table of ours; the octets are those of the file and its log.
    init(_ database: Database, path: String) throws {
        let rows = try Row.fetchAll(database, sql: Self.countRows).map { row in
            let stored = StoredRow(row: row, table: "statistics")
            return (table: try stored.text(0), count: try stored.integer(1) as Int)
        }
        self.init(
            rows: rows.sorted { ($1.count, $0.table) < ($0.count, $1.table) },
            octets: fileSize(path) + fileSize(path + "-wal")
        )
        logOctets = fileSize(path + "-wal")
        let freePages = try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
        let pageSize = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0
        freeOctets = freePages.multipliedReportingOverflow(by: pageSize).partialValue
        span = try StateRows.span(database)
        batches = self.rows.first { $0.table == "flush_batch" }?.count ?? 0
        oldestBatch = try Int64.fetchOne(database, sql: "SELECT MIN(time) FROM flush_batch")
        newestBatch = try Int64.fetchOne(database, sql: "SELECT MAX(time) FROM flush_batch")
    }

    private static let countRows = """
        SELECT 'interface_fact', COUNT(*) FROM interface_fact
        UNION ALL SELECT 'neighbor_fact', COUNT(*) FROM neighbor_fact
        UNION ALL SELECT 'path_fact', COUNT(*) FROM path_fact
        UNION ALL SELECT 'prefix_fact', COUNT(*) FROM prefix_fact
        UNION ALL SELECT 'ledger', COUNT(*) FROM ledger
        UNION ALL SELECT 'ledger_reason', COUNT(*) FROM ledger_reason
        UNION ALL SELECT 'slot_length', COUNT(*) FROM slot_length
        UNION ALL SELECT 'slot', COUNT(*) FROM slot
        UNION ALL SELECT 'hour', COUNT(*) FROM hour
        UNION ALL SELECT 'gap', COUNT(*) FROM gap
        UNION ALL SELECT 'flush_batch', COUNT(*) FROM flush_batch
        UNION ALL SELECT 'exporter_state', COUNT(*) FROM exporter_state
        UNION ALL SELECT 'session_state', COUNT(*) FROM session_state
        UNION ALL SELECT 'alert_state', COUNT(*) FROM alert_state
        UNION ALL SELECT 'event', COUNT(*) FROM event
        UNION ALL SELECT 'interface_note', COUNT(*) FROM interface_note
        UNION ALL SELECT 'adoption', COUNT(*) FROM adoption
        UNION ALL SELECT 'manifest_carry', COUNT(*) FROM manifest_carry
        UNION ALL SELECT 'collector', COUNT(*) FROM collector
        UNION ALL SELECT 'exporter', COUNT(*) FROM exporter
        UNION ALL SELECT 'sampling_rate', COUNT(*) FROM sampling_rate
        UNION ALL SELECT 'interface_key', COUNT(*) FROM interface_key
        UNION ALL SELECT 'evidence', COUNT(*) FROM evidence
        UNION ALL SELECT 'as_path', COUNT(*) FROM as_path
        UNION ALL SELECT 'prefix', COUNT(*) FROM prefix
        """
}
