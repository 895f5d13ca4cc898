// SPDX-License-Identifier: Apache-2.0

package import Console

/// One question that the API and a command share: how it is asked, and who answers.
package struct AnswerRow: Sendable {
    package var method: String
    /// With names in braces for what differs: "/api/v1/reports/{name}".
    package var path: String
    /// What it answers, in one line.
    package var summary: String
    package var parameters: [Parameter]
    package var needs: Needs
    /// Whether it changes something, so that only the control socket takes it.
    package var isControlOnly: Bool
    /// Whether it takes the longer the more there is, so that whoever may change something may
    /// also wait for it: on the control socket it has no time limit.
    package var isUnhurried: Bool
    package var contentTypes: [String]
    package var answer: @Sendable (Question) async throws -> ConsoleResponse

    package init(
        _ method: String = "GET",
        _ path: String,
        _ summary: String,
        parameters: [Parameter] = [],
        needs: Needs = .store,
        isControlOnly: Bool = false,
        isUnhurried: Bool = false,
        contentTypes: [String] = [ContentType.json],
        answer: @escaping @Sendable (Question) async throws -> ConsoleResponse
    ) {
        self.method = method
        self.path = path
        self.summary = summary
        self.parameters = parameters
        self.needs = needs
        self.isControlOnly = isControlOnly
        self.isUnhurried = isUnhurried || isControlOnly
        self.contentTypes = contentTypes
        self.answer = answer
    }

    /// What must be there for an answer.
    package enum Needs: Sendable {
        case nothing
        /// The store, to be read.
        case store
        /// The right to write to the store.
        case lock
        case liveCollector
    }

    /// Something that a question may be given with it.
    package struct Parameter: Equatable, Sendable {
        package var name: String
        package var help: String
        package var isRequired = false
        /// What it may be; empty for anything.
        package var values: [String] = []

        package init(
            _ name: String,
            _ help: String,
            isRequired: Bool = false,
            values: [String] = []
        ) {
            self.name = name
            self.help = help
            self.isRequired = isRequired
            self.values = values
        }
    }

    /// What `path` says in the place of the names in braces; nil when it is another path.
    package func matched(_ path: String) -> [String: String]? {
        let pattern = self.path.split(separator: "/", omittingEmptySubsequences: false)
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard pattern.count == parts.count else { return nil }
        var values: [String: String] = [:]
        for (name, part) in zip(pattern, parts) {
            if name.hasPrefix("{") {
                values[String(name.dropFirst().dropLast())] = String(part)
            } else if name != part {
                return nil
            }
        }
        return values
    }
}

/// The media types of answers.
package enum ContentType {
    package static let json = "application/json"
    package static let csv = "text/csv; charset=utf-8"
    package static let text = "text/plain; charset=utf-8"
    package static let lines = "application/jsonl"
    /// Prometheus text exposition format.
    package static let metrics = "text/plain; version=0.0.4; charset=utf-8"
}

/// A question on its way to the row that answers it.
package struct Question: Sendable {
    /// What was given with it, and what its path says.
    package var parameters: [String: String]
    package var entrance: ConsoleRequest.Entrance
    package var sources: AnswerSources

    /// The format asked for, else JSON.
    package var format: String { parameters["format"] ?? "json" }

    /// Whether `name` was given and is not "false".
    package func flag(_ name: String) -> Bool { parameters[name].map { $0 != "false" } ?? false }
}

extension ConsoleResponse {
    /// A text of the format that was asked for.
    package static func text(_ body: String, _ format: String) -> ConsoleResponse {
        let type =
            switch format {
            case "json": ContentType.json
            case "jsonl": ContentType.lines
            case "csv": ContentType.csv
            default: ContentType.text
            }
        return ConsoleResponse(contentType: type, body: body)
    }
}
