// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@Suite("SamplingRate")
struct SamplingRateTests {
    @Test("a ratio is kept in lowest terms, and zero is no rate")
    func lowestTerms() {
        #expect(SamplingRate(2000, per: 2) == SamplingRate(1000))
        #expect(SamplingRate(0, per: 1) == nil)
        #expect(SamplingRate(1, per: 0) == nil)
        #expect(SamplingRate(1 << 40, per: 1) == nil)
        #expect(SamplingRate(1 << 40, per: 1 << 39) == SamplingRate(2))
    }

    @Test("a fraction is applied once and rounded half up")
    func rounds() throws {
        let rate = try #require(SamplingRate(3, per: 2))
        #expect(rate.scale(1) == 2)
        #expect(rate.scale(2) == 3)
        #expect(rate.scale(3) == 5)
        let third = try #require(SamplingRate(4, per: 3))
        #expect(third.scale(1) == 1)
        #expect(third.scale(2) == 3)
    }

    @Test("what does not fit is no number")
    func overflow() {
        #expect(SamplingRate(1000).scale(.max) == nil)
        #expect(SamplingRate(3, per: 2)?.scale(.max) == nil)
        #expect(SamplingRate(1).scale(.max) == .max)
    }
}
