// SPDX-License-Identifier: Apache-2.0

/// Decimal numbers without floating point.
enum Decimals {
    /// `text` times ten to the power of `places`; nil when it is no such number, is negative,
    /// or has more decimals.
    static func parse(_ text: some StringProtocol, places: Int) -> Int64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let areDigits = parts.allSatisfy { part in
            !part.isEmpty && part.utf8.allSatisfy { (48...57).contains($0) }
        }
        guard areDigits, (1...2).contains(parts.count) else { return nil }
        let decimals = parts.count == 2 ? parts[1].utf8.count : 0
        guard decimals <= places else { return nil }
        return Int64(parts.joined() + String(repeating: "0", count: places - decimals))
    }

    /// `value` divided by ten to the power of `places`, with at least `least` decimals.
    static func text(_ value: Int64, places: Int, least: Int = 0) -> String {
        let digits = String(value.magnitude)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        var decimals = padded.suffix(places)
        while decimals.count > least, decimals.last == "0" { decimals.removeLast() }
        let whole = (value < 0 ? "-" : "") + padded.dropLast(places)
        return decimals.isEmpty ? whole : "\(whole).\(decimals)"
    }
}
