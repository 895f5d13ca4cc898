// SPDX-License-Identifier: Apache-2.0

import Model

/// The loops over rows: what has to be fast, and the only place that reads without looking.
struct RowLoads: ~Copyable, ~Escapable {
    private let octets: RawSpan
    private let starts: Span<Int32>
    private var records: MutableSpan<FlowRecord>
    /// Where the record of the first row is.
    private let base: Int
    private let first: Int
    /// Rows: at least one.
    private let count: Int

    /// Makes ready to load from `rows`, which are placed, with their starts in `starts`.
    ///
    /// - Parameters:
    ///   - octets: The message.
    ///   - starts: As in ``RecordRows``.
    ///   - records: Those of the rows, and others.
    ///   - base: Where that of row 0 is.
    ///   - rows: At least one.
    @inline(__always)
    @_lifetime(copy octets, copy starts, copy records)
    init(
        _ octets: RawSpan,
        _ starts: Span<Int32>,
        _ records: consuming MutableSpan<FlowRecord>,
        base: Int,
        rows: Range<Int>
    ) {
        precondition(base >= 0 && rows.lowerBound >= 0 && !rows.isEmpty)
        precondition(rows.upperBound <= RecordRows.most)
        precondition(base + rows.upperBound <= records.count)
        self.octets = octets
        self.starts = starts
        self.records = records
        self.base = base + rows.lowerBound
        first = rows.lowerBound
        count = rows.count
    }

    /// Does something with each record and the number that `load` finds in its row.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func load(
        _ load: RecordProgram.Load,
        _ store: (inout FlowRecord, UInt64) -> Void
    ) {
        let place = check(load)
        let end = Int(load.end) &- 8
        var row = 0
        repeat {
            // Safe: `check` has seen the last row; the starts grow from row to row, from 16 on.
            // `init` has seen the records.
            let at = unsafe Int(starts[unchecked: place &+ row]) &+ end
            let value = unsafe octets.unsafeLoadUnaligned(
                fromUncheckedByteOffset: at,
                as: UInt64.self
            )
            unsafe store(&records[unchecked: base &+ row], value.bigEndian & load.mask)
            row &+= 1
        } while row < count
    }

    /// Does something with each record and the 16 octets that `load` finds in its row.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func loadAddress(
        _ load: RecordProgram.Load,
        _ store: (inout FlowRecord, UInt128) -> Void
    ) {
        let place = check(load)
        let end = Int(load.end) &- 16
        var row = 0
        repeat {
            // Safe: as in `load`; no row starts before octet 16.
            let at = unsafe Int(starts[unchecked: place &+ row]) &+ end
            let value = unsafe octets.unsafeLoadUnaligned(
                fromUncheckedByteOffset: at,
                as: UInt128.self
            )
            unsafe store(&records[unchecked: base &+ row], value.bigEndian)
            row &+= 1
        } while row < count
    }

    /// Puts the number that `load` finds in each row into its column.
    @inline(__always)
    func loadColumn(
        _ load: RecordProgram.Load,
        into values: inout MutableSpan<UInt64>,
        _ convert: (UInt64) -> UInt64
    ) {
        let place = check(load)
        let end = Int(load.end) &- 8
        let column = Int(load.reading.rawValue) &* RecordRows.most &+ first
        precondition(column &+ count <= values.count)
        var row = 0
        repeat {
            // Safe: as in `load`; the column was checked.
            let at = unsafe Int(starts[unchecked: place &+ row]) &+ end
            let value = unsafe octets.unsafeLoadUnaligned(
                fromUncheckedByteOffset: at,
                as: UInt64.self
            )
            unsafe values[unchecked: column &+ row] = convert(value.bigEndian & load.mask)
            row &+= 1
        } while row < count
    }

    /// Checks that what `load` loads is in the message for all rows.
    ///
    /// No start is less than 16 (``RecordRows/place(_:in:from:to:most:)``), so up to 16 octets
    /// before the end of a field are in the message when its end is.
    ///
    /// - Returns: Where in ``starts`` those of the load's segment begin.
    @inline(__always)
    private func check(_ load: RecordProgram.Load) -> Int {
        let place = Int(load.segment) &* RecordRows.most &+ first
        let last = Int(starts[place &+ count &- 1])
        precondition(last &+ Int(load.end) <= octets.byteCount)
        return place
    }
}
