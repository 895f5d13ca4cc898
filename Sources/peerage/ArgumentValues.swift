// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import Collector
public import Reporting

// The words that options take, where their types live in other modules.

extension CollectorLog.Format: ExpressibleByArgument {}
extension DecodeFormat: ExpressibleByArgument {}
extension LedgerFormat: ExpressibleByArgument {}
extension ReportFormat: ExpressibleByArgument {}
extension RoutesQuery.Format: ExpressibleByArgument {}

/// How most answers are printed.
enum AnswerFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json
}
