// SPDX-License-Identifier: Apache-2.0

package import Model
import Wire

extension AttributeMemo {
    /// The attributes of one message, or of one entry of a table.
    package struct Attributes: Sendable {
        /// What was read now: routes, errors, and what was there.
        package var decoded: DecodedAttributes
        /// What the routes have in common, and their next hop, that of NEXT_HOP.
        package var shared: SharedAttributes
        package var nextHop: IPAddress?

        fileprivate init(_ decoded: DecodedAttributes) {
            self.decoded = decoded
            // A withdrawal has none, and needs no object.
            let isEmpty = !decoded.holdsMoreThanUnreachable
            shared = isEmpty ? .none : SharedAttributes(decoded.attributes)
            nextHop = decoded.attributes.nextHop
        }

        fileprivate init(_ known: Entry) {
            decoded = DecodedAttributes(known)
            shared = known.shared
            nextHop = known.nextHop
        }
    }

    /// Reads the attributes of an UPDATE; those that hold routes are always read.
    mutating func read(_ list: inout WireReader, _ options: BGPSessionOptions) -> Attributes {
        guard remembers, let key = AttributeKey(withoutRoutesOf: list, options),
            key.holdsAttributes
        else { return Self.decode(&list, options) }
        if let known = find(key) {
            var attributes = Attributes(known)
            key.forEachLeftOut { attributes.decoded.read(&$0, options) }
            return attributes
        }
        let attributes = Self.decode(&list, options)
        if attributes.decoded.isWhole { remember(attributes, for: key) }
        return attributes
    }

    /// Reads the attributes of an entry of a table dump, whose MP_REACH_NLRI holds no routes but a
    /// next hop (RFC 6396, section 4.3.4), and is remembered with the others.
    mutating func readEntry(
        _ list: inout WireReader,
        _ options: BGPSessionOptions
    ) -> Attributes {
        let key = AttributeKey(whole: list, options)
        if let known = find(key) { return Attributes(known) }
        var attributes = Self.decode(&list, options)
        if let nextHop = attributes.decoded.multiprotocolNextHop { attributes.nextHop = nextHop }
        if attributes.decoded.isWhole { remember(attributes, for: key) }
        return attributes
    }

    private static func decode(
        _ list: inout WireReader,
        _ options: BGPSessionOptions
    ) -> Attributes {
        var decoded = DecodedAttributes()
        decoded.read(&list, options)
        return Attributes(decoded)
    }
}

extension DecodedAttributes {
    /// Whether nothing was wrong with them, and nothing cut off.
    fileprivate var isWhole: Bool { errors.isEmpty && truncatedPaths == 0 }
}
