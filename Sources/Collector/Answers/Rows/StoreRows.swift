// SPDX-License-Identifier: Apache-2.0

import Console
import Model
import Reporting
import Settings
import Storage

extension Answers {
    static let storeRows: [AnswerRow] = [
        AnswerRow(
            "GET",
            "/api/v1/store/stats",
            "how large the store is, and what time it covers",
            parameters: [.format(["json", "table"])],
            contentTypes: [ContentType.json, ContentType.text]
        ) { question in
            let statistics = try await question.sources.reading().statistics()
            let standing = await question.sources.collector?.standing()
            let settings = await question.sources.settings()
            let document = StoreDocument(statistics, standing, slotSeconds: settings.slotSeconds)
            let text = question.format == "table" ? document.text() : document.json()
            return .text(text, question.format)
        },
        AnswerRow(
            "GET",
            "/api/v1/store/check",
            "re-checks every sum that can be re-checked from the rows",
            parameters: [.format(["json", "table"])],
            isUnhurried: true,
            contentTypes: [ContentType.json, ContentType.text],
            answer: check
        ),
        AnswerRow(
            "POST",
            "/api/v1/store/compact",
            "gives back the space of what was deleted",
            parameters: [.format(["json", "table"])],
            needs: .lock,
            isControlOnly: true,
            contentTypes: [ContentType.json, ContentType.text]
        ) { question in
            let store = try await question.sources.writing()
            let before = try await store.statistics().octets
            try await store.compact()
            let after = try await store.statistics().octets
            guard question.format == "table" else {
                let document: JSONValue = [
                    "octetsBefore": .integer(Int64(before)), "octets": .integer(Int64(after)),
                ]
                return .text(document.text(isPretty: true) + "\n", "json")
            }
            return .text("\(before) octets before, \(after) now\n", "table")
        },
    ]

    @Sendable
    private static func check(_ question: Question) async throws -> ConsoleResponse {
        let problems = try await question.sources.reading().check()
        var response: ConsoleResponse
        if question.format == "table" {
            let path = await question.sources.settings().store.sqlite.path
            let lines = problems.map { "\($0.object): \($0.problem)\n" }.joined()
            response = .text(problems.isEmpty ? "\(path): good\n" : lines, "table")
        } else {
            let found = problems.map { problem -> JSONValue in
                ["object": .string(problem.object), "problem": .string(problem.problem)]
            }
            let document: JSONValue = [
                "good": .bool(problems.isEmpty), "problems": .array(found),
            ]
            response = .text(document.text(isPretty: true) + "\n", "json")
        }
        response.exitStatus = problems.isEmpty ? 0 : 3
        return response
    }
}

/// How large the store is, and what time it covers.
struct StoreDocument {
    private let statistics: StoreStatistics
    private let standing: CollectorStanding?
    private let slotSeconds: Int64

    init(_ statistics: StoreStatistics, _ standing: CollectorStanding?, slotSeconds: Int64) {
        self.statistics = statistics
        self.standing = standing
        self.slotSeconds = slotSeconds
    }

    func json() -> String { value.text(isPretty: true) + "\n" }

    var value: JSONValue {
        let time = { (seconds: Int64?) -> JSONValue in
            seconds.map { .string(Timestamp.text(seconds: $0)) } ?? .null
        }
        return [
            "octets": .integer(Int64(statistics.octets)),
            "logOctets": .integer(Int64(statistics.logOctets)),
            "freeOctets": .integer(Int64(statistics.freeOctets)),
            "from": time(statistics.span?.lowerBound),
            "to": time(statistics.span.map { $0.upperBound - 1 + slotSeconds }),
            "batches": .integer(Int64(statistics.batches)),
            "oldestBatch": time(statistics.oldestBatch),
            "newestBatch": time(statistics.newestBatch),
            "waitingBatches": .integer(Int64(standing?.waitingBatches ?? 0)),
            "waitingRows": .integer(Int64(standing?.waitingRows ?? 0)),
            "rows": .object(
                statistics.rows.map { JSONValue.Member($0.table, .integer(Int64($0.count))) }
            ),
        ]
    }

    func text() -> String {
        var lines = [
            "\(statistics.octets) octets, \(statistics.logOctets) of them in the log, "
                + "\(statistics.freeOctets) free"
        ]
        if let span = statistics.span {
            let end = span.upperBound - 1 + slotSeconds
            let from = Timestamp.text(seconds: span.lowerBound)
            lines.append("volumes from \(from) to \(Timestamp.text(seconds: end))")
        }
        if let standing, standing.waitingBatches > 0 {
            lines.append("\(standing.waitingBatches) batches wait: \(standing.waitingRows) rows")
        }
        lines += statistics.rows.map { "\($0.table)  \($0.count)" }
        return lines.joined(separator: "\n") + "\n"
    }
}
