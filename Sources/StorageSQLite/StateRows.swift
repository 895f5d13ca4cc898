// SPDX-License-Identifier: Apache-2.0

import GRDB
import Model
import Storage

/// The small tables: slots, gaps, and what sessions and alerts were last.
enum StateRows {
    /// Gaps and states of a batch; an older state never replaces a newer one, unless the newer one
    /// is of a time that has not come yet.
    static func write(
        _ batch: FlushBatch,
        collector: Int64,
        _ numbers: inout DimensionNumbers,
        _ database: Database
    ) throws {
        let gap = try database.cachedStatement(
            sql: "INSERT INTO gap VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
        )
        for value in batch.gaps {
            try gap.execute(arguments: [collector, value.from, value.to, value.reason])
        }
        try pullBack(batch, database)
        try ExporterRows.write(batch, &numbers, database)
        let session = try database.cachedStatement(sql: upsertSession)
        for state in batch.sessions {
            try session.execute(
                arguments: [
                    state.neighbor, batch.time, state.state, state.since, state.ipv4Prefixes,
                    state.ipv6Prefixes, state.lastError,
                ]
            )
        }
        for event in batch.events { try EventRows.write(event, collector: collector, database) }
    }

    /// What a clock that was ahead has left is of this batch's time at the latest.
    private static func pullBack(_ batch: FlushBatch, _ database: Database) throws {
        guard let latest = batch.latestCredibleTime else { return }
        for sql in pullsBack {
            try database.cachedStatement(sql: sql).execute(arguments: [batch.time, latest])
        }
    }

    private static let pullsBack = [
        """
        UPDATE exporter_state SET last_seen = ?1, first_seen = MIN(first_seen, ?1)
        WHERE last_seen > ?2
        """,
        "UPDATE session_state SET time = ?1 WHERE time > ?2",
        "UPDATE interface_note SET time = ?1 WHERE time > ?2",
    ]

    static func save(_ records: [AlertRecord], _ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO alert_state VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        for record in records {
            try statement.execute(
                arguments: [
                    record.rule, record.object, record.state, record.since, record.count,
                    record.slot, record.value, record.isDelivered,
                    record.waiting.joined(separator: "\n"),
                ]
            )
        }
    }

    static func slots(_ database: Database, _ slots: Range<Int64>) throws -> [SlotState] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT start, generation, is_sealed FROM slot
                WHERE start >= ? AND start < ? ORDER BY start
                """
        )
        return try StoredRow.all(statement, [slots.lowerBound, slots.upperBound], "slot") { row in
            SlotState(
                start: try row.integer(0),
                generation: try row.integer(1),
                isSealed: try row.flag(2)
            )
        }
    }

    static func span(_ database: Database) throws -> Range<Int64>? {
        let statement = try database.cachedStatement(
            sql: "SELECT MIN(start), MAX(start) FROM slot HAVING COUNT(*) > 0"
        )
        return try StoredRow.all(statement, [], "slot") { row in
            let (first, last): (Int64, Int64) = (try row.integer(0), try row.integer(1))
            guard first <= last, last < Int64.max else { throw row.failure(1) }
            return first..<last + 1
        }.first
    }

    static func gaps(_ database: Database, _ times: Range<Int64>) throws -> [Gap] {
        guard !times.isEmpty else { return [] }
        let statement = try database.cachedStatement(
            sql: """
                SELECT DISTINCT begins, ends, reason FROM gap WHERE begins < ? AND ends > ?
                """
        )
        return try StoredRow.all(statement, [times.upperBound, times.lowerBound], "gap") { row in
            Gap(from: try row.integer(0), to: try row.integer(1), reason: try row.text(2))
        }.sorted { ($0.from, $0.to, $0.reason) < ($1.from, $1.to, $1.reason) }
    }

    static func sessions(_ database: Database) throws -> [SessionState] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT neighbor, state, since, ipv4_prefixes, ipv6_prefixes, last_error
                FROM session_state
                """
        )
        return try StoredRow.all(statement, [], "session_state") { row in
            SessionState(
                neighbor: try row.text(0),
                state: try row.text(1),
                since: try row.integer(2),
                ipv4Prefixes: try row.integer(3),
                ipv6Prefixes: try row.integer(4),
                lastError: try row.text(5)
            )
        }.sorted { $0.neighbor < $1.neighbor }
    }

    static func alerts(_ database: Database) throws -> [AlertRecord] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT rule, object, state, since, count, slot, value, is_delivered, waiting
                FROM alert_state
                """
        )
        return try StoredRow.all(statement, [], "alert_state") { row in
            var record = AlertRecord(
                rule: try row.text(0),
                object: try row.text(1),
                state: try row.text(2),
                since: try row.integer(3),
                count: try row.integer(4),
                slot: try row.integer(5),
                value: row.real(6) ?? .nan,
                isDelivered: try row.flag(7)
            )
            record.waiting = try row.text(8).split(separator: "\n").map(String.init)
            return record
        }.sorted { ($0.rule, $0.object) < ($1.rule, $1.object) }
    }

    private static let upsertSession = """
        INSERT INTO session_state VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET
            time = excluded.time,
            state = excluded.state,
            since = excluded.since,
            ipv4_prefixes = excluded.ipv4_prefixes,
            ipv6_prefixes = excluded.ipv6_prefixes,
            last_error = excluded.last_error
        WHERE excluded.time >= time
        """
}
