// SPDX-License-Identifier: Apache-2.0

package import Model
package import Wire

/// Reads the attribute lists of table dumps, each once while it is known (``KnownAttributes``).
package struct AttributeMemo: Sendable {
    /// Lists that are remembered at once: as many as a full table has, and as many again.
    package static let mostLists = 131_072
    /// Their octets, in words.
    private static let mostWords = 1 << 22

    var known: KnownAttributes
    /// Lists remembered.
    package var count: Int { known.count }

    package init(most: Int = Self.mostLists) {
        known = KnownAttributes(most: most, mostWords: Self.mostWords)
    }

    /// Gives `update` the attributes in `list`, those of an entry of a table dump, whose
    /// MP_REACH_NLRI holds no routes but a next hop (RFC 6396, section 4.3.4).
    ///
    /// - Returns: What was read; nil when it was read before, without errors.
    package mutating func read(
        _ list: inout WireReader,
        hasFourOctetASNs: Bool = true,
        into update: inout RouteUpdate
    ) -> DecodedAttributes? {
        read(&list, key(of: list, hasFourOctetASNs: hasFourOctetASNs), into: &update)
    }

    /// The same, for who has the key.
    mutating func read(
        _ list: inout WireReader,
        _ key: KnownAttributes.Key,
        into update: inout RouteUpdate
    ) -> DecodedAttributes? {
        if let entry = known.find(list, key) {
            update.shared = entry.shared
            update.nextHop = entry.nextHop
            return nil
        }
        let octets = list
        var decoded = DecodedAttributes()
        var options = BGPSessionOptions(hasFourOctetASNs: key.flag)
        options.allowsBareNextHop = true
        decoded.read(&list, options)
        update.shared = SharedAttributes(decoded.attributes)
        update.nextHop = decoded.multiprotocolNextHop ?? decoded.attributes.nextHop
        if decoded.errors.isEmpty, decoded.truncatedPaths == 0 {
            known.remember(.init(shared: update.shared, nextHop: update.nextHop), octets, key)
        }
        return decoded
    }

    /// What a list is looked up by.
    func key(of list: WireReader, hasFourOctetASNs: Bool) -> KnownAttributes.Key {
        known.key(of: list, hasFourOctetASNs)
    }
}
