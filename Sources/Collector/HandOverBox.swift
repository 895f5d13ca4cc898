// SPDX-License-Identifier: Apache-2.0

import Model
import Synchronization

/// Where workers leave what they counted, for the control plane to fetch.
final class HandOverBox: Sendable {
    private let batches = Mutex<[FlushBatch]>([])

    func put(_ batch: FlushBatch) { batches.withLock { $0.append(batch) } }

    func takeAll() -> [FlushBatch] {
        batches.withLock { batches in
            defer { batches = [] }
            return batches
        }
    }
}
