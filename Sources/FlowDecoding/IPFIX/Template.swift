// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// A Template or Options Template as its exporter wrote it (RFC 7011, section 3.4; RFC 3954,
/// sections 5 and 6).
package struct Template: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case data
        case options
    }

    package let id: UInt16
    package let kind: Kind
    package let isNetFlow9: Bool
    /// The scope fields of an Options Template first.
    package let fields: [Field]
    package let scopeCount: Int

    /// One Field Specifier.
    package struct Field: Hashable, Sendable {
        /// Without the enterprise bit; a scope type (RFC 3954, section 6.1) in a NetFlow v9 scope.
        package let id: UInt16
        /// Private enterprise number; 0 for IANA's elements.
        package let enterprise: UInt32
        /// In octets; ``variableLength`` when each value says its own.
        package let length: UInt16

        static let variableLength: UInt16 = 65535
    }

    /// Name of the field at `index`; nil when it is not known here.
    package func name(of index: Int) -> String? {
        let field = fields[index]
        if isNetFlow9, index < scopeCount {
            return switch field.id {
            case 1: "system"
            case 2: "interface"
            case 3: "lineCard"
            case 4: "cache"
            case 5: "template"
            default: nil
            }
        }
        guard let name = InformationElement.named(field.id)?.name.description else { return nil }
        switch field.enterprise {
        case 0: return name
        case InformationElement.reverseEnterprise:
            return "reverse" + name.prefix(1).uppercased() + name.dropFirst()
        default: return nil
        }
    }

    /// Length of the shortest record, in octets; a variable-length field counts one.
    package var minimumOctets: Int {
        fields.reduce(0) { $0 + ($1.length == Field.variableLength ? 1 : Int($1.length)) }
    }
}

extension WireReader {
    /// Reads an unsigned integer of 1 to 8 octets, most significant first: reduced-size encoding
    /// (RFC 7011, section 6.2).
    mutating func readUnsigned(octets count: Int) throws(WireError) -> UInt64 {
        switch count {
        case 1: return UInt64(try read(UInt8.self))
        case 2: return UInt64(try read(UInt16.self))
        case 4: return UInt64(try read(UInt32.self))
        case 8: return try read(UInt64.self)
        default:
            guard count > 0, count < 8 else { throw failure(.malformed) }
            guard count <= remaining else { throw failure(.truncated) }
            var value: UInt64 = 0
            for _ in 0..<count { value = value << 8 | UInt64(try read(UInt8.self)) }
            return value
        }
    }

    /// Reads the length before a variable-length value: one octet, or 255 and two
    /// (RFC 7011, section 7).
    mutating func readVariableLength() throws(WireError) -> Int {
        let short = try read(UInt8.self)
        return short < 255 ? Int(short) : Int(try read(UInt16.self))
    }
}
