// SPDX-License-Identifier: Apache-2.0

import Model
import Reporting
import RouteDecoding
import RouteReception
import Settings

/// The stations that report by BMP, and the tables that they report.
struct StationsDocument {
    private let stations: [Settings.Station]
    private let standings: [StationStanding]
    private let tables: [TableStanding]

    /// - Parameters:
    ///   - stations: The configured ones.
    ///   - standings: How each stands; none without a running collector.
    ///   - tables: What they have reported, those of others left out.
    init(
        stations: [Settings.Station],
        standings: [StationStanding],
        tables: [TableStanding]
    ) {
        self.stations = stations
        self.standings = standings
        let names = Set(stations.map(\.name))
        self.tables = tables.filter { names.contains($0.source.name) }
    }

    /// Each station, with its tables behind it.
    var rows: [JSONValue] {
        stations.flatMap { station in
            [row(station)] + tables.filter { $0.source.name == station.name }.map(Self.row)
        }
    }

    var lines: [String] {
        stations.flatMap { station in
            [line(station)] + tables.filter { $0.source.name == station.name }.map(Self.line)
        }
    }

    private func standing(_ station: Settings.Station) -> StationStanding? {
        standings.first { $0.name == station.name }
    }

    private func row(_ station: Settings.Station) -> JSONValue {
        let standing = standing(station)
        let own = tables.filter { $0.source.name == station.name }
        let lastError = standing?.lastError ?? ""
        return [
            "kind": "bmp",
            "neighbor": .string(station.name),
            "station": .string(station.name),
            "address": .string("\(station.address)"),
            "asn": .null,
            "state": .string(standing?.state ?? "idle"),
            "since": standing.map { .string(Timestamp.text(seconds: $0.since)) } ?? .null,
            "ipv4Prefixes": .integer(Int64(own.reduce(0) { $0 + $1.ipv4Prefixes })),
            "ipv6Prefixes": .integer(Int64(own.reduce(0) { $0 + $1.ipv6Prefixes })),
            "lastError": lastError.isEmpty ? .null : .string(lastError),
            "connection": standing.map(Self.details) ?? .null,
        ]
    }

    private static func details(_ standing: StationStanding) -> JSONValue {
        let counts = standing.statistics
        let number = { (count: Int) -> JSONValue in .integer(Int64(count)) }
        let byReason = { (counts: [String: Int]) -> JSONValue in
            .object(
                counts.filter { $0.value > 0 }.sorted { $0.key < $1.key }
                    .map { .init($0.key, number($0.value)) }
            )
        }
        return [
            "systemName": .string(standing.systemName),
            "systemDescription": .string(standing.systemDescription),
            "connections": number(standing.connections),
            "refusedConnections": number(standing.refused),
            "peersUp": number(standing.peersUp),
            "messagesReceived": number(counts.messages),
            "routeMonitoring": number(counts.routeMonitoring),
            "updates": number(counts.updates),
            "withoutUnicastRoutes": number(counts.withoutUnicastRoutes),
            "unused": number(counts.unused),
            "peerUps": number(counts.peersUp),
            "peerDowns": number(counts.peersDown),
            "statisticsReports": number(counts.reports),
            "mirrored": number(counts.mirrored),
            "unknownTypes": number(counts.unknownTypes),
            "peerUpMissing": number(counts.peerUpMissing),
            "peerDownUnknown": number(counts.peerDownUnknown),
            "addPathMismatch": number(counts.addPathMismatch),
            "addPathFlips": number(counts.addPathFlips),
            "peersOverLimit": number(counts.overLimit),
            "malformed": byReason(counts.malformed),
            "attributeErrors": byReason(counts.attributeErrors),
        ]
    }

    private static func row(_ table: TableStanding) -> JSONValue {
        let source = table.source
        let hasDistinguisher = source.distinguisher != 0
        return [
            "kind": "bmp",
            "neighbor": .string(source.name),
            "station": .string(source.name),
            "peer": .string("\(source.address)"),
            "asn": .unsigned(UInt64(source.asn.rawValue)),
            "rib": .string("\(source.rib)"),
            "distinguisher": hasDistinguisher
                ? .string(RouteDistinguisherText.text(source.distinguisher)) : .null,
            "view": .string(table.view),
            "weight": .unsigned(UInt64(source.weight)),
            "state": .string(state(table)),
            "ipv4Prefixes": .integer(Int64(table.ipv4Prefixes)),
            "ipv6Prefixes": .integer(Int64(table.ipv6Prefixes)),
            "families": .array(table.families.map { .string(word($0)) }),
            "endOfRIB": .array(table.endOfRIB.map { .string(word($0)) }),
            "initialRoutes": .bool(table.hasInitialRoutes),
            "stale": .bool(table.staleSecondsLeft != nil),
            "staleSecondsLeft": table.staleSecondsLeft.map(JSONValue.integer) ?? .null,
        ]
    }

    private static func state(_ table: TableStanding) -> String {
        if table.isOverLimit { return "overLimit" }
        return table.isTold ? "reported" : "lost"
    }

    private func line(_ station: Settings.Station) -> String {
        guard let standing = standing(station) else {
            return "\(station.name)  \(station.address)  BMP  idle: no collector was asked"
        }
        let error = standing.lastError.isEmpty ? "" : "  last error: \(standing.lastError)"
        let system = standing.systemName.isEmpty ? "" : "  \(standing.systemName)"
        return "\(station.name)  \(station.address)  BMP  \(standing.state) since "
            + "\(Timestamp.text(seconds: standing.since))  \(standing.peersUp) peers up"
            + "\(system)\(error)"
    }

    private static func line(_ table: TableStanding) -> String {
        let source = table.source
        let vpn = source.distinguisher == 0 ? "" : "  view \(table.view)"
        let stale = table.staleSecondsLeft.map { "  STALE, for \($0) s more" } ?? ""
        let waiting = table.families.filter { !table.endOfRIB.contains($0) }.map(word)
        let end =
            !table.isTold
            ? ""
            : waiting.isEmpty
                ? "  End-of-RIB seen" : "  no End-of-RIB yet of \(waiting.joined(separator: ", "))"
        return "  \(source.address)  \(source.asn)  \(source.rib)\(vpn)  \(state(table))  "
            + "\(table.ipv4Prefixes) IPv4, \(table.ipv6Prefixes) IPv6 prefixes\(stale)\(end)"
    }

    private static func word(_ family: AddressFamily) -> String {
        family == .ipv4 ? "ipv4" : "ipv6"
    }
}
