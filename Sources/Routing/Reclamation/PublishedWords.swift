// SPDX-License-Identifier: Apache-2.0

internal import CLinux
import Synchronization

// # How it works
//
// An array of words is one range of address space, as long as the array can ever become, of which
// most has no memory:
//
//     words  [ written | written |   zero   | written |   zero   |   zero   ....        ]
//              segment   segment   (no memory)
//
// A part without memory reads as zero: it is mapped, but readable only, or has not been written to.
// So a reader makes one load, with nothing to check, and a prefetch may go to any index. The writer
// opens a segment before it stores to it, and what lies between it and those open before it, so
// that an array is few mappings however its words lie: a process may have 65,530
// (vm.max_map_count). It gives a segment's memory back when nothing in it is in use: it reads as
// zero again. Words never move, so nothing waits for readers; a reader that comes late reads a
// zero.
//
// Only the one writer calls what is marked "Writer only", so its changes never meet each other.

/// The words of a ``PublishedWords`` that lives at least as long; good for a batch of lookups.
@safe
struct PublishedCells {
    private let base: UInt
    private let mask: UInt32

    init(base: UInt, mask: UInt32) {
        self.base = base
        self.mask = mask
    }

    @inline(__always)
    private func address(of index: UInt32) -> UInt { base &+ UInt(index & mask) &<< 2 }

    /// The word at `index`; 0 where no segment is.
    @inline(__always)
    subscript(index: UInt32) -> UInt32 {
        // Safe: the mask keeps the address within the range, all of which can be read for as long
        // as the array lives, and where nothing was written is zero, which is a word.
        let cell = unsafe UnsafePointer<Atomic<UInt32>>(bitPattern: address(of: index))
        return unsafe cell.unsafelyUnwrapped.pointee.load(ordering: .acquiring)
    }

    /// Begins to load the word at `index`.
    @inline(__always)
    func prefetch(_ index: UInt32) {
        // Safe: nothing is read, and the address is within the range.
        unsafe CLinux_prefetch(UnsafeRawPointer(bitPattern: address(of: index)))
    }
}

/// The words of an array that has as many as an index can tell: no index is out of range.
@safe
struct BoundlessCells {
    private let base: UInt

    fileprivate init(base: UInt) { self.base = base }

    @inline(__always)
    private func address(of index: UInt32) -> UInt { base &+ UInt(index) &<< 2 }

    /// The word at `index`; 0 where no segment is.
    @inline(__always)
    subscript(index: UInt32) -> UInt32 {
        // Safe: the range has a word for each index, and can be read for as long as the array
        // lives; where nothing was written is zero.
        let cell = unsafe UnsafePointer<Atomic<UInt32>>(bitPattern: address(of: index))
        return unsafe cell.unsafelyUnwrapped.pointee.load(ordering: .acquiring)
    }

    /// Begins to load the word at `index`.
    @inline(__always)
    func prefetch(_ index: UInt32) {
        // Safe: nothing is read, and the address is within the range.
        unsafe CLinux_prefetch(UnsafeRawPointer(bitPattern: address(of: index)))
    }
}

/// An array of 32-bit words that one thread writes and any read.
@safe
final class PublishedWords: Sendable {
    /// Binary logarithm of the octets that are opened together at least.
    private static let openedShift: UInt32 = 16
    /// The same where pages are large: one of them.
    private static let largeShift: UInt32 = 21
    /// Binary logarithm of the words that lie open in vain at most: the whole of most arrays.
    private static let reachShift: UInt32 = 24

    private let base: UInt
    private let capacityShift: UInt32
    private let segmentShift: UInt32
    /// Binary logarithm of the words that are opened together.
    private let openShift: UInt32
    /// Which segments are in use, and which parts were opened.
    private let used: SegmentSet
    private let opened: SegmentSet
    private let lastBound = Atomic<UInt32>(0)
    private let usedSegments = Atomic<Int>(0)

    /// Creates an array without segments, each to hold `1 << segmentShift` words.
    ///
    /// - Parameters:
    ///   - segmentShift: At least 10: a segment is no smaller than a page.
    ///   - capacityShift: The array can have `1 << capacityShift` words; at most 32.
    ///   - dense: Where it is read at random all over, so that pages of 2 MB help; each part
    ///     begins and ends with one.
    ///
    /// - Precondition: there is as much address space.
    init(segmentShift: UInt32, capacityShift: UInt32 = 24, dense: [Range<Int>] = []) {
        self.capacityShift = capacityShift
        self.segmentShift = segmentShift
        let shift = dense.isEmpty ? Self.openedShift : Self.largeShift
        openShift = min(capacityShift, max(segmentShift, shift - 2))
        used = SegmentSet(count: 1 << (capacityShift - segmentShift))
        opened = SegmentSet(count: 1 << (capacityShift - openShift))
        // Safe: the range belongs to this object alone, until `deinit`.
        let range = unsafe CLinux_reserve(4 << Int(capacityShift))
        base = UInt(bitPattern: range)
        precondition(base != 0, "no address space for the routing table: see ulimit -v")
        for part in dense {
            precondition(part.lowerBound >= 0 && part.upperBound <= 1 << Int(capacityShift))
            unsafe CLinux_preferLargePages(range?.advanced(by: 4 * part.lowerBound), 4 * part.count)
        }
    }

    deinit {
        // Safe: nobody else has the address, and cells are used within the life of the array.
        unsafe CLinux_unreserve(
            UnsafeMutableRawPointer(bitPattern: base),
            4 << Int(capacityShift)
        )
    }

    /// The words, for a batch of lookups.
    var cells: PublishedCells {
        @inline(__always) get {
            PublishedCells(
                base: base,
                mask: UInt32(truncatingIfNeeded: 1 << UInt64(capacityShift)) &- 1
            )
        }
    }

    /// The same of an array that has `1 << 32` words.
    var boundlessCells: BoundlessCells {
        @inline(__always) get {
            precondition(capacityShift == 32)
            return BoundlessCells(base: base)
        }
    }

    /// The word at `index`; 0 where no segment is.
    @inline(__always)
    subscript(index: UInt32) -> UInt32 { cells[index] }

    /// Writer only: publishes `word`, and all that was written before it; nothing without segment.
    @inline(__always)
    func store(_ word: UInt32, at index: UInt32) {
        guard used.contains(index >> segmentShift) else { return }
        // Safe: a segment in use was opened, and lies within the range; a word is aligned.
        let cell = unsafe UnsafePointer<Atomic<UInt32>>(bitPattern: base + UInt(index) << 2)
        unsafe cell.unsafelyUnwrapped.pointee.store(word, ordering: .releasing)
    }

    /// Writer only: publishes, for each word of `range` where a segment is, what `change` makes of
    /// it, and all that was written before.
    @inline(__always)
    func replace(_ range: Range<UInt32>, by change: (UInt32) -> UInt32) {
        let segmentLength: UInt32 = 1 << segmentShift
        var next = range.lowerBound
        while next < range.upperBound {
            let count = min(range.upperBound - next, segmentLength - next & (segmentLength - 1))
            if used.contains(next >> segmentShift) {
                // Safe: as in `store`, for all words of one segment.
                let cells = unsafe UnsafePointer<Atomic<UInt32>>(bitPattern: base + UInt(next) << 2)
                for offset in 0..<Int(count) {
                    let cell = unsafe cells.unsafelyUnwrapped + offset
                    let word = unsafe cell.pointee.load(ordering: .relaxed)
                    let new = change(word)
                    if new != word { unsafe cell.pointee.store(new, ordering: .releasing) }
                }
            }
            next += count
        }
    }

    /// All words that were ever stored are below this index.
    var bound: UInt32 { lastBound.load(ordering: .acquiring) }

    /// Writer only: makes sure that the word at `index` can be stored.
    ///
    /// - Precondition: the array can have as many words, and there is memory.
    @inline(__always)
    func prepare(_ index: UInt32) {
        if !used.contains(index >> segmentShift) { use(index) }
    }

    @inline(never)
    private func use(_ index: UInt32) {
        let segment = index >> segmentShift
        open(index)
        used.insert(segment)
        usedSegments.wrappingAdd(1, ordering: .relaxed)
        let end = (segment + 1) << segmentShift
        if end > bound { lastBound.store(end, ordering: .releasing) }
    }

    private func open(_ index: UInt32) {
        let part = index >> openShift
        guard !opened.contains(part) else { return }
        precondition(UInt64(index) < 1 << UInt64(capacityShift), "the routing table is full")
        let parts = firstToOpen(with: part)...part
        // Safe: the parts lie within the range, which belongs to this object.
        let address = base + UInt(parts.lowerBound) << UInt(openShift + 2)
        let status = unsafe CLinux_open(
            UnsafeMutableRawPointer(bitPattern: address),
            parts.count << Int(openShift + 2)
        )
        precondition(status == 0, "no memory for the routing table")
        for part in parts { opened.insert(part) }
    }

    /// The part after the last open one below `part`, when that is near.
    private func firstToOpen(with part: UInt32) -> UInt32 {
        let reach: UInt32 = 1 << (Self.reachShift - min(openShift, Self.reachShift))
        let end = part - min(part, reach)
        var first = part
        while first > end, !opened.contains(first - 1) { first -= 1 }
        return first == 0 || first > end ? first : part
    }

    /// Writer only: gives back the memory of the segment that holds `index`.
    ///
    /// Whatever is in it reads as zero from now on, so nothing has to wait for readers.
    func dropSegment(holding index: UInt32) {
        let segment = index >> segmentShift
        guard used.contains(segment) else { return }
        used.remove(segment)
        usedSegments.wrappingSubtract(1, ordering: .relaxed)
        // Safe: the segment lies within the range; what is given back stays mapped.
        let address = base + UInt(segment) << UInt(segmentShift + 2)
        let status = unsafe CLinux_release(
            UnsafeMutableRawPointer(bitPattern: address),
            4 << Int(segmentShift)
        )
        // Locked pages, for one, are not given back.
        if status != 0 { clear(segment) }
    }

    private func clear(_ segment: UInt32) {
        let first = base + UInt(segment) << UInt(segmentShift + 2)
        for offset in 0..<UInt(1) << UInt(segmentShift) {
            // Safe: as in `store`; the segment was in use until now, so it was opened.
            let cell = unsafe UnsafePointer<Atomic<UInt32>>(bitPattern: first + offset << 2)
            unsafe cell.unsafelyUnwrapped.pointee.store(0, ordering: .releasing)
        }
    }

    /// Memory in segments, in octets.
    var octets: Int { usedSegments.load(ordering: .relaxed) << Int(segmentShift + 2) }
}

/// A set of small numbers; writer only.
@safe
private final class SegmentSet: Sendable {
    private let count: Int
    private let base: UInt

    init(count: Int) {
        self.count = (count + 63) / 64
        // Safe: initialized whole, to zeros, which is a value of `Atomic<UInt64>`.
        let words = UnsafeMutablePointer<UInt64>.allocate(capacity: self.count)
        unsafe words.initialize(repeating: 0, count: self.count)
        base = UInt(bitPattern: words)
    }

    deinit {
        // Safe: allocated by `init`, and nobody else has the address.
        unsafe UnsafeMutablePointer<UInt64>(bitPattern: base)?.deallocate()
    }

    @inline(__always)
    private func change(_ number: UInt32, _ change: (UInt64, UInt64) -> UInt64) -> Bool {
        let word = Int(number >> 6)
        guard word < count else { return false }
        // Safe: `word` is one of those allocated.
        let words = unsafe UnsafePointer<Atomic<UInt64>>(bitPattern: base).unsafelyUnwrapped
        let old = unsafe words[word].load(ordering: .relaxed)
        let bit: UInt64 = 1 << UInt64(number & 63)
        let new = change(old, bit)
        if new != old { unsafe words[word].store(new, ordering: .relaxed) }
        return old & bit != 0
    }

    @inline(__always)
    func contains(_ number: UInt32) -> Bool { change(number) { old, _ in old } }

    func insert(_ number: UInt32) { _ = change(number) { $0 | $1 } }

    func remove(_ number: UInt32) { _ = change(number) { $0 & ~$1 } }
}
