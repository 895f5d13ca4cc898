// SPDX-License-Identifier: Apache-2.0

/// What is left of a packet, read from the front.
///
/// Every read says whether the octets were there; none goes past the end.
struct PacketOctets {
    private let octets: [UInt8]
    private var position = 0
    private var end: Int

    init(_ octets: [UInt8]) {
        self.octets = octets
        end = octets.count
    }

    /// Number of octets not yet read.
    var count: Int { end - position }

    /// The octets not yet read.
    var array: [UInt8] { Array(octets[position..<end]) }

    /// The next octet, left where it is.
    var first: UInt8? { position < end ? octets[position] : nil }

    /// Reads one unsigned integer, most significant octet first; nil when it is not whole.
    mutating func read<Value: FixedWidthInteger & UnsignedInteger>(_: Value.Type) -> Value? {
        let size = Value.bitWidth / 8
        guard count >= size else { return nil }
        var value: Value = 0
        for octet in octets[position..<position + size] {
            value = value << 8 | Value(octet)
        }
        position += size
        return value
    }

    /// Moves past `length` octets; false when there are not as many.
    mutating func skip(_ length: Int) -> Bool {
        guard length >= 0, length <= count else { return false }
        position += length
        return true
    }

    /// Drops what lies beyond the next `length` octets.
    mutating func cut(to length: Int) {
        end = min(end, position + max(length, 0))
    }
}
