// SPDX-License-Identifier: Apache-2.0

import Model

/// The sampling rates of records.
extension RecordRows {
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
