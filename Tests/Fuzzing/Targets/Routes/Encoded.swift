// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Wire

/// What was decoded, encoded by the encoder that the demonstration and the tests send with, reads
/// the same.
enum Encoded {
    static func check(_ update: RouteUpdate, octets: Int) {
        // Beyond this a path may have been cut off, or be too long for one message.
        guard octets < 1_000 else { return }
        let messages = BGPUpdateEncoder.messages(for: update)
        var sent = 0
        var again = RouteUpdate(time: update.time)
        for message in messages {
            sent += message.count
            Invariants.require(
                message.count <= BGPMessageHeader.longestMessage,
                "a message is no longer than it may be"
            )
            read(message, into: &again)
        }
        Invariants.require(sent <= 64 + 40 * octets, "what is sent is no multiple of what came")
        for family in AddressFamily.allCases {
            Invariants.require(
                prefixes(again.announced, family) == prefixes(update.announced, family)
                    && prefixes(again.withdrawn, family) == prefixes(update.withdrawn, family),
                "encoded, the routes are the same"
            )
        }
        Invariants.require(again.endOfRIB == update.endOfRIB, "encoded, End-of-RIB is the same")
        guard let family = update.announced.first?.prefix.family else { return }
        Invariants.require(
            sendable(again.attributes, family) == sendable(update.attributes, family),
            "encoded, the attributes are the same"
        )
    }

    private static func read(_ message: [UInt8], into all: inout RouteUpdate) {
        var reader = WireReader(message.span, as: "UPDATE")
        guard let header = try? BGPMessageHeader(&reader), header.type == .update else {
            return Invariants.require(false, "what is sent has the header of an UPDATE")
        }
        let outcome = UpdateOutcome(reader, BGPSessionOptions())
        Invariants.require(outcome.rank == 0, "what is sent is without error")
        for change in outcome.updates {
            all.withdrawn += change.withdrawn
            all.announced += change.announced
            all.endOfRIB += change.endOfRIB
            if !change.announced.isEmpty { all.attributes = change.attributes }
        }
    }

    private static func prefixes(
        _ routes: [RouteUpdate.Reachability],
        _ family: AddressFamily
    ) -> [IPPrefix] {
        routes.lazy.map(\.prefix).filter { $0.family == family }
    }

    /// The attributes as far as they are sent: a next hop of the other family is not, nor who
    /// reflected a route.
    private static func sendable(
        _ attributes: PathAttributes,
        _ family: AddressFamily
    ) -> PathAttributes {
        var attributes = attributes
        attributes.clusterCount = 0
        if attributes.nextHop?.family != family {
            attributes.nextHop = family == .ipv4 ? .v4(0) : .v6(0)
        }
        return attributes
    }
}
