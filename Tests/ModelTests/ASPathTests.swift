// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@Suite("ASPath")
struct ASPathTests {
    private func asns(_ numbers: UInt32...) -> [ASN] { numbers.map(ASN.init(rawValue:)) }

    @Test("the neighbor is first and the origin last")
    func ends() {
        let path = ASPath(sequence: asns(64500, 64501))
        #expect(path.neighborAS == ASN(rawValue: 64500))
        #expect(path.originAS == ASN(rawValue: 64501))
        #expect(path.description == "64500 64501")
    }

    @Test("a path that ends in a set has no single origin")
    func set() {
        var path = ASPath(sequence: asns(64500))
        path.append(.set, asns(64501, 64502))
        #expect(path.originAS == nil)
        #expect(path.selectionLength == 2)
        #expect(path.description == "64500 {64501,64502}")
    }

    @Test("confederation segments are not the neighbor and have no length")
    func confederation() {
        var path = ASPath()
        path.append(.confederationSequence, asns(65001))
        path.append(.sequence, asns(64500))
        #expect(path.neighborAS == ASN(rawValue: 64500))
        #expect(path.selectionLength == 1)
    }

    @Test("words that are no path end where they break")
    func broken() {
        #expect(ASPath(words: [2 << 16 | 5, 1]).segments.isEmpty)
        #expect(ASPath(words: [9 << 16]).segments.isEmpty)
        #expect(ASPath(words: []).originAS == nil)
    }
}
