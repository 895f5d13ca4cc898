// SPDX-License-Identifier: Apache-2.0

public import Console
import Reporting
import Storage

/// Answers questions, whoever asks them: a command, the control socket, the console's port.
///
/// # How it works
///
/// Each question is a row of `table`. A command asks a running collector over its control socket,
/// and when none answers runs the same row over the store itself: so both ways give the same text.
public struct Answers: ConsoleBackend {
    private let sources: AnswerSources

    public init(_ sources: AnswerSources) { self.sources = sources }

    /// Every question there is, in the order in which the API lists them.
    ///
    /// To add one: a row in a file in `Rows/`, and the command that asks it.
    package static let table: [AnswerRow] =
        reportRows + statusRows + routeRows + alertRows + storeRows + exporterRows + serviceRows

    /// Whether no time limit goes for it: the collector's own user asks, and can wait.
    public static func isUnhurried(_ request: ConsoleRequest) -> Bool {
        request.entrance == .control
            && table.contains { row in
                row.isUnhurried && row.method == request.method && row.matched(request.path) != nil
            }
    }

    public func isUnhurried(_ request: ConsoleRequest) -> Bool { Self.isUnhurried(request) }

    public func answer(_ request: ConsoleRequest) async -> ConsoleResponse {
        let rows = Self.table.compactMap { row in row.matched(request.path).map { (row, $0) } }
        guard !rows.isEmpty else {
            return .problem("there is no \(request.path); /api/v1/openapi.json says what is", 404)
        }
        guard let (row, values) = rows.first(where: { $0.0.method == request.method }) else {
            let methods = rows.map(\.0.method)
            let words = methods.joined(separator: ", ")
            var response = ConsoleResponse.problem(
                "\(request.path) takes \(words), not \(request.method)",
                405
            )
            response.methods = methods
            return response
        }
        guard !row.isControlOnly || request.entrance == .control else {
            return .problem("\(request.path) is taken on the control socket only", 403)
        }
        if row.needs == .liveCollector, sources.collector == nil {
            return .problem("no collector runs that could answer", 503)
        }
        do {
            try row.check(request.parameters)
            let parameters = request.parameters.merging(values) { $1 }
            let question = Question(
                parameters: parameters,
                entrance: request.entrance,
                sources: sources
            )
            return try await row.answer(question)
        } catch {
            let failure = Failure(error)
            return .problem(failure.message, failure.httpStatus)
        }
    }
}

extension AnswerRow {
    /// Throws `InputProblem` for what it does not take, or what is missing.
    func check(_ given: [String: String]) throws(InputProblem) {
        for (name, value) in given.sorted(by: { $0.key < $1.key }) {
            guard let parameter = parameters.first(where: { $0.name == name }) else {
                let known = parameters.map(\.name).joined(separator: ", ")
                throw InputProblem(
                    "\(path) takes no '\(name)'; expected \(known.isEmpty ? "nothing" : known)"
                )
            }
            guard parameter.values.isEmpty || parameter.values.contains(value) else {
                let expected = parameter.values.joined(separator: ", ")
                throw InputProblem("\(name) '\(value)': expected \(expected)")
            }
        }
        for parameter in parameters where parameter.isRequired && given[parameter.name] == nil {
            throw InputProblem("\(path) needs '\(parameter.name)': \(parameter.help)")
        }
    }
}

extension Failure {
    /// Wrong input is the asker's, a store out of reach passes, and the rest is ours.
    fileprivate var httpStatus: Int { isInputWrong ? 400 : isPassing ? 503 : 500 }
}

extension ConsoleResponse {
    /// What went wrong, in one sentence, for people and for programs.
    package static func problem(_ message: String, _ status: Int) -> ConsoleResponse {
        let document: JSONValue = ["error": .string(message)]
        return ConsoleResponse(
            status: status,
            body: document.text() + "\n",
            exitStatus: status >= 500 ? 1 : 2,
            messages: ["peerage: \(message)"]
        )
    }
}
