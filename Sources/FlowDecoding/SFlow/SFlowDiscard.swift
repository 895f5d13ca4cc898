// SPDX-License-Identifier: Apache-2.0

import Wire

/// Samples of discarded packets (*sFlow Dropped Packet Notification Structures*, sflow.org,
/// October 2020, section 2, `discarded_packet`).
///
///     sequence, source (two words), drops, input, output, reason, flow record*
///
/// They are one by one and not sampled, and are no traffic: what was discarded came in by flow
/// samples too, as far as it was sampled. Their own `drops` count notifications that a limit of
/// the agent held back, not flow samples that are missing.
extension DecodingWork {
    mutating func readDiscard(_ body: inout WireReader) throws(WireError) {
        let sequence = try body.read(UInt32.self)
        let source = try DataSource(&body, isExpanded: true)
        sightings.append(SFlowSighting(kind: .discards, source: source, sequence: sequence))
        let drops = try body.read(UInt32.self)
        let input = try body.read(UInt32.self)
        let output = try body.read(UInt32.self)
        let reason = try body.read(UInt32.self)
        var left = try body.read(UInt32.self)
        while left > 0, !body.isAtEnd {
            left -= 1
            try body.skip(octets: 4)
            let length = Int(try body.read(UInt32.self))
            _ = try body.read(octets: length, as: "sFlow flow record")
        }
        details?.discards.append(
            DiscardSample(
                ingressInterface: input == 0 ? nil : input,
                egressInterface: output == 0 ? nil : output,
                reason: reason,
                drops: drops
            )
        )
    }
}
