// SPDX-License-Identifier: Apache-2.0

import Model

/// What is told of records from outside of their fields: their numbers and sampling rates.
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

    /// What a record says of its sampling.
    func reference(of row: Int, _ plan: TemplatePlan) -> SamplerReference {
        var reference = SamplerReference(template: plan.template.id)
        for reading in plan.references {
            let value = value(reading, row)
            guard value != Self.absent else { continue }
            switch reading {
            case .selectionSequenceID: reference.sequence = value
            case .lineCardID: reference.lineCard = value
            default: reference.selector = value
            }
        }
        return reference
    }

    /// Finds the sampling rates: from options, else from the record, else unknown.
    func sample(
        _ records: inout [FlowRecord],
        _ plan: TemplatePlan,
        _ shared: DecodingWork.SetSampling,
        _ context: MessageContext,
        _ state: inout ExporterState
    ) {
        var records = records.mutableSpan
        for row in 0..<count {
            if shared.isByRecord {
                let reference = reference(of: row, plan)
                if let rate = state.rate(for: records[base + row], reference, in: context) {
                    records[base + row].samplingRate = rate
                    records[base + row].samplingSource = .options
                    continue
                }
            } else if shared.hasRate {
                continue
            }
            guard plan.traits.contains(.rate),
                let rate = SamplingFields(self, row, plan.sampling).rate
            else { continue }
            records[base + row].samplingRate = rate
            records[base + row].samplingSource = .record
        }
    }
}
