// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// BMP that breaks a rule, beside some that only looks so; each with the paragraph it answers to.
struct MalformedBMP: Sendable {
    /// What must become of it.
    enum Expected: Equatable, Sendable {
        /// The connection is closed: where the next message begins is not known.
        case closed
        /// It is counted under this name and skipped; nothing follows from it.
        case counted(String)
        /// It is skipped, and is no error.
        case skipped
        /// It is read, with this as the last line.
        case read(String)
    }

    var name: String
    var paragraph: String
    var octets: [UInt8]
    var expected: Expected

    init(_ name: String, _ paragraph: String, _ octets: [UInt8], _ expected: Expected) {
        self.name = name
        self.paragraph = paragraph
        self.octets = octets
        self.expected = expected
    }

    private typealias BMP = BMPEncoder
    private static let peer = BMP.Peer()
    private static let net = BMP.announcement([24, 198, 18, 1])
    private static let told = "prePolicy 192.0.2.9 +198.18.1.0/24"

    static let samples = headers + peers + informations + ups + downs + routes

    private static let headers = [
        MalformedBMP("version 1", "RFC 7854, 4.1", BMP.message(0, [], version: 1), .closed),
        MalformedBMP("version 2", "RFC 7854, 4.1", BMP.message(0, [], version: 2), .closed),
        MalformedBMP("version 4", "RFC 7854, 4.1", BMP.message(0, [], version: 4), .closed),
        MalformedBMP("version 0", "RFC 7854, 4.1", BMP.message(0, [], version: 0), .closed),
        MalformedBMP("a length of 0", "RFC 7854, 4.1", [3, 0, 0, 0, 0, 4], .closed),
        MalformedBMP("a length of 5", "RFC 7854, 4.1", [3, 0, 0, 0, 5, 4], .closed),
        MalformedBMP("a length of 4 GiB", "RFC 7854, 4.1", [3, 255, 255, 255, 255, 0], .closed),
        MalformedBMP("just above the longest", "RFC 7854, 4.1", [3, 0, 16, 0, 1, 0], .closed),
        MalformedBMP("a type that is not known", "RFC 7854, 4.1", BMP.message(99, [1]), .skipped),
    ]

    private static let peers = [
        MalformedBMP(
            "no per-peer header",
            "RFC 7854, 4.2",
            BMP.message(0, []),
            .counted("truncated BMP message")
        ),
        MalformedBMP(
            "a per-peer header cut off",
            "RFC 7854, 4.2",
            BMP.message(0, Array(peer.octets.dropLast())),
            .counted("truncated BMP message")
        ),
        MalformedBMP(
            "a peer type that is not known",
            "RFC 7854, 4.2",
            BMP.routeMonitoring(with(kind: 4), net),
            .counted("unsupported BMP per-peer header")
        ),
        MalformedBMP(
            "reserved flags are no error",
            "RFC 7854, 4.2",
            BMP.routeMonitoring(peer.with(flags: 0x0f), net),
            .read(told)
        ),
        MalformedBMP(
            "octets before an IPv4 address are no error",
            "RFC 7854, 4.2",
            BMP.message(0, mapped + net),
            .read(told)
        ),
        MalformedBMP(
            "a part of a second above a million",
            "RFC 7854, 4.2",
            BMP.routeMonitoring(with(microseconds: .max), net),
            .read(told)
        ),
        MalformedBMP(
            "the L flag means nothing for the Loc-RIB",
            "RFC 9069, 4.2",
            BMP.routeMonitoring(BMP.Peer.locRIB().with(flags: 0x70), net),
            .read("locRIB 0.0.0.0 +198.18.1.0/24")
        ),
        MalformedBMP(
            "a statistics report without peer",
            "RFC 7854, 4.8",
            BMP.message(1, [0]),
            .counted("truncated BMP message")
        ),
        MalformedBMP(
            "a mirrored message of nothing",
            "RFC 7854, 4.7",
            BMP.message(6, []),
            .skipped
        ),
    ]

    private static let informations = [
        MalformedBMP("an Initiation of nothing", "RFC 7854, 4.3", BMP.message(4, []), .skipped),
        MalformedBMP(
            "an Initiation with a TLV cut off",
            "RFC 7854, 4.4",
            BMP.message(4, [0, 1, 0, 9, 65]),
            .counted("truncated BMP message")
        ),
        MalformedBMP(
            "an Initiation with three octets left",
            "RFC 7854, 4.4",
            BMP.message(4, BMP.information(2, [65]) + [0, 1, 0]),
            .counted("truncated BMP message")
        ),
        MalformedBMP(
            "a TLV that is not known",
            "RFC 7854, 4.4",
            BMP.message(4, BMP.information(999, [1, 2, 3])),
            .skipped
        ),
        MalformedBMP(
            "a name that is no UTF-8",
            "RFC 7854, 4.4",
            BMP.message(4, BMP.information(2, [0xff, 0xfe])),
            .skipped
        ),
        MalformedBMP(
            "a Termination whose reason has one octet",
            "RFC 7854, 4.5",
            BMP.message(5, BMP.information(1, [0])),
            .counted("truncated BMP information")
        ),
    ]

    private static let ups = [
        MalformedBMP(
            "a Peer Up of nothing",
            "RFC 7854, 4.10",
            BMP.message(3, peer.octets),
            .counted("truncated BMP message")
        ),
        MalformedBMP(
            "a Peer Up with one OPEN",
            "RFC 7854, 4.10",
            BMP.peerUp(peer, received: []),
            .counted("malformed BMP message")
        ),
        MalformedBMP(
            "a Peer Up with an UPDATE for an OPEN",
            "RFC 7854, 4.10",
            BMP.peerUp(peer, sent: net),
            .counted("malformed BMP message")
        ),
        MalformedBMP(
            "a Peer Up whose OPEN has no marker",
            "RFC 4271, 4.1",
            BMP.peerUp(peer, sent: [UInt8](repeating: 0, count: 29)),
            .counted("malformed BMP message")
        ),
        MalformedBMP(
            "an OPEN longer than the Peer Up",
            "RFC 4271, 4.1",
            BMP.peerUp(peer, received: longOpen),
            .counted("truncated BMP message")
        ),
        MalformedBMP(
            "an OPEN whose capabilities are cut off",
            "RFC 5492, 4",
            BMP.peerUp(peer, sent: brokenOpen) + BMP.routeMonitoring(peer, net),
            .read(told)
        ),
        MalformedBMP(
            "a Peer Up with TLVs cut off",
            "RFC 7854, 4.10",
            BMP.message(3, Array(BMP.peerUp(peer).dropFirst(6)) + [0, 0, 0]),
            .counted("truncated BMP message")
        ),
    ]

    private static let downs = [
        MalformedBMP(
            "a Peer Down of a peer that was never up",
            "RFC 7854, 4.9",
            BMP.peerDown(peer),
            .skipped
        ),
        MalformedBMP(
            "a Peer Down without reason",
            "RFC 7854, 4.9",
            BMP.routeMonitoring(peer, net) + BMP.message(2, peer.octets),
            .read("prePolicy 192.0.2.9 gone: no reason")
        ),
        MalformedBMP(
            "a Peer Down with a reason that is not known",
            "RFC 7854, 4.9",
            BMP.routeMonitoring(peer, net) + BMP.peerDown(peer, 77),
            .read("prePolicy 192.0.2.9 gone: reason 77")
        ),
        MalformedBMP(
            "a Peer Down whose NOTIFICATION is cut off",
            "RFC 7854, 4.9",
            BMP.routeMonitoring(peer, net) + BMP.peerDown(peer, 3, [255, 255]),
            .read("prePolicy 192.0.2.9 gone: the peer closed the session")
        ),
        MalformedBMP(
            "a Peer Down whose event is cut off",
            "RFC 7854, 4.9",
            BMP.routeMonitoring(peer, net) + BMP.peerDown(peer, 2, [0]),
            .read("prePolicy 192.0.2.9 gone: the router closed the session without a NOTIFICATION")
        ),
    ]

    private static let routes = [
        MalformedBMP(
            "Route Monitoring of nothing",
            "RFC 7854, 4.6",
            BMP.message(0, peer.octets),
            .skipped
        ),
        MalformedBMP(
            "an OPEN for an UPDATE",
            "RFC 7854, 4.6",
            BMP.routeMonitoring(peer, BMP.open(64_510)),
            .counted("malformed BMP message")
        ),
        MalformedBMP(
            "an UPDATE without marker",
            "RFC 4271, 4.1",
            BMP.routeMonitoring(peer, [UInt8](repeating: 0, count: 23)),
            .counted("malformed BMP message")
        ),
        MalformedBMP(
            "an UPDATE that is longer than its message",
            "RFC 7854, 4.6",
            BMP.message(0, peer.octets + net.dropLast()),
            .counted("truncated BMP message")
        ),
        MalformedBMP(
            "two UPDATEs in one message are read",
            "RFC 7854, 4.6",
            BMP.routeMonitoring(peer, BMP.announcement([24, 198, 18, 2]) + net),
            .read(told)
        ),
        MalformedBMP(
            "withdrawn routes longer than the UPDATE",
            "RFC 4271, 6.3",
            BMP.routeMonitoring(peer, lengths(withdrawn: 500)),
            .counted("UPDATE: UPDATE Message Error/Malformed Attribute List")
        ),
        MalformedBMP(
            "a prefix of 33 bits",
            "RFC 7606, 5.3",
            BMP.routeMonitoring(peer, BMP.announcement([33, 198, 18, 1, 1, 1])),
            .counted("UPDATE: UPDATE Message Error/Invalid Network Field")
        ),
        MalformedBMP(
            "a prefix cut off",
            "RFC 7606, 5.3",
            BMP.routeMonitoring(peer, BMP.announcement([24, 198])),
            .counted("UPDATE: UPDATE Message Error/Invalid Network Field")
        ),
        MalformedBMP(
            "an announcement without attributes withdraws",
            "RFC 7606, 3 (d)",
            BMP.routeMonitoring(peer, BMP.update(announced: [24, 198, 18, 1])),
            .read("prePolicy 192.0.2.9 -198.18.1.0/24")
        ),
        MalformedBMP(
            "an ORIGIN of two octets withdraws",
            "RFC 7606, 7.1",
            BMP.routeMonitoring(
                peer,
                BMP.update(
                    attributes: [0x40, 1, 2, 0, 0] + BMP.attributes().dropFirst(4),
                    announced: [24, 198, 18, 1]
                )
            ),
            .read("prePolicy 192.0.2.9 -198.18.1.0/24")
        ),
    ]

    private static func with(kind: UInt8) -> BMP.Peer {
        var peer = BMP.Peer()
        peer.kind = kind
        return peer
    }

    private static func with(microseconds: UInt32) -> BMP.Peer {
        var peer = BMP.Peer()
        peer.microseconds = microseconds
        return peer
    }

    /// An IPv4 address with something before it.
    private static var mapped: [UInt8] {
        var octets = peer.octets
        (octets[20], octets[21]) = (255, 255)
        return octets
    }

    private static var longOpen: [UInt8] {
        var open = BMP.open(64_510)
        (open[16], open[17]) = (4, 0)
        return open
    }

    private static var brokenOpen: [UInt8] {
        var open = BMP.open(64_500)
        open[32] = 200
        return open
    }

    private static func lengths(withdrawn: Int) -> [UInt8] {
        var update = BMP.update()
        (update[19], update[20]) = (UInt8(withdrawn >> 8), UInt8(withdrawn & 255))
        return update
    }
}

extension MalformedBMP: CustomStringConvertible {
    var description: String { "\(name) (\(paragraph))" }
}
