// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Model
import Storage

/// A row that is read with suspicion: what does not fit its type is an error, never a trap.
struct StoredRow {
    let row: Row
    /// For the error.
    let table: String

    func integer<Value: FixedWidthInteger>(_ column: Int) throws -> Value {
        let stored: Int64? = row[column]
        guard let stored, let value = Value(exactly: stored) else { throw failure(column) }
        return value
    }

    /// A sum of variances; nil is what SQLite makes of what is not a number.
    func real(_ column: Int) -> Double? { row[column] }

    /// nil for NULL.
    func optionalInteger(_ column: Int) throws -> Int64? {
        let stored: DatabaseValue = row[column]
        return stored.isNull ? nil : try integer(column)
    }

    func text(_ column: Int) throws -> String {
        let stored: String? = row[column]
        guard let stored else { throw failure(column) }
        return stored
    }

    func octets(_ column: Int) throws -> Data {
        let stored: Data? = row[column]
        guard let stored else { throw failure(column) }
        return stored
    }

    func flag(_ column: Int) throws -> Bool { try integer(column) as Int64 != 0 }

    /// What `parse` makes of a text; nil for the empty one.
    func parsed<Value>(_ column: Int, _ parse: (String) -> Value?) throws -> Value? {
        let text = try text(column)
        if text.isEmpty { return nil }
        guard let value = parse(text) else { throw failure(column) }
        return value
    }

    /// A rate in two columns from `column` on.
    func rate(_ column: Int) throws -> SamplingRate {
        guard let rate = SamplingRate(try integer(column), per: try integer(column + 1)) else {
            throw failure(column)
        }
        return rate
    }

    func failure(_ column: Int) -> VolumeStoreError {
        .corrupt(reason: "column \(column) of a row of \(table) is not readable")
    }

    /// Every row of `statement`, made a value.
    static func all<Value>(
        _ statement: Statement,
        _ arguments: StatementArguments,
        _ table: String,
        _ value: (StoredRow) throws -> Value
    ) throws -> [Value] {
        var values: [Value] = []
        let cursor = try Row.fetchCursor(statement, arguments: arguments)
        while let row = try cursor.next() {
            values.append(try value(StoredRow(row: row, table: table)))
        }
        return values
    }
}
