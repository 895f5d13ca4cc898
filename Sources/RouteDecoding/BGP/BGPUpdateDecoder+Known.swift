// SPDX-License-Identifier: Apache-2.0

package import Model
package import Wire

/// UPDATEs that announce routes, and nothing else, with attributes that were read before.
///
/// # How it works
///
/// While a router tells its table, nearly all messages have one of two shapes, and only the routes
/// in them are new:
///
///     no withdrawn routes | attributes                   | IPv4 routes
///     no withdrawn routes | MP_REACH_NLRI and attributes | nothing      (first: RFC 7606, 5.1)
///
/// What a list of attributes says does not depend on the routes beside it: where the same octets
/// have led to one update without errors, they lead to one again. Everything else is read in full,
/// and so is what is wrong.
extension BGPUpdateDecoder {
    /// As ``read(_:at:deliver:)``, with the attribute lists of the session's earlier messages.
    package func read(
        _ body: inout WireReader,
        at time: Int64,
        known: inout KnownAttributes,
        deliver: (RouteUpdate) -> Void
    ) throws(BGPError) -> Notes {
        guard let parts = announcement(body) else {
            return try read(&body, at: time, deliver: deliver)
        }
        // Behind MP_REACH_NLRI the next hop is not among the attributes.
        let key = known.key(of: parts.attributes, parts.nextHop != nil)
        if let entry = known.find(parts.attributes, key), let routes = routes(of: parts) {
            var update = RouteUpdate(time: time)
            update.announced = routes
            update.shared = entry.shared
            update.nextHop = parts.nextHop ?? entry.nextHop
            deliver(update)
            return Notes()
        }
        var updates: [RouteUpdate] = []
        let notes = try read(&body, at: time) { updates.append($0) }
        for update in updates { deliver(update) }
        if updates.count == 1, notes.errors.isEmpty, notes.skipped.isEmpty,
            updates[0].withdrawn.isEmpty, !updates[0].announced.isEmpty,
            known.find(parts.attributes, key) == nil
        {
            let entry = KnownAttributes.Entry(
                shared: updates[0].shared,
                nextHop: parts.nextHop == nil ? updates[0].nextHop : nil
            )
            known.remember(entry, parts.attributes, key)
        }
        return notes
    }

    /// The parts of a message of one of the two shapes.
    private struct Announcement: ~Escapable {
        /// All attributes, or those behind MP_REACH_NLRI.
        let attributes: WireReader
        let routes: WireReader
        let family: AddressFamily
        /// That of MP_REACH_NLRI, if the routes stand there.
        let nextHop: IPAddress?

        @_lifetime(copy attributes, copy routes)
        init(
            _ attributes: WireReader,
            _ routes: WireReader,
            _ family: AddressFamily,
            nextHop: IPAddress?
        ) {
            self.attributes = attributes
            self.routes = routes
            self.family = family
            self.nextHop = nextHop
        }
    }

    /// Nil when it has another shape.
    @_lifetime(copy body)
    private func announcement(_ body: WireReader) -> Announcement? {
        var body = body
        do throws(WireError) {
            guard try body.read(UInt16.self) == 0 else { return nil }
            let length = Int(try body.read(UInt16.self))
            var attributes = try body.read(octets: length, as: "Path Attributes")
            if !body.isAtEnd { return Announcement(attributes, body, .ipv4, nextHop: nil) }
            let flags = try attributes.read(UInt8.self)
            guard flags == 0x80 || flags == 0x90, try attributes.read(UInt8.self) == 14
            else { return nil }
            let isLong = flags == 0x90
            let size =
                isLong
                ? Int(try attributes.read(UInt16.self)) : Int(try attributes.read(UInt8.self))
            var value = try attributes.read(octets: size, as: "MP_REACH_NLRI")
            guard let family = AddressFamily(rawValue: try value.read(UInt16.self)),
                try value.read(UInt8.self) == 1
            else { return nil }
            let hopLength = Int(try value.read(UInt8.self))
            var hop = try value.read(octets: hopLength, as: "MP_REACH_NLRI next hop")
            try value.skip(octets: 1)
            let nextHop = try hop.readNextHop(family)
            guard !value.isAtEnd else { return nil }
            return Announcement(attributes, value, family, nextHop: nextHop)
        } catch {
            return nil
        }
    }

    /// Nil when there is something wrong with them.
    private func routes(of parts: borrowing Announcement) -> [RouteUpdate.Reachability]? {
        var reader = parts.routes
        var routes: [RouteUpdate.Reachability] = []
        let hasPathIdentifiers = options.addPathFamilies.contains(parts.family)
        do throws(WireError) {
            try reader.readReachability(
                parts.family,
                hasPathIdentifiers: hasPathIdentifiers,
                into: &routes
            )
            return routes
        } catch {
            return nil
        }
    }
}
