// SPDX-License-Identifier: Apache-2.0

import GRDB

/// What the ledger knows of records that never came, and of those that count layer-2 frames.
///
/// Never came: lost on the way, dropped by the agent, not sent by the exporter. Nothing of the time
/// before is known; it counts as none.
enum M003MissingRecords {
    @Sendable
    static func apply(_ database: Database) throws {
        try database.execute(sql: columns)
    }

    private static let columns = """
        ALTER TABLE ledger ADD COLUMN lost_records INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE ledger ADD COLUMN samples_dropped INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE ledger ADD COLUMN samples_lost INTEGER NOT NULL DEFAULT 0;
        -- As the exporter counts, unscaled.
        ALTER TABLE ledger ADD COLUMN not_sent_flows INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE ledger ADD COLUMN not_sent_packets INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE ledger ADD COLUMN not_sent_octets INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE ledger ADD COLUMN converted_octets INTEGER NOT NULL DEFAULT 0;
        """
}
