// SPDX-License-Identifier: Apache-2.0

// Lengths of time.

extension Kind where Value == Int64 {
    /// A length of time with its unit, in seconds.
    static func duration(_ range: ClosedRange<Int64>) -> Kind {
        scalar(
            "a length of time from \(Durations.text(range.lowerBound)) to "
                + "\(Durations.text(range.upperBound)): a number and s, m, h or d",
            .text,
            schema: ["type": "string", "pattern": "^[0-9]{1,9}[smhd]$"],
            parse: { text in
                Durations.parse(text).flatMap { range.contains($0) ? $0 : nil }
            },
            show: { .text(Durations.text($0)) }
        )
    }
}

/// Lengths of time as a number and a unit: 90s, 15m, 24h, 7d.
enum Durations {
    private static let units: [(letter: Character, seconds: Int64)] = [
        ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1),
    ]

    /// In seconds; nil when `text` is no such length.
    static func parse(_ text: String) -> Int64? {
        let digits = text.dropLast()
        guard let unit = units.first(where: { $0.letter == text.last }),
            (1...9).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int64(digits)
        else { return nil }
        return number * unit.seconds
    }

    /// In the largest unit that gives a whole number; one day is 24h.
    static func text(_ seconds: Int64) -> String {
        for unit in units where seconds.isMultiple(of: unit.seconds) {
            if unit.letter == "d", seconds < 2 * unit.seconds { continue }
            return "\(seconds / unit.seconds)\(unit.letter)"
        }
        return "\(seconds)s"
    }
}
