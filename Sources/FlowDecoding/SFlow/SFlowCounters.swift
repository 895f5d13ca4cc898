// SPDX-License-Identifier: Apache-2.0

import Wire

/// Counter samples (sFlow version 5, section 5, `counters_sample`).
extension DecodingWork {
    /// Checks a counter sample, and gathers its values where they are wanted; records of formats
    /// without a row in ``SFlowCounterFormat/table`` are skipped.
    ///
    /// The counters of all its records make one ``CounterSample``. A record longer than its format
    /// is read as far as that goes: later versions append.
    mutating func readCounters(_ body: inout WireReader, isExpanded: Bool) throws(WireError) {
        let sequence = try body.read(UInt32.self)
        let source = try DataSource(&body, isExpanded: isExpanded)
        sightings.append(SFlowSighting(kind: .counters, source: source, sequence: sequence))
        var sample = CounterSample(interface: source.isInterface ? source.index : nil, counters: [])
        defer { if !sample.counters.isEmpty { details?.counters.append(sample) } }
        var left = try body.read(UInt32.self)
        while left > 0, !body.isAtEnd {
            left -= 1
            let number = try body.read(UInt32.self)
            let length = Int(try body.read(UInt32.self))
            var record = try body.read(octets: length, as: "sFlow counter record")
            guard let format = SFlowCounterFormat.named(number) else { continue }
            guard record.remaining >= format.octets else { throw record.failure(.truncated) }
            if details != nil { try sample.read(&record, format) }
        }
    }
}

extension CounterSample {
    fileprivate mutating func read(
        _ record: inout WireReader,
        _ format: SFlowCounterFormat
    ) throws(WireError) {
        for field in format.fields {
            let value = try record.readUnsigned(octets: field.octets)
            switch field.meaning {
            case .interface where value == 0: break
            case .interface: interface = UInt32(truncatingIfNeeded: value)
            case .percentage where value == 0xffff_ffff: break
            case .percentage, .value: counters.append((field.name, value))
            }
        }
    }
}
