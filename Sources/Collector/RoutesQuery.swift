// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Model
import Reporting
import RouteReception
import Routing
public import Settings

/// What a routing table holds, for `routes summary` and `routes lookup`.
public struct RoutesQuery: ~Copyable {
    private let feed: RouteFeed
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
        problems = []
        loadSeconds = 0
    }

    private init(feed: RouteFeed, since begun: Int64, loaded: [TableLoader.Loaded]) {
        self.feed = feed
        problems = loaded.compactMap(\.problem)
        loadSeconds = Double(WallClock.nanoseconds() - begun) / 1e9
    }

    /// How many prefixes each view has, and all of them together.
    public borrowing func summary(_ format: Format) -> String {
        let summary = feed.summary()
        guard format == .table else {
            let views = summary.views.map { view -> JSONValue in
                [
                    "name": .string(view.name),
                    "source": "mrt",
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
            "view \(view.name)  \(view.ipv4Prefixes) IPv4, \(view.ipv6Prefixes) IPv6 prefixes"
        }
        lines.append(
            "all views  \(summary.ipv4Prefixes) IPv4, \(summary.ipv6Prefixes) IPv6 prefixes, "
                + "\(summary.paths) paths"
        )
        return lines.joined(separator: "\n") + "\n"
    }

    /// The longest match of each address in each view that has one.
    public borrowing func lookup(_ addresses: [IPAddress], _ format: Format) -> String {
        let reader = feed.table.makeReader()
        reader.goOnline()
        let views = feed.summary().views
        var answers: [[JSONValue.Member]] = []
        for address in addresses {
            let before = answers.count
            for view in views {
                var matches: [RouteMatch] = []
                let list = ViewList([feed.view(named: view.name)])
                reader.routes(to: [address], views: [list], into: &matches)
                guard let match = matches.first, let route = reader.route(of: match) else {
                    continue
                }
                let attributes = reader.attributes(of: match) ?? PathAttributes()
                answers.append(Self.answer(address, view.name, route, attributes))
            }
            if answers.count == before {
                answers.append([
                    .init("address", .string("\(address)")), .init("view", .null),
                    .init("prefix", .null),
                ])
            }
        }
        switch format {
        case .json:
            return JSONValue.array(answers.map(JSONValue.object)).text(isPretty: true) + "\n"
        case .jsonl: return answers.map { JSONValue.object($0).text() + "\n" }.joined()
        case .table: return answers.map { Self.line($0) + "\n" }.joined()
        }
    }

    private static func answer(
        _ address: IPAddress,
        _ view: String,
        _ route: Route,
        _ attributes: PathAttributes
    ) -> [JSONValue.Member] {
        func asn(_ asn: ASN) -> JSONValue {
            asn == .zero ? .null : .unsigned(UInt64(asn.rawValue))
        }
        return [
            .init("address", .string("\(address)")),
            .init("view", .string(view)),
            .init("prefix", .string("\(route.prefix)")),
            .init("asPath", JSONValue(attributes.asPath)),
            .init("originAS", asn(route.originAS)),
            .init("neighborAS", asn(route.neighborAS)),
            .init("nextHop", route.nextHop.map { .string("\($0)") } ?? .null),
            .init(
                "localPreference",
                attributes.localPreference.map { .unsigned(UInt64($0)) } ?? .null
            ),
            .init(
                "med",
                attributes.multiExitDiscriminator.map { .unsigned(UInt64($0)) } ?? .null
            ),
            .init(
                "communities",
                .array(attributes.communities.map { .string("\($0 >> 16):\($0 & 0xffff)") })
            ),
            .init(
                "largeCommunities",
                .array(attributes.largeCommunities.map { .string("\($0)") })
            ),
            .init("stale", .bool(route.isStale)),
        ]
    }

    /// "198.18.0.1  view er1  198.18.0.0/24  path 64510 64600  next hop 203.0.113.1".
    private static func line(_ answer: [JSONValue.Member]) -> String {
        answer.compactMap { member in
            switch member.value {
            case .null: member.key == "prefix" ? "no route" : nil
            case .array(let values) where values.isEmpty: nil
            case .bool(false): nil
            default: "\(member.key) \(member.value.text())"
            }
        }.joined(separator: "  ").replacing("\"", with: "")
    }

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
