// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Collector
import Reporting

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Answers a question about a period; --list says which.",
        discussion: "Without a period: all that the store holds."
    )

    @OptionGroup var configuration: ConfigurationOption
    @OptionGroup var period: PeriodOptions

    @Option(help: "How to print the answer.")
    var format: ReportFormat = .table

    @Flag(help: "List the reports and what each answers.")
    var list = false

    @Flag(help: "With the ledger: each slot as well.")
    var slots = false

    @Option(help: ArgumentHelp("Say what a column means.", valueName: "column"))
    var explain: String?

    @Argument(
        help: "volumes, savings or ledger.",
        completion: .list(Report.table.map(\.name))
    )
    var name: String?

    func validate() throws {
        guard !slots || (name == Report.ledger.name && format != .csv) else {
            throw ValidationError("--slots goes with the ledger as table or JSON")
        }
        guard list || name != nil else {
            throw ValidationError(
                "Which report? Expected a name; `peerage report --list` lists them."
            )
        }
    }

    func run() async throws {
        if list {
            for report in Report.table { standardOutput("\(report.name)  \(report.summary)\n") }
            return
        }
        guard let name else { return }
        if let explain { return try explainColumn(explain, of: name) }
        let parameters = [
            "month": period.month, "from": period.from, "to": period.to,
            "slots": slots ? "true" : nil, "format": format.rawValue,
        ]
        try await ask("/api/v1/reports/\(name)", parameters, try configuration.load())
    }

    private func explainColumn(_ column: String, of name: String) throws {
        guard let report = Report.named(name) else {
            throw ValidationError("there is no report '\(name)'")
        }
        guard let found = report.column(named: column) else {
            let names = report.columns.map(\.name).joined(separator: ", ")
            throw ValidationError("\(name) has no column '\(column)'; expected \(names)")
        }
        let unit = found.unit.isEmpty ? "" : " (\(found.unit))"
        standardOutput("\(found.name)\(unit): \(found.explanation)\n")
    }
}

/// Which stretch of time is asked about.
struct PeriodOptions: ParsableArguments {
    @Option(help: "A month in network.timezone: 2026-10, this or last.")
    var month: String?

    @Option(
        parsing: .unconditional,
        help: "From this time: 2026-10-01T00:00:00Z, 2026-10-01 or -7d."
    )
    var from: String?

    @Option(
        parsing: .unconditional,
        help: "To this time, exclusive; now, when --from is given."
    )
    var to: String?

    func validate() throws {
        guard month == nil || (from == nil && to == nil) else {
            throw ValidationError("--month goes without --from and --to")
        }
        guard to == nil || from != nil else {
            throw ValidationError("--to goes with --from")
        }
    }
}
