// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// The records of a set, some at a time, and where the fields of each are.
///
/// # How it works
///
/// ``place(_:in:from:to:most:)`` finds where up to ``most`` records and their segments start, by
/// the lengths of the template alone, and checks that all of each record is there. After that a
/// load cannot fail, so the loops over the rows do nothing but load, mask and store.
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
    private(set) var starts = [Int32](repeating: 0, count: most)
    /// Lengths of the values that say their own, the one before segment `s` at `s * most`.
    private var lengths = [Int32](repeating: 0, count: most)
    /// What waits for the end of the record, by reading and row.
    var values = [UInt64](repeating: 0, count: FieldReading.allCases.count * most)

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

extension RecordRows {
    /// Appends a record for each row and makes them the rows' records.
    ///
    /// They are copies of the one in `blank`, as octets and ever more at a time, which are changed
    /// then. Taken apart into its fifty fields, a record costs four times as much; and a copy of
    /// what was changed just before waits for the change to arrive in memory.
    @inline(__always)
    mutating func append(
        _ blank: [FlowRecord],
        to records: inout [FlowRecord],
        _ change: (inout FlowRecord) -> Void
    ) {
        base = records.count
        let count = count
        let size = MemoryLayout<FlowRecord>.stride
        records.append(addingCapacity: count) { output in
            // Safe: there is room for `count` more, and a record, being BitwiseCopyable, is no more
            // than its octets. Each is there before it is changed.
            unsafe blank.withUnsafeBytes { source in
                unsafe output.withUnsafeMutableBufferPointer { buffer, initialized in
                    guard count > 0 else { return }
                    let free = UnsafeMutableRawBufferPointer(buffer)
                    let start = initialized * size
                    let rows = unsafe UnsafeMutableRawBufferPointer(
                        rebasing: free[start..<start + count * size]
                    )
                    unsafe rows.copyMemory(from: source)
                    var done = size
                    while done < rows.count {
                        let next = min(done, rows.count - done)
                        let more = unsafe UnsafeMutableRawBufferPointer(
                            rebasing: rows[done..<done + next]
                        )
                        unsafe more.copyMemory(
                            from: UnsafeRawBufferPointer(rebasing: rows[..<next])
                        )
                        done += next
                    }
                    for row in initialized..<initialized + count { unsafe change(&buffer[row]) }
                    initialized += count
                }
            }
        }
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
