// SPDX-License-Identifier: Apache-2.0

import Console
import Model
import Settings
import StorageSQLite

extension Answers {
    static let statusRows: [AnswerRow] = [
        AnswerRow(
            "GET",
            "/api/v1/status",
            "one screen: collector, exporters, sessions, ledger, store, alerts, events",
            parameters: [.format(["json", "table"])],
            contentTypes: [ContentType.json, ContentType.text]
        ) { question in
            let settings = await question.sources.settings()
            let hooks = question.sources.collector
            let path = settings.store.sqlite.path
            let status = try await StatusDocument(
                settings: settings,
                store: try await question.sources.reading(),
                collector: await hooks?.standing(),
                sessions: await hooks?.sessions(),
                writer: hooks == nil ? StoreUse.process(path: path) : nil,
                now: question.sources.second
            )
            let text = question.format == "table" ? status.text() : status.json()
            return .text(text, question.format)
        }
    ]
}
