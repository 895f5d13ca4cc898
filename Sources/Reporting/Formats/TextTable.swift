// SPDX-License-Identifier: Apache-2.0

/// Columns aligned for a terminal: numbers to the right, words to the left.
struct TextTable {
    var headings: [String]
    var rows: [[(text: String, isNumber: Bool)]]

    /// The table, each line ending in a line break and in nothing before it.
    var text: String {
        let widths = headings.indices.map { column in
            rows.reduce(headings[column].count) { max($0, $1[column].text.count) }
        }
        let numeric = headings.indices.map { column in
            rows.contains { $0[column].isNumber }
        }
        var text = Self.line(headings, widths, numeric)
        for row in rows { text += Self.line(row.map(\.text), widths, numeric) }
        return text
    }

    private static func line(_ cells: [String], _ widths: [Int], _ numeric: [Bool]) -> String {
        var line = ""
        for (column, cell) in cells.enumerated() {
            let padding = String(repeating: " ", count: max(widths[column] - cell.count, 0))
            if column > 0 { line += "  " }
            line += numeric[column] ? padding + cell : cell + padding
        }
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }

    /// `text` without what a terminal would obey: control characters and changes of direction.
    static func harmless(_ text: String) -> String {
        var harmless = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x00...0x1f, 0x7f...0x9f, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069:
                harmless.append("\u{fffd}")
            default: harmless.append(scalar)
            }
        }
        return String(harmless)
    }
}
