// SPDX-License-Identifier: Apache-2.0

package import Model
package import Wire

/// All that the path attributes of one UPDATE, or of one entry of a table dump, say.
package struct DecodedAttributes: Sendable {
    /// What is kept of a route; its next hop is that of NEXT_HOP.
    package var attributes = PathAttributes()
    /// The next hop of MP_REACH_NLRI, for the routes in ``reachable``.
    package var multiprotocolNextHop: IPAddress?
    /// The routes of MP_REACH_NLRI.
    package var reachable: [RouteUpdate.Reachability] = []
    /// The routes of MP_UNREACH_NLRI.
    package var unreachable: [RouteUpdate.Reachability] = []
    /// Whether MP_REACH_NLRI holds routes, be it of a family that is not read here.
    package var holdsReachable = false
    /// Families whose routes are not used and were passed over.
    package var skipped: [BGPFamily] = []
    /// The family of an MP_UNREACH_NLRI without routes.
    package var emptyUnreachable: AddressFamily?
    package var errors: [PathAttributeError] = []
    /// AS paths that were cut off at ``longestPath``.
    package var truncatedPaths = 0

    /// AS4_PATH, until it is merged.
    var fourOctetPath: ASPath?
    /// The AS of AGGREGATOR.
    var aggregatorAS: ASN?
    /// A bit for each type code below 64 that was there.
    private(set) var seen: UInt64 = 0
    /// Number of attributes that were there.
    private(set) var count = 0

    /// ASes kept of a path, to bound the memory of a hostile one.
    ///
    /// A cut path ends in an empty set, so that it has no origin rather than a wrong one.
    static let longestPath = 1024

    package init() {}

    /// The strongest handling that the errors call for; nil without errors.
    package var handling: ErrorHandling? { errors.lazy.map(\.handling).max() }

    package func holds(_ typeCode: UInt8) -> Bool { typeCode < 64 && seen >> typeCode & 1 == 1 }

    /// Whether anything but MP_UNREACH_NLRI is there.
    var holdsMoreThanUnreachable: Bool { count > (holds(15) ? 1 : 0) }

    /// Reads a list of attributes to its end, or to where it can be read no further, noting what is
    /// wrong (RFC 7606, sections 3 and 4).
    package mutating func read(_ list: inout WireReader, _ options: BGPSessionOptions) {
        while !list.isAtEnd {
            count += 1
            var whole = list
            guard let error = readOne(&list, options) else { continue }
            let size = whole.remaining - list.remaining
            errors.append(error)
            if error.handling != .attributeDiscard, let octets = try? whole.readOctets(size) {
                errors[errors.count - 1].octets = octets
            }
            if error.problem == .length { break }  // nothing after it can be located
        }
        mergePaths()
    }

    /// Reads one attribute with its header; returns what is wrong with it.
    private mutating func readOne(
        _ list: inout WireReader,
        _ options: BGPSessionOptions
    ) -> PathAttributeError? {
        guard let octet = try? list.read(UInt8.self), let code = try? list.read(UInt8.self),
            let length = Self.length(&list, PathAttributeFlags(rawValue: octet)),
            var value = try? list.read(octets: length, as: "path attribute")
        else {  // RFC 7606, section 4
            return PathAttributeError(0, .length, .treatAsWithdraw, .malformedAttributeList)
        }
        let flags = PathAttributeFlags(rawValue: octet)
        let position = PathAttribute.positions[Int(code)]
        guard position >= 0 else {
            if flags.contains(.optional) { return nil }
            let error = BGPErrorCode.unrecognizedWellKnownAttribute  // RFC 4271, section 6.3
            return PathAttributeError(code, .unrecognized, .sessionReset, error)
        }
        let row = PathAttribute.table[position]
        guard !holds(code) else {  // RFC 7606, section 3 (g)
            let isMultiprotocol = code == 14 || code == 15
            let handling: ErrorHandling = isMultiprotocol ? .sessionReset : .attributeDiscard
            return PathAttributeError(code, .duplicate, handling, .malformedAttributeList)
        }
        seen |= 1 << code
        // RFC 7606, sections 7.5, 7.9 and 7.10.
        if row.isInternalOnly, options.isExternal { return nil }
        return read(&value, of: row, flags, options)
    }

    private static func length(_ list: inout WireReader, _ flags: PathAttributeFlags) -> Int? {
        if flags.contains(.extendedLength) { return (try? list.read(UInt16.self)).map(Int.init) }
        return (try? list.read(UInt8.self)).map(Int.init)
    }

    private mutating func read(
        _ value: inout WireReader,
        of row: PathAttribute,
        _ flags: PathAttributeFlags,
        _ options: BGPSessionOptions
    ) -> PathAttributeError? {
        do throws(WireError) {
            try row.decode(&value, &self, options)
            guard value.isAtEnd else { throw value.failure(.malformed) }
        } catch {
            return PathAttributeError(row.typeCode, .value, row.whenMalformed, row.errorCode)
        }
        // RFC 7606, section 3 (c). The value is read all the same: routes it holds are needed.
        guard flags.intersection([.optional, .transitive]) == row.flags else {
            return PathAttributeError(
                row.typeCode,
                .flags,
                .treatAsWithdraw,
                .attributeFlagsError
            )
        }
        return nil
    }
}
