// SPDX-License-Identifier: Apache-2.0

/// Numbers as decimals, without a floating-point format.
enum DecimalText {
    /// `value` divided by ten to the power of `decimals`, exactly, zeros at the end left out.
    ///
    ///     (1_234_500, decimals: 6) -> "1.2345"
    static func text(_ value: UInt128, decimals: Int) -> String {
        var digits = String(value)
        guard decimals > 0 else { return digits }
        if digits.count <= decimals {
            digits = String(repeating: "0", count: decimals + 1 - digits.count) + digits
        }
        let whole = digits.dropLast(decimals)
        var fraction = digits.suffix(decimals)
        while fraction.last == "0" { fraction.removeLast() }
        return fraction.isEmpty ? String(whole) : "\(whole).\(fraction)"
    }

    /// A number of at most three decimals, or as many as it takes.
    static func text(_ value: Double) -> String {
        guard value.isFinite else { return "" }
        guard value >= 0, value < 1e9 else { return value.description }
        return text(UInt128((value * 1000).rounded()), decimals: 3)
    }
}
