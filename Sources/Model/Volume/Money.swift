// SPDX-License-Identifier: Apache-2.0

/// An exact amount: integer millionths of a currency's unit (DESIGN 3.12).
public struct Money: Hashable, Sendable {
    /// Millionths of the currency's unit.
    public var microUnits: Int64
    /// ISO 4217 code.
    public var currency: String

    public init(microUnits: Int64, currency: String) {
        self.microUnits = microUnits
        self.currency = currency
    }

    /// Reads a decimal such as "0.18"; nil when it is none or has more than six decimals.
    public init?(decimal text: some StringProtocol, currency: String) {
        let negative = text.first == "-"
        let digits = negative ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), !parts[0].isEmpty,
            parts.allSatisfy({ part in part.utf8.allSatisfy { (48...57).contains($0) } }),
            let units = Int64(parts[0])
        else { return nil }
        var micro: Int64 = 0
        if parts.count == 2 {
            guard (1...6).contains(parts[1].utf8.count) else { return nil }
            let padded = parts[1] + String(repeating: "0", count: 6 - parts[1].utf8.count)
            guard let fraction = Int64(padded) else { return nil }
            micro = fraction
        }
        let (scaled, overflow) = units.multipliedReportingOverflow(by: 1_000_000)
        let (sum, overflowed) = scaled.addingReportingOverflow(micro)
        guard !overflow, !overflowed else { return nil }
        self.init(microUnits: negative ? -sum : sum, currency: currency)
    }

    /// The amount with two decimals, rounded half away from zero: "1234.56".
    public var amount: String {
        let cents = (microUnits.magnitude + 5_000) / 10_000
        let fraction = cents % 100
        let sign = microUnits < 0 && cents > 0 ? "-" : ""
        return "\(sign)\(cents / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}

extension Money: CustomStringConvertible {
    public var description: String { "\(amount) \(currency)" }
}
