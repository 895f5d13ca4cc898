// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// That the session of a monitored peer is established, and what both sides said in their OPENs
/// (RFC 7854, section 4.10).
///
///     local address (16) | local port (2) | remote port (2) | OPEN sent | OPEN received | TLVs
struct BMPPeerUp: Equatable, Sendable {
    var localPort: UInt16
    var remotePort: UInt16
    /// What the router said.
    var sent: MonitoredOpen
    /// What the peer said.
    var received: MonitoredOpen

    /// Reads the body behind the per-peer header.
    init(_ body: inout WireReader) throws(WireError) {
        try body.skip(octets: 16)
        localPort = try body.read()
        remotePort = try body.read()
        sent = try MonitoredOpen(&body)
        received = try MonitoredOpen(&body)
        // Names of tables (RFC 9069, section 5.2.1) and other texts are not used.
        try BMPInformation.read(&body) { (_, _) in }
    }

    /// The families whose unicast routes both sides exchange.
    var families: [AddressFamily] {
        sent.families.filter(received.families.contains)
    }

    /// The families of `rib` with a path identifier before each prefix (RFC 7911, section 4).
    ///
    /// Routes went from the peer to the router, or for Adj-RIB-Out the other way. The OPENs of the
    /// Loc-RIB were never sent: they only say how its routes are written (RFC 9069, section 5.2).
    func addPathFamilies(_ rib: RIBKind) -> [AddressFamily] {
        AddressFamily.allCases.filter { family in
            let (ours, theirs) = (sent.addPath[family] ?? 0, received.addPath[family] ?? 0)
            return switch rib {
            case .locRIB: ours != 0 && theirs != 0
            case .adjRIBOut: ours & 2 != 0 && theirs & 1 != 0
            default: theirs & 2 != 0 && ours & 1 != 0
            }
        }
    }
}

/// What an OPEN of a session that is not ours says of how its UPDATEs are written.
///
/// ``BGPOpen`` refuses what the collector may not accept; here both sides have accepted it. What
/// cannot be read of the capabilities is left out.
struct MonitoredOpen: Equatable, Sendable {
    var asn: ASN
    var routerID: UInt32
    /// Families of unicast routes; of an OPEN that names none at all it is IPv4 (RFC 4760).
    var families: [AddressFamily] = []
    /// Send/Receive of ADD-PATH (RFC 7911, section 4): 1 receives, 2 sends, 3 does both.
    var addPath: [AddressFamily: UInt8] = [:]
    private var namesFamilies = false

    /// Reads a whole message, its header included.
    init(_ message: inout WireReader) throws(WireError) {
        var length = 0
        do throws(BGPError) {
            guard let header = try BGPMessageHeader(&message), header.type == .open else {
                throw BGPError(.badMessageType, "no OPEN")
            }
            length = header.length - BGPMessageHeader.octets
        } catch {
            throw message.failure(.malformed)
        }
        var body = try message.read(octets: length, as: "OPEN in Peer Up")
        try body.skip(octets: 1)
        asn = ASN(rawValue: UInt32(try body.read(UInt16.self)))
        try body.skip(octets: 2)
        routerID = try body.read()
        try? BGPOptionalParameters.read(&body, isLenient: true) { (code, value) in
            try? read(code, &value)
        }
        if !namesFamilies { families = [.ipv4] }
    }

    private mutating func read(_ code: UInt8, _ value: inout WireReader) throws(WireError) {
        switch code {
        case 1:  // Multiprotocol Extensions (RFC 4760, section 8)
            namesFamilies = true
            let family = AddressFamily(rawValue: try value.read())
            try value.skip(octets: 1)
            let isUnicast = try value.read(UInt8.self) == 1
            if let family, isUnicast, !families.contains(family) { families.append(family) }
        case 65:  // four-octet AS numbers (RFC 6793, section 3)
            asn = ASN(rawValue: try value.read())
        case 69:  // ADD-PATH (RFC 7911, section 4)
            while !value.isAtEnd {
                let family = AddressFamily(rawValue: try value.read())
                let isUnicast = try value.read(UInt8.self) == 1
                let mode = try value.read(UInt8.self)
                if let family, isUnicast, (1...3).contains(mode) { addPath[family] = mode }
            }
        default: break
        }
    }
}
