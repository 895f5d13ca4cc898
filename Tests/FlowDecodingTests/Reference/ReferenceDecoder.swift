// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

@testable import FlowDecoding

/// What the reference makes of one Data Set.
struct ReferenceDecoder {
    private(set) var batch = FlowBatch()
    private(set) var records = 0
    private(set) var problem: WireError?

    /// Decodes the records of `body` as `template` describes them.
    mutating func decode(
        _ body: RawSpan,
        _ template: Template,
        _ context: MessageContext,
        plausible: UInt64
    ) {
        let forward = TemplatePlan.readings(of: template, reverse: false)
        var reverse = TemplatePlan.readings(of: template, reverse: true)
        if !TemplatePlan.counts(reverse) { reverse = [] }
        var reader = WireReader(body, as: "Set")
        var record = RecordReader(context)
        while reader.remaining >= template.minimumOctets {
            let start = reader
            do throws(WireError) {
                record.begin()
                try record.read(&reader, template, by: forward)
                record.finish(forward, body, words: &batch.words)
                records += 1
                if let rate = record.scratch.sampling.rate {
                    record.record.samplingRate = rate
                    record.record.samplingSource = .record
                }
                var twin: RecordReader?
                let seen = record
                record.finishStatus()
                if !reverse.isEmpty {
                    var again = start
                    var other = seen
                    other.reverse(reverse)
                    try other.read(&again, template, by: reverse)
                    other.finish(reverse, body, words: &batch.words)
                    other.finishStatus()
                    other.completeTimes(of: record.record, reverse)
                    if record.scratch.biflowDirection == 2 {
                        let all = Set(forward + reverse)
                        let octets = all.filter { $0.slot == .octets }
                        if octets.isSubset(of: [.initiatorOctets, .responderOctets]) {
                            swap(&record.record.octets, &other.record.octets)
                        }
                        let packets = all.filter { $0.slot == .packets }
                        if packets.isSubset(of: [.initiatorPackets, .responderPackets]) {
                            swap(&record.record.packets, &other.record.packets)
                        }
                    }
                    twin = other
                }
                keep(record.record, plausible)
                if let twin, twin.record.octets > 0 || twin.record.packets > 0 {
                    keep(twin.record, plausible)
                }
            } catch {
                problem = error
                return
            }
        }
    }

    private mutating func keep(_ record: FlowRecord, _ plausible: UInt64) {
        guard record.octets <= plausible, record.packets <= plausible else { return }
        var record = record
        record.number = UInt64(records)
        batch.records.append(record)
    }
}
