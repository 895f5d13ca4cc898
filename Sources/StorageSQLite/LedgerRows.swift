// SPDX-License-Identifier: Apache-2.0

import GRDB
import Model
import Storage

/// Ledgers: a row of plain counts, in the order of `Ledger.counters`, and a row for each reason.
enum LedgerRows {
    static func write(
        _ facts: [LedgerFact],
        _ written: Written,
        _ numbers: inout DimensionNumbers,
        _ database: Database
    ) throws {
        let plain = try database.cachedStatement(sql: upsert)
        let divided = try database.cachedStatement(
            sql: """
                INSERT INTO ledger_reason VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET amount = amount + excluded.amount
                """
        )
        for fact in facts {
            let exporter = try numbers.number(ofExporter: fact.exporter, database)
            let generation = try written.generation(of: fact.slot)
            var values = [
                fact.slot.databaseValue, exporter.databaseValue, generation.databaseValue,
                written.collector.databaseValue,
            ]
            for counter in Ledger.counters {
                values.append(try stored(fact.ledger[keyPath: counter]))
            }
            try plain.execute(arguments: StatementArguments(values))
            for kind in Ledger.ReasonKind.allCases {
                for (word, count) in fact.ledger.counts(of: kind) {
                    try divided.execute(
                        arguments: [
                            fact.slot, exporter, kind.rawValue, word, generation,
                            written.collector, try stored(count),
                        ]
                    )
                }
            }
        }
    }

    static func read(_ database: Database, _ slots: Range<Int64>) throws -> [LedgerFact] {
        let bounds: StatementArguments = [slots.lowerBound, slots.upperBound]
        var facts: [LedgerFact] = []
        var places: [Place: Int] = [:]
        let plain = try database.cachedStatement(sql: select)
        let rows = try Row.fetchCursor(plain, arguments: bounds)
        while let row = try rows.next() {
            let stored = StoredRow(row: row, table: "ledger")
            var ledger = Ledger()
            for (index, counter) in Ledger.counters.enumerated() {
                ledger[keyPath: counter] = try stored.integer(3 + index)
            }
            let place = Place(slot: try stored.integer(0), exporter: try stored.integer(1))
            places[place] = facts.count
            facts.append(
                LedgerFact(slot: place.slot, exporter: try stored.text(2), ledger: ledger)
            )
        }
        let divided = try database.cachedStatement(sql: selectReasons)
        let reasons = try Row.fetchCursor(divided, arguments: bounds)
        while let row = try reasons.next() {
            let stored = StoredRow(row: row, table: "ledger_reason")
            let place = Place(slot: try stored.integer(0), exporter: try stored.integer(1))
            let (kindText, word) = (try stored.text(2), try stored.text(3))
            guard let index = places[place], let kind = Ledger.ReasonKind(rawValue: kindText),
                facts[index].ledger.set(kind, word: word, to: try stored.integer(4))
            else {
                let slot = Timestamp.text(seconds: place.slot)
                let reason = "ledger_reason: \(kindText) \(word) in \(slot)"
                throw VolumeStoreError.corrupt(reason: reason)
            }
        }
        return facts.sorted { ($0.slot, $0.exporter) < ($1.slot, $1.exporter) }
    }

    private struct Place: Hashable {
        var slot: Int64
        var exporter: Int64
    }

    private static let upsert = """
        INSERT INTO ledger
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
            ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET
            datagrams = datagrams + excluded.datagrams,
            decoded = decoded + excluded.decoded,
            records = records + excluded.records,
            received_octets = received_octets + excluded.received_octets,
            ingress_octets = ingress_octets + excluded.ingress_octets,
            originated_octets = originated_octets + excluded.originated_octets,
            carried_in_octets = carried_in_octets + excluded.carried_in_octets,
            counted_elsewhere_in_octets =
                counted_elsewhere_in_octets + excluded.counted_elsewhere_in_octets,
            egress_octets = egress_octets + excluded.egress_octets,
            terminated_octets = terminated_octets + excluded.terminated_octets,
            carried_out_octets = carried_out_octets + excluded.carried_out_octets,
            discarded_octets = discarded_octets + excluded.discarded_octets,
            counted_elsewhere_out_octets =
                counted_elsewhere_out_octets + excluded.counted_elsewhere_out_octets,
            unknown_neighbor_octets = unknown_neighbor_octets + excluded.unknown_neighbor_octets,
            clamped_octets = clamped_octets + excluded.clamped_octets,
            kernel_drops = kernel_drops + excluded.kernel_drops,
            sequence_lost = sequence_lost + excluded.sequence_lost,
            duplicates = duplicates + excluded.duplicates,
            lost_records = lost_records + excluded.lost_records,
            samples_dropped = samples_dropped + excluded.samples_dropped,
            samples_lost = samples_lost + excluded.samples_lost,
            not_sent_flows = not_sent_flows + excluded.not_sent_flows,
            not_sent_packets = not_sent_packets + excluded.not_sent_packets,
            not_sent_octets = not_sent_octets + excluded.not_sent_octets,
            converted_octets = converted_octets + excluded.converted_octets
        """

    private static let select = """
        SELECT slot, exporter, name,
            SUM(datagrams), SUM(decoded), SUM(records), SUM(received_octets), SUM(ingress_octets),
            SUM(originated_octets), SUM(carried_in_octets), SUM(counted_elsewhere_in_octets),
            SUM(egress_octets), SUM(terminated_octets), SUM(carried_out_octets),
            SUM(discarded_octets), SUM(counted_elsewhere_out_octets),
            SUM(unknown_neighbor_octets), SUM(clamped_octets), SUM(kernel_drops),
            SUM(sequence_lost), SUM(duplicates), SUM(lost_records), SUM(samples_dropped),
            SUM(samples_lost), SUM(not_sent_flows), SUM(not_sent_packets), SUM(not_sent_octets),
            SUM(converted_octets)
        FROM ledger JOIN exporter ON exporter.id = exporter
        WHERE slot >= ? AND slot < ?
        GROUP BY slot, exporter
        """

    private static let selectReasons = """
        SELECT slot, exporter, kind, reason, SUM(amount)
        FROM ledger_reason
        WHERE slot >= ? AND slot < ?
        GROUP BY slot, exporter, kind, reason
        """
}
