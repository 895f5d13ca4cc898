// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The first schema.
///
/// # How it works
///
/// Facts are rows of small integers. What repeats (an exporter's interface at a rate, a piece of
/// evidence, an AS path) stands once in a dimension table and is never changed or removed there,
/// so that its number means the same forever.
///
///     exporter <- interface_key -> sampling_rate     evidence   as_path   prefix     collector
///                       ^                               ^          ^         ^           ^
///     interface_fact ---+                               |          |         |           |
///     neighbor_fact ----+-------------------------------+          |         |           |
///     path_fact --------+-------------------------------+----------+         |     (each fact)
///     prefix_fact ------+----------------------------------------------------+
///
/// A fact is keyed by slot first, so that slots are ranges of the file; then by what readers group
/// by, so that they need not sort; then by generation and collector, over which they sum.
///
/// Times are seconds since 1970-01-01 00:00 UTC. Counts are exact and never negative. Addresses,
/// prefixes and MAC addresses are text as people write them, '' for none. The numbers in
/// `direction`, `family`, `source` and `flow_protocol` are raw values of the types in Model.
enum M001InitialSchema {
    /// "Peer" in ASCII: whose file it is (PRAGMA application_id).
    static let applicationID: Int64 = 0x5065_6572

    @Sendable
    static func apply(_ database: Database) throws {
        try database.execute(sql: "PRAGMA application_id = 1348822386")
        try database.execute(sql: dimensions)
        try database.execute(sql: periods)
        try database.execute(sql: facts)
        try database.execute(sql: ledgers)
        try database.execute(sql: states)
    }

    private static let dimensions = """
        CREATE TABLE collector (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
        ) STRICT;

        -- '' stands for what belongs to no exporter.
        CREATE TABLE exporter (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
        ) STRICT;

        -- numerator / denominator packets passed for each one observed.
        CREATE TABLE sampling_rate (
            id INTEGER PRIMARY KEY,
            numerator INTEGER NOT NULL,
            denominator INTEGER NOT NULL,
            source INTEGER NOT NULL,
            UNIQUE (numerator, denominator, source)
        ) STRICT;

        CREATE TABLE interface_key (
            id INTEGER PRIMARY KEY,
            exporter INTEGER NOT NULL REFERENCES exporter (id),
            interface INTEGER NOT NULL,
            direction INTEGER NOT NULL,
            family INTEGER NOT NULL,
            sampling_rate INTEGER NOT NULL REFERENCES sampling_rate (id),
            UNIQUE (exporter, interface, direction, family, sampling_rate)
        ) STRICT;

        CREATE TABLE evidence (
            id INTEGER PRIMARY KEY,
            vlan INTEGER NOT NULL,
            remote_mac TEXT NOT NULL,
            next_hop TEXT NOT NULL,
            next_hop_is_from_route INTEGER NOT NULL,
            exported_peer_as INTEGER NOT NULL,
            route_peer_as INTEGER NOT NULL,
            route_source TEXT NOT NULL,
            route_is_stale INTEGER NOT NULL,
            static_prefix TEXT NOT NULL,
            UNIQUE (
                next_hop, remote_mac, route_peer_as, exported_peer_as, vlan, route_source,
                static_prefix, next_hop_is_from_route, route_is_stale
            )
        ) STRICT;

        -- The words of Model's ASPath, four octets each, in network order:
        -- segment type << 16 | count, then so many AS numbers; and again.
        CREATE TABLE as_path (
            id INTEGER PRIMARY KEY,
            words BLOB NOT NULL UNIQUE
        ) STRICT;

        CREATE TABLE prefix (
            id INTEGER PRIMARY KEY,
            prefix TEXT NOT NULL UNIQUE
        ) STRICT;
        """

    private static let periods = """
        -- Length of all slots, in seconds: one row, of the first batch.
        CREATE TABLE slot_length (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            seconds INTEGER NOT NULL
        ) STRICT;

        -- generation: the one that takes rows now; the first is 0.
        CREATE TABLE slot (
            start INTEGER PRIMARY KEY,
            generation INTEGER NOT NULL,
            is_sealed INTEGER NOT NULL
        ) STRICT;

        -- The same for prefix_fact: sealed with the first slot that begins after it.
        CREATE TABLE hour (
            start INTEGER PRIMARY KEY,
            generation INTEGER NOT NULL,
            is_sealed INTEGER NOT NULL
        ) STRICT;

        -- What was added, each batch in one transaction: exactly once by its id. Octets are the
        -- sums of the batch's rows, for re-checking.
        CREATE TABLE flush_batch (
            id TEXT PRIMARY KEY,
            collector INTEGER NOT NULL REFERENCES collector (id),
            time INTEGER NOT NULL,
            interface_rows INTEGER NOT NULL,
            neighbor_rows INTEGER NOT NULL,
            path_rows INTEGER NOT NULL,
            prefix_rows INTEGER NOT NULL,
            ledger_rows INTEGER NOT NULL,
            interface_octets INTEGER NOT NULL,
            neighbor_octets INTEGER NOT NULL,
            path_octets INTEGER NOT NULL,
            prefix_octets INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX flush_batch_time ON flush_batch (time);

        -- ends: the second after the last.
        CREATE TABLE gap (
            collector INTEGER NOT NULL REFERENCES collector (id),
            begins INTEGER NOT NULL,
            ends INTEGER NOT NULL,
            reason TEXT NOT NULL,
            PRIMARY KEY (begins, ends, collector, reason)
        ) STRICT, WITHOUT ROWID;
        """

    private static let facts = """
        CREATE TABLE interface_fact (
            slot INTEGER NOT NULL REFERENCES slot (start),
            interface_key INTEGER NOT NULL REFERENCES interface_key (id),
            generation INTEGER NOT NULL,
            collector INTEGER NOT NULL REFERENCES collector (id),
            octets INTEGER NOT NULL,
            packets INTEGER NOT NULL,
            unscaled_octets INTEGER NOT NULL,
            unscaled_packets INTEGER NOT NULL,
            variance REAL NOT NULL,
            PRIMARY KEY (slot, interface_key, generation, collector)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE neighbor_fact (
            slot INTEGER NOT NULL REFERENCES slot (start),
            interface_key INTEGER NOT NULL REFERENCES interface_key (id),
            evidence INTEGER NOT NULL REFERENCES evidence (id),
            generation INTEGER NOT NULL,
            collector INTEGER NOT NULL REFERENCES collector (id),
            octets INTEGER NOT NULL,
            packets INTEGER NOT NULL,
            unscaled_octets INTEGER NOT NULL,
            unscaled_packets INTEGER NOT NULL,
            variance REAL NOT NULL,
            PRIMARY KEY (slot, interface_key, evidence, generation, collector)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE path_fact (
            slot INTEGER NOT NULL REFERENCES slot (start),
            interface_key INTEGER NOT NULL REFERENCES interface_key (id),
            evidence INTEGER NOT NULL REFERENCES evidence (id),
            as_path INTEGER NOT NULL REFERENCES as_path (id),
            origin_as INTEGER NOT NULL,
            generation INTEGER NOT NULL,
            collector INTEGER NOT NULL REFERENCES collector (id),
            octets INTEGER NOT NULL,
            packets INTEGER NOT NULL,
            unscaled_octets INTEGER NOT NULL,
            unscaled_packets INTEGER NOT NULL,
            variance REAL NOT NULL,
            PRIMARY KEY (
                slot, interface_key, evidence, as_path, origin_as, generation, collector
            )
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE prefix_fact (
            hour INTEGER NOT NULL REFERENCES hour (start),
            interface_key INTEGER NOT NULL REFERENCES interface_key (id),
            prefix INTEGER NOT NULL REFERENCES prefix (id),
            generation INTEGER NOT NULL,
            collector INTEGER NOT NULL REFERENCES collector (id),
            octets INTEGER NOT NULL,
            packets INTEGER NOT NULL,
            unscaled_octets INTEGER NOT NULL,
            unscaled_packets INTEGER NOT NULL,
            variance REAL NOT NULL,
            PRIMARY KEY (hour, interface_key, prefix, generation, collector)
        ) STRICT, WITHOUT ROWID;
        """

    private static let ledgers = """
        CREATE TABLE ledger (
            slot INTEGER NOT NULL REFERENCES slot (start),
            exporter INTEGER NOT NULL REFERENCES exporter (id),
            generation INTEGER NOT NULL,
            collector INTEGER NOT NULL REFERENCES collector (id),
            datagrams INTEGER NOT NULL,
            decoded INTEGER NOT NULL,
            records INTEGER NOT NULL,
            received_octets INTEGER NOT NULL,
            ingress_octets INTEGER NOT NULL,
            originated_octets INTEGER NOT NULL,
            carried_in_octets INTEGER NOT NULL,
            counted_elsewhere_in_octets INTEGER NOT NULL,
            egress_octets INTEGER NOT NULL,
            terminated_octets INTEGER NOT NULL,
            carried_out_octets INTEGER NOT NULL,
            discarded_octets INTEGER NOT NULL,
            counted_elsewhere_out_octets INTEGER NOT NULL,
            unknown_neighbor_octets INTEGER NOT NULL,
            clamped_octets INTEGER NOT NULL,
            kernel_drops INTEGER NOT NULL,
            sequence_lost INTEGER NOT NULL,
            duplicates INTEGER NOT NULL,
            PRIMARY KEY (slot, exporter, generation, collector)
        ) STRICT, WITHOUT ROWID;

        -- kind: undecoded, refused, errors (datagrams and parts), unattributedIn, unattributedOut
        -- (octets).
        CREATE TABLE ledger_reason (
            slot INTEGER NOT NULL REFERENCES slot (start),
            exporter INTEGER NOT NULL REFERENCES exporter (id),
            kind TEXT NOT NULL,
            reason TEXT NOT NULL,
            generation INTEGER NOT NULL,
            collector INTEGER NOT NULL REFERENCES collector (id),
            amount INTEGER NOT NULL,
            PRIMARY KEY (slot, exporter, kind, reason, generation, collector)
        ) STRICT, WITHOUT ROWID;
        """

    private static let states = """
        CREATE TABLE exporter_state (
            name TEXT PRIMARY KEY,
            last_seen INTEGER NOT NULL,
            flow_protocol INTEGER NOT NULL,
            sampling_rate INTEGER NOT NULL REFERENCES sampling_rate (id)
        ) STRICT, WITHOUT ROWID;

        -- time: of the batch that told.
        CREATE TABLE session_state (
            neighbor TEXT PRIMARY KEY,
            time INTEGER NOT NULL,
            state TEXT NOT NULL,
            since INTEGER NOT NULL,
            ipv4_prefixes INTEGER NOT NULL,
            ipv6_prefixes INTEGER NOT NULL,
            last_error TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- value: NULL for what is not a number.
        CREATE TABLE alert_state (
            rule TEXT NOT NULL,
            object TEXT NOT NULL,
            state TEXT NOT NULL,
            since INTEGER NOT NULL,
            count INTEGER NOT NULL,
            slot INTEGER NOT NULL,
            value REAL,
            is_delivered INTEGER NOT NULL,
            PRIMARY KEY (rule, object)
        ) STRICT, WITHOUT ROWID;
        """
}
