// SPDX-License-Identifier: Apache-2.0

import Console
import Logging
import Model
import Settings
import Storage

extension AnswerRow.Parameter {
    static let rule = Self("rule", "Only the rule of this id.")
}

extension Answers {
    static let alertRows: [AnswerRow] = [
        AnswerRow(
            "GET",
            "/api/v1/alerts",
            "what fires, since when, and what was measured",
            parameters: [.rule, .format(["json", "table"])],
            contentTypes: [ContentType.json, ContentType.text]
        ) { question in
            let records = try await question.sources.reading().alerts()
            return .text(try await question.alerts(of: records), question.format)
        },
        AnswerRow(
            "POST",
            "/api/v1/alerts/check",
            "evaluates the rules over all sealed slots and posts what happened",
            parameters: [.rule, .format(["json", "table"])],
            needs: .lock,
            isControlOnly: true,
            contentTypes: [ContentType.json, ContentType.text],
            answer: check
        ),
    ]

    @Sendable
    private static func check(_ question: Question) async throws -> ConsoleResponse {
        let settings = await question.sources.settings()
        let rule = question.parameters["rule"]
        let outcome: AlertCheck
        if let collector = question.sources.collector {
            try AlertCheck.require(rule, in: settings)
            outcome = AlertCheck(try await collector.checkAlerts(rule))
        } else {
            let quiet = Logger(label: "peerage") { _ in SwiftLogNoOpLogHandler() }
            outcome = try await AlertCheck.run(settings, rule: rule, logger: quiet)
        }
        let text = try await question.alerts(of: outcome.records)
        var response = ConsoleResponse.text(text, question.format)
        response.messages = outcome.messages
        response.exitStatus = outcome.records.contains(where: \.isFiring) ? 3 : 0
        return response
    }
}

extension Question {
    /// Those of `records` that fire, of the rule that was asked for.
    fileprivate func alerts(of records: [AlertRecord]) async throws -> String {
        let rule = parameters["rule"]
        try AlertCheck.require(rule, in: await sources.settings())
        let document = AlertsDocument(records.filter { rule == nil || $0.rule == rule })
        return format == "table" ? document.text() : document.json()
    }
}
