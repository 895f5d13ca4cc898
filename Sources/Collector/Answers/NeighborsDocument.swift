// SPDX-License-Identifier: Apache-2.0

import Model
import Reporting
import RouteReception
import Settings

/// The BGP sessions: those configured, and how each stands or last stood; behind them what comes by
/// BMP.
struct NeighborsDocument {
    private let rows: [Row]
    private let stations: StationsDocument

    private struct Row {
        var name: String
        var address: IPAddress?
        var asn: ASN?
        /// nil when there has been no session.
        var session: SessionState?
        /// nil when no collector was asked.
        var standing: NeighborStanding?
    }

    /// Sessions of neighbors that are no longer configured are not shown.
    ///
    /// - Parameters:
    ///   - neighbors: The configured ones.
    ///   - sessions: How each stands, or last stood.
    ///   - standings: What only a running collector knows of them.
    ///   - stations: Those that report by BMP.
    init(
        neighbors: [Settings.Neighbor],
        sessions: [SessionState],
        standings: [NeighborStanding],
        stations: StationsDocument = StationsDocument(stations: [], standings: [], tables: [])
    ) {
        self.stations = stations
        rows = neighbors.map { neighbor in
            Row(
                name: neighbor.name,
                address: neighbor.address,
                asn: neighbor.asn,
                session: sessions.first { $0.neighbor == neighbor.name },
                standing: standings.first { $0.name == neighbor.name }
            )
        }
    }

    func text(_ format: String) -> String {
        switch format {
        case "table":
            lines.isEmpty ? "no neighbors are configured\n" : lines.map { $0 + "\n" }.joined()
        case "jsonl": values.map { $0.text() + "\n" }.joined()
        default: JSONValue.array(values).text(isPretty: true) + "\n"
        }
    }

    private var lines: [String] { rows.map(line) + stations.lines }
    private var values: [JSONValue] { rows.map(json) + stations.rows }

    private func json(_ row: Row) -> JSONValue {
        let session = row.session
        return [
            "kind": "bgp",
            "neighbor": .string(row.name),
            "address": row.address.map { .string("\($0)") } ?? .null,
            "asn": row.asn.map { .unsigned(UInt64($0.rawValue)) } ?? .null,
            "state": session.map { .string($0.state) } ?? .string("idle"),
            "since": session.map { .string(Timestamp.text(seconds: $0.since)) } ?? .null,
            "ipv4Prefixes": .integer(Int64(session?.ipv4Prefixes ?? 0)),
            "ipv6Prefixes": .integer(Int64(session?.ipv6Prefixes ?? 0)),
            "lastError": session.flatMap { $0.lastError.isEmpty ? nil : .string($0.lastError) }
                ?? .null,
            "session": row.standing.map(details) ?? .null,
        ]
    }

    /// What only a running collector knows of a session.
    private func details(_ standing: NeighborStanding) -> JSONValue {
        let words = { (families: [AddressFamily]) -> JSONValue in
            .array(families.map { .string(Self.word($0)) })
        }
        return [
            "establishedCount": .integer(Int64(standing.establishedCount)),
            "families": words(standing.families),
            "endOfRIB": words(standing.endOfRIB),
            "initialRoutes": .bool(standing.hasInitialRoutes),
            "stale": .bool(standing.isStale),
            "staleSecondsLeft": standing.staleSecondsLeft.map(JSONValue.integer) ?? .null,
            "capabilities": standing.session.map(Self.capabilities) ?? .null,
            "holdSeconds": .integer(Int64(standing.holdSeconds)),
            "md5": .bool(standing.hasSignatures),
            "ttlHops": standing.ttlHops.map { .integer(Int64($0)) } ?? .null,
            "messagesReceived": .integer(Int64(standing.messagesReceived)),
            "refusedConnections": .integer(Int64(standing.refusedConnections)),
        ]
    }

    /// What both sides use, and what the neighbor says of its restarts.
    private static func capabilities(_ session: EstablishedSession) -> JSONValue {
        let longLived = session.longLivedStaleSeconds
        return [
            "fourOctetASNs": .bool(session.hasFourOctetASNs),
            "addPath": .array(session.addPathFamilies.map { .string(word($0)) }),
            "extendedMessages": .bool(session.hasExtendedMessages),
            "ipv6NextHops": .bool(session.hasIPv6NextHops),
            "routeRefresh": .bool(session.hasRouteRefresh),
            "enhancedRouteRefresh": .bool(session.hasEnhancedRouteRefresh),
            "gracefulRestart": .bool(session.hasGracefulRestart),
            "restartSeconds": session.hasGracefulRestart
                ? .integer(Int64(session.restartSeconds)) : .null,
            "notificationsCovered": .bool(session.coversNotifications),
            "longLivedStaleSeconds": .object(
                AddressFamily.allCases.compactMap { family in
                    longLived[family].map { .init(word(family), .unsigned(UInt64($0))) }
                }
            ),
        ]
    }

    private func line(_ row: Row) -> String {
        let address = row.address.map { "  \($0)" } ?? ""
        let asn = row.asn.map { "  \($0)" } ?? ""
        guard let session = row.session else {
            return "\(row.name)\(address)\(asn)  idle: never had a session"
        }
        let error = session.lastError.isEmpty ? "" : "  last error: \(session.lastError)"
        let stored = session.isStale ? "  STALE" : ""
        return "\(row.name)\(address)\(asn)  \(session.state) since "
            + "\(Timestamp.text(seconds: session.since))  \(session.ipv4Prefixes) IPv4, "
            + "\(session.ipv6Prefixes) IPv6 prefixes\(row.standing.map(routes) ?? stored)\(error)"
    }

    /// Whether they are all there, and how long those of an earlier session still stand.
    private func routes(_ standing: NeighborStanding) -> String {
        var text = ""
        if standing.isStale {
            let left = standing.staleSecondsLeft.map { ", for \($0) s more" } ?? ""
            text += "  STALE\(left)"
        }
        guard standing.state == "established" else { return text }
        let waiting = standing.families.filter { !standing.endOfRIB.contains($0) }
        if waiting.isEmpty { return text + "  End-of-RIB seen" }
        let words = waiting.map(Self.word).joined(separator: ", ")
        return text + "  no End-of-RIB yet of \(words)"
    }

    private static func word(_ family: AddressFamily) -> String {
        family == .ipv4 ? "ipv4" : "ipv6"
    }
}
