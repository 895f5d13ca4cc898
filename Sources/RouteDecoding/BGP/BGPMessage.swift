// SPDX-License-Identifier: Apache-2.0

package import Wire

/// The kinds of BGP messages (IANA, *BGP Message Types*).
package enum BGPMessageType: UInt8, Sendable {
    case open = 1
    case update = 2
    case notification = 3
    case keepalive = 4
    case routeRefresh = 5  // RFC 2918

    /// Shortest message of this kind, header included, in octets (RFC 4271, section 6.1).
    var shortest: Int {
        switch self {
        case .open: 29
        case .update: 23
        case .notification: 21
        case .keepalive: 19
        case .routeRefresh: 19  // too short a body has an error of its own (RFC 7313, section 5)
        }
    }
}

/// The header before every BGP message (RFC 4271, section 4.1).
///
///     16 octets of ones | length of the whole message | type
package struct BGPMessageHeader: Sendable {
    /// Octets of the header itself.
    package static let octets = 19
    /// The longest message, in octets, and the longest we send.
    package static let longestMessage = 4096
    /// The longest message to one who takes longer ones (RFC 8654, section 4), in octets.
    package static let longestExtendedMessage = 65_535

    /// Length of the message, header included, in octets.
    package let length: Int
    package let type: BGPMessageType

    /// Reads and checks a header (RFC 4271, section 6.1); nil when fewer octets than that are here.
    ///
    /// The reader is left at the body. Whether the body is there is the caller's to check. However
    /// long messages may be, an OPEN is not (RFC 8654, section 4), nor a KEEPALIVE.
    package init?(
        _ reader: inout WireReader,
        longest: Int = longestMessage
    ) throws(BGPError) {
        guard reader.remaining >= Self.octets,
            let high = try? reader.read(UInt64.self), let low = try? reader.read(UInt64.self),
            let length = try? reader.read(UInt16.self), let code = try? reader.read(UInt8.self)
        else { return nil }
        guard high == .max, low == .max else {
            throw BGPError(.connectionNotSynchronized, "marker is not all ones")
        }
        self.length = Int(length)
        guard (Self.octets...longest).contains(self.length) else {
            throw Self.badLength(length)
        }
        guard let type = BGPMessageType(rawValue: code) else {
            throw BGPError(.badMessageType, data: [code], "message type \(code)")
        }
        let lengths: ClosedRange<Int> =
            switch type {
            case .keepalive: type.shortest...type.shortest
            case .open: type.shortest...Self.longestMessage
            case .update, .notification, .routeRefresh: type.shortest...Self.longestExtendedMessage
            }
        guard lengths.contains(self.length) else {
            throw Self.badLength(length)
        }
        self.type = type
    }

    private static func badLength(_ length: UInt16) -> BGPError {
        BGPError(
            .badMessageLength,
            data: [UInt8(length >> 8), UInt8(length & 255)],
            "message of \(length) octets"
        )
    }

    /// A whole message: the header in front of `body`.
    package static func message(_ type: BGPMessageType, _ body: [UInt8] = []) -> [UInt8] {
        var message = [UInt8](repeating: 0xff, count: 16)
        message.append(bigEndian: UInt16(clamping: octets + body.count))
        message.append(type.rawValue)
        message += body
        return message
    }

    /// KEEPALIVE (RFC 4271, section 4.4): a header, and nothing behind it.
    package static let keepalive = message(.keepalive)
}

extension [UInt8] {
    /// Appends an integer, most significant octet first.
    mutating func append(bigEndian value: some FixedWidthInteger & UnsignedInteger) {
        var shift = value.bitWidth
        while shift > 0 {
            shift -= 8
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}
