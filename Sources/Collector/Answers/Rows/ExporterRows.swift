// SPDX-License-Identifier: Apache-2.0

import Console
import Model
import Reporting
import Settings
import Storage

extension Answers {
    static let exporterRows: [AnswerRow] = [
        AnswerRow(
            "GET",
            "/api/v1/exporters",
            "who exports flows: listed, adopted or pending",
            parameters: [.format(["json", "table"])],
            contentTypes: [ContentType.json, ContentType.text]
        ) { question in
            let document = try await ExportersDocument(
                settings: await question.sources.settings(),
                store: try await question.sources.reading()
            )
            let text = question.format == "table" ? document.text() : document.json()
            return .text(text, question.format)
        },
        AnswerRow(
            "GET",
            "/api/v1/exporters/pending",
            "exporters that are held apart until they are adopted, and what is held of each",
            parameters: [.format(["json", "table"])],
            contentTypes: [ContentType.json, ContentType.text]
        ) { question in
            let document = try await PendingDocument(
                settings: await question.sources.settings(),
                store: try await question.sources.reading()
            )
            let text = question.format == "table" ? document.text() : document.json()
            return .text(text, question.format)
        },
        AnswerRow(
            "POST",
            "/api/v1/exporters/adopt",
            "makes a pending exporter count",
            parameters: [
                .init("address", "Where it sends from.", isRequired: true),
                .init("name", "What it is called from now on.", isRequired: true),
                .init("since", "first, or a time; else what was said before, or the slot of now."),
                .format(["json", "table"]),
            ],
            needs: .lock,
            isControlOnly: true,
            contentTypes: [ContentType.json, ContentType.text],
            answer: adopt
        ),
    ]

    @Sendable
    private static func adopt(_ question: Question) async throws -> ConsoleResponse {
        let settings = await question.sources.settings()
        let store = try await question.sources.writing()
        let request = try await AdoptionRequest(
            address: question.parameters["address"] ?? "",
            name: question.parameters["name"] ?? "",
            since: question.parameters["since"],
            settings: settings,
            store: store,
            now: question.sources.currentSlot(settings)
        )
        let adoption = request.adoption
        try await store.adopt(adoption)
        await question.sources.collector?.adopted(adoption)
        if question.format == "table" { return .text(request.text(), "table") }
        let document: JSONValue = [
            "address": .string("\(adoption.address)"),
            "name": .string(adoption.name),
            "countsSince": .string(Timestamp.text(seconds: adoption.since)),
            "configuration": .string(request.yaml),
        ]
        return .text(document.text(isPretty: true) + "\n", "json")
    }
}
