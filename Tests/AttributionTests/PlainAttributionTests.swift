// SPDX-License-Identifier: Apache-2.0

import Attribution
import Model
import Routing
import Testing

@Suite("Attribution, compared with the plainest there is")
struct PlainAttributionTests {
    @Test(
        "networks and flows at random are attributed as by searching every list from the front",
        arguments: 1...40 as ClosedRange<UInt64>
    )
    func equal(seed: UInt64) {
        var network = RandomNetwork(seed: seed)
        var attributor = Attributor(
            inventory: network.inventory,
            viewLists: network.views,
            reader: network.table.makeReader()
        )
        var plain = PlainAttribution(
            network.inventory,
            network.views,
            network.table.makeReader()
        )
        var posted = 0
        for _ in 0..<4 {
            let (batch, exporters) = network.batch(of: 100)
            var postings: [Posting] = []
            var implausible: [UInt16] = []
            attributor.attribute(
                batch,
                exporters: exporters,
                into: &postings,
                implausible: &implausible
            )
            let expected = plain.postings(of: batch, from: exporters.map { Int($0) })
            #expect(postings.map { "\($0)" } == expected.compactMap { $0.map { "\($0)" } })
            let left = zip(batch.records, zip(exporters, expected)).filter {
                $0.0.has(.octets) && $0.1.1 == nil
            }
            #expect(implausible == left.map(\.1.0))
            for case .posted in postings.flatMap({ [$0.ingress, $0.egress] }) { posted += 1 }
        }
        #expect(posted > 50)
        let counted = (0..<4 as Range<UInt16>).reduce(0) {
            $0 + attributor.nextHopMismatches(of: $1)
        }
        let expected = plain.mismatches
        #expect(counted == UInt64(expected))
    }

}
