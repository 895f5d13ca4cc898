// SPDX-License-Identifier: Apache-2.0

public import Model
import Reporting
import Routing

// `routes lookup`: the longest match of each address.

extension RoutesQuery {
    /// The longest match of each address in each view that has one.
    public borrowing func lookup(_ addresses: [IPAddress], _ format: Format) -> String {
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
                answers.append(Self.answer(address, view, route, attributes))
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
            .init(
                "extendedCommunities",
                .array(attributes.extendedCommunityTexts.map { .string($0) })
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
            case .string("") where member.key == "view": "view \(word(""))"
            default: "\(member.key) \(member.value.text())"
            }
        }.joined(separator: "  ").replacing("\"", with: "")
    }
}
