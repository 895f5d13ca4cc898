// SPDX-License-Identifier: Apache-2.0

/// Something that `check` found.
public struct StoreProblem: Equatable, Sendable {
    /// Which rows: "slot 2026-10-01T00:00:00Z of er1.fra".
    public var object: String
    public var problem: String

    public init(object: String, problem: String) {
        self.object = object
        self.problem = problem
    }
}

/// How large a store is, and what time it covers.
public struct StoreStatistics: Equatable, Sendable {
    /// Rows by table, in the order of size.
    public var rows: [(table: String, count: Int)]
    /// On disk, log included, in octets; 0 in memory.
    public var octets: Int
    /// Of ``octets``, those of the write-ahead log.
    public var logOctets = 0
    /// Of ``octets``, those that deleted rows left free; `compact` gives them back.
    public var freeOctets = 0
    /// From the start of the first slot to that of the last, as `first ..< last + 1`, in seconds
    /// since 1970-01-01 00:00 UTC; nil for an empty store.
    public var span: Range<Int64>?
    /// Batches whose ids are known.
    public var batches = 0
    /// When the oldest and the newest of ``batches`` were handed over, in seconds since
    /// 1970-01-01 00:00 UTC; nil for an empty store.
    public var oldestBatch: Int64?
    public var newestBatch: Int64?

    public init(rows: [(table: String, count: Int)], octets: Int) {
        self.rows = rows
        self.octets = octets
    }

    public static func == (a: StoreStatistics, b: StoreStatistics) -> Bool {
        a.octets == b.octets && a.logOctets == b.logOctets && a.freeOctets == b.freeOctets
            && a.span == b.span && a.batches == b.batches && a.oldestBatch == b.oldestBatch
            && a.newestBatch == b.newestBatch && a.rows.elementsEqual(b.rows, by: ==)
    }
}
