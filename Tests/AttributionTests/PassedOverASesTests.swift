// SPDX-License-Identifier: Apache-2.0

import Attribution
import Model
import Testing

@Suite("ASes at the head of a path that are never the peer")
struct PassedOverASesTests {
    private func peer(of segments: [ASPath.Segment]) -> UInt32 {
        var inventory = Inventory()
        inventory.network.asns = [ASN(rawValue: 64500), ASN(rawValue: 64501)]
        var exchange = Exchange(id: "ix")
        exchange.routeServers = .init(asn: ASN(rawValue: 64520))
        inventory.exchanges = [exchange, Exchange(id: "ix-2")]
        var path = ASPath()
        for segment in segments { path.append(segment.kind, segment.members) }
        return PassedOverASes(inventory).peer(of: path).rawValue
    }

    private func asns(_ numbers: UInt32...) -> [ASN] { numbers.map { ASN(rawValue: $0) } }

    @Test("our own ASes and route servers are passed over, however often they are prepended")
    func passedOver() {
        let members = asns(64500, 64501, 64520, 64520, 64531, 64500, 7)
        #expect(peer(of: [.init(.sequence, members)]) == 64531)
        let parts = [ASPath.Segment(.sequence, asns(64520)), .init(.sequence, asns(64531))]
        #expect(peer(of: parts) == 64531)
    }

    @Test("confederation segments are left aside")
    func confederation() {
        let inside = ASPath.Segment(.confederationSequence, asns(65010, 65011))
        #expect(peer(of: [inside, .init(.sequence, asns(64531))]) == 64531)
    }

    @Test("of a set nobody knows who was first, and of nothing neither")
    func unknown() {
        #expect(peer(of: [.init(.sequence, asns(64520)), .init(.set, asns(1, 2))]) == 0)
        #expect(peer(of: [.init(.sequence, asns(64520))]) == 0)
        #expect(peer(of: []) == 0)
    }
}
