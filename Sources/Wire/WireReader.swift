// SPDX-License-Identifier: Apache-2.0

/// A cursor over the octets of one message, read left to right in network byte order.
///
/// The reader borrows its octets: it cannot outlive the buffer it was made from, and it never
/// allocates. Every read is bounds-checked once; a read past the end throws ``WireError`` and
/// leaves the cursor where it was, so a caller can skip the enclosing record and go on.
///
/// A *nested* reader (``read(octets:as:)``) covers exactly one record; a decoder that reads too far
/// inside it fails there instead of eating into the next record.
///
/// This is the one type whose methods are `@inlinable`: decoders in other modules call them for
/// every field, and the call cost three times the work (measured; see `Tests/Benchmarks`).
public struct WireReader: ~Escapable {
    /// All octets that this reader covers, read or not.
    public let octets: RawSpan
    @usableFromInline var position = 0

    /// What is being read, as it should appear in an error: "IPFIX Set header".
    public let subject: StaticString

    /// Creates a reader at the first of `octets`.
    @inlinable
    @_lifetime(copy octets)
    public init(_ octets: RawSpan, as subject: StaticString) {
        self.octets = octets
        self.subject = subject
    }

    /// Creates a reader at the first of `octets`.
    @inlinable
    @_lifetime(copy octets)
    public init(_ octets: Span<UInt8>, as subject: StaticString) {
        // Safe: every bit pattern of a UInt8 is an initialised octet.
        self.init(unsafe octets.bytes, as: subject)
    }

    /// Creates a reader at the first of the `count` octets of `octets` from `start` on, which must
    /// lie inside.
    @inlinable
    @inline(__always)
    @_lifetime(copy octets)
    public init(_ octets: RawSpan, from start: Int, count: Int, as subject: StaticString) {
        precondition(start >= 0 && count >= 0 && start <= octets.byteCount &- count)
        // Safe: the line above.
        self.init(unsafe octets.extracting(unchecked: start..<start &+ count), as: subject)
    }

    /// Offset of the next unread octet from the start of this reader, in octets.
    @inlinable
    public var offset: Int { position }

    /// Number of octets not yet read.
    @inlinable
    public var remaining: Int { octets.byteCount - position }

    @inlinable
    public var isAtEnd: Bool { remaining == 0 }

    /// Reads one unsigned integer, most significant octet first.
    @inlinable
    public mutating func read<Value: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _: Value.Type = Value.self
    ) throws(WireError) -> Value {
        let start = try advance(by: MemoryLayout<Value>.size)
        // Safe: `advance` has checked that `start ..< start + size` lies inside `octets`.
        return unsafe Value(
            bigEndian: octets.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: Value.self)
        )
    }

    /// Takes the next `count` octets as a reader of their own, for a length-prefixed record.
    @inlinable
    @inline(__always)
    @_lifetime(copy self)
    public mutating func read(
        octets count: Int,
        as subject: StaticString
    ) throws(WireError) -> WireReader {
        let start = try advance(by: count)
        // Safe: `advance` has checked that `start ..< start + count` lies inside `octets`.
        let part = unsafe octets.extracting(unchecked: start..<start &+ count)
        return WireReader(part, as: subject)
    }

    /// Moves past `count` octets without looking at them.
    @inlinable
    public mutating func skip(octets count: Int) throws(WireError) {
        _ = try advance(by: count)
    }

    /// An error at the cursor: what was read just before it breaks the format.
    public func failure(_ kind: WireError.Kind) -> WireError {
        WireError(kind, offset: position, subject: subject)
    }

    /// Checks that `count` more octets are there, moves past them, and returns where they start.
    @inlinable
    @inline(__always)
    mutating func advance(by count: Int) throws(WireError) -> Int {
        let start = position
        guard count >= 0, count <= octets.byteCount &- start else { throw failure(.truncated) }
        position = start &+ count
        return start
    }
}
