// SPDX-License-Identifier: Apache-2.0

import Attribution
import Model
import Testing

@Suite("PrefixSet")
struct PrefixSetTests {
    @Test("finds the longest prefix, as a scan of all of them does")
    func longest() {
        for _ in 0..<200 {
            let prefixes = (0..<20).map { _ in
                // A few bits only, so that prefixes cover one another.
                IPPrefix(.v4(.random(in: 0..<64) << 26), length: .random(in: 0...8))
            }
            let set = PrefixSet(prefixes)
            let address = IPAddress.v4(.random(in: 0 ... .max))
            let covering = prefixes.enumerated().filter { $0.element.contains(address) }
            let expected = covering.max { $0.element.length < $1.element.length }?.element
            #expect(set.longest(around: address).map { prefixes[$0] } == expected)
            #expect(set.contains(address) == (expected != nil))
        }
    }

    @Test("families do not mix")
    func families() {
        let set = PrefixSet([IPPrefix("0.0.0.0/0")].compactMap { $0 })
        #expect(set.contains(.v4(1)))
        #expect(!set.contains(.v6(1)))
    }
}
