// SPDX-License-Identifier: Apache-2.0

public import Model
import Reporting
import Routing

// `routes lookup`: the longest match of each address.

extension RoutesQuery {
    /// The longest match of each address in each view that has one.
    ///
    /// With `all` each answer has all paths of the prefix, best first, each with what put it there.
    public borrowing func lookup(
        _ addresses: [IPAddress],
        all: Bool = false,
        _ format: Format
    ) -> String {
        // Offline between calls, so that nothing is held back while an answer is made: what was
        // found stays good for the table's retention.
        let reader = feed.table.makeReader()
        let views = reader.views
        var answers: [[JSONValue.Member]] = []
        for address in addresses {
            let before = answers.count
            for view in views {
                var matches: [RouteMatch] = []
                let list = ViewList([reader.view(named: view) ?? .none])
                reader.routes(to: [address], views: [list], into: &matches)
                guard let match = matches.first, let route = reader.route(of: match) else {
                    continue
                }
                let attributes = reader.attributes(of: match) ?? PathAttributes()
                var answer = Self.answer(address, view, route, attributes)
                if all { answer.append(.init("paths", Self.paths(of: match, reader))) }
                answers.append(answer)
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

    private static func paths(
        of match: RouteMatch,
        _ reader: borrowing RoutingTableReader
    ) -> JSONValue {
        let paths = reader.paths(of: match)
        return .array(
            paths.indices.map { index in
                let path = paths[index]
                let attributes = path.attributes
                let reason =
                    index + 1 < paths.count
                    ? RoutePreference.reason(path, before: paths[index + 1]) : nil
                return [
                    "source": .string(path.source.name),
                    "peer": .string("\(path.source.address)"),
                    "rib": .string("\(path.source.rib)"),
                    "weight": .unsigned(UInt64(path.source.weight)),
                    "pathIdentifier": .unsigned(UInt64(path.pathIdentifier)),
                    "asPath": JSONValue(attributes.asPath),
                    "nextHop": attributes.nextHop.map { .string("\($0)") } ?? .null,
                    "localPreference": attributes.localPreference.map { .unsigned(UInt64($0)) }
                        ?? .null,
                    "stale": .bool(path.isStale),
                    "best": .bool(index == 0),
                    "beforeNext": reason.map { .string($0) } ?? .null,
                ]
            }
        )
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
            .init(
                "extendedCommunities",
                .array(attributes.extendedCommunityTexts.map { .string($0) })
            ),
            .init("stale", .bool(route.isStale)),
        ]
    }

    /// "198.18.0.1  view er1  198.18.0.0/24  path 64510 64600  next hop 203.0.113.1".
    ///
    /// With all paths, each of them in a line of its own behind that.
    private static func line(_ answer: [JSONValue.Member]) -> String {
        guard case .array(let paths)? = answer.last.flatMap({ $0.key == "paths" ? $0.value : nil })
        else { return words(answer) }
        let lines = paths.map { path -> String in
            guard case .object(let members) = path else { return "" }
            return "\n    " + words(members)
        }
        return words(answer.dropLast()) + lines.joined()
    }

    private static func words(_ members: some Sequence<JSONValue.Member>) -> String {
        members.compactMap { member in
            switch member.value {
            case .null: member.key == "prefix" ? "no route" : nil
            case .array(let values) where values.isEmpty: nil
            case .bool(false): nil
            case .unsigned(0) where member.key == "pathIdentifier": nil
            case .string("") where member.key == "view": "view \(word(""))"
            default: "\(member.key) \(member.value.text())"
            }
        }.joined(separator: "  ").replacing("\"", with: "")
    }
}
