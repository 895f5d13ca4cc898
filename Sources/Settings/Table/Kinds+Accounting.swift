// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model

// Money, percents, slots and dates.

extension Kind where Value == Money {
    /// A price in the currency of its surroundings; not negative.
    static var price: Kind {
        let expected = "a price such as \"0.18\": a decimal in quotes with at most 6 decimals"
        return Kind(
            expected: expected,
            schema: ["type": "string", "pattern": "^[0-9]+(\\.[0-9]{1,6})?$"],
            read: { node, reading in
                guard case .scalar(let text, isPlain: false) = node.content,
                    let money = Money(decimal: text, currency: reading.surroundings.currency),
                    money.microUnits >= 0, !text.hasPrefix("-")
                else {
                    reading.reject(node, expected: expected)
                    return nil
                }
                return money
            },
            show: { money, _ in .text(Decimals.text(money.microUnits, places: 6, least: 2)) }
        )
    }
}

extension Kind where Value == Int {
    /// A share of a whole, in hundredths of a percent.
    static var percent: Kind {
        scalar(
            "a percentage above 0% and up to 100%, such as 80%",
            .text,
            schema: ["type": "string", "pattern": "^[0-9]{1,3}(\\.[0-9]{1,2})?%$"],
            parse: { text in
                guard text.hasSuffix("%"), let value = Decimals.parse(text.dropLast(), places: 2),
                    (1...10_000).contains(value)
                else { return nil }
                return Int(value)
            },
            show: { .text(Decimals.text(Int64($0), places: 2) + "%") }
        )
    }

    /// Which percentile is billed, in hundredths of a percent.
    static var percentile: Kind {
        scalar(
            "a percentile from 50 to 100, such as 95 or 97.5",
            .number,
            schema: [
                "type": "number", "minimum": .integer(50), "maximum": .integer(100),
                "multipleOf": .number("0.01"),
            ],
            parse: { text in
                guard let value = Decimals.parse(text, places: 2), (5_000...10_000).contains(value)
                else { return nil }
                return Int(value)
            },
            show: { .number(Decimals.text(Int64($0), places: 2)) }
        )
    }

    /// A number of slots in a row.
    static var slots: Kind { count(1...288, of: "slot") }
}

/// A day of the calendar, in no time zone.
struct CalendarDay: Hashable, Sendable, Comparable {
    var year: Int
    var month: Int
    var day: Int

    static func < (a: CalendarDay, b: CalendarDay) -> Bool {
        (a.year, a.month, a.day) < (b.year, b.month, b.day)
    }

    /// When it begins in `timezone`, or the day `later` after it, in seconds since 1970-01-01 UTC.
    func begin(in timezone: String, later: Int = 0) -> Int64? {
        let calendar = Self.calendar(timezone)
        let components = DateComponents(year: year, month: month, day: day + later, hour: 12)
        guard let noon = calendar.date(from: components) else { return nil }
        return Int64(calendar.startOfDay(for: noon).timeIntervalSince1970)
    }

    /// The day that `seconds` lies in.
    init(_ seconds: Int64, in timezone: String) {
        let date = Date(timeIntervalSince1970: TimeInterval(seconds))
        let parts = Self.calendar(timezone).dateComponents([.year, .month, .day], from: date)
        (year, month, day) = (parts.year ?? 1970, parts.month ?? 1, parts.day ?? 1)
    }

    /// Reads "2026-01-31"; nil when there is no such day between 1970 and 2999.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2],
            text.utf8.allSatisfy({ $0 == 45 || (48...57).contains($0) }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
            (1970...2999).contains(year), (1...12).contains(month), day >= 1
        else { return nil }
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[month - 1] else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    private static func calendar(_ timezone: String) -> Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: timezone) ?? .gmt
        return calendar
    }
}

extension CalendarDay: CustomStringConvertible {
    /// "2026-01-31".
    var description: String {
        let digits = [year, month, day].map { String($0) }
        let padded = zip(digits, [4, 2, 2]).map { digits, count in
            String(repeating: "0", count: max(0, count - digits.count)) + digits
        }
        return padded.joined(separator: "-")
    }
}

extension Kind where Value == CalendarDay {
    static var day: Kind {
        scalar(
            "a day such as 2026-01-31",
            .text,
            schema: ["type": "string", "format": "date"],
            parse: { CalendarDay($0) },
            show: { .text($0.description) }
        )
    }
}
