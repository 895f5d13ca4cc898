// SPDX-License-Identifier: Apache-2.0

public import Console
public import Settings

/// How a command gets its answer: from the collector that runs, else from the store.
public enum Asking {
    /// The answer to `request`.
    ///
    /// - Parameters:
    ///   - request: What is asked.
    ///   - settings: The configuration; its `control` is where a collector would be.
    ///   - control: Asks the collector behind a control socket; nil when none serves it.
    ///   - patience: How long the collector may take before `isSlow` is called.
    ///   - isSlow: Called once when it takes longer; the answer is waited for nevertheless.
    /// - Returns: Its answer, else that of the store, else why neither can be asked.
    public static func answer(
        _ request: ConsoleRequest,
        settings: Settings,
        control: (String, ConsoleRequest) async throws -> ConsoleResponse?,
        patience: Duration = .seconds(5),
        isSlow: @escaping @Sendable () -> Void = {}
    ) async -> ConsoleResponse {
        do {
            if let path = settings.control {
                let waiting = Task {
                    try await Task.sleep(for: patience)
                    isSlow()
                }
                defer { waiting.cancel() }
                if let response = try await control(path, request) { return response }
            }
        } catch {
            return .problem("\(error)", 503)
        }
        return await Answers(.inProcess(settings)).answer(request)
    }
}
