// SPDX-License-Identifier: Apache-2.0

package import Wire

/// One attribute the decoder knows: all that is particular to it, in one place.
///
/// To add an attribute, write its function in this folder and add one row to ``table``. Nothing
/// else in the decoder names an attribute.
package struct PathAttribute: Sendable {
    /// Reads a value, already cut to its length, into what one UPDATE says.
    ///
    /// It may rely on flags and length having been checked, and must read the value to its end:
    /// what is left over makes the attribute malformed.
    package typealias Decode =
        @Sendable (
            _ value: inout WireReader,
            _ attributes: inout DecodedAttributes,
            _ options: BGPSessionOptions
        ) throws(WireError) -> Void

    /// Attribute Type Code (IANA, *BGP Path Attributes*).
    package let typeCode: UInt8
    package let name: StaticString
    /// The Optional and Transitive bits that RFC 4271, section 4.3 demands of this attribute.
    package let flags: PathAttributeFlags
    /// What a malformed value does to the UPDATE that carries it.
    package let whenMalformed: ErrorHandling
    /// What the NOTIFICATION says if that comes to a session reset (RFC 4271, section 6.3).
    package let errorCode: BGPErrorCode
    /// Whether it counts only between routers of one AS; from others it is discarded.
    package let isInternalOnly: Bool
    package let decode: Decode

    /// Every attribute known, in IANA's order.
    ///
    /// The error handling is that of RFC 7606, section 7 (RFC 6793, section 6 for AS4_PATH and
    /// AS4_AGGREGATOR; RFC 8092, section 6 for LARGE_COMMUNITY; RFC 9234, section 5 for OTC).
    package static let table: [PathAttribute] = [
        .init(1, "ORIGIN", .transitive, .treatAsWithdraw, origin, error: .invalidOrigin),
        .init(2, "AS_PATH", .transitive, .treatAsWithdraw, asPath, error: .malformedASPath),
        .init(3, "NEXT_HOP", .transitive, .treatAsWithdraw, nextHop, error: .invalidNextHop),
        .init(4, "MULTI_EXIT_DISC", .optional, .treatAsWithdraw, multiExitDiscriminator),
        .init(5, "LOCAL_PREF", .transitive, .treatAsWithdraw, localPreference, internal: true),
        .init(6, "ATOMIC_AGGREGATE", .transitive, .attributeDiscard, atomicAggregate),
        .init(7, "AGGREGATOR", [.optional, .transitive], .attributeDiscard, aggregator),
        .init(8, "COMMUNITIES", [.optional, .transitive], .treatAsWithdraw, communities),
        .init(9, "ORIGINATOR_ID", .optional, .treatAsWithdraw, originatorID, internal: true),
        .init(10, "CLUSTER_LIST", .optional, .treatAsWithdraw, clusterList, internal: true),
        .init(14, "MP_REACH_NLRI", .optional, .sessionReset, multiprotocolReachable),
        .init(15, "MP_UNREACH_NLRI", .optional, .sessionReset, multiprotocolUnreachable),
        .init(
            16,
            "EXTENDED COMMUNITIES",
            [.optional, .transitive],
            .treatAsWithdraw,
            extendedCommunities
        ),
        .init(17, "AS4_PATH", [.optional, .transitive], .attributeDiscard, fourOctetPath),
        .init(
            18,
            "AS4_AGGREGATOR",
            [.optional, .transitive],
            .attributeDiscard,
            fourOctetAggregator
        ),
        .init(
            25,
            "IPv6 Address Specific Extended Community",
            [.optional, .transitive],
            .treatAsWithdraw,
            addressSpecificCommunities
        ),
        .init(32, "LARGE_COMMUNITY", [.optional, .transitive], .treatAsWithdraw, largeCommunities),
        .init(35, "OTC", [.optional, .transitive], .treatAsWithdraw, onlyToCustomer),
    ]

    /// Position in ``table`` for each type code; -1 for those not known.
    static let positions: [Int] = {
        var positions = [Int](repeating: -1, count: 256)
        for (position, row) in table.enumerated() { positions[Int(row.typeCode)] = position }
        return positions
    }()

    private init(
        _ typeCode: UInt8,
        _ name: StaticString,
        _ flags: PathAttributeFlags,
        _ whenMalformed: ErrorHandling,
        _ decode: @escaping Decode,
        error: BGPErrorCode? = nil,
        internal isInternalOnly: Bool = false
    ) {
        self.typeCode = typeCode
        self.name = name
        self.flags = flags
        self.whenMalformed = whenMalformed
        self.decode = decode
        self.isInternalOnly = isInternalOnly
        let isOptional = flags.contains(.optional)
        errorCode = error ?? (isOptional ? .optionalAttributeError : .attributeLengthError)
    }
}

/// The flag octet of a path attribute (RFC 4271, section 4.3).
package struct PathAttributeFlags: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let optional = PathAttributeFlags(rawValue: 0x80)
    package static let transitive = PathAttributeFlags(rawValue: 0x40)
    package static let partial = PathAttributeFlags(rawValue: 0x20)
    package static let extendedLength = PathAttributeFlags(rawValue: 0x10)
}

/// How an error in one attribute is handled, the strongest last (RFC 7606, section 2).
package enum ErrorHandling: Int, Comparable, Sendable {
    case attributeDiscard
    case treatAsWithdraw
    case sessionReset

    package static func < (a: ErrorHandling, b: ErrorHandling) -> Bool { a.rawValue < b.rawValue }
}

/// One thing wrong with the path attributes of an UPDATE.
package struct PathAttributeError: Error, Equatable, Sendable {
    package enum Problem: String, CaseIterable, Sendable {
        /// The Optional or Transitive bit is not the attribute's own.
        case flags
        /// The value breaks the attribute's format.
        case value
        /// It stands there more than once.
        case duplicate
        /// A mandatory attribute is not there.
        case missing
        /// The attribute reaches beyond the list, or what is left is too short for one.
        case length
        /// It claims to be well-known and is not known.
        case unrecognized
    }

    /// Attribute Type Code; 0 where it could not be read.
    package var typeCode: UInt8
    package var problem: Problem
    package var handling: ErrorHandling
    package var errorCode: BGPErrorCode
    /// The attribute as it came, for the NOTIFICATION (RFC 4271, section 6.3).
    package var octets: [UInt8] = []

    init(
        _ typeCode: UInt8,
        _ problem: Problem,
        _ handling: ErrorHandling,
        _ errorCode: BGPErrorCode
    ) {
        self.typeCode = typeCode
        self.problem = problem
        self.handling = handling
        self.errorCode = errorCode
    }

    /// The NOTIFICATION this leads to.
    var sessionReset: BGPError {
        let carriesAttribute =
            errorCode != .malformedAttributeList && errorCode != .malformedASPath
        return BGPError(errorCode, data: carriesAttribute ? octets : [], description)
    }
}

extension PathAttributeError: CustomStringConvertible {
    /// "AS_PATH: value".
    package var description: String {
        let position = PathAttribute.positions[Int(typeCode)]
        let name =
            position < 0 ? "attribute \(typeCode)" : "\(PathAttribute.table[position].name)"
        return "\(name): \(problem.rawValue)"
    }
}
