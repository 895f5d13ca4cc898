// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Work that is waited for no longer than a limit.
enum TimeLimit {
    /// The result of `work`, or nil when it is not there in time or the caller is cancelled.
    ///
    /// Work that is given up is cancelled, but not waited for: it may not listen. Without a limit
    /// it has all the time it wants.
    static func result<Result: Sendable>(
        within limit: Duration?,
        of work: @escaping @Sendable () async -> Result
    ) async -> Result? {
        let answer = FirstAnswer<Result>()
        let worker = Task { answer.give(await work()) }
        let timer = limit.map { limit in
            Task {
                try? await Task.sleep(for: limit)
                answer.give(nil)
            }
        }
        let result = await withTaskCancellationHandler {
            await answer.value()
        } onCancel: {
            answer.give(nil)
        }
        worker.cancel()
        timer?.cancel()
        return result
    }
}

/// Takes the first answer of several, once.
private final class FirstAnswer<Answer: Sendable>: Sendable {
    private enum State {
        case open
        case waiting(CheckedContinuation<Answer?, Never>)
        case given(Answer?)
    }

    private let state = Mutex(State.open)

    func give(_ answer: Answer?) {
        let waiting = state.withLock { state -> CheckedContinuation<Answer?, Never>? in
            switch state {
            case .open:
                state = .given(answer)
                return nil
            case .waiting(let continuation):
                state = .given(answer)
                return continuation
            case .given: return nil
            }
        }
        waiting?.resume(returning: answer)
    }

    func value() async -> Answer? {
        await withCheckedContinuation { continuation in
            let given = state.withLock { state -> Answer?? in
                if case .given(let answer) = state { return .some(answer) }
                state = .waiting(continuation)
                return nil
            }
            if let given { continuation.resume(returning: given) }
        }
    }
}
