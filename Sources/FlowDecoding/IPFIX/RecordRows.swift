// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// The records of a set, some at a time, and where the fields of each are.
///
/// # How it works
///
/// ``place(_:in:from:to:)`` finds where up to ``most`` records and their segments start, by the
/// lengths of the template alone, and checks that all of each record is there. After that a load
/// cannot fail, so the loops over the rows do nothing but load, mask and store.
///
/// The starts of one segment lie side by side, a row each, and grow from row to row: the loads of
/// the first and the last row are inside the message when those of all are.
struct RecordRows: Sendable {
    /// Rows at a time: enough that what a load costs once hardly counts, few enough that their
    /// records stay in the first-level cache.
    static let most = 32

    /// How many rows are placed.
    private(set) var count = 0
    /// Where the record of the first row is among those that are filled.
    var base = 0
    /// Where the octets after them are.
    private(set) var end = 0
    /// Starts of segment `s` at `s * most`, in octets from the start of the message.
    private var starts = [Int32](repeating: 0, count: most)
    /// Lengths of the values that say their own, the one before segment `s` at `s * most`.
    private var lengths = [Int32](repeating: 0, count: most)
    /// What waits for the end of the record, by reading and row.
    private var values = [UInt64](repeating: 0, count: FieldReading.allCases.count * most)

    /// Stands for a value that a record does not have.
    static let absent = UInt64.max

    /// Places as many records as are whole between `start` and `limit`, at most ``most``.
    mutating func place(
        _ plan: TemplatePlan,
        in octets: RawSpan,
        from start: Int,
        to limit: Int,
        most: Int
    ) {
        precondition(start >= 16 && start <= limit && limit <= octets.byteCount)
        let wanted = min(most, Self.most)
        end = start
        count = 0
        if plan.segmentOctets.count == 1 {
            count = min(wanted, (limit - start) / plan.minimumOctets)
            Self.space(&starts, count, from: start, by: plan.minimumOctets)
            end = start + count * plan.minimumOctets
            return
        }
        let places = plan.segmentOctets.count * Self.most
        while starts.count < places {
            starts.append(0)
            lengths.append(0)
        }
        while count < wanted, limit - end >= plan.minimumOctets,
            let next = Self.walk(plan, octets, from: end, to: limit, count, &starts, &lengths)
        {
            end = next
            count += 1
        }
    }

    private static func space(
        _ starts: inout [Int32],
        _ count: Int,
        from start: Int,
        by octets: Int
    ) {
        var starts = starts.mutableSpan
        var at = Int32(truncatingIfNeeded: start)
        for row in 0..<count {
            starts[row] = at
            at &+= Int32(truncatingIfNeeded: octets)
        }
    }

    /// Notes where the segments of one record start; nil when it is not whole.
    private static func walk(
        _ plan: TemplatePlan,
        _ octets: RawSpan,
        from start: Int,
        to limit: Int,
        _ row: Int,
        _ starts: inout [Int32],
        _ lengths: inout [Int32]
    ) -> Int? {
        var starts = starts.mutableSpan
        var lengths = lengths.mutableSpan
        var at = start
        var place = row
        let last = plan.segmentOctets.count - 1
        for segment in 0..<last {
            starts[place] = Int32(truncatingIfNeeded: at)
            place += most
            at += plan.segmentOctets[segment]
            guard at < limit else { return nil }
            var length = Int(octets.octet(at: at))
            at += 1
            if length == 255 {
                guard at + 2 <= limit else { return nil }
                length = Int(octets.octet(at: at)) << 8 | Int(octets.octet(at: at + 1))
                at += 2
            }
            at += length
            lengths[place] = Int32(truncatingIfNeeded: length)
        }
        starts[place] = Int32(truncatingIfNeeded: at)
        at += plan.segmentOctets[last]
        return at <= limit ? at : nil
    }

    /// Where the record of a row begins.
    func start(of row: Int) -> Int { Int(starts[row]) }

    /// Where a piece of a packet is in a row.
    func range(of section: RecordProgram.Section, _ row: Int) -> Range<Int> {
        let place = section.segment * Self.most + row
        let end = Int(starts[place]) + section.end
        return end - (section.width < 0 ? Int(lengths[place]) : section.width)..<end
    }

    /// The length of the value that says its own and that `load` reads.
    func length(of load: RecordProgram.Load, _ row: Int) -> Int {
        Int(lengths[Int(load.segment) * Self.most + row])
    }

    /// A value that waits; 0 where the record has none.
    func value(_ reading: FieldReading, _ row: Int) -> UInt64 {
        values[Int(reading.rawValue) * Self.most + row]
    }

    /// Says that no row has a value for `reading`.
    mutating func clear(_ reading: FieldReading, to value: UInt64) {
        let first = Int(reading.rawValue) * Self.most
        for row in 0..<count { values[first + row] = value }
    }
}

/// The loops over rows.
extension RecordRows {
    /// Does something with each of `records` and the number that `load` finds in its row.
    @inline(__always)
    func load(
        _ load: RecordProgram.Load,
        _ rows: Range<Int>,
        from octets: RawSpan,
        into records: inout MutableSpan<FlowRecord>,
        _ store: (inout FlowRecord, UInt64) -> Void
    ) {
        let place = check(load, rows, octets, records.count)
        let end = Int(load.end) &- 8
        let starts = starts.span
        for row in rows {
            // Safe: `check` has seen the first row and the last; the starts grow from row to row.
            let at = unsafe Int(starts[unchecked: place &+ row]) &+ end
            let value = unsafe octets.unsafeLoadUnaligned(
                fromUncheckedByteOffset: at,
                as: UInt64.self
            )
            unsafe store(&records[unchecked: base &+ row], value.bigEndian & load.mask)
        }
    }

    /// Does something with each of `records` and the 16 octets that `load` finds in its row.
    @inline(__always)
    func loadAddress(
        _ load: RecordProgram.Load,
        _ rows: Range<Int>,
        from octets: RawSpan,
        into records: inout MutableSpan<FlowRecord>,
        _ store: (inout FlowRecord, UInt128) -> Void
    ) {
        let place = check(load, rows, octets, records.count)
        let end = Int(load.end) &- 16
        let starts = starts.span
        for row in rows {
            // Safe: `check` has seen the first row and the last; the starts grow from row to row.
            let at = unsafe Int(starts[unchecked: place &+ row]) &+ end
            let value = unsafe octets.unsafeLoadUnaligned(
                fromUncheckedByteOffset: at,
                as: UInt128.self
            )
            unsafe store(&records[unchecked: base &+ row], value.bigEndian)
        }
    }

    /// Puts the number that `load` finds in each row into its column.
    @inline(__always)
    mutating func loadColumn(
        _ load: RecordProgram.Load,
        _ rows: Range<Int>,
        from octets: RawSpan,
        _ convert: (UInt64) -> UInt64
    ) {
        let place = check(load, rows, octets, base + count)
        Self.loadColumn(load, rows, from: octets, starts, place, &values, convert)
    }

    @inline(__always)
    private static func loadColumn(
        _ load: RecordProgram.Load,
        _ rows: Range<Int>,
        from octets: RawSpan,
        _ starts: [Int32],
        _ place: Int,
        _ values: inout [UInt64],
        _ convert: (UInt64) -> UInt64
    ) {
        let first = Int(load.reading.rawValue) * Self.most
        let end = Int(load.end) &- 8
        let starts = starts.span
        var values = values.mutableSpan
        for row in rows {
            // Safe: `check` has seen the first row and the last; the starts grow from row to row.
            let at = unsafe Int(starts[unchecked: place &+ row]) &+ end
            let value = unsafe octets.unsafeLoadUnaligned(
                fromUncheckedByteOffset: at,
                as: UInt64.self
            )
            values[first + row] = convert(value.bigEndian & load.mask)
        }
    }

    /// Checks that what `load` loads is in the message for all of `rows`, and its record there.
    ///
    /// No start is less than 16 (``place(_:in:from:to:most:)``), so up to 16 octets before the end
    /// of a field are in the message when its end is.
    ///
    /// - Returns: Where in ``starts`` those of the load's segment begin.
    @inline(__always)
    private func check(
        _ load: RecordProgram.Load,
        _ rows: Range<Int>,
        _ octets: RawSpan,
        _ records: Int
    ) -> Int {
        let place = Int(load.segment) &* Self.most
        let last = rows.upperBound &- 1
        precondition(rows.lowerBound >= 0 && last < count && base >= 0 && base &+ last < records)
        guard last >= rows.lowerBound else { return place }
        precondition(Int(starts[place &+ last]) &+ Int(load.end) <= octets.byteCount)
        return place
    }
}

extension RawSpan {
    /// The octet at `offset`.
    @inline(__always)
    fileprivate func octet(at offset: Int) -> UInt8 {
        precondition(offset >= 0 && offset < byteCount)
        // Safe: the offset was checked.
        return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }
}
