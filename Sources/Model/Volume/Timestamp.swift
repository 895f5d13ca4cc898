// SPDX-License-Identifier: Apache-2.0

/// Times as text: RFC 3339, always UTC and with a Z.
///
/// # How it works
/// Days since 1970 become a date of the proleptic Gregorian calendar by counting in eras of 400
/// years (146,097 days), each year beginning in March so that the leap day is its last.
public enum Timestamp {
    /// "2026-10-01T00:00:00Z" for seconds since 1970-01-01 00:00 UTC.
    public static func text(seconds: Int64) -> String {
        let (days, second) = floored(seconds, by: 86_400)
        let (year, month, day) = date(daysSince1970: days)
        let time = [second / 3600, second / 60 % 60, second % 60].map { padded($0, to: 2) }
        let date = "\(padded(year, to: 4))-\(padded(month, to: 2))-\(padded(day, to: 2))"
        return "\(date)T\(time.joined(separator: ":"))Z"
    }

    /// The same for nanoseconds since 1970-01-01 00:00 UTC, with 0 to 9 digits of a second.
    public static func text(nanoseconds: Int64) -> String {
        let (seconds, fraction) = floored(nanoseconds, by: 1_000_000_000)
        guard fraction != 0 else { return text(seconds: seconds) }
        var digits = padded(fraction, to: 9)
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(text(seconds: seconds).dropLast()).\(digits)Z"
    }

    private static func date(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floored(days + 719_468, by: 146_097)
        let leapDays = dayOfEra / 1460 - dayOfEra / 36_524 + dayOfEra / 146_096
        let yearOfEra = (dayOfEra - leapDays) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }

    /// Quotient and remainder, the remainder never negative.
    private static func floored(_ value: Int64, by divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func padded(_ value: Int64, to width: Int) -> String {
        let digits = String(value.magnitude)
        let zeros = String(repeating: "0", count: max(width - digits.count, 0))
        return (value < 0 ? "-" : "") + zeros + digits
    }
}
