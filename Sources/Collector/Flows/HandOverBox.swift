// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import Synchronization

/// What a worker hands over: its totals, and what only it can tell of its sockets.
struct WorkerReport: Sendable {
    var totals: FlushBatch
    /// Datagrams that the kernel dropped since the last report, by endpoint.
    var kernelDrops: [UInt64]
    /// What is to be kept over a restart, of the exporters that have announced something new; with
    /// the last report, of all.
    var state: [ExporterSnapshot] = []
    var figures = PipelineFigures()
    var worker = 0
    /// How often receiving failed since the last report, and why it did last.
    var failures = 0
    var lastFailure: String?
}

/// Where workers leave what they counted, for the control plane to fetch.
final class HandOverBox: Sendable {
    private struct State: Sendable {
        var reports: [WorkerReport] = []
        var waiter: CheckedContinuation<Void, Never>?
        /// How many reports the waiter waits for.
        var wanted = 0

        mutating func takeWaiter() -> CheckedContinuation<Void, Never>? {
            defer { waiter = nil }
            return waiter
        }
    }

    private let state = Mutex(State())

    func put(_ report: WorkerReport) {
        let waiter = state.withLock { state in
            state.reports.append(report)
            return state.reports.count >= state.wanted ? state.takeWaiter() : nil
        }
        waiter?.resume()
    }

    func takeAll() -> [WorkerReport] {
        state.withLock { state in
            defer { state.reports = [] }
            return state.reports
        }
    }

    /// Returns when so many reports are here, when the time is over, or when the task is cancelled.
    func wait(for count: Int, atMost duration: Duration) async {
        let timer = Task {
            try await Task.sleep(for: duration)
            wake()
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard state.reports.count < count, !Task.isCancelled else { return true }
                    state.wanted = count
                    state.waiter = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            wake()
        }
        timer.cancel()
    }

    private func wake() { state.withLock { $0.takeWaiter() }?.resume() }
}
