// SPDX-License-Identifier: Apache-2.0

package import Model

/// Turns route updates into UPDATE messages, as a router would send them.
///
/// The collector itself sends only End-of-RIB: this serves the senders of the demonstration and the
/// tests. IPv6 routes go into MP_REACH_NLRI and MP_UNREACH_NLRI (RFC 4760); AS numbers have four
/// octets; path identifiers are left out.
package enum BGPUpdateEncoder {
    /// The messages that say what `update` says, each at most 4,096 octets long; a path of more
    /// ASes than fit one message is left out with its routes.
    package static func messages(for update: RouteUpdate) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        for family in AddressFamily.allCases {
            let withdrawn = update.withdrawn.lazy.map(\.prefix).filter { $0.family == family }
            messages += encode(Array(withdrawn), prefixRoom(family, [])) {
                withdrawal(family, of: $0)
            }
            let announced = update.announced.lazy.map(\.prefix).filter { $0.family == family }
            let common = attributes(update.attributes)
            messages += encode(Array(announced), prefixRoom(family, common)) {
                announcement(family, of: $0, update.attributes, common)
            }
        }
        for family in update.endOfRIB {  // RFC 4724, section 2
            messages.append(withdrawal(family, of: []))
        }
        return messages
    }

    /// Splits `prefixes` into messages with at most `room` octets of them.
    private static func encode(
        _ prefixes: [IPPrefix],
        _ room: Int,
        _ message: ([UInt8]) -> [UInt8]
    ) -> [[UInt8]] {
        guard room >= 17, !prefixes.isEmpty else { return [] }
        var messages: [[UInt8]] = []
        var octets: [UInt8] = []
        for prefix in prefixes {
            if octets.count + 1 + (Int(prefix.length) + 7) / 8 > room {
                messages.append(message(octets))
                octets = []
            }
            octets.append(prefix)
        }
        return messages + [message(octets)]
    }

    /// Octets left for prefixes beside the header, the length fields and the attributes.
    private static func prefixRoom(_ family: AddressFamily, _ common: [UInt8]) -> Int {
        BGPMessageHeader.longestMessage - BGPMessageHeader.octets - 4 - common.count - 32
    }

    private static func withdrawal(_ family: AddressFamily, of prefixes: [UInt8]) -> [UInt8] {
        switch family {
        case .ipv4: return message(withdrawn: prefixes, attributes: [], announced: [])
        case .ipv6:
            let value: [UInt8] = [0, 2, 1] + prefixes
            let attribute = attribute(15, .optional, value)
            return message(withdrawn: [], attributes: attribute, announced: [])
        }
    }

    private static func announcement(
        _ family: AddressFamily,
        of prefixes: [UInt8],
        _ attributes: PathAttributes,
        _ common: [UInt8]
    ) -> [UInt8] {
        var nextHop: [UInt8] = []
        switch family {
        case .ipv4:
            nextHop.append(attributes.nextHop.flatMap { $0.family == .ipv4 ? $0 : nil } ?? .v4(0))
            let all = common + attribute(3, .transitive, nextHop)
            return message(withdrawn: [], attributes: all, announced: prefixes)
        case .ipv6:
            nextHop.append(attributes.nextHop.flatMap { $0.family == .ipv6 ? $0 : nil } ?? .v6(0))
            let value: [UInt8] = [0, 2, 1, UInt8(nextHop.count)] + nextHop + [0] + prefixes
            let all = attribute(14, .optional, value) + common  // first: RFC 7606, section 5.1
            return message(withdrawn: [], attributes: all, announced: [])
        }
    }

    /// The attributes that do not depend on the family: all but the next hop.
    static func attributes(_ attributes: PathAttributes) -> [UInt8] {
        var octets = attribute(1, .transitive, [attributes.origin.rawValue])
        var path: [UInt8] = []
        for segment in attributes.asPath.segments {
            // The mark of a path that was cut off: no segment may be empty (RFC 7606, section 7.2).
            guard !segment.members.isEmpty else {
                path += [segment.kind.rawValue, 1]
                path.append(bigEndian: ASN.transition.rawValue)
                continue
            }
            for start in stride(from: 0, to: segment.members.count, by: 255) {
                let members = segment.members[start...].prefix(255)
                path += [segment.kind.rawValue, UInt8(members.count)]
                for member in members { path.append(bigEndian: member.rawValue) }
            }
        }
        octets += attribute(2, .transitive, path)
        func number(_ typeCode: UInt8, _ flags: PathAttributeFlags, _ value: UInt32?) {
            var octetsOfValue: [UInt8] = []
            value.map { octetsOfValue.append(bigEndian: $0) }
            if value != nil { octets += attribute(typeCode, flags, octetsOfValue) }
        }
        number(4, .optional, attributes.multiExitDiscriminator)
        number(5, .transitive, attributes.localPreference)
        var communities: [UInt8] = []
        for community in attributes.communities { communities.append(bigEndian: community) }
        if !communities.isEmpty { octets += attribute(8, [.optional, .transitive], communities) }
        number(9, .optional, attributes.originatorID)
        var extended: [UInt8] = []
        for community in attributes.extendedCommunities { extended.append(bigEndian: community) }
        if !extended.isEmpty { octets += attribute(16, [.optional, .transitive], extended) }
        var large: [UInt8] = []
        for community in attributes.largeCommunities {
            large.append(bigEndian: community.globalAdministrator)
            large.append(bigEndian: community.localData1)
            large.append(bigEndian: community.localData2)
        }
        if !large.isEmpty { octets += attribute(32, [.optional, .transitive], large) }
        return octets
    }

    static func attribute(
        _ typeCode: UInt8,
        _ flags: PathAttributeFlags,
        _ value: [UInt8]
    ) -> [UInt8] {
        guard value.count > 255 else {
            return [flags.rawValue, typeCode, UInt8(value.count)] + value
        }
        var octets = [flags.union(.extendedLength).rawValue, typeCode]
        octets.append(bigEndian: UInt16(clamping: value.count))
        return octets + value
    }

    private static func message(
        withdrawn: [UInt8],
        attributes: [UInt8],
        announced: [UInt8]
    ) -> [UInt8] {
        var body: [UInt8] = []
        body.append(bigEndian: UInt16(clamping: withdrawn.count))
        body += withdrawn
        body.append(bigEndian: UInt16(clamping: attributes.count))
        return BGPMessageHeader.message(.update, body + attributes + announced)
    }
}
