// SPDX-License-Identifier: Apache-2.0

import GRDB
import Model

/// What happened to the store itself, written by itself: a batch that would tell may not come.
enum StoreDiary {
    /// Adds to what collectors tell, under a collector without a name.
    static func write(
        _ events: [OperationalEvent],
        _ gaps: [Gap],
        _ database: Database
    ) throws {
        var numbers = DimensionNumbers()
        let store = try numbers.number(ofCollector: "", database)
        for event in events {
            try EventRows.write(event, collector: store, database)
        }
        for gap in gaps {
            try database.execute(
                sql: "INSERT INTO gap VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                arguments: [store, gap.from, gap.to, gap.reason]
            )
        }
    }
}
