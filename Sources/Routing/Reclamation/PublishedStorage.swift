// SPDX-License-Identifier: Apache-2.0

import Synchronization

// # How it works
//
// Objects that readers see without a lock are published, found and given up here; words are in
// `PublishedWords.swift`, and all unsafe code of this module is in this folder. A growing array is
// a directory of segments of equal size:
//
//     directory -> [ capacity | segment 0 | segment 1 | - | ... ] -> [ cell | cell | cell | ... ]
//
// Each arrow is an atomic word, stored with release when what it points to is complete, and loaded
// with acquire. Cells never move. A directory that grows is replaced; the old one and segments
// dropped come back to the caller as ``MemoryBlock``s, who keeps them until no reader that could
// have seen them is still at work (``QuiescentState``). Absent segments read as zero.
//
// Only the one writer calls what is marked "Writer only", so its changes never meet each other.

/// Memory that no arrow leads to any more; given back with the last reference to this.
@safe
final class MemoryBlock: Sendable {
    private let address: UInt

    init(owning address: UInt) { self.address = address }

    deinit {
        // Safe: `address` came from `allocate` below, and has no other owner.
        unsafe UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
    }
}

/// The directory and its segments; the array below says what the cells are.
@safe
struct SegmentedMemory: ~Copyable, Sendable {
    private let directory = Atomic<UInt>(0)
    /// Binary logarithms of the cells in a segment, and of the octets in a cell.
    let segmentShift: UInt32
    private let cellShift: UInt32

    init(segmentShift: UInt32, cellShift: UInt32) {
        self.segmentShift = segmentShift
        self.cellShift = cellShift
    }

    deinit {
        for segment in 0..<capacity {
            _ = MemoryBlock(owning: arrow(segment))
        }
        _ = MemoryBlock(owning: directory.load(ordering: .relaxed))
    }

    private var segmentOctets: Int { 1 << Int(segmentShift + cellShift) }

    private static func allocate(octets: Int) -> UInt {
        // Safe: the whole block is initialized, to zeros, before its address leaves; `Atomic` has
        // the layout of its value, and zero is a value of both widths used.
        let block = UnsafeMutableRawPointer.allocate(byteCount: octets, alignment: 64)
        unsafe block.initializeMemory(as: UInt8.self, repeating: 0, count: octets)
        return UInt(bitPattern: block)
    }

    /// Number of segments the directory has room for.
    var capacity: UInt {
        let base = directory.load(ordering: .acquiring)
        // Safe: a directory is never empty, and lives until a grace period after it was replaced.
        guard let cells = unsafe UnsafePointer<Atomic<UInt>>(bitPattern: base) else { return 0 }
        return unsafe cells[0].load(ordering: .relaxed)
    }

    /// Address of `segment`; 0 when it is absent.
    @inline(__always)
    private func arrow(_ segment: UInt) -> UInt {
        let base = directory.load(ordering: .acquiring)
        // Safe: as above, and the index is checked against the capacity in the same directory.
        guard let cells = unsafe UnsafePointer<Atomic<UInt>>(bitPattern: base) else { return 0 }
        guard unsafe segment < cells[0].load(ordering: .relaxed) else { return 0 }
        return unsafe cells[Int(segment) + 1].load(ordering: .acquiring)
    }

    /// Address of the cell at `index`; 0 when its segment is absent.
    @inline(__always)
    func address(of index: UInt32) -> UInt {
        let segment = arrow(UInt(index >> segmentShift))
        guard segment != 0 else { return 0 }
        return segment + UInt(index & (1 << segmentShift - 1)) << UInt(cellShift)
    }

    /// Writer only: makes sure that the cell at `index` exists; returns the directory replaced.
    func prepare(_ index: UInt32) -> MemoryBlock? {
        let segment = UInt(index >> segmentShift)
        guard arrow(segment) == 0 else { return nil }
        let replaced = segment < capacity ? nil : grow(toHold: segment)
        point(segment, to: Self.allocate(octets: segmentOctets))
        return replaced
    }

    /// Writer only: forgets the segment that holds `index` and returns it.
    func dropSegment(holding index: UInt32) -> MemoryBlock? {
        let segment = UInt(index >> segmentShift)
        let address = arrow(segment)
        guard address != 0 else { return nil }
        point(segment, to: 0)
        return MemoryBlock(owning: address)
    }

    private func point(_ segment: UInt, to address: UInt) {
        let base = directory.load(ordering: .relaxed)
        // Safe: callers have checked `segment` against the capacity, and are the only writer.
        guard let cells = unsafe UnsafePointer<Atomic<UInt>>(bitPattern: base) else { return }
        unsafe cells[Int(segment) + 1].store(address, ordering: .releasing)
    }

    private func grow(toHold segment: UInt) -> MemoryBlock? {
        let room = max(7, capacity * 2 + 1, segment + 1)
        let old = directory.load(ordering: .relaxed)
        let new = Self.allocate(octets: Int(room + 1) * MemoryLayout<UInt>.size)
        // Safe: `new` holds `room + 1` words and nobody else has its address yet.
        if let cells = unsafe UnsafePointer<Atomic<UInt>>(bitPattern: new) {
            unsafe cells[0].store(room, ordering: .relaxed)
            for index in 0..<capacity {
                unsafe cells[Int(index) + 1].store(arrow(index), ordering: .relaxed)
            }
        }
        directory.store(new, ordering: .releasing)
        return old == 0 ? nil : MemoryBlock(owning: old)
    }

    /// Memory in segments, in octets.
    var octets: Int {
        (0..<capacity).reduce(0) { $0 + (arrow($1) == 0 ? 0 : segmentOctets) }
    }
}

/// An array of references to immutable objects that one thread writes and any read.
@safe
final class PublishedObjects<Object: AnyObject & Sendable>: Sendable {
    private let memory = SegmentedMemory(segmentShift: 8, cellShift: 3)

    deinit {
        for index in 0..<(memory.capacity << UInt(memory.segmentShift)) {
            _ = take(UInt32(truncatingIfNeeded: index))
        }
    }

    /// Calls `body` with the object at `index`, without touching its reference count (which would
    /// be shared by all processors); nil when none is there.
    @inline(__always)
    func read<Result>(_ index: UInt32, _ body: (Object) -> Result) -> Result? {
        let address = memory.address(of: index)
        // Safe: `address` is 0, or that of an initialized cell; the pointer in it is nil, or holds
        // a reference that is released only after this reader's next quiet point.
        guard let cell = unsafe UnsafePointer<Atomic<UInt>>(bitPattern: address) else { return nil }
        let bits = unsafe cell.pointee.load(ordering: .acquiring)
        guard let object = unsafe UnsafeRawPointer(bitPattern: bits) else { return nil }
        return unsafe Unmanaged<Object>.fromOpaque(object)._withUnsafeGuaranteedRef { body($0) }
    }

    /// Writer only: publishes `object` at `index`, which must be free; returns the directory
    /// replaced.
    func publish(_ object: Object, at index: UInt32) -> MemoryBlock? {
        let replaced = memory.prepare(index)
        let address = memory.address(of: index)
        // Safe: the cell exists since `prepare`; the reference taken here is released by `take`.
        if let cell = unsafe UnsafePointer<Atomic<UInt>>(bitPattern: address) {
            let reference = unsafe Unmanaged.passRetained(object).toOpaque()
            unsafe cell.pointee.store(UInt(bitPattern: reference), ordering: .releasing)
        }
        return replaced
    }

    /// Writer only: takes the object at `index` out of the readers' sight; the caller keeps it for
    /// a grace period.
    func take(_ index: UInt32) -> Object? {
        let address = memory.address(of: index)
        // Safe: as for reading; the reference that `publish` took goes to the caller.
        guard let cell = unsafe UnsafePointer<Atomic<UInt>>(bitPattern: address) else { return nil }
        let bits = unsafe cell.pointee.exchange(0, ordering: .acquiringAndReleasing)
        guard let object = unsafe UnsafeRawPointer(bitPattern: bits) else { return nil }
        return unsafe Unmanaged<Object>.fromOpaque(object).takeRetainedValue()
    }

    func dropSegment(holding index: UInt32) -> MemoryBlock? { memory.dropSegment(holding: index) }
    static var segmentShift: UInt32 { 8 }
    var octets: Int { memory.octets }
}
