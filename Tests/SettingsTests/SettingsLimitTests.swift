// SPDX-License-Identifier: Apache-2.0

import Settings
import Testing

@Suite("Limits of a configuration")
struct SettingsLimitTests {
    private static let head = """
        network: { asns: [64500] }
        listen: { bgp: "127.0.0.1:0" }
        exporters: [{ name: er1, addresses: [192.0.2.1] }]
        neighbors: [{ name: rr1, address: 192.0.2.7, asn: 64500 }]
        tables:

        """

    @Test(
        "the views of all sources are at most as many as a routing table holds"
    )
    func views() {
        let tables = (1...3_999).map { "- { view: v\($0), mrt: rib }\n" }
        let exact = Self.head + tables.prefix(3_998).joined()
        // Another file for the same view is no other view.
        #expect(problems(exact + "- { view: v1, mrt: other }\n") == [])
        let problem =
            "p.yaml:4004:3: tables[3998]: there are 4001 exporters, neighbors, stations and "
            + "views of tables in all; expected at most 4000"
        #expect(problems(Self.head + tables.joined()) == [problem])
    }

    @Test("static prefixes are at most as many as their evidence can number")
    func staticPrefixes() {
        func interconnect(_ id: String, _ prefixes: [String]) -> String {
            """
              - id: \(id)
                kind: private
                peers: [64501]
                interfaces: [{ exporter: er1, name: \(id) }]
                routing: static
                staticPrefixes:
            \(prefixes.map { "    - \($0)" }.joined(separator: "\n"))

            """
        }
        let head = """
            network: { asns: [64500] }
            exporters: [{ name: er1, addresses: [192.0.2.1], interfaces: [{ index: 1, name: a }, \
            { index: 2, name: b }] }]
            interconnects:

            """
        let prefixes = (0..<65_000).map { "10.\($0 >> 8).\($0 & 0xff).0/24" }
        let full = head + interconnect("a", prefixes)
        #expect(problems(full) == [])
        let last = "4000::/32"
        let problem =
            "p.yaml:65016:7: interconnects[1].staticPrefixes[0]: there are 65001 static prefixes "
            + "over all interconnects; expected at most 65000"
        #expect(problems(full + interconnect("b", ["\"\(last)\""])) == [problem])
    }
}
