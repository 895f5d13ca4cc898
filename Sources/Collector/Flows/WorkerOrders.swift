// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What the control plane asks of a worker: done on its thread, between two batches.
final class WorkerOrders: Sendable {
    typealias Order = @Sendable (inout FlowPipeline) -> Void

    /// Read once a batch, so that a worker without orders takes no lock.
    private let isWaiting = Atomic(false)
    private let orders = Mutex<[Order]>([])

    func post(_ order: @escaping Order) {
        orders.withLock { $0.append(order) }
        isWaiting.store(true, ordering: .releasing)
    }

    /// Does what has been asked since the last call, in order.
    func carryOut(on pipeline: inout FlowPipeline) {
        guard isWaiting.load(ordering: .relaxed) else { return }
        isWaiting.store(false, ordering: .relaxed)
        let due = orders.withLock { orders in
            defer { orders = [] }
            return orders
        }
        for order in due { order(&pipeline) }
    }
}
