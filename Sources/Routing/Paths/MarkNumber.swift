// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The numbers of marks (`TableMark`), from 1 on; none is given twice, by whichever table.
enum MarkNumber {
    private static let last = Atomic<UInt64>(0)

    static func next() -> UInt64 { last.wrappingAdd(1, ordering: .relaxed).newValue }
}
