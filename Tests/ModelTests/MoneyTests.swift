// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@Suite("Money")
struct MoneyTests {
    @Test(
        "a decimal is read exactly",
        arguments: [
            ("0.18", 180_000), ("3500.00", 3_500_000_000), ("-1", -1_000_000), ("0.000001", 1),
        ]
    )
    func reads(_ text: String, _ microUnits: Int64) {
        #expect(Money(decimal: text, currency: "EUR")?.microUnits == microUnits)
    }

    @Test(
        "what is no decimal is refused",
        arguments: ["", ".5", "1.", "1,5", "1e3", "0.0000001", "99999999999999", "--1", "1.-5"]
    )
    func refuses(_ text: String) {
        #expect(Money(decimal: text, currency: "EUR") == nil)
    }

    @Test("amounts are printed with two decimals, rounded half away from zero")
    func prints() {
        #expect(Money(microUnits: 1_234_560_000, currency: "EUR").amount == "1234.56")
        #expect(Money(microUnits: 5_000, currency: "EUR").amount == "0.01")
        #expect(Money(microUnits: -5_000, currency: "EUR").amount == "-0.01")
        #expect(Money(microUnits: -4_999, currency: "EUR").amount == "0.00")
    }
}
