// SPDX-License-Identifier: Apache-2.0

public import Model

/// One value of a report, with its meaning, so that each format can write it its own way.
public enum ReportCell: Equatable, Sendable {
    /// Not known, or not applicable.
    case none
    /// A word of ours or a name from elsewhere.
    case text(String)
    case count(UInt64)
    case octets(UInt64)
    /// In bits per second.
    case rate(UInt64)
    case percent(Double)
    case money(Money)
    /// In seconds since 1970-01-01 00:00 UTC.
    case time(Int64)
    case asn(ASN)
    case flag(Bool)
    case words([String])

    /// An AS number, or nothing for ``ASN/zero``.
    static func known(_ asn: ASN) -> ReportCell { asn == .zero ? .none : .asn(asn) }

    /// A text, or nothing.
    static func optional(_ text: String?) -> ReportCell { text.map(ReportCell.text) ?? .none }

    var isNone: Bool { self == .none }

    /// Whether it counts nothing.
    var isZero: Bool { self == .count(0) || self == .octets(0) || self == .rate(0) }

    /// The value as JSON has it.
    var json: JSONValue {
        switch self {
        case .none: .null
        case .text(let text): .string(text)
        case .count(let value), .octets(let value), .rate(let value): .unsigned(value)
        case .percent(let value): .number(Self.rounded(value))
        case .money(let money):
            ["amount": .string(money.amount), "currency": .string(money.currency)]
        case .time(let seconds): .string(Timestamp.text(seconds: seconds))
        case .asn(let asn): .unsigned(UInt64(asn.rawValue))
        case .flag(let value): .bool(value)
        case .words(let words): .array(words.map(JSONValue.string))
        }
    }

    /// The value as CSV has it, not quoted yet; `isText` when a spreadsheet could misread it.
    var csv: (text: String, isText: Bool) {
        switch self {
        case .none: ("", false)
        case .text(let text): (text, true)
        case .count(let value), .octets(let value), .rate(let value): (String(value), false)
        case .percent(let value): (DecimalText.text(Self.rounded(value)), false)
        case .money(let money): (money.amount, false)
        case .time(let seconds): (Timestamp.text(seconds: seconds), false)
        case .asn(let asn): (String(asn.rawValue), false)
        case .flag(let value): (value ? "true" : "false", false)
        case .words(let words): (words.joined(separator: ";"), true)
        }
    }

    /// The value as people read it on a terminal.
    var human: String {
        switch self {
        case .none: "-"
        case .text(let text): TextTable.harmless(text)
        case .count(let value): HumanUnits.count(value)
        case .octets(let value): HumanUnits.octets(value)
        case .rate(let value): HumanUnits.rate(value)
        case .percent(let value): DecimalText.text(Self.rounded(value)) + " %"
        case .money(let money): money.description
        case .time(let seconds): Timestamp.text(seconds: seconds)
        case .asn(let asn): asn.description
        case .flag(let value): value ? "yes" : "no"
        case .words(let words): TextTable.harmless(words.joined(separator: ", "))
        }
    }

    /// Whether it stands to the right of its column.
    var isNumber: Bool {
        switch self {
        case .count, .octets, .rate, .percent, .money: true
        case .none, .text, .time, .asn, .flag, .words: false
        }
    }

    /// To thousandths; what is not nothing does not become nothing.
    private static func rounded(_ percent: Double) -> Double {
        guard percent.isFinite, percent.magnitude < 1e9 else { return percent }
        let rounded = (percent * 1000).rounded() / 1000
        return rounded == 0 && percent > 0 ? 0.001 : rounded
    }
}
