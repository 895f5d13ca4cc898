// SPDX-License-Identifier: Apache-2.0

import Model

/// The numbers of records.
extension RecordRows {
    /// Numbers the records; returns what is at least as large as the largest count in them: all
    /// bits of the counts.
    func number(_ records: inout [FlowRecord], from first: UInt64) -> UInt64 {
        var records = records.mutableSpan
        let end = base + count
        precondition(base >= 0 && end <= records.count)
        var bits: UInt64 = 0
        var next = first
        var index = base
        while index < end {
            records[index].number = next
            bits |= records[index].octets | records[index].packets
            next &+= 1
            index &+= 1
        }
        return bits
    }
}
