// SPDX-License-Identifier: Apache-2.0

/// Comma-separated values (RFC 4180) that a spreadsheet cannot take for formulas.
///
/// Names come from BGP, SNMP and registries, so a text may begin with anything. One that begins
/// with a sign of a formula, a control character or an apostrophe gets an apostrophe in front: to
/// read it back, take one leading apostrophe off. Numbers and times stay what they are.
struct CSVWriter {
    private(set) var text = ""

    mutating func row(_ cells: [(text: String, isText: Bool)]) {
        text += Self.line(cells) + "\r\n"
    }

    /// One row without its line break.
    static func line(_ cells: [(text: String, isText: Bool)]) -> String {
        cells.map { quoted($0.isText ? guarded($0.text) : $0.text) }.joined(separator: ",")
    }

    /// CWE-1236: what spreadsheets evaluate, full-width forms of it too.
    private static func guarded(_ text: String) -> String {
        guard let first = text.unicodeScalars.first else { return text }
        let isControl = first.value < 0x20 || first.value == 0x7f
        return isControl || "=+-@'\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".unicodeScalars.contains(first)
            ? "'" + text : text
    }

    /// RFC 4180, section 2, rules 5 to 7.
    private static func quoted(_ text: String) -> String {
        let special = text.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
        guard special else { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
