// SPDX-License-Identifier: Apache-2.0

package import Wire

/// The kinds of BMP messages (IANA, *BMP Message Types*); others are skipped (RFC 7854, section
/// 4.1).
package enum BMPMessageType: UInt8, CaseIterable, Sendable {
    case routeMonitoring = 0
    case statisticsReport = 1
    case peerDown = 2
    case peerUp = 3
    case initiation = 4
    case termination = 5
    case routeMirroring = 6
}

/// The header before every BMP message (RFC 7854, section 4.1).
///
///     version (1) | length of the whole message (4) | type (1)
package struct BMPMessageHeader: Equatable, Sendable {
    /// Octets of the header itself.
    package static let octets = 6
    /// The longest message, in octets; the RFC sets no limit.
    ///
    /// Two OPENs and an UPDATE of the longest kind (RFC 8654) stay far below.
    package static let longestMessage = 1 << 20

    /// Length of the message, header included, in octets.
    package let length: Int
    /// nil for a type that is not known.
    package let type: BMPMessageType?

    /// Reads and checks a header; nil when fewer octets than that are here.
    ///
    /// - Throws: When what follows cannot be told from it: the connection must be closed.
    package init?(_ reader: inout WireReader) throws(BMPFramingError) {
        guard reader.remaining >= Self.octets, let version = try? reader.read(UInt8.self),
            let length = try? reader.read(UInt32.self), let code = try? reader.read(UInt8.self)
        else { return nil }
        guard version == 3 else { throw .version(version) }
        guard (Self.octets...Self.longestMessage).contains(Int(length)) else {
            throw .length(length)
        }
        self.length = Int(length)
        type = BMPMessageType(rawValue: code)
    }
}

/// Why the messages of a connection cannot be told apart any more.
package enum BMPFramingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Versions 1 and 2 were drafts of RFC 7854, version 4 is one of its successor.
    case version(UInt8)
    case length(UInt32)

    package var description: String {
        switch self {
        case .version(let version): "BMP version \(version), expected 3"
        case .length(let length):
            "a message of \(length) octets, expected \(BMPMessageHeader.octets) to "
                + "\(BMPMessageHeader.longestMessage)"
        }
    }
}
