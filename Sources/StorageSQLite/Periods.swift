// SPDX-License-Identifier: Apache-2.0

import GRDB

/// Slots and hours: which generation takes rows now.
///
/// Rows of a sealed period are never changed (DESIGN 3.2): what comes later opens the next
/// generation. Both tables have the same columns and so the same statements, twice.
enum Periods {
    case slots, hours

    /// Opens each of `starts` for rows; gives the generation they go to.
    func open(_ starts: Set<Int64>, _ database: Database) throws -> [Int64: Int64] {
        var generations: [Int64: Int64] = [:]
        let statement = try database.cachedStatement(sql: openStatement)
        let select = try database.cachedStatement(sql: generationStatement)
        for start in starts.sorted() {
            try statement.execute(arguments: [start])
            generations[start] = try Int64.fetchOne(select, arguments: [start])
        }
        return generations
    }

    /// Begins the period, or the next generation of a sealed one; an open one stays as it is.
    private var openStatement: String {
        switch self {
        case .slots:
            """
            INSERT INTO slot VALUES (?, 0, 0)
            ON CONFLICT DO UPDATE SET generation = generation + 1, is_sealed = 0
            WHERE is_sealed = 1
            """
        case .hours:
            """
            INSERT INTO hour VALUES (?, 0, 0)
            ON CONFLICT DO UPDATE SET generation = generation + 1, is_sealed = 0
            WHERE is_sealed = 1
            """
        }
    }

    private var generationStatement: String {
        switch self {
        case .slots: "SELECT generation FROM slot WHERE start = ?"
        case .hours: "SELECT generation FROM hour WHERE start = ?"
        }
    }

    /// Length of the slots of the store; nil before the first batch.
    static func slotSeconds(_ database: Database) throws -> Int64? {
        let select = try database.cachedStatement(sql: "SELECT seconds FROM slot_length")
        return try Int64.fetchOne(select)
    }

    /// Sets the length of the slots, with the first batch.
    static func setSlotSeconds(_ seconds: Int64, _ database: Database) throws {
        try database.cachedStatement(sql: "INSERT INTO slot_length VALUES (1, ?)")
            .execute(arguments: [seconds])
    }

    /// Seals `slots`, and the hours that are over when they are.
    static func seal(_ slots: [Int64], _ database: Database) throws {
        let sealSlot = try database.cachedStatement(
            sql: "INSERT INTO slot VALUES (?, 0, 1) ON CONFLICT DO UPDATE SET is_sealed = 1"
        )
        for slot in slots { try sealSlot.execute(arguments: [slot]) }
        guard let last = slots.max() else { return }
        try database.cachedStatement(
            sql: "UPDATE hour SET is_sealed = 1 WHERE is_sealed = 0 AND start <= ?"
        ).execute(arguments: [last - 3_600])
    }
}
