// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Testing

/// A message that no router should send, what becomes of it, and the paragraph that says so.
struct MalformedMessage: CustomTestStringConvertible, Sendable {
    enum Outcome: Equatable, Sendable {
        /// The session ends with this error; data in hexadecimal, nil where it does not matter.
        case ends(BGPErrorCode, data: String? = nil)
        /// The routes announced count as withdrawn, and the session goes on.
        case withdrawn
        /// The routes are announced all the same.
        case announced
        /// Nothing comes of it, and the session goes on.
        case ignored
    }

    var name: String
    /// "RFC 7606, 7.1".
    var paragraph: String
    /// The whole message.
    var octets: [UInt8]
    var options = BGPSessionOptions()
    var outcome: Outcome

    var testDescription: String { "\(name) (\(paragraph))" }

    /// What is announced in the UPDATEs here: 198.51.100.0/24.
    static let route = "18 c63364"

    private static let marker = [UInt8](repeating: 0xff, count: 16)

    /// Octets as they are, behind a marker.
    static func raw(
        _ name: String,
        _ paragraph: String,
        _ octets: String,
        _ outcome: Outcome
    ) -> MalformedMessage {
        .init(name: name, paragraph: paragraph, octets: marker + hex(octets), outcome: outcome)
    }

    /// A message of `type` with this body, in hexadecimal.
    static func message(
        _ type: BGPMessageType,
        _ name: String,
        _ paragraph: String,
        _ body: String,
        _ outcome: Outcome
    ) -> MalformedMessage {
        let octets = BGPMessageHeader.message(type, hex(body))
        return .init(name: name, paragraph: paragraph, octets: octets, outcome: outcome)
    }

    /// An UPDATE with these attributes and routes.
    static func update(
        _ name: String,
        _ paragraph: String,
        _ attributes: String,
        announced: String = route,
        by options: BGPSessionOptions = BGPSessionOptions(),
        _ outcome: Outcome
    ) -> MalformedMessage {
        let body = RouteDecodingTests.update(attributes: attributes, announced: announced)
        return self.body(name, paragraph, body, by: options, outcome)
    }

    /// An UPDATE of these octets.
    static func body(
        _ name: String,
        _ paragraph: String,
        _ octets: [UInt8],
        by options: BGPSessionOptions = BGPSessionOptions(),
        _ outcome: Outcome
    ) -> MalformedMessage {
        let octets = BGPMessageHeader.message(.update, octets)
        return .init(
            name: name,
            paragraph: paragraph,
            octets: octets,
            options: options,
            outcome: outcome
        )
    }
}

extension MalformedMessage {
    static let table: [MalformedMessage] =
        headers + opens + attributes + values + routes + families + refreshes

    private static let headers: [MalformedMessage] = [
        .init(
            name: "a marker that is not all ones",
            paragraph: "RFC 4271, 6.1",
            octets: [0x7f] + hex(String(repeating: "ff", count: 15) + "0013 04"),
            outcome: .ends(.connectionNotSynchronized, data: "")
        ),
        .raw("18 octets", "RFC 4271, 6.1", "0012 04", .ends(.badMessageLength, data: "0012")),
        .raw(
            "no length at all",
            "RFC 4271, 6.1",
            "0000 02",
            .ends(.badMessageLength, data: "0000")
        ),
        .raw(
            "an OPEN of 4,097 octets, which may never be that long",
            "RFC 8654, 4",
            "1001 01",
            .ends(.badMessageLength, data: "1001")
        ),
        .raw(
            "a KEEPALIVE with a body",
            "RFC 4271, 6.1",
            "0014 04",
            .ends(.badMessageLength, data: "0014")
        ),
        .raw("an OPEN of 28 octets", "RFC 4271, 6.1", "001c 01", .ends(.badMessageLength)),
        .raw("an UPDATE of 22 octets", "RFC 4271, 6.1", "0016 02", .ends(.badMessageLength)),
        .raw("a NOTIFICATION of 20 octets", "RFC 4271, 6.1", "0014 03", .ends(.badMessageLength)),
        .raw("type 0", "RFC 4271, 6.1", "0013 00", .ends(.badMessageType, data: "00")),
        .raw("type 7", "RFC 4271, 6.1", "0013 07", .ends(.badMessageType, data: "07")),
        .raw("type 255", "RFC 4271, 6.1", "0013 ff", .ends(.badMessageType, data: "ff")),
    ]

    /// ROUTE-REFRESH and NOTIFICATION.
    private static let refreshes: [MalformedMessage] = [
        .message(
            .routeRefresh,
            "a begin of five octets",
            "RFC 7313, 5",
            "0001 01 01 00",
            .ends(
                .invalidRefreshLength,
                data: String(repeating: "ff", count: 16) + "001805 0001010100"
            )
        ),
        .message(
            .routeRefresh,
            "an end of six octets",
            "RFC 7313, 5",
            "0002 02 01 0000",
            .ends(.invalidRefreshLength)
        ),
        .message(
            .routeRefresh,
            "three octets",
            "RFC 7313, 5",
            "0001 00",
            .ends(.invalidRefreshLength)
        ),
        .message(.routeRefresh, "none", "RFC 7313, 5", "", .ends(.invalidRefreshLength)),
        .message(.routeRefresh, "subtype 3", "RFC 7313, 5", "0001 03 01", .ignored),
        .message(.routeRefresh, "of a family nobody knows", "RFC 2918, 4", "fffe 00 01", .ignored),
        .message(
            .routeRefresh,
            "with filters that were not offered",
            "RFC 5291, 5",
            "0001 00 01 01 40 0000",
            .ignored
        ),
        .message(.notification, "of a code nobody knows", "RFC 4271, 6.4", "ff ff 00", .ignored),
        .message(
            .notification,
            "a text longer than the message",
            "RFC 9003, 2",
            "06 02 06 68656c6c6f",
            .ignored
        ),
        .message(
            .notification,
            "a text that is no UTF-8",
            "RFC 9003, 2",
            "06 02 02 ffff",
            .ignored
        ),
        .message(
            .notification,
            "a Hard Reset without what it is for",
            "RFC 8538, 3.1",
            "06 09",
            .ignored
        ),
    ]
}
