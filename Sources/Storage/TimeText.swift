// SPDX-License-Identifier: Apache-2.0

/// A time as RFC 3339 writes it, in UTC: "2026-10-01T00:00:00Z".
///
/// Days are turned into dates of the Gregorian calendar by counting years from March, so that a
/// leap day is the last of its year.
///
/// - Parameter seconds: Since 1970-01-01 00:00 UTC.
/// - Returns: The text; years beyond 9999 have five digits.
package func timeText(_ seconds: Int64) -> String {
    let (days, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
    let secondOfDay = rest < 0 ? rest + 86_400 : rest
    let shifted = (rest < 0 ? days - 1 : days) + 719_468  // days since 0000-03-01
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
        (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))"
    let hour = secondOfDay / 3_600
    let minute = secondOfDay / 60 % 60
    return "\(date)T\(padded(hour, 2)):\(padded(minute, 2)):\(padded(secondOfDay % 60, 2))Z"
}

private func padded(_ number: Int64, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}
