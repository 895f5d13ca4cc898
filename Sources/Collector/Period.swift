// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// A stretch of time that a report is about.
public struct Period: Equatable, Sendable {
    /// First second, since 1970-01-01 00:00 UTC.
    public var from: Int64
    /// Second after the last.
    public var to: Int64

    public init(from: Int64, to: Int64) {
        self.from = from
        self.to = to
    }

    public var range: Range<Int64> { from..<max(from, to) }

    /// From the start of the slot it begins in to the end of the slot it ends in.
    public func aligned(to slotSeconds: Int64) -> Period {
        let before = { (time: Int64) in (time % slotSeconds + slotSeconds) % slotSeconds }
        let rest = before(to)
        return Period(from: from - before(from), to: rest == 0 ? to : to - rest + slotSeconds)
    }

    /// What someone asked for that is no period, and what would be.
    public struct Problem: Error, Equatable, CustomStringConvertible {
        public var description: String
    }

    /// Reads a month, "2026-10", "this" or "last", in the time zone of that IANA name.
    public static func month(
        _ text: String,
        timezone: String,
        now: Date = Date()
    ) throws(Problem) -> Period {
        let calendar = try calendar(timezone)
        var month = calendar.dateComponents([.year, .month], from: now)
        switch text {
        case "this": break
        case "last":
            month.month = (month.month ?? 1) - 1
        default:
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].count == 4, parts[1].count == 2,
                let year = Int(parts[0]), let number = Int(parts[1]), (1...12).contains(number)
            else {
                throw Problem(
                    description: "'\(text)' is no month; expected 2026-10, this or last"
                )
            }
            month.year = year
            month.month = number
        }
        var next = month
        next.month = (month.month ?? 1) + 1
        guard let from = calendar.date(from: month), let to = calendar.date(from: next) else {
            throw Problem(description: "'\(text)' is no month; expected 2026-10, this or last")
        }
        return Period(from: seconds(from), to: seconds(to))
    }

    /// Reads a point in time: RFC 3339, a date in the time zone, or back from now: "-7d".
    public static func time(
        _ text: String,
        timezone: String,
        now: Date = Date()
    ) throws(Problem) -> Int64 {
        if text == "now" { return seconds(now) }
        if text.first == "-", let unit = text.last, let count = UInt32(text.dropFirst().dropLast()),
            let length = units[unit]
        {
            let back = Int64(count) * length
            if back < seconds(now) { return seconds(now) - back }
        }
        if let date = try? Date(text, strategy: .iso8601) { return seconds(date) }
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        if let date = try? style.parse(text) { return seconds(date) }
        let parts = text.split(separator: "-").compactMap { Int($0) }
        if parts.count == 3, text.count == 10 {
            let calendar = try calendar(timezone)
            let components = DateComponents(year: parts[0], month: parts[1], day: parts[2])
            if components.isValidDate(in: calendar), let date = calendar.date(from: components) {
                return seconds(date)
            }
        }
        throw Problem(
            description: "'\(text)' is no time; expected 2026-10-01T00:00:00Z, 2026-10-01 or -7d"
        )
    }

    private static let units: [Character: Int64] = [
        "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800,
    ]

    private static func seconds(_ date: Date) -> Int64 {
        Int64(date.timeIntervalSince1970.rounded(.down))
    }

    private static func calendar(_ timezone: String) throws(Problem) -> Calendar {
        guard let zone = TimeZone(identifier: timezone) else {
            throw Problem(description: "'\(timezone)' is no time zone; expected Europe/Berlin")
        }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        return calendar
    }
}
