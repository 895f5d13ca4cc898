// SPDX-License-Identifier: Apache-2.0

package import Model
package import Wire

/// Turns UPDATE messages into route updates (RFC 4271, section 4.3; RFC 4760).
///
/// # How it works
///
///     length | withdrawn IPv4 prefixes | length | path attributes | announced IPv4 prefixes
///
/// Routes of other families stand inside two of the attributes, MP_REACH_NLRI and MP_UNREACH_NLRI.
/// What is wrong with an attribute is noted while reading; the strongest handling that any error
/// calls for decides what becomes of the message (RFC 7606, section 3 (h)):
///
/// - *attribute discard*: the routes come without that attribute;
/// - *treat as withdraw*: the routes announced are handed on as withdrawn;
/// - *session reset*: thrown, as ``BGPError``.
///
/// Where RFC 7606 would treat as withdraw but there is no route to withdraw, the routes may have
/// been lost with the error, and the session must be reset (section 5.2).
///
/// Deviations: a missing LOCAL_PREF of an internal neighbor is no error; what RFC 4271, section 6.3
/// calls semantically incorrect (next hops, prefixes) is passed on, as nothing is forwarded here.
package struct BGPUpdateDecoder: Sendable {
    package var options: BGPSessionOptions

    package init(_ options: BGPSessionOptions) { self.options = options }

    /// What was noticed in an UPDATE beside its routes.
    package struct Notes: Sendable {
        /// Errors that did not end the session.
        package var errors: [PathAttributeError] = []
        /// Families whose routes are not used.
        package var skipped: [BGPFamily] = []
    }

    /// Reads the body of an UPDATE and hands on what it changes: mostly one update; two when one
    /// message announces routes with two next hops; none when it changes nothing here.
    ///
    /// - Parameters:
    ///   - body: The message without its header.
    ///   - time: When it came, in nanoseconds since 1970-01-01 00:00 UTC.
    ///   - deliver: Called only when the whole message has been read.
    /// - Returns: What else there was.
    /// - Throws: When the session must be reset.
    package func read(
        _ body: inout WireReader,
        at time: Int64,
        deliver: (RouteUpdate) -> Void
    ) throws(BGPError) -> Notes {
        var update = RouteUpdate(time: time)
        var hasWithdrawnField = false
        var announced: [RouteUpdate.Reachability] = []
        let hasPathIdentifiers = options.addPathFamilies.contains(.ipv4)
        var fields = try Self.fields(&body)
        do throws(WireError) {
            hasWithdrawnField = !fields.withdrawn.isAtEnd
            try fields.withdrawn.readReachability(
                .ipv4,
                hasPathIdentifiers: hasPathIdentifiers,
                into: &update.withdrawn
            )
            try body.readReachability(
                .ipv4,
                hasPathIdentifiers: hasPathIdentifiers,
                into: &announced
            )
        } catch {  // RFC 7606, section 5.3
            throw BGPError(.invalidNetworkField, "\(error)")
        }
        let isEmpty = !hasWithdrawnField && fields.attributes.isAtEnd && announced.isEmpty
        if isEmpty { update.endOfRIB = [.ipv4] }  // RFC 4724, section 2
        var decoded = DecodedAttributes()
        decoded.read(&fields.attributes, options)
        if let family = decoded.emptyUnreachable, !decoded.holdsMoreThanUnreachable,
            !hasWithdrawnField, announced.isEmpty
        {
            update.endOfRIB = [family]
        }
        update.withdrawn += decoded.unreachable
        let isWithdrawal = try Self.check(&decoded, announced)
        if isWithdrawal {
            update.withdrawn += announced + decoded.reachable
            announced = []
            decoded.reachable = []
        }
        Self.hand(on: update, announced, decoded, to: deliver)
        return Notes(errors: decoded.errors, skipped: decoded.skipped)
    }

    /// Reads one message by itself; returns the errors that did not end the session.
    package func decode(
        _ body: inout WireReader,
        at time: Int64,
        deliver: (RouteUpdate) -> Void
    ) throws(BGPError) -> [PathAttributeError] {
        try read(&body, at: time, deliver: deliver).errors
    }

    /// The parts of a message before the NLRI field, cut out.
    private struct Fields: ~Escapable {
        var withdrawn: WireReader
        var attributes: WireReader

        @_lifetime(copy withdrawn, copy attributes)
        init(withdrawn: WireReader, attributes: WireReader) {
            self.withdrawn = withdrawn
            self.attributes = attributes
        }
    }

    @_lifetime(copy body)
    private static func fields(_ body: inout WireReader) throws(BGPError) -> Fields {
        do throws(WireError) {
            let withdrawnLength = Int(try body.read(UInt16.self))
            let withdrawn = try body.read(octets: withdrawnLength, as: "Withdrawn Routes")
            let attributesLength = Int(try body.read(UInt16.self))
            let attributes = try body.read(octets: attributesLength, as: "Path Attributes")
            return Fields(withdrawn: withdrawn, attributes: attributes)
        } catch {
            throw BGPError(.malformedAttributeList, "\(error)")
        }
    }

    /// Decides what the errors make of the message: whether its routes count as withdrawn.
    private static func check(
        _ decoded: inout DecodedAttributes,
        _ announced: [RouteUpdate.Reachability]
    ) throws(BGPError) -> Bool {
        let holdsReachable = !announced.isEmpty || decoded.holdsReachable
        if holdsReachable {  // RFC 7606, section 3 (d)
            for code in [1, 2, 3] as [UInt8] where !decoded.holds(code) {
                if code == 3, announced.isEmpty { continue }  // RFC 4760, section 3
                let error = BGPErrorCode.missingWellKnownAttribute
                var missing = PathAttributeError(code, .missing, .treatAsWithdraw, error)
                missing.octets = [code]
                decoded.errors.append(missing)
            }
        }
        guard let handling = decoded.handling, handling != .attributeDiscard else { return false }
        let mustReset =
            handling == .sessionReset || !holdsReachable && decoded.holdsMoreThanUnreachable
        if mustReset, let error = decoded.errors.first(where: { $0.handling == handling }) {
            throw error.sessionReset
        }
        return true
    }

    private static func hand(
        on update: RouteUpdate,
        _ announced: [RouteUpdate.Reachability],
        _ decoded: DecodedAttributes,
        to deliver: (RouteUpdate) -> Void
    ) {
        var update = update
        if !announced.isEmpty || !decoded.reachable.isEmpty {
            update.shared = SharedAttributes(decoded.attributes)
        }
        if !announced.isEmpty {
            update.announced = announced
            update.nextHop = decoded.attributes.nextHop
        }
        if !decoded.reachable.isEmpty {
            if !announced.isEmpty {
                deliver(update)
                update.withdrawn = []
                update.endOfRIB = []
            }
            update.announced = decoded.reachable
            update.nextHop = decoded.multiprotocolNextHop
        }
        let isEmpty = update.announced.isEmpty && update.withdrawn.isEmpty
        if !isEmpty || !update.endOfRIB.isEmpty { deliver(update) }
    }
}
