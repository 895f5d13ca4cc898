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
    ///   - reach: How far the loads reach from the starts of their segments, a number a segment:
    ///     no load is done that reaches further or is of another segment.
    @inline(__always)
    @_lifetime(copy octets, copy starts, copy records)
    init(
        _ octets: RawSpan,
        _ starts: Span<Int32>,
        _ records: consuming MutableSpan<FlowRecord>,
        base: Int,
        rows: Range<Int>,
        reach: [UInt32]
    ) {
        // No start is less than 16 (``RecordRows/place(_:in:from:to:most:)``), and they grow from
        // row to row: up to 16 octets before the end of a field are in the message when those of
        // the last row are.
        precondition(starts.count >= reach.count &* RecordRows.most && rows.upperBound > 0)
        var last = rows.upperBound &- 1
        for octetsReached in reach {
            precondition(Int(starts[last]) &+ Int(octetsReached) <= octets.byteCount)
            last &+= RecordRows.most
        }
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

    /// Makes ready for one load of one row.
    @inline(__always)
    @_lifetime(copy octets, copy starts, copy records)
    init(
        _ octets: RawSpan,
        _ starts: Span<Int32>,
        _ records: consuming MutableSpan<FlowRecord>,
        base: Int,
        row: Int,
        load: RecordProgram.Load
    ) {
        precondition(base >= 0 && row >= 0 && row < RecordRows.most && base + row < records.count)
        let start = Int(starts[Int(load.segment) &* RecordRows.most &+ row])
        precondition(start &+ Int(load.end) <= octets.byteCount)
        self.octets = octets
        self.starts = starts
        self.records = records
        self.base = base + row
        first = row
        count = 1
    }

    /// Does something with each record and the number that `load` finds in its row.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func load(
        _ load: RecordProgram.Load,
        _ store: (inout FlowRecord, UInt64) -> Void
    ) {
        let place = place(of: load)
        let end = Int(load.end) &- 8
        var row = 0
        repeat {
            // Safe: `init` has seen how far any load reaches in the last row, that the starts are
            // there, and the records; the starts grow from row to row, from 16 on.
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
        let place = place(of: load)
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
        let place = place(of: load)
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

    /// Where in ``starts`` those of the load's segment begin.
    @inline(__always)
    private func place(of load: RecordProgram.Load) -> Int {
        Int(load.segment) &* RecordRows.most &+ first
    }
}
