// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Reporting
import RouteReception
import Routing
public import Settings

/// What a routing table holds, for `routes summary`, `routes lookup` and `routes dump`.
///
/// The table may be in use: whoever asks holds up neither its writer nor its readers.
public struct RoutesQuery: ~Copyable {
    let feed: RouteFeed
    private let isLive: Bool
    private let loadSeconds: Double
    /// What is wrong with the tables that were loaded.
    public let problems: [String]

    /// How to print an answer.
    public enum Format: String, CaseIterable, Sendable {
        case table, json, jsonl
    }

    /// Loads one MRT file, a view for each of its peers.
    public static func loaded(mrt path: String) throws -> RoutesQuery {
        try InputProblem.refuseStandardInput(path)
        let begun = WallClock.nanoseconds()
        let feed = CollectorComponents.routeFeed(Settings())
        let loaded = try TableLoader.loadByPeer(path, feed: feed)
        return RoutesQuery(feed: feed, since: begun, loaded: [loaded])
    }

    /// Loads the tables of a configuration.
    public static func loaded(_ settings: Settings) throws -> RoutesQuery {
        let begun = WallClock.nanoseconds()
        let feed = CollectorComponents.routeFeed(settings)
        let loaded = try TableLoader.load(settings, feed: feed)
        return RoutesQuery(feed: feed, since: begun, loaded: loaded)
    }

    /// What the routing table of a running collector holds.
    package init(live feed: RouteFeed) {
        self.feed = feed
        isLive = true
        problems = []
        loadSeconds = 0
    }

    private init(feed: RouteFeed, since begun: Int64, loaded: [TableLoader.Loaded]) {
        self.feed = feed
        isLive = false
        problems = loaded.compactMap(\.problem)
        loadSeconds = Double(WallClock.nanoseconds() - begun) / 1e9
    }

    /// How many prefixes each view has, and all of them together.
    public borrowing func summary(_ format: Format) -> String {
        let summary = feed.summary()
        guard format == .table else {
            let sources = isLive ? feed.table.makeReader().sources : []
            let told = Set(sources.filter { !$0.rib.isReported }.map(\.name))
            let reported = Set(sources.filter(\.rib.isReported).map(RouteOwner.view))
            let views = summary.views.map { view -> JSONValue in
                [
                    "name": .string(view.name),
                    "source": told.contains(view.name)
                        ? "bgp" : reported.contains(view.name) ? "bmp" : "mrt",
                    "ipv4Prefixes": .integer(Int64(view.ipv4Prefixes)),
                    "ipv6Prefixes": .integer(Int64(view.ipv6Prefixes)),
                ]
            }
            let document: JSONValue = [
                "views": .array(views),
                "ipv4Prefixes": .integer(Int64(summary.ipv4Prefixes)),
                "ipv6Prefixes": .integer(Int64(summary.ipv6Prefixes)),
                "paths": .integer(Int64(summary.paths)),
                "loadSeconds": .number((loadSeconds * 1000).rounded() / 1000),
                "residentOctets": .integer(Self.residentOctets()),
            ]
            return document.text(isPretty: format == .json) + "\n"
        }
        var lines = summary.views.map { view in
            "view \(Self.word(view.name))  "
                + "\(view.ipv4Prefixes) IPv4, \(view.ipv6Prefixes) IPv6 prefixes"
        }
        lines.append(
            "all views  \(summary.ipv4Prefixes) IPv4, \(summary.ipv6Prefixes) IPv6 prefixes, "
                + "\(summary.paths) paths"
        )
        return lines.joined(separator: "\n") + "\n"
    }

    /// A view as people read it: the one of tables that name none has no name.
    static func word(_ view: String) -> String { view.isEmpty ? "(common)" : view }

    /// Memory of this process, in octets; 0 where the system does not say.
    private static func residentOctets() -> Int64 {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
            return 0
        }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int64($0) } ?? 0
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}

extension JSONValue {
    /// A list of AS numbers, an AS_SET an inner list.
    init(_ path: ASPath) {
        var values: [JSONValue] = []
        for segment in path.segments {
            let members = segment.members.map { JSONValue.unsigned(UInt64($0.rawValue)) }
            switch segment.kind {
            case .sequence, .confederationSequence: values += members
            case .set, .confederationSet: values.append(.array(members))
            }
        }
        self = .array(values)
    }
}
