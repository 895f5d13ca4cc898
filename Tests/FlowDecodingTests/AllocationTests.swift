// SPDX-License-Identifier: Apache-2.0

import CAllocations
import FlowDecoding
import Model
import TestSupport
import Testing
import Wire

/// What decoding takes of the heap.
///
/// That it takes nothing in steady state holds of an optimized build alone: `Deploy/fuzz sweep`
/// shows it there.
@Suite("Allocations", .enabled(if: allocations_are_counted()))
struct AllocationTests {
    @Test("the counter counts")
    func counts() {
        allocations_reset()
        let octets = [UInt8](repeating: 1, count: 10_000)
        let counted = allocations_read()
        #expect(counted.allocations == 1)
        #expect(counted.octets >= 10_000 && counted.octets < 11_000)
        #expect(counted.peak >= 10_000 && counted.held >= 10_000)
        #expect(octets.count == 10_000)
    }

    @Test("what an exporter sends again and again takes no more memory", arguments: 0..<4)
    func memory(number: UInt8) throws {
        let flowProtocol = try #require(FlowProtocol(rawValue: number))
        for seed in 0..<20 as Range<UInt64> {
            var generator = DatagramGenerator(flowProtocol, seed: seed)
            let sent = (0..<6).map { _ in generator.next() }
            var decoder = FlowDecoder(holdsData: false)
            var batch = FlowBatch()
            for round in 0..<20 {
                // What is learned, and what is reserved, is there after some rounds.
                if round == 4 { allocations_reset() }
                for octets in sent {
                    batch.removeAll()
                    let datagram = Datagram(
                        exporter: .v4(0xc000_0201),
                        port: 50_000,
                        arrival: 1_700_000_001_000_000_000,
                        octets: WireReader(octets.span, as: "UDP payload").octets
                    )
                    _ = decoder.decode(datagram, into: &batch)
                }
            }
            try #require(allocations_read().held <= 0, "seed \(seed)")
        }
    }
}
