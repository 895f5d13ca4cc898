// SPDX-License-Identifier: Apache-2.0

import Console
import Model
import Reporting

extension Answers {
    static let serviceRows: [AnswerRow] = [
        AnswerRow(
            "POST",
            "/api/v1/reload",
            "reads the configuration again, or says why the old one stays",
            needs: .liveCollector,
            isControlOnly: true
        ) { question in
            let reload = await question.sources.collector?.reload()
            let isAccepted = reload?.isAccepted ?? false
            let lines = reload?.lines ?? []
            let document: JSONValue = [
                "accepted": .bool(isAccepted), "lines": .array(lines.map(JSONValue.string)),
            ]
            return ConsoleResponse(
                status: isAccepted ? 200 : 400,
                body: document.text(isPretty: true) + "\n",
                exitStatus: isAccepted ? 0 : 2,
                messages: isAccepted ? [] : lines
            )
        },
        AnswerRow(
            "GET",
            "/api/v1/config/discover",
            "configuration to paste: exporters and interfaces that were seen and are not listed",
            isUnhurried: true,
            contentTypes: [ContentType.text]
        ) { question in
            let proposal = try await ConfigurationProposal(
                settings: await question.sources.settings(),
                store: try await question.sources.reading(),
                now: question.sources.currentSlot(await question.sources.settings())
            )
            return .text(proposal.yaml(), "table")
        },
        AnswerRow(
            "GET",
            "/api/v1/openapi.json",
            "this list, as OpenAPI 3.1",
            needs: .nothing
        ) { _ in
            .text(OpenAPIDocument.json(Answers.table), "json")
        },
        AnswerRow(
            "GET",
            "/metrics",
            "all metrics in the text exposition format of Prometheus",
            needs: .liveCollector,
            contentTypes: [ContentType.metrics]
        ) { question in
            let text = await question.sources.collector?.metrics() ?? ""
            return ConsoleResponse(contentType: ContentType.metrics, body: text)
        },
        AnswerRow(
            "GET",
            "/health/live",
            "whether the collector's loops turn; 503 when it should be restarted",
            needs: .liveCollector
        ) { question in
            let isAlive = await question.sources.collector?.standing().isAlive ?? false
            return .health("alive", isAlive, [])
        },
        AnswerRow(
            "GET",
            "/health/ready",
            "whether figures are to be relied on; 503 and what is waited for when not",
            needs: .liveCollector
        ) { question in
            let standing = await question.sources.collector?.standing()
            return .health("ready", standing?.notReady.isEmpty ?? false, standing?.notReady ?? [])
        },
    ]
}

extension ConsoleResponse {
    fileprivate static func health(
        _ key: String,
        _ isGood: Bool,
        _ reasons: [String]
    ) -> ConsoleResponse {
        let document = JSONValue.object([
            .init(key, .bool(isGood)), .init("waitingFor", .array(reasons.map(JSONValue.string))),
        ])
        return ConsoleResponse(
            status: isGood ? 200 : 503,
            body: document.text() + "\n",
            exitStatus: isGood ? 0 : 1,
            messages: reasons
        )
    }
}
