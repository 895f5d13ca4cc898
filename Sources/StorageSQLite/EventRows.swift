// SPDX-License-Identifier: Apache-2.0

import GRDB
import Model
import Storage

/// What happened to collectors.
enum EventRows {
    static func write(
        _ event: OperationalEvent,
        collector: Int64,
        _ database: Database
    ) throws {
        let insert = try database.cachedStatement(
            sql: """
                INSERT INTO event (collector, time, kind, object, detail) VALUES (?, ?, ?, ?, ?)
                """
        )
        try insert.execute(
            arguments: [collector, event.time, event.kind.rawValue, event.object, event.detail]
        )
    }

    static func read(_ database: Database, _ times: Range<Int64>) throws -> [OperationalEvent] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT time, kind, object, detail FROM event
                WHERE time >= ? AND time < ? ORDER BY time, id
                """
        )
        return try StoredRow.all(statement, [times.lowerBound, times.upperBound], "event") { row in
            guard let kind = OperationalEvent.Kind(rawValue: try row.text(1)) else {
                throw row.failure(1)
            }
            return OperationalEvent(
                time: try row.integer(0),
                kind: kind,
                object: try row.text(2),
                detail: try row.text(3)
            )
        }
    }
}
