// SPDX-License-Identifier: Apache-2.0

import Wire

/// The optional parameters of an OPEN (RFC 4271, section 4.2), in the usual or the extended form
/// (RFC 9072, section 2), and the capabilities in them (RFC 5492, section 4).
enum BGPOptionalParameters {
    /// Reads all of them, and hands on each capability: its code, and its value.
    ///
    /// - Parameters:
    ///   - body: What follows the BGP Identifier.
    ///   - isLenient: Whether parameters of another kind are passed over, and so is a length that
    ///     is not that of the message.
    ///   - capability: Called for each.
    /// - Throws: When they cannot be read, and what `capability` throws.
    static func read(
        _ body: inout WireReader,
        isLenient: Bool,
        _ capability: (UInt8, inout WireReader) throws(WireError) -> Void
    ) throws(WireError) {
        var length = Int(try body.read(UInt8.self))
        var isExtended = false
        if length == 255, body.remaining >= 3 {
            var ahead = body
            if try ahead.read(UInt8.self) == 255 {
                isExtended = true
                length = Int(try ahead.read(UInt16.self))
                body = ahead
            }
        }
        guard isLenient || length == body.remaining else { throw body.failure(.malformed) }
        while !body.isAtEnd {
            let type = try body.read(UInt8.self)
            let count =
                isExtended ? Int(try body.read(UInt16.self)) : Int(try body.read(UInt8.self))
            var parameter = try body.read(octets: count, as: "OPEN parameter")
            guard type == 2 else {
                if isLenient { continue }
                throw parameter.failure(.unsupported)
            }
            while !parameter.isAtEnd {
                let code = try parameter.read(UInt8.self)
                let length = Int(try parameter.read(UInt8.self))
                var value = try parameter.read(octets: length, as: "BGP capability")
                try capability(code, &value)
            }
        }
    }
}
