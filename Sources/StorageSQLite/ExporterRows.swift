// SPDX-License-Identifier: Apache-2.0

import GRDB
import Model
import Storage

/// What exporters were last, what they told of their interfaces, and which were adopted.
enum ExporterRows {
    /// States and notes of a batch; an older one never replaces a newer one.
    static func write(
        _ batch: FlushBatch,
        _ numbers: inout DimensionNumbers,
        _ database: Database
    ) throws {
        let exporter = try database.cachedStatement(sql: upsertState)
        for state in batch.exporters {
            let rate = try numbers.number(of: state.rate, state.rateSource, database)
            try exporter.execute(
                arguments: [
                    state.name, state.lastSeen, Int64(state.flowProtocol.rawValue), rate,
                    state.address?.description ?? "", state.firstSeen, state.isPending,
                    state.skewMilliseconds, state.restarts,
                ]
            )
        }
        let note = try database.cachedStatement(sql: upsertNote)
        for value in batch.interfaceNotes {
            try note.execute(
                arguments: [
                    value.exporter, Int64(value.index), batch.time, value.name, value.description,
                ]
            )
        }
    }

    static func states(_ database: Database) throws -> [ExporterState] {
        let statement = try database.cachedStatement(sql: selectStates)
        return try StoredRow.all(statement, [], "exporter_state") { row in
            guard let flowProtocol = FlowProtocol(rawValue: try row.integer(2)) else {
                throw row.failure(2)
            }
            guard let source = SamplingSource(rawValue: try row.integer(5)) else {
                throw row.failure(5)
            }
            var state = ExporterState(
                name: try row.text(0),
                lastSeen: try row.integer(1),
                flowProtocol: flowProtocol,
                rate: try row.rate(3),
                rateSource: source
            )
            state.address = try row.parsed(6, IPAddress.init)
            state.firstSeen = try row.integer(7)
            state.isPending = try row.flag(8)
            state.skewMilliseconds = try row.optionalInteger(9)
            state.restarts = try row.integer(10)
            return state
        }.sorted { $0.name < $1.name }
    }

    static func notes(_ database: Database) throws -> [InterfaceNote] {
        let statement = try database.cachedStatement(
            sql: "SELECT exporter, interface, name, description FROM interface_note"
        )
        return try StoredRow.all(statement, [], "interface_note") { row in
            InterfaceNote(
                exporter: try row.text(0),
                index: try row.integer(1),
                name: try row.text(2),
                description: try row.text(3)
            )
        }.sorted { ($0.exporter, $0.index) < ($1.exporter, $1.index) }
    }

    static func adoptions(_ database: Database) throws -> [Adoption] {
        let statement = try database.cachedStatement(
            sql: "SELECT address, name, since FROM adoption"
        )
        return try StoredRow.all(statement, [], "adoption") { row in
            guard let address = IPAddress(try row.text(0)) else { throw row.failure(0) }
            return Adoption(address: address, name: try row.text(1), since: try row.integer(2))
        }.sorted { $0.address < $1.address }
    }

    static func adopt(_ adoption: Adoption, _ database: Database) throws {
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO adoption VALUES (?, ?, ?)")
            .execute(
                arguments: [adoption.address.description, adoption.name, adoption.since]
            )
    }

    private static let upsertState = """
        INSERT INTO exporter_state VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET
            last_seen = excluded.last_seen,
            flow_protocol = excluded.flow_protocol,
            sampling_rate = excluded.sampling_rate,
            address = excluded.address,
            first_seen = excluded.first_seen,
            is_pending = excluded.is_pending,
            skew_milliseconds = excluded.skew_milliseconds,
            restarts = excluded.restarts
        WHERE excluded.last_seen >= last_seen
        """

    private static let selectStates = """
        SELECT name, last_seen, flow_protocol, numerator, denominator, source,
            address, first_seen, is_pending, skew_milliseconds, restarts
        FROM exporter_state
        JOIN sampling_rate ON sampling_rate.id = sampling_rate
        """

    private static let upsertNote = """
        INSERT INTO interface_note VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET
            time = excluded.time,
            name = IIF(excluded.name = '', name, excluded.name),
            description = IIF(excluded.description = '', description, excluded.description)
        WHERE excluded.time >= time
        """
}
