// SPDX-License-Identifier: Apache-2.0

import Collector
import Model
import Settings
import TestSupport
import Testing

@Suite("Open files")
struct DescriptorLimitTests {
    @Test("what may be open is raised to all that the process may have")
    func raised() throws {
        let limit = try #require(DescriptorLimit.raise())
        #expect(limit.soft == limit.hard)
        #expect(DescriptorLimit.now() == limit)
    }

    @Test("a limit that many sessions and readers may reach is told of")
    func shortage() throws {
        var settings = try TemporaryFolder().settings(
            "network: { asns: [64500] }\nlisten: { bgp: \"127.0.0.1:0\", workers: 2 }\n"
        )
        let few = DescriptorLimit(soft: 1024, hard: 1024)
        #expect(few.shortage(for: settings) == nil)
        for number in 1...512 as ClosedRange<UInt32> {
            settings.neighbors.append(
                .init(name: "n\(number)", address: .v4(number), asn: ASN(rawValue: 64500))
            )
        }
        #expect(few.shortage(for: settings)?.hasPrefix("at most 1024 files may be open") == true)
        #expect(DescriptorLimit(soft: 4096, hard: 4096).shortage(for: settings) == nil)
    }
}
