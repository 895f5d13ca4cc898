// SPDX-License-Identifier: Apache-2.0

/// The octets of one header of a fixed length: checked once, then read by constant offsets.
///
/// Where ``WireReader`` checks and moves with each field, a block is known to be whole. The checks
/// of its reads are against its length and vanish where both are constants.
public struct WireBlock: ~Escapable {
    @usableFromInline let octets: RawSpan
    @usableFromInline let start: Int
    @usableFromInline let count: Int

    /// Creates a block of the `count` octets from `start` on, which must lie inside `octets`.
    @inlinable
    @inline(__always)
    @_lifetime(copy octets)
    init(_ octets: RawSpan, start: Int, count: Int) {
        self.octets = octets
        self.start = start
        self.count = count
    }

    /// Creates a block of `count` octets that begin at `start`; they must lie inside `octets`.
    @inlinable
    @inline(__always)
    @_lifetime(copy octets)
    public init(of octets: RawSpan, from start: Int, count: Int) {
        precondition(start >= 0 && count >= 0 && start <= octets.byteCount &- count)
        self.init(octets, start: start, count: count)
    }

    /// Reads one unsigned integer, most significant octet first, from `offset` octets after the
    /// start of the block; it must lie inside.
    @inlinable
    @inline(__always)
    public func read<Value: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _: Value.Type = Value.self,
        at offset: Int
    ) -> Value {
        precondition(offset >= 0 && offset <= count - MemoryLayout<Value>.size)
        // Safe: the value lies inside the block by the line above, and the block inside `octets`,
        // as its reader has checked.
        return unsafe Value(
            bigEndian: octets.unsafeLoadUnaligned(
                fromUncheckedByteOffset: start &+ offset,
                as: Value.self
            )
        )
    }
}

extension WireReader {
    /// Takes the next `count` octets as a block.
    @inlinable
    @inline(__always)
    @_lifetime(copy self)
    public mutating func block(_ count: Int) throws(WireError) -> WireBlock {
        let start = position
        guard count >= 0, count <= octets.byteCount &- start else { throw failure(.truncated) }
        position = start &+ count
        return WireBlock(octets, start: start, count: count)
    }
}
