// SPDX-License-Identifier: Apache-2.0

import Console
import Reporting

extension AnswerRow.Parameter {
    static let month = Self("month", "A month in network.timezone: 2026-10, this or last.")
    static let from = Self("from", "From this time: 2026-10-01T00:00:00Z, 2026-10-01 or -7d.")
    static let to = Self("to", "To this time, exclusive; now, when from is given.")

    /// The formats an answer has, JSON being what it is without.
    static func format(_ values: [String]) -> Self {
        Self("format", "How to print the answer; json when not given.", values: values)
    }
}

extension Answers {
    static let reportRows: [AnswerRow] = [
        AnswerRow(
            "GET",
            "/api/v1/reports",
            "the reports there are, and what each answers",
            needs: .nothing
        ) { _ in
            let reports = Report.table.map { report -> JSONValue in
                ["name": .string(report.name), "summary": .string(report.summary)]
            }
            let document: JSONValue = ["reports": .array(reports)]
            return .text(document.text(isPretty: true) + "\n", "json")
        },
        AnswerRow(
            "GET",
            "/api/v1/reports/{name}",
            "a report over a period, or over all that the store holds",
            parameters: [
                .month, .from, .to,
                .init("slots", "With the ledger: each slot as well.", values: ["true", "false"]),
                .format(["json", "table", "csv"]),
            ],
            isUnhurried: true,
            contentTypes: [ContentType.json, ContentType.csv, ContentType.text],
            answer: report
        ),
        AnswerRow(
            "GET",
            "/api/v1/exports/volumes",
            "the volumes of a month as finance takes them",
            parameters: [
                .init(
                    "month",
                    "A month in network.timezone: 2026-10, this or last.",
                    isRequired: true
                ),
                .init("format", "The format of the file.", values: ["csv"]),
            ],
            isUnhurried: true,
            contentTypes: [ContentType.csv]
        ) { question in
            let service = try await question.reportService()
            let period = try await service.period(.month(question.parameters["month"] ?? ""))
            return .text(try await service.volumesExport(of: period), "csv")
        },
    ]

    @Sendable
    private static func report(_ question: Question) async throws -> ConsoleResponse {
        let name = question.parameters["name"] ?? ""
        guard Report.named(name) != nil else {
            let names = Report.table.map(\.name).joined(separator: ", ")
            throw InputProblem("there is no report '\(name)'; expected \(names)")
        }
        let format = ReportFormat(rawValue: question.format) ?? .json
        let withSlots = question.flag("slots")
        guard !withSlots || (name == Report.ledger.name && format != .csv) else {
            throw InputProblem("slots go with the ledger as table or JSON")
        }
        let service = try await question.reportService()
        let period = try await service.period(try question.period)
        let document = try await service.report(name, of: period, withSlots: withSlots)
        return .text(document.text(format), question.format)
    }
}

extension Question {
    fileprivate func reportService() async throws -> ReportService {
        ReportService(
            settings: await sources.settings(),
            store: try await sources.reading(),
            now: sources.now()
        )
    }

    /// The stretch of time that `month`, or `from` and `to`, say.
    fileprivate var period: ReportService.Request {
        get throws(InputProblem) {
            let (month, from, to) = (parameters["month"], parameters["from"], parameters["to"])
            guard month == nil || (from == nil && to == nil) else {
                throw InputProblem("month goes without from and to")
            }
            guard to == nil || from != nil else { throw InputProblem("to goes with from") }
            if let month { return .month(month) }
            if let from { return .between(from: from, to: to ?? "now") }
            return .everything
        }
    }
}
