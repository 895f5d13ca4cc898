// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Wire

/// What an UPDATE says does not depend on those before it in its session: with the attributes that
/// are known from them (``KnownAttributes``) it leads to the same as without.
enum KnownCheck {
    static func run(_ input: RawSpan) {
        var reader = WireReader(input, as: "input")
        guard let kind = try? reader.read(UInt8.self), let limits = try? reader.read(UInt8.self)
        else { return }
        let options = SessionKind(rawValue: kind).options
        // So few that inputs reach the end of them: none, or up to three lists, or so many words.
        let most = limits & 4 == 0 ? Int(limits & 3) : 64
        let mostWords = limits & 8 == 0 ? 1 << 21 : 1 + Int(limits >> 4)
        var known = KnownAttributes(most: most, mostWords: mostWords)
        for body in UpdateList(&reader).bodies {
            check(WireReader(body.span, as: "UPDATE"), options, &known)
            Invariants.require(known.count <= most, "no more are known than may be")
        }
    }

    private static func check(
        _ body: WireReader,
        _ options: BGPSessionOptions,
        _ known: inout KnownAttributes
    ) {
        let alone = Outcome(body, options)
        let before = known.count
        let among = Outcome(body, options, &known)
        Invariants.require(among == alone, "known attributes are those that would be read")
        let isNew = known.count != before
        let isPlain = alone.reset == nil && alone.errors.isEmpty && alone.updates.count == 1
        Invariants.require(!isNew || isPlain, "what is wrong, or not all, is not remembered")
        let again = Outcome(body, options, &known)
        Invariants.require(again == alone, "what was just read is read again")
        guard isNew, let first = among.updates.first, let second = again.updates.first else {
            return
        }
        Invariants.require(first.shared === second.shared, "what is known is the same object")
    }

    /// All that a message leads to.
    private struct Outcome: Equatable {
        var updates: [RouteUpdate] = []
        var errors: [PathAttributeError] = []
        var skipped: [BGPFamily] = []
        /// What ended the session, and why.
        var reset: BGPNotification?
        var reason = ""

        /// Of the message alone.
        init(_ body: WireReader, _ options: BGPSessionOptions) {
            read(body) { body, deliver throws(BGPError) in
                let decoder = BGPUpdateDecoder(options)
                return try decoder.read(&body, at: UpdateCheck.time, deliver: deliver)
            }
        }

        /// With what is known from those before it.
        init(_ body: WireReader, _ options: BGPSessionOptions, _ known: inout KnownAttributes) {
            read(body) { body, deliver throws(BGPError) in
                let decoder = BGPUpdateDecoder(options)
                return try decoder.read(
                    &body,
                    at: UpdateCheck.time,
                    known: &known,
                    deliver: deliver
                )
            }
        }

        private mutating func read(
            _ body: WireReader,
            by decode: (
                inout WireReader, (RouteUpdate) -> Void
            ) throws(BGPError) -> BGPUpdateDecoder.Notes
        ) {
            var body = body
            var delivered: [RouteUpdate] = []
            do throws(BGPError) {
                let notes = try decode(&body) { delivered.append($0) }
                (errors, skipped) = (notes.errors, notes.skipped)
            } catch {
                (reset, reason) = (error.notification, error.reason)
            }
            updates = delivered
        }
    }
}
