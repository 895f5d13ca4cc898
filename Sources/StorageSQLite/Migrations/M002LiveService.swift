// SPDX-License-Identifier: Apache-2.0

import GRDB

/// What a collector that runs for months keeps besides volumes.
///
/// Events and notes come with the batches and in their transactions. `manifest_carry` keeps the
/// manifest whole when something goes: for each collector, octets of batches whose ids were
/// forgotten, less octets of facts that were deleted. So, by collector and table:
///
///     octets of flush_batch + manifest_carry = octets of the facts
///
/// Its sums are in two columns, the upper 32 bits and the lower, for years of octets exceed 63.
enum M002LiveService {
    @Sendable
    static func apply(_ database: Database) throws {
        try database.execute(sql: states)
        try database.execute(sql: manifest)
    }

    private static let states = """
        -- address: '' when not known; first_seen: 0 then; skew_milliseconds: NULL then.
        ALTER TABLE exporter_state ADD COLUMN address TEXT NOT NULL DEFAULT '';
        ALTER TABLE exporter_state ADD COLUMN first_seen INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE exporter_state ADD COLUMN is_pending INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE exporter_state ADD COLUMN skew_milliseconds INTEGER;
        ALTER TABLE exporter_state ADD COLUMN restarts INTEGER NOT NULL DEFAULT 0;

        -- waiting: addresses of those who have not taken the last transition, one a line.
        ALTER TABLE alert_state ADD COLUMN waiting TEXT NOT NULL DEFAULT '';

        -- What is held of one exporter is found without reading the others'.
        CREATE INDEX ledger_exporter ON ledger (exporter, slot);

        -- kind: the word of Model's OperationalEvent.Kind.
        CREATE TABLE event (
            id INTEGER PRIMARY KEY,
            collector INTEGER NOT NULL REFERENCES collector (id),
            time INTEGER NOT NULL,
            kind TEXT NOT NULL,
            object TEXT NOT NULL,
            detail TEXT NOT NULL
        ) STRICT;

        CREATE INDEX event_time ON event (time);

        -- time: of the batch that told.
        CREATE TABLE interface_note (
            exporter TEXT NOT NULL,
            interface INTEGER NOT NULL,
            time INTEGER NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            PRIMARY KEY (exporter, interface)
        ) STRICT, WITHOUT ROWID;

        -- since: start of the first slot that counts.
        CREATE TABLE adoption (
            address TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            since INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    private static let manifest = """
        CREATE TABLE manifest_carry (
            collector INTEGER PRIMARY KEY REFERENCES collector (id),
            interface_upper INTEGER NOT NULL DEFAULT 0,
            interface_lower INTEGER NOT NULL DEFAULT 0,
            neighbor_upper INTEGER NOT NULL DEFAULT 0,
            neighbor_lower INTEGER NOT NULL DEFAULT 0,
            path_upper INTEGER NOT NULL DEFAULT 0,
            path_lower INTEGER NOT NULL DEFAULT 0,
            prefix_upper INTEGER NOT NULL DEFAULT 0,
            prefix_lower INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        """
}
