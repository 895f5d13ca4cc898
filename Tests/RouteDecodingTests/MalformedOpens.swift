// SPDX-License-Identifier: Apache-2.0

import RouteDecoding

extension MalformedMessage {
    static let opens: [MalformedMessage] = [
        .message(
            .open,
            "version 3",
            "RFC 4271, 6.2",
            "03 fbf4 005a c0000207 00",
            .ends(.unsupportedVersion, data: "0004")
        ),
        .message(.open, "AS 0", "RFC 7607, 2", "04 0000 005a c0000207 00", .ends(.badPeerAS)),
        .message(
            .open,
            "AS 0 in four octets",
            "RFC 7607, 2",
            "04 fbf4 005a c0000207 08 02 06 41 04 00000000",
            .ends(.badPeerAS)
        ),
        .message(
            .open,
            "identifier 0",
            "RFC 6286, 2.2",
            "04 fbf4 005a 00000000 00",
            .ends(.badIdentifier)
        ),
        .message(
            .open,
            "hold time of one second",
            "RFC 4271, 6.2",
            "04 fbf4 0001 c0000207 00",
            .ends(.unacceptableHoldTime)
        ),
        .message(
            .open,
            "hold time of two seconds",
            "RFC 4271, 6.2",
            "04 fbf4 0002 c0000207 00",
            .ends(.unacceptableHoldTime)
        ),
        .message(
            .open,
            "an optional parameter that is no capability",
            "RFC 4271, 6.2",
            "04 fbf4 005a c0000207 02 01 00",
            .ends(.unsupportedOptionalParameter)
        ),
        .message(
            .open,
            "a four-octet AS of two octets",
            "RFC 6793, 3",
            "04 fbf4 005a c0000207 06 02 04 41 02 fbf4",
            .ends(.openMessageError)
        ),
        .message(
            .open,
            "a capability longer than its parameter",
            "RFC 5492, 4",
            "04 fbf4 005a c0000207 04 02 02 41 04",
            .ends(.openMessageError)
        ),
        .message(
            .open,
            "a parameter longer than the list",
            "RFC 4271, 6.2",
            "04 fbf4 005a c0000207 05 02 04 02 00 00",
            .ends(.openMessageError)
        ),
        .message(
            .open,
            "parameters longer than the message",
            "RFC 4271, 6.2",
            "04 fbf4 005a c0000207 05 02 02 02 00",
            .ends(.openMessageError)
        ),
        .message(
            .open,
            "octets behind the parameters",
            "RFC 4271, 6.2",
            "04 fbf4 005a c0000207 00 00",
            .ends(.openMessageError)
        ),
        .message(
            .open,
            "extended parameters cut short",
            "RFC 9072, 2",
            "04 fbf4 005a c0000207 ff ff 0009 02 0006 41 04",
            .ends(.openMessageError)
        ),
        .message(
            .open,
            "a family of three octets",
            "RFC 4760, 8",
            "04 fbf4 005a c0000207 07 02 05 01 03 000100",
            .ends(.openMessageError)
        ),
        .message(
            .open,
            "graceful restart without its time",
            "RFC 4724, 3",
            "04 fbf4 005a c0000207 05 02 03 40 01 00",
            .ignored
        ),
        .message(
            .open,
            "ADD-PATH of three octets",
            "RFC 7911, 4",
            "04 fbf4 005a c0000207 07 02 05 45 03 000101",
            .ignored
        ),
        .message(
            .open,
            "ADD-PATH that neither sends nor receives",
            "RFC 7911, 4",
            "04 fbf4 005a c0000207 08 02 06 45 04 00010104",
            .ignored
        ),
        .message(
            .open,
            "next hops cut short",
            "RFC 8950, 4",
            "04 fbf4 005a c0000207 09 02 07 05 05 0001000100",
            .ignored
        ),
        .message(
            .open,
            "long-lived restart of eight octets",
            "RFC 9494, 3.1",
            "04 fbf4 005a c0000207 0c 02 0a 47 08 0001018000000e10",
            .ignored
        ),
        .message(
            .open,
            "a role of no octets",
            "RFC 9234, 4.1",
            "04 fbf4 005a c0000207 04 02 02 09 00",
            .ignored
        ),
    ]
}
