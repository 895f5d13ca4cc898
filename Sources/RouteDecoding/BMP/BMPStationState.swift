// SPDX-License-Identifier: Apache-2.0

package import Model
package import Wire

/// What one router tells by BMP, read with what it has told before (RFC 7854).
///
/// # How it works
///
/// A router reports the sessions of its peers, and for each up to three tables of their routes, and
/// its own Loc-RIB. All come over one connection:
///
///     Peer Up            peer 192.0.2.9         the OPENs say how its UPDATEs are to be read
///     Route Monitoring   192.0.2.9, L=0         Adj-RIB-In before policy    its own RouteSource
///     Route Monitoring   192.0.2.9, L=1         Adj-RIB-In after policy     its own RouteSource
///     Peer Down          192.0.2.9              the routes of both are gone
///
/// Each table is a source of routes of its own, so that none of them speaks for another. A Peer
/// Down is about all tables of the peer, but never about the Loc-RIB, which has a type of its own;
/// of a router that says Peer Up for each table, it is about that table.
///
/// Routers err, and BMP has no way to tell them. So a message that cannot be read is counted and
/// skipped; routes of a peer that was never said to be up are taken as they most likely are; a peer
/// whose prefixes, three times in a row, can only be read the other way than its OPENs say is read
/// that way from then on (``PathIdentifierEvidence``).
package struct BMPStationState: Sendable {
    /// What follows from a message.
    package enum Event: Equatable, Sendable {
        /// A table begins, of which these families will be told.
        case began(RouteSource, [AddressFamily])
        case update(RouteUpdate, RouteSource)
        /// A table is gone, at that time, in nanoseconds since 1970-01-01 00:00 UTC.
        case ended(RouteSource, at: Int64, reason: String)
        /// The same of a table that nothing was told of over this connection: what an earlier one
        /// has told of it, if anything, is gone.
        case absent(RouteSource, at: Int64, reason: String)
        /// A table will be told again, or not at all: what is known of it is stale.
        case lost(RouteSource, reason: String)
    }

    /// How the messages of one station are read.
    package struct Terms: Equatable, Sendable {
        /// Name of the station: that of its routes' sources.
        package var name: String
        /// The tables whose routes are kept; empty for all.
        package var ribs: Set<RIBKind>
        /// Of all its routes but those of Adj-RIB-Out; nil for the customary one of each table.
        package var weight: UInt16?

        package init(name: String, ribs: Set<RIBKind> = [], weight: UInt16? = nil) {
            self.name = name
            self.ribs = ribs
            self.weight = weight
        }
    }

    let terms: Terms
    var peers: [PeerKey: Peer] = [:]
    package internal(set) var statistics = BMPStatistics()
    /// sysName and sysDescr of the Initiation message (RFC 7854, section 4.3); empty for none.
    package private(set) var systemName = ""
    package private(set) var systemDescription = ""
    /// Why the router ends its reports; the connection is to be closed then (section 4.5).
    package private(set) var termination: String?

    /// Peers of one station beyond this number are left out.
    package static let mostPeers = 4_096
    /// Messages in a row that show how prefixes are written.
    static let proofs = 3
    /// How old a time in a per-peer header may be, in nanoseconds: as of a flow record.
    private static let longestDelay: Int64 = 3_600_000_000_000

    package init(_ terms: Terms) { self.terms = terms }

    /// Peers that are up.
    package var peersUp: Int { peers.values.count { $0.isUp } }

    /// Reads a message.
    ///
    /// - Parameters:
    ///   - type: As its header says; nil for one that is not known.
    ///   - body: What follows the header.
    ///   - arrival: When it came, in nanoseconds since 1970-01-01 00:00 UTC.
    ///   - deliver: Called for what follows from it, in order.
    package mutating func receive(
        _ type: BMPMessageType?,
        _ body: inout WireReader,
        at arrival: Int64,
        deliver: (Event) -> Void
    ) {
        statistics.count(type)
        do throws(WireError) {
            switch type {
            case .routeMonitoring: try readRoutes(&body, at: arrival, deliver: deliver)
            case .peerUp: try readPeerUp(&body, deliver: deliver)
            case .peerDown: try readPeerDown(&body, at: arrival, deliver: deliver)
            case .initiation: try readInitiation(&body)
            case .termination: try readTermination(&body)
            case .statisticsReport: _ = try PerPeerHeader(&body)
            case .routeMirroring, nil: break
            }
        } catch {
            statistics.malformed["\(error.kind.rawValue) \(error.subject)", default: 0] += 1
        }
    }

    /// The connection is over: what was told is stale.
    package mutating func end(reason: String, deliver: (Event) -> Void) {
        let tables = peers.values.flatMap { $0.ribs.values.map(\.source) }
        peers = [:]
        for source in tables { deliver(.lost(source, reason: reason)) }
    }

    private mutating func readInitiation(_ body: inout WireReader) throws(WireError) {
        var (name, description) = (systemName, systemDescription)
        try BMPInformation.read(&body) { (type, value) throws(WireError) in
            switch type {
            case 1: description = try BMPInformation.text(&value)
            case 2: name = try BMPInformation.text(&value)
            default: break
            }
        }
        (systemName, systemDescription) = (name, description)
    }

    private mutating func readTermination(_ body: inout WireReader) throws(WireError) {
        // Whatever else it says.
        termination = BMPTerminationReason.words(BMPTerminationReason.unspecified.rawValue)
        var (words, text): (String?, String?) = (nil, nil)
        defer {
            let said = [words, text.map { "\"\($0)\"" }].compactMap { $0 }
            if !said.isEmpty { termination = said.joined(separator: ": ") }
        }
        try BMPInformation.read(&body) { (type, value) throws(WireError) in
            switch type {
            case 0: text = try BMPInformation.text(&value)
            case 1: words = BMPTerminationReason.words(try value.read())
            default: break
            }
        }
    }

    /// The time in a per-peer header, if it can be.
    static func time(_ header: PerPeerHeader, arrival: Int64) -> Int64 {
        // Of a router whose clock goes wrong, arrival is the better guess.
        let (earliest, isBeforeAllTime) = arrival.subtractingReportingOverflow(longestDelay)
        guard header.time != 0, !isBeforeAllTime else { return arrival }
        return (earliest...arrival).contains(header.time) ? header.time : arrival
    }
}
