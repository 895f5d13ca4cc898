// SPDX-License-Identifier: Apache-2.0

/// A question about a period, and how its answer is laid out.
///
/// To add a report: its file in `Reports/` with its columns and a function that makes rows, and one
/// row in ``table``. It appears in the command and in every format by itself.
public struct Report: Sendable {
    /// The word after `peerage report`.
    public var name: String
    /// What it answers, in one line.
    public var summary: String
    public var columns: [ReportColumn]
    /// One cell a column, in their order; the largest row first.
    let rows: @Sendable (ReportInput) -> [[ReportCell]]

    /// Every report, in the order they are listed.
    public static let table: [Report] = [
        .savings,
        .volumes,
        .ledger,
    ]

    /// The report of that name.
    public static func named(_ name: String) -> Report? { table.first { $0.name == name } }

    /// The column of that name, as JSON or CSV has it.
    public func column(named name: String) -> ReportColumn? {
        columns.first { $0.name == name || $0.csvName == name }
    }
}

/// One column of a report.
public struct ReportColumn: Equatable, Sendable {
    /// The key in JSON, lowerCamelCase, with the unit.
    public var name: String
    /// The heading on a terminal; nil for a column that is too much for one.
    public var title: String?
    /// What is counted: "octets", "bits per second"; empty for names and words.
    public var unit: String
    /// What it means and how it is found, for `--explain`.
    public var explanation: String
    /// Whether the column is left out when no row has a value.
    public var isOptional: Bool
    /// Whether a terminal does without the column when every row has nothing or 0 there.
    public var isHiddenWhenZero: Bool

    init(
        _ name: String,
        _ title: String?,
        unit: String = "",
        isOptional: Bool = false,
        isHiddenWhenZero: Bool = false,
        _ explanation: String
    ) {
        self.name = name
        self.title = title
        self.unit = unit
        self.isOptional = isOptional
        self.isHiddenWhenZero = isHiddenWhenZero
        self.explanation = explanation
    }

    /// The heading in CSV: ``name`` in snake_case.
    public var csvName: String {
        var snake = ""
        let letters = Array(name)
        for (index, letter) in letters.enumerated() {
            if letter.isUppercase, index > 0 {
                let endsAcronym = index + 1 < letters.count && letters[index + 1].isLowercase
                if !letters[index - 1].isUppercase || endsAcronym { snake += "_" }
            }
            snake += letter.lowercased()
        }
        return snake
    }
}
