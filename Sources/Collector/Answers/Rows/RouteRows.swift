// SPDX-License-Identifier: Apache-2.0

import Console
import Model
import Reporting
import Settings
import Storage

extension Answers {
    static let routeRows: [AnswerRow] = [
        AnswerRow(
            "GET",
            "/api/v1/routes/neighbors",
            "the BGP sessions, those of a running collector as of now",
            parameters: [.format(["json", "jsonl", "table"])],
            answer: neighbors
        ),
        AnswerRow(
            "GET",
            "/api/v1/routes/summary",
            "how many prefixes and paths the routing table holds",
            parameters: [.format(["json", "jsonl", "table"])],
            needs: .nothing
        ) { question in
            try await question.routes { $0.summary($1) }
        },
        AnswerRow(
            "GET",
            "/api/v1/routes/lookup",
            "the longest match of each address, in each view",
            parameters: [
                .init("address", "Addresses, separated by commas.", isRequired: true),
                .format(["json", "jsonl", "table"]),
            ],
            needs: .nothing
        ) { question in
            let addresses = try (question.parameters["address"] ?? "").split(separator: ",")
                .map { text in
                    guard let address = IPAddress(String(text)) else {
                        throw InputProblem(
                            "'\(text)' is no address; expected 192.0.2.1 or 2001:db8::1"
                        )
                    }
                    return address
                }
            return try await question.routes { $0.lookup(addresses, $1) }
        },
    ]

    @Sendable
    private static func neighbors(_ question: Question) async throws -> ConsoleResponse {
        let settings = await question.sources.settings()
        let sessions: [SessionState]
        if let collector = question.sources.collector {
            sessions = await collector.sessions()
        } else {
            sessions = try await question.sources.reading().sessions()
        }
        let document = NeighborsDocument(neighbors: settings.neighbors, sessions: sessions)
        return .text(document.text(question.format), question.format)
    }
}

extension Question {
    /// Asks the routing table of the collector, else the tables of the configuration.
    fileprivate func routes(
        _ ask: (borrowing RoutesQuery, RoutesQuery.Format) -> String
    ) async throws -> ConsoleResponse {
        let format = RoutesQuery.Format(rawValue: self.format) ?? .json
        let query: RoutesQuery
        if let collector = sources.collector {
            query = RoutesQuery(live: collector.feed)
        } else {
            query = try RoutesQuery.loaded(await sources.settings())
        }
        var response = ConsoleResponse.text(ask(query, format), self.format)
        response.messages = query.problems.map { "peerage: \($0)" }
        response.exitStatus = query.problems.isEmpty ? 0 : 1
        return response
    }
}
