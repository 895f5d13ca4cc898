// SPDX-License-Identifier: Apache-2.0

package import GRDB
package import Model
import Storage

/// Writes batches, each in one transaction; lives on the store's one writing connection.
///
/// # How it works
///
/// A batch whose id is there already changes nothing. Otherwise its slots are opened (the next
/// generation of those that are sealed), the dimension values of its rows get their numbers, the
/// rows are sorted as the tables are and added to what is there, and the id goes in last. Either
/// all of it is committed or nothing is (RELIABILITY G2).
package struct BatchWriter {
    private var numbers = DimensionNumbers()

    package init() {}

    /// Commits `batch`; false when it is there already.
    package mutating func commit(_ batch: FlushBatch, _ database: Database) throws -> Bool {
        var isNew = false
        do {
            try database.inTransaction(.immediate) {
                isNew = try write(batch, database)
                return isNew ? .commit : .rollback
            }
        } catch {
            numbers = DimensionNumbers()  // some may be of rows that were rolled back
            throw Self.refusal(of: batch, error) ?? error
        }
        return isNew
    }

    /// What `error` means when it is the batch's own fault.
    ///
    /// A sum that overflows becomes REAL, which no integer column of a STRICT table takes.
    private static func refusal(of batch: FlushBatch, _ error: any Error) -> VolumeStoreError? {
        guard let failure = error as? DatabaseError,
            failure.extendedResultCode == .SQLITE_CONSTRAINT_DATATYPE
        else { return nil }
        let detail = failure.message.map { " (\($0))" } ?? ""
        return .refused(reason: "batch \(batch.id): a sum would exceed \(Int64.max)\(detail)")
    }

    /// Writes `batch` into the transaction that the caller has begun.
    package mutating func write(_ batch: FlushBatch, _ database: Database) throws -> Bool {
        let isKnown = try database.cachedStatement(sql: "SELECT 1 FROM flush_batch WHERE id = ?")
        guard try Int64.fetchOne(isKnown, arguments: [batch.id]) == nil else { return false }
        if let seconds = try Periods.slotSeconds(database) {
            try batch.checkSlotSeconds(stored: seconds)
        } else {
            try Periods.setSlotSeconds(batch.slotSeconds, database)
        }
        numbers.trim()
        let collector = try numbers.number(ofCollector: batch.collector, database)
        let slots = Written(
            collector: collector,
            generations: try Periods.slots.open(batch.slots, database)
        )
        let hours = Written(
            collector: collector,
            generations: try Periods.hours.open(Set(batch.prefixes.lazy.map(\.slot)), database)
        )
        try write(batch.interfaces, to: .interface, slots, database) { key, numbers in
            [try numbers.number(of: key, database), 0, 0, 0]
        }
        try write(batch.neighbors, to: .neighbor, slots, database) { key, numbers in
            let interface = try numbers.number(of: key.interface, database)
            return [interface, try numbers.number(of: key.evidence, database), 0, 0]
        }
        try write(batch.paths, to: .path, slots, database) { key, numbers in
            let interface = try numbers.number(of: key.neighbor.interface, database)
            let evidence = try numbers.number(of: key.neighbor.evidence, database)
            let path = try numbers.number(of: key.asPath, database)
            return [interface, evidence, path, Int64(key.originAS.rawValue)]
        }
        try write(batch.prefixes, to: .prefix, hours, database) { key, numbers in
            let interface = try numbers.number(of: key.interface, database)
            return [interface, try numbers.number(of: key.prefix, database), 0, 0]
        }
        try LedgerRows.write(batch.ledgers, slots, &numbers, database)
        try StateRows.write(batch, collector: collector, &numbers, database)
        try Periods.seal(batch.sealed, database)
        try record(batch, collector: collector, database)
        return true
    }

    private mutating func write<Key>(
        _ facts: [Fact<Key>],
        to table: FactTable,
        _ written: Written,
        _ database: Database,
        dimensions: (Key, inout DimensionNumbers) throws -> SIMD4<Int64>
    ) throws {
        var rows: [FactRow] = []
        rows.reserveCapacity(facts.count)
        for fact in facts {
            let dimensions = try dimensions(fact.key, &numbers)
            rows.append(FactRow(period: fact.slot, dimensions: dimensions, measure: fact.measure))
        }
        rows.sort { $0.isBefore($1) }
        let statement = try database.cachedStatement(sql: table.upsert)
        var values: [DatabaseValue] = []
        for row in rows {
            values.removeAll(keepingCapacity: true)
            values.append(row.period.databaseValue)
            for dimension in 0..<table.dimensionCount {
                values.append(row.dimensions[dimension].databaseValue)
            }
            values.append(try written.generation(of: row.period).databaseValue)
            values.append(written.collector.databaseValue)
            values.append(try stored(row.measure.octets))
            values.append(try stored(row.measure.packets))
            values.append(try stored(row.measure.unscaledOctets))
            values.append(try stored(row.measure.unscaledPackets))
            values.append(row.measure.variance.databaseValue)
            statement.setUncheckedArguments(StatementArguments(values))
            try statement.execute()
        }
    }

    /// The batch's id, and what it brought, for re-checking.
    private func record(_ batch: FlushBatch, collector: Int64, _ database: Database) throws {
        let counts = [
            batch.interfaces.count, batch.neighbors.count, batch.paths.count, batch.prefixes.count,
            batch.ledgers.count,
        ]
        let octets = [
            batch.interfaces.reduce(0) { $0 &+ $1.measure.octets },
            batch.neighbors.reduce(0) { $0 &+ $1.measure.octets },
            batch.paths.reduce(0) { $0 &+ $1.measure.octets },
            batch.prefixes.reduce(0) { $0 &+ $1.measure.octets },
        ]
        var values = [
            batch.id.databaseValue, collector.databaseValue, batch.time.databaseValue,
        ]
        values += counts.map(\.databaseValue)
        values += try octets.map(stored)
        try database.cachedStatement(
            sql: "INSERT INTO flush_batch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        ).execute(arguments: StatementArguments(values))
    }
}

/// Under what the rows of a batch are written, besides their keys.
struct Written {
    let collector: Int64
    /// By start of the slot or hour.
    let generations: [Int64: Int64]

    func generation(of period: Int64) throws -> Int64 {
        guard let generation = generations[period] else {
            let start = Timestamp.text(seconds: period)
            throw VolumeStoreError.corrupt(reason: "slot \(start) has not been opened")
        }
        return generation
    }
}

/// A count as SQLite holds it; ``FlushBatch/checkLimits()`` has refused what it cannot.
func stored(_ count: UInt64) throws -> DatabaseValue {
    guard let value = Int64(exactly: count) else {
        throw VolumeStoreError.refused(reason: "a count of \(count) exceeds \(Int64.max)")
    }
    return value.databaseValue
}

extension FactRow {
    /// The order of the primary key: neighbors in the batch are neighbors in the file.
    fileprivate func isBefore(_ other: FactRow) -> Bool {
        if period != other.period { return period < other.period }
        for dimension in 0..<4 where dimensions[dimension] != other.dimensions[dimension] {
            return dimensions[dimension] < other.dimensions[dimension]
        }
        return false
    }
}
