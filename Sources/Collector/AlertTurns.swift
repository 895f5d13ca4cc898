// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Lets one evaluation of alerts run at a time, whoever asks for it and by whatever configuration:
/// where an alert stands is read first and written last.
final class AlertTurns: Sendable {
    /// The last one that was asked for.
    private let last = Mutex<Task<Void, Never>?>(nil)

    /// Does `work` when all that was asked for before is done.
    func next<Result: Sendable>(
        _ work: @escaping @Sendable () async throws -> Result
    ) -> Task<Result, any Error> {
        last.withLock { last in
            let before = last
            let task = Task {
                await before?.value
                return try await work()
            }
            last = Task { _ = try? await task.value }
            return task
        }
    }
}
