// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Collector
import Console
import Settings

/// Asks the collector that runs, else the store, and prints the answer.
///
/// - Parameters:
///   - path: Of the API.
///   - parameters: Those with a value are asked with.
///   - settings: The configuration.
///   - method: POST for what changes something.
/// - Throws: The exit status, unless it is 0.
func ask(
    _ path: String,
    _ parameters: [String: String?] = [:],
    _ settings: Settings,
    method: String = "GET"
) async throws {
    let response = await answer(path, parameters, settings, method: method)
    if response.status < 400 { standardOutput(response.body) }
    guard response.exitStatus == 0 else { throw ExitCode(response.exitStatus) }
}

/// The same without printing more than messages.
func answer(
    _ path: String,
    _ parameters: [String: String?],
    _ settings: Settings,
    method: String = "GET"
) async -> ConsoleResponse {
    let request = ConsoleRequest(
        method: method,
        path: path,
        parameters: parameters.compactMapValues { $0 },
        entrance: .control
    )
    let response = await Asking.answer(
        request,
        settings: settings,
        control: { path, request in
            let seconds: Int64? = Answers.isUnhurried(request) ? nil : 60
            return try await ControlClient.ask(path, request, seconds: seconds)
        },
        isSlow: {
            standardError(
                "peerage: the collector has not answered for 5 s; waiting (Ctrl-C ends this)"
            )
        }
    )
    for message in response.messages { standardError(message) }
    return response
}
