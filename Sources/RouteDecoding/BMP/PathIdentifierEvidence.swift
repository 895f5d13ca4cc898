// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// Whether the prefixes of an UPDATE can have path identifiers before them (RFC 7911, section 3),
/// and whether they can have none.
///
/// # How it works
///
/// Routers announce ADD-PATH to their peers and leave the identifiers out of what they report, or
/// the other way round. Nothing in an UPDATE says which it is. But prefixes read the wrong way
/// seldom come out right: a length is greater than the family's, the last prefix is cut off, or
/// bits are set behind the length. So each field of prefixes is read both ways:
///
///     24 | 10 1 2 | 24 | 10 1 3          as it stands: 10.1.2.0/24, 10.1.3.0/24
///     (24 10 1 2) 24 | 10 1 3            with identifiers: 10.1.3.0/24, and nothing is wrong
///     24 | 10 1 2 | 16 | 10 9            as it stands: 10.1.2.0/24, 10.9.0.0/16
///     (24 10 1 2) 16 | 10 9              with identifiers: also 10.9.0.0/16, alas
///     24 | 10 1 2                        as it stands: 10.1.2.0/24
///     (24 10 1 2) ?                      with identifiers: cut off
///
/// One message proves little; what follows from several is ``BMPStationState``'s to say.
struct PathIdentifierEvidence: Equatable {
    /// One field's, or that of all fields of a family together.
    struct Field: Equatable {
        var canHaveNone = true
        var canHaveSome = true

        /// Whether only the other way than `hasIdentifiers` can be right.
        func isAgainst(_ hasIdentifiers: Bool) -> Bool {
            hasIdentifiers ? canHaveNone && !canHaveSome : canHaveSome && !canHaveNone
        }

        /// Whether only `hasIdentifiers` can be right.
        func isFor(_ hasIdentifiers: Bool) -> Bool { isAgainst(!hasIdentifiers) }

        static func && (one: Field, other: Field) -> Field {
            Field(
                canHaveNone: one.canHaveNone && other.canHaveNone,
                canHaveSome: one.canHaveSome && other.canHaveSome
            )
        }
    }

    private(set) var ipv4 = Field()
    private(set) var ipv6 = Field()

    subscript(family: AddressFamily) -> Field { family == .ipv4 ? ipv4 : ipv6 }

    /// Looks at the body of an UPDATE; what cannot be read says nothing.
    init(_ body: WireReader) {
        var body = body
        try? look(&body)
    }

    private mutating func look(_ body: inout WireReader) throws(WireError) {
        let withdrawn = Int(try body.read(UInt16.self))
        add(.ipv4, try body.read(octets: withdrawn, as: "Withdrawn Routes"))
        let length = Int(try body.read(UInt16.self))
        var attributes = try body.read(octets: length, as: "Path Attributes")
        add(.ipv4, try body.read(octets: body.remaining, as: "NLRI"))
        while !attributes.isAtEnd {
            let flags = try attributes.read(UInt8.self)
            let code = try attributes.read(UInt8.self)
            let isLong = flags & 0x10 != 0
            let count =
                isLong
                ? Int(try attributes.read(UInt16.self)) : Int(try attributes.read(UInt8.self))
            var value = try attributes.read(octets: count, as: "path attribute")
            guard code == 14 || code == 15 else { continue }
            let number = try value.read(UInt16.self)
            guard let family = AddressFamily(rawValue: number), try value.read(UInt8.self) == 1
            else { continue }
            if code == 14 { try value.skip(octets: Int(try value.read(UInt8.self)) + 1) }
            add(family, try value.read(octets: value.remaining, as: "NLRI"))
        }
    }

    private mutating func add(_ family: AddressFamily, _ field: WireReader) {
        guard !field.isAtEnd else { return }
        var one = field
        var other = field
        let found = Field(
            canHaveNone: Self.isClean(&one, family, hasIdentifiers: false),
            canHaveSome: Self.isClean(&other, family, hasIdentifiers: true)
        )
        if family == .ipv4 { ipv4 = ipv4 && found } else { ipv6 = ipv6 && found }
    }

    /// Whether all prefixes are whole, without bits behind their lengths, and at most one of them
    /// is a default route: four octets of a small identifier look like several.
    private static func isClean(
        _ field: inout WireReader,
        _ family: AddressFamily,
        hasIdentifiers: Bool
    ) -> Bool {
        var defaults = 0
        do throws(WireError) {
            while !field.isAtEnd {
                if hasIdentifiers { try field.skip(octets: 4) }
                let length = try field.read(UInt8.self)
                guard length <= family.addressBits else { return false }
                if length == 0, !hasIdentifiers { defaults += 1 }
                let count = (Int(length) + 7) / 8
                try field.skip(octets: max(0, count - 1))
                guard count > 0 else { continue }
                let last = try field.read(UInt8.self)
                let unused = UInt8(count * 8 - Int(length))
                guard last & (1 << unused - 1) == 0 else { return false }
            }
        } catch {
            return false
        }
        return defaults <= 1
    }
}
