// SPDX-License-Identifier: Apache-2.0

/// Numbers as people say them: three digits and a unit.
public enum HumanUnits {
    /// "1.23 Gbit/s" for bits per second.
    public static func rate(_ bitsPerSecond: UInt64) -> String {
        scaled(bitsPerSecond, ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s", "Pbit/s"])
    }

    /// "1.23 GB" for octets; a kilobyte is 1000 of them.
    public static func octets(_ octets: UInt64) -> String {
        scaled(octets, ["B", "kB", "MB", "GB", "TB", "PB", "EB"])
    }

    /// "1,234,567".
    public static func count(_ value: UInt64) -> String {
        var groups: [String] = []
        var rest = value
        while rest >= 1000 {
            let group = String(rest % 1000)
            groups.append(String(repeating: "0", count: 3 - group.count) + group)
            rest /= 1000
        }
        return ([String(rest)] + groups.reversed()).joined(separator: ",")
    }

    /// In the smallest unit that leaves fewer than four digits before the point.
    private static func scaled(_ value: UInt64, _ units: [String]) -> String {
        guard value >= 1000 else { return "\(value) \(units[0])" }
        var unit: UInt128 = 1000
        var index = 1
        while index + 1 < units.count, rounded(value, to: unit) >= 1000 {
            unit *= 1000
            index += 1
        }
        // As many decimals as make three digits; 9.999 is 10.0, not 10.00.
        for decimals in [2, 1] {
            let tens: UInt128 = decimals == 2 ? 100 : 10
            let scaled = rounded(value, times: tens, to: unit)
            if scaled < 1000 { return "\(fixed(scaled, decimals)) \(units[index])" }
        }
        return "\(rounded(value, to: unit)) \(units[index])"
    }

    private static func rounded(
        _ value: UInt64,
        times factor: UInt128 = 1,
        to unit: UInt128
    ) -> UInt128 {
        (UInt128(value) * factor * 2 + unit) / (unit * 2)
    }

    private static func fixed(_ value: UInt128, _ decimals: Int) -> String {
        let digits = String(value)
        return "\(digits.dropLast(decimals)).\(digits.suffix(decimals))"
    }
}
