// SPDX-License-Identifier: Apache-2.0

import Model

/// A report that has been made: what was asked, what came out, and the ledger that proves it.
public struct ReportDocument: Sendable {
    /// Name of the report.
    public var report: String
    /// First second, since 1970-01-01 00:00 UTC.
    public var from: Int64
    /// Second after the last.
    public var to: Int64
    /// IANA name of the zone in which the period was asked for.
    public var timezone: String
    /// Length of a slot, in seconds.
    public var slotSeconds: Int64
    /// The share of the period's slots that are present, in hundredths of a percent, rounded down.
    public var completenessBasisPoints: Int
    public var inventoryVersion: String
    /// Those that have data.
    public var columns: [ReportColumn]
    /// One cell a column.
    public var rows: [[ReportCell]]
    public var ledger: LedgerDocument

    /// Makes `report` of `input`.
    public init(_ report: Report, of input: ReportInput) {
        self.report = report.name
        from = input.period.lowerBound
        to = input.period.upperBound
        timezone = input.timezone
        slotSeconds = input.slotSeconds
        completenessBasisPoints = input.completenessBasisPoints
        inventoryVersion = input.inventoryVersion
        ledger = input.ledger(
            withSlots: input.ledgerSlots && report.name == Report.ledger.name
        )

        let rows = report.rows(input)
        // Without rows nobody can know that no amount is known: its columns stay.
        let kept = report.columns.indices.filter { index in
            let column = report.columns[index]
            let isEmptyAmount = rows.isEmpty && column.unit == ReportColumn.currency
            return !column.isOptional || isEmptyAmount || rows.contains { !$0[index].isNone }
        }
        columns = kept.map { report.columns[$0] }
        self.rows = rows.map { row in kept.map { row[$0] } }
    }

    /// The document in `format`, ending in a line break.
    public func text(_ format: ReportFormat) -> String {
        switch format {
        case .table: table
        case .csv: csv
        case .json: json.text(isPretty: true) + "\n"
        }
    }

    public var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("report", .string(report)),
            .init("from", .string(Timestamp.text(seconds: from))),
            .init("to", .string(Timestamp.text(seconds: to))),
            .init("timezone", .string(timezone)),
            .init("slotSeconds", .integer(slotSeconds)),
            .init("completeness", .number(Double(completenessBasisPoints) / 100)),
            .init("inventoryVersion", .string(inventoryVersion)),
            .init("rows", .array(rows.map(jsonRow))),
            .init("ledger", ledger.totalsJSON),
        ]
        if report == Report.ledger.name { members += ledger.members }
        return .object(members)
    }

    private func jsonRow(_ row: [ReportCell]) -> JSONValue {
        .object(zip(columns, row).map { JSONValue.Member($0.name, $1.json) })
    }

    /// Amounts have their currency in a column of its own.
    private var csv: String {
        var writer = CSVWriter()
        writer.row(
            columns.flatMap { column in
                let isMoney = column.unit == ReportColumn.currency
                return isMoney ? [column.csvName, column.csvName + "_currency"] : [column.csvName]
            }.map { ($0, true) }
        )
        for row in rows {
            writer.row(
                zip(columns, row).flatMap { column, cell in
                    guard column.unit == ReportColumn.currency else { return [cell.csv] }
                    guard case .money(let money) = cell else { return [cell.csv, ("", false)] }
                    return [cell.csv, (money.currency, true)]
                }
            )
        }
        return writer.text
    }

    private var table: String { tableWithoutLedger + "\n" + ledger.text }

    /// Heading and rows for a terminal, where the ledger stands elsewhere.
    public var tableWithoutLedger: String {
        let completeness = DecimalText.text(UInt128(completenessBasisPoints), decimals: 2)
        let heading = [
            report, "\(Timestamp.text(seconds: from)) to \(Timestamp.text(seconds: to))",
            "(\(TextTable.harmless(timezone)))", "slots of \(slotSeconds) s",
            "\(completeness) % complete",
        ]
        let shown = columns.indices.filter(isShown)
        let body = TextTable(
            headings: shown.map { columns[$0].title ?? "" },
            rows: rows.map { row in shown.map { (row[$0].human, row[$0].isNumber) } }
        )
        let answer = rows.isEmpty ? "no rows\n" : body.text
        return heading.joined(separator: "  ") + "\n\n" + answer
    }

    /// Whether a terminal has the column at `index`.
    private func isShown(_ index: Int) -> Bool {
        guard columns[index].title != nil else { return false }
        guard columns[index].isHiddenWhenZero else { return true }
        return rows.contains { !$0[index].isNone && !$0[index].isZero }
    }
}

extension ReportColumn {
    /// The unit of amounts of money.
    static let currency = "currency"
}

/// How a report is written.
public enum ReportFormat: String, Sendable, CaseIterable {
    case table, csv, json
}
