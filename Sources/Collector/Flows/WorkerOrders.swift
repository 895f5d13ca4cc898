// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What the control plane asks of a worker: done on its thread, between two batches.
final class WorkerOrders: Sendable {
    typealias Order = @Sendable (inout FlowPipeline) -> Void

    private struct State: Sendable {
        var orders: [(order: Order, done: @Sendable () -> Void)] = []
        var isClosed = false
    }

    /// Read once a batch, so that a worker without orders takes no lock.
    private let isWaiting = Atomic(false)
    private let state = Mutex(State())

    /// - Parameters:
    ///   - order: What to do.
    ///   - done: Called once it is done, or at once when the worker has ended.
    func post(_ order: @escaping Order, done: @escaping @Sendable () -> Void) {
        let isPosted = state.withLock { state in
            guard !state.isClosed else { return false }
            state.orders.append((order, done))
            return true
        }
        guard isPosted else { return done() }
        isWaiting.store(true, ordering: .releasing)
    }

    /// Does what has been asked since the last call, in order.
    func carryOut(on pipeline: inout FlowPipeline) {
        guard isWaiting.load(ordering: .relaxed) else { return }
        isWaiting.store(false, ordering: .relaxed)
        let due = state.withLock { state in
            defer { state.orders = [] }
            return state.orders
        }
        for (order, done) in due {
            order(&pipeline)
            done()
        }
    }

    /// No order is taken any more; what has been asked is done first.
    func close(_ pipeline: inout FlowPipeline) {
        state.withLock { $0.isClosed = true }
        isWaiting.store(true, ordering: .relaxed)
        carryOut(on: &pipeline)
    }
}
