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
            "the BGP sessions and BMP stations, those of a running collector as of now",
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
                .init("all", "All paths, best first, and why.", values: ["true", "false"]),
                .format(["json", "jsonl", "table"]),
            ],
            needs: .nothing
        ) { question in
            let isAll = question.flag("all")
            let addresses = try (question.parameters["address"] ?? "").split(separator: ",")
                .map { text in
                    guard let address = IPAddress(String(text)) else {
                        throw InputProblem(
                            "'\(text)' is no address; expected 192.0.2.1 or 2001:db8::1"
                        )
                    }
                    return address
                }
            return try await question.routes { $0.lookup(addresses, all: isAll, $1) }
        },
        AnswerRow(
            "POST",
            "/api/v1/routes/dump",
            "writes what the routing table holds as an MRT file (RFC 6396)",
            parameters: [
                .init("path", "Where to write, from the root on.", isRequired: true),
                .init("view", "Only this view."),
                .init("force", "Write over a file that is there.", values: ["true", "false"]),
                .format(["json", "jsonl", "table"]),
            ],
            needs: .nothing,
            isControlOnly: true,
            answer: dump
        ),
        AnswerRow(
            "GET",
            "/api/v1/explain",
            "why a flow got its rate, evidence, neighbor, path, interconnect and outcome",
            parameters: [
                .init("flow", "A JSON object with the keys of a line of `decode`."),
                .init("capture", "Path of a capture, from the root on; control socket only."),
                .init("record", "With the capture: the number that `decode` gives the record."),
                .format(["json", "table"]),
            ],
            needs: .nothing,
            isUnhurried: true,
            contentTypes: [ContentType.json, ContentType.text],
            answer: explain
        ),
    ]

    @Sendable
    private static func dump(_ question: Question) async throws -> ConsoleResponse {
        let path = question.parameters["path"] ?? ""
        guard path.hasPrefix("/") else {
            throw InputProblem("path '\(path)': expected one from the root on")
        }
        let query = try await question.routesQuery()
        let text = try await query.dump(
            to: path,
            view: question.parameters["view"],
            force: question.flag("force"),
            RoutesQuery.Format(rawValue: question.format) ?? .json
        )
        return question.respond(text, problems: query.problems)
    }

    @Sendable
    private static func explain(_ question: Question) async throws -> ConsoleResponse {
        let settings = await question.sources.settings()
        let asked: Explain.Question
        switch (question.parameters["flow"], question.parameters["capture"]) {
        case (let flow?, nil): asked = .flow(flow)
        case (nil, let capture?):
            guard question.entrance == .control else {
                throw InputProblem("a capture is read for the control socket only; expected flow")
            }
            try InputProblem.refuseStandardInput(capture)
            guard let record = question.parameters["record"].flatMap({ UInt64($0) }) else {
                throw InputProblem("a capture goes with the number of a record")
            }
            asked = .capture(path: capture, record: record)
        default: throw InputProblem("expected a flow, or a capture and a record")
        }
        var explain: Explain
        if let collector = question.sources.collector {
            explain = Explain(settings, live: collector.feed)
        } else {
            explain = try Explain(settings)
        }
        // Whoever was adopted is explained like the listed; without a store, nobody was.
        if let adoptions = try? await question.sources.reading().adoptions() {
            explain.take(adoptions)
        }
        let format: Explain.Format = question.format == "table" ? .table : .json
        let answer = try await explain.answer(asked, format)
        var response = ConsoleResponse.text(answer.text, question.format)
        response.messages = answer.messages
        return response
    }

    @Sendable
    private static func neighbors(_ question: Question) async throws -> ConsoleResponse {
        let settings = await question.sources.settings()
        let sessions: [SessionState]
        var standings: [NeighborStanding] = []
        if let collector = question.sources.collector {
            sessions = await collector.sessions()
            standings = collector.feed.standings()
        } else {
            sessions = try await question.sources.reading().sessions()
        }
        let feed = question.sources.collector?.feed
        let document = NeighborsDocument(
            neighbors: settings.neighbors,
            sessions: sessions,
            standings: standings,
            stations: StationsDocument(
                stations: settings.stations,
                standings: feed?.stations ?? [],
                tables: feed?.tables() ?? []
            )
        )
        var response = ConsoleResponse.text(document.text(question.format), question.format)
        if question.sources.collector == nil {
            response.messages = ["peerage: no collector was asked: sessions are of its last flush"]
        }
        return response
    }
}

extension Question {
    /// Asks the routing table of the collector, else the tables of the configuration.
    fileprivate func routes(
        _ ask: (borrowing RoutesQuery, RoutesQuery.Format) -> String
    ) async throws -> ConsoleResponse {
        let format = RoutesQuery.Format(rawValue: self.format) ?? .json
        let query = try await routesQuery()
        return respond(ask(query, format), problems: query.problems)
    }

    fileprivate func routesQuery() async throws -> RoutesQuery {
        if let collector = sources.collector { return RoutesQuery(live: collector.feed) }
        return try RoutesQuery.loaded(await sources.settings())
    }

    /// An answer from tables; what is wrong with their files ends in status 1.
    fileprivate func respond(_ text: String, problems: [String]) -> ConsoleResponse {
        var response = ConsoleResponse.text(text, format)
        response.messages = problems.map { "peerage: \($0)" }
        response.exitStatus = problems.isEmpty ? 0 : 1
        return response
    }
}
