// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Reporting

@Suite("Formats")
struct FormatsTests {
    @Test(
        "three digits and a unit",
        arguments: [
            (0, "0 bit/s"), (999, "999 bit/s"), (1000, "1.00 kbit/s"), (1234, "1.23 kbit/s"),
            (9994, "9.99 kbit/s"), (9995, "10.0 kbit/s"), (99_950, "100 kbit/s"),
            (999_499, "999 kbit/s"), (999_500, "1.00 Mbit/s"), (1_230_000_000, "1.23 Gbit/s"),
            (400_000_000_000, "400 Gbit/s"), (.max, "18447 Pbit/s"),
        ] as [(UInt64, String)]
    )
    func rate(_ value: UInt64, _ text: String) {
        #expect(HumanUnits.rate(value) == text)
    }

    @Test("counts have separators")
    func count() {
        #expect(HumanUnits.count(0) == "0")
        #expect(HumanUnits.count(999) == "999")
        #expect(HumanUnits.count(1_000) == "1,000")
        #expect(HumanUnits.count(12_030_045) == "12,030,045")
        #expect(HumanUnits.octets(12_030_045) == "12.0 MB")
    }

    @Test("decimals are exact and no longer than they must be")
    func decimals() {
        #expect(DecimalText.text(0, decimals: 6) == "0")
        #expect(DecimalText.text(1, decimals: 9) == "0.000000001")
        #expect(DecimalText.text(1_234_500, decimals: 6) == "1.2345")
        #expect(DecimalText.text(120, decimals: 0) == "120")
        #expect(DecimalText.text(UInt128(UInt64.max), decimals: 6) == "18446744073709.551615")
        #expect(DecimalText.text(0.98) == "0.98")
        #expect(DecimalText.text(.nan) == "")
    }

    /// What reads our CSV back: the plainest reader of RFC 4180, and the rule of the apostrophe.
    private func parsed(_ line: String) -> [String] {
        var cells: [String] = []
        var cell = String.UnicodeScalarView()
        var isQuoted = false
        let scalars = Array(line.unicodeScalars)
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            if isQuoted, scalar == "\"" {
                if index + 1 < scalars.count, scalars[index + 1] == "\"" {
                    cell.append("\"")
                    index += 1
                } else {
                    isQuoted = false
                }
            } else if !isQuoted, scalar == "\"" {
                isQuoted = true
            } else if !isQuoted, scalar == "," {
                cells.append(String(cell))
                cell = .init()
            } else {
                cell.append(scalar)
            }
            index += 1
        }
        return cells + [String(cell)]
    }

    static let hostile = [
        "", "plain", "a,b", "say \"hi\"", "two\r\nlines", "=1+1", "+49", "-1", "@SUM(A1)",
        "\tx", "\rx", "\nx", "\0x", "\u{7f}", "\u{ff1d}1", "\u{ff0b}1", "\u{ff0d}1", "\u{ff20}x",
        "'quoted'", "''", "=HYPERLINK(\"http://x\",\"y\")", "Zürich \u{1f600}", ",", "\"",
    ]

    @Test("a text comes back as it went, less one apostrophe, and is never a formula")
    func roundTrip() {
        let line = CSVWriter.line(Self.hostile.map { ($0, true) })
        let cells = parsed(line)
        #expect(cells.map { $0.hasPrefix("'") ? String($0.dropFirst()) : $0 } == Self.hostile)
        for cell in cells {
            let first = cell.unicodeScalars.first ?? "x"
            #expect(!"=+-@\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".unicodeScalars.contains(first))
            #expect(first.value >= 0x20 && first.value != 0x7f)
        }
    }

    @Test("numbers stay numbers")
    func numbers() {
        #expect(CSVWriter.line([("-1", false), ("-1", true)]) == "-1,'-1")
        #expect(ReportCell.rate(5).csv == ("5", false))
    }

    @Test("a name cannot command the terminal")
    func terminal() {
        #expect(
            TextTable.harmless("AS\u{1b}[2J \u{9b}x\u{202e}y\n")
                == "AS\u{fffd}[2J \u{fffd}x\u{fffd}y\u{fffd}"
        )
        #expect(TextTable.harmless("Zürich") == "Zürich")
    }

    @Test("words stand left, numbers right, and no line ends in spaces")
    func table() {
        let table = TextTable(
            headings: ["name", "volume", "by"],
            rows: [
                [("a", false), ("1 B", true), ("mac", false)],
                [("long name", false), ("-", false), ("", false)],
            ]
        )
        #expect(table.text == "name       volume  by\na             1 B  mac\nlong name       -\n")
    }
}

@Suite("JSONValue")
struct JSONValueTests {
    @Test("keys keep their order and texts are escaped")
    func text() {
        let value: JSONValue = [
            "z": .unsigned(.max), "a": [.null, true, .number(1.5), .number(.nan), .number(-3)],
            "text": "\"\\\n\u{1}\u{85}é", "empty": .object([]),
        ]
        #expect(
            value.text()
                == #"{"z":18446744073709551615,"a":[null,true,1.5,null,-3],"#
                + #""text":"\"\\\n\u0001\u0085é","empty":{}}"#
        )
    }

    @Test("pretty text has two spaces a level")
    func pretty() {
        let value: JSONValue = ["a": ["b": .array([])], "c": [.integer(-1)]]
        #expect(
            value.text(isPretty: true)
                == "{\n  \"a\": {\n    \"b\": []\n  },\n  \"c\": [\n    -1\n  ]\n}"
        )
    }
}
